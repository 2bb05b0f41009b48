// The picture of a channel's values: those of all examples as bars, those of one class as a line over them.
import { make } from "../viewer/build.js";
import { nice } from "../training/scales.js";
import { drawn } from "../player/element.js";
import { barsOf, binsOf, marksOf, outline, topOf } from "./spread.js";
import { binWords, rowWords, spreadLabel } from "./words.js";
import { _ } from "../words/catalogue.js";
import { brief, percent } from "../words/numbers.js";

/** @typedef {NonNullable<ReturnType<typeof import("./spread.js").spreadOf>>} Spread */

/**
 * @typedef {object} How
 * @property {number} steps that are all values
 * @property {number} one the class that is drawn over all; none is -1
 * @property {string} name of the class
 * @property {Each} each what has one value
 */

export class Histogram {
  constructor() {
    this.picture = make("div", { className: "spread", tabIndex: 0, data: { testid: "spread", focus: "spread" } });
    this.picture.setAttribute("role", "slider");
    this.axis = make("div", { className: "axis across", ariaHidden: "true" });
    this.legend = make("div", { className: "key" });
    this.said = make("p", { className: "said", data: { testid: "bin" } });
    this.said.setAttribute("aria-live", "polite");
    this.element = make("div", { className: "spreads" }, make("div", { className: "map axes" }, this.picture, this.axis), this.legend, this.said);
    this.bin = -1;
    /** @type {Spread | null} */
    this.spread = null;
    /** @type {How | null} */
    this.how = null;
    /** @type {SVGElement | null} of the bin that is read out */
    this.light = null;
    this.picture.addEventListener("pointermove", (event) => this.point(event));
    this.picture.addEventListener("pointerdown", (event) => this.point(event));
    this.picture.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Spread} spread @param {How} how */
  show(spread, how) {
    const { steps, one, name, each } = how;
    const rows = one < 0 ? [spread.shares[0]] : [spread.shares[0], spread.shares[1 + one]];
    Object.assign(this, { spread, how });
    const top = topOf(spread.edges, rows);
    const [all, own] = rows.map((row) => barsOf(spread.edges, row, top, steps));
    const svg = canvas();
    svg.append(...all.filter(({ share }) => share > 0).map((bar) => rectangle(bar)));
    if (own) svg.append(drawn("path", { d: outline(own), class: "one" }));
    this.light = drawn("rect", { class: "light", y: "0", height: "100" });
    svg.append(this.light);
    this.picture.replaceChildren(svg, ...all.flatMap((bar, i) => (bar.cut || own?.[i].cut ? [this.cut(bar, own?.[i])] : [])));
    this.marks();
    this.legend.replaceChildren(keyOf("all", rowWords("", spread.n[0], each)), ...(own ? [keyOf("one", rowWords(name, spread.n[1 + one], each))] : []));
    const bins = binsOf(spread.edges);
    this.pick(bins.includes(this.bin) ? this.bin : bins[bins.length >> 1]);
  }

  /** What is written on a bar that is cut off. @param {import("./spread.js").Bar} bar @param {import("./spread.js").Bar} [own] */
  cut(bar, own) {
    const [all, one] = [percent(bar.share), own ? percent(own.share) : ""];
    const label = make("b", { className: "cut" }, own?.cut && bar.cut ? _("{all}, {one}", { all, one }) : bar.cut ? all : one);
    const middle = 50 * (bar.left + bar.right);
    Object.assign(label.style, middle > 50 ? { right: `${100 * (1 - bar.left)}%` } : { left: `${100 * bar.right}%` });
    return label;
  }

  marks() {
    const { edges } = /** @type {Spread} */ (this.spread);
    const step = nice((edges[edges.length - 1] - edges[0]) / 8);
    this.axis.replaceChildren(...marksOf(edges, step).map(({ at, value }) => {
      const mark = make("span", {}, brief(value));
      mark.style.left = `${100 * at}%`;
      return mark;
    }));
  }

  /** Another bin is read out. @param {number} bin */
  pick(bin) {
    this.bin = bin;
    const { edges, shares } = /** @type {Spread} */ (this.spread);
    const { steps, one, name } = /** @type {How} */ (this.how);
    const [low, high] = [edges[0], edges[edges.length - 1]];
    this.light?.setAttribute("x", String((100 * (edges[bin] - low)) / (high - low)));
    this.light?.setAttribute("width", String((100 * (edges[bin + 1] - edges[bin])) / (high - low)));
    const own = one < 0 ? null : { name, share: shares[1 + one][bin] / steps };
    this.said.textContent = binWords({ edges, bin, last: shares[0].length - 1, share: shares[0][bin] / steps, own });
    const bins = binsOf(edges);
    for (const [name, value] of Object.entries({ label: spreadLabel(), valuemin: 0, valuemax: bins.length - 1, valuenow: bins.indexOf(bin), valuetext: this.said.textContent }))
      this.picture.setAttribute(`aria-${name}`, String(value));
  }

  /** @param {PointerEvent} event */
  point(event) {
    const { edges } = /** @type {Spread} */ (this.spread);
    const { left, width } = this.picture.getBoundingClientRect();
    const value = edges[0] + ((event.clientX - left) / width) * (edges[edges.length - 1] - edges[0]);
    const bins = binsOf(edges);
    const under = bins.find((bin) => value < edges[bin + 1]) ?? bins[bins.length - 1];
    if (under !== this.bin) this.pick(under);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const bins = binsOf(/** @type {Spread} */ (this.spread).edges);
    const at = bins.indexOf(this.bin);
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: bins.length - 1 };
    if (!(event.key in to)) return;
    event.preventDefault();
    this.pick(bins[Math.max(0, Math.min(bins.length - 1, to[event.key]))]);
  }
}

/** A class's values by themselves, small. @param {Spread} spread @param {number} one @param {number} steps */
export function small(spread, one, steps) {
  const rows = [spread.shares[0], spread.shares[1 + one]];
  const top = topOf(spread.edges, rows);
  const svg = canvas();
  const [all, own] = rows.map((row) => outline(barsOf(spread.edges, row, top, steps)));
  svg.append(drawn("path", { d: all, class: "all" }), drawn("path", { d: own, class: "one" }));
  return svg;
}

const canvas = () => drawn("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });

/** @param {import("./spread.js").Bar} bar */
const rectangle = ({ left, right, height }) =>
  drawn("rect", { class: "all", x: String(100 * left), width: String(100 * (right - left)), y: String(100 * (1 - height)), height: String(100 * height) });

/** @param {string} className @param {string} words */
const keyOf = (className, words) => make("span", {}, make("i", { className }), words);
