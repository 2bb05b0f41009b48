import assert from "node:assert/strict";
import { test } from "node:test";
import { axisOf } from "../../static/drawing/axes.js";
import { mapNames } from "../../static/drawing/titles.js";
import { caseOf, stageOf } from "./given.mjs";

test("a plane of a volume is named by its number, and one of padding as that", () => {
  const { scene, ...given } = caseOf("3d");
  const stage = { ...stageOf({ scene, ...given }), groupOf: () => 0 };
  const { extent, lines, low } = stage.input;
  const found = Array.from(lines[0], (_, depth) => mapNames(stage, { channel: 1, depth }).long.slice(-1)[0]);
  const planes = Array.from({ length: extent[0] }, (_, at) => axisOf(scene.meta.axes[0]).one(at));
  assert.deepEqual(found, [...Array(low[0]).fill("padding"), ...planes, "padding"]);
});
