import assert from "node:assert/strict";
import { test } from "node:test";
import { layoutStage } from "../../static/drawing/layout.js";
import { SOME, allApart, apart, inside, lots, near } from "./given.mjs";

/**
 * What a stage may have to show: a signal, pictures, volumes; few channels and many; weights, a window that is only
 * read, a gate in the middle, or nothing there; charts below.
 */
function* contents(seed) {
  const lot = lots(seed);
  for (let run = 0; run < 160; run++) {
    const ndim = lot.whole(1, 3);
    const groups = lot.one([1, 1, 2, 4]);
    const [channels, outs] = [groups * lot.whole(1, 64 / groups), groups * lot.whole(1, 64 / groups)];
    const depth = ndim === 3 ? lot.whole(1, 6) : 1;
    const rows = ndim > 1 ? lot.whole(1, 64) : 1;
    const columns = lot.whole(1, 128);
    const line = ndim === 1;
    const single = { count: depth, rows, columns, line };
    const k = lot.one([lot.whole(1, 11), lot.whole(1, 11), 64]); // global pooling reads everything
    const lines = lot.one([1, 3]);
    const kernel = { maps: (lines === 1 ? 1 : channels / groups) * (ndim === 3 ? Math.min(k, 3) : 1), rows: line ? 1 : k, columns: k, lines };
    const many = { count: channels * depth, rows, columns, unit: depth, groups, line };
    const flat = { count: 1, rows: 1, columns: rows * columns, line: true };
    yield {
      maps: outs,
      groups,
      ...lot.one([
        { input: many, kernel, gate: null, output: single },
        { input: single, kernel: null, gate: single, output: single },
        { input: many, kernel: null, gate: null, output: lot.one([single, flat]) },
      ]),
      charts: lot.whole(0, 2),
    };
  }
}

const WIDTHS = [320, 390, 439, 539, 540, 640, 1100, 2000];
const tallOf = (width) => (width < 500 ? 300 : 460);

/** A layout, and its boxes by what they are for. */
function laid(width, what) {
  const layout = layoutStage(width, tallOf(width), what);
  const { input, work, gate, output, strip } = layout.boxes;
  return { layout, boxes: [input, work, gate, output, strip].filter(Boolean), stage: { x: 0, y: 0, w: width, h: layout.height } };
}

for (const width of WIDTHS) {
  test(`at ${width} pixels nothing sticks out of the stage or lies on something else`, () => {
    for (const what of contents(width)) {
      const words = JSON.stringify(what);
      const { layout, boxes, stage } = laid(width, what);
      for (const box of boxes) assert.ok(inside(box, stage), `${words} ${JSON.stringify(box)}`);
      allApart(boxes);
      for (const name of ["input", "gate", "output"])
        for (const slot of layout[name]?.slots ?? []) assert.ok(inside(slot, layout.boxes[name]), `${words} ${name} ${JSON.stringify(slot)}`);
      for (const grid of layout.work?.grids ?? []) assert.ok(inside(grid, layout.boxes.work), `${words} ${JSON.stringify(grid)}`);
    }
  });

  test(`at ${width} pixels every output channel has a small map, unless there is but one`, () => {
    for (const what of contents(width)) {
      const words = JSON.stringify(what);
      const { layout, boxes, stage } = laid(width, what);
      const { strip, output } = layout;
      assert.equal(Boolean(strip), what.maps > 1);
      for (const slot of strip?.slots ?? []) {
        assert.ok(inside(slot, stage), words);
        for (const main of output.slots) assert.ok(apart(slot, main), words);
      }
      assert.equal(strip?.slots.length ?? 1, what.maps);
      // under the gate, with room for a name between; of wide maps beside the product
      const above = layout.boxes.strip?.y === layout.boxes.output.y ? [layout.boxes.input, layout.boxes.gate] : boxes.slice(0, -1);
      if (what.gate && strip) for (const box of above) assert.ok(box.y + box.h + 40 <= strip.slots[0].y, words);
    }
  });

  test(`at ${width} pixels charts lie below everything else, side by side or one under the other`, () => {
    for (const what of contents(width)) {
      const words = JSON.stringify(what);
      const { layout, boxes, stage } = laid(width, what);
      assert.equal(layout.charts.length, what.charts);
      allApart(layout.charts);
      for (const chart of layout.charts) {
        assert.ok(inside(chart, stage) && chart.y + chart.h < layout.height, words);
        for (const box of boxes) assert.ok(box.y + box.h < chart.y, words);
      }
    }
  });
}

test("a gate stands between its signal and its product, all of one size", () => {
  const map = { count: 1, rows: 8, columns: 8 };
  for (const width of WIDTHS) {
    const { boxes, input, gate, output } = layoutStage(width, 400, { input: map, gate: map, kernel: null, output: map, maps: 4, charts: 1 });
    const before = (a, b) => (a.x + a.w < b.x && a.y === b.y) || a.y + a.h < b.y;
    assert.ok(before(boxes.input, boxes.gate) && before(boxes.gate, boxes.output), `${width}`);
    near(input.cw, gate.cw, SOME);
    near(gate.cw, output.cw, SOME);
  }
});

test("a row, which is long, stands under what it comes from, however wide the stage", () => {
  const [input, output] = [{ count: 2, rows: 8, columns: 8 }, { count: 1, rows: 1, columns: 128, line: true }];
  const { boxes } = layoutStage(2000, 400, { input, gate: null, kernel: null, output, maps: 1 });
  assert.ok(boxes.input.y + boxes.input.h < boxes.output.y);
});

