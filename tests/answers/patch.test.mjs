import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, cut, ranked, shares, sizeOf } from "../../static/answers/patch.js";

const levels = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]); // three rows of four

test("a part is cut out, and what lies outside is no number", () => {
  assert.deepEqual(cut(levels, [3, 4], [[1, 3], [2, 4]]), { levels: Uint8Array.from([6, 7, 10, 11]), shape: [2, 2] });
  assert.deepEqual([...cut(levels, [3, 4], [[-1, 1], [3, 5]]).levels], [255, 255, 3, 255]);
  assert.deepEqual([...cut(levels, [3, 4], [[2, 5], [0, 1]]).levels], [8, 255, 255]);
});

test("on the whole, a box ends where the example ends", () => {
  assert.deepEqual(shares([4, 4], [[1, 3], [2, 6]]), { left: 0.5, right: 1, top: 0.75, bottom: 0.25 });
  assert.deepEqual(shares([4, 4], [[-2, 1], [-1, 2]]), { left: 0, right: 0.5, top: 1, bottom: 0.75 });
});

test("a box is looked up by channel and place; a signal is one row", () => {
  const boxes = { shape: [2, 2, 2, 2], data: Int16Array.from({ length: 16 }, (_, i) => i) };
  assert.deepEqual(boxOf(boxes, 1, 1), [[12, 13], [14, 15]]);
  assert.deepEqual(boxOf({ shape: [1, 2, 1, 2], data: Int16Array.from([-1, 2, 3, 6]) }, 0, 1), [[0, 1], [3, 6]]);
  assert.deepEqual([sizeOf([40]), sizeOf([8, 6])], [[1, 40], [8, 6]]);
});

test("classes are ranked by their area, those without one last", () => {
  assert.deepEqual(ranked(Float32Array.from([0.5, NaN, 0.9, 0.5, 0])), [2, 0, 3, 4, 1]);
});
