import assert from "node:assert/strict";
import { test } from "node:test";
import { litBy } from "../../static/drawing/lights.js";
import { RULES, agrees, torchValue } from "../../static/drawing/rules.js";
import { combinations, range, ravel } from "../../static/drawing/tables.js";
import { caseOf, cases, near, stageOf } from "./given.mjs";

const TOLD = ["dot", "blend", "max", "mean", "power", "point", "share", "response"]; // rules whose terms are the window, as Python has it
const ROUNDED = ["norm", "balance", "point", "gate", "blend"]; // made of float32 statistics, masks, weights, or a fit of the error function

const work = ({ scene, axes }, { channel, cell }) => RULES[scene.meta.rule](scene, axes, channel, cell);
const mixes = ({ scene }) => scene.meta.gating?.mixes;
const byRule = (...rules) => cases.filter(({ scene }) => rules.includes(scene.meta.rule));
const places = (shape) => [...combinations(shape.slice(1).map(range))].flatMap((cell) => range(shape[0]).map((channel) => ({ channel, cell })));

/** The same number, what is no number included. */
function same(found, wanted, tolerance, words) {
  if (Number.isFinite(wanted)) near(found, wanted, tolerance * Math.max(1, Math.abs(wanted)), words);
  else assert.equal(found, wanted, words);
}

test("every rule has a case", () => assert.deepEqual(new Set(cases.map(({ scene }) => scene.meta.rule)), new Set(Object.keys(RULES))));

for (const given of cases) {
  const { name, scene, axes, truth } = given;
  const { rule } = scene.meta;

  test(`${name}: the value is that of the trace`, () => {
    for (const step of truth.steps) same(work(given, step).value, step.value, ROUNDED.includes(rule) ? 1e-5 : 1e-12, step.cell);
  });

  test(`${name}: every output cell agrees with torch`, () => {
    const { shape, data } = scene.tensors.output;
    for (const { channel, cell } of places(shape)) {
      const torch = torchValue(scene, channel, cell);
      assert.equal(torch, data[ravel([channel, ...cell], shape)]);
      assert.ok(agrees(scene, RULES[rule](scene, axes, channel, cell), torch), `${channel}: ${cell}`);
    }
  });

  test(`${name}: a wrong value is refused`, () => {
    for (const step of truth.steps) {
      const worked = work(given, step);
      const largest = Math.max(1, ...worked.terms.map((t) => (t.kind ? 0 : Math.abs(t.product ?? t.read))).filter(Number.isFinite));
      const finite = [1e-3, -1e-3].flatMap((wrong) => [
        [worked, step.torch + wrong * largest],
        [{ ...worked, value: worked.value + wrong * largest }, step.torch],
      ]);
      const odd = [NaN, Infinity, -Infinity, Number.isFinite(step.torch) ? NaN : 0.5].filter((wrong) => !Object.is(wrong, step.torch)).map((wrong) => [{ ...worked, value: wrong }, step.torch]);
      for (const [told, torch] of [...(Number.isFinite(step.torch) ? finite : []), ...odd]) {
        assert.ok(!agrees(scene, told, torch), `${told.value} for ${torch}`);
      }
    }
  });
}

for (const given of cases.filter((one) => TOLD.includes(one.scene.meta.rule) || mixes(one)))
  test(`${given.name}: the terms are those of the trace`, () => {
    for (const step of given.truth.steps) {
      const { terms, perChannel, first, last } = work(given, step);
      assert.deepEqual(terms.map((t) => t.read), step.terms);
      assert.equal(terms.length, perChannel * (last - first));
    }
  });

