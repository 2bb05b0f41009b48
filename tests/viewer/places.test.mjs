import assert from "node:assert/strict";
import { test } from "node:test";
import { apartOf, boxOf, cellOf, shareOf, soundOf, spanOf } from "../../static/viewer/places.js";
import { cases, near } from "./given.mjs";

const stageOf = ({ meta }, name) => meta.stages.find((stage) => stage.name === name);

test("spans of every unit on every stage are Python's, and none where padding alone is read", () => {
  let none = 0;
  for (const { name, tensors, truth } of cases)
    for (const { unit, spans } of truth.units)
      for (const [stage, wanted] of Object.entries(spans)) {
        assert.deepEqual(spanOf(tensors, stage, unit), wanted, `${name} ${unit} ${stage}`);
        none += wanted === null;
      }
  assert.ok(none, "no unit of these cases sees nothing");
});

test("numbers along the time have room, and there are as many as that leaves", () => {
  for (const length of [0.3, 1, 2, 3.7, 10, 60]) {
    for (const pixels of [230, 306, 800]) {
      const apart = apartOf(length, pixels, 1);
      assert.ok((pixels * apart) / length >= 52 || apart === 20, `${length} s on ${pixels} pixels: ${apart}`);
      const finer = { 0.2: 0.1, 0.5: 0.2, 1: 0.5, 2: 1, 5: 2, 10: 5, 20: 10 }[apart];
      if (finer) assert.ok((pixels * finer) / length < 52 || length / finer > 11, `${length} s on ${pixels} pixels: ${finer}`);
    }
  }
  assert.equal(apartOf(2, 800, 1), 0.2);
  assert.equal(apartOf(2, 800, 3), 1); // beside two others
});

test("what is heard of a span is what its frames read and its mels cover", () => {
  for (const { name, tensors, truth } of cases)
    for (const { unit, spans, sound } of truth.units) {
      if (!spans.input) continue;
      const found = soundOf(tensors, spans.input);
      assert.deepEqual(found && Object.keys(found), sound && ["from", "to", "low", "high"], `${name} ${unit}`);
      for (const key in sound) near(found[key], sound[key], 1e-6 * Math.max(1, sound[key]), `${name} ${unit} ${key}`);
    }
});

test("each unit's centre, as Python has it on the input, lies in the middle of its cell", () => {
  for (const given of cases)
    for (const { stage, axis, cells, centres } of given.truth.centres) {
      const lies = stageOf(given, stage).lies[axis];
      centres.forEach((at, u) => near(shareOf(lies, cells, at), (u + 0.5) / cells, 1e-9, `${given.name} ${stage} ${u}`));
    }
});

test("before a map's first cell and behind its last a place is outside", () => {
  const twice = { first: 0.5, jump: 2 }; // pooled by two, and the last frame of nine is dropped
  assert.deepEqual([-0.5, 0, 7.5, 8].map((at) => shareOf(twice, 4, at) * 4), [0, 0.25, 4, 4.25]);
});

test("a share falls into the cell that covers it, and no further than the ends", () =>
  assert.deepEqual([-0.1, 0, 0.249, 0.25, 0.999, 1, 1.5].map((share) => cellOf(share, 4)), [0, 0, 0, 1, 3, 3, 3]));

test("the middle of a cell's box is where the cell's centre lies", () => {
  const box = boxOf([[2, 2], [0, 3]], [8, 4]);
  assert.deepEqual(box, { left: 0.25, right: 0.375, bottom: 0, top: 1 });
  near((box.left + box.right) / 2, shareOf({ first: 0, jump: 1 }, 8, 2));
});
