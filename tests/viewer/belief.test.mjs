import assert from "node:assert/strict";
import { test } from "node:test";
import { eventShares, outline, rowOf, rowWords } from "../../static/viewer/belief.js";
import { cases, near } from "./given.mjs";

test("the curve of each class is torch's sigmoid of the head, and where there is no head there is none", () => {
  let heads = 0;
  for (const { name, meta, tensors, truth } of cases) {
    assert.equal(Boolean(meta.belief), Boolean(truth.likely), name);
    if (!truth.likely) continue;
    heads += 1;
    assert.equal(meta.belief.classes.length, truth.likely.length);
    truth.likely.forEach((wanted, row) => {
      const found = rowOf(tensors, row);
      assert.equal(found.length, wanted.length);
      wanted.forEach((value, frame) => near(found[frame], value, 1e-5, `${name} class ${row} frame ${frame}`));
    });
  }
  assert.ok(heads, "no case has a head");
});

test("a curve is as high in each frame as its value, and stands on the ground", () =>
  assert.equal(outline([0, 0.25, 1]), "M0 1V1H1V0.75H2V0H3V1Z"));

test("an event lies where the cursor stands when it begins and ends, and never off the map", () => {
  const stage = { lies: [{ jump: 4, first: 1.5 }], shape: [2, 10, 1] }; // ten frames of four each
  const found = eventShares(stage, [0.96, 2.4], 0.08); // input frames 12 and 30
  near(found[0], (12 + 0.5) / 40, 1e-9);
  near(found[1], (30 + 0.5) / 40, 1e-9);
  assert.deepEqual(eventShares(stage, [-1, 99], 0.08), [0, 1]);
});

test("a row says how likely at most, and when it is truly there, where that is known", () => {
  assert.equal(rowWords("alarm", [0.1, 0.934], [], false), "alarm: at most 0.93.");
  assert.equal(rowWords("alarm", [0.1, 0.934], [], true), "alarm: at most 0.93; truly not there.");
  assert.equal(rowWords("alarm", [0.1], [[0.5, 2]], true), "alarm: at most 0.10; truly there 0.50 s to 2.00 s.");
});
