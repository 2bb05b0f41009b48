import assert from "node:assert/strict";
import { test } from "node:test";
import { scales, sorts } from "../../static/viewer/build.js";
import { scaleOf } from "../../static/viewer/picture.js";
import { cases } from "./given.mjs";

test("what channels are sorted by is among the statistics of every blob", () => {
  for (const { meta } of cases)
    for (const [by] of sorts().slice(1, -1)) assert.ok(meta.statistics.includes(by), by);
  assert.deepEqual([sorts()[0][0], sorts().at(-1)[0]], ["index", "contrast"]); // which need none
});

test("every choice of colours has limits", () => {
  for (const [kind] of scales()) {
    const [low, high] = scaleOf(kind, [0, 1], [0, 2], [0, 3], false);
    assert.ok(low < high, kind);
  }
});
