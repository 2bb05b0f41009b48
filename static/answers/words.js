// What is said of what a channel answers to.
import { _, plural } from "../words/catalogue.js";
import { brief, percent } from "../words/numbers.js";

/** @param {string} stage @param {number} channel */
export const titleWords = (stage, channel) => _("What channel {channel} of {stage} answers to", { channel, stage });

/** @param {string} label @param {number} value @param {number} place */
export const tileWords = (label, value, place) => _("{place}: {label}, {value}", { place, label, value: brief(value) });

/** @param {AnswersMeta} meta */
export const areaWords = (meta) =>
  meta.clips
    ? meta.each === "clip" ? _("How often a clip of the class excites the channel more than another clip (AUC): 1 is always, 0.5 is chance, 0 is never.") : _("How often a frame in which it is heard excites the channel more than one in which it is not (AUC): 1 is always, 0.5 is chance, 0 is never.")
    : _("How often an example of the class excites the channel more than one of another class (AUC): 1 is always, 0.5 is chance, 0 is never.");

/** What the tiles are. @param {AnswersMeta} meta @param {number} tiles */
export function hintWords(meta, tiles) {
  if (meta.clips?.names) return tiles ? _("What excites it most in the corpus. The box is what the unit saw; hear it with a little of what is around it.") : _("Nothing in the corpus excites it: its largest values are all 0.");
  if (!tiles) return _("Nothing among the unseen examples excites it: its largest values are all 0.");
  if (meta.clips) return _("The unseen clips that excite it most. The box is what the unit saw; hear it with a little of what is around it.");
  return _("The unseen examples that excite it most: what the unit saw, hatched where that lies outside, and below it the whole.");
}

export const spreadTitle = () => _("How its values are spread");

/** What the histogram counts. @param {Each} each */
export const spreadWords = (each) => COUNTED[each]();
/** @type {Record<Each, () => string>} */
const COUNTED = {
  frame: () => _("Its largest value in each frame. The area of a bar is the share of values in it; the outermost bars hold all beyond them. Choose a class below to draw its frames as a line."),
  clip: () => _("Its largest value in each clip. The area of a bar is the share of values in it; the outermost bars hold all beyond them. Choose a class below to draw its clips as a line."),
  example: () => _("Its largest value in each example. The area of a bar is the share of values in it; the outermost bars hold all beyond them. Choose a class below to draw its examples as a line."),
};

/** Whose values are drawn, and how many they are; of all, where no class is named. @param {string} name @param {number} n @param {Each} each */
export const rowWords = (name, n, each) => (name ? OF_CLASS[each](name, n) : OF_ALL[each](n));
/** @type {Record<Each, (n: number) => string>} */
const OF_ALL = {
  frame: (n) => plural("{n} frame in all", "all {n} frames", n),
  clip: (n) => plural("{n} clip in all", "all {n} clips", n),
  example: (n) => plural("{n} example in all", "all {n} examples", n),
};
/** @type {Record<Each, (name: string, n: number) => string>} */
const OF_CLASS = {
  frame: (name, n) => plural("{name}: {n} frame", "{name}: {n} frames", n, { name }),
  clip: (name, n) => plural("{name}: {n} clip", "{name}: {n} clips", n, { name }),
  example: (name, n) => plural("{name}: {n} example", "{name}: {n} examples", n, { name }),
};

/** The picture as a whole. */
export const spreadLabel = () => _("How often each value occurs; arrow keys go from bar to bar");

/**
 * What a bar holds.
 * @param {{edges: ArrayLike<number>, bin: number, last: number, share: number, own: {name: string, share: number} | null}} bar
 */
export function binWords({ edges, bin, last, share, own }) {
  const places = { low: brief(edges[bin]), high: brief(edges[bin + 1]), all: percent(share, 1), name: own?.name ?? "", own: percent(own?.share ?? 0, 1) };
  if (bin === 0) return own ? _("below {high}: {all} of all values, {own} of those of {name}", places) : _("below {high}: {all} of all values", places);
  if (bin === last) return own ? _("{low} and above: {all} of all values, {own} of those of {name}", places) : _("{low} and above: {all} of all values", places);
  return own ? _("from {low} to {high}: {all} of all values, {own} of those of {name}", places) : _("from {low} to {high}: {all} of all values", places);
}

/** What a class's button does. @param {string} name @param {string} area */
export const classWords = (name, area) => _("{name}, AUC {area}: draw its values", { name, area });
