// The cursor that keys walk over the cells of a panel, or over the taps of a kernel: what a pointer shows, without one.
import { litBy, readsOf } from "../drawing/lights.js";
import { drawnAt, tapAt } from "../drawing/pointing.js";
import { arrowKeys } from "../drawing/port.js";

/**
 * Panels that keys can walk besides the one that the playhead goes through, in the order in which Tab visits them.
 * @param {Stage} stage @returns {Subject["kind"][]}
 */
export function walkable({ scene: { meta }, stamping }) {
  if (meta.view === "gate") return []; // signal, gate and product are the same cells
  /** @type {Subject["kind"][]} */
  const all = ["input", "kernel", "output"];
  return all.filter((kind) => kind === "input" || (kind === "kernel" ? meta.rule === "dot" : stamping));
}

/** Channels, depths, rows and columns of what is walked. @param {Stage} stage @param {Subject["kind"]} kind @param {number} owner */
function sizeOf(stage, kind, owner) {
  if (kind !== "kernel") return stage[kind].shape;
  const [first, end] = readsOf(stage.scene, owner);
  return [end - first, ...stage.axes.map((axis) => axis.taps)];
}

/** A selection as the place where it is drawn: a kernel lies as its window does. @param {Stage} stage @param {Subject} at */
const placeOf = (stage, { kind, channel, cell, tap }) =>
  kind === "kernel" ? [tap[0], ...drawnAt(stage, tap.slice(1))] : [channel, ...cell];

/** @param {Stage} stage @param {Subject["kind"]} kind @param {number} owner @param {number[]} place @returns {Subject} */
const selectionOf = (stage, kind, owner, [first, ...place]) =>
  kind === "kernel"
    ? { kind, channel: owner, tap: [first, ...tapAt(stage, place)] }
    : { kind, channel: first, cell: place, own: true };

/**
 * Where the cursor enters a panel: in the middle of what is lit there for the playhead's cell `here`.
 * @param {Stage} stage @param {Subject["kind"]} kind @param {number} owner @param {CellAt} here
 */
export function enter(stage, kind, owner, here) {
  const lit = kind === "kernel" ? null : litBy(stage, here)[kind];
  if (kind === "kernel" || !lit) return selectionOf(stage, kind, owner, [0, 0, 0, 0]);
  const { lines } = stage[kind];
  const cells = lit.places.map((list, i) => list.map((place) => lines[i][place]).filter((at) => at >= 0));
  return selectionOf(stage, kind, owner, [lit.channels[0], ...cells.map((list) => list[Math.floor(list.length / 2)] ?? 0)]);
}

/** Is a cursor of an earlier scene still on its panel? @param {Stage} stage @param {Subject} cursor @param {number} owner */
export function stays(stage, cursor, owner) {
  const size = sizeOf(stage, cursor.kind, owner);
  return placeOf(stage, cursor).every((at, i) => at >= 0 && at < size[i]);
}

/**
 * One step of the cursor.
 *
 * @param {Stage} stage @param {Subject} cursor a selection; of a kernel its tap
 * @param {string} key an arrow ("left", ...), "first" or "last" cell of the map, "channel-back" or "channel-next" map
 * @param {number} owner output channel whose kernel is walked
 */
export function walk(stage, cursor, key, owner) {
  const size = sizeOf(stage, cursor.kind, owner);
  const at = placeOf(stage, cursor);
  const { turned } = cursor.kind === "output" ? stage.output : stage.input;
  /** @param {number} i @param {number} to */
  const keep = (i, to) => Math.max(0, Math.min(size[i] - 1, to));
  if (key === "first") at.fill(0, 2);
  else if (key === "last") [at[2], at[3]] = [size[2] - 1, size[3] - 1];
  else if (key.startsWith("channel")) {
    const map = at[0] * size[1] + at[1] + (key === "channel-next" ? 1 : -1); // maps lie channel by channel, depth by depth
    const kept = Math.max(0, Math.min(size[0] * size[1] - 1, map));
    [at[0], at[1]] = [Math.floor(kept / size[1]), kept % size[1]];
  } else {
    const [axis, by] = arrowKeys(turned)[/** @type {"left"} */ (key)];
    at[axis + 1] = keep(axis + 1, at[axis + 1] + by);
  }
  return selectionOf(stage, cursor.kind, owner, at);
}
