// A convolution as matrices: one playhead, one number that is spoken of. Animation, hover and keys stay in the browser.
import { act, press } from "./actions.js";
import { CANVAS } from "../drawing/canvas.js";
import { tellAbout } from "../player/about.js";
import { sentTo } from "../player/arriving.js";
import { emptied } from "../player/canvases.js";
import { Showing } from "../showing/showing.js";
import { staged } from "../player/staged.js";
import { middleOf } from "../drawing/port.js";
import { buildControls, buildStops, placeStops, showKernels } from "./controls.js";
import { stepWords } from "../drawing/readout.js";
import { Desk } from "./desk.js";
import { MAPS } from "./lit.js";
import { drawMoving } from "./moving.js";
import { spotParts, stepParts } from "./sentences.js";
import { paintStill } from "./still.js";
import { enter, selected, written } from "./walking.js";
import { _ } from "../words/catalogue.js";

/** @extends {Showing<Spot, Desk, ReturnType<typeof buildControls>>} */
export class Matrix extends Showing {
  /** @type {string | null} the panel that Tab has gone to */
  panel = null;
  /** @type {Record<string, Spot>} where the cursor stands in each panel */
  kept = {};
  /** @type {HTMLElement[]} */
  stops = [];
  row = 0;
  /** @type {((step: number) => void) | undefined} */
  share;

  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, buildControls, new Desk(CANVAS), act, press);
    this.desk = this.laid;
  }

  get choice() {
    return this.row;
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
    this.ready(scene.meta.title);
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

  /** @returns {Spot | null} */
  get cursor() {
    if (!this.panel) return null;
    return (this.kept[this.panel] ??= enter(this.desk, this.panel, this.step, this.row));
  }

  /** @param {Spot | null} spot */
  pin(spot) {
    super.pin(spot);
    if (this.pinned) this.clock.pause();
  }

  /** @param {boolean} full */
  tall(full) {
    const { foot, options } = this.ui;
    return full ? Math.max(300, innerHeight - foot.offsetHeight - options.offsetHeight - 190) : Math.max(250, Math.min(innerHeight * 0.46, 560));
  }

  paintStill() {
    placeStops(this.stops, this.desk, this.scale);
    paintStill(this.desk, emptied(this.ui.base, this.desk));
  }

  /** @param {CanvasRenderingContext2D} ctx */
  paintMoving(ctx) {
    drawMoving(this.desk, ctx, { step: this.step, row: this.row, move: this.move, shown: this.shown() });
  }

  tellStep() {
    this.ui.row.value = String(this.row);
    return stepWords(this.step, this.clock.steps);
  }

  /** @param {Spot | null} shown */
  parts(shown) {
    return shown ? spotParts(this.desk, shown, this.step) : stepParts(this.desk, this.step, this.row);
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
