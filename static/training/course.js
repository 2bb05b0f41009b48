// What is known of a training at each place of the playhead. Pure: it looks up and blends, and works nothing out.
import { TOP } from "../drawing/colour.js";

export const PICTURES = /** @type {const} */ (["kernel", "gradient", "map"]);

export class Course {
  /** @param {Training} scene */
  constructor({ meta, tensors }) {
    this.meta = meta;
    this.tensors = tensors;
    this.ticks = /** @type {Int32Array} */ (tensors.ticks.data);
    /** @type {Map<string, Float32Array>} */
    this.kept = new Map();
  }

  /** The last place of the playhead. */
  get last() {
    return this.ticks.length - 1;
  }

  /** Numbers of the recipes. */
  get recipes() {
    return [...this.meta.recipes.keys()];
  }

  /** Is there more to come? */
  get growing() {
    return this.meta.recipes.some(({ made, steps, ended }) => made < steps && !ended);
  }

  /** The place of the playhead at this step of training, or before it. @param {number} step */
  tickOf(step) {
    let found = 0;
    while (found < this.last && this.ticks[found + 1] <= step) found++;
    return found;
  }

  /** The place that lies nearest to a share of the way. @param {(step: number) => number} shareOf @param {number} share */
  nearest(shareOf, share) {
    let best = 0;
    for (let tick = 1; tick <= this.last; tick++) if (Math.abs(shareOf(this.ticks[tick]) - share) < Math.abs(shareOf(this.ticks[best]) - share)) best = tick;
    return best;
  }

  /** Which of its moments a recipe shows. @param {number} r @param {number} tick */
  moment(r, tick) {
    return this.tensors[`at.${r}`].data[tick];
  }

  /** The step of that moment. @param {number} r @param {number} tick */
  stepOf(r, tick) {
    return this.tensors[`steps.${r}`].data[this.moment(r, tick)];
  }

  /** @param {string} name @param {number} r @param {number} [layer] @returns {Tensor<any> | undefined} */
  tensor(name, r, layer) {
    return this.tensors[/** @type {"loss.0"} */ (layer === undefined ? `${name}.${r}` : `${name}.${r}.${layer}`)];
  }

  /** Numbers of one moment, as they are. @param {string} name @param {number} r @param {number} tick @param {number} [layer] */
  at(name, r, tick, layer) {
    const { shape, data } = /** @type {Tensor<any>} */ (this.tensor(name, r, layer));
    const size = data.length / shape[0];
    const from = this.moment(r, tick) * size;
    return data.subarray(from, from + size);
  }

  /**
   * Numbers on the way from one place of the playhead to another, for the eye: what is read out is a moment's own. 8-bit
   * levels stay levels.
   * @param {string} name @param {number} r @param {Move} move @param {number} [layer] @returns {Float32Array}
   */
  between(name, r, { from, to, part }, layer) {
    const [a, b] = [this.at(name, r, from, layer), this.at(name, r, to, layer)];
    const key = `${name}.${r}`;
    const before = this.kept.get(key);
    const into = before && before.length === a.length ? before : new Float32Array(a.length);
    this.kept.set(key, into);
    for (let i = 0; i < a.length; i++) into[i] = a[i] + (b[i] - a[i]) * part;
    return into;
  }

  /** Between which ends the pictures of a layer are coloured, for all of training. @param {"kernel" | "gradient" | "map"} name @param {number} layer @param {number} r @returns {Limits} */
  limits(name, layer, r) {
    const own = this.meta.layers[layer].limits[name] ?? [-1, 1];
    return this.levelled(name, r, layer) ? [0, TOP] : own;
  }

  /** Are these 8-bit levels? @param {string} name @param {number} r @param {number} layer */
  levelled(name, r, layer) {
    return this.tensor(name, r, layer)?.data instanceof Uint8Array;
  }

  /** The number of a picture's cell: torch's own, or of a level about. @param {TileSpot} spot @param {number} tick @param {number} layer */
  valueOf({ name, r, filter, channel, row, column }, tick, layer) {
    const { shape } = /** @type {Tensor<any>} */ (this.tensor(name, r, layer));
    const [channels, rows, columns] = name === "map" ? [1, ...shape.slice(2)] : shape.slice(2);
    const value = this.at(name, r, tick, layer)[((filter * channels + channel) * rows + row) * columns + column];
    if (!this.levelled(name, r, layer)) return value;
    const [low, high] = /** @type {Limits} */ (this.meta.layers[layer].limits.map);
    return value > TOP ? NaN : low + ((high - low) * value) / TOP;
  }

  /** How torch writes the place of a weight: "[3, 0, 1, 2]"; null where a fold is empty. @param {TileSpot} spot @param {number} layer */
  placeOf({ name, r, filter, channel, row, column }, layer) {
    const { shape, swapped } = this.meta.layers[layer].parts[r];
    const [, , , rows, columns] = /** @type {Tensor<any>} */ (this.tensor(name, r, layer)).shape;
    const rest = shape.slice(swapped ? 2 : 1);
    let flat = (channel * rows + row) * columns + column;
    if (swapped) flat -= channel * rows * columns;
    if (flat >= rest.reduce((a, b) => a * b, 1)) return null;
    const found = rest.map((_, i) => Math.floor(flat / rest.slice(i + 1).reduce((a, b) => a * b, 1)) % rest[i]);
    return [...(swapped ? [channel, filter] : [filter]), ...found];
  }

  /** Which class it takes the example for: the largest score. @param {number} r @param {number} tick */
  answer(r, tick) {
    const scores = this.at("scores", r, tick);
    return scores.reduce((/** @type {number} */ best, /** @type {number} */ score, /** @type {number} */ i) => (score > scores[best] ? i : best), 0);
  }
}
