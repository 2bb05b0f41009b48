// The viewer: all maps of a stage, in time with the sound. Cursor, hover, sorting and selection stay in the browser.
import { readBlob } from "../drawing/blob.js";
import { Herald } from "../player/herald.js";
import { living } from "./living.js";
import { isDark, stopsOn } from "../player/theme.js";
import { drawAbout } from "./about.js";
import { drawBelief, tellBelief } from "./belief.js";
import { around, build, focusAgain, focusIn, playWords } from "./build.js";
import { Cursors } from "./cursors.js";
import { fillGrid, sortGrid } from "./grid.js";
import { listenKeys } from "./hands.js";
import { drawClip, drawPlanes, drawStrip } from "./maps.js";
import { inkOf, widest } from "./picture.js";
import { cellOf, shareOf } from "./places.js";
import { Sound, transport } from "./sound.js";
import { mark, markOther, showStretches, takeStretches, tellStretches } from "./stretches.js";
import { showUnit } from "./unit.js";
import { isTold, seconds } from "./words.js";
import { _ } from "../words/catalogue.js";

const FRAME = 0.016; // seconds that the cursor takes for a frame of an input without a time axis

export class Viewer {
  /** @type {Maps} */
  scene;
  /** @type {Sound} */
  sound;
  /** @type {StageWords} */
  stage;
  /** @type {Record<string, StageWords>} */
  stages = {};
  /** @type {Record<string, Stops>} */
  stops = {};
  /** @type {Record<string, Ink>} */
  inks = {};
  /** @type {StageMap[]} */
  maps = [];
  /** @type {StageMap} the input */
  clipMap;
  /** @type {Plane[]} */
  planes = [];
  /** @type {{open: HTMLElement, value: HTMLElement}[]} */
  thumbnails = [];
  /** @type {Unit | null} */
  hovered = null;
  /** @type {Limits | null} marked stretch, from and to in seconds */
  selection = null;
  /** @type {Limits | null} another one, from which the marked one is told */
  other = null;
  /** @type {Limits[]} what the address holds, or shall hold */
  toldMarks = [];
  marksOther = false; // the next stretch that is marked is the other one
  /** @type {Heard | null} what the unit sees */
  heard = null;
  step = FRAME; // seconds
  dark = false;
  shownStage = "";
  /** @type {HTMLElement[]} */
  likely = []; // the probability of each class at the cursor
  heardAt = -1; // the frame that they are of
  loaded = 0;
  sorting = 0;

  /** @param {HTMLElement & {viewer?: Viewer}} root */
  constructor(root) {
    this.root = root;
    this.ui = build(root);
    this.herald = new Herald(this.ui.heard);
    /** @type {(name: string, value: unknown) => void} */
    this.tell = () => {};
    this.cursors = new Cursors(({ stage: { lies, shape } }) => shareOf(lies[0], shape[1], transport.time / this.step));
    this.listener = () => this.showTime();
    transport.listeners.add(this.listener);
    this.ui.body.addEventListener("click", (event) => this.act(around(event, "[data-act]")?.dataset.act ?? ""));
    this.ui.sort.addEventListener("change", () => {
      sortGrid(this);
      tellStretches(this);
    });
    this.ui.scale.addEventListener("change", () => this.draw());
    listenKeys(this);
    root.viewer = this; // a handle for tests and for the curious
  }

  /** @param {Maps} scene @param {Tell} tell */
  load(scene, tell) {
    this.scene = scene;
    this.tell = (name, value) => tell("picked", { [name]: value });
    const { meta, tensors } = this.scene;
    this.hovered = null;
    this.stages = Object.fromEntries(meta.stages.map((stage) => [stage.name, stage]));
    this.stage = this.stages[meta.stage];
    this.step = meta.clip.step ?? FRAME;
    const frames = tensors.input.shape[0];
    const length = tensors.samples ? tensors.samples.shape[0] / meta.clip.rate : (frames - 1) * this.step;
    const same = this.sound && this.sound.length === length && this.same(tensors.samples?.data);
    if (!same) {
      if (this.sound && transport.playing?.sound === this.sound) transport.pause();
      this.sound = new Sound(tensors.samples?.data ?? null, meta.clip.rate, length);
      this.select(null);
      if (transport.time > length) transport.seek(0);
    }
    this.offerTells();
    takeStretches(this);
    this.theme();
    showStretches(this);
    this.root.dataset.ready = `${meta.stage}.${meta.channel}`;
    this.loaded += 1;
  }

  /** Sort by how well a channel tells one class from another, where the page asks for that. */
  offerTells() {
    const words = this.scene.meta.tells?.words ?? "";
    const { tells, sort } = this.ui;
    if (words && words !== tells.textContent) sort.value = "tells";
    if (!words && sort.value === "tells") sort.value = "index";
    Object.assign(tells, { hidden: !words, textContent: words });
  }

  /** Is this the sound that was there before? @param {Int16Array} [samples] */
  same(samples) {
    const before = this.sound.samples;
    return before && samples ? before.every((s, i) => s === samples[i]) : before === (samples ?? null);
  }

