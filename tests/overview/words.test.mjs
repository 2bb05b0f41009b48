import assert from "node:assert/strict";
import { test } from "node:test";
import { channelWords, placeWords, sizeWords, unitName, unitSentence, valueWords } from "../../static/overview/words.js";

const map = (name, channels, rows, columns, more = {}) => ({ name, size: [channels, 1, rows, columns], axes: ["row", "column"], vector: false, statistical: "", ...more });
const vector = (name, features) => ({ name, size: [1, features, 1, 1], axes: ["number"], vector: true, statistical: "" });
const STAGES = [map("input", 1, 28, 28), map("pool1", 4, 12, 12), map("conv2", 8, 10, 10), map("pool2", 8, 5, 5), vector("flatten", 200), vector("dense", 10)];
const all = ({ size }) => size.map((n) => [0, n - 1]);
const NUMBER = { numbers: [0.8123], exactly: true, blocks: [1, 1, 1] };
const PLACE = { at: 1, channel: 3, cell: [0, 5, 7] };
const SPANS = [[[0, 0], [0, 0], [4, 13], [8, 17]], [[3, 3], [0, 0], [5, 5], [7, 7]], [[0, 7], [0, 0], [3, 5], [5, 7]], [[0, 7], [0, 0], [1, 2], [2, 3]], all(STAGES[4]), all(STAGES[5])];
const say = (spans = SPANS, place = PLACE, stages = STAGES) => unitSentence(stages, place, NUMBER, spans);

test("a unit is named as in torch, with what it sees and what it reaches", () =>
  assert.equal(
    say(),
    "pool1[0, 3, 5, 7] = 0.8123. It sees rows 4 to 13 and columns 8 to 17 of the input (10 rows × 10 columns). " +
      "It reaches 3 rows × 3 columns of conv2 and everything from flatten on.",
  ));

test("without a stage that is reached as a whole the last is told", () =>
  assert.match(say(SPANS.slice(0, 4), PLACE, STAGES.slice(0, 4)), /It reaches 3 rows × 3 columns of conv2 and 2 rows × 2 columns of pool2\.$/));

test("where the next stage is the last, or all is reached at once, it is said once", () => {
  assert.match(say(SPANS.slice(0, 3), PLACE, STAGES.slice(0, 3)), /It reaches 3 rows × 3 columns of conv2\.$/);
  const whole = SPANS.map((span, i) => (i > 1 ? all(STAGES[i]) : span));
  assert.match(say(whole), /It reaches everything from conv2 on\.$/);
  assert.match(say([...SPANS.slice(0, 4), [[0, 0], [3, 9], [0, 0], [0, 0]], SPANS[5]]), /of conv2 and everything of dense\.$/);
});

test("the input sees nothing, and the last stage reaches nothing", () => {
  const place = { at: 0, channel: 0, cell: [0, 2, 3] };
  assert.match(say(SPANS, place), /^input\[0, 0, 2, 3\] = 0\.8123\. It reaches/);
  assert.match(say(SPANS, { at: 5, channel: 0, cell: [4, 0, 0] }), /^dense\[0, 4\] = 0\.8123\. It sees rows 4 to 13 and columns 8 to 17 of the input \(10 rows × 10 columns\)\.$/);
});

test("what nothing reads, and what reads padding alone, is said", () => {
  assert.match(say(SPANS.map((span, i) => (i > 1 ? null : span))), /Nothing of conv2 depends on it\.$/);
  assert.match(say(SPANS.map((span, i) => (i > 2 ? null : span))), /It reaches 3 rows × 3 columns of conv2, and nothing of pool2\.$/);
  assert.match(say(SPANS.map((span, i) => (i ? span : null))), /It reads padding alone\./);
});

test("all of the input is said so", () => assert.match(say([all(STAGES[0]), ...SPANS.slice(1)]), /It sees all of the input \(28 rows × 28 columns\)\./));

test("channels are told where they are not all", () => {
  const stages = [map("input", 3, 28, 28), ...STAGES.slice(1)];
  assert.match(say([[[1, 1], ...SPANS[0].slice(1)], ...SPANS.slice(1)], PLACE, stages), /\(10 rows × 10 columns, channel 1\)/);
  assert.equal(channelWords({ size: [96] }, [[0, 47]]), "channels 0 to 47");
  assert.equal(channelWords({ size: [96] }, [[0, 95]]), "");
  assert.equal(channelWords({ size: [96] }, [[7, 7]]), "channel 7");
});

test("statistics that see the whole input are named", () => {
  const stages = STAGES.map((stage, i) => (i === 1 ? { ...stage, statistical: "norm1" } : stage));
  assert.match(say(SPANS, PLACE, stages), / The statistics of norm1 make it depend a little on the whole input as well\.$/);
});

test("units are written with the axes that torch has", () => {
  assert.equal(unitName(vector("fc", 10), 0, [7, 0, 0]), "fc[0, 7]");
  assert.equal(unitName({ name: "conv", axes: ["position"] }, 2, [0, 0, 9]), "conv[0, 2, 9]");
  assert.equal(unitName({ name: "conv", axes: ["slice", "row", "column"] }, 2, [1, 0, 9]), "conv[0, 2, 1, 0, 9]");
  assert.equal(unitName(STAGES[0], null, [0, 1, 2]), "input[0, :, 1, 2]");
});

test("a number is torch's own, or about, with the block that it is the mean of", () => {
  assert.equal(valueWords(NUMBER), "0.8123");
  assert.equal(valueWords({ numbers: [0.25, 0.5, 1], exactly: true, blocks: [1, 1, 1] }), "0.25, 0.5, 1");
  assert.equal(valueWords({ ...NUMBER, exactly: false }), "about 0.8123");
  assert.equal(valueWords({ ...NUMBER, exactly: false, blocks: [1, 4, 2] }), "about 0.8123 (the mean of 4 × 2 cells)");
  assert.equal(valueWords({ ...NUMBER, exactly: false, blocks: [2, 4, 2] }), "about 0.8123 (the mean of 2 × 4 × 2 cells)");
  assert.equal(valueWords({ ...NUMBER, numbers: [NaN] }), "nan");
});

test("spans are said with their axes, one cell without an end", () => {
  assert.equal(placeWords(STAGES[0], SPANS[0]), "rows 4 to 13 and columns 8 to 17");
  assert.equal(placeWords(STAGES[0], SPANS[1]), "row 5 and column 7");
  assert.equal(placeWords(STAGES[5], [[0, 0], [2, 3], [0, 0], [0, 0]]), "numbers 2 to 3");
  assert.equal(placeWords({ axes: ["slice", "row", "column"] }, [[0, 0], [1, 3], [2, 2], [0, 4]]), "slices 1 to 3, row 2 and columns 0 to 4");
  assert.equal(sizeWords(vector("fc", 4096), all(vector("fc", 4096))), "4,096 numbers");
  assert.equal(sizeWords(STAGES[0], SPANS[1]), "1 row × 1 column");
});
