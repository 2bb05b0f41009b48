// What each rule says of one output cell, as parts of a sentence: text, and numbers on the colours of the drawing.
import { placeWords } from "./axes.js";
import { css, ink, level } from "./colour.js";
import { panelWords } from "./names.js";
import { drawnAt } from "./pointing.js";
import { ravel } from "./tables.js";
import { _, filled, plural } from "../words/catalogue.js";
import { exact } from "../words/numbers.js";

/** How many numbers, and how many channels, are written out; more are summed up. */
export const AT_LENGTH = { terms: 80, channels: 16 };
/** The same where there is less room, and less. */
export const SHORTER = [{ terms: 0, channels: 16 }, { terms: 0, channels: 0 }];

/**
 * A part of a sentence that is more than text. The player makes an element of it, a file its words.
 * @param {keyof HTMLElementTagNameMap} tag @param {Record<string, unknown>} [attributes] @param {...Part} children @returns {Marked}
 */
export const part = (tag, attributes = {}, ...children) => ({ tag, attributes, children });

/** A number on the colour it has in the drawing. @param {number} value @param {Legend} legend @param {string} name @returns {Marked} */
export function chip(value, { ramp, lim }, name) {
  const made = part("span", { class: `chip ${name}` }, exact(value));
  if (!Number.isFinite(value)) return made;
  const rgb = ramp[level(value, lim)];
  return { ...made, colours: { background: css(rgb), color: ink(rgb) } };
}

/** @param {...Part} parts */
const term = (...parts) => part("span", { class: "term" }, ...parts);

/** The terms in the order in which the window lies on the input. @param {Stage} stage @param {Term[]} terms */
function inOrder(stage, terms) {
  const size = stage.axes.map((axis) => axis.taps);
  /** @param {Term} term */
  const rank = ({ channel, tap }) => ravel([channel, ...drawnAt(stage, tap)], [0, ...size]);
  return [...terms].sort((a, b) => rank(a) - rank(b));
}

/** @param {(Part | Part[])[]} parts @param {string} between @returns {Part[]} */
const joined = (parts, between) => parts.flatMap((part, i) => [i ? [between] : [], part].flat());

/** Colours of what is read, of the weights, and of the output. @param {Stage} stage @param {Worked} worked @param {number} channel */
const colours = (stage, worked, channel) => ({
  read: stage.legend("input", worked.first),
  weight: stage.legend("weight"),
  product: stage.legend("output", channel),
});

/** @param {Stage} stage @param {Worked} worked @param {Colours} colours @returns {Part[]} */
function products(stage, worked, { read, weight }) {
  const terms = inOrder(stage, worked.terms);
  return terms.flatMap((t, i) => {
    const before = i === 0 ? "" : terms[i - 1].channel === t.channel ? " + " : "  +  ";
    return [before, term(chip(t.read, read, "read"), "×", chip(t.weight ?? NaN, weight, "weight"))];
  });
}

/**
 * Sums by input channel; of many channels the first few, then all others together.
 * @param {Worked} worked @param {Colours} colours @param {number} most @returns {Part[]}
 */
