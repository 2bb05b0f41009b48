// What panels and maps are called, and the notes beside their names.
import { axisOf } from "./axes.js";
import { arrowSigns } from "./port.js";
import { kernelOf, panelWords } from "./names.js";
import { _ } from "../words/catalogue.js";
import { brief, fixed, percent } from "../words/numbers.js";

const MOST_COUNTED = 2_000_000; // gates that are counted in all channels at each move of the threshold

/** What some words have between them. @param {string[]} words */
export const dotted = (words) => words.filter(Boolean).join(" · ");

/** A panel's name, with its channel where there are several; in two wordings. @param {Stage} stage @param {PanelName} panel */
export function panelTitle(stage, panel) {
  const map = panelWords(stage.scene.meta, panel);
  const one = panel === "output" || stage.gating;
  const channel = stage.selected;
  const weights = panel === "output" && kernelOf(stage.scene.meta, channel);
  if (weights) return [_("{map} · kernel {kernel}, channel {channel}", { map, ...weights }), _("{map} · k {kernel}, c {channel}", { map, ...weights })];
  return one && stage.output.channels > 1 ? [_("{map} · channel {channel}", { map, channel }), _("{map} · ch {channel}", { map, channel })] : [map];
}

/** Names of an input map as long as they may be, and in letters. @param {Stage} stage @param {{channel: number, depth: number}} map */
export function mapNames(stage, { channel, depth }) {
  const { groups, axes, view, kernels } = stage.scene.meta;
  const group = stage.groupOf(channel, stage.input.channels);
  const { lines, low } = stage.input;
  /** @type {string[][]} */
  const [long, short] = [[], []];
  /** @param {string} words @param {string} letters */
  const name = (words, letters) => [long.push(words), short.push(letters)];
  if (groups > 1 && !kernels) name(_("group {group}", { group }), _("g {group}", { group }));
  if (stage.input.channels > 1 && view !== "gate") name(axisOf("channel").one(channel), _("c {channel}", { channel }));
  if (lines[0].length > 1 && lines[0][depth] < 0) name(_("padding"), _("pad"));
  else if (lines[0].length > 1) name(axisOf(axes[0]).one(depth - low[0]), `${depth - low[0]}`);
  return { long, short };
}

/** A small map's name, the longest first. @param {SceneMeta} meta @param {number} channel */
export function stripNames(meta, channel) {
  const weights = kernelOf(meta, channel);
  if (!weights) return [`${channel}`];
  return [_("kernel {kernel}, channel {channel}", weights), _("k {kernel}, c {channel}", weights), `${weights.kernel}, ${weights.channel}`];
}

/** Which way the axes of a map run. @param {string[]} axes @param {boolean} turned */
export function arrowWords([, rows, columns], turned) {
  const signs = arrowSigns(turned);
  return [`${axisOf(rows).many()} ${signs.rows}`, `${axisOf(columns).many()} ${signs.columns}`];
}

/**
 * How much of a mask lies below the threshold, or was dropped: in the selected channel and in all; in two wordings.
 * @param {Stage} stage
 */
export function countedWords(stage) {
  const { gating, output, scene, planes } = /** @type {{gating: Gating} & Stage} */ (stage);
  const whole = scene.tensors.output.data.length;
  const places = { here: percent(gating.below(planes.gate) / planes.gate.length, 1), threshold: fixed(gating.threshold, 2) };
  const dropped = scene.meta.rule === "drop"; // of a leaky mask, nothing is closed
  if (output.channels === 1 || whole > MOST_COUNTED) return [dropped ? _("{here} dropped", places) : _("{here} below {threshold}", places)];
  const both = { ...places, all: percent(gating.belowOfAll() / whole, 1) };
  return dropped
    ? [_("{here} dropped · of all channels {all}", both), _("{here} dropped · of all {all}", both)]
    : [_("{here} below {threshold} · of all channels {all}", both), _("{here} below {threshold} · of all {all}", both)];
}

/** What stands in the middle of the stage, and what there is to say of it. @param {Stage} stage */
export function workTitle({ scene: { meta }, stamping }) {
  if (!meta.weighted) return _("window");
  if (meta.names.kernel) return _("window × {kernel}", { kernel: meta.names.kernel });
  if (meta.rule === "blend") return _("window × weights");
  if (meta.rule === "back") return _("dY × slopes");
  return stamping ? _("value × kernel") : _("window × kernel");
}
/** @param {Stage} stage */
export function workNote(stage) {
  const { meta } = stage.scene;
  const size = stage.axes.slice(3 - meta.ndim).map((axis) => axis.taps);
  const maps = stage.kernelSize()?.maps ?? 0;
  const shown = stage.layout.work?.shown ?? 0;
  const left = shown ? _("{shown} of {maps} maps", { shown, maps }) : _("too large to write out");
  const weights = kernelOf(meta, stage.selected);
  const words = [
    weights ? _("of kernel {kernel}, channel {channel}", weights) : stage.output.channels > 1 ? _("of channel {channel}", { channel: stage.selected }) : size.join(" × "),
    meta.flipped || (stage.stamps && !stage.stamping) ? _("turned round") : "",
    shown < maps ? left : "",
  ];
  return words.filter(Boolean).join(", ");
}

/**
 * A chart's name: a tensor's with its statistics. What is left of a zero by rounding is told as zero.
 * @param {Stage} stage @param {Chart} chart
 */
export function chartTitle({ scene: { meta }, output, selected }, chart) {
  if (chart.name === "curve") return meta.function;
  /** @param {number} value */
  const told = (value) => brief(Math.abs(value) < 1e-6 ? 0 : value, 4);
  const places = { map: panelWords(meta, chart.name), channel: selected, mean: told(chart.mean), variance: told(chart.variance) };
  return output.channels > 1 ? _("{map}, channel {channel}: mean {mean}, variance {variance}", places) : _("{map}: mean {mean}, variance {variance}", places);
}

/** What a window comes to, in a line under it. @type {Partial<Record<Rule, (worked: Worked) => string>>} */
export const SUMS = {
  dot: ({ sum, bias, value }) =>
    bias === null
      ? `Σ ${brief(sum)} = ${brief(value)}`
      : _("Σ {sum} + bias {bias} = {value}", { sum: brief(sum), bias: brief(bias), value: brief(value) }),
  back: ({ value }) => `Σ = ${brief(value)}`,
  blend: ({ value }) => `Σ = ${brief(value)}`,
  max: ({ value }) => _("max = {value}", { value: brief(value) }),
  mean: ({ sum, divisor, value }) => `Σ ${brief(sum)} ÷ ${divisor} = ${brief(value)}`,
  power: ({ stretched, p, value }) => `${brief(stretched)}^(1/${brief(p)}) = ${brief(value)}`,
};
