// The sentence: what the shown cell is, in words and coloured numbers, as parts. Text only; nothing is put in as HTML.
import { axisOf, listed, placeWords, spanWords } from "./axes.js";
import { kernelOf, panelWords } from "./names.js";
import { AT_LENGTH, SENTENCES, chip, part, textOf } from "./sentences.js";
import { _, filled, plural } from "../words/catalogue.js";
import { count, exact } from "../words/numbers.js";

const MOST_STAMPED = 80; // products of a stamp that are written out; more are summed up

/** How far the steps are. @param {number} step @param {number} steps */
export const stepWords = (step, steps) => _("step {step} of {steps}", { step: count(step + 1), steps: count(steps) });

/**
 * A cell of a panel; its channel stands there if there are several.
 * @param {Stage} stage @param {"input" | "output"} panel @param {number} channel @param {string} place
 */
export function cellWords(stage, panel, channel, place) {
  const places = { map: panelWords(stage.scene.meta, panel), channel, place };
  const weights = panel === "output" && kernelOf(stage.scene.meta, channel);
  if (weights) return _("{map} kernel {kernel}, channel {channel}, {place}", { ...places, ...weights });
  if (stage[panel].channels > 1) return place ? _("{map} channel {channel}, {place}", places) : _("{map} channel {channel}", places);
  return place ? _("{map} {place}", places) : places.map;
}

/** Where an output cell is. @param {Stage} stage @param {{channel: number, cell: Cell}} at */
export const whereWords = (stage, { channel, cell }) =>
  `${cellWords(stage, "output", channel, placeWords(stage.scene.meta, cell, stage.scene.meta.outAxes))}:`;

/** What torch says, and whether it is the same. @param {number} torch @param {boolean} ok */
export const tick = (torch, ok) =>
  ok ? _("✓ = torch {value}", { value: exact(torch) }) : _("✗ torch says {value}", { value: exact(torch) });

/** The slope of a function of one number. @param {number} slope */
export const slopeWords = (slope) => _("slope {slope}", { slope: exact(slope) });

/**
 * How one output cell comes about, its value, and torch's own.
 * @param {Stage} stage @param {{channel: number, cell: Cell}} at @param {Worked} worked @param {number} torch @param {boolean} ok @returns {Part[]}
 */
