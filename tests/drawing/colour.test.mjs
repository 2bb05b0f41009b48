import assert from "node:assert/strict";
import { test } from "node:test";
import { TOP, css, ink, level, limits, luminance, ramp } from "../../static/drawing/colour.js";
import { lots, near, palette } from "./given.mjs";

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const { groups, ...scales } = palette;
const ramps = Object.entries(scales).flatMap(([name, modes]) =>
  Object.entries(modes).map(([mode, stops]) => ({ name: `${name} ${mode}`, stops, colours: ramp(stops) })),
);

test("diverging limits lie evenly about zero; the others where the values do", () => {
  assert.deepEqual(limits(-1, 3, true), [-3, 3]);
  assert.deepEqual(limits(-5, 3, true), [-5, 5]);
  assert.deepEqual(limits(0, 0, true), [-1, 1]);
  assert.deepEqual(limits(-1, 3, false), [-1, 3]);
});

test("limits hold the values and are never empty, however large or constant the map", () => {
  for (const low of [0, 1, -1, 0.5, -2.5, 1e-30, -1e-30, 1e20, -1e20, 3e38, -3e38])
    for (const high of [low, low + 1, Math.abs(low) * 2])
      for (const diverging of [false, true]) {
        const [from, to] = limits(low, high, diverging);
        assert.ok(from < to && from <= low && to >= high, `${low} ${high}: ${from} ${to}`);
        for (const value of [low, high]) assert.ok(level(value, [from, to]) >= 0);
      }
});

test("levels run from 0 to TOP, cut off beyond, and -1 is no number", () => {
  assert.deepEqual([-2, 0, 2].map((v) => level(v, [-2, 2])), [0, TOP / 2, TOP]);
  assert.deepEqual([-9, 9].map((v) => level(v, [-2, 2])), [0, TOP]);
  for (const v of [NaN, Infinity, -Infinity]) assert.equal(level(v, [-2, 2]), -1);
  const lot = lots(2);
  for (let run = 0; run < 500; run++) {
    const [a, b] = [lot.between(-3, 3), lot.between(-3, 3)].sort((x, y) => x - y);
    assert.ok(level(a, [-2, 2]) <= level(b, [-2, 2]));
  }
});

for (const { name, stops, colours } of ramps) {
  test(`${name}: colours from the first stop to the last, through the middle`, () => {
    assert.equal(colours.length, TOP + 1);
    assert.deepEqual([colours[0], colours[TOP]], [rgb(stops[0]), rgb(stops.at(-1))]);
    const middle = stops.length % 2 ? rgb(stops[(stops.length - 1) / 2]) : null;
    if (middle) assert.deepEqual(colours[TOP / 2], middle);
    assert.ok(colours.flat().every((v) => Number.isInteger(v) && v >= 0 && v <= 255));
  });

  test(`${name}: numbers can be read on every level`, () =>
    colours.forEach((colour, l) => {
      const [dark, pale] = [luminance(colour), luminance(rgb(ink(colour)))].sort((a, b) => a - b);
      assert.ok((pale + 0.05) / (dark + 0.05) >= 4.5, `level ${l}: ${(pale + 0.05) / (dark + 0.05)}`);
    }));
}

test("luminance is that of the web's contrast rules", () => {
  assert.deepEqual([luminance([0, 0, 0]), luminance([255, 255, 255])], [0, 1]);
  near((1 + 0.05) / (luminance([118, 118, 118]) + 0.05), 4.54, 0.01); // #767676, the palest grey that passes on white
});

test("css is a colour that a canvas takes", () => assert.equal(css([1, 2, 3]), "rgba(1,2,3,1)"));
