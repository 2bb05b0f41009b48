// How a window becomes a value. A scene names its rule; a new rule is one entry here, and one sentence in sentences.js.
//
// A rule is (scene, axes, channel, cell) -> {value, terms, ...}. Its terms carry a `product` or a `read`: float32 sums
// are as exact as the largest of them. Where torch's value carries the rounding of something else, that is its `size`.
import { readsOf } from "./lights.js";
import { functionAt, sigmoid } from "./pointwise.js";
import { NONE, PAD, ravel, unravel } from "./tables.js";

/** The taps of one output cell: where they are drawn, and what they read. @param {Axis[]} axes @param {Cell} cell */
function taps(axes, cell) {
  const found = [];
  const [d, r, c] = axes;
  for (let i = 0; i < d.taps; i++)
    for (let j = 0; j < r.taps; j++)
      for (let k = 0; k < c.taps; k++) {
        const source = [d.source(cell[0], i), r.source(cell[1], j), c.source(cell[2], k)];
        const kind = source.includes(NONE) ? NONE : source.includes(PAD) ? PAD : 0;
        found.push({ tap: [i, j, k], source, kind });
      }
  return found;
}

/**
 * What the window reads, in torch's order: channel by channel, then depth, rows, columns.
 * @param {Scene} scene @param {Axis[]} axes @param {number} channel @param {Cell} cell
 */
function reading(scene, axes, channel, cell) {
  const { input } = scene.tensors;
  const [first, last] = readsOf(scene, channel);
  const found = taps(axes, cell);
  /** @type {Term[]} */
  const terms = [];
  for (let c = first; c < last; c++)
    for (const { tap, source, kind } of found) {
      const read = kind === NONE ? 0 : kind === PAD ? scene.meta.padValue : input.data[ravel([c, ...source], input.shape)];
      terms.push({ channel: c, tap, source, kind, read });
    }
  return { first, last, perChannel: found.length, terms };
}

/**
 * What is read times weights, added up.
 * @param {ReturnType<typeof reading>} seen @param {(term: Term, i: number) => number} weigh
 */
function summed(seen, weigh) {
  let sum = 0;
  seen.terms.forEach((term, i) => {
    term.weight = weigh(term, i);
    term.product = term.read * term.weight;
    sum += term.product;
  });
  return { ...seen, sum, bias: null, value: sum };
}

/** Sum of products plus bias, over all the input channels that this output channel reads. @type {Working} */
const dot = (scene, axes, channel, cell) => {
  const { weight, bias } = scene.tensors;
  const seen = reading(scene, axes, channel, cell);
  const start = channel * seen.terms.length;
  const found = summed(seen, (_, i) => weight.data[start + i]);
  const offset = bias ? bias.data[channel] : null;
  return { ...found, bias: offset, value: found.sum + (offset ?? 0) };
};

/**
 * Cells times weights that follow from where the output cell lies: a product of one weight along each axis.
 * @type {Working}
 */
const blend = (scene, axes, channel, cell) => {
  const along = axes.map((axis, i) => (/** @type {number} */ tap) => scene.tensors[`blend${i}`].data[cell[i] * axis.taps + tap]);
  return summed(reading(scene, axes, channel, cell), ({ tap }) => tap.reduce((product, at, i) => product * along[i](at), 1));
};

/**
 * A backward pass: what the windows that read a cell hand back to it, each its dY times its slope there. Without slopes
 * it is the sum of a cell's copies.
 * @type {Working}
 */
const back = (scene, axes, channel, cell) => {
  const { slope, output } = scene.tensors;
  const seen = reading(scene, axes, channel, cell);
  const start = slope ? ravel([channel, ...cell], output.shape) * (slope.data.length / output.data.length) : 0;
  return summed(seen, ({ kind }, i) => (kind ? 0 : (slope?.data[start + i] ?? 1)));
};

/**
 * Of a maximum, what a cell must beat: torch takes the first of equal cells, but the last of those that are no number.
 * @param {number} read @param {number} best
 */
const beats = (read, best) => Number.isNaN(read) || read > best;

/** The largest cell. A dilated window may miss every cell: then it is -Infinity, and stands nowhere. @type {Working} */
const max = (scene, axes, channel, cell) => {
  const seen = reading(scene, axes, channel, cell);
  const cells = seen.terms.filter(({ kind }) => !kind);
  if (!cells.length) return { ...seen, winner: null, value: -Infinity };
  const winner = cells.reduce((best, term) => (beats(term.read, best.read) ? term : best));
  const index = ravel(winner.source ?? [], scene.tensors.input.shape.slice(1));
  const torchIndex = scene.tensors.indices.data[ravel([channel, ...cell], scene.tensors.indices.shape)];
  return { ...seen, winner, index, torchIndex, value: winner.read };
};

/**
 * How many cells a mean is over: those inside the padding, the real ones, or a number of one's own.
 * @param {Constants} constants @param {Term[]} terms
 */
