// What axes are called, and places on them: the one place for all that is drawn or said.
import { _, plural } from "../words/catalogue.js";

/** @typedef {{one: (at: number) => string, span: (first: number, last: number) => string, several: (list: number[]) => string, many: () => string, count: (n: number) => string}} Said */

/** By the name that Python gives an axis, in the singular. @type {Record<string, Said>} */
const AXES = {
  row: {
    one: (at) => _("row {at}", { at }),
    span: (first, last) => _("rows {first} to {last}", { first, last }),
    several: (list) => _("rows {list}", { list: joined(list) }),
    many: () => _("rows"),
    count: (n) => plural("{n} row", "{n} rows", n),
  },
  column: {
    one: (at) => _("column {at}", { at }),
    span: (first, last) => _("columns {first} to {last}", { first, last }),
    several: (list) => _("columns {list}", { list: joined(list) }),
    many: () => _("columns"),
    count: (n) => plural("{n} column", "{n} columns", n),
  },
  depth: {
    one: (at) => _("depth {at}", { at }),
    span: (first, last) => _("depths {first} to {last}", { first, last }),
    several: (list) => _("depths {list}", { list: joined(list) }),
    many: () => _("depths"),
    count: (n) => plural("{n} depth", "{n} depths", n),
  },
  slice: {
    one: (at) => _("slice {at}", { at }),
    span: (first, last) => _("slices {first} to {last}", { first, last }),
    several: (list) => _("slices {list}", { list: joined(list) }),
    many: () => _("slices"),
    count: (n) => plural("{n} slice", "{n} slices", n),
  },
  position: {
    one: (at) => _("position {at}", { at }),
    span: (first, last) => _("positions {first} to {last}", { first, last }),
    several: (list) => _("positions {list}", { list: joined(list) }),
    many: () => _("positions"),
    count: (n) => plural("{n} position", "{n} positions", n),
  },
  number: {
    one: (at) => _("number {at}", { at }),
    span: (first, last) => _("numbers {first} to {last}", { first, last }),
    several: (list) => _("numbers {list}", { list: joined(list) }),
    many: () => _("numbers"),
    count: (n) => plural("{n} number", "{n} numbers", n),
  },
  example: {
    one: (at) => _("example {at}", { at }),
    span: (first, last) => _("examples {first} to {last}", { first, last }),
    several: (list) => _("examples {list}", { list: joined(list) }),
    many: () => _("examples"),
    count: (n) => plural("{n} example", "{n} examples", n),
  },
  step: {
    one: (at) => _("step {at}", { at }),
    span: (first, last) => _("steps {first} to {last}", { first, last }),
    several: (list) => _("steps {list}", { list: joined(list) }),
    many: () => _("steps"),
    count: (n) => plural("{n} step", "{n} steps", n),
  },
  frame: {
    one: (at) => _("frame {at}", { at }),
    span: (first, last) => _("frames {first} to {last}", { first, last }),
    several: (list) => _("frames {list}", { list: joined(list) }),
    many: () => _("frames"),
    count: (n) => plural("{n} frame", "{n} frames", n),
  },
  mel: {
    one: (at) => _("mel {at}", { at }),
    span: (first, last) => _("mels {first} to {last}", { first, last }),
    several: (list) => _("mels {list}", { list: joined(list) }),
    many: () => _("mels"),
    count: (n) => plural("{n} mel", "{n} mels", n),
  },
  channel: {
    one: (at) => _("channel {at}", { at }),
    span: (first, last) => _("channels {first} to {last}", { first, last }),
    several: (list) => _("channels {list}", { list: joined(list) }),
    many: () => _("channels"),
    count: (n) => plural("{n} channel", "{n} channels", n),
  },
};
/** @type {Record<string, string>} */
const SINGULAR = { rows: "row", columns: "column", length: "position", examples: "example", steps: "step" };

/** How an axis is spoken of. @param {string} axis a name of Python's @returns {Said} */
export const axisOf = (axis) => AXES[SINGULAR[axis] ?? axis] ?? unnamed(axis);

/** An axis that nobody has named here keeps its own name. @param {string} axis @returns {Said} */
const unnamed = (axis) => ({
  one: (at) => `${axis} ${at}`,
  span: (first, last) => `${axis} ${first}–${last}`,
  several: (list) => `${axis} ${joined(list)}`,
  many: () => axis,
  count: (n) => `${n} ${axis}`,
});

/** The cells of an axis from a first to a last. @param {string} axis @param {number} first @param {number} last */
export const spanOf = (axis, first, last) => (first === last ? axisOf(axis).one(first) : axisOf(axis).span(first, last));

/** "row 2, column 3", with the axes' own names. @param {{axes: string[]}} meta @param {number[]} cell */
export function placeWords(meta, cell, axes = meta.axes) {
  return spanWords(meta, cell.map((at) => [at]), axes);
}

/** "rows 2 to 4, column 1": the span of each list. @param {{axes: string[]}} meta @param {number[][]} lists */
export function spanWords(meta, lists, axes = meta.axes) {
  return listed(lists.map((list, i) => axes[i] && spanOf(axes[i], list[0], list[list.length - 1])));
}

/** "0 and 3", "0, 3 and 6". @param {number[]} list */
const joined = (list) => _("{list} and {last}", { list: list.slice(0, -1).join(", "), last: list[list.length - 1] });

/** Some words one after the other, without those that are empty. @param {string[]} words */
export const listed = (words) => words.filter(Boolean).join(", ");
