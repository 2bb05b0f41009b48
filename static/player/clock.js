// The playhead: where it is, whether it runs, how it glides. Knows nothing of drawing or of the DOM.

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 25, 50];
const STEPS_PER_SECOND = 1.25; // at speed 1: slow enough to follow a sum
const LONGEST_PASS = 45; // seconds that one map takes at speed 1, however large it is
const GLIDE = 0.28; // seconds of the move of a single step
const LONGEST_FRAME = 0.25; // seconds: a page that was hidden goes on where it was
const DWELL = 0.6; // part of a slow step during which the window stands still

export class Clock {
  step = 0;
  steps = 1;
  cells = 1;
  speed = 1;
  playing = false;
  /** @type {{from: number, left: number} | null} */
  glide = null;
  rest = 0;
  calm = false;
  moves = false;
  /** @type {number | undefined} */
  at;

  /**
   * Let the time pass up to `now`, in milliseconds; of several players that share the clock, the first of a frame does it.
   * Returns true while something moves.
   * @param {number} now
   */
  frame(now) {
    if (now === this.at) return this.moves;
    const dt = this.moves && this.at !== undefined ? Math.min((now - this.at) / 1000, LONGEST_FRAME) : 0;
    this.at = now;
    this.moves = this.tick(dt);
    return this.moves;
  }

  /** Steps per second. */
  get rate() {
    return this.speed * Math.max(STEPS_PER_SECOND, this.cells / LONGEST_PASS);
  }

  play() {
    if (this.step >= this.steps - 1) this.step = 0;
    Object.assign(this, { playing: true, rest: 0, glide: null });
  }

  pause() {
    Object.assign(this, { playing: false, glide: null, rest: 0 });
  }

  /** Move to a step; a move of one step glides, unless motion is unwelcome. @param {number} step */
  go(step) {
    const to = Math.max(0, Math.min(this.steps - 1, step));
    const near = Math.abs(to - this.step) === 1 && !this.calm;
    this.glide = near ? { from: this.step, left: GLIDE } : null;
    [this.step, this.rest] = [to, 0];
  }

  /** Let `dt` seconds pass. Returns true while something moves. @param {number} dt */
  tick(dt) {
    if (this.glide && (this.glide.left -= dt) <= 0) this.glide = null;
    if (this.playing) {
      this.rest += dt * this.rate;
      const whole = Math.floor(this.rest);
      this.rest -= whole;
      this.step = Math.min(this.steps - 1, this.step + whole);
      if (this.step === this.steps - 1) this.pause();
    }
    return this.playing || this.glide !== null;
  }

  /** Where the window is drawn: between `from` and `to`, `part` of the way. */
  get move() {
    if (this.glide) return { from: this.glide.from, to: this.step, part: ease(1 - this.glide.left / GLIDE) };
    if (!this.playing || this.calm || this.rate > 20) return { from: this.step, to: this.step, part: 0 };
    const part = Math.max(0, (this.rest - DWELL) / (1 - DWELL));
    return { from: this.step, to: Math.min(this.step + 1, this.steps - 1), part: ease(part) };
  }
}

/** @param {number} t */
const ease = (t) => t * t * (3 - 2 * t);
