import assert from "node:assert/strict";
import { test } from "node:test";
import { countWords } from "../../static/overview/grid.js";

const say = (channels, vector = false) => countWords({ name: "conv1", vector, size: vector ? [1, channels, 1, 1] : [channels, 1, 8, 8] });

test("the grid says how many channels there are, and how many are left out", () => {
  assert.equal(say(96), "All 96 channels of conv1");
  assert.equal(say(512), "All 512 channels of conv1");
  assert.equal(say(2048), "The first 512 channels of conv1; 1,536 more are left out");
  assert.equal(say(1), "The one channel of conv1");
});

test("a vector is said to be one", () => {
  assert.equal(say(4096, true), "conv1 is one vector of 4,096 numbers");
  assert.equal(say(1, true), "conv1 is one vector of 1 number");
});
