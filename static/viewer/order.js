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
 * Channels from the largest number, or the one farthest from a middle, to the smallest; what is no number comes last.
 * @param {number[] | null} values @param {number} count @param {number | null} middle
 */
export function ordered(values, count, middle = null) {
  const order = Array.from({ length: count }, (_, channel) => channel);
  /** @param {number} value */
  const rank = (value) => (Number.isNaN(value) ? -Infinity : middle === null ? value : Math.abs(value - middle));
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
 * How well each channel tells the frames of one stretch from those of another, as the area under the ROC curve: how often
 * its largest value in a frame of the one is larger than in a frame of the other; a tie counts half. Levels will do: they
 * are in the order of a channel's values. NaN where one of the two is empty.
 * @param {Uint8Array} levels @param {number[]} shape @param {boolean[]} inside @param {boolean[]} against
 */
export function areas(levels, [channels, frames, mels], inside, against) {
  return Array.from({ length: channels }, (_, channel) => {
    const [ours, theirs] = [new Uint32Array(TOP + 1), new Uint32Array(TOP + 1)]; // frames by their largest level
    for (let f = 0, i = channel * frames * mels; f < frames; f++, i += mels) {
      const numbers = levels.subarray(i, i + mels).filter((level) => level <= TOP);
      if (!numbers.length || inside[f] === against[f]) continue; // in neither, or in both
      (inside[f] ? ours : theirs)[Math.max(...numbers)] += 1;
    }
    return area(ours, theirs);
  });
}

/** How often one of the first is larger than one of the second. @param {Uint32Array} ours how many at each level @param {Uint32Array} theirs */
function area(ours, theirs) {
  let [below, won, n, m] = [0, 0, 0, 0];
  ours.forEach((count, level) => {
    won += count * (below + theirs[level] / 2);
    below += theirs[level];
    n += count;
    m += theirs[level];
  });
  return won / (n * m);
}
