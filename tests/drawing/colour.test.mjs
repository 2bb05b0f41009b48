import assert from "node:assert/strict";
import { test } from "node:test";
import { TOP, brief, css, exact, ink, level, limits, luminance, ramp, signOf } from "../../static/drawing/colour.js";
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

test("css is a colour that a canvas takes", () => assert.equal(css([1, 2, 3], 0.5), "rgba(1,2,3,0.5)"));

const BRIEF = [
  [0, "0"], [-0, "0"], [3, "3"], [-12, "−12"], [99999, "99999"], [100000, "1e5"],
  [0.5, "0.5"], [-1.25, "−1.25"], [3.14159, "3.14"], [31.4159, "31.4"], [314.159, "314"], [1234.5, "1235"], [12345.6, "1.2e4"],
  [0.1 + 0.2, "0.3"], [0.012345, "0.012"], [0.9996, "1"], [9.999, "10"], [-0.0004, "−4e−4"], [1e-30, "1e−30"], [-2e30, "−2e30"],
  [NaN, "nan"], [Infinity, "inf"], [-Infinity, "−inf"],
];
const EXACT = [
  [0, "0"], [-0, "0"], [7, "7"], [-7, "−7"], [100, "100"], [1000000, "1000000"], [0.25, "0.25"], [-1 / 3, "−0.3333"], [2.00004, "2"],
  [0.0001, "0.0001"], [0.00001, "1e−5"], [-0.00002, "−2e−5"], [12345678, "1.235e7"], [NaN, "nan"], [-Infinity, "−inf"],
];
for (const [format, table] of [[brief, BRIEF], [exact, EXACT]])
  for (const [value, text] of table) test(`${format.name}(${value}) is ${text}`, () => assert.equal(format(value), text));

test("a written number is the number, in few characters, with a real minus sign", () => {
  const lot = lots(3);
  for (let run = 0; run < 2000; run++) {
    const value = lot.one([-1, 1]) * 10 ** lot.between(-8, 8);
    for (const [format, part, most, longest] of [[brief, 0.05, 5e-4, 7], [exact, 1e-3, 5e-5, 13]]) {
      const text = format(value);
      assert.ok(!/[-+]/.test(text) && text.length <= longest, text);
      const read = Number(text.replaceAll("\u2212", "-"));
      near(read, value, Math.max(Math.abs(value) * part, text.includes("e") ? 0 : most), text);
    }
  }
});

test("a sign is written with a real minus, and zero and what is no number have none", () => {
  assert.deepEqual([-0.5, 3, 0, NaN, -Infinity].map(signOf), ["\u2212", "+", "", "", "\u2212"]);
});
