// The panels of the matrices, laid out for a width, to be drawn in two parts: one that stands still, one that moves.
import { css } from "../drawing/colour.js";
import { makeColours, makePanel, sizeOf } from "../drawing/panels.js";
import { placeAt, viewport } from "../drawing/port.js";
import { contentAt } from "../drawing/panels.js";
import { range } from "../drawing/tables.js";
import { layoutDesk } from "./layout.js";
import { MAPS } from "./lit.js";
import { Model } from "./model.js";
import { Sums } from "./sums.js";

const WHOLE = { zoom: 1, left: 0, top: 0 };
const [ONE_ROW, LINED] = [1, 1]; // a signal has bars
const GROWING = { dW: ["matrix", "added"], dX: ["input", "overwritten"] }; // panels that are added up

export class Desk {
  /** @type {Scene} */
  scene;
  /** @type {Model} */
  model;
  /** @type {Record<string, Panel[]>} by name: one for all maps, or one for each that is added up */
  panels = {};
  /** @type {Record<string, OnStage[]>} */
  maps = {};
  /** @type {DeskLayout} */
  layout;
  /** @type {Look} */
  look;
  /** @type {Map<string, any>} */
  images = new Map();
  coverage = false; // the input shows how often each cell is copied
  /** @type {(Panel & {lim: Limits}) | null} */
  counted = null;
  width = 0;
  tall = 0;
  ratio = 1;
  stamping = false; // as the sentences of a layer ask
  gating = null;

  /** @param {{hatch: Function, image: Function}} surface what makes what a context cannot draw by itself: see drawing/canvas.js */
  constructor(surface) {
    this.surface = surface;
  }

  /** @param {Scene} scene */
  load(scene) {
    this.scene = scene;
    this.model = new Model(scene);
    this.sums = new Sums(this.model);
    this.images.clear();
    this.counted = null;
    const { panels } = this.meta;
    this.panels = Object.fromEntries(Object.keys(panels).map((name) => [name, this.makePanels(name)]));
  }

  get meta() {
    return /** @type {MatrixMeta} */ (this.scene.meta.matrix);
  }

  get axes() {
    return this.model.axes;
  }

  get input() {
    return this.panels.input[0];
  }

  get output() {
    return this.panels.output[0];
  }

  /** The panels that are added up as the playhead runs. @returns {string[]} */
  get growing() {
    return (this.meta.form === "dW" || this.meta.form === "dX" ? GROWING[this.meta.form] : []).filter((name) => name in this.meta.panels);
  }

  /** @param {string} name @returns {Panel[]} */
  makePanels(name) {
    const { scene, meta } = this;
    const more = { ...meta.panels[name], name: /** @type {PanelName} */ (name), turned: false };
    if (name === "output") return [{ ...makePanel(scene, "output", null), ...more }];
    if (name === "input" && meta.form !== "dX") return [{ ...makePanel(scene, "input", this.model.axes), ...more }];
    const { shape, data } = /** @type {Tensor} */ (scene.tensors[/** @type {"input"} */ (name)]);
    const lines = shape.slice(1).map((n) => Int32Array.from({ length: n }, (_, i) => i));
    const common = { ...more, lines, low: [0, 0, 0], extent: shape.slice(1), padValue: NaN, empty: name === "matrix" || name === "toeplitz", shape };
    if (!this.growing.includes(name)) return [{ ...common, data, channels: shape[0] }];
    const size = data.length / shape[0];
    return range(shape[0]).map((c) => ({ ...common, data: data.subarray(c * size, (c + 1) * size), shape: [1, ...shape.slice(1)], channels: shape[0], single: true }));
  }

  /** @param {string} name @param {number} channel */
  panelOf(name, channel) {
    const own = this.panels[name];
    return own[Math.min(channel, own.length - 1)];
  }

  /** Add up what the playhead has passed. @param {number} step */
  growTo(step) {
    if (!this.sums?.upTo(step)) return;
    for (const name of this.growing) {
      const whole = this.sums[/** @type {"input"} */ (name)];
      const size = whole.length / this.panels[name].length;
      this.panels[name].forEach((panel, c) => (panel.data = whole.subarray(c * size, (c + 1) * size)));
      for (const key of this.images.keys()) if (key.startsWith(`${name}:`)) this.images.delete(key);
    }
  }

  /** @param {Look} look @param {boolean} dark */
  setTheme(look, dark) {
    this.look = look;
    this.colours = makeColours(this.scene.meta, dark);
    this.images.clear();
  }

  /** Colours of a panel; the sentences of a layer know the matrix as weight. @param {string} name @returns {Legend} */
  legend(name) {
    const { scale, lim } = this.meta.panels[name === "weight" ? (this.meta.form === "dW" ? "columns" : "matrix") : name];
    return { ramp: this.colours?.ramps[scale] ?? [], lim };
  }

  /** @returns {Legend} */
  countLegend() {
    return { ramp: this.colours?.ramps.count ?? [], lim: this.counts.lim };
  }

  /** @param {number} width @param {number} tall @param {number} ratio @param {number} [scale] */
  resize(width, tall, ratio, scale = 1) {
    Object.assign(this, { width, tall, ratio: ratio * scale });
    this.layout = layoutDesk(width, tall, this.sizes());
    this.maps = Object.fromEntries(Object.keys(this.panels).map((name) => [name, this.place(name)]));
  }