function byChannel({ terms, perChannel, first, last, sum: whole }, { product }, most) {
  const n = terms.length;
  if (!most) return filled(plural("{n} product, Σ {sum}", "{n} products, Σ {sum}", n), { sum: chip(whole, product, "product") });
  const sums = [];
  for (let c = 0; c < last - first; c++)
    sums.push(terms.slice(c * perChannel, (c + 1) * perChannel).reduce((total, t) => total + (t.product ?? 0), 0));
  const few = sums.length > most ? sums.slice(0, most - 1) : sums;
  /** @type {Part[][]} */
  const parts = few.map((sum) => [term(chip(sum, product, "product"))]);
  if (few.length < sums.length) {
    const rest = sums.slice(few.length).reduce((total, sum) => total + sum, 0);
    const others = plural("{n} more channel {sum}", "{n} more channels {sum}", sums.length - few.length);
    parts.push(filled(others, { sum: chip(rest, product, "product") }));
  }
  return filled(plural("{n} product, by input channel: {sums}", "{n} products, by input channel: {sums}", n), { sums: joined(parts, " + ") });
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function dot(stage, worked, channel, room) {
  const found = colours(stage, worked, channel);
  const parts = worked.terms.length <= room.terms ? products(stage, worked, found) : byChannel(worked, found, room.channels);
  if (worked.bias === null) return parts;
  return filled(_("{sum} + bias {bias}"), { sum: parts, bias: chip(worked.bias, found.weight, "bias") });
}

/**
 * As a sum of products, without the taps that are not there.
 * @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]}
 */
function blend(stage, worked, channel, room) {
  const own = { ...worked, terms: worked.terms.filter(there) };
  const found = colours(stage, worked, channel);
  return own.terms.length <= room.terms ? products(stage, own, found) : byChannel(own, found, 0);
}

/**
 * What is handed back by the windows that read a cell; copies of it have no slopes.
 * @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]}
 */
function back(stage, worked, channel, room) {
  const own = { ...worked, terms: worked.terms.filter(there) };
  if (!own.terms.length) return [_("no window reads this cell: 0")];
  const found = colours(stage, worked, channel);
  if (own.terms.length > room.terms) return byChannel(own, found, 0);
  if (stage.scene.tensors.slope) return products(stage, own, found);
  return joined(inOrder(stage, own.terms).map((t) => chip(t.read, found.read, "read")), " + ");
}

/**
 * The cells of a window, or how many there are.
 * @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @param {string} between @param {(term: Term) => boolean} kinds @returns {Part[]}
 */
function cells(stage, worked, channel, room, between, kinds) {
  const { read } = colours(stage, worked, channel);
  const terms = inOrder(stage, worked.terms.filter(kinds));
  if (terms.length > room.terms) return [plural("{n} cell", "{n} cells", terms.length)];
  return joined(terms.map((t) => chip(t.read, read, "read")), between);
}

/** @param {Term} term */
const there = ({ kind }) => kind !== -2;
/** @param {Term} term */
const real = ({ kind }) => !kind;

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function max(stage, worked, channel, room) {
  const message = worked.winner ? _("max of {cells}, at index {index}", { index: worked.index }) : _("max of {cells}, and no cell among them");
  return filled(message, { cells: cells(stage, worked, channel, room, ", ", there) });
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function mean(stage, worked, channel, room) {
  const { divisor_override: own, count_include_pad: all } = stage.scene.meta.constants;
  const padded = worked.terms.some(({ kind }) => kind === -1);
  const sum = ["(", ...cells(stage, worked, channel, room, " + ", there), `) ÷ ${worked.divisor}`];
  if (own) return [...sum, " (divisor_override)"];
  if (!padded) return sum;
  return filled(all ? _("{mean} (padding counts)") : _("{mean} (cells alone)"), { mean: sum });
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function power(stage, worked, channel, room) {
  const p = exact(worked.p);
  const { read } = colours(stage, worked, channel);
  const terms = inOrder(stage, worked.terms.filter(real));
  const few = terms.length <= room.terms;
  const sum = few ? joined(terms.map((t) => term(chip(t.read, read, "read"), part("sup", {}, p))), " + ") : [plural("{n} power", "{n} powers", terms.length)];
  const cut = worked.cells < worked.perChannel ? ` ÷ ${worked.cells} × ${worked.perChannel}` : "";
  const root = [part("sup", {}, p), "√(", ...sum, cut, ")"];
  return filled(powerless(worked, p), { root });
}

/** Why numbers have no power mean. @param {Worked} worked @param {string} p */
function powerless({ terms, stretched, value }, p) {
  if (!Number.isNaN(value) || terms.some(({ read }) => !Number.isFinite(read))) return "{root}";
  if (Number.isNaN(stretched)) return _("{root} (a negative number has no power {p})", { p });
  return _("{root} ({number} has no such root)", { number: exact(stretched) });
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @returns {Part[]} */
function point(stage, worked, channel) {
  const { read } = colours(stage, worked, channel);
  const { meta } = stage.scene;
  if (worked.gate === undefined) return [`${meta.function}(`, chip(worked.x, read, "read"), ")"];
  return [chip(worked.x, read, "read"), " × ", chip(worked.gate, stage.legend("gate", channel), "gate")];
}

/**
 * A mix of all channels of a pixel.
 * @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]}
 */
function mixture(stage, worked, channel, room) {
  return ["(", ...dot(stage, worked, channel, room), ")"];
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function gate(stage, worked, channel, room) {
  const { gating } = stage.scene.meta;
  const own = stage.legend("input", channel);
  const closed = stage.legend("gate", channel);
  if (gating?.mixes === "signal") return [...mixture(stage, worked, channel, room), " × σ(", chip(worked.x, own, "read"), ") = ", chip(worked.signal, own, "signal"), " × ", chip(worked.gate, closed, "gate")];
  const signal = chip(worked.x, own, "signal");
  const open = chip(worked.gate, closed, "gate");
  if (gating?.mixes === "gate") return [signal, " × σ", ...mixture(stage, worked, channel, room), " = ", signal, " × ", open];
  if (worked.other !== null) return [signal, " × σ(", chip(worked.other, stage.legend("input", 0), "read"), `) = `, signal, " × ", open];
  return [signal, " × ", open];
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @returns {Part[]} */
function drop(stage, worked, channel) {
  const scale = worked.scale === 1 ? "" : ` × ${exact(worked.scale)}`;
  return [chip(worked.x, stage.legend("input", channel), "signal"), " × ", chip(worked.gate, stage.legend("gate", channel), "gate"), scale];
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function share(stage, worked, channel, room) {
  const { sign = 1, log } = stage.scene.meta.constants;
  /** @param {number} read @param {number} of */
  const number = (read, of) => chip(read, stage.legend("input", of), "read");
  /** @param {number} read @param {number} of */
  const power = (read, of) => term("e", part("sup", {}, sign < 0 ? "−" : "", number(read, of)));
  const powers = worked.terms.map((one) => power(one.read, one.channel));
  const sum = powers.length > room.channels ? [plural("{n} such power", "{n} such powers", powers.length)] : joined(powers, " + ");
  if (log) return [number(worked.x, channel), " − log(", ...sum, ")"];
  return [power(worked.x, channel), " ÷ (", ...sum, ")"];
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @param {Written} room @returns {Part[]} */
function response(stage, worked, channel, room) {
  const { size, alpha, beta, k } = stage.scene.meta.constants;
  /** @param {number} read @param {number} of */
  /** @param {number} read @param {number} of */
  const number = (read, of) => chip(read, stage.legend("input", of), "read");
  const squares = worked.terms.map(({ read, channel: of }) => term(number(read, of), part("sup", {}, "2")));
  const sum = squares.length > room.channels ? [plural("{n} such square", "{n} such squares", squares.length)] : joined(squares, " + ");
  return [number(worked.x, channel), ` ÷ (${exact(k)} + ${exact(alpha)} ÷ ${size} × (`, ...sum, "))", part("sup", {}, exact(beta))];
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @returns {Part[]} */
function norm(stage, worked, channel) {
  const read = stage.legend("input", channel);
  const affine = worked.weight === 1 && worked.bias === 0 ? "" : ` × ${exact(worked.weight)} + ${exact(worked.bias)}`;
  const places = { mean: exact(worked.mean), variance: exact(worked.var), eps: exact(worked.eps) };
  const ratio = filled(_("({x} − mean {mean}) ÷ √(variance {variance} + {eps})", places), { x: chip(worked.x, read, "read") });
  return filled(rootless(worked), { ratio: [...ratio, affine] });
}

/** Why a number has no place among those that share its mean and variance. @param {Worked} worked */
function rootless({ x, var: variance, eps, value }) {
  if (variance + eps === 0 && Number.isFinite(value)) return _("{ratio} (0 ÷ 0, for which torch has 0 here)");
  if (!Number.isNaN(value) || !Number.isFinite(x + variance)) return "{ratio}";
  return variance + eps < 0 ? _("{ratio} ({number} has no root)", { number: exact(variance + eps) }) : _("{ratio} (0 ÷ 0 is no number)");
}

/** @param {Stage} stage @param {Worked} worked @param {number} channel @returns {Part[]} */
function balance(stage, worked, channel) {
  const { mean, scaled, tilt } = worked;
  const own = [chip(worked.x, stage.legend("input", channel), "read"), worked.weight === 1 ? "" : ` × ${exact(worked.weight)}`];
  const deviation = exact(worked.deviation);
  if (mean === undefined) return filled(_("{own} ÷ deviation {deviation}", { deviation }), { own });
  const places = { mean: exact(mean), scaled: exact(scaled), tilt: exact(tilt), deviation };
  return filled(_("({own} − mean {mean} − normalised x {scaled} × mean of dY × normalised x {tilt}) ÷ deviation {deviation}", places), { own });
}

/** @param {Stage} stage @param {Worked} worked @returns {Part[]} */
function move(stage, worked) {
  if (!worked.source) return [stage.scene.meta.constants.fill === undefined ? _("nothing was put here") : _("padding")];
  const [channel, ...cell] = worked.source;
  const places = { map: panelWords(stage.scene.meta, "input"), channel, place: placeWords(stage.scene.meta, cell), index: worked.index };
  return [stage.input.channels > 1 ? _("{map} channel {channel}, {place} (cell {index})", places) : _("{map} {place} (cell {index})", places)];
}

/** @param {Stage} stage @param {Worked} worked @returns {Part[]} */
function occlude(stage, { whole, hidden }) {
  const places = { whole: exact(whole), hidden: exact(hidden), fill: exact(stage.scene.meta.constants.fill) };
  return [_("the target {whole} − {hidden} with {fill} in this window", places)];
}

/** @type {Record<Rule, (stage: Stage, worked: Worked, channel: number, room: Written) => Part[]>} */
export const SENTENCES = { dot, blend, back, max, mean, power, point, gate, drop, share, response, norm, balance, move, occlude };

/** @type {Record<string, string>} */
const RAISED = { "-": "⁻", "−": "⁻", ".": "·" };
/** @param {string} text */
const raised = (text) => [...text].map((sign) => RAISED[sign] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? sign).join("");

/**
 * The words of some parts, for a file; a power is raised, or written as one where what it is raised to is long.
 * @param {Part[]} parts @returns {string}
 */
export function textOf(parts) {
  /** @param {Part} some */
  const one = (some) => {
    if (typeof some === "string") return some;
    const text = textOf(some.children);
    if (some.tag !== "sup") return text;
    return /^[\d.,−-]{1,3}$/.test(text) ? raised(text) : `^${text}`;
  };
  return parts.map(one).join("");
}
