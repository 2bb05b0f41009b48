// Which maps stand on stage: all of them in the player; on a page of paper some, round the step, and it says which.
import { spanOf } from "./axes.js";
import { readsOf } from "./lights.js";
import { range, ravel, unravel } from "./tables.js";
import { _ } from "../words/catalogue.js";
import { count } from "../words/numbers.js";

/** At most so many `maps` of the input, `depths` of one channel, and small maps in the `strip`. */
export const ALL = { maps: Infinity, depths: Infinity, strip: Infinity };

/**
 * At most so many of `count`, from `first` to `last` or as far as that goes; they turn over like pages.
 * @param {number} first @param {number} last @param {number} count @param {number} most
 */
export function leaf(first, last, count, most) {
  if (count <= most) return range(count);
  const turned = Math.floor(first / most) * most;
  const start = Math.min(last >= turned + most ? first : turned, count - most);
  return range(most).map((i) => start + i);
}

/**
 * The maps for one output cell; of one scene there are as many at any cell.
 *
 * @returns {{channels: number[], depths: number[], made: number[], strip: number[]}} channels and depths (places) of the
 *   input, depths of the output, channels of the small maps
 * @param {Stage} stage @param {{channel: number, cell: Cell}} at @param {typeof ALL} most
 */
export function castOf(stage, { channel, cell }, most) {
  const { input, output, gating } = stage;
  const [seen] = input.lines;
  const [made] = output.lines;
  const depths = depthsRead(stage, channel, cell);
  const own = channelsRead(stage, channel, cell);
  const few = { depths: leaf(depths[0], depths[depths.length - 1], seen.length, most.depths), made: leaf(cell[0], cell[0], made.length, most.depths) };
  const channels = gating ? [] : leaf(own[0], own[own.length - 1], input.channels, Math.max(1, Math.floor(most.maps / few.depths.length)));
  return { ...few, channels, strip: leaf(channel, channel, output.channels, most.strip) };
}

/** Places of the input's first axis that the cell needs: first and last. @param {Stage} stage @param {number} channel @param {Cell} cell */
function depthsRead({ scene, axes, input, stamping, gating }, channel, cell) {
  const source = scene.tensors.from && movedFrom(scene, channel, cell);
  if (source) return [source[1]];
  if (!axes || gating || stamping || input.lines[0].length === 1) return [0];
  const places = range(axes[0].tapsOf(cell[0])).map((tap) => axes[0].place(cell[0], tap));
  if (!places.length) return [0]; // nobody reads the cell of a backward pass
  const [low, high] = [Math.min(...places), Math.max(...places)];
  return [Math.max(low, 0), Math.min(high, input.lines[0].length - 1)];
}

/** Channels of the input that the cell needs: first and last. @param {Stage} stage @param {number} channel @param {Cell} cell */
function channelsRead({ scene }, channel, cell) {
  if (scene.tensors.from) return [movedFrom(scene, channel, cell)?.[0] ?? 0];
  if (scene.meta.view === "pair") return [channel];
  const [first, end] = readsOf(scene, channel);
  return [first, end - 1];
}

/** @param {Scene} scene @param {number} channel @param {Cell} cell */
function movedFrom({ tensors: { from, input } }, channel, cell) {
  const index = from.data[ravel([channel, ...cell], from.shape)];
  return index < 0 ? null : unravel(index, input.shape);
}

/**
 * Which maps of a panel are shown, where not all are; depths are counted without their padding, as the maps' tags do.
 * @param {Panel} panel @param {number[]} channels @param {number[]} depths @param {string} axis
 */
export function keptWords(panel, channels, depths, axis) {
  /** @param {string} name @param {number[]} shown @param {number} n */
  const some = (name, shown, n) => (shown.length < n ? _("{span} of {n}", { span: spanOf(name, shown[0], shown[shown.length - 1]), n: count(n) }) : "");
  const words = [
    channels.length > 1 ? some("channel", channels, panel.channels) : "",
    some(axis, depths.map((depth) => depth - panel.low[0]), panel.lines[0].length),
  ];
  return words.filter(Boolean).join(" · ");
}