  theme() {
    const { meta } = this.scene;
    this.dark = isDark(this.root);
    this.stops = stopsOn(meta.palette, this.dark);
    this.inks = Object.fromEntries(Object.entries(this.stops).map(([name, stops]) => [name, inkOf(stops)]));
    this.draw();
  }

  /** Everything that does not move. */
  draw() {
    const held = focusIn(this.root);
    this.forget(() => true);
    drawClip(this);
    drawBelief(this);
    drawStrip(this);
    drawPlanes(this);
    drawAbout(this);
    fillGrid(this);
    this.showTime();
    showUnit(this);
    focusAgain(this.ui.body, held);
  }

  /** By which limits the maps of the stage are coloured. */
  get scaleKind() {
    return /** @type {ScaleKind} */ (this.ui.scale.value);
  }

  /** @param {string} name */
  isDiverging(name) {
    return this.scene.meta.diverging.includes(this.scene.meta.scales[name]);
  }

  /** Remember a map, which shows cells of a stage. @param {DrawnMap} drawn @param {StageWords} stage */
  keep(drawn, stage, small = false) {
    const map = { ...drawn, stage, small };
    this.maps.push(map);
    this.cursors.add(map);
    return map;
  }

  /** @param {(map: StageMap) => boolean} gone */
  forget(gone) {
    this.maps.filter(gone).forEach((map) => this.cursors.remove(map));
    this.maps = this.maps.filter((map) => !gone(map));
  }

  layerRange() {
    return widest(this.scene.tensors["small.range"].data);
  }

  /** The unit that is spoken of: the one under the pointer, else the one that was chosen. */
  get unit() {
    return this.hovered ?? this.scene.meta.unit;
  }

  /** What is seen at once, and heard when it is at rest. @param {string} sentence */
  write(sentence) {
    this.ui.said.textContent = sentence;
    this.herald.say(sentence);
  }

  /** Where a time lies on the input, and which time lies there. @param {number} t */
  shareOfTime(t) {
    return Math.max(0, Math.min(1, shareOf(this.stages.input.lies[0], this.stages.input.shape[1], t / this.step)));
  }

  /** @param {number} share */
  timeOf(share) {
    return Math.max(0, Math.min(this.sound.length, (share * this.stages.input.shape[1] - 0.5) * this.step));
  }

  /** @param {number} share @param {number} height */
  unitOf(share, height) {
    return [cellOf(share, this.stage.shape[1]), cellOf(height, this.stage.shape[2])];
  }

  /** @param {Unit | null} unit */
  point(unit) {
    if (String(unit) === String(this.hovered)) return;
    this.hovered = unit;
    showUnit(this);
  }

  /** @param {Unit} unit */
  choose(unit) {
    this.scene.meta.unit = unit;
    this.hovered = null;
    showUnit(this);
    this.tell("unit", unit);
  }

  /** @param {Limits | null} selection */
  select(selection) {
    mark(this, selection);
  }

  clear() {
    this.select(null);
    tellStretches(this);
  }

  /** Move the cursor; no map is drawn again. */
  showTime() {
    if (!this.clipMap) return; // it may be told before its first maps stand
    const { time, playing } = transport;
    this.cursors.move();
    tellBelief(this);
    this.ui.time.textContent = _("{time} of {length}", { time: seconds(Math.min(time, this.sound.length)), length: seconds(this.sound.length) });
    const label = playWords(playing !== null);
    if (this.ui.play.textContent !== label) this.ui.play.textContent = label;
    const slider = this.clipMap.picture;
    const told = Number(slider.getAttribute("aria-valuenow") ?? NaN);
    if (!isTold(time, told, playing !== null)) return;
    slider.setAttribute("aria-valuenow", time.toFixed(2));
    slider.setAttribute("aria-valuetext", this.ui.time.textContent);
  }

  /** @param {string} name */
  act(name) {
    const { sound } = this;
    const { selection, heard } = this;
    /** @type {Record<string, () => void>} */
    const acts = {
      play: () => (transport.playing ? transport.pause() : transport.play(sound, transport.time >= sound.length - 0.01 ? 0 : transport.time, sound.length)),
      hearPart: () => selection && transport.play(sound, selection[0], selection[1]),
      analyse: () => this.tell("part", selection),
      clear: () => this.clear(),
      against: () => markOther(this),
      hearUnit: () => heard && transport.play(sound, heard.from, Math.min(sound.length, heard.to), heard),
      fill: () => this.fill(),
    };
    acts[name]?.();
  }

  /** Let the stages appear one after the other. */
  fill() {
    this.ui.strip.classList.remove("filling");
    void this.ui.strip.offsetWidth; // so that it starts anew
    this.ui.strip.classList.add("filling");
  }

  stop() {
    transport.listeners.delete(this.listener);
    if (transport.playing?.sound === this.sound) transport.pause();
    this.ui.body.remove();
  }
}

/** Show maps in an element: the blob of `make_maps`. What is told is what was picked. */
export const play = living(Viewer, readBlob);
