// Look things up in the tables that Python made. Nothing here knows a stride, a padding or a dilation.

export const PAD = -1;
export const NONE = -2;

/** One axis: where windows stand on the line of places, and what each place holds. */
export class Axis {
  /** @param {Line} line @param {Line} start @param {Line} offset @param {number} low @param {Line} [count] @param {Line} [at] */
  constructor(line, start, offset, low, count, at) {
    this.line = line;
    this.start = start;
    this.offset = offset;
    this.low = low;
    this.count = count;
    this.at = at;
    /** @type {number[] | undefined} */
    this.inPlace = undefined;
    this.places = line.length;
    this.windows = start.length;
    this.taps = offset.length;
  }

  /** Place on the line that tap `t` of window `o` is drawn at. @param {number} o @param {number} t */
  place(o, t) {
    return (this.at ? this.at[o * this.taps + t] : this.start[o] + this.offset[t]) + this.low;
  }

  /** How many taps window `o` has. @param {number} o */
  tapsOf(o) {
    return this.count ? this.count[o] : this.taps;
  }

  /** What tap `t` of window `o` reads: an input index, PAD or NONE. @param {number} o @param {number} t */
  source(o, t) {
    const place = this.place(o, t);
    if (t >= this.tapsOf(o)) return NONE;
    return place >= 0 && place < this.places ? this.line[place] : NONE;
  }

  /** The taps as they are drawn, first place first: a transposed convolution's run backwards. */
  get drawn() {
    return (this.inPlace ??= range(this.taps).sort((a, b) => this.offset[a] - this.offset[b]));
  }

  /** Windows that read input index `i`. @param {number} i */
  readers(i) {
    const found = [];
    for (let o = 0; o < this.windows; o++)
      for (let t = 0; t < this.taps; t++)
        if (this.source(o, t) === i) {
          found.push(o);
          break;
        }
    return found;
  }

  /** Places that tap `t` ever stands on. @param {number} t */
  visited(t) {
    const standing = range(this.windows).filter((o) => t < this.tapsOf(o));
    return standing.map((o) => this.place(o, t)).filter((p) => p >= 0 && p < this.places);
  }

  /** How many windows read each input index: an array as long as the input. @param {number} size */
  counts(size) {
    const found = new Int32Array(size);
    for (let o = 0; o < this.windows; o++) {
      const seen = new Set();
      for (let t = 0; t < this.taps; t++) seen.add(this.source(o, t));
      for (const i of seen) if (i >= 0) found[i]++;
    }
    return found;
  }

  /** How many taps of each window read a cell: fewer at the borders and over holes. */
  filled() {
    return range(this.windows).map((o) => range(this.taps).filter((t) => this.source(o, t) >= 0).length);
  }
}

/** The three axes of a scene; `prefix` chooses another set of tables, as "stamp.". @param {Scene} scene @param {"" | "stamp."} [prefix] */
export function axesOf(scene, prefix = "") {
  const low = (prefix ? scene.meta.stamp?.low : scene.meta.low) ?? [];
  /** @param {"line" | "start" | "offset"} name @param {number} i */
  const table = (name, i) => scene.tensors[`${prefix}${name}${i}`].data;
  /** @param {"count" | "at"} name @param {number} i */
  const own = (name, i) => scene.tensors[`${prefix}${name}${i}`]?.data;
  return [0, 1, 2].map((i) => new Axis(table("line", i), table("start", i), table("offset", i), low[i], own("count", i), own("at", i)));
}

/** One channel of a tensor with three more axes, without a copy. @param {Tensor} tensor @param {number} channel */
export function channelOf({ shape, data }, channel) {
  const size = shape[1] * shape[2] * shape[3];
  return data.subarray(channel * size, (channel + 1) * size);
}

/** Flat index of a cell in an array of this shape. @param {number[]} cell @param {number[]} shape */
export const ravel = (cell, shape) => cell.reduce((flat, at, i) => flat * shape[i] + at, 0);

/** Cell of a flat index. @param {number} flat @param {number[]} shape */
export function unravel(flat, shape) {
  const cell = new Array(shape.length);
  for (let i = shape.length - 1; i >= 0; i--) {
    cell[i] = flat % shape[i];
    flat = Math.floor(flat / shape[i]);
  }
  return cell;
}

/** Every combination of one entry per list. @param {Iterable<number>[]} lists */
export function* combinations(lists) {
  for (const a of lists[0]) for (const b of lists[1]) for (const c of lists[2]) yield [a, b, c];
}

/** @param {number} n */
export const range = (n) => Array.from({ length: n }, (_, i) => i);
