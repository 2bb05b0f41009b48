// A network while it learns: curves, kernels, maps and scores under one playhead that runs through training time.
import { emptied, fitCanvases } from "../player/canvases.js";
import { Clock } from "../player/clock.js";
import { isFull } from "../player/full.js";
import { listenKeys, listenPointer } from "../player/gestures.js";
import { Height } from "../player/height.js";
import { Herald } from "../player/herald.js";
import { staged } from "../player/staged.js";
import { lookOf } from "../player/theme.js";
import { watch } from "../player/watching.js";
import { act, gesturesOf, press } from "./actions.js";
import { boxAt } from "./arrange.js";
import { Board } from "./board.js";
import { buildControls, placeStops, showLayers } from "./controls.js";
import { paintCurves } from "./curves.js";
import { paintMoving, paintStill } from "./painting.js";
import { report } from "./report.js";
import { same } from "./walking.js";
import { _ } from "../words/catalogue.js";

const LAPTOP = 1150; // pixels of a stage on a laptop: a full screen shows it as much larger as fits
const PACE = 4; // moments per second at speed 1
const PASS = 45; // the clock's own seconds for a pass at speed 1

export class Watching {
  /** @type {Training} */
  scene;
  /** @type {TrainingSpot | null} */
  hovered = null;
  /** @type {TrainingSpot | null} */
  pinned = null;
  /** @type {TileSpot | null} where the keys' cursor stands in the pictures that Tab has gone to */
  cursor = null;
  /** @type {Record<string, TileSpot>} where it stood in each of them */
  kept = {};
  follows = false; // a training that went on when it was last heard of
  touched = false; // until somebody moves the playhead, it follows a training that goes on
  scale = 1;
  loaded = 0;
  stale = true;
  drawn = "";
  state = "";
  key = "";
  wroteAt = 0;
  /** @type {number | null} */
  pending = null;
  /** @type {Tell | undefined} */
  tell;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.ui = buildControls(root, (name, value) => act(this, name, value));
    this.board = new Board();
    this.clock = new Clock();
    this.herald = new Herald(/** @type {any} */ (this.ui.said));
    listenKeys(root, (name) => press(this, name));
    listenPointer(this.ui.stage, gesturesOf(this));
    /** @type {PageLook | undefined} */
    this.page = undefined;
    /** @type {number | undefined} pixels of the stage when it was last laid out */
    this.wide = undefined;
    this.readout = new Height(this.ui.readout);
    this.unwatch = watch(this);
    Object.assign(this.ui.stage, { player: this }); // a handle for tests and for the curious
  }

  /** The step of training at which the playhead stands. */
  get step() {
    return this.board.course.ticks[this.clock.step];
  }

  /** @param {Training} scene @param {boolean} autoplay */
  load(scene, autoplay) {
    const before = this.scene;
    const [step, end] = before ? [this.step, this.clock.step === this.clock.steps - 1] : [0, true];
    this.scene = scene;
    const { clock, ui, board } = this;
    board.load(scene);
    const { course } = board;
    const follows = course.growing || this.follows;
    this.follows = course.growing;
    const at = follows && !this.touched && end ? course.last : course.tickOf(step);
    Object.assign(clock, { steps: course.last + 1, cells: PACE * PASS, glide: null, rest: 0, step: at });
    ui.scrub.max = String(course.last);
    this.hovered = null;
    if (!before || before.meta.layers.length !== scene.meta.layers.length) this.pinned = this.cursor = null;
    const { opens } = scene.meta;
    if (opens && !same(/** @type {any} */ (opens), /** @type {any} */ (before?.meta.opens))) this.open(opens);
    showLayers(ui.layers, board, this.opens, (name, value) => act(this, name, value));
    ui.base.setAttribute("aria-label", _("Curves of {recipes}, and what {layer} has learned. The sentence below says the numbers.", { recipes: scene.meta.recipes.map(({ name }) => name).join(" / "), layer: scene.meta.layers[board.layer].parts[0].stage }));
    this.page = undefined;
    this.theme();
    if (!before && autoplay && !clock.calm && !opens && !follows && clock.steps > 1) clock.play();
    this.loaded += 1;
    this.root.style.minHeight = "";
    this.readout.forget();
    this.root.dataset.ready = String(this.loaded);
  }

  /** As a link says. @param {{step: number | null, stage: string}} opens */
  open({ step, stage }) {
    const { board, clock } = this;
    clock.pause();
    this.touched = true;
    if (step !== null) clock.step = board.course.tickOf(step);
    const found = board.meta.layers.findIndex(({ parts }) => parts.some((one) => one.stage === stage));
    if (found >= 0) board.layer = found;
  }

  /** What a link needs to open it so. */
  opening() {
    return { step: this.step, stage: this.board.meta.layers[this.board.layer].parts[0].stage };
  }

  /** May a layer be opened elsewhere? */
  get opens() {
    return this.tell !== undefined;
  }

  /** Look at another layer. @param {number} layer */
  look(layer) {
    const { board, ui } = this;
    if (layer === board.layer) return;
    board.layer = layer;
    this.hovered = this.pinned = null;
    this.kept = {};
    if (this.cursor) this.cursor = { ...this.cursor, filter: 0, channel: 0, row: 0, column: 0 };
    showLayers(ui.layers, board, this.opens, (name, value) => act(this, name, value));
    this.resize();
  }

  /** The keys have left the pictures. */
  putDown() {
    if (this.cursor) this.kept[`${this.cursor.name}.${this.cursor.r}`] = this.cursor;
    this.cursor = null;
  }

  /** What the sentence speaks of: the hovered number, else the keys' cursor, else the pinned one; null is the step. */
  shown() {
    return this.hovered ?? this.cursor ?? this.pinned;
  }

  /** Between which moments it stands: while it plays, it glides from one to the next. @returns {Move} */
  get move() {
    const { clock } = this;
    if (clock.playing && !clock.glide && !clock.calm && clock.rate <= 30) return { from: clock.step, to: Math.min(clock.step + 1, clock.steps - 1), part: clock.rest };
    return clock.glide ? clock.move : { from: clock.step, to: clock.step, part: 0 };
  }

  theme() {
    this.page = lookOf(this.root, this.page);
    this.board.setTheme(this.page.look, this.page.dark);
    this.resize(this.wide);
  }

  /** @param {number} [wide] pixels of the stage, where they are known */
  resize(wide = this.ui.stage.clientWidth) {
    const width = Math.floor(wide);
    if (!this.scene || width < 40) return; // a hidden tab
    const { ui, root, board } = this;
    const full = isFull(root);
    this.scale = full ? Math.max(1, width / LAPTOP) : 1;
    const tall = full ? Math.max(420, innerHeight - ui.foot.offsetHeight - ui.options.offsetHeight - ui.layers.offsetHeight - 40) : Math.max(480, Math.min(innerHeight * 0.64, 640));
    board.resize(width / this.scale, tall / this.scale, Math.min(devicePixelRatio || 1, 2), this.scale);
    fitCanvases(ui, board, this.scale);
    placeStops(ui.stage, board, this.scale, (name, value) => act(this, name, value));
    board.bright ??= document.createElement("canvas");
    [board.bright.width, board.bright.height] = [ui.base.width, ui.base.height];
    paintCurves(emptied(board.bright, board), board);
    paintStill(/** @type {any} */ (emptied(ui.base, board)), board);
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
    if (!this.scene || !this.board.layout) return;
    const { clock, board, ui } = this;
    const moving = clock.frame(now);
    report(this, now);
    const { move } = this;
    const place = `${move.from} ${move.part && `${move.to} ${move.part}`}`;
    if (this.stale || place !== this.drawn) paintMoving(/** @type {any} */ (emptied(ui.light, board)), board, move, this.shown());
    Object.assign(this, { drawn: place, stale: false });
    if (moving) this.ask();
  }

  /** Pixel of a number's middle on the page: a handle for tests. @param {TileSpot} spot */
  locate(spot) {
    const box = this.ui.stage.getBoundingClientRect();
    const panel = this.board.panel(spot.name, spot.r);
    if (!panel) throw new Error(`There is no ${spot.name}.`);
    const { x, y, w, h } = boxAt(panel.tiles, spot);
    return [box.left + (x + w / 2) * this.scale, box.top + (y + h / 2) * this.scale];
  }
}

const stages = staged(Watching, (watching, scene, { autoplay, tell }) => {
  watching.tell = tell;
  watching.load(scene, autoplay);
});

/** Show a training in an element, or more of it in the component that is there already. */
export const play = stages.play;

/** The page has other colours now. */
export const recolour = stages.recolour;
