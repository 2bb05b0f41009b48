// A canvas that draws nothing: it writes down what it is told, as marks for whoever paints a file.
//
// A mark is a list, as a line of JSON; lengths are in the stage's pixels, colours as CSS has them:
//   ["rect", x, y, w, h, colour]               filled
//   ["cell", x, y, w, h, colour, edge]         filled, with a border inside that is 1 wide
//   ["hatch", x, y, w, h, colour, step, cross] diagonals that are `step` apart, from the origin on
//   ["box", x, y, w, h, colour, width, dash]   a border
//   ["path", points, colour, width, dash]      lines; points are [x, y, x, y, ...] lists, one per line
//   ["dot", x, y, radius, colour]
//   ["text", x, y, words, size, style, colour, align] `y` is the middle of a line; style "", "bold" or "italic"
//   ["image", x, y, w, h, {panel, scale, channel, depth, lim, every, turned, levels}] a map of the scene, by its name: one
//      colour for each place. What is no tensor of the scene brings its levels
//   ["ramp", x, y, w, h, colours]              a scale from left to right
//   ["clip", x, y, w, h], ["clip"]             what follows is cut off outside, or no longer
//   ["alpha", part]                            what follows is so opaque

import { level } from "./colour.js";

/** @param {string} colour @param {number} [step] @param {boolean} [cross] */
const hatch = (colour, step = 7, cross = false) => ({ hatch: colour, step, cross });

/**
 * A map by its name; numpy makes the picture. The planes of a gate are worked out here, and so their levels are, too.
 * @param {Panel} panel @param {number} channel @param {number} depth @param {{lim: Limits, every?: number}} how
 */
const image = ({ name, scale, turned, single, data, shape, lines }, channel, depth, { lim, every = 1 }) => {
  const from = single ? depth * shape[2] * shape[3] : 0;
  const levels = single ? Array.from(data.subarray(from, from + lines[1].length * lines[2].length), (value) => level(value, lim)) : null;
  return { panel: name, scale, channel, depth, lim, every, turned, levels };
};

export const RECORDED = { hatch, image };

/** How wide words are, in parts of the font's size. @param {Widths} widths @param {string} words */
export function wideOf(widths, words) {
  let wide = 0;
  for (const sign of words) wide += widths[sign] ?? widths.other;
  return wide;
}

/** Styles of a font by how CSS begins it. @type {Record<string, string>} */
const STYLES = { "600 ": "bold", "italic ": "italic", "": "" };

export class Recorder {
  /** @type {string[]} */
  marks = [];
  /** @type {(number[] | null)[]} */
  saved = [];
  /** @type {any[] | null} */
  filled = null;
  /** @type {any} */
  fillStyle = "#000";
  /** @type {any} */
  strokeStyle = "#000";
  lineWidth = 1;
  font = "10px sans";
  /** @type {string | undefined} */
  typed;
  size = 0;
  style = "";
  /** @type {CanvasTextAlign} */
  textAlign = "left";
  /** @type {CanvasTextBaseline} */
  textBaseline = "alphabetic";
  imageSmoothingEnabled = true;
  /** @type {number[]} */
  dash = [];
  alpha = 1;
  /** @type {number[] | null} */
  cut = null;
  /** @type {number[][]} */
  path = [];
  /** @type {number[] | null} */
  disc = null;
  /** @type {number[] | null} */
  round = null;

  /**
   * @param {number[]} corner of the page where the stage's own begins
   * @param {Record<string, Widths>} widths of signs in parts of the font's size, by style
   */
  constructor([left, top], widths) {
    this.left = left;
    this.top = top;
    this.widths = widths;
  }

  /** All marks since they were taken last, a line each. */
  take() {
    const { marks } = this;
    this.marks = [];
    return marks.join("\n");
  }

  /** Write a mark down; as on a canvas, what lies nowhere is not drawn. @param {...any} mark */
  tell(...mark) {
    if (nowhere(mark[1]) || nowhere(mark[2]) || nowhere(mark[3]) || nowhere(mark[4])) return;
    this.marks.push(JSON.stringify(mark));
  }

