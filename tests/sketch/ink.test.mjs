import assert from "node:assert/strict";
import { test } from "node:test";
import { best, distance, Drawing, INK, reach, stroked } from "../../static/sketch/ink.js";

const blank = (rows, columns) => Array.from({ length: rows * columns }, () => 0);

test("the distance of a point from a piece of a stroke", () => {
  assert.equal(distance([1, 5], [1, 0], [1, 9]), 0); // on it
  assert.equal(distance([4, 5], [1, 0], [1, 9]), 3); // beside it
  assert.equal(distance([1, 13], [1, 0], [1, 9]), 4); // behind its end
  assert.equal(distance([4, 4], [1, 0], [1, 0]), 5); // of a dot
});

test("a stroke leaves full ink on its way, less beside it, none far off", () => {
  const cells = stroked(blank(5, 5), 5, [2.5, 0.5], [2.5, 4.5], 0.6, false);
  assert.deepEqual(cells.slice(10, 15), [INK, INK, INK, INK, INK]);
  assert.deepEqual(cells.slice(5, 10), [2, 2, 2, 2, 2]); // 16 (0.6 + 0.5 - 1), rounded
  assert.deepEqual(cells.slice(0, 5), [0, 0, 0, 0, 0]);
});

test("a stroke lightens nothing, and a rubber darkens nothing", () => {
  const dark = stroked(blank(3, 3), 3, [1.5, 1.5], [1.5, 1.5], 0.6, false);
  const more = stroked(dark, 3, [0.5, 0.5], [0.5, 0.5], 0.6, false);
  assert.ok(more.every((level, i) => level >= dark[i]));
  const less = stroked(dark, 3, [0.5, 0.5], [0.5, 0.5], 0.6, true);
  assert.ok(less.every((level, i) => level <= dark[i]));
  assert.equal(stroked(dark, 3, [1.5, 1.5], [1.5, 1.5], 0.6, true)[4], 0);
});

test("a stroke that leaves the grid stays whole within it", () => {
  const cells = stroked(blank(4, 4), 4, [1.5, 0.5], [1.5, 90], 0.6, false);
  assert.deepEqual(cells.slice(4, 8), [INK, INK, INK, INK]);
  assert.equal(cells.length, 16);
});

test("a pen is wider on a finer grid", () => {
  assert.ok(reach(8, 1) > 0.5 && reach(8, 1) < 0.6);
  assert.ok(reach(28, 1) > 1.1 && reach(28, 1) < 1.3);
  assert.equal(reach(28, 2), 2 * reach(28, 1));
});

test("undo goes back stroke by stroke, and no further", () => {
  const drawing = new Drawing([0, 0]);
  drawing.change([1, 0]);
  drawing.change([1, 2]);
  assert.equal(drawing.undo(), true);
  assert.deepEqual(drawing.cells, [1, 0]);
  assert.equal(drawing.undo(), true);
  assert.equal(drawing.empty, true);
  assert.equal(drawing.undo(), false);
});

test("what is kept has an end", () => {
  const drawing = new Drawing([0]);
  for (let i = 1; i <= 60; i++) drawing.change([i]);
  let back = 0;
  while (drawing.undo()) back += 1;
  assert.equal(back, 50);
  assert.deepEqual(drawing.cells, [10]);
});

test("the largest share", () => {
  assert.equal(best([{ share: 0.2 }, { share: 0.7 }, { share: 0.1 }]), 1);
});