test("without a window or a gate nothing stands between input and output", () => {
  const map = { count: 1, rows: 8, columns: 8 };
  const { boxes, work, gate } = layoutStage(1100, 400, { input: map, gate: null, kernel: null, output: map, maps: 1 });
  assert.deepEqual([boxes.work, boxes.gate, work, gate], [undefined, undefined, null, null]);
  assert.ok(boxes.output.x - boxes.input.x - boxes.input.w < 60);
});

test("a narrow stage puts its panels one above the other, a wide one side by side", () => {
  const what = { input: { count: 1, rows: 8, columns: 8 }, kernel: { maps: 1, rows: 3, columns: 3 }, output: { count: 1, rows: 8, columns: 8 }, maps: 1 };
  const [wide, narrow] = [1100, 390].map((width) => layoutStage(width, 460, what).boxes);
  assert.ok(wide.input.x < wide.work.x && wide.work.x < wide.output.x && wide.input.y === wide.output.y);
  assert.ok(narrow.input.y < narrow.work.y && narrow.work.y < narrow.output.y && narrow.input.x === narrow.output.x);
});

// --- wide maps, as spectrograms are that have time to the right ---

const SOUND = { count: 1, rows: 128, columns: 626 };
const POOLED = { ...SOUND, rows: 32 };
const WINDOW = { maps: 1, rows: 3, columns: 3, lines: 3 };
const wide = (width, more) => layoutStage(width, 486, { input: SOUND, kernel: WINDOW, gate: null, output: SOUND, maps: 1, charts: 0, ...more });

for (const width of [540, 700, 1100, 1276, 2000])
  test(`at ${width} pixels wide maps stand one above the other, their columns under one another`, () => {
    for (const more of [{}, { output: POOLED }, { maps: 16 }, { kernel: { ...WINDOW, lines: 1 } }, { kernel: null, charts: 2 }]) {
      const { input, output, boxes } = wide(width, more);
      assert.ok(boxes.input.y + boxes.input.h + 40 <= boxes.output.y, "with room for a name between");
      near(output.cw, input.cw, SOME);
      assert.deepEqual([output.slots[0].x, output.slots[0].w], [input.slots[0].x, input.slots[0].w]);
      if (boxes.work) assert.ok(boxes.work.x > boxes.input.x + boxes.input.w && boxes.work.x + boxes.work.w <= width);
    }
  });

test("wide maps fill the width that the window leaves", () => {
  const { input, boxes } = wide(1100);
  near(input.cw * SOUND.columns, 1100 - 6 - 28 - boxes.work.w, SOME);
  assert.ok(input.cw * SOUND.columns > 800);
});

test("under a wide map a small one takes no more than it needs", () => {
  const { input, output } = wide(1100, { output: { count: 1, rows: 2, columns: 2 } });
  assert.ok(input.cw * SOUND.columns > 800, `${input.cw * SOUND.columns}`);
  near(output.cw, 72, SOME);
});

test("beside flat maps a window is still large enough to be read", () => {
  const { work, height } = wide(700, { kernel: { ...WINDOW, rows: 5 }, output: POOLED });
  assert.ok(work.cell > 27 && height < 486 * 1.3, `${work.cell}`);
  assert.ok(wide(700, { kernel: { ...WINDOW, lines: 1 }, output: POOLED }).height < 300); // which takes no more than it needs
});

test("on a phone wide maps fill the width, under one another", () => {
  for (const lines of [1, 3]) {
    const { input, output, boxes } = layoutStage(390, 460, { input: SOUND, kernel: { ...WINDOW, lines }, gate: null, output: POOLED, maps: 1, charts: 0 });
    near(input.cw * SOUND.columns, 384, SOME);
    near(output.cw, input.cw, SOME);
    assert.ok(boxes.input.y < boxes.work.y && boxes.work.y < boxes.output.y);
  }
});

test("many wide maps stand however they get largest", () => {
  const many = { ...SOUND, count: 16, unit: 1 };
  for (const width of [700, 1100, 2000]) {
    const { input } = wide(width, { input: many, maps: 64 });
    assert.ok(input.cw * SOUND.columns > width / 10, `${width}: ${input.cw * SOUND.columns}`);
    assert.equal(input.slots.length, 16);
  }
});

test("a gate of wide maps has its product under its signal, and the small maps beside it", () => {
  const { boxes, input, gate, output } = wide(1276, { kernel: null, gate: SOUND, maps: 4 });
  assert.ok(boxes.gate.x > boxes.input.x + boxes.input.w && boxes.gate.y === boxes.input.y);
  assert.deepEqual([boxes.output.x, boxes.strip.x], [boxes.input.x, boxes.gate.x]);
  assert.ok(boxes.output.y === boxes.strip.y && boxes.output.y > boxes.input.y + boxes.input.h + 40);
  for (const maps of [input, gate, output]) near(maps.cw * SOUND.columns, boxes.input.w, SOME);
});

test("on a phone a large window takes no more height than a small one: its cells are smaller", () => {
  const picture = { count: 1, rows: 28, columns: 28 };
  const heightOf = (k) => layoutStage(390, 300, { maps: 1, groups: 1, input: picture, output: picture, gate: null, charts: 0, kernel: { maps: 1, rows: k, columns: k, lines: 1 } }).height;
  assert.equal(heightOf(11), heightOf(6));
});
