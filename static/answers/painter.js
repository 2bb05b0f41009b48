// Examples as pictures, and what a unit saw of them.
import { TOP } from "../drawing/colour.js";
import { colourPixels, pixelsOf } from "../overview/pictures.js";
import { drawn } from "../player/element.js";
import { drawBoxes } from "../viewer/build.js";
import { inkOf, print, show } from "../viewer/picture.js";
import { cut, shares, sizeOf } from "./patch.js";

const SEEN = 84; // pixels of the longer side of what a unit saw,
const WHOLE = 84; // and of the whole example
const LINE = 40; // pixels that a signal is high

export class Painter {
  /** @param {AnswersScene} scene @param {Record<string, Stops>} stops */
  constructor({ meta, tensors }, stops) {
    this.meta = meta;
    this.examples = tensors.examples;
    this.ink = inkOf(stops[meta.scale]);
  }

  /** One channel of an example. @param {number} i @param {number} channel */
  map(i, channel) {
    const { data, shape: [, channels, ...axes] } = this.examples;
    const cells = axes.reduce((product, n) => product * n, 1);
    const start = (i * channels + channel) * cells;
    return data.subarray(start, start + cells);
  }

  /** @param {AnswersTile} tile @param {number} i @param {number[][]} box rows and columns */
  paint({ seen, whole }, i, box) {
    const [, channels, ...axes] = this.examples.shape;
    const size = sizeOf(axes);
    if (this.meta.clips) return this.paintClip(whole, i, size, box);
    const all = Array.from({ length: channels === 3 ? 3 : 1 }, (_, channel) => this.map(i, channel));
    const part = all.map((levels) => cut(levels, size, box));
    place(seen, SEEN, part[0].shape, part.map(({ levels }) => levels), this.ink);
    place(whole, WHOLE, size, all, this.ink);
    drawBoxes(whole, [{ box: shares(size, box), kind: "unit" }]);
  }

  /** A clip's part, frames to the right and mels upwards. @param {DrawnMap} map @param {number} i @param {number[]} size @param {number[][]} box */
  paintClip(map, i, size, [frames, mels]) {
    print(map.image, this.map(i, 0), size, this.ink);
    Object.assign(map.picture.style, { width: "100%", height: "96px" });
    const { left, right, top, bottom } = shares(size, [frames, mels]); // as rows downwards; here they run to the right
    drawBoxes(map, [{ box: { left: 1 - top, right: 1 - bottom, bottom: left, top: right }, kind: "unit" }]);
  }
}

/** @param {DrawnMap} map @param {number} side @param {number[]} size @param {Uint8Array[]} levels @param {Ink} ink */
function place({ image, picture }, side, [rows, columns], levels, ink) {
  if (rows === 1 && columns > 1) return line({ image, picture }, side, levels[0]);
  const pixels = levels.length === 3 ? colourPixels(levels, columns) : pixelsOf(levels[0], [1, rows, columns], 1, ink);
  show(image, pixels, columns);
  const scale = side / Math.max(rows, columns);
  Object.assign(picture.style, { width: `${columns * scale}px`, height: `${rows * scale}px` });
}

/** A signal as a line; a gap where it lies outside. @param {{image: HTMLImageElement, picture: HTMLElement}} map @param {number} side @param {Uint8Array} levels */
function line({ image, picture }, side, levels) {
  const points = Array.from(levels, (level, x) => (level > TOP ? null : `${x + 0.5} ${TOP - level}`));
  const path = points.map((point, x) => (point ? `${x && points[x - 1] ? "L" : "M"}${point}` : "")).join("");
  const dot = points.map((point) => (point ? `M${point}h0` : "")).join("");
  const svg = drawn("svg", { viewBox: `0 ${-0.05 * TOP} ${levels.length} ${1.1 * TOP}`, preserveAspectRatio: "none" });
  svg.append(drawn("path", { d: path, class: "line" }), drawn("path", { d: dot, class: "dots" }));
  image.replaceWith(svg);
  Object.assign(picture.style, { width: `${side}px`, height: `${LINE}px` });
}
