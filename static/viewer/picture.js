// Maps as pictures: one pixel for each cell, frames to the right, mels upwards; the page scales them.
import { TOP, inks, level, limits, ramp } from "../drawing/colour.js";

export const NONE = TOP + 1; // the level of what is no number

/** Colours of all levels as the numbers that a picture's memory holds; the last is for what is no number. @param {Stops} stops */
export function inkOf(stops) {
  const colours = new Uint32Array(NONE + 1);
  colours.set(inks(ramp(stops)));
  return colours;
}

/** Levels of some values on a scale. @param {Numbers} values @param {Limits} scale */
export function levelsOf(values, scale) {
  const found = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const at = level(values[i], scale);
    found[i] = at < 0 ? NONE : at;
  }
  return found;
}

/** From levels between a channel's own limits to levels between others. @param {Limits} own @param {Limits} scale */
export function relevel([low, high], scale) {
  const table = Uint8Array.from({ length: NONE + 1 }, (_, i) => Math.max(0, level(low + ((high - low) * i) / TOP, scale)));
  table[NONE] = NONE;
  return table;
}

/**
 * Levels of shape (frames, mels) as pixels, line by line from the top; cells that are no number are hatched.
 * @param {Uint8Array} levels @param {number[]} shape @param {Ink} ink @param {Uint8Array | null} table
 */
export function pixelsOf(levels, [frames, mels], ink, table = null) {
  const pixels = new Uint32Array(frames * mels);
  for (let f = 0, i = 0; f < frames; f++)
    for (let m = mels - 1; m >= 0; m--, i++) {
      const at = table ? table[levels[i]] : levels[i];
      pixels[m * frames + f] = at === NONE ? ((f + m) % 2 ? 0xff808080 : 0x40808080) : ink[at];
    }
  return pixels;
}

const HEAD = 14 + 108; // bytes of a bitmap file before its pixels: its own header, and that of version 4, which knows alpha
const SHORTEST = HEAD + 12; // bytes below which Chromium shows nothing of a file: a map of one cell has fewer

/**
 * Pixels as a bitmap file (BMP), whose lines may run from the top if its height is negative.
 * @param {Uint32Array} pixels @param {number} width
 */
export function bitmapOf(pixels, width) {
  const file = new Uint8Array(Math.max(SHORTEST, HEAD + 4 * pixels.length));
  const view = new DataView(file.buffer);
  /** @param {number} at @param {...number} numbers */
  const put = (at, ...numbers) => numbers.forEach((n, i) => view.setInt32(at + 4 * i, n, true));
  file.set([66, 77]); // "BM"
  put(2, file.length, 0, HEAD, HEAD - 14, width, -pixels.length / width, 1 | (32 << 16), 3); // 1 plane of 32 bits, by masks
  put(54, 0xff, 0xff00, 0xff0000, 0xff000000, 0x73524742); // red, green, blue, alpha; "sRGB"
  file.set(new Uint8Array(pixels.buffer), HEAD);
  return file;
}

/**
 * Show levels of shape (frames, mels) in an image element. A page of canvases is a page of layers, which a browser sorts
 * anew in each frame in which anything moves: with 128 of them that took 30 ms.
 * @param {HTMLImageElement} image @param {Uint8Array} levels @param {number[]} shape @param {Ink} ink @param {Uint8Array | null} table
 */
export function print(image, levels, [frames, mels], ink, table = null) {
  show(image, pixelsOf(levels, [frames, mels], ink, table), frames);
}

/** Show pixels in an image element, line by line. @param {HTMLImageElement} image @param {Uint32Array} pixels @param {number} width */
export function show(image, pixels, width) {
  image.onload = () => URL.revokeObjectURL(image.src);
  image.src = addressOf(pixels, width);
}

/** Where a browser finds these pixels until they are let go of. @param {Uint32Array} pixels @param {number} width */
export const addressOf = (pixels, width) => URL.createObjectURL(new Blob([bitmapOf(pixels, width)], { type: "image/bmp" }));

/** Lowest and highest of many ranges; and of the numbers of one. @param {Numbers} ranges */
export function widest(ranges) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < ranges.length; i += 2) [low, high] = [Math.min(low, ranges[i]), Math.max(high, ranges[i + 1])];
  return [low, high];
}

/**
 * The limits of a scale: one channel's, the whole layer's, or without its lowest and highest hundredth.
 * @param {ScaleKind} kind @param {Limits} own @param {Limits | null} layer @param {Limits | null} percentiles @param {boolean} diverging
 */
export function scaleOf(kind, own, layer, percentiles, diverging) {
  const [low, high] = { channel: own, layer, percentiles, all: layer }[kind] ?? own;
  return limits(low, high, diverging);
}

/** Lowest and highest finite value; 0 and 0 where there is none. @param {Numbers} values */
export function finiteRange(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : [0, 0];
}
