// What is lit for one number of any panel. A number is {panel, at}: channel, depth, row and column of a map, or row and
// column of a matrix.
//
// Lit on the maps is {channels: [first, end], places: [depths, rows, columns]}, every combination of the lists; on the
// matrices a list of blocks [row, column, rows, columns].
import { range, ravel } from "../drawing/tables.js";

export const MAPS = ["input", "overwritten", "output"];

/** @param {number[]} outs */
const all = (outs) => outs.map((n) => range(n));
/** @param {number[]} place */
const one = (place) => place.map((at) => [at]);
/** @param {number} channel */
const only = (channel) => [channel, channel + 1];

/**
 * What goes with a number: which kernel, which row and which column of the columns, and which cell it is about.
 * @param {Model} model @param {Spot} spot @returns {About}
 */
export function aboutOf(model, { panel, at }) {
  const { positions, outs } = model;
  const [row, column] = at.slice(-2);
  if (panel === "input" || panel === "overwritten") return { kind: "input", channel: at[0], cell: at.slice(1) };
  if (panel === "output") return { kind: "product", f: at[0], p: ravel(at.slice(1), outs) };
  if (panel === "result") return { kind: "product", f: Math.floor(row / positions), p: row % positions };
  if (panel === "vector") return { kind: "input", channel: model.cellOf(column)[0], cell: model.cellOf(column).slice(1) };
  if (panel === "toeplitz") return { kind: "place", f: Math.floor(row / positions), p: row % positions, i: column };
  if (panel === "columns") return { kind: "columns", k: row, p: column };
  if (panel === "matrix") return { kind: "matrix", f: row, k: column };
  if (panel === "added") return { kind: "added", f: row };
  return { kind: "product", f: row, p: column };
}

/** @param {Model} model @param {Spot} spot @returns {LitUp} */
export const litBy = (model, spot) => LIT[aboutOf(model, spot).kind](model, aboutOf(model, spot));

/** @type {Record<About["kind"], (model: Model, about: any) => LitUp>} */
const LIT = {
  product(model, { f, p }) {
    const [first, end] = model.seen(f);
    const { window, positions } = model;
    const row = f * positions + p;
    return {
      input: windowOf(model, p, [first / window, end / window]),
      output: { channels: only(f), places: one(model.placeOf(p)) },
      columns: [[first, p, end - first, 1]],
      matrix: [[f, first, 1, end - first]],
      product: [[f, p, 1, 1]],
      added: [[f, 0, 1, 1]],
      toeplitz: [[row, 0, 1, model.channels * model.cells]],
      vector: cellsOf(model, range(end - first).map((k) => model.source(first + k, p))),
      result: [[row, 0, 1, 1]],
    };
  },
  columns(model, { k, p }) {
    const [first, end] = model.readers(model.channelOf(k));
    const source = model.source(k, p);
    return {
      input: tapIn(model, k, [p]),
      overwritten: source < 0 ? null : cellAt(model.cellOf(source)),
      output: { channels: [first, end], places: one(model.placeOf(p)) },
      columns: [[k, p, 1, 1]],
      matrix: [[first, k, end - first, 1]],
      product: [[first, p, end - first, 1]],
    };
  },
  input(model, { channel, cell }) {
    const copies = model.copies(channel, cell);
    const [first, end] = model.readers(channel);
    const [rows, columns] = [0, 1].map((i) => [...new Set(copies.map((copy) => copy[i]))]);
    const flat = ravel([channel, ...cell], [model.channels, ...model.size]);
    /** @type {LitUp} */
    const found = {
      input: cellAt([channel, ...cell]),
      overwritten: cellAt([channel, ...cell]),
      output: { channels: [first, end], places: model.axes.map((axis, i) => axis.readers(cell[i])) },
      columns: copies.map(([k, p]) => [k, p, 1, 1]),
      matrix: rows.map((k) => [first, k, end - first, 1]),
      product: columns.map((p) => [first, p, end - first, 1]),
      toeplitz: [[0, flat, model.kernels * model.positions, 1]],
      vector: [[0, flat, 1, 1]],
      result: range(end - first).flatMap((f) => columns.map((p) => /** @type {Block} */ ([(first + f) * model.positions + p, 0, 1, 1]))),
    };
    return found;
  },
  matrix(model, { f, k }) {
    /** @type {LitUp} */
    const itself = { matrix: [[f, k, 1, 1]] };
    if (!model.sees(f, k)) return itself;
    const { positions } = model;
    const steps = range(positions);
    return {
      ...itself,
      input: tapIn(model, k, null),
      output: { channels: only(f), places: all(model.outs) },
      columns: [[k, 0, 1, positions]],
      product: [[f, 0, 1, positions]],
      toeplitz: steps.filter((p) => model.source(k, p) >= 0).map((p) => [f * positions + p, model.source(k, p), 1, 1]),
      vector: cellsOf(model, steps.map((p) => model.source(k, p))),
      result: [[f * positions, 0, positions, 1]],
    };
  },
  added(model, { f }) {
    const { positions } = model;
    return {
      output: { channels: only(f), places: all(model.outs) },
      added: [[f, 0, 1, 1]],
      product: [[f, 0, 1, positions]],
      result: [[f * positions, 0, positions, 1]],
    };
  },
  place(model, { f, p, i }) {
    const [channel, ...cell] = model.cellOf(i);
    const row = f * model.positions + p;
    return {
      input: cellAt([channel, ...cell]),
      output: { channels: only(f), places: one(model.placeOf(p)) },
      toeplitz: [[row, i, 1, 1]],
      vector: [[0, i, 1, 1]],
      result: [[row, 0, 1, 1]],
      matrix: weightsOf(model, f, p, i).map((k) => [f, k, 1, 1]),
    };
  },
};

/** The weights of a kernel that stand in one place of the whole layer's matrix; none where it is empty. @param {Model} model @param {number} f @param {number} p @param {number} i */
export function weightsOf(model, f, p, i) {
  const [first, end] = model.seen(f);
  return range(end - first).map((k) => k + first).filter((k) => model.source(k, p) === i);
}

/** An input cell, wherever padding repeats it. @param {number[]} cell @returns {LitCells} */
const cellAt = ([channel, ...cell]) => ({ channels: only(channel), cells: one(cell) });

/**
 * Where a window stands: places on the padded input.
 * @param {Model} model @param {number} p @param {number[]} channels @returns {LitCells}
 */
export function windowOf({ axes, taps, outs }, p, channels) {
  const place = axes.map((axis, i) => range(taps[i]).map((t) => axis.place(placeIn(outs, p)[i], t)));
  return { channels, places: place };
}

/** @param {number[]} outs @param {number} p */
const placeIn = (outs, p) => [Math.floor(p / (outs[1] * outs[2])), Math.floor(p / outs[2]) % outs[1], p % outs[2]];

/** Where one tap stands in these windows, or in all of them. @param {Model} model @param {number} k @param {number[] | null} steps @returns {LitCells} */
function tapIn(model, k, steps) {
  const tap = model.tapOf(k);
  const places = steps
    ? model.axes.map((axis, i) => [axis.place(model.placeOf(steps[0])[i], tap[i])])
    : model.axes.map((axis, i) => [...new Set(axis.visited(tap[i]))]);
  return { channels: only(model.channelOf(k)), places };
}

/** Cells of the flattened input as blocks of its row. @param {Model} model @param {number[]} flat @returns {Block[]} */
const cellsOf = (model, flat) => [...new Set(flat)].filter((i) => i >= 0).map((i) => [0, i, 1, 1]);
