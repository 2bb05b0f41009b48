// Words for places and numbers.
import { axisOf, spanOf } from "../drawing/axes.js";
import { _, plural } from "../words/catalogue.js";
import { brief, count, exact, fixed } from "../words/numbers.js";

/** Seconds as people say them, and as they stand along an axis. @param {number} t */
export const seconds = (t) => _("{time} s", { time: fixed(t, 2) });
/** @param {number} t */
export const secondsAlong = (t) => _("{time} s", { time: brief(t) });

/** Hertz as people say them. @param {number} f */
export const hertz = (f) =>
  f < 999.5 ? _("{frequency} Hz", { frequency: Math.round(f) }) : _("{frequency} kHz", { frequency: brief(f / 1000) });

/**
 * Does a slider's value have to be told anew? Once a second while the sound runs, else whenever it has changed.
 * @param {number} time @param {number} told @param {boolean} playing
 */
export const isTold = (time, told, playing) =>
  playing ? Math.floor(time) !== Math.floor(told) : time.toFixed(2) !== told.toFixed(2);

/** @param {Span[]} span */
const size = ([[f0, f1], [m0, m1]]) => `${axisOf("frame").count(f1 - f0 + 1)} × ${axisOf("mel").count(m1 - m0 + 1)}`;

/** A channel among those of a stage. @param {string} stage @param {number} channel @param {number} channels */
export const channelOf = (stage, channel, channels) => _("{stage}, channel {channel} of {channels}", { stage, channel, channels });

/**
 * What a unit is and what it sees and reaches.
 *
 * @param {{stage: string, channel: number, unit: Unit, value: number, seen: Span[] | null, sound: Heard | null,
 *   last: string, reached: Span[] | null, statistical: string}} of
 */
export function unitSentence({ stage, channel, unit, value, seen, sound, last, reached, statistical }) {
  const name = `${stage}[0, ${channel}, ${unit[0]}, ${unit[1]}] = ${exact(value)}`;
  if (!seen) return _("{unit}. It reads padding alone.", { unit: name });
  const [[f0, f1], [m0, m1]] = seen;
  const cells = { unit: name, frames: spanOf("frame", f0, f1), mels: spanOf("mel", m0, m1), size: size(seen) };
  const sees = sound
    ? _("{unit}. It sees {from} to {to} ({milliseconds} ms), {low} to {high}: {frames} and {mels} of the input ({size}).", { ...cells, ...heardWords(sound) })
    : _("{unit}. It sees {frames} and {mels} of the input ({size}).", cells);
  return [sees, reachWords(stage, last, reached), statisticsWords(statistical)].filter(Boolean).join(" ");
}

/** @param {Heard} sound */
const heardWords = ({ from, to, low, high }) => ({
  from: seconds(from),
  to: seconds(to),
  milliseconds: count(Math.round(1000 * (to - from))),
  low: hertz(low),
  high: hertz(high),
});

/** @param {string} stage @param {string} last @param {Span[] | null} reached */
function reachWords(stage, last, reached) {
  if (reached) return _("It goes on into {size} of {last}.", { size: size(reached), last });
  return last === stage ? "" : _("Nothing of {last} depends on it.", { last });
}

/** Of a unit behind a normalisation. @param {string} stage that normalises, or none */
export const statisticsWords = (stage) =>
  stage && _("The statistics of {stage} make it depend a little on the whole input as well.", { stage });

/** A number by which channels are sorted; how well one tells things apart is between 0 and 1. @param {string} by @param {number} value */
export function sortValue(by, value, digits = 3) {
  if (by === "zeros") return `${brief(100 * value)} %`;
  if (by !== "contrast" && by !== "tells") return brief(value, digits);
  return Number.isNaN(value) ? "–" : fixed(value, 2);
}

/** What the sort by contrast needs, or what it has done. @param {Limits | null} part @param {Limits | null} [other] */
export function contrastHint(part, other = null) {
  if (!part) return _("Drag over the sound above to mark the stretch that is compared with the rest.");
  const places = { from: seconds(part[0]), to: seconds(part[1]) };
  return other
    ? _("{from} to {to} against {from2} to {to2}: how often the channel's largest value is larger in a frame of the first than of the second (AUC); 0.5 is chance.", { ...places, from2: seconds(other[0]), to2: seconds(other[1]) })
    : _("{from} to {to} against the rest: how often the channel's largest value is larger in a frame inside than outside (AUC); 0.5 is chance.", places);
}

/** What a sort by classes shows. */
export const tellsHint = () => _("How often the one excites the channel more than the other (AUC): 1 is always, 0.5 is chance, 0 is never.");

/** The statistics of a channel, as pairs of a name and a number. @param {string[]} names @param {ArrayLike<number>} row */
export function statisticsOf(names, row) {
  return names.map((name, i) => [statisticWords(name), sortValue(name, row[i], 4)]);
}

/** What Python's names of statistics are called. @param {string} name */
const statisticWords = (name) => NAMES[name]?.() ?? name;
/** @type {Record<string, () => string>} */
const NAMES = {
  mean: () => _("mean"),
  max: () => _("max"),
  min: () => _("min"),
  variance: () => _("variance"),
  zeros: () => _("zeros"),
};

/** What Python says of a channel in which nothing happens. @param {string} state */
export const stateWords = (state) => STATES[state]?.() ?? state;
/** @type {Record<string, () => string>} */
const STATES = { dead: () => _("dead"), constant: () => _("constant"), "no number": () => _("no number") };

/** What a kernel is. @param {number[]} shape channels, frames, mels @param {Limits} range of its weights */
export function kernelWords([channels, frames, mels], [low, high]) {
  const places = { size: `${axisOf("frame").count(frames)} × ${axisOf("mel").count(mels)}`, low: brief(low), high: brief(high) };
  return plural("its kernel: {size}, for one input channel; from {low} to {high}", "its kernel: {size}, for {n} input channels; from {low} to {high}", channels, places);
}
