// @ts-check
// Words for places and numbers.
import { brief, exact } from "../drawing/colour.js";

/** Seconds as people say them. @param {number} t */
export const seconds = (t) => `${t.toFixed(2)} s`;

/** Hertz as people say them. @param {number} f */
export const hertz = (f) => (f < 999.5 ? `${Math.round(f)} Hz` : `${brief(f / 1000)} kHz`);

/**
 * Does a slider's value have to be told anew? Once a second while the sound runs, else whenever it has changed.
 * @param {number} time @param {number} told @param {boolean} playing
 */
export const isTold = (time, told, playing) =>
  playing ? Math.floor(time) !== Math.floor(told) : time.toFixed(2) !== told.toFixed(2);

/** @param {number} count @param {string} one */
const many = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
/** @param {Span[]} span */
const size = ([[f0, f1], [m0, m1]]) => `${many(f1 - f0 + 1, "frame")} × ${many(m1 - m0 + 1, "mel")}`;

/**
 * What a unit is and what it sees and reaches.
 *
 * @param {{stage: string, channel: number, unit: Unit, value: number, seen: Span[] | null, sound: Heard | null,
 *   last: string, reached: Span[] | null, statistical: string}} of
 */
export function unitSentence({ stage, channel, unit, value, seen, sound, last, reached, statistical }) {
  const name = `${stage}[0, ${channel}, ${unit[0]}, ${unit[1]}] = ${exact(value)}`;
  if (!seen) return `${name}. It reads padding alone.`;
  const [[f0, f1], [m0, m1]] = seen;
  const cells = `frames ${f0} to ${f1} and mels ${m0} to ${m1} of the input (${size(seen)})`;
  const heard = sound ? `${seconds(sound.from)} to ${seconds(sound.to)} (${Math.round(1000 * (sound.to - sound.from)).toLocaleString("en")} ms), ${hertz(sound.low)} to ${hertz(sound.high)}: ` : "";
  const on = reached ? ` It goes on into ${size(reached)} of ${last}.` : last === stage ? "" : ` Nothing of ${last} depends on it.`;
  const also = statistical ? ` The statistics of ${statistical} make it depend a little on the whole input as well.` : "";
  return `${name}. It sees ${heard}${cells}.${on}${also}`;
}

/** A number by which channels are sorted; of a contrast in pooled standard deviations. @param {string} by @param {number} value */
export function sortValue(by, value, digits = 3) {
  if (by === "zeros") return `${brief(100 * value)} %`;
  if (by !== "contrast") return brief(value, digits);
  return Number.isNaN(value) ? "–" : `${value < 0 ? "−" : "+"}${Number.isFinite(value) ? brief(Math.abs(value)) : "∞"} sd`;
}

/** What the sort by contrast needs, or what it has done. @param {Limits | null} part */
export const contrastHint = (part) =>
  part
    ? `${seconds(part[0])} to ${seconds(part[1])} against the rest: difference of the means, in pooled standard deviations (sd) of the pictures below.`
    : "Drag over the sound above to mark the stretch that is compared with the rest.";

/** The statistics of a channel, as pairs of a name and a number. @param {string[]} names @param {ArrayLike<number>} row */
export function statisticsOf(names, row) {
  return names.map((name, i) => [name, sortValue(name, row[i], 4)]);
}
