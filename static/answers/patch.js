// What a unit saw of an example: cut out, or marked on the whole of it.
import { NONE } from "../viewer/picture.js";

/**
 * One channel's levels within a box; what of it lies outside the example is no number.
 * @param {Uint8Array} levels @param {number[]} size rows and columns @param {number[][]} box first and one past the last of each
 */
export function cut(levels, [rows, columns], [[top, bottom], [left, right]]) {
  const [tall, wide] = [bottom - top, right - left];
  const found = new Uint8Array(tall * wide).fill(NONE);
  for (let r = Math.max(top, 0); r < Math.min(bottom, rows); r++)
    for (let c = Math.max(left, 0); c < Math.min(right, columns); c++) found[(r - top) * wide + c - left] = levels[r * columns + c];
  return { levels: found, shape: [tall, wide] };
}

/** A box in shares of the example, cut off at its ends. @param {number[]} size @param {number[][]} box @returns {Box} */
export function shares([rows, columns], [[top, bottom], [left, right]]) {
  /** @param {number} at @param {number} n */
  const share = (at, n) => Math.max(0, Math.min(1, at / n));
  return { left: share(left, columns), right: share(right, columns), top: 1 - share(top, rows), bottom: 1 - share(bottom, rows) };
}

/** Does a box reach over the ends? @param {number[]} size @param {number[][]} box */
export const outside = (size, box) => box.some(([first, end], axis) => first < 0 || end > size[axis]);

/** Rows and columns of an example's map; a signal is one row. @param {number[]} axes */
export const sizeOf = (axes) => (axes.length === 1 ? [1, axes[0]] : axes);

/**
 * The box of the j-th most exciting unit of a channel, along rows and columns.
 * @param {Tensor<Int16Array>} boxes (channels, k, axes, 2) @param {number} channel @param {number} j
 */
export function boxOf({ data, shape: [, k, axes] }, channel, j) {
  const start = (channel * k + j) * axes * 2;
  const found = Array.from({ length: axes }, (_, axis) => [data[start + 2 * axis], data[start + 2 * axis + 1]]);
  return axes === 1 ? [[0, 1], ...found] : found;
}

/** The classes by their AUC, the largest first; those without one come last. @param {Float32Array} areas */
export function ranked(areas) {
  /** @param {number} i */
  const rank = (i) => (Number.isNaN(areas[i]) ? -1 : areas[i]);
  return Array.from(areas, (_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b);
}
