// The maps fill, layer by layer: how far it has come, on its own or by the slider.

const EACH = [0.25, 0.7]; // seconds that a layer takes, at least and at most
const ALL = 12; // seconds that a long network takes

/** How much of column `i` is computed, from 0 to 1, when so many are. @param {number} computed @param {number} i */
export const shareOf = (computed, i) => Math.max(0, Math.min(1, computed - i));

/** Seconds from one layer to the next. @param {number} columns */
export const pace = (columns) => Math.max(EACH[0], Math.min(EACH[1], ALL / columns));

export class Filling {
  back = false; // from the last column to the first

  /** @param {() => void} changed called whenever more or less is computed */
  constructor(changed) {
    this.changed = changed;
    this.computed = Infinity;
    this.columns = 1;
    this.playing = false;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** How much of column `i` is there, from 0 to 1. @param {number} i */
  share(i) {
    return shareOf(this.computed, this.back ? this.columns - 1 - i : i);
  }

  /** The column that it has come to. */
  get last() {
    const last = Math.min(this.columns, Math.ceil(this.computed)) - 1;
    return this.back ? this.columns - 1 - last : last;
  }

  /** Let it come to this column. @param {number} last */
  reach(last) {
    this.playing = false;
    this.set(this.back ? this.columns - last : last + 1);
  }

  /** So many columns there are now; what was computed as a whole stays so. @param {number} columns @param {boolean} back */
  load(columns, back = false) {
    this.back = back;
    const all = this.computed >= this.columns;
    this.columns = columns;
    this.computed = all ? columns : Math.min(columns, Math.max(1, this.computed));
  }

  /** Let so many columns be computed, the input among them. @param {number} computed */
  set(computed) {
    this.computed = Math.max(1, Math.min(this.columns, computed));
    this.changed();
  }

  toggle() {
    if (this.playing) return this.stop();
    this.playing = true;
    const from = this.computed >= this.columns ? 1 : this.computed;
    const started = performance.now();
    /** @param {number} now */
    const frame = (now) => {
      if (!this.playing) return;
      const gone = from + Math.max(0, now - started) / 1000 / pace(this.columns);
      this.set(this.calm.matches ? Math.floor(gone) : gone);
      if (this.computed >= this.columns) return this.stop();
      requestAnimationFrame(frame);
    };
    this.set(from);
    requestAnimationFrame(frame);
  }

  /** Stand still; a layer that is half there is there. */
  stop() {
    this.playing = false;
    this.set(Math.ceil(this.computed));
  }
}
