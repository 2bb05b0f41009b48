import assert from "node:assert/strict";
import { test } from "node:test";
import { RULES, agrees, torchValue } from "../../static/player/rules.js";
import { cases, near } from "./given.mjs";

const work = ({ scene, axes }, { channel, cell }) => RULES[scene.meta.rule](scene, axes, channel, cell);

for (const given of cases) {
  const { name, scene, axes, truth } = given;

  test(`${name}: terms and value are those of the trace`, () => {
    for (const step of truth.steps) {
      const { terms, value, sum, bias, perChannel, first, last } = work(given, step);
      assert.deepEqual(terms.map((t) => t.read), step.terms);
      assert.deepEqual(terms.map((t) => t.weight), step.weights);
      assert.deepEqual(terms.map((t) => t.product), step.terms.map((read, i) => read * step.weights[i]));
      near(value, step.value, 1e-12);
      assert.equal(value, sum + (bias ?? 0));
      assert.equal(terms.length, perChannel * (last - first));
    }
  });

  test(`${name}: every output cell agrees with torch`, () => {
    const { shape, data } = scene.tensors.output;
    let flat = 0;
    for (let channel = 0; channel < shape[0]; channel++)
      for (let d = 0; d < shape[1]; d++)
        for (let r = 0; r < shape[2]; r++)
          for (let c = 0; c < shape[3]; c++) {
            const torch = torchValue(scene, channel, [d, r, c]);
            assert.equal(torch, data[flat++]);
            assert.ok(agrees(scene, RULES.dot(scene, axes, channel, [d, r, c]), torch), `${channel}: ${[d, r, c]}`);
          }
  });

  test(`${name}: a wrong value is refused`, () => {
    for (const step of truth.steps) {
      const worked = work(given, step);
      const largest = Math.max(1, ...worked.terms.map((t) => Math.abs(t.product)));
      for (const wrong of [1e-3, -1e-3, NaN, Infinity]) {
        assert.ok(!agrees(scene, worked, step.torch + wrong * largest));
        assert.ok(!agrees(scene, { ...worked, value: worked.value + wrong * largest }, step.torch));
      }
    }
  });
}

test("what is no number agrees only with itself", () => {
  const { scene } = cases[0];
  const worked = (value) => ({ value, terms: [] });
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.ok(agrees(scene, worked(value), value));
    assert.ok(!agrees(scene, worked(value), 0) && !agrees(scene, worked(0), value));
  }
  assert.ok(!agrees(scene, worked(Infinity), -Infinity));
  assert.ok(agrees(scene, worked(1e39), Infinity), "beyond what a float32 holds");
});

test("the bias counts, and its absence does not", () => {
  const bias = cases.map((given) => [work(given, given.truth.steps[0]).bias, "bias" in given.truth.tensors]);
  for (const [found, wanted] of bias) assert.equal(found !== null, wanted);
  assert.ok(bias.some(([, has]) => has) && bias.some(([, has]) => !has));
});
