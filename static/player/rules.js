// How a window becomes a value. A scene names its rule; a new rule is one entry here.
import { NONE, PAD, ravel } from "./tables.js";

/** The taps of one output cell, as three lists of what they read and where they are drawn. */
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
 * Sum of products plus bias, over all the input channels that this output channel reads.
 * Terms are in torch's order: channel by channel, then depth, rows, columns of the kernel.
 */
function dot(scene, axes, channel, cell) {
  const { input, weight, bias, reads } = scene.tensors;
  const [first, last] = [reads.data[2 * channel], reads.data[2 * channel + 1]];
  const found = taps(axes, cell);
  const terms = [];
  let sum = 0;
  for (let c = first; c < last; c++)
    found.forEach(({ tap, source, kind }, flat) => {
      const read = kind === NONE ? 0 : kind === PAD ? scene.meta.padValue : input.data[ravel([c, ...source], input.shape)];
      const by = weight.data[(channel * (last - first) + c - first) * found.length + flat];
      terms.push({ channel: c, tap, kind, read, weight: by, product: read * by });
      sum += read * by;
    });
  const offset = bias ? bias.data[channel] : null;
  return { first, last, perChannel: found.length, terms, sum, bias: offset, value: sum + (offset ?? 0) };
}

export const RULES = { dot };

/** Torch's own value of an output cell. */
export function torchValue(scene, channel, cell) {
  const { output } = scene.tensors;
  return output.data[ravel([channel, ...cell], output.shape)];
}

/** Does the value by hand agree with torch's, as far as float32 sums can? */
export function agrees(scene, worked, torch) {
  const { relative, absolute } = scene.meta.tolerance;
  if (!Number.isFinite(worked.value) || !Number.isFinite(torch)) return Object.is(Math.fround(worked.value), torch);
  const size = worked.terms.reduce((most, { product }) => Math.max(most, Math.abs(product)), Math.abs(torch));
  return Math.abs(worked.value - torch) <= relative * size + absolute;
}
