import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf, binsOf, densities, marksOf, outline, spreadOf, topOf } from "../../static/answers/spread.js";

test("a bar's area is its share", () => {
  const [edges, shares] = [[0, 1, 1, 3], [60, 0, 40]];
  assert.deepEqual(densities(edges, shares), [60, 0, 20]);
  const bars = barsOf(edges, shares, topOf(edges, [shares]), 100);
  assert.deepEqual(bars.map(({ left, right, height }) => [left, right, height]), [[0, 1 / 3, 1], [1 / 3, 1 / 3, 0], [1 / 3, 1, 1 / 3]]);
  assert.deepEqual(bars.map(({ share }) => share), [0.6, 0, 0.4]);
  assert.deepEqual(binsOf(edges), [0, 2]);
});

test("one bar that would dwarf the others is cut, a high one is not", () => {
  const edges = [0, 1, 2, 3];
  assert.equal(topOf(edges, [[90, 5, 5]]), 10);
  assert.deepEqual(barsOf(edges, [90, 5, 5], 10, 100).map(({ height, cut }) => [height, cut]), [[1, true], [0.5, false], [0.5, false]]);
  assert.equal(topOf(edges, [[60, 20, 20]]), 60);
  assert.equal(topOf(edges, [[90, 5, 5], [0, 40, 60]]), 90);
  assert.equal(topOf(edges, [[100, 0, 0]]), 100);
  assert.equal(topOf(edges, [[0, 0, 0]]), 1);
});

test("the line goes round all bars that are wide", () => {
  const bars = barsOf([0, 1, 1, 2], [1, 0, 3], 3, 4);
  assert.equal(outline(bars), "M0 100L0 66.67L50 66.67L50 0L100 0L100 100");
  assert.equal(outline([]), "");
});

test("marks stand at round values within", () => {
  assert.deepEqual(marksOf([-1, 0, 3], 1).map(({ value }) => value + 0), [-1, 0, 1, 2, 3]);
  assert.deepEqual(marksOf([-1, 0, 3], 2).map(({ at }) => at), [0.25, 0.75]);
});

test("rows are looked up by channel: of all values, then of each class", () => {
  const tensors = {
    "edge.0": { shape: [2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5]) },
    "share.0": { shape: [2, 2, 2], data: Int16Array.from([0, 1, 2, 3, 4, 5, 6, 7]) },
    "n.0": { shape: [2], data: Int32Array.from([9, 4]) },
  };
  const { edges, shares, n } = spreadOf(tensors, 0, 1);
  assert.deepEqual([[...edges], shares.map((row) => [...row]), [...n]], [[3, 4, 5], [[4, 5], [6, 7]], [9, 4]]);
  assert.equal(spreadOf({}, 0, 0), null);
});
