import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../../static/drawing/captions.js";

const widthOf = (text, size) => text.length * size; // as in a font of square letters

test("the longest wording is taken, in the largest size that fits", () => {
  assert.deepEqual(fitted(widthOf, ["channel", "ch"], [15, 13, 12], 200), { text: "channel", size: 15 });
  assert.deepEqual(fitted(widthOf, ["channel", "ch"], [15, 13, 12], 7 * 13), { text: "channel", size: 13 });
  assert.deepEqual(fitted(widthOf, ["channel", "ch"], [15, 13, 12], 7 * 12 - 1), { text: "ch", size: 15 });
});

test("what fits in no way is cut where all can see it, and never wider than its room", () => {
  for (let room = 0; room < 90; room++) {
    const { text, size } = fitted(widthOf, ["a channel", "channel"], [15, 12], room);
    assert.ok(widthOf(text, size) <= room);
    if (room < 7 * 12) assert.ok(text === "" || text.endsWith("…"));
  }
});
