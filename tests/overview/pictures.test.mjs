import assert from "node:assert/strict";
import { test } from "node:test";
import { TOP } from "../../static/drawing/colour.js";
import { colourPixels, levelsOn, limitsOf, mapOf, numberOf, pixelsOf } from "../../static/overview/pictures.js";
import { cases, near } from "../viewer/given.mjs";

const NONE = TOP + 1;
const SAME = Uint32Array.from({ length: NONE + 1 }, (_, i) => i);
const bytes = (pixel) => [...new Uint8Array(Uint32Array.of(pixel).buffer)];

test("the number of every cell is torch's, bit by bit", () => {
  for (const { name, truth, ...scene } of cases)
    scene.meta.stages.forEach(({ exact, size: [channels, slices, rows, columns] }, i) => {
      if (!exact) return;
      const found = [];
      for (let c = 0; c < channels; c++) for (let d = 0; d < slices; d++) for (let r = 0; r < rows; r++) for (let k = 0; k < columns; k++) found.push(numberOf(scene, i, c, [d, r, k]));
      assert.deepEqual(found, truth.values[i].map(Math.fround), `${name} ${i}`);
    });
});

test("where levels came a number is the mean of its block, to the width of a level", () => {
  const { truth, ...scene } = cases.find(({ name }) => name === "levels");
  let some = 0;
  scene.meta.stages.forEach(({ exact, blocks: [, tall, wide], size: [, , rows, columns] }, i) => {
    if (exact) return;
    some++;
    const [low, high] = scene.tensors[`range.${i}`].data;
    const cells = [];
    for (let r = tall; r < Math.min(rows, 2 * tall); r++) for (let c = 0; c < wide; c++) cells.push(truth.values[i][r * columns + c]);
    near(numberOf(scene, i, 0, [0, tall, 0]), cells.reduce((a, b) => a + b) / cells.length, (high - low) / TOP);
    assert.equal(numberOf(scene, i, 0, [0, rows - 1, columns - 1]), numberOf(scene, i, 0, [0, rows - 1, columns - 1 - ((columns - 1) % wide)]));
  });
  assert.ok(some);
});

test("rows run downwards and columns to the right", () => assert.deepEqual([...pixelsOf([0, 1, 2, 10, 11, 12], [1, 2, 3], 1, SAME)], [0, 1, 2, 10, 11, 12]));

test("slices lie beside and below each other, and where there is none it is clear", () =>
  assert.deepEqual([...pixelsOf([1, 2, 3, 4, 5, 6], [3, 2, 1], 2, SAME)], [1, 3, 2, 4, 5, 0, 6, 0]));

test("neighbours that are no number differ, and are grey", () => {
  const pixels = pixelsOf([NONE, NONE, NONE, NONE], [1, 2, 2], 1, SAME);
  assert.notEqual(pixels[0], pixels[1]);
  assert.notEqual(pixels[0], pixels[2]);
  for (const pixel of pixels) assert.deepEqual(bytes(pixel).slice(0, 3), [128, 128, 128]);
});

test("red, green and blue are mixed, from the darkest to the lightest", () => {
  const pixels = colourPixels([[0, TOP, NONE], [0, TOP / 2, 0], [0, 0, 0]], 3);
  assert.deepEqual(bytes(pixels[0]), [0, 0, 0, 255]);
  assert.deepEqual(bytes(pixels[1]), [255, 128, 0, 255]);
  assert.deepEqual(bytes(pixels[2]).slice(0, 3), [128, 128, 128]);
});

test("levels are those of the numbers, on the channel's own scale or on that of its whole stage", () => {
  for (const { name, truth, ...scene } of cases)
    scene.meta.stages.forEach(({ size }, i) => {
      const channel = size[0] - 1;
      const own = limitsOf(scene, i, channel, "channel");
      const both = [own, limitsOf(scene, i, channel, "layer")];
      assert.ok(both[1][0] <= own[0] && own[1] <= both[1][1], name);
      for (const limits of both) {
        const { levels, shape } = levelsOn(scene, i, channel, limits);
        assert.equal(levels.length, shape[0] * shape[1] * shape[2]);
        near(levels[0], ((numberOf(scene, i, channel, [0, 0, 0]) - limits[0]) / (limits[1] - limits[0])) * TOP, 1, `${name} ${i}`);
      }
    });
});

test("a channel's map is its own part of the stage", () => {
  const { truth, ...scene } = cases.find(({ name }) => name === "picture");
  const { data, shape } = mapOf(scene, 1, 2);
  assert.deepEqual(shape, [1, 12, 11]);
  assert.deepEqual([...data], truth.values[1].slice(2 * 132, 3 * 132).map(Math.fround));
});
