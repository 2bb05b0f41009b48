import assert from "node:assert/strict";
import { test } from "node:test";
import { column, contrasts, insideOf, ordered } from "../../static/viewer/order.js";
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

test("a stretch's frames and contrasts are those that numpy works out from the same pictures", () => {
  for (const { name, meta, tensors, truth } of cases) {
    const stage = meta.stages.find((one) => one.name === meta.stage);
    const { data, shape } = tensors.small;
    for (const { from, to, inside, contrast } of truth.stretches) {
      const found = insideOf(stage, shape[1], from, to);
      assert.deepEqual(found, inside, `${name} ${from} to ${to}`);
      contrasts(data, shape, found).forEach((value, channel) => {
        const wanted = contrast[channel];
        const same = wanted === null ? Number.isNaN(value) : Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
        assert.ok(same, `${name}, channel ${channel}: ${value} instead of ${wanted}`);
      });
    }
  }
});

test("the farthest from 0 comes first, on either side, and what is no number last", () => {
  assert.deepEqual(ordered([0.1, -3, NaN, 2, Infinity, -2], 6, true), [4, 1, 3, 5, 0, 2]);
  assert.deepEqual(ordered([1, NaN, 2, -5], 4), [2, 0, 3, 1]);
});

test("a channel that has one value inside and another outside is infinitely far, one that never varies is not", () => {
  const levels = Uint8Array.from([0, 0, 9, 9, 7, 7, 7, 7]); // two channels of two frames and two mels
  assert.deepEqual(contrasts(levels, [2, 2, 2], [false, true]), [Infinity, NaN]);
  assert.ok(contrasts(levels, [2, 2, 2], [true, true]).every(Number.isNaN)); // nothing is left to compare with
  assert.ok(contrasts(Uint8Array.from([255, 255, 3, 4]), [1, 2, 2], [true, false]).every(Number.isNaN)); // no numbers inside
});

test("a value says its sign and its unit", () => {
  assert.deepEqual([1.5, -0.25, NaN, Infinity].map((value) => sortValue("contrast", value)), ["+1.5 sd", "−0.25 sd", "–", "+∞ sd"]);
  assert.equal(sortValue("zeros", 0.5), "50 %");
  assert.match(contrastHint(null), /Drag over the sound/);
  assert.match(contrastHint([0.5, 1]), /^0.50 s to 1.00 s against the rest/);
});
