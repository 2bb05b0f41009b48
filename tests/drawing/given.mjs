// What the tests are given: scenes with the truth that Python wrote beside them, and numbers drawn by lot.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readBlob } from "../../static/drawing/blob.js";
import { makePanel } from "../../static/drawing/panels.js";
import { axesOf } from "../../static/drawing/tables.js";

const FOLDER = process.env.CNNVIZ_CASES;
const ODD = ["NaN", "Infinity", "-Infinity"]; // JSON has none of them: they travel as words
const json = (name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8"), (_, value) => (ODD.includes(value) ? Number(value) : value));

export const palette = json("palette.json");
export const functions = json("functions.json");

export const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".blob"))
  .map((file) => {
    const name = file.replace(".blob", "");
    const bytes = new Uint8Array(readFileSync(join(FOLDER, file)));
    const scene = readBlob(bytes);
    const stamps = scene.meta.stamp ? axesOf(scene, "stamp.") : null;
    const axes = scene.tensors.from ? null : axesOf(scene); // what is only moved has one map, and no windows
    return { name, bytes, scene, axes, stamps, truth: json(`${name}.json`) };
  });

export const windowed = cases.filter(({ axes }) => axes);
export const moved = cases.filter(({ axes }) => !axes);

/** The one case of this name. */
export const caseOf = (name) => cases.find((given) => given.name === name);

/** The stage as far as lights see it: told by windows, by stamps where there are any, or as a gate or a pair. */
export function stageOf({ scene, axes, stamps }, stamping = false) {
  const panel = (name, tables) => makePanel(scene, name, tables);
  const laid = stamping || scene.meta.view !== "work" ? null : axes;
  return { scene, axes, stamping, input: panel("input", laid), output: panel("output", stamping ? stamps : null) };
}

/** Draws from a small generator (mulberry32): the same numbers every time. */
export function lots(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low, high) => low + (high - low) * next();
  const whole = (low, high) => Math.floor(between(low, high + 1)); // both ends may come
  const one = (list) => list[whole(0, list.length - 1)];
  return { between, whole, one };
}

/** Divisors of a whole number. */
export const divisors = (n) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

export function near(found, wanted, tolerance = 1e-9, words = "") {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${words} ${found} is not ${wanted}`);
}

/** Equal as sets of cells. */
export function sameCells(found, wanted, words) {
  assert.deepEqual(found.map(String).sort(), wanted.map(String).sort(), words);
}

export const SOME = 1e-6; // pixels that sums of fractions may be off

export const inside = (slot, box) =>
  slot.w > 0 && slot.h > 0 && slot.x >= box.x - SOME && slot.y >= box.y - SOME &&
  slot.x + slot.w <= box.x + box.w + SOME && slot.y + slot.h <= box.y + box.h + SOME;

export const apart = (a, b) =>
  a.x + a.w <= b.x + SOME || b.x + b.w <= a.x + SOME || a.y + a.h <= b.y + SOME || b.y + b.h <= a.y + SOME;

export function allApart(slots) {
  slots.forEach((a, i) => slots.slice(0, i).forEach((b) => assert.ok(apart(a, b), JSON.stringify([a, b]))));
}

/** Maps of any number and shape, in a box of any size. */
export function* maps(seed, runs = 400) {
  const lot = lots(seed);
  for (let run = 0; run < runs; run++) {
    const count = lot.whole(1, 64);
    const line = lot.one([true, false, false]);
    const what = { count, rows: line ? 1 : lot.whole(1, 40), columns: lot.whole(1, 60), line };
    Object.assign(what, { unit: lot.one(divisors(count)), groups: lot.one(divisors(count)) });
    yield { lot, what, box: { x: lot.whole(0, 300), y: lot.whole(0, 100), w: lot.whole(120, 1100), h: lot.whole(44, 600) } };
  }
}
