import assert from "node:assert/strict";
import { test } from "node:test";
import { selected, written } from "../../static/player/opening.js";

const tensors = { input: { shape: [2, 1, 6, 6] }, output: { shape: [3, 1, 4, 4] }, weight: { shape: [3, 2, 1, 3, 3] } };
const CELLS = [
  { kind: "output", channel: 2, cell: [0, 3, 3], own: true },
  { kind: "input", channel: 1, cell: [0, 5, 0], own: true },
  { kind: "kernel", channel: 0, tap: [1, 0, 2, 2] },
];

test("a selection comes back from its word", () => {
  for (const cell of CELLS) assert.deepEqual(selected(written(cell), tensors), cell);
  assert.equal(written(null), "");
});

test("a cell that the scene does not have is none", () => {
  const odd = ["", "output", "output-0-0-0", "output-3-0-0-0", "output-0-0-4-0", "input-0-0-6-0", "kernel-0-2-0-0-0", "gate-0-0-0-0", "output-0-0-x-0", "constructor-0", "output-0-0-0-0-0"];
  for (const word of odd) assert.equal(selected(word, tensors), null, word);
  assert.equal(selected("kernel-0-0-0-0-0", { ...tensors, weight: undefined }), null);
});
