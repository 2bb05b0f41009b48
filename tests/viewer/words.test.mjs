import assert from "node:assert/strict";
import { test } from "node:test";
import { hertz, isTold, seconds, statisticsOf, unitSentence } from "../../static/viewer/words.js";

const UNIT = {
  stage: "conv1", channel: 7, unit: [10, 4], value: -0.25, seen: [[8, 12], [3, 3]], last: "pooling2", reached: [[9, 9], [0, 1]], statistical: "",
  sound: { from: 0.064, to: 0.256, low: 40, high: 1234 },
};
const say = (changes) => unitSentence({ ...UNIT, ...changes });

test("a unit is named as in torch, with what it sees in every unit of measure", () =>
  assert.equal(
    say({}),
    "conv1[0, 7, 10, 4] = −0.25. It sees 0.06 s to 0.26 s (192 ms), 40 Hz to 1.23 kHz: " +
      "frames 8 to 12 and mel 3 of the input (5 frames × 1 mel). It goes on into 1 frame × 2 mels of pooling2.",
  ));

test("without a time axis it sees cells alone", () =>
  assert.match(say({ sound: null }), /= −0\.25\. It sees frames 8 to 12 and mel 3 of the input/));

test("a unit that reads padding alone says so, and nothing else", () =>
  assert.equal(say({ seen: null }), "conv1[0, 7, 10, 4] = −0.25. It reads padding alone."));

test("a unit that the last stage passes over says so, and one of the last stage says nothing of it", () => {
  assert.match(say({ reached: null }), /Nothing of pooling2 depends on it\.$/);
  assert.doesNotMatch(say({ reached: null, stage: "pooling2" }), /depends|goes on/);
});

test("statistics that see the whole input are named", () =>
  assert.match(say({ statistical: "batchnorm0" }), / The statistics of batchnorm0 make it depend a little on the whole input as well\.$/));

test("thousands are set apart", () => {
  assert.match(say({ seen: [[0, 4999], [0, 127]] }), /\(5,000 frames × 128 mels\)/);
  assert.match(say({ sound: { ...UNIT.sound, to: 10.064 } }), /\(10,000 ms\)/);
});

test("what is no number is said so", () => assert.match(say({ value: NaN }), /= nan\./));

test("times and frequencies read as people say them", () => {
  assert.deepEqual([0, 0.005, 9.999].map(seconds), ["0.00 s", "0.01 s", "10.00 s"]);
  assert.deepEqual([0, 999.4, 1000, 1743.8, 7831.7].map(hertz), ["0 Hz", "999 Hz", "1 kHz", "1.74 kHz", "7.83 kHz"]);
});

test("no frequency below a kilohertz reads as a thousand hertz", () => assert.equal(hertz(999.6), "1 kHz"));

test("statistics are named in order, zeros as a share in percent", () =>
  assert.deepEqual(statisticsOf(["mean", "zeros"], [0.12345, 0.5]), [["mean", "0.123"], ["zeros", "50 %"]]));

test("while a sound runs, where it is is told once a second; at rest, whenever it has moved", () => {
  const told = [];
  let last = NaN;
  for (let frame = 0; frame <= 4 * 62; frame++) if (isTold(frame / 62, last, true)) told.push((last = frame / 62));
  assert.deepEqual(told.map(Math.floor), [0, 1, 2, 3, 4]);
  assert.deepEqual([isTold(4.4, 4.0, false), isTold(4.4, 4.4, false), isTold(0, NaN, false)], [true, false, true]);
});
