import assert from "node:assert/strict";
import { test } from "node:test";
import { histogram } from "../../static/drawing/charts.js";
import { lots, near } from "./given.mjs";

const total = (counts) => counts.reduce((a, b) => a + b, 0);

/** Lists of numbers of any length, scale and place. */
function* samples(seed, runs = 200) {
  const lot = lots(seed);
  for (let run = 0; run < runs; run++) {
    const [middle, wide] = [lot.between(-5, 5), 10 ** lot.between(-3, 3)];
    const values = Array.from({ length: lot.whole(1, 300) }, () => middle + lot.between(-wide, wide));
    yield { lot, values, lim: [Math.min(...values), Math.max(...values, Math.min(...values) + 1e-6)] };
  }
}

test("counts add up to the cells, and the highest bar is the largest count", () => {
  for (const { values, lim } of samples(1)) {
    const { counts, most } = histogram(values, lim);
    assert.deepEqual([total(counts), most], [values.length, Math.max(...counts)]);
  }
});

test("mean and variance are those of the numbers", () => {
  for (const { values, lim } of samples(2)) {
    const { mean, variance } = histogram(values, lim);
    const wanted = values.reduce((a, b) => a + b) / values.length;
    const scale = Math.max(...values.map(Math.abs)) ** 2;
    near(mean, wanted, 1e-9 * Math.sqrt(scale));
    near(variance, values.reduce((sum, v) => sum + (v - wanted) ** 2, 0) / values.length, 1e-9 * scale);
  }
});

test("each bar counts the numbers between its edges", () => {
  const { counts } = histogram([0, 0.5, 1.5, 1.5, 47, 48], [0, 48]);
  assert.deepEqual([...counts].flatMap((count, i) => (count ? [[i, count]] : [])), [[0, 2], [1, 2], [47, 2]]);
});

test("numbers beyond the limits count in the first and the last bar", () => {
  const { counts } = histogram([-9, 0.5, 9], [0, 1]);
  assert.deepEqual([counts[0], counts[24], counts.at(-1)], [1, 1, 1]);
});

test("what is no number counts nowhere", () => {
  const { counts, mean, variance } = histogram([NaN, 1, Infinity, 3, -Infinity], [0, 4]);
  assert.deepEqual([total(counts), mean, variance], [2, 2, 1]);
});

test("a constant map is one bar, without variance", () => {
  const { counts, most, mean, variance } = histogram(Float32Array.from({ length: 9 }, () => 2.5), [2, 3]);
  assert.deepEqual([total(counts), most, mean, variance], [9, 9, 2.5, 0]);
});

test("without a single number there is nothing to divide by", () => {
  for (const values of [[], [NaN, NaN]]) {
    const { counts, most, mean, variance } = histogram(values, [-0.5, 0.5]);
    assert.deepEqual([total(counts), most, mean, variance], [0, 1, 0, 0]);
  }
});
