// A transposed convolution told from the input: every input cell paints the kernel, times its value, on the output.
import { readsOf } from "./lights.js";
import { ravel, unravel } from "./tables.js";

const MOST_CELLS = 20_000;
const MOST_PRODUCTS = 6_000_000;

/** Is the scene small enough to add up in the browser, stamp by stamp? @param {Scene} scene @param {Axis[]} axes */
export function canStamp(scene, axes) {
  const { input, output } = scene.tensors;
  const taps = axes.reduce((n, axis) => n * axis.taps, 1);
  return output.data.length / output.shape[0] <= MOST_CELLS && input.data.length * taps <= MOST_PRODUCTS;
}

/**
 * What one input cell paints for one output channel: [{cell, tap, products: [{read, weight, product}], sum}].
 * @param {Scene} scene @param {Axis[]} axes @param {number} channel @param {Cell} cell
 */
export function stampOf(scene, axes, channel, cell) {
  const { input, weight } = scene.tensors;
  const [first, last] = readsOf(scene, channel);
  const taps = axes.map((axis) => axis.taps);
  const perChannel = taps[0] * taps[1] * taps[2];
  const painted = [];
  for (let flat = 0; flat < perChannel; flat++) {
    const tap = unravel(flat, taps);
    const at = tap.map((t, i) => axes[i].source(cell[i], t));
    const products = [];
    for (let c = first; c < last; c++) {
      const read = input.data[ravel([c, ...cell], input.shape)];
      const by = weight.data[(channel * (last - first) + c - first) * perChannel + flat];
      products.push({ channel: c, tap, kind: 0, read, weight: by, product: read * by });
    }
    const sum = products.reduce((total, { product }) => total + product, 0);
    painted.push({ tap, cell: at.some((index) => index < 0) ? null : at, products, sum });
  }
  return painted;
}

/** The output of one channel as far as it is painted: starts from the bias, grows by one stamp a step. */
export class Painting {
  /** @param {Scene} scene @param {Axis[]} axes */
  constructor(scene, axes) {
    this.scene = scene;
    this.axes = axes;
    this.channel = this.done = -1;
    const { shape } = scene.tensors.output;
    this.shape = shape.slice(1);
    const cells = this.shape[0] * this.shape[1] * this.shape[2];
    this.sums = new Float64Array(cells);
    this.touched = new Uint8Array(cells);
  }

  /**
   * Itself, after the stamps 0..step of this channel; `cellOf` gives the input cell of a step.
   * @param {number} channel @param {number} step @param {(step: number) => Cell} cellOf
   */
  upTo(channel, step, cellOf) {
    if (channel !== this.channel || step < this.done) {
      this.sums.fill(this.scene.tensors.bias ? this.scene.tensors.bias.data[channel] : 0);
      this.touched.fill(0);
      [this.channel, this.done] = [channel, -1];
    }
    while (this.done < step) {
      this.done++;
      for (const { cell, sum } of stampOf(this.scene, this.axes, channel, cellOf(this.done)))
        if (cell) {
          this.sums[ravel(cell, this.shape)] += sum;
          this.touched[ravel(cell, this.shape)] = 1;
        }
    }
    return this;
  }
}
