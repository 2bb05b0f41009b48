import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, boxesOf, cellAt, drawnIn, layoutOf, moved, spotOf } from "../../static/overview/places.js";
import { near } from "../viewer/given.mjs";

const MAP = { size: [6, 1, 4, 5], blocks: [1, 1, 1], across: 1 };
const VOLUME = { size: [2, 5, 3, 4], blocks: [1, 1, 1], across: 3 }; // two rows of three slices, the last missing
const VECTOR = { size: [1, 10, 1, 1], blocks: [1, 1, 1], across: 4 };
const LONG = { size: [1, 20, 1, 1], blocks: [3, 1, 1], across: 3 };

const cellsOf = ({ size: [, ...axes] }) => axes.reduce((all, n) => all.flatMap((cell) => Array.from({ length: n }, (_, i) => [...cell, i])), [[]]);
const centre = (stage, cell) => {
  const { wide, tall } = layoutOf(stage);
  const [x, y] = spotOf(stage, cell);
  return [(x + 0.5) / wide, (y + 0.5) / tall];
};

test("the middle of every cell is that cell", () => {
  for (const stage of [MAP, VOLUME, VECTOR]) for (const cell of cellsOf(stage)) assert.deepEqual(cellAt(stage, ...centre(stage, cell)), cell);
});

test("every cell has a place of its own, rows downwards and columns to the right", () => {
  for (const stage of [MAP, VOLUME, VECTOR]) assert.equal(new Set(cellsOf(stage).map((cell) => String(spotOf(stage, cell)))).size, cellsOf(stage).length);
  assert.deepEqual(spotOf(MAP, [0, 3, 1]), [1, 3]);
  assert.deepEqual(spotOf(VOLUME, [4, 1, 2]), [6, 4]);
  assert.deepEqual(spotOf(VECTOR, [9, 0, 0]), [1, 2]);
});

test("where a slice is missing there is no cell, and beyond the edge it is the last", () => {
  assert.equal(cellAt(VOLUME, 0.99, 0.99), null);
  assert.equal(cellAt(VECTOR, 0.99, 0.99), null);
  assert.deepEqual(cellAt(MAP, 1.5, -0.2), [0, 0, 4]);
});

test("the cells of a block are its first", () => {
  assert.deepEqual(cellAt(LONG, 0.5, 0.1), [3, 0, 0]);
  assert.deepEqual(spotOf(LONG, [5, 0, 0]), [1, 0]);
});

test("arrows go to the neighbour on the picture, and no further than its edge", () => {
  assert.deepEqual(moved(MAP, [0, 1, 1], 1, 0), [0, 1, 2]);
  assert.deepEqual(moved(MAP, [0, 0, 4], 1, -1), [0, 0, 4]);
  assert.deepEqual(moved(VOLUME, [0, 1, 3], 1, 0), [1, 1, 0]); // on into the next slice
  assert.deepEqual(moved(VOLUME, [2, 2, 0], 0, 1), [2, 2, 0]); // below it there is none
  assert.deepEqual(moved(VECTOR, [5, 0, 0], 0, 1), [9, 0, 0]);
});

/** Cells whose middle lies in one of the boxes. */
const inside = (stage, boxes) =>
  cellsOf(stage).filter((cell) => {
    const [x, y] = centre(stage, cell);
    return boxes.some(({ left, right, top, bottom }) => left < x && x < right && bottom < 1 - y && 1 - y < top);
  });

test("the boxes of a span hold its cells and no others", () => {
  const spans = { map: [MAP, [[0, 5], [0, 0], [1, 2], [0, 3]]], part: [VOLUME, [[0, 1], [1, 3], [0, 1], [2, 2]]], slices: [VOLUME, [[0, 1], [1, 4], [0, 2], [0, 3]]], numbers: [VECTOR, [[0, 0], [2, 8], [0, 0], [0, 0]]], few: [VECTOR, [[0, 0], [5, 6], [0, 0], [0, 0]]], all: [VECTOR, [[0, 0], [0, 9], [0, 0], [0, 0]]] };
  for (const [name, [stage, span]] of Object.entries(spans)) {
    const wanted = cellsOf(stage).filter((cell) => cell.every((at, axis) => span[axis + 1][0] <= at && at <= span[axis + 1][1]));
    assert.deepEqual(inside(stage, boxesOf(stage, span)), wanted, name);
  }
});

test("a run of numbers is three boxes at most, and all of them one", () => {
  assert.equal(boxesOf(VECTOR, [[0, 0], [2, 8], [0, 0], [0, 0]]).length, 3);
  for (const run of [[4, 7], [5, 6], [0, 7], [4, 9]]) assert.equal(boxesOf(VECTOR, [[0, 0], run, [0, 0], [0, 0]]).length, run[1] === 9 ? 2 : 1);
  assert.deepEqual(boxesOf(VECTOR, [[0, 0], [0, 9], [0, 0], [0, 0]]), [{ left: 0, right: 1, top: 1, bottom: 0 }]);
});

test("a box that is too small grows round its middle, and stays inside", () => {
  const box = atLeast({ left: 0.5, right: 0.51, bottom: 0, top: 0.01 }, 0.1, 0.1);
  near(box.left, 0.455);
  near(box.right, 0.555);
  assert.deepEqual([box.bottom, box.top], [0, 0.1]);
  assert.deepEqual(atLeast({ left: 0.2, right: 0.8, bottom: 0, top: 1 }, 0.1, 0.1), { left: 0.2, right: 0.8, bottom: 0, top: 1 });
});

test("a picture keeps its cells square, unless it would be too thin", () => {
  assert.deepEqual(drawnIn(MAP, 100), [100, 80]);
  assert.deepEqual(drawnIn({ ...MAP, size: [1, 1, 1, 200] }, 100, 28), [100, 28]);
  assert.deepEqual(drawnIn({ ...MAP, size: [1, 1, 600, 2] }, 100, 28), [28, 100]);
});
