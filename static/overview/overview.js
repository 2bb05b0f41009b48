// The whole network at a glance. Pointing, filling and leafing stay in the browser; the server hears of a stage to open.
import { readBlob } from "../drawing/blob.js";
import { luminance } from "../drawing/colour.js";
import { Herald } from "../player/herald.js";
import { drawBoxes } from "../viewer/build.js";
import { inkOf } from "../viewer/picture.js";
import { build, column } from "./build.js";
import { spansOf } from "./chain.js";
import { showColumn } from "./columns.js";
import { Filling, shareOf } from "./filling.js";
import { Grid } from "./grid.js";
import { listenColumn, listenKeys } from "./hands.js";
import { Pictures, numberOf } from "./pictures.js";
import { atLeast, boxesOf } from "./places.js";
import { channelWords, unitSentence } from "./words.js";

const LEAST = 8; // pixels that a box is wide and high, at least
const HINT = "Point at a cell of any map: the solid boxes are what it sees of earlier stages, the dashed ones what it reaches of later ones. Click to keep it.";

class Overview {
  constructor(root) {
    this.root = root;
    this.ui = build(root);
    this.herald = new Herald(this.ui.heard);
    Object.assign(this, { hovered: null, hoveredMap: null, pinned: null, channel: 0, own: new Map(), looked: "", columns: [], tell: () => {} });
    this.filling = new Filling(() => this.showFilling());
    this.grid = new Grid(this);
    this.ui.body.addEventListener("click", (event) => this.click(event));
    this.ui.computed.addEventListener("input", () => this.scrub(Number(this.ui.computed.value) + 1));
    this.ui.channel.addEventListener("input", () => this.leaf(Number(this.ui.channel.value)));
    this.ui.scale.addEventListener("change", () => this.draw());
    listenKeys(this);
    root.overview = this; // a handle for tests and for the curious
  }

  load(bytes, tell) {
    this.scene = readBlob(bytes);
    this.tell = (stage) => tell("picked", { stage });
    this.stages = this.scene.meta.stages;
    this.hovered = null;
    const names = this.stages.map(({ name }) => name);
    if (!names.includes(this.looked)) this.looked = names[Math.min(1, names.length - 1)];
    const kept = this.stages[names.indexOf(this.pinned?.stage)];
    if (!kept || !this.pinned.cell.every((at, axis) => at < kept.size[axis + 1])) this.pinned = null;
    this.own = new Map([...this.own].filter(([name, channel]) => names.includes(name) && (channel ?? 0) < this.stages[names.indexOf(name)].size[0]));
    const most = Math.max(...this.stages.filter(({ vector }) => !vector).map(({ size }) => size[0]), 1);
    this.channel = Math.min(this.channel, most - 1);
    Object.assign(this.ui.channel, { max: most - 1, value: this.channel });
    this.ui.channelLabel.hidden = most === 1;
    this.filling.load(this.stages.length);
    Object.assign(this.ui.computed, { max: this.stages.length - 1 });
    this.theme();
    this.root.dataset.ready = `${this.stages.length}.${this.looked}`;
    this.loaded = (this.loaded ?? 0) + 1;
  }

  theme() {
    const { palette } = this.scene.meta;
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim() || "#ffffff";
    probe.fillRect(0, 0, 1, 1);
    const dark = luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.3;
    this.stops = Object.fromEntries(Object.entries(palette).map(([name, both]) => [name, both[dark ? "dark" : "light"]]));
    this.pictures?.forget();
    this.pictures = new Pictures(this.scene, Object.fromEntries(Object.entries(this.stops).map(([name, stops]) => [name, inkOf(stops)])));
    this.draw();
  }

  /** Everything anew; keys go on where they were. */
  draw() {
    const held = this.root.getRootNode().activeElement?.dataset.focus;
    this.columns = this.stages.map((stage, i) => column(stage, i));
    this.columns.forEach((one) => listenColumn(this, one));
    this.ui.columns.replaceChildren(...this.columns.map(({ element }) => element));
    this.columns.forEach((one) => showColumn(this, one));
    this.showChannel();
    this.grid.fill();
    this.showFilling();
    if (held) [...this.ui.body.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === held)?.focus({ preventScroll: true });
  }

  at(name) {
    return this.stages.findIndex((stage) => stage.name === name);
  }

  /** The channel that is shown of a stage: its own, or that of the slider; null is all of them in their own colours. */
  channelOf(i) {
    const { name, size, vector } = this.stages[i];
    if (this.own.has(name)) return this.own.get(name);
    if (i === 0 && this.scene.meta.colour) return null;
    return vector ? 0 : Math.min(this.channel, size[0] - 1);
  }

  showChannel() {
    const { value, max } = this.ui.channel;
    this.ui.channelWords.textContent = `${value} of ${Number(max) + 1}${this.own.size ? ", some on their own" : ""}`;
  }

  /** Another channel of every stage that has it; the last where there are fewer. */
  leaf(channel) {
    this.channel = channel;
    this.own.clear();
    this.columns.forEach((one) => showColumn(this, one));
    this.showChannel();
    this.grid.mark();
    this.showUnit();
  }

  /** One column on its own. */
  choose(channel) {
    this.own.set(this.looked, channel);
    showColumn(this, this.columns[this.at(this.looked)]);
    this.showChannel();
    this.grid.mark();
    this.showUnit();
  }