for (const given of cases.filter((one) => one.scene.meta.rule === "dot" || mixes(one)))
  test(`${given.name}: each term is multiplied by its own weight, and the bias comes last`, () => {
    for (const step of given.truth.steps) {
      const { terms, sum, bias, value, mixed } = work(given, step);
      assert.deepEqual(terms.map((t) => t.weight), step.weights);
      assert.deepEqual(terms.map((t) => t.product), step.terms.map((read, i) => read * step.weights[i]));
      near(sum, terms.reduce((total, { product }) => total + product, 0), 1e-12);
      assert.equal(mixed ?? value, sum + (bias ?? 0));
    }
  });

for (const given of byRule("blend")) {
  const back = given.name.startsWith("back-"); // turned round, those of one cell of x in many of y
  test(`${given.name}: each term has the weight of the trace${back ? "" : ", and all of them add up to 1"}`, () => {
    for (const step of given.truth.steps) {
      const { terms } = work(given, step);
      terms.forEach(({ weight }, i) => near(weight, step.weights[i], 1e-6));
      if (!back) near(terms.reduce((sum, { weight }) => sum + weight, 0), 1, 1e-6);
    }
  });
}

for (const given of byRule("max")) {
  const { name, scene, axes, truth } = given;
  const found = places(scene.tensors.output.shape).map(({ channel, cell }) => ({ channel, cell, ...RULES.max(scene, axes, channel, cell) }));

  test(`${name}: the winner stands where torch says`, () => {
    for (const { channel, cell, winner, index, value } of found) {
      const torch = truth.indices[ravel([channel, ...cell], scene.tensors.output.shape)];
      if (!winner) assert.ok(index === undefined && value === -Infinity, "nothing but padding");
      else assert.deepEqual([index, winner.channel, winner.kind, winner.read], [torch, channel, 0, value]);
    }
  });

  test(`${name}: a wrong winner is refused, however right its value`, () => {
    for (const worked of found.filter(({ winner }) => winner)) {
      assert.ok(agrees(scene, worked, worked.value));
      assert.ok(!agrees(scene, { ...worked, index: worked.index + 1 }, worked.value));
    }
  });
}

/** Every output cell of a case, worked out. */
const workedOut = (name) => places(caseOf(name).scene.tensors.output.shape).map((at) => work(caseOf(name), at));

test("of equal cells the first wins, of those that are no number the last", () => {
  const given = caseOf("max-odd");
  const winners = range(9).map((c) => work(given, { channel: 0, cell: [0, 0, c] }).index);
  assert.deepEqual(winners, [2, 2, 2, 3, 4, 5, 6, 9, 10]);
});

test("a window that reads nothing but padding has no winner", () => {
  const found = workedOut("max-of-padding-alone").map(({ winner, index, value }) => [winner, index, value]);
  assert.deepEqual(found, [[null, undefined, -Infinity], [null, undefined, -Infinity]]);
});

test("a mean divides by all places inside the padding, by cells alone, or by a number of one's own", () => {
  const divisors = (name) => workedOut(name).map(({ divisor }) => divisor);
  assert.deepEqual(divisors("mean-ceil"), [9, 9, 6, 9, 9, 6, 9, 9, 6, 6, 6, 4]);
  assert.deepEqual(divisors("mean-of-cells"), [4, 6, 6, 2, 6, 9, 9, 3, 4, 6, 6, 2]);
  assert.deepEqual(new Set(divisors("mean-divided")), new Set([5]));
});

test("a power is stretched to a whole window", () => {
  for (const { cells, sum, stretched, perChannel } of workedOut("power")) near(stretched * cells, sum * perChannel, 1e-9);
  assert.ok(workedOut("power").some(({ cells, perChannel }) => cells < perChannel));
});

for (const one of byRule("norm"))
  test(`${one.name}: mean and variance are those of the cells that share them`, () => {
    if (one.name === "batch-norm-eval") return;
    const stage = stageOf(one);
    const { input } = one.scene.tensors;
    for (const step of one.truth.steps) {
      const { channels, places: lit } = litBy(stage, { kind: "output", ...step }).input;
      const together = range(channels[1] - channels[0]).flatMap((c) => [...combinations(lit)].map((cell) => input.data[ravel([channels[0] + c, ...cell], input.shape)]));
      const mean = together.reduce((a, b) => a + b) / together.length;
      const worked = work(one, step);
      near(worked.mean, mean, 1e-6);
      near(worked.var, together.reduce((total, x) => total + (x - mean) ** 2, 0) / together.length, 1e-6);
    }
  });

