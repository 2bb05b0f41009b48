// The whole network at a glance. Pointing, filling and leafing stay in the browser; the server hears of a stage to open.
import { choose } from "../answers/chosen.js";
import { readBlob } from "../drawing/blob.js";
import { Herald } from "../player/herald.js";
import { living } from "../viewer/living.js";
import { isDark, stopsOn } from "../player/theme.js";
import { around, focusAgain, focusIn } from "../viewer/build.js";
import { inkOf } from "../viewer/picture.js";
import { build, column } from "./build.js";
import { showColumn } from "./columns.js";
import { Filling } from "./filling.js";
import { Grid } from "./grid.js";
import { listenColumn, listenKeys } from "./hands.js";
import { Pictures } from "./pictures.js";
import { showUnit } from "./unit.js";
import { backWords, computedWords, endsWords } from "./words.js";
import { _ } from "../words/catalogue.js";

export class Overview {
  /** @type {Flow} */
  scene;
  /** @type {FlowStage[]} */
  stages = [];
  /** @type {Column[]} */
  columns = [];
  /** @type {Pictures} */
  pictures;
  /** @type {Record<string, Stops>} */
  stops = {};
  /** @type {FlowPlace | null} */
  hovered = null;
  /** @type {FlowMap | null} the picture of the grid that is pointed at */
  hoveredMap = null;
  /** @type {{stage: string, cell: number[]} | null} */
  pinned = null;
  channel = 0;
  /** @type {Map<string, number | null>} stages that show a channel of their own */
  own = new Map();
  looked = "";
  loaded = 0;
  /** @type {(stage: string) => void} */
  tell = () => {};

  /** @param {HTMLElement & {overview?: Overview}} root */
  constructor(root) {
    this.root = root;
    this.ui = build(root);
    this.herald = new Herald(this.ui.heard);
    this.filling = new Filling(() => this.showFilling());
    this.grid = new Grid(this);
    this.ui.body.addEventListener("click", (event) => this.click(event));
    this.ui.computed.addEventListener("input", () => this.filling.reach(Number(this.ui.computed.value)));
    this.ui.channel.addEventListener("input", () => this.leaf(Number(this.ui.channel.value)));
    this.ui.scale.addEventListener("change", () => this.draw());
    listenKeys(this);
    root.overview = this; // a handle for tests and for the curious
  }

  /** @param {Flow} scene @param {Tell} tell */
  load(scene, tell) {
    this.scene = scene;
    this.tell = (stage) => tell("picked", { stage });
    this.stages = this.scene.meta.stages;
    this.hovered = null;
    const names = this.stages.map(({ name }) => name);
    if (!names.includes(this.looked)) this.looked = names[Math.min(1, names.length - 1)];
    const { pinned } = this;
    const kept = pinned && this.stages[names.indexOf(pinned.stage)];
    if (!kept || !pinned.cell.every((at, axis) => at < kept.size[axis + 1])) this.pinned = null;
    this.own = new Map([...this.own].filter(([name, channel]) => names.includes(name) && (channel ?? 0) < this.stages[names.indexOf(name)].size[0]));
    const most = Math.max(...this.stages.filter(({ vector }) => !vector).map(({ size }) => size[0]), 1);
    this.channel = Math.min(this.channel, most - 1);
    Object.assign(this.ui.channel, { max: most - 1, value: this.channel });
    this.ui.channelLabel.hidden = most === 1;
    this.filling.load(this.stages.length, Boolean(scene.meta.back));
    this.inReverse();
    Object.assign(this.ui.computed, { max: this.stages.length - 1 });
    this.theme();
    this.root.dataset.ready = `${this.stages.length}.${this.looked}`;
    if (!this.loaded) this.say();
    this.loaded += 1;
  }

  /** What is otherwise on the way back. */
  inReverse() {
    const back = Boolean(this.scene.meta.back);
    this.ui.fixed.hidden = !back;
    if (!back && this.scaleKind === "all") this.ui.scale.value = "channel";
    if (back && !this.loaded) this.ui.scale.value = "layer";
    this.ui.play.title = back ? _("Let the gradient flow back, layer by layer") : _("Let the maps fill, layer by layer");
    this.ui.ends.hidden = !back;
    this.ui.body.classList.toggle("explains", this.scene.meta.explains !== undefined);
    this.ui.ends.textContent = endsWords(this.scene.meta.back);
  }

  theme() {
    const { palette } = this.scene.meta;
    this.stops = stopsOn(palette, isDark(this.root));
    this.pictures?.forget();
    this.pictures = new Pictures(this.scene, Object.fromEntries(Object.entries(this.stops).map(([name, stops]) => [name, inkOf(stops)])));
    this.draw();
  }

  /** Everything anew; keys go on where they were. */
  draw() {
    const held = focusIn(this.root);
    this.columns = this.stages.map((stage, i) => column(stage, i, this.stages[0], this.scene.meta.explains !== undefined));
    this.columns.forEach((one) => listenColumn(this, one));
    this.ui.columns.replaceChildren(...this.columns.map(({ element }) => element));
    this.columns.forEach((one) => showColumn(this, one));
    this.showChannel();
    this.grid.fill();
    this.showFilling();
    focusAgain(this.ui.body, held);
  }