function divisorOf({ divisor_override: own, count_include_pad: all }, terms) {
  return own ?? terms.filter(({ kind }) => (all ? kind !== NONE : !kind)).length;
}

/** @type {Working} */
const mean = (scene, axes, channel, cell) => {
  const seen = reading(scene, axes, channel, cell);
  const sum = seen.terms.reduce((total, { read }) => total + read, 0);
  const divisor = divisorOf(scene.meta.constants, seen.terms);
  return { ...seen, sum, divisor, value: sum / divisor };
};

/**
 * The p-norm as torch has it: the mean of the powers, times the size of the kernel, and the root of that.
 * @type {Working}
 */
const power = (scene, axes, channel, cell) => {
  const { norm_type: p } = scene.meta.constants;
  const seen = reading(scene, axes, channel, cell);
  const cells = seen.terms.filter(({ kind }) => !kind);
  const sum = cells.reduce((total, { read }) => total + read ** p, 0);
  const stretched = (sum / cells.length) * seen.perChannel;
  return { ...seen, cells: cells.length, p, sum, stretched, value: stretched ** (1 / p) };
};

/** @param {Scene} scene @param {number} channel @param {Cell} cell */
const inputAt = ({ tensors: { input } }, channel, cell) => input.data[ravel([channel, ...cell], input.shape)];
/** @param {number} channel @param {number} read @param {Record<string, any> & {value: number}} more @returns {Worked} */
const single = (channel, read, more) => ({ first: channel, last: channel + 1, perChannel: 1, terms: [{ channel, tap: [0, 0, 0], kind: 0, read }], ...more });

/** @type {Working} */
const point = (scene, axes, channel, cell) => {
  const x = inputAt(scene, channel, cell);
  const { value, slope, gate } = functionAt(scene, channel);
  return single(channel, x, { x, size: 0, value: value(x), slope: slope(x), gate: gate?.(x) });
};

/** Signal times gate; one of the two may be a mix of all channels of the pixel. @type {Working} */
const gate = (scene, axes, channel, cell) => {
  const { mixes, gate: from } = /** @type {Gated} */ (scene.meta.gating);
  const x = inputAt(scene, channel, cell);
  if (mixes) {
    const mixed = dot(scene, axes, channel, cell);
    const [signal, closed] = mixes === "signal" ? [mixed.value, sigmoid(x)] : [x, sigmoid(mixed.value)];
    const steep = mixes === "signal" ? closed : Math.abs(x) * closed * (1 - closed); // by how much the product moves with the mix
    return { ...mixed, x, mixed: mixed.value, signal, gate: closed, size: largestOf(mixed.terms) * steep, value: signal * closed };
  }
  const other = from.tensor === "input" ? inputAt(scene, channel + (from.first ?? 0), cell) : null;
  const mask = scene.tensors.gate;
  const closed = other === null ? mask.data[ravel([channel, ...cell], mask.shape)] : sigmoid(other);
  return single(channel, x, { x, other, signal: x, gate: closed, size: 0, value: x * closed });
};

/** @type {Working} */
const drop = (scene, axes, channel, cell) => {
  const { gate: mask } = scene.tensors;
  const { scale } = scene.meta.constants;
  const x = inputAt(scene, channel, cell);
  const kept = mask.data[ravel([channel, ...cell], mask.shape)];
  return single(channel, x, { x, signal: x, gate: kept, scale, size: 0, value: x * kept * scale });
};

/**
 * Softmax: a cell's share in the sum of all exponentials that its window reads, of what is smallest, or its logarithm.
 * @type {Working}
 */
const share = (scene, axes, channel, cell) => {
  const { sign = 1, log } = scene.meta.constants;
  const seen = reading(scene, axes, channel, cell);
  const most = seen.terms.reduce((top, { read }) => Math.max(top, sign * read), -Infinity);
  const sum = seen.terms.reduce((total, { read }) => total + Math.exp(sign * read - most), 0);
  const x = inputAt(scene, channel, cell);
  const less = sign * x - most;
  const size = log ? undefined : 0; // a logarithm keeps the rounding of what it reads, a share does not
  return { ...seen, x, most, sum, size, value: log ? less - Math.log(sum) : Math.exp(less) / sum };
};

/** Local response normalisation: over a power of the squares of neighbouring channels. @type {Working} */
const response = (scene, axes, channel, cell) => {
  const { size: wide, alpha, beta, k } = scene.meta.constants;
  const seen = reading(scene, axes, channel, cell);
  const squares = seen.terms.reduce((sum, { read }) => sum + read ** 2, 0);
  const x = inputAt(scene, channel, cell);
  return { ...seen, x, squares, size: 0, value: x / (k + (alpha * squares) / wide) ** beta };
};

/** Entry of a tensor that is 1 long along the axes that it does not know. @param {Tensor} tensor @param {number[]} at */
const shared = ({ shape, data }, at) => data[ravel(at.map((i, axis) => Math.min(i, shape[axis] - 1)), shape)];

