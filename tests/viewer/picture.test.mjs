import assert from "node:assert/strict";
import { test } from "node:test";
import { TOP, limits, ramp } from "../../static/drawing/colour.js";
import { bitmapOf, inkOf, levelsOf, pixelsOf, relevel, scaleOf, widest } from "../../static/viewer/picture.js";
import { cases, near } from "./given.mjs";

const NONE = TOP + 1;
const STOPS = ["#000000", "#ff8000", "#ffffff"];
const bytes = (pixel) => [...new Uint8Array(Uint32Array.of(pixel).buffer)];

test("the colour of every level is that of the player, fully there", () => {
  const ink = inkOf(STOPS);
  ramp(STOPS).forEach((colour, level) => assert.deepEqual(bytes(ink[level]), [...colour, 255]));
});

test("levels run from the lowest value of the scale to the highest, and what is no number has one of its own", () =>
  assert.deepEqual([...levelsOf([-1, 0, 1, 5, -7, NaN, Infinity], [-1, 1])], [0, TOP / 2, TOP, TOP, 0, NONE, NONE]));

test("levels on another scale are those of the values themselves, to the width of a level", () => {
  for (const [own, scale] of [[[0, 2], [-2, 2]], [[-3, 1], [-3, 3]], [[-1, 1], [-0.5, 0.25]]]) {
    const table = relevel(own, scale);
    const wide = Math.ceil((own[1] - own[0]) / (scale[1] - scale[0])) / 2 + 0.5;
    for (let value = own[0]; value <= own[1]; value += 0.01) {
      const [small] = levelsOf([value], own);
      near(table[small], levelsOf([value], scale)[0], wide, `${value} of ${own} on ${scale}`);
    }
    assert.equal(table[NONE], NONE);
  }
});

test("a channel with one value keeps it on the scale of the layer", () =>
  assert.equal(relevel([1, 1], [-2, 2])[0], levelsOf([1], [-2, 2])[0]));

test("frames run to the right and mels upwards", () => {
  const ink = Uint32Array.from({ length: NONE + 1 }, (_, i) => i);
  const levels = [0, 1, 2, 10, 11, 12]; // two frames of three mels
  assert.deepEqual([...pixelsOf(levels, [2, 3], ink)], [2, 12, 1, 11, 0, 10]);
});

test("a table is looked through before the colours", () => {
  const ink = Uint32Array.from({ length: NONE + 1 }, (_, i) => i);
  assert.deepEqual([...pixelsOf([3], [1, 1], ink, relevel([0, 1], [0, 1]).map((level) => 2 * level))], [6]);
});

test("neighbours that are no number differ, and are grey", () => {
  const pixels = pixelsOf([NONE, NONE, NONE, NONE], [2, 2], inkOf(STOPS));
  assert.notEqual(pixels[0], pixels[1]);
  assert.notEqual(pixels[0], pixels[2]);
  assert.equal(pixels[0], pixels[3]);
  for (const pixel of pixels) assert.deepEqual(bytes(pixel).slice(0, 3), [128, 128, 128]);
});

test("a bitmap file is as long as it says, and holds the pixels at its end", () => {
  const pixels = Uint32Array.of(1, 2, 3, 0xff00ff00, 5, 6);
  const file = bitmapOf(pixels, 3);
  const view = new DataView(file.buffer);
  assert.deepEqual([view.getInt32(2, true), view.getInt32(10, true)], [file.length, file.length - 24]);
  assert.deepEqual([view.getInt32(18, true), view.getInt32(22, true)], [3, -2]);
  assert.deepEqual(new Uint32Array(file.slice(-24).buffer), pixels);
});

test("the limits of a layer are the widest of its channels", () => {
  assert.deepEqual(widest([0, 1, -2, 0.5, -1, 3]), [-2, 3]);
  for (const { tensors, meta } of cases) {
    const row = meta.statistics.indexOf("min");
    const [data, width] = [tensors.statistics.data, meta.statistics.length];
    const lowest = Math.min(...data.filter((_, i) => i % width === row));
    assert.equal(widest(tensors["small.range"].data)[0], lowest);
  }
});

test("a scale is that of the channel, of the layer, or without a hundredth at both ends; a diverging one has its zero in the middle", () => {
  const all = [[-1, 2], [-3, 4], [-0.5, 0.25]];
  ["channel", "layer", "percentiles"].forEach((kind, i) => {
    assert.deepEqual(scaleOf(kind, ...all, false), all[i]);
    assert.deepEqual(scaleOf(kind, ...all, true), limits(...all[i], true));
  });
  assert.deepEqual(scaleOf("layer", ...all, true), [-4, 4]);
});
