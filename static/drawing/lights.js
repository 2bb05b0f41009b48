// Who reads whom: what is lit on each panel for one selected cell. Pure look-ups.
//
// A selection is {kind: "output", channel, cell}, {kind: "input", channel, cell} or {kind: "kernel", channel, tap}.
// What is lit on a panel is {channels: [first, end], places: [depths, rows, columns]}: every combination of the three lists.
import { range, ravel, unravel } from "./tables.js";

/** Channels of the input that an output channel reads: [first, end]. @param {Scene} scene @param {number} channel */
export const readsOf = (scene, channel) => {
  const { data } = scene.tensors.reads;
  return [data[2 * channel], data[2 * channel + 1]];
};

/** Output channels that read an input channel: [first, end]. @param {Scene} scene @param {number} channel */
export function readBy(scene, channel) {
  const out = range(scene.tensors.output.shape[0]).filter((k) => {
    const [first, end] = readsOf(scene, k);
    return first <= channel && channel < end;
  });
  return [out[0], out[out.length - 1] + 1];
}

/** Every place of a panel's line that holds this index: its own, and where padding mirrors it. @param {Panel} panel @param {Cell} cell */
const placesOf = (panel, cell) =>
  cell.map((index, i) => range(panel.lines[i].length).filter((p) => panel.lines[i][p] === index));

/**
 * @param {Stage} stage panels `input` and `output`, the tables of the gather
 * @returns {Lit} `taps` lists the kernel's lit taps, or null for all of them
 * @param {Subject} selection
 */
export function litBy(stage, selection) {
  const { scene, axes, input, output } = stage;
  const { kind, channel } = selection;
  if (kind === "kernel") {
    const [first] = readsOf(scene, channel);
    const visited = selection.tap.slice(1).map((t, i) => tapCells(stage, i, t));
    const c = first + selection.tap[0];
    return { input: { channels: [c, c + 1], places: visited }, output: null, taps: [selection.tap] };
  }
  if (scene.tensors.from) return moved(stage, selection);
  if (kind === "output") {
    const cells = selection.cell.map((o, i) => windowCells(stage, i, o));
    return {
      input: { channels: readsOf(scene, channel), places: cells },
      output: { channels: [channel, channel + 1], places: placesOf(output, selection.cell) },
    };
  }
  const readers = selection.cell.map((index, i) => axes[i].readers(index));
  return {
    input: { channels: [channel, channel + 1], places: placesOf(input, selection.cell) },
    output: { channels: readBy(scene, channel), places: readers.map((list, i) => toPlaces(output, i, list)) },
  };
}

/** Where a cell that is only moved comes from, or goes to. @param {Stage} stage @param {CellAt} selection @returns {Lit} */
function moved({ scene, input, output }, { kind, channel, cell }) {
  const { from, input: read } = scene.tensors;
  /** @param {Panel} panel @param {number[] | null} full */
  const at = (panel, full) => full && { channels: [full[0], full[0] + 1], places: placesOf(panel, full.slice(1)) };
  if (kind === "output") {
    const index = from.data[ravel([channel, ...cell], from.shape)];
    return { input: at(input, index < 0 ? null : unravel(index, read.shape)), output: at(output, [channel, ...cell]) };
  }
  return { input: at(input, [channel, ...cell]), output: copies(output, from, ravel([channel, ...cell], read.shape)) };
}

/**
 * Everywhere that an input cell was put: torch copies it along each axis for itself.
 * @param {Panel} panel @param {Table} from @param {number} index
 */
function copies(panel, { data, shape }, index) {
  /** @type {number[][]} */
  const found = [[], [], [], []];
  for (let to = data.indexOf(index); to >= 0; to = data.indexOf(index, to + 1)) unravel(to, shape).forEach((at, axis) => found[axis].push(at));
  const [channels, ...places] = found.map((list) => [...new Set(list)].sort((a, b) => a - b));
  return channels.length ? { channels: [channels[0], channels[channels.length - 1] + 1], places: places.map((list, i) => toPlaces(panel, i, list)) } : null;
}

/**
 * Places on the input panel that window `o` reads along one axis. Where the panel shows no padding, only its cells.
 * @param {Stage} stage @param {number} i @param {number} o
 */
function windowCells({ axes, input, stamping }, i, o) {
  const taps = range(axes[i].tapsOf(o));
  if (!stamping) return taps.map((t) => axes[i].place(o, t));
  return toPlaces(input, i, taps.map((t) => axes[i].source(o, t)));
}

/** Places that one tap visits as the window runs. @param {Stage} stage @param {number} i @param {number} t */
function tapCells({ axes, input, stamping }, i, t) {
  if (!stamping) return [...new Set(axes[i].visited(t))];
  return toPlaces(input, i, range(axes[i].windows).map((o) => axes[i].source(o, t)));
}

/**
 * Indices as places of a panel whose line holds each index once, in order.
 * @param {Panel} panel @param {number} i @param {number[]} indices
 */
const toPlaces = (panel, i, indices) =>
  [...new Set(indices)].filter((index) => index >= 0).map((index) => index + panel.low[i]);
