import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf, percent } from "../../static/layer_list/layer_list.js";

test("a block is as high as its map, to scale", () => {
  assert.equal(blockOf([3, 224, 224], 224, 64).height, 30);
  assert.equal(blockOf([64, 56, 112], 224, 64).height, 15);
  assert.equal(blockOf([1000], 224, 1000).height, 2);
});

test("a block grows with the doublings of its channels", () => {
  const widths = [1, 3, 7, 15].map((channels) => blockOf([channels, 8, 8], 8, 255).width);
  assert.deepEqual(widths, [4, 9, 13, 17]);
});

test("a small share is not rounded away", () => {
  assert.deepEqual([percent(1, 1000), percent(41, 100), percent(0, 5), percent(5, 0)], ["< 1 %", "41 %", "", ""]);
});
