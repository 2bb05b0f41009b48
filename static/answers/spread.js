// How a channel's values are spread: bars whose area is the share of the values in them. Pure.

const CUT = 4; // times the next highest bar: one that is higher still is cut off, and its share written on it

/**
 * The bars of one row of shares: how wide they are and how high, in shares of the picture.
 * @typedef {{left: number, right: number, height: number, share: number, cut: boolean}} Bar
 */

/** The rows of one channel, and its edges. @param {AnswersScene["tensors"]} tensors @param {number} i of the stage @param {number} row */
export function spreadOf(tensors, i, row) {
  const [edge, share, n] = [tensors[`edge.${i}`], tensors[`share.${i}`], tensors[`n.${i}`]];
  if (!edge) return null;
  const [, rows, bins] = share.shape;
  /** @param {number} r */
  const shares = (r) => share.data.subarray((row * rows + r) * bins, (row * rows + r + 1) * bins);
  return {
    edges: edge.data.subarray(row * (bins + 1), (row + 1) * (bins + 1)),
    shares: Array.from({ length: rows }, (_, r) => shares(r)), // of all values, then of each class
    n: n.data,
  };
}

/** How dense values lie in each bin. @param {ArrayLike<number>} edges @param {ArrayLike<number>} shares */
export const densities = (edges, shares) =>
  Array.from(shares, (share, i) => (share > 0 ? share / (edges[i + 1] - edges[i]) : 0));

/**
 * The density at the top of a picture of several rows: one bin that would dwarf all others is cut.
 * @param {ArrayLike<number>} edges @param {ArrayLike<number>[]} rows
 */
export function topOf(edges, rows) {
  const all = rows.map((row) => densities(edges, row));
  const most = Array.from(all[0], (_, i) => Math.max(...all.map((row) => row[i]))).sort((a, b) => b - a);
  const [first, second = 0] = most;
  return (second > 0 && first > CUT * second ? CUT / 2 * second : first) || 1;
}

/** @param {ArrayLike<number>} edges @param {ArrayLike<number>} shares @param {number} top @param {number} steps that are all of them @returns {Bar[]} */
export function barsOf(edges, shares, top, steps) {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  return densities(edges, shares).map((density, i) => ({
    left: (edges[i] - low) / (high - low),
    right: (edges[i + 1] - low) / (high - low),
    height: Math.min(1, density / top),
    share: shares[i] / steps,
    cut: density > top * (1 + 1e-6),
  }));
}

/** The bars as one line round all of them, 0 to 100 rightwards and downwards. @param {Bar[]} bars */
export function outline(bars) {
  const points = bars.filter(({ left, right }) => right > left).flatMap(({ left, right, height }) => [[left, height], [right, height]]);
  if (!points.length) return "";
  const all = [[points[0][0], 0], ...points, [points[points.length - 1][0], 0]];
  return all.map(([x, y], i) => `${i ? "L" : "M"}${round(100 * x)} ${round(100 * (1 - y))}`).join("");
}

/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100;

/** Values that are written below: at most so many, round ones. @param {ArrayLike<number>} edges @param {number} step @returns {{at: number, value: number}[]} */
export function marksOf(edges, step) {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high && found.length < 20; i++) found.push({ at: (i * step - low) / (high - low), value: i * step });
  return found;
}

/** The bins that anything may fall into: the others have no width. @param {ArrayLike<number>} edges */
export const binsOf = (edges) => Array.from({ length: edges.length - 1 }, (_, i) => i).filter((i) => edges[i + 1] > edges[i]);
