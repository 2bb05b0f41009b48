import assert from "node:assert/strict";
import { test } from "node:test";
import { clampView, fitMaps, fitWork, layoutStage, placeAt, viewport, xOf, yOf, zoomAt } from "../../static/player/layout.js";
import { divisors, lots, near } from "./given.mjs";

const WHOLE = { zoom: 1, left: 0, top: 0 };
const SOME = 1e-6; // pixels that sums of fractions may be off

const inside = (slot, box) =>
  slot.w > 0 && slot.h > 0 && slot.x >= box.x - SOME && slot.y >= box.y - SOME &&
  slot.x + slot.w <= box.x + box.w + SOME && slot.y + slot.h <= box.y + box.h + SOME;

const apart = (a, b) =>
  a.x + a.w <= b.x + SOME || b.x + b.w <= a.x + SOME || a.y + a.h <= b.y + SOME || b.y + b.h <= a.y + SOME;

function allApart(slots) {
  slots.forEach((a, i) => slots.slice(0, i).forEach((b) => assert.ok(apart(a, b), JSON.stringify([a, b]))));
}

/** Maps of any number and shape, in a box of any size. */
function* maps(seed, runs = 400) {
  const lot = lots(seed);
  for (let run = 0; run < runs; run++) {
    const count = lot.whole(1, 64);
    const line = lot.one([true, false, false]);
    const what = { count, rows: line ? 1 : lot.whole(1, 40), columns: lot.whole(1, 60), line };
    Object.assign(what, { unit: lot.one(divisors(count)), groups: lot.one(divisors(count)) });
    yield { lot, what, box: { x: lot.whole(0, 300), y: lot.whole(0, 100), w: lot.whole(120, 1100), h: lot.whole(44, 600) } };
  }
}

test("maps lie inside their box, side by side, and their cells inside them", () => {
  for (const { box, what } of maps(1)) {
    const { cw, ch, slots } = fitMaps(box, what);
    const words = JSON.stringify({ box, what });
    assert.equal(slots.length, what.count, words);
    for (const slot of slots) {
      assert.ok(inside(slot, box), `${words} ${JSON.stringify(slot)}`);
      assert.ok(cw > 0 && ch > 0 && cw * what.columns <= slot.w + SOME && ch * what.rows <= slot.h + SOME, words);
    }
    allApart(slots);
  }
});

test("groups stand further apart than the maps of one group", () => {
  for (const { box, what } of maps(2)) {
    const per = what.count / what.groups;
    const { slots } = fitMaps(box, what);
    const gaps = { within: [], between: [] };
    slots.slice(1).forEach((slot, i) => {
      if (slot.y === slots[i].y) gaps[(i + 1) % per ? "within" : "between"].push(slot.x - slots[i].x - slots[i].w);
    });
    if (gaps.within.length && gaps.between.length) assert.ok(Math.min(...gaps.between) > Math.max(...gaps.within) + SOME);
  }
});

test("maps are as large as they get: one that fits alone fills its box or its largest cell", () => {
  const { cw, slots } = fitMaps({ x: 0, y: 0, w: 400, h: 1000 }, { count: 1, rows: 10, columns: 40 });
  assert.deepEqual([cw, slots[0].w], [10, 400]);
  assert.equal(fitMaps({ x: 0, y: 0, w: 400, h: 400 }, { count: 1, rows: 2, columns: 2 }).cw, 72);
});

/** A port somewhere in a map, under a zoom that a person could reach. */
function* ports(seed) {
  for (const { lot, what, box } of maps(seed)) {
    const { cw, ch, slots } = fitMaps(box, what);
    const port = (view) => viewport(slots[0], what.rows, what.columns, { cw, ch }, view);
    const wanted = { zoom: lot.between(1, 12), left: lot.between(-5, 70), top: lot.between(-5, 50) };
    const view = clampView(wanted, port(wanted));
    yield { lot, what, port, view, slot: slots[0] };
  }
}

test("a port lies in its slot and shows nothing beyond its map", () => {
  for (const { port, view, slot, what } of ports(3)) {
    const p = port(view);
    assert.ok(inside(p, slot));
    assert.ok(p.left >= 0 && p.top >= 0 && p.left + p.w / p.sx <= what.columns + SOME && p.top + p.h / p.sy <= what.rows + SOME);
  }
});

