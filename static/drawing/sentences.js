// What each rule says of one output cell, as parts of a sentence: text, and numbers on the colours of the drawing.
import { css, exact, ink, level } from "./colour.js";
import { drawnAt } from "./pointing.js";
import { ravel } from "./tables.js";

const MOST_TERMS = 80; // numbers written out; more are summed up
const MOST_CHANNELS = 16; // channels written out

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A number on the colour it has in the drawing. */
export function chip(value, { ramp, lim }, name) {
  const made = element("span", { class: `chip ${name}` }, exact(value));
  if (Number.isFinite(value)) {
    const rgb = ramp[level(value, lim)];
    made.style.background = css(rgb);
    made.style.color = ink(rgb);
  }
  return made;
}

const term = (...parts) => element("span", { class: "term" }, ...parts);

/** The terms in the order in which the window lies on the input. */
function inOrder(stage, terms) {
  const size = stage.axes.map((axis) => axis.taps);
  const rank = ({ channel, tap }) => ravel([channel, ...drawnAt(stage, tap)], [0, ...size]);
  return [...terms].sort((a, b) => rank(a) - rank(b));
}

const joined = (parts, between) => parts.flatMap((part, i) => (i ? [between, part] : [part]));

/** Colours of what is read, of the weights, and of the output. */
const colours = (stage, worked, channel) => ({
  read: stage.legend("input", worked.first),
  weight: stage.legend("weight"),
  product: stage.legend("output", channel),
});

function products(stage, worked, { read, weight }) {
  const terms = inOrder(stage, worked.terms);
  return terms.flatMap((t, i) => {
    const before = i === 0 ? "" : terms[i - 1].channel === t.channel ? " + " : "  +  ";
    return [before, term(chip(t.read, read, "read"), "×", chip(t.weight, weight, "weight"))];
  });
}

/** Sums by input channel; of many channels the first few, then all others together. */
function byChannel({ terms, perChannel, first, last }, { product }) {
  const sums = [];
  for (let c = 0; c < last - first; c++)
    sums.push(terms.slice(c * perChannel, (c + 1) * perChannel).reduce((total, t) => total + t.product, 0));
  const few = sums.length > MOST_CHANNELS ? sums.slice(0, MOST_CHANNELS - 1) : sums;
  const parts = [`${terms.length} products, by input channel: `];
  few.forEach((sum, c) => parts.push(c ? " + " : "", term(chip(sum, product, "product"))));
  if (few.length < sums.length) {
    const rest = sums.slice(few.length).reduce((total, sum) => total + sum, 0);
    parts.push(` + ${sums.length - few.length} more channels `, chip(rest, product, "product"));
  }
  return parts;
}

function dot(stage, worked, channel) {
  const found = colours(stage, worked, channel);
  const parts = worked.terms.length <= MOST_TERMS ? products(stage, worked, found) : byChannel(worked, found);
  if (worked.bias !== null) parts.push(" + bias ", chip(worked.bias, found.weight, "bias"));
  return parts;
}

/** As a sum of products, without the taps that are not there. */
const blend = (stage, worked, channel) => products(stage, { ...worked, terms: worked.terms.filter(there) }, colours(stage, worked, channel));

/** The cells of a window, or how many there are. */
function cells(stage, worked, channel, between, kinds = () => true) {
  const { read } = colours(stage, worked, channel);
  const terms = inOrder(stage, worked.terms.filter(kinds));
  if (terms.length > MOST_TERMS) return [`${terms.length} cells`];
  return joined(terms.map((t) => chip(t.read, read, "read")), between);
}

const there = ({ kind }) => kind !== -2;
const real = ({ kind }) => !kind;

function max(stage, worked, channel) {
  const where = worked.winner ? `, at index ${worked.index}` : ", and no cell among them";
  return ["max of ", ...cells(stage, worked, channel, ", ", there), where];
}

function mean(stage, worked, channel) {
  const { divisor_override: own, count_include_pad: all } = stage.scene.meta.constants;
  const padded = worked.terms.some(({ kind }) => kind === -1);
  const why = own ? " (divisor_override)" : !padded ? "" : all ? " (padding counts)" : " (cells alone)";
  return ["(", ...cells(stage, worked, channel, " + ", there), `) ÷ ${worked.divisor}${why}`];
}

function power(stage, worked, channel) {
  const p = exact(worked.p);
  const { read } = colours(stage, worked, channel);
  const terms = inOrder(stage, worked.terms.filter(real));
  const few = terms.length <= MOST_TERMS;
  const sum = few ? joined(terms.map((t) => term(chip(t.read, read, "read"), element("sup", {}, p))), " + ") : [`${terms.length} powers`];
  const cut = worked.cells < worked.perChannel ? ` ÷ ${worked.cells} × ${worked.perChannel}` : "";
  return [element("sup", {}, p), "√(", ...sum, cut, ")", powerless(worked, p)];
}

