// In which order channels are shown, and the number by which each stands there.
import { TOP } from "../drawing/colour.js";
import { shareOf } from "./places.js";

/**
 * One statistic of every channel; null where the name is none of them.
 * @param {Float32Array} statistics @param {string[]} names @param {string} by
 */
export function column(statistics, names, by) {
  const [width, at] = [names.length, names.indexOf(by)];
  return at < 0 ? null : Array.from({ length: statistics.length / width }, (_, channel) => statistics[channel * width + at]);
}

/**
 * Channels from the largest number, or the one farthest from 0, to the smallest; what is no number comes last.
 * @param {number[] | null} values @param {number} count
 */
export function ordered(values, count, farthest = false) {
  const order = Array.from({ length: count }, (_, channel) => channel);
  /** @param {number} value */
  const rank = (value) => (Number.isNaN(value) ? -Infinity : farthest ? Math.abs(value) : value);
  if (!values) return order;
  return order.sort((a, b) => Number(rank(values[b]) > rank(values[a])) - Number(rank(values[b]) < rank(values[a])) || a - b);
}

/**
 * Which frames of a small picture of a stage have their centre between two places of the input: [true, false, ...].
 * @param {StageWords} stage @param {number} frames @param {number} from @param {number} to
 */
export function insideOf({ lies, shape }, frames, from, to) {
  const cells = shape[1];
  const block = Math.ceil(cells / frames);
  const [low, high] = [from, to].map((at) => shareOf(lies[0], cells, at));
  return Array.from({ length: frames }, (_, i) => {
    const centre = (i * block + Math.min((i + 1) * block, cells)) / 2 / cells;
    return centre >= low && centre <= high;
  });
}

/**
 * How far each channel's mean inside lies from its mean outside, in pooled standard deviations:
 * (m_in - m_out) / sqrt((n_in var_in + n_out var_out) / (n_in + n_out)). Levels will do: they are a channel's values but for
 * an offset and a factor, which do not change it. NaN where one side is empty or nothing varies.
 * @param {Uint8Array} levels @param {number[]} shape @param {boolean[]} inside
 */
export function contrasts(levels, [channels, frames, mels], inside) {
  return Array.from({ length: channels }, (_, channel) => {
    const sums = [[0, 0, 0], [0, 0, 0]]; // outside and inside: how many, their sum, the sum of their squares
    for (let f = 0, i = channel * frames * mels; f < frames; f++) {
      const side = sums[Number(inside[f])];
      for (let m = 0; m < mels; m++, i++) {
        if (levels[i] > TOP) continue; // no number
        side[0] += 1;
        side[1] += levels[i];
        side[2] += levels[i] ** 2;
      }
    }
    const [out, within] = sums.map(([n, sum, squares]) => ({ n, mean: sum / n, spread: squares - sum ** 2 / n }));
    const pooled = Math.sqrt(Math.max(0, out.spread + within.spread) / (out.n + within.n));
    const apart = within.mean - out.mean;
    return pooled > 1e-9 ? apart / pooled : apart ? Math.sign(apart) * Infinity : NaN;
  });
}