  get globalAlpha() {
    return this.alpha;
  }

  /** @param {number} part */
  set globalAlpha(part) {
    if (part === this.alpha) return;
    this.alpha = part;
    this.tell("alpha", part);
  }

  save() {
    this.saved.push(this.cut);
  }

  restore() {
    this.clipTo(this.saved.pop());
  }

  clip() {
    this.clipTo(this.round);
  }

  /** @param {number[] | null} [cut] */
  clipTo(cut) {
    if (cut !== this.cut) this.tell("clip", ...(cut ?? []));
    this.cut = cut ?? null;
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  fillRect(x, y, w, h) {
    const fill = this.fillStyle;
    const box = this.at(x, y, w, h);
    if (fill.hatch) this.tell("hatch", ...box, fill.hatch, fill.step, fill.cross);
    else if (fill.stops) this.tell("ramp", ...box, fill.stops);
    else this.tell("rect", ...(this.filled = [...box, fill]));
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  strokeRect(x, y, w, h) {
    if (this.edges(x, y, w, h)) return;
    this.tell("box", ...this.at(x, y, w, h), this.strokeStyle, this.lineWidth, this.dash);
  }

  /**
   * A border just inside what was filled last is the same mark. Returns true if it is one.
   * @param {number} x @param {number} y @param {number} w @param {number} h
   */
  edges(x, y, w, h) {
    const { filled, marks } = this;
    this.filled = null;
    if (!filled || !marks[marks.length - 1].startsWith('["rect"') || this.lineWidth !== 1 || this.dash.length || !filled[4].endsWith(",1)")) return false;
    if (this.at(x - 0.5, y - 0.5, w + 1, h + 1).some((side, i) => side !== filled[i])) return false;
    marks.pop();
    this.tell("cell", ...filled, this.strokeStyle);
    return true;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  at(x, y, w, h) {
    return [short(x + this.left), short(y + this.top), short(w), short(h)];
  }

  beginPath() {
    Object.assign(this, { path: [], disc: null, round: null });
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  rect(x, y, w, h) {
    this.round = this.at(x, y, w, h);
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path.push([short(x + this.left), short(y + this.top)]);
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path[this.path.length - 1].push(short(x + this.left), short(y + this.top));
  }

  /** @param {number} x @param {number} y @param {number} radius */
  arc(x, y, radius) {
    this.disc = [short(x + this.left), short(y + this.top), radius];
  }

  stroke() {
    const lines = this.path.filter((line) => line.every(Number.isFinite));
    if (lines.length) this.tell("path", lines, this.strokeStyle, this.lineWidth, this.dash);
  }

  fill() {
    this.tell("dot", ...(this.disc ?? []), this.fillStyle);
  }

  /** Size and style of the font, as CSS has them: "italic 12px ...". */
  type() {
    if (this.font === this.typed) return this;
    const [, style, size] = /^(italic |600 |)([\d.]+)px/.exec(this.font) ?? ["", "", "10"];
    return Object.assign(this, { typed: this.font, size: short(Number(size)), style: STYLES[style] });
  }

  /** @param {string} words @param {number} x @param {number} y */
  fillText(words, x, y) {
    if (words === "") return;
    const { size, style } = this.type();
    this.tell("text", short(x + this.left), short(y + this.top), words, size, style, this.fillStyle, this.textAlign);
  }

  /** @param {string} words */
  measureText(words) {
    const { size, style } = this.type();
    return { width: size * wideOf(this.widths[style], words) };
  }

  /** @param {object} named @param {number} x @param {number} y @param {number} w @param {number} h */
  drawImage(named, x, y, w, h) {
    this.tell("image", ...this.at(x, y, w, h), named);
  }

  createLinearGradient() {
    /** @type {string[]} */
    const stops = [];
    return { stops, addColorStop: (/** @type {number} */ _, /** @type {string} */ colour) => stops.push(colour) };
  }
}

/** @param {unknown} part */
const nowhere = (part) => typeof part === "number" && part - part !== 0; // not finite

/** @param {number} length */
const short = (length) => Math.round(length * 100) / 100;
