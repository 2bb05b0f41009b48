// A convolution as matrices: one playhead, one number that is spoken of. Animation, hover and keys stay in the browser.
import { act, gesturesOf, press } from "./actions.js";
import { CANVAS } from "../drawing/canvas.js";
import { tellAbout } from "../player/about.js";
import { sentTo } from "../player/arriving.js";
import { emptied, fitCanvases } from "../player/canvases.js";
import { Clock } from "../player/clock.js";
import { isFull } from "../player/full.js";
import { listenKeys, listenPointer } from "../player/gestures.js";
import { Height } from "../player/height.js";
import { Herald } from "../player/herald.js";
import { staged } from "../player/staged.js";
import { lookOf } from "../player/theme.js";
import { watch } from "../player/watching.js";
import { middleOf } from "../drawing/port.js";
import { buildControls, buildStops, placeStops, showKernels } from "./controls.js";
import { Desk } from "./desk.js";
import { MAPS } from "./lit.js";
import { drawMoving } from "./moving.js";
import { report } from "./report.js";
import { paintStill } from "./still.js";
import { enter, selected, written } from "./walking.js";
import { _ } from "../words/catalogue.js";

const LAPTOP = 1150; // pixels of a stage on a laptop: a full screen shows it as much larger as fits

export class Matrix {
  /** @type {Scene} */
  scene;
  /** @type {Spot | null} */
  hovered = null;
  /** @type {Spot | null} */
  pinned = null;
  /** @type {string | null} the panel that Tab has gone to */
  panel = null;
  /** @type {Record<string, Spot>} where the cursor stands in each panel */
  kept = {};
  /** @type {HTMLElement[]} */
  stops = [];
  row = 0;
  scale = 1;
  loaded = 0;
  stale = true;
  drawn = "";
  state = "";
  key = "";
  wroteAt = 0;
  /** @type {number | null} */
  pending = null;
  /** @type {((step: number) => void) | undefined} */
  share;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.ui = buildControls(root, (name, value) => act(this, name, value));
    this.desk = new Desk(CANVAS);
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

  get step() {
    return this.clock.step;
  }

  /** @param {Scene} scene @param {boolean} autoplay */
  load(scene, autoplay) {
    const before = this.scene?.meta;
    this.scene = scene;
    this.desk.load(scene);
    const { positions, kernels } = this.desk.model;
    const { clock, ui, desk } = this;
    Object.assign(clock, { steps: positions, cells: positions, glide: null, rest: 0, step: Math.min(clock.step, positions - 1) });
    this.row = Math.min(this.row, kernels - 1);
    this.hovered = this.pinned = this.panel = null;
    this.kept = {};
    this.stops = buildStops(ui.stage, desk.meta, (name, value) => act(this, name, value));
    showKernels(ui, kernels);
    ui.counts.hidden = desk.growing.includes("input");
    tellAbout(ui.about, scene.meta);
    ui.scrub.max = String(positions - 1);
    ui.base.setAttribute("aria-label", _("{layer}: input {input}, output {output}. The sentence below says what is lit.", { layer: scene.meta.title, ...scene.meta.shapes }));
    const opens = sentTo(scene.meta.opens ?? null, before?.opens);
    if (opens) this.open(opens);
    this.theme();
    if (!before && autoplay && !clock.calm && !opens) clock.play();
    this.loaded += 1;
    this.root.style.minHeight = "";
    this.readout.forget();
    this.root.dataset.ready = scene.meta.title;
  }

  /** As a link says. @param {{step: number | null, pin: string, look?: Record<string, string>}} opens */
  open({ step, pin, look }) {
    this.clock.pause();
    if (step !== null) this.clock.step = Math.min(step, this.clock.steps - 1);
    this.row = Math.min(Number(look?.row ?? this.row), this.desk.model.kernels - 1);
    this.pinned = selected(this.desk, pin);
    this.desk.coverage = this.ui.coverage.checked = look?.coverage === "on";
  }

  /** What a link needs to open it so. */
  opening() {
    const look = { ...(this.row ? { row: String(this.row) } : {}), ...(this.desk.coverage ? { coverage: "on" } : {}) };
    return { at: this.step, pin: written(this.pinned), look };
  }

  /** What the sentence speaks of: the hovered number, else the keys' cursor, else the pinned one; null is the playhead's. */
  shown() {
    return this.hovered ?? this.cursor ?? this.pinned;
  }

  /** @returns {Spot | null} */
  get cursor() {
    if (!this.panel) return null;
    return (this.kept[this.panel] ??= enter(this.desk, this.panel, this.step, this.row));
  }

  theme() {
    this.page = lookOf(this.root, this.page);
    this.desk.setTheme(this.page.look, this.page.dark);
    this.resize(this.wide);
  }

  /** @param {number} [wide] pixels of the stage, where they are known */
  resize(wide = this.ui.stage.clientWidth) {
    const width = Math.floor(wide);
    if (!this.scene || width < 40) return; // a hidden tab
    const { ui, root, desk } = this;
    const full = isFull(root);
    this.scale = full ? Math.max(1, width / LAPTOP) : 1;
    const tall = full ? Math.max(300, innerHeight - ui.foot.offsetHeight - ui.options.offsetHeight - 190) : Math.max(250, Math.min(innerHeight * 0.46, 560));
    desk.resize(width / this.scale, tall / this.scale, Math.min(devicePixelRatio || 1, 2), this.scale);
    fitCanvases(ui, desk, this.scale);
    placeStops(this.stops, desk, this.scale);
    paintStill(desk, emptied(ui.base, desk));
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
    if (!this.scene || !this.desk.layout) return;
    const { clock, desk, ui } = this;
    const moving = clock.frame(now);
    report(this, now);
    const { from, to, part } = clock.move;
    const place = `${from} ${part && `${to} ${part}`}`;
    if (this.stale || place !== this.drawn) drawMoving(desk, emptied(ui.light, desk), { step: this.step, row: this.row, move: clock.move, shown: this.shown() });
    Object.assign(this, { drawn: place, stale: false });
    if (moving) this.ask();
  }

  /** Pixel of a number's middle on the page: a handle for tests. @param {string} panel @param {number[]} at */
  locate(panel, at) {
    const { desk, ui, scale } = this;
    const box = ui.stage.getBoundingClientRect();
    const flat = !MAPS.includes(panel);
    const cells = { channels: [at[0], at[0] + 1], cells: at.slice(1).map((one) => [one]) };
    const places = flat ? [[0], [at[0]], [at[1]]] : desk.onMaps(panel, cells).places;
    const map = desk.maps[panel].find(({ channel, depth }) => flat || (channel === at[0] && depth === places[0][0]));
    if (!map) throw new Error(`There is no ${panel} ${at}.`);
    const [x, y] = middleOf(map.port, places[1][0], places[2][0]);
    return [box.left + x * scale, box.top + y * scale];
  }
}

const stages = staged(Matrix, (matrix, scene, { autoplay, tell }) => {
  matrix.share = tell && ((step) => tell("shared", { step, ...matrix.opening() }));
  matrix.load(scene, autoplay);
});

/** Show a convolution as matrices in an element, or another one in the component that is there already. */
export const play = stages.play;

/** The page has other colours now. */
export const recolour = stages.recolour;