/** @type {Working} */
const norm = (scene, axes, channel, cell) => {
  const { mean: means, var: variances, weight, bias } = scene.tensors;
  const { eps } = scene.meta.constants;
  const x = inputAt(scene, channel, cell);
  const at = [Math.floor((channel * means.shape[0]) / scene.tensors.input.shape[0]), ...cell];
  const [average, variance] = [shared(means, at), shared(variances, at)];
  /** @param {Tensor | undefined} tensor @param {number} none */
  const own = (tensor, none) => (!tensor ? none : tensor.shape.length > 1 ? shared(tensor, [channel, ...cell]) : tensor.data[channel]);
  const [by, offset] = [own(weight, 1), own(bias, 0)];
  const level = variance + eps === 0 && scene.meta.function === "InstanceNorm"; // torch has 0 there, not 0 ÷ 0
  const stretch = level ? 0 : by / Math.sqrt(variance + eps);
  const size = Math.max(Math.abs(x), Math.abs(average)) * Math.abs(stretch); // before they are subtracted
  return single(channel, x, { x, source: [channel, ...cell], mean: average, var: variance, eps, weight: by, bias: offset, size, value: (x - average) * stretch + offset });
};

/**
 * Back through a normalisation: dY times the weight; less what came through the mean and through the variance, if the
 * cell took part in them; over the deviation.
 * @type {Working}
 */
const balance = (scene, axes, channel, cell) => {
  const { mean: means, tilt: tilts, deviation, scaled, weight } = scene.tensors;
  const x = inputAt(scene, channel, cell);
  /** @param {Tensor} tensor */
  const ofSet = (tensor) => shared(tensor, [Math.floor((channel * tensor.shape[0]) / scene.tensors.input.shape[0]), ...cell]);
  const by = !weight ? 1 : weight.shape.length > 1 ? shared(weight, [channel, ...cell]) : weight.data[channel];
  const [own, over] = [x * by, ofSet(deviation)];
  if (!means) return single(channel, x, { x, weight: by, deviation: over, size: 0, value: own / over });
  const [average, place, tilt] = [ofSet(means), scaled.data[ravel([channel, ...cell], scaled.shape)], ofSet(tilts)];
  const size = Math.max(Math.abs(own), Math.abs(average), Math.abs(place * tilt)) / over; // before they are subtracted
  return single(channel, x, { x, weight: by, mean: average, scaled: place, tilt, deviation: over, size, value: (own - average - place * tilt) / over });
};

/** A cell that was put here from elsewhere, or what fills the others. @type {Working} */
const move = (scene, axes, channel, cell) => {
  const { input, from } = scene.tensors;
  const { fill = 0 } = scene.meta.constants;
  const index = from.data[ravel([channel, ...cell], from.shape)];
  const source = index < 0 ? null : unravel(index, input.shape);
  return { first: 0, last: 0, perChannel: 0, terms: [], index, source, size: source ? 0 : Math.abs(fill), value: source ? input.data[index] : fill };
};

/**
 * How far a number falls where the window hides the input. What it falls to is the result of a forward pass.
 * @type {Working}
 */
const occlude = (scene, axes, channel, cell) => {
  const { score, scores } = scene.tensors;
  const [whole, hidden] = [score.data[0], scores.data[ravel([channel, ...cell], scores.shape)]];
  return { ...reading(scene, axes, channel, cell), whole, hidden, value: whole - hidden };
};

/** @type {Record<Rule, Working>} */
export const RULES = { dot, blend, back, max, mean, power, point, gate, drop, share, response, norm, balance, move, occlude };

/** Torch's own value of an output cell. @param {Scene} scene @param {number} channel @param {Cell} cell */
export function torchValue(scene, channel, cell) {
  const { output } = scene.tensors;
  return output.data[ravel([channel, ...cell], output.shape)];
}

/** Of the terms that are cells, the largest: their products, or what is read. @param {Term[]} terms */
function largestOf(terms) {
  const sizes = terms.filter(({ kind }) => !kind).map(({ product, read }) => Math.abs(product ?? read));
  return sizes.reduce((most, own) => (own < Infinity ? Math.max(most, own) : most), 0);
}

/**
 * Does the value by hand agree with torch's, as far as float32 sums can, and the winner with torch's?
 * @param {Scene} scene @param {Worked} worked @param {number} torch
 */
export function agrees(scene, worked, torch) {
  const { relative, absolute } = scene.meta.tolerance;
  if (worked.index !== undefined && worked.torchIndex !== undefined && worked.index !== worked.torchIndex) return false;
  if (!Number.isFinite(worked.value) || !Number.isFinite(torch)) return Object.is(Math.fround(worked.value), torch);
  const own = worked.size ?? largestOf(worked.terms);
  const size = own < Infinity ? Math.max(Math.abs(torch), own) : Math.abs(torch); // infinity excuses nothing
  return Math.abs(worked.value - torch) <= relative * size + absolute;
}