/** Why numbers have no power mean. */
function powerless({ terms, stretched, value }, p) {
  if (!Number.isNaN(value) || terms.some(({ read }) => !Number.isFinite(read))) return "";
  return Number.isNaN(stretched) ? ` (a negative number has no power ${p})` : ` (${exact(stretched)} has no such root)`;
}

function point(stage, worked, channel) {
  const { read } = colours(stage, worked, channel);
  const { meta } = stage.scene;
  if (worked.gate === undefined) return [`${meta.function}(`, chip(worked.x, read, "read"), ")"];
  return [chip(worked.x, read, "read"), " × ", chip(worked.gate, stage.legend("gate", channel), "gate")];
}

/** A mix of all channels of a pixel. */
function mixture(stage, worked, channel) {
  return ["(", ...dot(stage, worked, channel), ")"];
}

function gate(stage, worked, channel) {
  const { gating } = stage.scene.meta;
  const own = stage.legend("input", channel);
  const closed = stage.legend("gate", channel);
  if (gating.mixes === "signal") return [...mixture(stage, worked, channel), " × σ(", chip(worked.x, own, "read"), ") = ", chip(worked.signal, own, "signal"), " × ", chip(worked.gate, closed, "gate")];
  const signal = chip(worked.x, own, "signal");
  const open = chip(worked.gate, closed, "gate");
  if (gating.mixes === "gate") return [signal, " × σ", ...mixture(stage, worked, channel), " = ", signal.cloneNode(true), " × ", open];
  if (worked.other !== null) return [signal, " × σ(", chip(worked.other, stage.legend("input", 0), "read"), `) = `, signal.cloneNode(true), " × ", open];
  return [signal, " × ", open];
}

function drop(stage, worked, channel) {
  const scale = worked.scale === 1 ? "" : ` × ${exact(worked.scale)}`;
  return [chip(worked.x, stage.legend("input", channel), "signal"), " × ", chip(worked.gate, stage.legend("gate", channel), "gate"), scale];
}

function share(stage, worked, channel) {
  const { sign = 1, log } = stage.scene.meta.constants;
  const number = (read, of) => chip(read, stage.legend("input", of), "read");
  const power = (read, of) => term("e", element("sup", {}, sign < 0 ? "−" : "", number(read, of)));
  const powers = worked.terms.map((one) => power(one.read, one.channel));
  const sum = powers.length > MOST_CHANNELS ? [`${powers.length} such powers`] : joined(powers, " + ");
  if (log) return [number(worked.x, channel), " − log(", ...sum, ")"];
  return [power(worked.x, channel), " ÷ (", ...sum, ")"];
}

function response(stage, worked, channel) {
  const { size, alpha, beta, k } = stage.scene.meta.constants;
  const number = (read, of) => chip(read, stage.legend("input", of), "read");
  const squares = worked.terms.map(({ read, channel: of }) => term(number(read, of), element("sup", {}, "2")));
  const sum = squares.length > MOST_CHANNELS ? [`${squares.length} such squares`] : joined(squares, " + ");
  return [number(worked.x, channel), ` ÷ (${exact(k)} + ${exact(alpha)} ÷ ${size} × (`, ...sum, "))", element("sup", {}, exact(beta))];
}

function norm(stage, worked, channel) {
  const read = stage.legend("input", channel);
  const affine = worked.weight === 1 && worked.bias === 0 ? "" : ` × ${exact(worked.weight)} + ${exact(worked.bias)}`;
  return ["(", chip(worked.x, read, "read"), ` − mean ${exact(worked.mean)}) ÷ √(variance ${exact(worked.var)} + ${exact(worked.eps)})${affine}${rootless(worked)}`];
}

/** Why a number has no place among those that share its mean and variance. */
function rootless({ x, var: variance, eps, value }) {
  if (variance + eps === 0 && Number.isFinite(value)) return " (0 ÷ 0, for which torch has 0 here)";
  if (!Number.isNaN(value) || !Number.isFinite(x + variance)) return "";
  return variance + eps < 0 ? ` (${exact(variance + eps)} has no root)` : " (0 ÷ 0 is no number)";
}

function move(stage, worked, channel, placeWords) {
  if (!worked.source) return [stage.scene.meta.constants.fill === undefined ? "nothing was put here" : "padding"];
  const [from, ...cell] = worked.source;
  const of = stage.input.channels > 1 ? `channel ${from}, ` : "";
  return [`input ${of}${placeWords(stage.scene.meta, cell)} (cell ${worked.index})`];
}

export const SENTENCES = { dot, blend, max, mean, power, point, gate, drop, share, response, norm, move };
