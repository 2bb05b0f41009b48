import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { speak } from "../../static/words/catalogue.js";
import { brief, count, exact, fixed, percent, signOf } from "../../static/words/numbers.js";
import { lots, near } from "../drawing/given.mjs";

afterEach(() => speak());

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

test("thousands are set apart in whole numbers", () =>
  assert.deepEqual([0, 999, 1000, 1234567].map((n) => count(n)), ["0", "999", "1,000", "1,234,567"]));

test("decimals and shares are rounded as JavaScript rounds them", () => {
  assert.deepEqual([fixed(0.125, 2), fixed(3, 2), percent(0.256), percent(0.2564, 1), percent(0.5, 1)], ["0.13", "3.00", "26 %", "25.6 %", "50 %"]);
});

test("a language writes its own marks, in every number", () => {
  speak({ code: "xx", thousands: " ", decimal: ",", forms: "", messages: {} });
  assert.deepEqual([brief(0.5), brief(-1234.5), exact(1 / 3), exact(1.5e-7), fixed(0.5, 2), count(12345), percent(0.255, 1)], ["0,5", "−1235", "0,3333", "1,5e−7", "0,50", "12 345", "25,5 %"]);
});
