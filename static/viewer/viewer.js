// The viewer: all maps of a stage, in time with the sound. Cursor, hover, sorting and selection stay in the browser.
import { readBlob } from "../drawing/blob.js";
import { luminance, brief } from "../drawing/colour.js";
import { Herald } from "../player/herald.js";
import { drawAbout } from "./about.js";
import { build, drawAxes, drawBoxes, make, makeMap } from "./build.js";
import { Cursors } from "./cursors.js";
import { listenClip, listenPlane, listenKeys } from "./hands.js";
import { finiteRange, inkOf, levelsOf, print, relevel, scaleOf, widest } from "./picture.js";
import { column, contrasts, insideOf, ordered } from "./order.js";
import { boxOf, cellOf, shareOf, soundOf, spanOf } from "./places.js";
import { Sound, transport } from "./sound.js";
import { contrastHint, hertz, isTold, seconds, sortValue, unitSentence } from "./words.js";

const FRAME = 0.016; // seconds that the cursor takes for a frame of an input without a time axis

class Viewer {
  constructor(root) {
    this.root = root;
    this.ui = build(root);
    this.herald = new Herald(this.ui.heard);
    Object.assign(this, { hovered: null, selection: null, maps: [], tell: () => {} });
    this.cursors = new Cursors(({ stage: { lies, shape } }) => shareOf(lies[0], shape[1], transport.time / this.step));
    this.listener = () => this.showTime();
    transport.listeners.add(this.listener);
    this.ui.body.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    this.ui.sort.addEventListener("change", () => this.sortGrid());
    this.ui.scale.addEventListener("change", () => this.draw());
    listenKeys(this);
    root.viewer = this; // a handle for tests and for the curious
  }

