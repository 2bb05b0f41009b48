import assert from "node:assert/strict";
import { test } from "node:test";
import { fontSize } from "../../static/drawing/paint.js";

const LOOK = { bare: false, smallest: 10 * 0.46, largest: 15, ems: (text) => text.length };

test("numbers are written from the smallest size on, and no larger than the largest", () => {
  assert.equal(fontSize(["0"], 99, 10, LOOK), LOOK.smallest);
  assert.equal(fontSize(["0"], 99, 9.9, LOOK), 0);
  assert.equal(fontSize(["0"], 99, 99, LOOK), 15);
  assert.equal(fontSize(["0.125"], 28, 99, LOOK), 5);
  assert.equal(fontSize(["0"], 99, 99, { ...LOOK, bare: true }), 0);
});
