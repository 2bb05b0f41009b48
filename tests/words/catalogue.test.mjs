import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { _, filled, plural, speak } from "../../static/words/catalogue.js";

afterEach(() => speak());

const FORMS = "2" + "0" + "1".repeat(3) + "2".repeat(195); // none and many, one, a few
const LANGUAGE = {
  code: "xx", thousands: ".", decimal: ",", forms: FORMS,
  messages: { "{cell} is read by {window}": "{window} reads {cell}", "{n} cell": ["{n} komo", "{n} kumi", "{n} kama"] },
};

test("English says the message itself, and each value stands in its place", () =>
  assert.equal(_("{a} of {b}, {a}", { a: 1, b: "two" }), "1 of two, 1"));

test("a place without a value stays, for the parts that come later", () => assert.equal(_("{a} of {b}", { a: 1 }), "1 of {b}"));

test("another language puts the values where it wants them, and what it lacks is said in English", () => {
  speak(LANGUAGE);
  assert.equal(_("{cell} is read by {window}", { cell: "a", window: "b" }), "b reads a");
  assert.equal(_("{n} maps", { n: 3 }), "3 maps");
});

test("English has a form for one and one for many", () =>
  assert.deepEqual([0, 1, 2, 1000].map((n) => plural("{n} cell", "{n} cells", n)), ["0 cells", "1 cell", "2 cells", "1,000 cells"]));

test("another language has as many forms as it needs; large counts go by their last two digits", () => {
  speak(LANGUAGE);
  assert.deepEqual([0, 1, 3, 7, 1003].map((n) => plural("{n} cell", "{n} cells", n)), ["0 kama", "1 komo", "3 kumi", "7 kama", "1.003 kama"]);
});

test("parts of a sentence stand where the language has their places", () => {
  const [cell, window] = [{ tag: "b" }, [{ tag: "i" }, " + ", { tag: "u" }]];
  assert.deepEqual(filled(_("{cell} is read by {window}"), { cell, window }), [cell, " is read by ", ...window]);
  speak(LANGUAGE);
  assert.deepEqual(filled(_("{cell} is read by {window}"), { cell, window }), [...window, " reads ", cell]);
});

test("what looks like a place in a value stays as it is", () => assert.equal(_("{a}", { a: "{b}", b: 2 }), "{b}"));
