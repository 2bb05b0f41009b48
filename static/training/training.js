// A network while it learns: curves, kernels, maps and scores under one playhead that runs through training time.
import { emptied } from "../player/canvases.js";
import { Showing, same } from "../showing/showing.js";
import { staged } from "../player/staged.js";
import { act, press } from "./actions.js";
import { boxAt } from "./arrange.js";
import { Board } from "./board.js";
import { buildControls, placeStops, showLayers } from "./controls.js";
import { paintCurves } from "./curves.js";
import { paintMoving, paintStill } from "./painting.js";
import { spotParts, stepParts, stepWords } from "./sentences.js";
import { _ } from "../words/catalogue.js";

const PACE = 4; // moments per second at speed 1
const PASS = 45; // the clock's own seconds for a pass at speed 1

/** @extends {Showing<TrainingSpot, Board, ReturnType<typeof buildControls>>} */
export class Watching extends Showing {
  /** @type {TileSpot | null} where the keys' cursor stands in the pictures that Tab has gone to */
  cursor = null;
  /** @type {Record<string, TileSpot>} where it stood in each of them */
  kept = {};
  follows = false; // a training that went on when it was last heard of
  touched = false; // until somebody moves the playhead, it follows a training that goes on
  /** @type {Tell | undefined} */
  tell;

  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, buildControls, new Board(), act, press);
    this.board = this.laid;
  }

  /** In a chart, go to the step there. @param {number} x @param {number} y */
  seek(x, y) {
    const tick = this.board.tickAt(x, y);
    if (tick !== null && tick !== this.clock.step) act(this, "scrub", tick);
    return tick !== null;
  }

  get choice() {
    return this.board.layer;
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
    this.ready();
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

  /** Between which moments it stands: while it plays, it glides from one to the next. @returns {Move} */
  get move() {
    const { clock } = this;
    if (clock.playing && !clock.glide && !clock.calm && clock.rate <= 30) return { from: clock.step, to: Math.min(clock.step + 1, clock.steps - 1), part: clock.rest };
    return clock.glide ? clock.move : { from: clock.step, to: clock.step, part: 0 };
  }

  /** @param {boolean} full */
  tall(full) {
    const { foot, options, layers } = this.ui;
    return full ? Math.max(420, innerHeight - foot.offsetHeight - options.offsetHeight - layers.offsetHeight - 40) : Math.max(480, Math.min(innerHeight * 0.64, 640));
  }

  paintStill() {
    const { ui, board } = this;
    placeStops(ui.stage, board, this.scale, (name, value) => act(this, name, value));
    board.bright ??= document.createElement("canvas");
    [board.bright.width, board.bright.height] = [ui.base.width, ui.base.height];
    paintCurves(emptied(board.bright, board), board);
    paintStill(/** @type {any} */ (emptied(ui.base, board)), board);
  }

  /** @param {any} ctx */
  paintMoving(ctx) {
    paintMoving(ctx, this.board, this.move, this.shown());
  }

  tellStep() {
    Object.assign(this.root.dataset, { step: this.step, layer: this.board.layer });
    return stepWords(this.board, this.clock.step);
  }

  /** @param {TrainingSpot | null} shown */
  parts(shown) {
    return shown ? spotParts(this.board, shown, this.clock.step) : stepParts(this.board, this.clock.step);
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