test("afterwards a batch norm takes the running statistics, not those of its cells", () => {
  const { truth } = caseOf("batch-norm-eval");
  const found = workedOut("batch-norm-eval");
  assert.equal(new Set(found.map(({ mean }) => mean)).size, 2, "one per channel");
  found.forEach(({ mean, var: variance }) => assert.ok(truth.tensors.mean.data.includes(mean) && truth.tensors.var.data.includes(variance)));
});

for (const one of byRule("gate", "drop"))
  test(`${one.name}: signal and gate are torch's, and make the value`, () => {
    const { shape } = one.scene.tensors.output;
    for (const { channel, cell } of places(shape)) {
      const { signal, gate, value, scale } = work(one, { channel, cell });
      const flat = ravel(cell, shape.slice(1));
      near(signal, one.truth.gating.signal[channel][flat], 1e-5);
      near(gate, one.truth.gating.gate[channel][flat], 1e-6);
      near(value, signal * gate * (scale ?? 1), 1e-12);
      near(scale ?? 1, one.truth.gating.gain, 1e-12);
    }
  });

for (const one of byRule("point"))
  test(`${one.name}: the cell, its slope and its gate are torch's`, () => {
    const { input } = one.scene.tensors;
    for (const { channel, cell } of places(input.shape)) {
      const { x, slope, gate } = work(one, { channel, cell });
      const flat = ravel([channel, ...cell], input.shape);
      assert.equal(x, input.data[flat]);
      if (Number.isFinite(x)) near(slope, one.truth.slopes[flat], 1e-6);
      if (one.truth.gating) near(gate, one.truth.gating.gate[channel][ravel(cell, input.shape.slice(1))], 1e-6);
    }
  });

for (const one of byRule("share"))
  test(`${one.name}: the shares of all that a window reads add up to 1`, () => {
    if (one.name.endsWith("-odd")) return;
    const share = (value) => (one.scene.meta.constants.log ? Math.exp(value) : value);
    for (const at of places(one.scene.tensors.output.shape)) {
      const read = work(one, at).terms.map(({ channel, source: cell }) => share(work(one, { channel, cell }).value));
      near(read.reduce((sum, value) => sum + value, 0), 1, 1e-12);
    }
  });

for (const one of byRule("move"))
  test(`${one.name}: a moved cell comes from where torch took it`, () => {
    const { input, output } = one.scene.tensors;
    for (const { channel, cell } of places(output.shape)) {
      const { index, source, value } = work(one, { channel, cell });
      assert.equal(index, one.truth.from[ravel([channel, ...cell], output.shape)]);
      if (index < 0) assert.deepEqual([source, value], [null, one.scene.meta.constants.fill ?? 0]);
      else assert.deepEqual([ravel(source, input.shape), value], [index, input.data[index]]);
    }
  });

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

test("padding does not loosen the check, and large cells do", () => {
  const { scene } = cases[0];
  const worked = (kind) => ({ value: 1, terms: [{ kind, read: 1e6 }] });
  assert.ok(!agrees(scene, worked(-1), 1.1));
  assert.ok(agrees(scene, worked(0), 1.1));
});

test("the bias counts, and its absence does not", () => {
  const bias = byRule("dot").map((one) => [work(one, one.truth.steps[0]).bias, "bias" in one.truth.tensors]);
  for (const [found, wanted] of bias) assert.equal(found !== null, wanted);
  assert.ok(bias.some(([, has]) => has) && bias.some(([, has]) => !has));
});
