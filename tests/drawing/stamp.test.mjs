import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOrder } from "../../static/drawing/order.js";
import { Painting, canStamp, stampOf } from "../../static/drawing/stamp.js";
import { range } from "../../static/drawing/tables.js";
import { cases, lots, near } from "./given.mjs";

const stamped = cases.filter(({ stamps }) => stamps);

const start = ({ scene, stamps }, serpentine = false) => {
  const order = makeOrder(1, scene.tensors.input.shape.slice(1), serpentine);
  const painting = new Painting(scene, stamps);
  const upTo = (channel, step) => [...painting.upTo(channel, step, (at) => order.at(at).cell).sums];
  return { upTo, last: order.steps - 1 };
};

test("there are stamps to test", () => assert.ok(stamped.length > 3));

for (const given of stamped) {
  const { name, scene, stamps } = given;
  const { output, bias } = scene.tensors;
  const per = output.data.length / output.shape[0];
  const torch = (channel) => output.data.slice(channel * per, (channel + 1) * per);

  for (const serpentine of [false, true])
    test(`${name}: after the last stamp the painting is torch's output${serpentine ? ", serpentine too" : ""}`, () => {
      const { upTo, last } = start(given, serpentine);
      for (const channel of range(output.shape[0]))
        upTo(channel, last).forEach((sum, at) => near(sum, torch(channel)[at], 1e-5, `${channel}: ${at}`));
    });

  test(`${name}: it starts from the bias`, () => {
    const { upTo } = start(given);
    for (const channel of range(output.shape[0])) assert.deepEqual(new Set(upTo(channel, -1)), new Set([bias?.data[channel] ?? 0]));
  });

  test(`${name}: the playhead may jump about`, () => {
    const lot = lots(5);
    const { upTo, last } = start(given);
    for (let run = 0; run < 20; run++) {
      const [channel, step] = [lot.whole(0, output.shape[0] - 1), lot.whole(-1, last)];
      assert.deepEqual(upTo(channel, step), start(given).upTo(channel, step));
    }
  });

  test(`${name}: one step adds one stamp, and what is cropped is not painted`, () => {
    const { upTo, last } = start(given);
    const order = makeOrder(1, scene.tensors.input.shape.slice(1));
    for (let step = 0; step <= last; step++) {
      const { cell } = order.at(step);
      const painted = stampOf(scene, stamps, 0, cell);
      const onto = painted.filter(({ cell: at }) => at);
      const [before, after] = [upTo(0, step - 1), upTo(0, step)];
      const grown = after.reduce((n, sum, at) => n + sum - before[at], 0);
      near(grown, onto.reduce((n, { sum }) => n + sum, 0), 1e-9);
      assert.ok(onto.every(({ cell: at }) => at.every((index, i) => index >= 0 && index < output.shape[i + 1])));
      assert.equal(painted.length, stamps.reduce((n, axis) => n * axis.taps, 1));
    }
  });

  test(`${name}: it is small enough to stamp`, () => assert.ok(canStamp(scene, stamps)));
}

test("a large map, or many products, are not stamped", () => {
  const sized = (channels, cells, inputs) => ({
    tensors: { input: { data: { length: inputs } }, output: { shape: [channels, 1, 1, cells], data: { length: channels * cells } } },
  });
  const kernel = (taps) => [{ taps: 1 }, { taps }, { taps }];
  assert.ok(canStamp(sized(8, 20_000, 100), kernel(3)), "channels are painted one by one");
  assert.ok(!canStamp(sized(1, 20_001, 100), kernel(3)));
  assert.ok(canStamp(sized(1, 9, 60_000), kernel(10)));
  assert.ok(!canStamp(sized(1, 9, 60_001), kernel(10)));
});