  load(bytes, tell) {
    this.scene = readBlob(bytes);
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
      this.selection = null;
      this.ui.part.hidden = true;
      this.ui.part.hidden = true;
      if (transport.time > length) transport.seek(0);
    }
    this.theme();
    this.root.dataset.ready = `${meta.stage}.${meta.channel}`;
    this.loaded = (this.loaded ?? 0) + 1;
  }

  /** Is this the sound that was there before? */
  same(samples) {
    const before = this.sound.samples;
    return before && samples ? before.every((s, i) => s === samples[i]) : before === (samples ?? null);
  }

  theme() {
    const { meta } = this.scene;
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim() || "#ffffff";
    probe.fillRect(0, 0, 1, 1);
    this.dark = luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.3;
    this.stops = Object.fromEntries(Object.entries(meta.palette).map(([name, both]) => [name, both[this.dark ? "dark" : "light"]]));
    this.inks = Object.fromEntries(Object.entries(this.stops).map(([name, stops]) => [name, inkOf(stops)]));
    this.draw();
  }

  /** Everything that does not move. */
  draw() {
    const held = this.root.getRootNode().activeElement?.dataset.focus;
    this.forget(() => true);
    this.drawClip();
    this.drawStrip();
    this.drawPlanes();
    drawAbout(this);
    this.fillGrid();
    this.showTime();
    this.showUnit();
    if (held) this.ui.body.querySelector(`[data-focus="${held}"]`)?.focus({ preventScroll: true }); // keys go on where they were
  }

  isDiverging(name) {
    return this.scene.meta.diverging.includes(this.scene.meta.scales[name]);
  }

  /** Remember a map, which shows cells of a stage. */
  keep(map, stage) {
    this.maps.push(Object.assign(map, { stage }));
    this.cursors.add(map);
    return map;
  }

  forget(gone) {
    this.maps.filter(gone).forEach((map) => this.cursors.remove(map));
    this.maps = this.maps.filter((map) => !gone(map));
  }

  drawClip() {
    const { tensors, meta } = this.scene;
    const stage = this.stages.input;
    const map = this.keep(makeMap("axes", "The input: time runs to the right, frequency upwards. Arrow keys move the cursor."), stage);
    print(map.image, levelsOf(tensors.input.data, this.limitsOf("input", stage.range)), stage.shape.slice(1), this.inks[meta.scales.input]);
    this.clipMap = map;
    this.drawAxesOf(map);
    map.picture.tabIndex = 0;
    map.picture.dataset.focus = "input";
    const words = { role: "slider", "aria-valuemin": 0, "aria-valuemax": this.sound.length.toFixed(2) };
    for (const [name, word] of Object.entries(words)) map.picture.setAttribute(name, word);
    this.ui.clip.replaceChildren(map.frame);
    listenClip(this, map);
  }

  limitsOf(name, range) {
    if (this.scene.meta.scales[name] === "gate") return [0, 1];
    return scaleOf("channel", range, null, null, this.isDiverging(name));
  }

  drawAxesOf(map) {
    const { shape: [, frames, mels], lies } = map.stage;
    const { clip } = this.scene.meta;
    const cells = this.stages.input.shape[1];
    const length = cells * this.step;
    const most = map === this.clipMap ? 11 : 11 / this.scene.meta.planes.length;
    const apart = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((s) => length / s <= most) ?? 20;
    const times = Array.from({ length: Math.floor(length / apart) + 1 }, (_, i) => i * apart);
    const across = clip.step
      ? times.map((t) => ({ at: shareOf(lies[0], frames, t / this.step), text: `${+t.toFixed(1)} s` }))
      : [0, frames - 1].map((f) => ({ at: (f + 0.5) / frames, text: `frame ${f}` }));
    const up = clip.hertz.length
      ? clip.hertz.map(([f, mel]) => ({ at: shareOf(lies[1], mels, mel), text: hertz(f) }))
      : [0, mels - 1].map((m) => ({ at: (m + 0.5) / mels, text: `mel ${m}` }));
    drawAxes(map, across, up);
  }

  drawStrip() {
    const { meta, tensors } = this.scene;
    const left = this.ui.strip.scrollLeft;
    const block = (name) => name.match(/\d+$/)?.[0];
    const buttons = meta.stages.slice(1).map((stage, i) => {
      const map = this.keep(makeMap(""), stage);
      const levels = tensors[`strip.${stage.name}`];
      const table = relevel(stage.range, this.limitsOf("maps", stage.range));
      print(map.image, levels.data, levels.shape, this.inks.signed, table);
      const shape = make("small", {}, stage.shape.join(" × "));
      const open = make("button", { type: "button", title: stage.layer, data: { stage: stage.name, at: i, focus: `stage ${stage.name}` } }, make("b", {}, stage.name), map.frame, shape);
      open.setAttribute("aria-pressed", stage.name === meta.stage);
      open.style.setProperty("--step", i);
      if (i && block(stage.name) !== block(meta.stages[i].name)) open.classList.add("block");
      open.addEventListener("click", () => this.tell("stage", stage.name));
      return open;
    });
    this.ui.strip.replaceChildren(...buttons);
    this.ui.strip.scrollLeft = left;
    if (this.shownStage !== meta.stage) {
      const chosen = buttons.find((one) => one.dataset.stage === meta.stage);
      this.ui.strip.scrollLeft = chosen.offsetLeft - this.ui.strip.clientWidth / 2;
      this.shownStage = meta.stage;
    }
  }

  drawPlanes() {
    const { meta, tensors } = this.scene;
    this.ui.title.textContent = `${meta.stage}, channel ${meta.channel} of ${this.stage.shape[0]}`;
    this.ui.planes.dataset.count = meta.planes.length;
    this.planes = meta.planes.map((name) => {
      const { data, shape } = tensors[`plane.${name}`];
      const own = finiteRange(data);
      const kind = name === meta.planes.at(-1) ? this.ui.scale.value : "channel";
      const scale = meta.scales[name] === "gate" ? [0, 1] : scaleOf(kind, own, this.layerRange(), meta.percentiles, this.isDiverging(name));
      const where = shape[0] === this.stage.shape[1] && shape[1] === this.stage.shape[2] ? this.stage : this.before();
      const map = this.keep(makeMap("axes", `${name} of channel ${meta.channel}. Arrow keys choose a unit, Enter keeps it.`), where);
      print(map.image, levelsOf(data, scale), shape, this.inks[meta.scales[name]]);
      this.drawAxesOf(map);
      const legend = make("span", { className: "legend" });
      legend.style.background = `linear-gradient(to right, ${this.stops[meta.scales[name]].join(", ")})`;
      const number = (value) => make("span", { className: "number" }, brief(value));
      const header = make("header", {}, make("b", {}, name), number(scale[0]), legend, number(scale[1]));
      if (where === this.stage) {
        map.picture.tabIndex = 0;
        map.picture.dataset.focus = `plane ${name}`;
        map.picture.setAttribute("role", "application");
        listenPlane(this, map);
      }
      return { name, map, values: data, element: make("div", { className: "plane" }, header, map.frame) };
    });
    this.ui.planes.replaceChildren(...this.planes.map((plane) => plane.element));
  }

  /** The stage before the chosen one. */
  before() {
    const { stages } = this.scene.meta;
    return stages[stages.indexOf(this.stage) - 1];
  }

  layerRange() {
    return widest(this.scene.tensors["small.range"].data);
  }

  fillGrid() {
    const { meta, tensors } = this.scene;
    const { shape, data } = tensors.small;
    const [channels, ...size] = shape;
    const cells = size[0] * size[1];
    const ranges = tensors["small.range"].data;
    this.forget((map) => map.small);
    this.thumbnails = Array.from({ length: channels }, (_, channel) => {
      const own = [ranges[2 * channel], ranges[2 * channel + 1]];
      const map = this.keep(makeMap(""), this.stage);
      map.small = true;
      const scale = scaleOf(this.ui.scale.value, own, this.layerRange(), meta.percentiles, this.isDiverging("maps"));
      print(map.image, data.subarray(channel * cells, (channel + 1) * cells), size, this.inks.signed, relevel(own, scale));
      const words = make("small", {}, String(channel), make("span", { className: "value" }));
      if (meta.states[channel]) words.append(make("em", {}, meta.states[channel]));
      const open = make("button", { type: "button", data: { channel, focus: `channel ${channel}` } }, map.frame, words);
      open.setAttribute("aria-label", `channel ${channel}${meta.states[channel] ? `, ${meta.states[channel]}` : ""}`);
      open.setAttribute("aria-pressed", channel === meta.channel);
      open.addEventListener("click", () => this.tell("channel", channel));
      return open;
    });
    this.ui.count.textContent = `All ${channels} channels of ${meta.stage}`;
    this.sortGrid();
  }

  sortGrid() {
    const by = this.ui.sort.value;
    const values = this.valuesBy(by);
    this.thumbnails.forEach((open, channel) => {
      open.querySelector(".value").textContent = values ? sortValue(by, values[channel]) : "";
    });
    this.ui.hint.textContent = by === "contrast" ? contrastHint(this.selection) : "";
    const order = ordered(values, this.thumbnails.length, by === "contrast");
    this.ui.grid.replaceChildren(...order.map((channel) => this.thumbnails[channel]));
  }

  /** The number of each channel by which it is sorted; null where it is its own. */
  valuesBy(by) {
    const { meta, tensors } = this.scene;
    if (by !== "contrast") return column(tensors.statistics.data, meta.statistics, by);
    if (!this.selection) return null;
    const { data, shape } = tensors.small;
    return contrasts(data, shape, insideOf(this.stage, shape[1], ...this.selection.map((t) => t / this.step)));
  }

  /** The unit that is spoken of: the one under the pointer, else the one that was chosen. */
  get unit() {
    return this.hovered ?? this.scene.meta.unit;
  }

  showUnit() {
    const { meta, tensors } = this.scene;
    const { unit } = this;
    for (const map of this.maps) if (!map.small) this.drawBoxesOf(map, unit);
    this.ui.hearUnit.hidden = !unit || !tensors.seconds;
    if (!unit) {
      this.write("Point at a cell of the map above: what it sees is drawn on the input and on every stage. Click to keep it.");
      return;
    }
    const last = meta.stages.at(-1).name;
    const seen = spanOf(tensors, "input", unit);
    const sound = seen && soundOf(tensors, seen);
    const mels = this.stage.shape[2];
    const value = this.planes.at(-1).values[unit[0] * mels + unit[1]];
    const reached = last === meta.stage ? null : spanOf(tensors, last, unit);
    this.heard = sound;
    this.write(unitSentence({ stage: meta.stage, channel: meta.channel, unit, value, seen, sound, last, reached, statistical: meta.statistical }));
  }

  /** What is seen at once, and heard when it is at rest. */
  write(sentence) {
    this.ui.said.textContent = sentence;
    this.herald.say(sentence);
  }

  drawBoxesOf(map, unit) {
    const { meta, tensors } = this.scene;
    const boxes = [];
    if (map === this.clipMap && this.selection) {
      const [left, right] = this.selection.map((t) => this.shareOfTime(t));
      boxes.push({ kind: "selection", box: { left, right, bottom: 0, top: 1 } });
    }
    if (unit) {
      const span = spanOf(tensors, map.stage.name, unit);
      const behind = meta.stages.indexOf(map.stage) > meta.stages.indexOf(this.stage);
      boxes.push({ kind: behind ? "reach" : "unit", box: span && boxOf(span, map.stage.shape.slice(1)) });
    }
    drawBoxes(map, boxes);
  }

  /** Where a time lies on the input, and which time lies there. */
  shareOfTime(t) {
    return Math.max(0, Math.min(1, shareOf(this.stages.input.lies[0], this.stages.input.shape[1], t / this.step)));
  }

  timeOf(share) {
    return Math.max(0, Math.min(this.sound.length, (share * this.stages.input.shape[1] - 0.5) * this.step));
  }

  unitOf(share, height) {
    return [cellOf(share, this.stage.shape[1]), cellOf(height, this.stage.shape[2])];
  }

  point(unit) {
    if (String(unit) === String(this.hovered)) return;
    this.hovered = unit;
    this.showUnit();
  }

  choose(unit) {
    this.scene.meta.unit = unit;
    this.hovered = null;
    this.showUnit();
    this.tell("unit", unit);
  }

  select(selection) {
    this.selection = selection;
    this.ui.part.hidden = !selection;
    if (selection) this.ui.partWords.textContent = `${seconds(selection[0])} to ${seconds(selection[1])}`;
    this.drawBoxesOf(this.clipMap, this.unit);
    if (this.ui.sort.value !== "contrast") return;
    cancelAnimationFrame(this.sorting);
    this.sorting = requestAnimationFrame(() => this.sortGrid());
  }

  /** Move the cursor; no map is drawn again. */
  showTime() {
    if (!this.scene) return;
    const { time, playing } = transport;
    this.cursors.move();
    this.ui.time.textContent = `${seconds(Math.min(time, this.sound.length))} of ${seconds(this.sound.length)}`;
    const label = playing ? "■ Stop" : "▶ Play";
    if (this.ui.play.textContent !== label) this.ui.play.textContent = label;
    const slider = this.clipMap.picture;
    const told = Number(slider.getAttribute("aria-valuenow") ?? NaN);
    if (!isTold(time, told, playing)) return;
    slider.setAttribute("aria-valuenow", time.toFixed(2));
    slider.setAttribute("aria-valuetext", this.ui.time.textContent);
  }

  act(name) {
    const { sound } = this;
    const acts = {
      play: () => (transport.playing ? transport.pause() : transport.play(sound, transport.time >= sound.length - 0.01 ? 0 : transport.time, sound.length)),
      hearPart: () => transport.play(sound, ...this.selection),
      analyse: () => this.tell("part", this.selection),
      clear: () => this.select(null),
      hearUnit: () => this.heard && transport.play(sound, this.heard.from, Math.min(sound.length, this.heard.to), this.heard),
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

const viewers = new WeakMap();

/**
 * Show maps in `root`, or others in the viewer that is there already.
 *
 * @param {HTMLElement} root
 * @param {Uint8Array} bytes the blob of `make_maps`
 * @param {{tell: (name: string, value: object) => void}} options how to tell the server what was picked
 * @returns {() => void} clean-up
 */
export function play(root, bytes, { tell }) {
  if (!viewers.has(root)) viewers.set(root, new Viewer(root));
  const viewer = viewers.get(root);
  viewer.load(bytes, tell);
  root.style.minHeight = "";
  return () => {
    viewer.stop();
    viewers.delete(root);
  };
}