  /** By which limits maps are coloured. */
  get scaleKind() {
    return /** @type {ScaleKind} */ (this.ui.scale.value);
  }

  /** @param {string} name */
  at(name) {
    return this.stages.findIndex((stage) => stage.name === name);
  }

  /** The channel that is shown of a stage: its own, or that of the slider; null is all of them in their own colours. @param {number} i */
  channelOf(i) {
    const { name, size, vector } = this.stages[i];
    const own = this.own.get(name);
    if (own !== undefined) return own;
    if (i === 0 && this.scene.meta.colour) return null;
    return vector ? 0 : Math.min(this.channel, size[0] - 1);
  }

  showChannel() {
    const { value, max } = this.ui.channel;
    const places = { channel: value, channels: Number(max) + 1 };
    this.ui.channelWords.textContent = this.own.size
      ? _("{channel} of {channels}, some on their own", places)
      : _("{channel} of {channels}", places);
  }

  /** Another channel of every stage that has it; the last where there are fewer. @param {number} channel */
  leaf(channel) {
    this.channel = channel;
    this.own.clear();
    this.columns.forEach((one) => showColumn(this, one));
    this.showChannel();
    this.grid.mark();
    showUnit(this);
    this.say();
  }

  /** Say which channel of the chosen stage is looked at; of a vector, which of its numbers. */
  say() {
    const i = this.at(this.looked);
    const kept = this.pinned?.stage === this.looked ? this.pinned.cell[0] : 0;
    choose({ stage: this.looked, channel: this.stages[i].vector ? kept : (this.channelOf(i) ?? 0) });
  }

  /** One column on its own. @param {number | null} channel */
  choose(channel) {
    this.own.set(this.looked, channel);
    showColumn(this, this.columns[this.at(this.looked)]);
    this.showChannel();
    this.grid.mark();
    showUnit(this);
    this.say();
  }

  /** Look at all channels of a stage. @param {number} i */
  look(i) {
    if (this.looked === this.stages[i].name) return;
    this.looked = this.stages[i].name;
    this.columns.forEach((one) => one.name.setAttribute("aria-pressed", String(one.stage.name === this.looked)));
    this.root.dataset.ready = `${this.stages.length}.${this.looked}`;
    this.grid.fill();
    showUnit(this);
    this.say();
  }

  // --- how far it is computed ---

  showFilling() {
    const { back, last, playing } = this.filling;
    this.columns.forEach((column) => {
      const share = this.filling.share(column.i);
      if (column.share === share) return;
      column.share = share;
      column.veil.hidden = share === 1;
      column.veil.style.top = `${100 * share}%`;
      column.element.classList.toggle("later", share === 0);
    });
    if (Number(this.ui.computed.value) !== last) this.ui.computed.value = String(last);
    const words = back ? backWords(this.stages, last) : computedWords(this.stages, last);
    if (this.ui.computedWords.textContent !== words) this.ui.computedWords.textContent = words;
    const label = playing ? _("■ Stop") : back ? _("◀ Run it back") : _("▶ Run it through");
    if (this.ui.play.textContent !== label) this.ui.play.textContent = label;
    if (!playing) showUnit(this);
  }

  // --- one unit ---

  /** The unit that is spoken of: the one under the pointer, else the one that is kept. */
  get place() {
    if (this.hovered) return this.hovered;
    return this.pinned && this.placeIn(this.at(this.pinned.stage), this.pinned.cell);
  }

  /** A cell of the map that is shown of a stage. @param {number} i @param {number[] | null} cell @returns {FlowPlace | null} */
  placeIn(i, cell) {
    return cell && { at: i, channel: this.channelOf(i), cell };
  }

  /** @param {FlowPlace | null} place @param {FlowMap | null} map */
  point(place, map = null) {
    if (JSON.stringify(place) === JSON.stringify(this.hovered)) return;
    Object.assign(this, { hovered: place, hoveredMap: map });
    showUnit(this);
  }

  /** Keep a unit; the one that is kept already is let go. @param {FlowPlace | null} place */
  pin(place) {
    if (!place) return;
    const pinned = { stage: this.stages[place.at].name, cell: place.cell };
    const same = JSON.stringify(pinned) === JSON.stringify(this.pinned);
    this.pinned = same ? null : pinned;
    this.hovered = null;
    this.look(place.at);
    showUnit(this);
    if (!same) this.say();
  }

  free() {
    this.pinned = this.hovered = null;
    showUnit(this);
  }

  /** @param {Event} event */
  click(event) {
    /** @param {string} name */
    const found = (name) => around(event, `[data-${name}]`)?.dataset[name];
    if (found("act") === "play") return this.filling.toggle();
    if (found("look")) return this.look(Number(found("look")));
    if (found("open")) return this.tell(this.stages[Number(found("open"))].name);
    const chosen = found("channel");
    if (chosen !== undefined) this.choose(chosen === "colour" ? null : Number(chosen));
  }

  stop() {
    this.filling.playing = false;
    this.grid.views.disconnect();
    this.pictures?.forget();
    this.ui.body.remove();
  }
}

/** Show a whole network in an element: the blob of `make_flow`. What is told is which stage to open. */
export const play = living(Overview, readBlob);
