// The sentence: where a number of the matrices comes from and where it goes, in words and numbers on their colours.
import { placeWords } from "../drawing/axes.js";
import { cellParts, cellWords, tick } from "../drawing/readout.js";
import { RULES, agrees, torchValue } from "../drawing/rules.js";
import { AT_LENGTH, chip, part, textOf } from "../drawing/sentences.js";
import { range } from "../drawing/tables.js";
import { _, filled, plural } from "../words/catalogue.js";
import { count, exact } from "../words/numbers.js";
import { aboutOf, weightsOf } from "./lit.js";

const LISTED = 9; // copies that are named one by one

/** As code has it. @param {string} name @param {...(number | string)} at */
const indexed = (name, ...at) => `${name}[${at.join(", ")}]`;
/** @param {string} words */
const named = (words) => part("span", { class: "where" }, words);
/** @param {number} value */
const result = (value) => part("strong", { "data-testid": "value", "data-value": value }, exact(value));
/** @param {number} torch @param {boolean} ok */
const badge = (torch, ok) => part("span", { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-value": torch }, tick(torch, ok));

/** What the playhead does at its step. @param {Desk} desk @param {number} step @param {number} row @param {Written} [room] @returns {Part[]} */
export function stepParts(desk, step, row, room = AT_LENGTH) {
  const { model, scene: { meta }, meta: { form } } = desk;
  const places = { column: step, row, place: placeWords(meta, model.placeOf(step)), n: count(model.rows) };
  if (form === "dX") return [_("Column {column} of W.T @ dY: {n} numbers, each added to its own cell in the window of output {place}.", places)];
  if (form !== "dW") return productParts(desk, row, step, room);
  const dy = chip(desk.sentOf({ panel: "product", at: [row, step] }), desk.legend("product"), "read");
  return filled(_("Column {column}: dY of kernel {row} is {dy}. Times each number of the column, it is added to row {row} of dW.", places), { dy });
}

/**
 * What a number is, in the form that is shown.
 * @param {Desk} desk @param {Spot} spot @param {number} step how far it is added up @param {Written} [room] @returns {Part[]}
 */
export function spotParts(desk, spot, step, room = AT_LENGTH) {
  const about = aboutOf(desk.model, spot);
  return SAID[about.kind](desk, /** @type {any} */ (about), { spot, step, room });
}

/** The same as text. @param {Part[]} parts */
export const words = (parts) => textOf(parts);

/** @type {Record<About["kind"], (desk: Desk, about: any, how: {spot: Spot, step: number, room: Written}) => Part[]>} */
const SAID = {
  product: (desk, { f, p }, { room }) => (isBack(desk) ? askedParts(desk, f, p) : productParts(desk, f, p, room)),
  columns: (desk, { k, p }, { room }) => (desk.meta.form === "dX" ? backParts(desk, k, p, room) : copyParts(desk, k, p)),
  input: (desk, { channel, cell }, { spot, step, room }) => (desk.meta.form === "dX" ? addedParts(desk, spot, channel, cell, step, room) : copiesParts(desk, channel, cell)),
  matrix: (desk, { f, k }, { step, room }) => (desk.meta.form === "dW" && desk.model.sees(f, k) ? sumParts(desk, f, k, step, room) : weightParts(desk, f, k)),
  added: (desk, { f }, { step }) => biasParts(desk, f, step),
  place: (desk, { f, p, i }) => placeParts(desk, f, p, i),
};

/** @param {Desk} desk */
const isBack = ({ meta: { form } }) => form === "dW" || form === "dX";

/** An input cell in words. @param {Desk} desk @param {number} channel @param {number[]} cell */
const inputWords = (desk, channel, cell) => cellWords(/** @type {any} */ (desk), "input", channel, placeWords(desk.scene.meta, cell));

/** A row times a column, as the sentence of the layer has it, and torch's own. @param {Desk} desk @param {number} f @param {number} p @param {Written} room @returns {Part[]} */
function productParts(desk, f, p, room) {
  const { model, scene, meta: { form } } = desk;
  const at = { channel: f, cell: model.placeOf(p) };
  const worked = RULES.dot(scene, model.axes, f, at.cell);
  const torch = torchValue(scene, f, at.cell);
  const ok = agrees(scene, worked, torch);
  const stage = /** @type {any} */ (desk); // it has what the sentence of a sum asks for
  const output = cellWords(stage, "output", f, placeWords(scene.meta, at.cell, scene.meta.outAxes));
  const rows =
    form === "Toeplitz"
      ? _("Row {row} of T times x is {output}:", { row: f * model.positions + p, output })
      : _("Row {row} of W times column {column} is {output}:", { row: f, column: p, output });
  const [, ...rest] = cellParts(stage, at, worked, torch, ok, room);
  return [named(rows), ...rest]; // instead of the cell alone
}

/** A number of the columns: what it is a copy of. @param {Desk} desk @param {number} k @param {number} p @returns {Part[]} */
function copyParts(desk, k, p) {
  const { model } = desk;
  const source = model.source(k, p);
  const places = { name: named(indexed("columns", k, p)), value: chip(desk.sentOf({ panel: "columns", at: [k, p] }), desk.legend("columns"), "read") };
  const told = { k, p };
  const last = desk.meta.form === "dW" ? _("Times dY, it goes into column {k} of dW.", told) : _("Column {k} of W meets it.", told);
  if (source < 0) return [...filled(_("{name} = {value} stands for padding, in the window of column {p}.", told), places), " ", last];
  const [channel, ...cell] = model.cellOf(source);
  return [...filled(_("{name} = {value} is a copy of {cell}, in the window of column {p}.", { ...told, cell: inputWords(desk, channel, cell) }), places), " ", last];
}

/** An input cell: where its copies stand. @param {Desk} desk @param {number} channel @param {number[]} cell @returns {Part[]} */
function copiesParts(desk, channel, cell) {
  const { model, meta: { form } } = desk;
  const copies = model.copies(channel, cell);
  const name = inputWords(desk, channel, cell);
  const places = { cell: named(name), value: chip(desk.sentOf({ panel: "input", at: [channel, ...cell] }), desk.legend("input"), "read") };
  const n = copies.length;
  if (!n) return filled(_("{cell} = {value} is in no column: no window reads it."), places);
  if (form === "Toeplitz") {
    const [first, end] = model.readers(channel);
    const i = channel * model.cells + (cell[0] * model.size[1] + cell[1]) * model.size[2] + cell[2];
    return filled(plural("{cell} = {value} is x[{i}]. Column {i} of T holds {n} weight.", "{cell} = {value} is x[{i}]. Column {i} of T holds {n} weights.", n * (end - first), { i }), places);
  }
  const listed = copies.slice(0, LISTED).map(([k, p]) => indexed("columns", k, p)).join(", ") + (n > LISTED ? ", …" : "");
  return filled(plural("{cell} = {value} is copied once: {listed}.", "{cell} = {value} is copied {n} times: {listed}.", n, { listed }), places);
}

/** A weight: which tap it is of, and what it multiplies. @param {Desk} desk @param {number} f @param {number} k @returns {Part[]} */
function weightParts(desk, f, k) {
  const { model, scene: { meta }, meta: { form } } = desk;
  const channel = model.channelOf(k);
  const name = named(indexed(form === "dW" ? "dW" : "W", f, k));
  const told = { f, k, channel, tap: placeWords(meta, model.tapOf(k)) };
  if (!model.sees(f, k)) return filled(_("{name} is empty: kernel {f} does not read input channel {channel}, which is in another group.", told), { name });
  const value = chip(desk.sentOf({ panel: "matrix", at: [f, k] }), desk.legend("matrix"), "weight");
  const what = filled(_("{name} = {value} is kernel {f} at {tap}, for input channel {channel}.", told), { name, value });
  const { positions } = model;
  if (form === "Toeplitz") {
    const n = range(positions).filter((p) => model.source(k, p) >= 0).length;
    return [...what, " ", plural("It stands {n} time in T.", "It stands {n} times in T.", n)];
  }
  if (form === "dX") return [...what, " ", _("Times row {f} of dY, it goes into row {k} of W.T @ dY.", told)];
  return [...what, " ", plural("It multiplies row {k} of the columns: {n} number.", "It multiplies row {k} of the columns: {n} numbers.", positions, told)];
}

/** @param {Desk} desk @param {number} f @param {number} step @returns {Part[]} */
function biasParts(desk, f, step) {
  const { model, meta: { form } } = desk;
  const sent = desk.sentOf({ panel: "added", at: [f, 0] });
  const value = chip(sent, desk.legend("added"), "bias");
  if (form !== "dW") return filled(plural("{name} = {value} is added to {n} number, row {f} of the product.", "{name} = {value} is added to {n} numbers, all of row {f} of the product.", model.positions, { f }), { name: named(indexed("bias", f)), value });
  const terms = range(step + 1).map((p) => desk.sentOf({ panel: "product", at: [f, p] }));
  const sum = terms.reduce((a, b) => a + b, 0);
  const name = named(indexed("db", f));
  const so = [...filled(_("{name} = the sum of row {f} of dY", { f }), { name }), " = ", result(sum)];
  return [...so, ...ending(desk, step, sum, sent, largest(terms))];
}

/** Torch's own at the end, and before it how far the sum is. @param {Desk} desk @param {number} step @param {number} sum @param {number} torch @param {number} size @returns {Part[]} */
function ending(desk, step, sum, torch, size) {
  const { positions } = desk.model;
  if (step === positions - 1) return [badge(torch, agrees(desk.scene, { value: sum, terms: [], size }, torch))];
  return [" ", named(_("after {n} of {all} columns; torch has {torch} in the end", { n: count(step + 1), all: count(positions), torch: exact(torch) }))];
}

/** @param {number[]} terms */
const largest = (terms) => terms.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** @param {[number, number][]} pairs @param {[Legend, string][]} colours @param {Written} room @returns {Part[]} */
function products(pairs, [[first, a], [second, b]], room) {
  if (pairs.length > room.terms) return [plural("{n} product", "{n} products", pairs.length)];
  return pairs.flatMap(([x, y], i) => [i ? " + " : "", part("span", { class: "term" }, chip(x, first, a), "×", chip(y, second, b))]);
}

/** A number of dW: a row of dY times a row of the columns. @param {Desk} desk @param {number} f @param {number} k @param {number} step @param {Written} room @returns {Part[]} */
function sumParts(desk, f, k, step, room) {
  /** @type {[number, number][]} */
  const pairs = range(step + 1).map((p) => [desk.sentOf({ panel: "product", at: [f, p] }), desk.sentOf({ panel: "columns", at: [k, p] })]);
  const sum = pairs.reduce((total, [a, b]) => total + a * b, 0);
  const torch = desk.sentOf({ panel: "matrix", at: [f, k] });
  const colours = /** @type {[Legend, string][]} */ ([[desk.legend("product"), "read"], [desk.legend("columns"), "read"]]);
  const name = named(_("{name}, row {f} of dY times row {k} of the columns:", { name: indexed("dW", f, k), f, k }));
  return [name, " ", part("span", { class: "sum" }, ...products(pairs, colours, room)), " = ", result(sum), ...ending(desk, step, sum, torch, largest(pairs.map(([a, b]) => a * b)))];
}

/** A number of W.T @ dY, and the cell that it is added to. @param {Desk} desk @param {number} k @param {number} p @param {Written} room @returns {Part[]} */
function backParts(desk, k, p, room) {
  const { model } = desk;
  const [first, end] = model.readers(model.channelOf(k));
  /** @type {[number, number][]} */
  const pairs = range(end - first).map((i) => [desk.sentOf({ panel: "matrix", at: [first + i, k] }), desk.sentOf({ panel: "product", at: [first + i, p] })]);
  const sum = pairs.reduce((total, [a, b]) => total + a * b, 0);
  const colours = /** @type {[Legend, string][]} */ ([[desk.legend("matrix"), "weight"], [desk.legend("product"), "read"]]);
  const source = model.source(k, p);
  const where = source < 0 ? _("It falls into the padding, and is cropped.") : _("It is added to {cell}.", { cell: indexed("dX", ...cellIn(desk, model.cellOf(source))) });
  return [named(`${indexed("(W.T @ dY)", k, p)} =`), " ", part("span", { class: "sum" }, ...products(pairs, colours, room)), " = ", result(sum), ` ${where}`.replace(/^ /, ". ")];
}

/** Channel and place with the axes that torch has. @param {Desk} desk @param {number[]} at */
const cellIn = ({ scene: { meta } }, [channel, ...cell]) => [channel, ...cell.slice(3 - meta.ndim)];

/** A number of dX: its copies added up, or only the last of them. @param {Desk} desk @param {Spot} spot @param {number} channel @param {number[]} cell @param {number} step @param {Written} room @returns {Part[]} */
function addedParts(desk, { panel }, channel, cell, step, room) {
  const at = [channel, ...cell];
  const all = desk.model.copies(channel, cell);
  const there = all.filter(([, p]) => p <= step);
  const terms = there.map(([k, p]) => desk.sentOf({ panel: "columns", at: [k, p] }));
  const torch = desk.sentOf({ panel: "input", at });
  const name = named(indexed("dX", ...cellIn(desk, at)));
  if (!all.length) return filled(_("{name} = 0: no window reads this cell, so no output depends on it."), { name });
  const colours = desk.legend("columns");
  if (panel === "overwritten") {
    if (!terms.length) return filled(_("{name}: none of its {n} copies has come yet.", { n: all.length }), { name });
    const [k, p] = there[there.length - 1];
    const left = chip(terms[terms.length - 1], colours, "read");
    return filled(plural("{name}: with = alone, {copy} = {left} is left of {n} copy. torch has {torch}.", "{name}: with = alone, {copy} = {left} is left, the last of {n} copies. torch has {torch}.", there.length, { copy: indexed("(W.T @ dY)", k, p), torch: exact(torch) }), { name, left });
  }
  const sum = terms.reduce((a, b) => a + b, 0);
  const parts = terms.length > room.terms ? [plural("{n} copy", "{n} copies", terms.length)] : terms.flatMap((one, i) => [i ? " + " : "", chip(one, colours, "read")]);
  const so = [name, " = ", part("span", { class: "sum" }, ...(parts.length ? parts : ["0"])), " = ", result(sum)];
  if (there.length === all.length) return [...so, badge(torch, agrees(desk.scene, { value: sum, terms: [], size: largest(terms) }, torch))];
  return [...so, " ", named(_("after {n} of {all} copies; torch has {torch} in the end", { n: there.length, all: all.length, torch: exact(torch) }))];
}

/** What the loss asks of an output cell. @param {Desk} desk @param {number} f @param {number} p @returns {Part[]} */
function askedParts(desk, f, p) {
  const { model, scene: { meta }, meta: { form } } = desk;
  const value = chip(desk.sentOf({ panel: "product", at: [f, p] }), desk.legend("product"), "read");
  const told = { f, p, place: placeWords(meta, model.placeOf(p)) };
  const what = filled(_("{name} = {value}: by how much the loss grows with the output of kernel {f} at {place}.", told), { name: named(indexed("dY", f, p)), value });
  const then = form === "dW" ? _("Times column {p} of the columns, it is added to row {f} of dW.", told) : _("Times row {f} of W, it goes into column {p} of W.T @ dY.", told);
  return [...what, " ", then];
}

/** A place of the whole layer's matrix. @param {Desk} desk @param {number} f @param {number} p @param {number} i @returns {Part[]} */
function placeParts(desk, f, p, i) {
  const { model, scene: { meta } } = desk;
  const row = f * model.positions + p;
  const [channel, ...cell] = model.cellOf(i);
  const weights = weightsOf(model, f, p, i);
  const told = { cell: inputWords(desk, channel, cell), place: placeWords(meta, model.placeOf(p)), f };
  const name = named(indexed("T", row, i));
  if (!weights.length) return filled(_("{name} is empty: the window of output {place} of kernel {f} does not read {cell}.", told), { name });
  const value = chip(desk.sentOf({ panel: "toeplitz", at: [row, i] }), desk.legend("toeplitz"), "weight");
  const from = weights.map((k) => indexed("W", f, k)).join(" + ");
  return filled(_("{name} = {from} = {value}: it multiplies {cell} for output {place} of kernel {f}.", { ...told, from }), { name, value });
}
