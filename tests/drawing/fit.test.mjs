import assert from "node:assert/strict";
import { test } from "node:test";
import { fitMaps, fitWork } from "../../static/drawing/fit.js";
import { SOME, allApart, inside, lots, maps } from "./given.mjs";

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
