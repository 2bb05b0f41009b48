// A panel is one tensor on stage: its maps, their colours, and what each of their places holds.
import { limits, ramp } from "./colour.js";
import { NONE, PAD, combinations, range, ravel } from "./tables.js";
import { brief } from "../words/numbers.js";

/** Colours of a scene in one theme: a ramp of levels per scale, and the groups' own. @param {SceneMeta} meta @param {boolean} dark */
export function makeColours(meta, dark) {
  const mode = dark ? "dark" : "light";
  /** @type {Record<string, RGB[]>} */
  const ramps = {};
  for (const [name, stops] of Object.entries(meta.palette)) if (name !== "groups") ramps[name] = ramp(stops[mode]);
  return { ramps, groups: meta.palette.groups[mode] };
}

/** @param {Limits[]} ranges @returns {Limits} */
const merge = (ranges) => [Math.min(...ranges.map((r) => r[0])), Math.max(...ranges.map((r) => r[1]))];

/** @param {Tensor} tensor */
function rangesOf(tensor) {
  return range(tensor.data.length / 2).map((c) => [tensor.data[2 * c], tensor.data[2 * c + 1]]);
}

/**
 * Lowest and highest value of every channel of input and output under one choice of scale:
 * each map its own, one for all maps of a layer, or one for input and output together.
 * @param {Scene} scene @param {string} choice
 */
export function scaleLimits(scene, choice) {
  const read = scene.tensors["signal.range"] ?? scene.tensors["input.range"];
  const own = { input: rangesOf(read), output: rangesOf(scene.tensors["output.range"]) };
  const all = merge([...own.input, ...own.output]);
  /** @type {Record<string, Limits[]>} */
  const found = {};
  for (const name of /** @type {("input" | "output")[]} */ (["input", "output"])) {
    const ranges = own[name];
    const diverging = scene.meta.diverging.includes(scene.meta.scales[name]);
    const layer = merge(ranges);
    const whole = scene.meta.scales[name] === "gate" ? [0, 1] : null;
    /** @param {Limits} r */
    const of = (r) => whole ?? (choice === "global" ? all : choice === "layer" ? layer : r);
    found[name] = ranges.map((r) => limits(of(r)[0], of(r)[1], diverging));
  }
  const steep = scene.tensors["gate.range"]; // slopes below 0 or above 1
  found.gate = steep ? rangesOf(steep).map(([low, high]) => limits(low, high, true)) : found.output.map(() => [0, 1]);
  const { data } = scene.tensors.weight ?? scene.tensors.slope ?? { data: [1] }; // a blend's weights add up to 1
  let most = 0;
  for (const v of data) if (Number.isFinite(v)) most = Math.max(most, Math.abs(v));
  found.weight = [limits(-most, most, true)];
  return found;
}

/** The three lines of a tensor that is drawn as it is: every place holds its own cell. @param {number[]} shape */
const plain = (shape) => shape.map((n) => Int32Array.from({ length: n }, (_, i) => i));

/** Do its rows run to the right? What has no rows, as a flattened output, stays as it is. @param {Scene} scene @param {string} name */
const isTurned = ({ meta }, name) => meta.turned && Boolean((name === "input" ? meta.axes : meta.outAxes)[1]);

/**
 * @param {"input" | "output"} name
 * @param {Axis[] | null} axes tables whose lines the panel is laid out on; null draws the tensor as it is
 * @param {Scene} scene @returns {Panel}
 */
export function makePanel(scene, name, axes) {
  const { shape, data } = scene.tensors[name];
  const lines = axes ? axes.map((axis) => axis.line) : plain(shape.slice(1));
  const low = axes ? axes.map((axis) => axis.low) : [0, 0, 0];
  const stuffed = lines.some((line) => line.includes(NONE)); // holes lie between the cells
  const extent = lines.map((line, i) => (stuffed ? line.lastIndexOf(shape[i + 1] - 1) + 1 - low[i] : shape[i + 1]));
  const padValue = name === "input" ? scene.meta.padValue : NaN; // beyond an output lies what is cropped: no number
  return { name, data, shape, channels: shape[0], lines, low, extent, padValue, scale: scene.meta.scales[name], turned: isTurned(scene, name) };
}

/**
 * A panel of one channel at a time; whoever selects the channel puts its numbers into `data`.
 * @param {Scene} scene @param {PanelName | "thumbs"} name @param {string} scale @returns {Panel}
 */
export function makePlane(scene, name, scale) {
  const { shape } = scene.tensors.output;
  const size = shape.slice(1);
  const common = { lines: plain(size), low: [0, 0, 0], extent: size, padValue: NaN, turned: isTurned(scene, "output") };
  return { name, ...common, data: new Float32Array(0), single: true, shape: [1, ...size], channels: shape[0], scale };
}

/** Rows and columns of a map, and how many maps one channel has. @param {Panel} panel */
export const sizeOf = (panel) => panel.lines.map((line) => line.length);

/**
 * What lies at a place of a map: {kind, cell, value}; `kind` is 0 for a cell, else PAD or NONE.
 * @param {Panel} panel @param {number} channel @param {number[]} place @returns {Content}
 */
export function contentAt(panel, channel, place) {
  const cell = place.map((at, i) => panel.lines[i][at]);
  const kind = cell.includes(NONE) ? NONE : cell.includes(PAD) ? PAD : 0;
  const flat = kind ? -1 : ravel([panel.single ? 0 : channel, ...cell], panel.shape);
  const value = kind === NONE ? NaN : kind === PAD ? panel.padValue : panel.data[flat];
  const unpainted = (panel.unpainted || panel.empty) && Number.isNaN(value);
  const mirrored = !kind && place.some((at, i) => at < panel.low[i] || at >= panel.low[i] + panel.extent[i]);
  return { kind, cell, value, mirrored, unpainted };
}

/**
 * Text of a place, as it is written into it; holes, cropped and unpainted places stay empty.
 * @param {Content} content @param {number} [digits]
 */
export const textAt = ({ kind, value, unpainted }, digits) =>
  kind === NONE || unpainted || (kind === PAD && Number.isNaN(value)) ? "" : brief(value, digits);

/** How often each cell is read, or painted, as a panel of one channel: a product of one count per axis. @param {Stage} stage */
export function countPanel(stage) {
  const panel = stage.stamps ? stage.output : stage.input;
  const [d, r, c] = stage.axes.map((axis, i) => (stage.stamps ? axis.filled() : axis.counts(panel.shape[i + 1])));
  const data = Float32Array.from(combinations([d, r, c]), ([x, y, z]) => x * y * z);
  const most = [d, r, c].reduce((product, counts) => product * Math.max(...counts), 1);
  return { ...panel, data, unpainted: false, shape: [1, ...panel.shape.slice(1)], scale: "count", lim: [0, Math.max(most, 1)] };
}
