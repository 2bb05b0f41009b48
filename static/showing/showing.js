// A stage of panels with a playhead, and one number that is spoken of: what matrices and trainings share.
import { emptied, fitCanvases } from "../player/canvases.js";
import { Clock } from "../player/clock.js";
import { isFull } from "../player/full.js";
import { listenKeys, listenPointer } from "../player/gestures.js";
import { Height } from "../player/height.js";
import { Herald } from "../player/herald.js";
import { lookOf } from "../player/theme.js";
import { watch } from "../player/watching.js";
import { early, showState, write } from "../player/writing.js";

const LAPTOP = 1150; // pixels of a stage on a laptop: a full screen shows it as much larger as fits

/**
 * @template Spot a number of a panel
 * @template {Laying<Spot>} Laid the panels, laid out for a width
 * @template {Playing["ui"]} Ui
 */
export class Showing {
  /** @type {any} */
  scene;
  /** @type {Spot | null} */
  hovered = null;
  /** @type {Spot | null} */
  pinned = null;
  scale = 1;
  loaded = 0;
  stale = true;
  drawn = "";
  state = "";
  key = "";
  wroteAt = 0;
  /** @type {number | null} */
  pending = null;
  /** @type {PageLook | undefined} */
  page;
  /** @type {number | undefined} pixels of the stage when it was last laid out */
  wide;

  /**
   * @param {HTMLElement} root @param {(root: HTMLElement, act: Act) => Ui} build @param {Laid} laid
   * @param {(part: any, name: string, value?: any) => void} act what a control asks for @param {(part: any, name: string) => void} press a key
   */
  constructor(root, build, laid, act, press) {
    this.root = root;
    this.laid = laid;
    this.ui = build(root, (name, value) => act(this, name, value));
    this.clock = new Clock();
    this.herald = new Herald(/** @type {any} */ (this.ui.said));
    this.readout = new Height(this.ui.readout);
    listenKeys(root, (name) => press(this, name));
    listenPointer(this.ui.stage, {
      scale: () => this.scale,
      hover: (x, y) => this.point(laid.hit(x, y)),
      leave: () => this.point(null),
      tap: (x, y) => this.tap(x, y),
      pan: (_dx, _dy, x, y) => void this.own.seek?.(x, y),
    });
    this.unwatch = watch(this);
    Object.assign(this.ui.stage, { player: this }); // a handle for tests and for the curious
  }

  /** What each of them says of itself. @returns {Itself<Spot>} */
  get own() {
    return /** @type {any} */ (this);
  }

  /** Between which steps it stands. */
  get move() {
    return this.clock.move;
  }

  /** What the sentence speaks of: the hovered number, else the keys' cursor, else the pinned one; null is the playhead's. */
  shown() {
    return this.hovered ?? this.own.cursor ?? this.pinned;
  }

  /** @param {Spot | null} spot */
  point(spot) {
    if (same(spot, this.hovered)) return;
    this.hovered = spot;
    this.draw();
  }

  /** @param {number} x @param {number} y */
  tap(x, y) {
    this.ui.stage.focus({ preventScroll: true });
    if (this.own.seek?.(x, y)) return;
    this.hovered = null;
    this.pin(this.laid.hit(x, y));
    this.draw();
  }

  /** Keep a number; the one that is kept already is let go. @param {Spot | null} spot */
  pin(spot) {
    this.pinned = same(spot, this.pinned) ? null : spot;
  }

  /** A scene has been put on stage. @param {string} [name] */
  ready(name) {
    this.loaded += 1;
    this.root.style.minHeight = "";
    this.readout.forget();
    this.root.dataset.ready = name ?? String(this.loaded);
  }

  theme() {
    this.page = lookOf(this.root, this.page);
    this.laid.setTheme(this.page.look, this.page.dark);
    this.resize(this.wide);
  }

  /** @param {number} [wide] pixels of the stage, where they are known */
  resize(wide = this.ui.stage.clientWidth) {
    const width = Math.floor(wide);
    if (!this.scene || width < 40) return; // a hidden tab
    const full = isFull(this.root);
    this.scale = full ? Math.max(1, width / LAPTOP) : 1;
    this.laid.resize(width / this.scale, this.own.tall(full) / this.scale, Math.min(devicePixelRatio || 1, 2), this.scale);
    fitCanvases(this.ui, this.laid, this.scale);
    this.own.paintStill();
    this.draw();
  }

  /** Have the moving part drawn anew. */
  draw() {
    this.stale = true;
    this.ask();
  }

  ask() {
    this.pending ??= requestAnimationFrame((now) => this.frame(now));
  }

  /** @param {number} now */
  frame(now) {
    this.pending = null;
    if (!this.scene || !this.laid.layout) return;
    const moving = this.clock.frame(now);
    this.report(now);
    const { from, to, part } = this.move;
    const place = `${from} ${part && `${to} ${part}`}`;
    if (this.stale || place !== this.drawn) this.own.paintMoving(emptied(this.ui.light, this.laid));
    Object.assign(this, { drawn: place, stale: false });
    if (moving) this.ask();
  }

  /** Sentence and controls; touched only where they change. @param {number} now */
  report(now) {
    const { clock, ui } = this;
    const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed} ${this.own.choice} ${this.loaded}`;
    if (state !== this.state) {
      this.state = state;
      showState(this);
      ui.count.textContent = this.own.tellStep();
      ui.scrub.setAttribute("aria-valuetext", ui.count.textContent);
    }
    const shown = this.shown();
    const key = JSON.stringify([shown, clock.step, this.own.choice, this.pinned, this.loaded, this.laid.look.text, clock.playing]);
    if (key === this.key || (this.key && early(this, now))) return;
    Object.assign(this, { key, wroteAt: now });
    write(this, this.own.parts(shown), shown !== null && same(shown, this.pinned));
  }
}

/** The same number? @param {any} a @param {any} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