  /** @returns {DeskWhat} */
  sizes() {
    const { model, panels, scene: { tensors, meta: { ndim, groups } } } = this;
    /** @param {string} name @returns {FitWhat | null} */
    const maps = (name) => {
      if (!(name in panels)) return null;
      const [panel] = panels[name];
      const [depths, rows, columns] = sizeOf(panel);
      return { count: panel.channels * depths, rows, columns, unit: panel.channels > 1 ? depths : 1, groups, line: ndim === ONE_ROW };
    };
    const whole = tensors.toeplitz?.shape;
    return {
      input: /** @type {FitWhat} */ (maps("input")),
      overwritten: maps("overwritten"),
      output: /** @type {FitWhat} */ (maps("output")),
      kernels: model.kernels,
      rows: model.rows,
      positions: model.positions,
      added: "added" in panels,
      toeplitz: whole ? { rows: whole[2], columns: whole[3] } : null,
    };
  }

  /** The maps of a panel where they stand. @param {string} name @returns {OnStage[]} */
  place(name) {
    const { cw, ch, slots } = this.layout.fits[name];
    const [panel] = this.panels[name];
    const [depths, rows, columns] = sizeOf(panel);
    const bars = MAPS.includes(name) && this.scene.meta.ndim === LINED;
    return slots.map((slot, i) => {
      const [channel, depth] = [Math.floor(i / depths), i % depths];
      return { channel, depth, panel: this.panelOf(name, channel), port: { ...viewport(slot, rows, columns, { cw, ch }, WHOLE), bars } };
    });
  }

  /** How often each cell of the input is copied, as a panel of one channel. */
  get counts() {
    if (this.counted) return this.counted;
    const data = new Float32Array(this.model.cells);
    for (const cell of this.model.table) if (cell >= 0) data[cell]++;
    const most = data.reduce((a, b) => Math.max(a, b), 1);
    this.counted = { ...this.input, data, shape: [1, ...this.model.size], scale: "count", lim: [0, most], padValue: NaN };
    return this.counted;
  }

  /** Are copies counted on this panel? @param {string} name */
  isCounted(name) {
    return this.coverage && name === "input" && !this.growing.includes(name);
  }

  /** A map with its colours and its picture. @param {string} name @param {OnStage} map @returns {Dressed} */
  dress(name, map) {
    const counted = this.isCounted(name);
    const { ramp, lim } = counted ? this.countLegend() : this.legend(name);
    const [panel, channel] = counted ? [this.counts, 0] : [this.panelOf(name, map.channel), map.channel];
    const key = `${name}:${counted ? "count" : channel}:${map.depth}`;
    if (!this.images.has(key)) this.images.set(key, this.surface.image(panel, channel, map.depth, { ramp, lim }));
    return { ...map, panel, channel, ramp, lim, image: this.images.get(key), counted };
  }

  /**
   * What lies under a pixel; padding is nothing of its own.
   * @param {number} x @param {number} y @returns {Spot | null}
   */
  hit(x, y) {
    for (const [name, maps] of Object.entries(this.maps))
      for (const map of maps) {
        const at = placeAt(map.port, x, y);
        if (!at) continue;
        if (!MAPS.includes(name)) return { panel: name, at };
        const { kind, cell } = contentAt(map.panel, map.channel, [map.depth, ...at]);
        return kind ? null : { panel: name, at: [map.channel, ...cell] };
      }
    return null;
  }

  /**
   * What is lit on a panel of maps, as places of it: it may show padding, or repeat cells in it, or neither.
   * @param {string} name @param {LitCells} lit @returns {Places}
   */
  onMaps(name, { channels, cells, places }) {
    const [panel] = this.panels[name];
    if (cells) return { channels, places: cells.map((list, i) => range(panel.lines[i].length).filter((at) => list.includes(panel.lines[i][at]))) };
    const plain = name !== "output" && this.meta.form === "dX"; // places are those of the padded input
    const own = places ?? [];
    return { channels, places: plain ? own.map((list, i) => [...new Set(list.map((at) => this.axes[i].line[at]))].filter((at) => at >= 0)) : own };
  }

  /** Is there such a number? @param {Spot} spot */
  has({ panel, at }) {
    const size = this.sizeOf(panel);
    return size !== null && at.length === size.length && at.every((one, i) => Number.isInteger(one) && one >= 0 && one < size[i]);
  }

  /** How many numbers a panel has along each of its axes; null if there is no such panel. @param {string} panel */
  sizeOf(panel) {
    if (!(panel in this.panels)) return null;
    const { shape } = /** @type {Tensor} */ (this.scene.tensors[/** @type {"input"} */ (panel)]);
    return MAPS.includes(panel) ? shape : shape.slice(2);
  }

  /** The number itself, as it stands there now. @param {Spot} spot */
  valueOf({ panel, at }) {
    const { shape } = /** @type {Tensor} */ (this.scene.tensors[/** @type {"input"} */ (panel)]);
    const size = MAPS.includes(panel) ? shape : shape.slice(2);
    const flat = at.reduce((index, one, i) => index * size[i] + one, 0);
    const own = this.panels[panel];
    const each = shape.reduce((a, b) => a * b, 1) / own.length;
    return own[Math.floor(flat / each)].data[flat % each];
  }

  /** Torch's number, or what Python sent. @param {Spot} spot */
  sentOf({ panel, at }) {
    const { shape, data } = /** @type {Tensor} */ (this.scene.tensors[/** @type {"input"} */ (panel)]);
    const size = MAPS.includes(panel) ? shape : shape.slice(2);
    return data[at.reduce((index, one, i) => index * size[i] + one, 0)];
  }

  /** A colour of groups, or of text. @param {number} f */
  colourOf(f) {
    const { groups } = this.scene.meta;
    if (groups === 1) return this.look.text;
    const own = this.colours?.groups ?? [];
    const group = Math.floor(f / (this.model.kernels / groups));
    return groups <= own.length ? own[group] : css([128, 128, 128]);
  }
}