  /** Look at all channels of a stage. */
  look(i) {
    if (this.looked === this.stages[i].name) return;
    this.looked = this.stages[i].name;
    this.columns.forEach((one) => one.name.setAttribute("aria-pressed", one.stage.name === this.looked));
    this.root.dataset.ready = `${this.stages.length}.${this.looked}`;
    this.grid.fill();
    this.showUnit();
  }

  // --- how far it is computed ---

  scrub(computed) {
    this.filling.playing = false;
    this.filling.set(computed);
  }

  showFilling() {
    const { computed, columns, playing } = this.filling;
    this.columns.forEach(({ i, map, element }) => {
      const share = shareOf(computed, i);
      if (map.share === share) return;
      map.share = share;
      map.veil.hidden = share === 1;
      map.veil.style.top = `${100 * share}%`;
      element.classList.toggle("later", share === 0);
    });
    const last = Math.min(columns, Math.ceil(computed)) - 1;
    if (Number(this.ui.computed.value) !== last) this.ui.computed.value = last;
    const words = last === columns - 1 ? `all ${columns - 1} stages` : `up to ${this.stages[last].name}, ${last} of ${columns - 1} stages`;
    if (this.ui.computedWords.textContent !== words) this.ui.computedWords.textContent = words;
    const label = playing ? "■ Stop" : "▶ Run it through";
    if (this.ui.play.textContent !== label) this.ui.play.textContent = label;
    if (!playing) this.showUnit();
  }

  // --- one unit ---

  /** The unit that is spoken of: the one under the pointer, else the one that is kept. */
  get place() {
    if (this.hovered) return this.hovered;
    return this.pinned && this.placeIn(this.at(this.pinned.stage), this.pinned.cell);
  }

  /** A cell of the map that is shown of a stage. */
  placeIn(i, cell) {
    return cell && { at: i, channel: this.channelOf(i), cell };
  }

  point(place, map = null) {
    if (JSON.stringify(place) === JSON.stringify(this.hovered)) return;
    Object.assign(this, { hovered: place, hoveredMap: map });
    this.showUnit();
  }

  /** Keep a unit; the one that is kept already is let go. */
  pin(place) {
    if (!place) return;
    const pinned = { stage: this.stages[place.at].name, cell: place.cell };
    const same = JSON.stringify(pinned) === JSON.stringify(this.pinned);
    this.pinned = same ? null : pinned;
    this.hovered = null;
    this.look(place.at);
    this.showUnit();
  }

  free() {
    this.pinned = this.hovered = null;
    this.showUnit();
  }

  showUnit() {
    const { place, stages } = this;
    const later = place && shareOf(this.filling.computed, place.at) < 1;
    const spans = place && !later ? this.spansOf(place) : stages.map(() => null);
    this.columns.forEach((one) => this.drawColumnBoxes(one, place, spans));
    this.grid.tiles.forEach(({ map }) => {
      if (map === this.hoveredMap || map.boxes.children.length) drawBoxes(map, map === this.hoveredMap && place ? this.sized(map, stages[place.at], spans[place.at], "unit") : []);
    });
    const sentence = !place ? HINT : later ? `${stages[place.at].name} is not computed yet.` : unitSentence(stages, place, this.valueOf(place), spans);
    this.ui.said.textContent = sentence;
    this.herald.say(sentence);
  }

  spansOf({ at, channel, cell }) {
    const channels = channel === null ? [0, this.stages[at].size[0] - 1] : [channel, channel];
    return spansOf(this.scene, at, [channels, ...cell.map((one) => [one, one])]);
  }

  valueOf({ at, channel, cell }) {
    const { exact, blocks, size } = this.stages[at];
    const channels = channel === null ? Array.from({ length: size[0] }, (_, c) => c) : [channel];
    return { numbers: channels.map((one) => numberOf(this.scene, at, one, cell)), exactly: exact, blocks };
  }

  drawColumnBoxes({ i, stage, map, channel }, place, spans) {
    const span = spans[i];
    const shown = this.channelOf(i);
    const apart = span && shown !== null && (shown < span[0][0] || shown > span[0][1]); // the map that is shown is not among them
    const kind = `${place && i > place.at ? "reach" : "unit"}${apart ? " apart" : ""}`;
    drawBoxes(map, span ? this.sized(map, stage, span, kind) : []);
    channel.textContent = apart ? `goes with ${channelWords(stage, span)}` : channel.dataset.words;
  }

  /** Boxes of a span on a map, none too small to be seen. */
  sized(map, stage, span, kind) {
    if (!span) return [];
    const [wide, tall] = map.room;
    return boxesOf(stage, span).map((box) => ({ box: atLeast(box, LEAST / wide, LEAST / tall), kind }));
  }

  click({ target }) {
    const found = (name) => target.closest(`[data-${name}]`)?.dataset[name];
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

const overviews = new WeakMap();

/**
 * Show a whole network in `root`, or another in the overview that is there already.
 *
 * @param {HTMLElement} root
 * @param {Uint8Array} bytes the blob of `make_flow`
 * @param {{tell: (name: string, value: object) => void}} options how to tell the server which stage to open
 * @returns {() => void} clean-up
 */
export function play(root, bytes, { tell }) {
  if (!overviews.has(root)) overviews.set(root, new Overview(root));
  const overview = overviews.get(root);
  overview.load(bytes, tell);
  root.style.minHeight = "";
  return () => {
    overview.stop();
    overviews.delete(root);
  };
}
