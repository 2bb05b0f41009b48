// What the way back has added up so far: dW and db column by column, or dX copy by copy.

/** What stands outside the blocks of groups. */
const EMPTY = NaN;

export class Sums {
  done = 0; // columns that are in
  matrix = new Float32Array(0);
  added = new Float32Array(0);
  input = new Float32Array(0);
  overwritten = new Float32Array(0);

  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.form = model.scene.meta.matrix?.form ?? "";
    this.forget();
  }

  forget() {
    const { kernels, rows, channels, cells } = this.model;
    this.done = 0;
    const weights = this.form === "dW";
    this.matrix = new Float32Array(weights ? kernels * rows : 0).fill(EMPTY);
    this.added = new Float32Array(weights ? kernels : 0);
    const image = this.form === "dX" ? channels * cells : 0;
    this.input = new Float32Array(image);
    this.overwritten = new Float32Array(image);
    if (!weights) return;
    for (let f = 0; f < kernels; f++) {
      const [first, end] = this.model.seen(f);
      this.matrix.fill(0, f * rows + first, f * rows + end);
    }
  }

  /** Add all columns up to this one, which is in then, too. Returns true if something has changed. @param {number} p */
  upTo(p) {
    if (this.form !== "dW" && this.form !== "dX") return false;
    if (p + 1 === this.done) return false;
    if (p + 1 < this.done) this.forget();
    for (; this.done <= p; this.done++) this.form === "dW" ? this.addProducts(this.done) : this.addCopies(this.done);
    return true;
  }

  /** A column of dY times the same column of the columns. @param {number} p */
  addProducts(p) {
    const { kernels, rows, positions, scene: { tensors } } = this.model;
    const [dy, columns] = [tensors.product.data, tensors.columns.data];
    for (let f = 0; f < kernels; f++) {
      const asked = dy[f * positions + p];
      const [first, end] = this.model.seen(f);
      this.added[f] += asked;
      for (let k = first; k < end; k++) this.matrix[f * rows + k] += asked * columns[k * positions + p];
    }
  }

  /** Each number of a column back in its cell: added, and written over what was there. @param {number} p */
  addCopies(p) {
    const { rows, positions, scene: { tensors } } = this.model;
    for (let k = 0; k < rows; k++) {
      const i = this.model.source(k, p);
      if (i < 0) continue;
      const value = tensors.columns.data[k * positions + p];
      this.input[i] += value;
      this.overwritten[i] = value;
    }
  }
}
