// Maps as pictures, upright: one pixel for each cell, rows downwards; the page scales them. Each is made once, when wanted.
import { TOP, packed } from "../drawing/colour.js";
import { NONE, addressOf, levelsOf, relevel, scaleOf, widest } from "../viewer/picture.js";

const HATCH = [0x40808080, 0xff808080];

/**
 * Levels of shape (slices, rows, columns) as pixels, `across` slices beside each other; what is no number is hatched.
 * @param {Numbers} levels @param {number[]} shape @param {number} across @param {Ink} ink
 */
export function pixelsOf(levels, [slices, rows, columns], across, ink) {
  const wide = across * columns;
  const pixels = new Uint32Array(wide * rows * Math.ceil(slices / across)); // where there is no slice it stays clear
  for (let s = 0, i = 0; s < slices; s++)
    for (let r = 0; r < rows; r++) {
      const y = Math.floor(s / across) * rows + r;
      for (let c = 0, x = (s % across) * columns; c < columns; c++, x++, i++) pixels[y * wide + x] = levels[i] === NONE ? HATCH[(x + y) % 2] : ink[levels[i]];
    }
  return pixels;
}

/** Levels of red, green and blue as pixels; hatched where one of them is no number. @param {Numbers[]} levels @param {number} columns */
export function colourPixels([red, green, blue], columns) {
  /** @param {number} level */
  const byte = (level) => Math.round((level * 255) / TOP);
  return Uint32Array.from(red, (r, i) => {
    const [g, b] = [green[i], blue[i]];
    if (r === NONE || g === NONE || b === NONE) return HATCH[(i + Math.floor(i / columns)) % 2];
    return packed([r, g, b].map(byte));
  });
}

/** The numbers or levels of one channel, as they came. @param {Flow} scene @param {number} i @param {number} channel */
export function mapOf({ tensors }, i, channel) {
  const { data, shape } = tensors[`values.${i}`] ?? tensors[`levels.${i}`];
  const cells = shape[1] * shape[2] * shape[3];
  return { data: data.subarray(channel * cells, (channel + 1) * cells), shape: shape.slice(1) };
}

/** Lowest and highest number of a channel. @param {Flow} scene @param {number} i @param {number} channel */
export const rangeOf = ({ tensors }, i, channel) => [...tensors[`range.${i}`].data.subarray(2 * channel, 2 * channel + 2)];

/**
 * The number of a cell, (slice, row, column), or that of the block in which it lies.
 * @param {Flow} scene @param {number} i @param {number} channel @param {number[]} cell
 */
export function numberOf(scene, i, channel, cell) {
  const { data, shape: [, rows, columns] } = mapOf(scene, i, channel);
  const { exact, blocks } = scene.meta.stages[i];
  const [d, r, c] = cell.map((at, axis) => Math.floor(at / blocks[axis]));
  const found = data[(d * rows + r) * columns + c];
  if (exact) return found;
  const [low, high] = rangeOf(scene, i, channel);
  return found === NONE ? NaN : low + ((high - low) * found) / TOP;
}

/**
 * The limits of a map's colours: its own, or those of all channels of its stage.
 * @param {Flow} scene @param {number} i @param {number} channel @param {ScaleKind} kind
 */
export function limitsOf(scene, i, channel, kind) {
  const { scale } = scene.meta.stages[i];
  if (scale === "gate") return [0, 1];
  const { back } = scene.meta;
  if (back && kind === "all") return [-back.most, back.most];
  return scaleOf(kind, rangeOf(scene, i, channel), widest(scene.tensors[`range.${i}`].data), null, scene.meta.diverging.includes(scale));
}

/** Levels of a map on a scale. @param {Flow} scene @param {number} i @param {number} channel @param {Limits} limits */
export function levelsOn(scene, i, channel, limits) {
  const { data, shape } = mapOf(scene, i, channel);
  if (scene.meta.stages[i].exact) return { levels: levelsOf(data, limits), shape };
  const table = relevel(rangeOf(scene, i, channel), limits);
  return { levels: data.map((level) => table[level]), shape };
}

const FETCHED = 10_000; // ms after which every image has long fetched its picture

/** Pictures of one scene, each made once, as addresses that an image element takes. */
export class Pictures {
  /** @param {Flow} scene @param {Record<string, Ink>} inks */
  constructor(scene, inks) {
    this.scene = scene;
    this.inks = inks;
    /** @type {Map<string, string>} */
    this.made = new Map();
  }

  /**
   * The picture of a channel; of all channels in their own colours where it is null.
   * @param {number} i @param {number | null} channel @param {ScaleKind} kind
   */
  of(i, channel, kind) {
    const key = `${i}.${channel}.${kind}`;
    const made = this.made.get(key) ?? this.drawn(i, channel, kind);
    this.made.set(key, made);
    return made;
  }

  /** @param {number} i @param {number | null} channel @param {ScaleKind} kind */
  drawn(i, channel, kind) {
    const { scene } = this;
    const stage = scene.meta.stages[i];
    if (channel === null) {
      const range = scene.meta.colour ?? [0, 1]; // only a stage in colour is asked for all its channels
      const [red, ...others] = [0, 1, 2].map((one) => levelsOn(scene, i, one, range));
      const [, , columns] = red.shape;
      return addressOf(colourPixels([red, ...others].map(({ levels }) => levels), columns), columns);
    }
    const { levels, shape } = levelsOn(scene, i, channel, limitsOf(scene, i, channel, kind));
    return addressOf(pixelsOf(levels, shape, stage.across, this.inks[stage.scale]), stage.across * shape[2]);
  }

  /** Let go of all pictures; an image may still be fetching its own. */
  forget() {
    const addresses = [...this.made.values()];
    setTimeout(() => addresses.forEach((address) => URL.revokeObjectURL(address)), FETCHED);
    this.made.clear();
  }
}
