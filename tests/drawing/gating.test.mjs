import assert from "node:assert/strict";
import { test } from "node:test";
import { Gating } from "../../static/drawing/gating.js";
import { countedWords } from "../../static/drawing/titles.js";
import { range } from "../../static/drawing/tables.js";
import { caseOf, cases, near } from "./given.mjs";

const gated = cases.filter(({ truth }) => truth.gating);
const set = (scene, more) => Object.assign(new Gating(scene), more);

/** Compare planes of a channel with a function of torch's signal and gate. */
function compare(found, { signal, gate }, channel, wanted, tolerance) {
  assert.equal(found.length, signal[channel].length);
  found.forEach((value, i) => near(value, wanted(signal[channel][i], gate[channel][i]), tolerance, `${channel}, ${i}:`));
}

test("there are gates of every origin to test", () =>
  assert.deepEqual(
    new Set(gated.map(({ scene }) => scene.meta.rule)),
    new Set(["point", "gate", "drop"]),
  ));

test("a scene has a gate where the layer is a product of two, and nowhere else", () =>
  cases.forEach(({ name, scene, truth }) => assert.equal(scene.meta.gating !== null, truth.gating !== null || name === "relu-odd", name)));

for (const { name, scene, truth } of gated) {
  const { shape, data } = scene.tensors.output;
  const size = data.length / shape[0];
  const channels = range(shape[0]);

  test(`${name}: signal and gate are torch's`, () => {
    for (const channel of channels) {
      const { input, gate } = new Gating(scene).planes(channel);
      compare(input, truth.gating, channel, (s) => s, 1e-5);
      compare(gate, truth.gating, channel, (_, g) => g, 1e-6);
    }
  });

  test(`${name}: at full strength the product is torch's own output, bit for bit`, () => {
    for (const channel of channels)
      assert.deepEqual(new Gating(scene).planes(channel).output, data.slice(channel * size, (channel + 1) * size));
  });

  test(`${name}: computed again, the product is torch's output`, () => {
    const just = set(scene, { strength: 1 - 1e-9 }); // not quite untouched
    for (const channel of channels) just.planes(channel).output.forEach((y, i) => near(y, data[channel * size + i], 1e-5));
  });

  test(`${name}: at strength 0 all gates are open, and the signal passes as it is`, () => {
    for (const hand of ["computed", "open", "closed"])
      for (const channel of channels) {
        const { input, gate, output } = set(scene, { strength: 0, hand }).planes(channel);
        assert.deepEqual(output, Float32Array.from(input));
        assert.deepEqual(new Set(gate), new Set([1]));
      }
  });

  test(`${name}: in between, gate and product go in a straight line`, () => {
    const { gain } = truth.gating;
    for (const strength of [0.25, 0.6])
      for (const channel of channels) {
        const { gate, output } = set(scene, { strength }).planes(channel);
        compare(gate, truth.gating, channel, (_, g) => 1 + strength * (g - 1), 1e-6);
        compare(output, truth.gating, channel, (s, g) => s * (1 - strength) + strength * s * g * gain, 1e-5);
      }
  });

  test(`${name}: opened by hand the signal passes, closed by hand nothing does`, () => {
    const { gain } = truth.gating;
    for (const channel of channels) {
      const [open, closed] = ["open", "closed"].map((hand) => set(scene, { hand }).planes(channel));
      compare(open.output, truth.gating, channel, (s) => s * gain, 1e-5);
      compare(closed.output, truth.gating, channel, () => 0, 0);
      assert.deepEqual([new Set(open.gate), new Set(closed.gate)], [new Set([1]), new Set([0])]);
    }
  });

  test(`${name}: all channels together have as many closed gates as each one by itself, after every change`, () => {
    const gating = set(scene, {});
    for (const setting of [{}, { threshold: 0.7 }, { strength: 0.4 }, { hand: "closed" }, { hand: "open" }]) {
      Object.assign(gating, setting);
      const each = range(shape[0]).reduce((sum, channel) => sum + gating.below(gating.planes(channel).gate), 0);
      assert.equal(gating.belowOfAll(), each, JSON.stringify(setting));
    }
  });

  test(`${name}: as many gates are closed as torch counts below the threshold`, () => {
    for (const [threshold, wanted] of Object.entries(truth.gating.closed)) {
      const gating = set(scene, { threshold: Number(threshold) });
      assert.deepEqual(channels.map((channel) => gating.below(gating.computed(channel))), wanted);
    }
  });

  test(`${name}: one gate is opened as its plane is`, () => {
    const gating = set(scene, { strength: 0.3 });
    const { gate } = gating.planes(0);
    new Gating(scene).computed(0).forEach((g, i) => near(gating.opened(g), gate[i], 1e-6));
  });
}

test("only as computed and at full strength is it untouched", () => {
  const { scene } = gated[0];
  assert.ok(new Gating(scene).untouched);
  for (const more of [{ strength: 0.9 }, { hand: "open" }, { hand: "closed" }]) assert.ok(!set(scene, more).untouched);
});

test("the caption of a mask says what it counts: dropped cells, or those below the threshold", () => {
  for (const { scene } of gated) {
    const gating = set(scene, { threshold: 0.3 });
    const stage = { scene, gating, planes: gating.planes(0), output: { channels: 1 } };
    assert.match(countedWords(stage)[0], scene.meta.rule === "drop" ? /^[\d.]+ % dropped$/ : /^[\d.]+ % below 0\.30$/);
  }
});

test("a gate exactly at the threshold is open", () => {
  const gating = set(gated[0].scene, { threshold: 0.5 });
  assert.equal(gating.below([0.4999, 0.5, 0.5001, NaN]), 1);
});

test("what is no number stays none, whatever its gate", () => {
  const { output } = set(caseOf("relu-odd").scene, { strength: 0.5 }).planes(0);
  assert.ok(Number.isNaN(output[0]));
});