test("clampView leaves a good view alone and never zooms out of the map", () => {
  for (const { port, view } of ports(4)) {
    const again = clampView(view, port(view));
    for (const key of ["zoom", "left", "top"]) near(again[key], view[key], SOME);
  }
  const far = { zoom: 0.2, left: -3, top: 99 };
  assert.deepEqual(clampView(far, viewport({ x: 0, y: 0, w: 90, h: 90 }, 9, 9, { cw: 10, ch: 10 }, far)), WHOLE);
});

test("a place is found under its own pixels, and none beside the map", () => {
  for (const { lot, what, port, view } of ports(5)) {
    const p = port(view);
    const [row, column] = [lot.whole(0, what.rows - 1), lot.whole(0, what.columns - 1)];
    const [x, y] = [xOf(p, column + 0.5), yOf(p, row + 0.5)];
    const shown = x >= p.x && x < p.x + p.w && y >= p.y && y < p.y + p.h;
    assert.deepEqual(placeAt(p, x, y), shown ? [row, column] : null);
    for (const [dx, dy] of [[-1, 1], [1, -1], [p.w + 1, 1], [1, p.h + 1]]) assert.equal(placeAt(p, p.x + dx, p.y + dy), null);
  }
});

test("zooming keeps the point under the cursor, unless the map's edge would come inside", () => {
  let held = 0;
  for (const { lot, port, view } of ports(6)) {
    const before = port(view);
    const [x, y] = [before.x + lot.between(0, before.w), before.y + lot.between(0, before.h)];
    const [column, row] = [before.left + (x - before.x) / before.sx, before.top + (y - before.y) / before.sy];
    const wanted = zoomAt(view, before, lot.between(0.5, 4), x, y);
    const after = port(clampView(wanted, port(wanted)));
    if (after.left === wanted.left) near(xOf(after, column), x, 1e-3), held++;
    if (after.top === wanted.top) near(yOf(after, row), y, 1e-3), held++;
  }
  assert.ok(held > 100);
});

test("a narrow map that grows into its slot keeps the point too", () => {
  const port = (view) => viewport({ x: 0, y: 0, w: 400, h: 200 }, 5, 5, { cw: 40, ch: 40 }, view); // 200 pixels wide, in the middle
  const before = port(WHOLE);
  const after = port(zoomAt(WHOLE, before, 4, before.x + 90, 90));
  near(xOf(after, 90 / 40), before.x + 90, 1e-9);
  near(yOf(after, 90 / 40), 90, 1e-9);
});

test("read, weights and products lie apart, inside the box where there is room", () => {
  const lot = lots(7);
  for (let run = 0; run < 400; run++) {
    const upright = lot.one([true, false]);
    const lines = lot.one([1, 3]);
    const what = { maps: lot.whole(1, 12), rows: lot.whole(1, 11), columns: lot.whole(1, 11), lines };
    const box = { x: lot.whole(0, 300), y: 44, w: lot.whole(130, 700), h: lot.whole(150, 560) };
    const { cell, shown, grids, bottom } = fitWork(box, what, upright);
    assert.equal(grids.length, lines * shown);
    assert.deepEqual(new Set(grids.map(({ row }) => row)), new Set([0, 1, 2].slice(0, lines)));
    assert.ok(shown >= 1 && shown <= what.maps && (shown === 1 || cell >= 24), "more than one map only if they can be read");
    allApart(grids);
    for (const grid of grids) assert.ok(inside(grid, box), JSON.stringify({ box, what, upright }));
    assert.ok(grids.every((grid) => grid.w === cell * what.columns && grid.h === cell * what.rows && grid.y + grid.h <= bottom));
  }
});

test("without a word a window is read, weighted and multiplied", () =>
  assert.equal(fitWork({ x: 0, y: 0, w: 400, h: 400 }, { maps: 1, rows: 3, columns: 3 }, true).grids.length, 3));

test("a window too large to be written out leaves the middle empty", () => {
  const box = { x: 5, y: 44, w: 300, h: 300 };
  for (const [rows, columns, shown] of [[50, 50, 1], [50, 51, 0], [1, 290, 1], [1, 310, 0], [310, 1, 0]])
    for (const upright of [true, false]) {
      const work = fitWork(box, { maps: 1, rows, columns, lines: 1 }, upright);
      assert.deepEqual([work.shown, work.grids.length], [shown, shown], `${rows} x ${columns}`);
      if (!shown) assert.deepEqual([work.cell, work.bottom], [0, box.y]);
    }
});

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
      // under the gate, with room for a name between
      if (what.gate && strip) for (const box of boxes.slice(0, -1)) assert.ok(box.y + box.h + 40 <= strip.slots[0].y, words);
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
