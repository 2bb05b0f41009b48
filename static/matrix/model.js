// Which numbers of the matrices go together. Everything is looked up in the tables that Python made.
import { readBy, readsOf } from "../drawing/lights.js";
import { PAD, axesOf, unravel } from "../drawing/tables.js";

/** @param {number[]} numbers */
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

export class Model {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.axes = axesOf(scene);
    const [channels, ...size] = scene.tensors.input.shape;
    this.channels = channels;
    this.size = size;
    this.outs = this.axes.map((axis) => axis.windows);
    this.taps = this.axes.map((axis) => axis.taps);
    this.kernels = scene.tensors.output.shape[0];
    this.positions = product(this.outs); // of the window: columns of the columns
    this.window = product(this.taps); // cells that it reads of each channel
    this.cells = product(size); // of one channel
    this.rows = channels * this.window; // of the columns
    this.table = this.sources();
  }

  /** For each tap and position the cell that is read, counted in one channel, or PAD. */
  sources() {
    const { axes, outs, taps, size, positions, window } = this;
    const table = new Int32Array(window * positions);
    for (let p = 0, at = 0; p < positions; p++) {
      const place = unravel(p, outs);
      const along = axes.map((axis, i) => Array.from({ length: taps[i] }, (_, t) => axis.source(place[i], t)));
      at = p;
      for (const d of along[0])
        for (const r of along[1])
          for (const c of along[2]) {
            table[at] = d < 0 || r < 0 || c < 0 ? PAD : (d * size[1] + r) * size[2] + c;
            at += positions;
          }
    }
    return table;
  }

  /** Flat index of the input cell that stands at a row and column of the columns; below 0 in the padding. @param {number} k @param {number} p */
  source(k, p) {
    const cell = this.table[(k % this.window) * this.positions + p];
    return cell < 0 ? PAD : this.channelOf(k) * this.cells + cell;
  }

  /** The input channel that a row of the columns is of. @param {number} k */
  channelOf(k) {
    return Math.floor(k / this.window);
  }

  /** Depth, row and column of the kernel that a row of the columns is of. @param {number} k */
  tapOf(k) {
    return unravel(k % this.window, this.taps);
  }

  /** Depth, row and column of an output cell. @param {number} p */
  placeOf(p) {
    return unravel(p, this.outs);
  }

  /** Channel, depth, row and column of an input cell. @param {number} i */
  cellOf(i) {
    return unravel(i, [this.channels, ...this.size]);
  }

  /** The rows of the columns that a kernel reads: [first, end]. @param {number} f */
  seen(f) {
    return readsOf(this.scene, f).map((channel) => channel * this.window);
  }

  /** Does a kernel read this row of the columns? @param {number} f @param {number} k */
  sees(f, k) {
    const [first, end] = this.seen(f);
    return first <= k && k < end;
  }

  /** The kernels that read a channel: [first, end]. @param {number} channel */
  readers(channel) {
    return readBy(this.scene, channel);
  }

  /**
   * Where the copies of an input cell stand, column after column: [row, column] each.
   * @param {number} channel @param {number[]} cell @returns {[number, number][]}
   */
  copies(channel, cell) {
    const [d, r, c] = this.axes.map((axis, i) => pairs(axis, cell[i]));
    /** @type {[number, number][]} */
    const found = [];
    const [, outR, outC] = this.outs;
    const [, tapR, tapC] = this.taps;
    for (const [od, td] of d)
      for (const [or, tr] of r)
        for (const [oc, tc] of c) found.push([channel * this.window + (td * tapR + tr) * tapC + tc, (od * outR + or) * outC + oc]);
    return found.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  }
}

/** Windows and their taps that read an index along one axis. @param {Axis} axis @param {number} index */
function pairs(axis, index) {
  const found = [];
  for (let o = 0; o < axis.windows; o++) for (let t = 0; t < axis.taps; t++) if (axis.source(o, t) === index) found.push([o, t]);
  return found;
}