export function cellParts(stage, { channel, cell }, worked, torch, ok, room = AT_LENGTH) {
  const badge = { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-value": torch };
  const { slope } = worked;
  return [
    part("span", { class: "where" }, whereWords(stage, { channel, cell })),
    " ",
    part("span", { class: "sum" }, ...SENTENCES[stage.scene.meta.rule](stage, worked, channel, room)),
    " = ",
    part("strong", { "data-testid": "value", "data-value": worked.value }, exact(worked.value)),
    part("span", badge, tick(torch, ok)),
    ...(slope === undefined ? [] : [part("span", { class: "where", "data-testid": "slope", "data-value": slope }, ` ${slopeWords(slope)}`)]),
    ...forced(stage, worked),
  ];
}

/**
 * The same as text, as long as there is `room` for; its end is not to be broken.
 * @param {Stage} stage @param {{channel: number, cell: number[]}} selection @param {Worked} worked
 * @param {number} torch @param {boolean} ok @param {{terms: number, channels: number}} room
 */
export function sentenceWords(stage, selection, worked, torch, ok, room) {
  const slope = worked.slope === undefined ? "" : `   ${slopeWords(worked.slope)}`;
  const end = `= ${exact(worked.value)}   ${tick(torch, ok)}${slope}`.replaceAll(" ", "\u00a0");
  return `${whereWords(stage, selection)} ${textOf(SENTENCES[stage.scene.meta.rule](stage, worked, selection.channel, room))} ${end}`;
}

/** What hand and strength make of it. @param {Stage} stage @param {Worked} worked @returns {Part[]} */
function forced({ gating }, worked) {
  if (!gating || gating.untouched) return [];
  const [gate, product] = [gating.opened(worked.gate), gating.passed(worked.signal ?? worked.x, worked.gate)].map(exact);
  return [part("span", { class: "where", "data-testid": "forced" }, " ", _("drawn: gate {gate}, product {product}", { gate, product }))];
}

/**
 * Who reads an input cell.
 * @param {Stage} stage @param {{channel: number, cell: Cell}} at @param {number} value @param {Lit} lit @returns {Part[]}
 */
export function reachParts(stage, { channel, cell }, value, lit) {
  const name = cellWords(stage, "input", channel, placeWords(stage.scene.meta, cell));
  const message = stage.axes && lit.output ? readWords(stage, cell, lit.output) : goesWords(stage, lit);
  return filled(message, { cell: part("span", {}, name), value: chip(value, stage.legend("input", channel), "read") });
}

/** @param {Stage} stage @param {Cell} cell @param {Places} to */
function readWords({ axes, scene: { meta } }, cell, to) {
  const lists = axes.map((axis, i) => axis.readers(cell[i]));
  const n = lists.reduce((product, list) => product * list.length, 1);
  const [first, end] = to.channels;
  const several = end - first > 1;
  const places = { places: spanWords(meta, lists), first, last: end - 1 };
  if (meta.rule === "norm") return sharedWords(n, several, places);
  if (meta.rule === "balance") return plural("{cell} = {value} moves {n} cell: {places}.", "{cell} = {value} moves {n} cells: {places}.", n * (end - first), places);
  if (!n) return _("{cell} = {value} is read by no window: no output depends on it.");
  if (several) return plural("{cell} = {value} is read by {n} window in each of the output channels {first} to {last}: output {places}.", "{cell} = {value} is read by {n} windows in each of the output channels {first} to {last}: output {places}.", n, places);
  return plural("{cell} = {value} is read by {n} window: output {places}.", "{cell} = {value} is read by {n} windows: output {places}.", n, places);
}

/**
 * Which cells of a normalisation a cell goes together with.
 * @param {number} n @param {boolean} several @param {Record<string, unknown>} places
 */
function sharedWords(n, several, places) {
  if (n === 1 && !several) return _("{cell} = {value} is moved by the running mean and variance of its channel.");
  if (several) return plural("{cell} = {value} shares its mean and variance with {n} cell in each of the channels {first} to {last}: {places}.", "{cell} = {value} shares its mean and variance with {n} cells in each of the channels {first} to {last}: {places}.", n, places);
  return plural("{cell} = {value} shares its mean and variance with {n} cell: {places}.", "{cell} = {value} shares its mean and variance with {n} cells: {places}.", n, places);
}

/** @param {Stage} stage @param {Lit} lit */
function goesWords({ output, scene: { meta } }, { output: to }) {
  if (!to) return _("{cell} = {value} goes nowhere.");
  const each = to.places.map((list, i) => meta.outAxes[i] && (list.length > 1 ? axisOf(meta.outAxes[i]).several(list) : axisOf(meta.outAxes[i]).one(list[0])));
  const n = to.places.reduce((product, list) => product * list.length, 1);
  const places = { channel: to.channels[0], places: listed(each) };
  if (n === 1) return output.channels > 1 ? _("{cell} = {value} goes to output channel {channel}, {places}.", places) : _("{cell} = {value} goes to output {places}.", places);
  return output.channels > 1
    ? plural("{cell} = {value} goes to {n} cell of the output: channel {channel}, {places}.", "{cell} = {value} goes to {n} cells of the output: channel {channel}, {places}.", n, places)
    : plural("{cell} = {value} goes to {n} cell of the output: {places}.", "{cell} = {value} goes to {n} cells of the output: {places}.", n, places);
}

/**
 * What one weight is multiplied with.
 * @param {Stage} stage @param {WeightAt} at @param {number} weight @param {Places} read @returns {Part[]}
 */
export function kernelParts(stage, { channel, tap }, weight, read) {
  /** @param {number[][]} lists */
  const size = (lists) => lists.reduce((n, list) => n * list.length, 1);
  const n = size(read.places);
  const empty = n - size(read.places.map((list, i) => list.filter((p) => stage.input.lines[i][p] >= 0)));
  const name = _("kernel of output channel {channel}, input channel {read}, {place}", { channel, read: read.channels[0], place: placeWords(stage.scene.meta, tap.slice(1)) });
  const message = empty
    ? plural("{weight} = {value} multiplies {n} place of the input ({empty} of them hold no cell), one for each output cell.", "{weight} = {value} multiplies {n} places of the input ({empty} of them hold no cell), one for each output cell.", n, { empty: count(empty) })
    : plural("{weight} = {value} multiplies {n} place of the input, one for each output cell.", "{weight} = {value} multiplies {n} places of the input, one for each output cell.", n);
  return filled(message, { weight: part("span", {}, name), value: chip(weight, stage.legend("weight"), "weight") });
}

/**
 * What one input cell paints, and how much of the output is finished.
 * @param {Stage} stage @param {{channel: number, cell: Cell}} at @param {Painted[]} painted @param {number} value @param {number} finished @param {boolean} ok @returns {Part[]}
 */
export function stampParts(stage, { channel, cell }, painted, value, finished, ok) {
  const { scene } = stage;
  const weights = stage.legend("weight");
  const bias = scene.tensors.bias?.data[channel];
  const inside = painted.filter(({ cell: to }) => to).length;
  const cropped = painted.length - inside;
  const message = cropped
    ? plural("{cell} = {value} paints {n} cell ({cropped} cropped): {cells}.", "{cell} = {value} paints {n} cells ({cropped} cropped): {cells}.", inside, { cropped: count(cropped) })
    : plural("{cell} = {value} paints {n} cell: {cells}.", "{cell} = {value} paints {n} cells: {cells}.", inside);
  const badge = { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-finished": finished };
  return [
    ...filled(message, {
      cell: part("span", { class: "where" }, _("{map} {place}", { map: panelWords(scene.meta, "input"), place: placeWords(scene.meta, cell) })),
      value: chip(value, stage.legend("input", 0), "read"),
      cells: part("span", { class: "sum" }, ...paintedParts(stage, channel, painted)),
    }),
    " ",
    ...(bias ? [...filled(_("Every cell starts at the bias {bias}."), { bias: chip(bias, weights, "bias") }), " "] : []),
    part("span", badge, ok ? _("✓ {n} now complete = torch", { n: count(finished) }) : _("✗ differs from torch")),
  ];
}

/**
 * What lands on each output cell: its products, or of many their sum.
 * @param {Stage} stage @param {number} channel @param {Painted[]} painted @returns {Part[]}
 */
function paintedParts(stage, channel, painted) {
  const few = painted.length * painted[0].products.length <= MOST_STAMPED;
  const colours = { read: stage.legend("input", 0), weight: stage.legend("weight"), product: stage.legend("output", channel) };
  /** @param {Term} term @param {number} k @returns {Part[]} */
  const product = ({ read, weight = 0 }, k) => [
    k ? " + " : "",
    part("span", { class: "term" }, chip(read, colours.read, "read"), "×", chip(weight, colours.weight, "weight")),
  ];
  const inside = painted.flatMap(({ products, sum, cell }) => (cell ? [{ products, sum, to: cell }] : []));
  return inside.flatMap(({ products, sum, to }, i) => [
    i ? ", " : "",
    ...(few ? products.flatMap(product) : [chip(sum, colours.product, "product")]),
    ` → (${to.slice(3 - stage.scene.meta.ndim).join(", ")})`,
  ]);
}
