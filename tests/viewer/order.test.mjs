import assert from "node:assert/strict";
import { test } from "node:test";
import { areas, column, insideOf, ordered } from "../../static/viewer/order.js";
import { contrastHint, sortValue } from "../../static/viewer/words.js";
import { cases } from "./given.mjs";

test("channels are sorted as numpy sorts torch's statistics, the largest first and ties in order", () => {
  for (const { name, meta, tensors, truth } of cases)
    for (const [by, order] of Object.entries(truth.orders)) {
      const values = column(tensors.statistics.data, meta.statistics, by);
      assert.deepEqual(ordered(values, order.length), order, `${name} by ${by}`);
    }
});

test("by number they stay as they are", () => {
  const { meta, tensors } = cases[0];
  assert.equal(column(tensors.statistics.data, meta.statistics, "index"), null);
  assert.deepEqual(ordered(null, 4), [0, 1, 2, 3]);
});

test("a stretch's frames and areas are those that numpy works out from the same pictures", () => {
  for (const { name, meta, tensors, truth } of cases) {
    const stage = meta.stages.find((one) => one.name === meta.stage);
    const { data, shape } = tensors.small;
    for (const { from, to, inside, rest, other, told } of truth.stretches) {
      const found = insideOf(stage, shape[1], from, to);
      assert.deepEqual(found, inside, `${name} ${from} to ${to}`);
      const against = [[found.map((one) => !one), rest], [insideOf(stage, shape[1], ...other), told]];
      for (const [frames, wanted] of against)
        areas(data, shape, found, frames).forEach((value, channel) => {
          const same = wanted[channel] === null ? Number.isNaN(value) : Math.abs(value - wanted[channel]) <= 1e-9;
          assert.ok(same, `${name}, channel ${channel}: ${value} instead of ${wanted[channel]}`);
        });
    }
  }
});

test("the farthest from chance comes first, on either side, and what is no number last", () => {
  assert.deepEqual(ordered([0.6, 0.1, NaN, 0.8, 1, 0.3], 6, 0.5), [4, 1, 3, 5, 0, 2]);
  assert.deepEqual(ordered([1, NaN, 2, -5], 4), [2, 0, 3, 1]);
});

test("a channel that is always larger inside tells it for sure, one that never varies by chance", () => {
  const levels = Uint8Array.from([0, 0, 9, 0, 7, 7, 7, 7]); // two channels of two frames and two mels
  assert.deepEqual(areas(levels, [2, 2, 2], [false, true], [true, false]), [1, 0.5]);
  assert.deepEqual(areas(levels, [2, 2, 2], [true, false], [false, true]), [0, 0.5]);
  assert.ok(areas(levels, [2, 2, 2], [true, true], [false, false]).every(Number.isNaN)); // nothing is left to compare with
  assert.ok(areas(Uint8Array.from([255, 255, 3, 4]), [1, 2, 2], [true, false], [false, true]).every(Number.isNaN)); // no numbers inside
});

test("a value is an area, and what it compares is said", () => {
  assert.deepEqual([0.975, 0.5, NaN].map((value) => sortValue("contrast", value)), ["0.97", "0.50", "–"]);
  assert.equal(sortValue("tells", 1), "1.00");
  assert.equal(sortValue("zeros", 0.5), "50 %");
  assert.match(contrastHint(null), /Drag over the sound/);
  assert.match(contrastHint([0.5, 1]), /^0.50 s to 1.00 s against the rest/);
  assert.match(contrastHint([0.5, 1], [2, 3]), /^0.50 s to 1.00 s against 2.00 s to 3.00 s/);
});
