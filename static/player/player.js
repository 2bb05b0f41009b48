// The player: one scene, one clock, one selection. Animation, hover, step and scrub stay in the browser.
import { act, makeGestures, press } from "./actions.js";
import { readBlob } from "../drawing/blob.js";
import { CANVAS } from "../drawing/canvas.js";
import { emptied, fitCanvases } from "./canvases.js";
import { Clock } from "./clock.js";
import { luminance } from "../drawing/colour.js";
import { buildControls, nameSteps, showSlider, showTicks } from "./controls.js";
import { Cursor } from "./cursor.js";
import { isFull, roomFor, watchFull } from "./full.js";
import { listenKeys, listenPointer } from "./gestures.js";
import { Herald } from "./herald.js";
import { litBy, readsOf } from "../drawing/lights.js";
import { drawMoving, isVeiled } from "../drawing/moving.js";
import { selected, written } from "./opening.js";
import { clampTo, makeOrder } from "../drawing/order.js";
import { arrowKeys, middleOf } from "../drawing/port.js";
import { report } from "./report.js";
import { Stage, makeLook } from "../drawing/stage.js";
import { Painting } from "../drawing/stamp.js";
import { paintStill } from "../drawing/still.js";
import { placeStops } from "./stops.js";
import { range } from "../drawing/tables.js";
import { walkable } from "./walking.js";

// Players of one page that go together share a clock: one leads and has the knobs, the others follow.
const together = new Set();

const LAPTOP = [1150, 500]; // pixels of a stage as it is on a laptop: a full screen shows it as much larger as fits
const SWEEP = 2500; // milliseconds that the strength takes from 0 to 1

/** Where a scene sends the playhead, unless the scene before it has sent it there already. */
const sentTo = (at, before) => (JSON.stringify(at) === JSON.stringify(before) ? null : at);

class Player {
  constructor(root) {
    this.root = root;
    this.joins = Boolean(root.dataset.role);
    this.ui = buildControls(root, (name, value) => act(this, name, value));
    this.stage = new Stage(CANVAS);
    this.clock = (this.joins && [...together][0]?.clock) || new Clock();
    if (this.joins) together.add(this);
    this.herald = new Herald(this.ui.said);
    this.cursor = new Cursor(this);
    this.scale = 1; // pixels of the page for each of the stage
    Object.assign(this, { hovered: null, pinned: null, team: 0, serpentine: false, lens: null, stampWanted: true, written: "", wroteAt: 0 });
    listenKeys(root, (name) => press(this, name));
    listenPointer(this.ui.stage, makeGestures(this));
    this.watch();
    this.ui.stage.player = this; // a handle for tests and for the curious
  }

  /** Redraw on size changes; heed a wish for less motion; let no hidden time pass. */
  watch() {
    this.sizes = new ResizeObserver(() => {
      this.ui.readout.style.minHeight = "";
      this.resize();
    });
    this.sizes.observe(this.ui.stage);
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    watchFull(this.root, () => this.resize(), signal);
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.clock.calm = motion.matches;
    const heed = () => {
      this.clock.calm = motion.matches;
      if (motion.matches) this.clock.pause();
    };
    motion.addEventListener("change", heed, { signal });
  }

  /** All players that share the clock. */
  get group() {
    return this.joins ? [...together] : [this];
  }

  /** Does its scene say how many steps the clock has? */
  get leads() {
    return this.root.dataset.role !== "follows";
  }

  /** The playhead's step; a scene with fewer channels than its leader stays in its last one, at the same cell. */
  get step() {
    return this.within(this.clock.step);
  }

  within(step) {
    const { steps, cells } = this.order;
    return step < steps ? step : steps - cells + (step % cells);
  }

  /** Show a scene. The playhead stays where it was, pulled back inside if the maps have shrunk; or goes where it is sent. */
  load(bytes, autoplay) {
    const { at: before, opens: opened } = this.scene?.meta ?? {};
    const held = this.order ? this.order.at(this.at) : { turn: 0, cell: [0, 0, 0] };
    this.scene = readBlob(bytes);
    this.team = Math.min(this.team, this.scene.meta.groups - 1);
    this.hovered = this.pinned = null;
    this.tell();
    const opens = sentTo(this.scene.meta.opens, opened);
    const sent = opens ?? sentTo(this.scene.meta.at, before);
    this.reorder(opens ? this.open(opens, held) : sent ? this.arrive(sent) : held);
    this.theme();
    if (sent && this.follow()) this.repaint();
    if (!this.started && autoplay && this.leads && !this.clock.calm && !sent) this.clock.play();
    this.started = true;
    this.ui.readout.style.minHeight = "";
    this.root.style.minHeight = "";
    this.loaded = (this.loaded ?? 0) + 1;
    this.subject = null;
    this.root.dataset.ready = this.scene.meta.title;
  }

  /** Stand still at an output cell that Python names. Stamps have no step for it: there it is pinned. */
  arrive({ channel, cell }) {
    const { output } = this.scene.tensors;
    const [own, ...place] = [channel, ...cell].map((at, i) => Math.min(at, output.shape[i] - 1));
    if (this.leads) this.clock.pause();
    this.team = Math.floor(own / this.turns());
    if (!this.stage.stamping) return { turn: own % this.turns(), cell: place };
    this.pinned = { kind: "output", channel: own, cell: place };
    return { turn: own % this.turns(), cell: [0, 0, 0] };
  }

  /** Stand still at the step, and with the pin, that a link names. */
  open({ step, pin }, held) {
    if (this.leads) this.clock.pause();
    this.pinned = selected(pin, this.scene.tensors);
    const order = this.plainOrder();
    return step === null ? held : order.at(Math.min(step, order.steps - 1));
  }

  /** Where a link opens the player so that it looks as it does now. */
  opening() {
    const { turn, cell } = this.order.at(this.step);
    return { at: this.plainOrder().stepOf(turn, cell), pin: written(this.pinned) };
  }

  /** The order of the steps if no row is walked backwards. */
  plainOrder() {
    return makeOrder(this.turns(), this.scene.tensors[this.visited.name].shape.slice(1));
  }

  turns() {
    return this.scene.tensors.output.shape[0] / this.scene.meta.groups;
  }

  /** Is the lens on? Over a mask that is looked at as a whole it is not, unless it is asked for. */
  get lensed() {
    return this.lens ?? this.scene.meta.view !== "gate";
  }

  /** Put the scene on stage, told as it is wanted. */
  tell() {
    const { meta } = this.scene;
    this.stage.load(this.scene, this.stampWanted);
    this.ui.view.hidden = !meta.stamp;
    this.ui.coverage.hidden = meta.view !== "work";
    this.ui.gates.hidden = meta.view !== "gate";
    this.ui.lens.checked = this.lensed;
    this.ui.base.setAttribute("aria-label", `${meta.title}: input ${meta.shapes.input}, output ${meta.shapes.output}. The sentence below says what is lit.`);
    nameSteps(this.ui, arrowKeys(this.visited.turned));
    this.ui.coverage.lastChild.textContent = meta.stamp ? "times painted" : "times read";
    const paint = () => new Painting(this.scene, this.stage.stamps);
    this.paintings = this.stage.stamping ? range(meta.groups).map(paint) : null;
  }

  /** The step as files count it, output cells row by row: of the pinned cell, else of the playhead; of stamps the last. */
  plainStep() {
    const { kind, channel, cell } = this.pinned?.kind === "output" ? this.pinned : this.here();
    const order = makeOrder(this.turns(), this.scene.tensors.output.shape.slice(1));
    return kind === "output" ? order.stepOf(channel % order.turns, cell) : order.steps - 1;
  }

  /** The panel whose cells the steps go through. */
  get visited() {
    return this.stage.stamping ? this.stage.input : this.stage.output;
  }

  reorder(playhead) {
    const { shape } = this.scene.tensors[this.visited.name];
    this.order = makeOrder(this.turns(), shape.slice(1), this.serpentine);
    const { turn, cell } = clampTo(this.order, playhead);
    if (this.leads) {
      const { steps, cells } = this.order;
      Object.assign(this.clock, { steps, cells, glide: null, rest: 0, step: this.order.stepOf(turn, cell) });
    }
    this.at = this.step;
    this.ui.scrub.max = this.order.steps - 1;
    showTicks(this.ui.ticks, this.order.turns);
  }

  /** The cell at the playhead: what is computed now, in the group that is looked at. */
  here(step = this.step) {
    const { turn, cell } = this.order.at(this.within(step));
    return { kind: this.stage.stamping ? "input" : "output", channel: this.team * this.order.turns + turn, cell };
  }

  /** What the readout speaks of: the hovered cell, else the keys' cursor, else the pinned cell; null is the playhead's. */
  shown() {
    return this.hovered ?? this.cursor.at ?? this.pinned ?? null;
  }

  theme() {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    const probe = document.createElement("canvas").getContext("2d");
    const parse = (colour) => {
      probe.fillStyle = colour || "#ffffff";
      probe.fillRect(0, 0, 1, 1);
      return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const background = read("--st-background-color") || "#ffffff";
    const dark = luminance(parse(background)) < 0.3;
    const look = makeLook(CANVAS.hatch, {
      text: read("--st-text-color") || (dark ? "#fafafa" : "#111418"),
      background,
      font: read("--st-font") || "system-ui, sans-serif",
      accent: read("--st-primary-color") || "#3b5bdb",
      dark,
    });
    this.stage.setTheme(look, dark);
    this.resize();
  }

  /** Pixels that the maps may be high: others, or charts below them, need room as well. */
  tall() {
    const { ui, root, scene } = this;
    const charted = scene.meta.charts.length > 0;
    if (isFull(root)) return Math.max(240, roomFor(root, [ui.gates, ui.foot, ui.options]) / (charted ? 1.35 : 1));
    const part = this.joins || charted ? 0.38 : 0.54;
    const least = Math.max(160, Math.min(innerHeight - 190, 300)); // in a low window, the transport and the sentence stay in sight
    return Math.round(Math.max(least, Math.min(innerHeight * part, 760)));
  }

  resize() {
    const width = Math.floor(this.ui.stage.clientWidth);
    if (!this.scene || width < 40) return; // a hidden tab
    const { ui } = this;
    const tall = this.tall();
    this.scale = isFull(this.root) ? Math.max(1, Math.min(width / LAPTOP[0], tall / LAPTOP[1])) : 1;
    this.stage.resize(width / this.scale, tall / this.scale, Math.min(devicePixelRatio || 1, 2), this.scale);
    fitCanvases(ui, this.stage, this.scale);
    placeStops(ui.stops, this.stage.layout, walkable(this.stage), this.scale);
    this.select();
  }

  /** Follow the playhead's channel; redraw the still part. */
  select() {
    const { channel, cell } = this.here();
    this.stage.select(channel, this.stage.stamping ? 0 : cell[0]);
    this.repaint();
  }

  /** Another strength, threshold or hand: the gate's pictures are made anew, here alone. */
  regate(change) {
    Object.assign(this.stage.gating ?? {}, change);
    this.stage.regate();
    this.repaint();
  }

  repaint() {
    this.paintStamps();
    this.paintStill();
    this.draw();
  }

  paintStill() {
    paintStill(this.stage, emptied(this.ui.base, this.stage));
  }

  /** In a stamped scene the output holds what each group has painted so far, and torch's values before and after. */
  paintStamps() {
    if (!this.paintings) return;
    const { output } = this.stage;
    const torch = this.scene.tensors.output.data;
    const per = torch.length / output.channels;
    output.data.set(torch);
    const { turn } = this.order.at(this.step);
    const whole = (this.step + 1) % this.order.cells === 0;
    for (const group of this.paintings.keys()) {
      const channel = group * this.order.turns + turn;
      const { sums, touched } = this.painted(channel);
      output.data.set(whole ? sums : sums.map((sum, i) => (touched[i] ? sum : NaN)), channel * per); // NaN: not painted yet
    }
    this.stage.forget("output");
  }

  /** The painting of an output channel after the stamps up to the playhead. */
  painted(channel) {
    const painting = this.paintings[Math.floor(channel / this.order.turns)];
    return painting.upTo(channel, this.clock.step % this.order.cells, (step) => this.order.at(step).cell);
  }

  /** Have the moving part drawn anew. */
  draw() {
    for (const player of this.group) {
      player.stale = true;
      player.ask();
    }
  }

  /** Ask for a frame; there is at most one on its way. */
  ask() {
    this.pending ??= requestAnimationFrame((now) => this.frame(now));
  }

  /** Let the time pass. Where the window stands still between two moves, what is drawn already stays. */
  frame(now) {
    this.pending = null;
    if (!this.scene || !this.stage.layout) return;
    const { clock } = this;
    const moving = [clock.frame(now), this.sweeps(now)].some(Boolean);
    if (this.step !== this.at) this.stepped();
    report(this, now);
    const { from, to, part } = clock.move;
    const place = `${this.written} ${from} ${part && `${to} ${part}`}`;
    if (this.stale || place !== this.drawn) drawMoving(this.stage, emptied(this.ui.light, this.stage), this);
    Object.assign(this, { drawn: place, stale: false });
    if (moving) for (const player of this.group) player.ask();
  }

  /** Let the gate's strength grow from 0 to 1. Returns true while it does. */
  sweeps(now) {
    if (!this.sweep || !this.stage.gating) return false;
    this.sweep.since ??= now;
    const strength = Math.min(1, (now - this.sweep.since) / SWEEP);
    if (strength === 1) this.sweep = null;
    showSlider(this.ui.strength, strength);
    Object.assign(this.stage.gating, { strength });
    this.stage.regate();
    this.paintStill();
    this.stale = true;
    return this.sweep !== null;
  }

  /** After the playhead has moved: another channel or another stamp redraws the still part, too. */
  stepped() {
    const { channel, cell } = this.here();
    this.at = this.step;
    const other = channel !== this.stage.selected || (!this.stage.stamping && cell[0] !== this.stage.depth && this.stage.strip.length);
    if (other) this.stage.select(channel, this.stage.stamping ? 0 : cell[0]);
    if (other || this.follow() || this.paintings) {
      this.paintStamps();
      this.paintStill();
    }
  }

  /** Keep the running window in a zoomed view, unless the reader is looking at something else. */
  follow() {
    if (this.shown()) return false;
    const lit = litBy(this.stage, this.lookUp(this.here()));
    return [this.stage.follow("input", lit.input?.places), this.stage.follow("output", lit.output?.places)].some(Boolean);
  }

  /** A selection of the playhead in stamped scenes names an input cell of the first channel that is read. */
  lookUp(selection) {
    if (!this.stage.stamping || selection.kind !== "input" || selection.own) return selection;
    return { ...selection, channel: readsOf(this.scene, selection.channel)[0] };
  }

  /** Is this place of the selected output map not computed yet? A cell that is pointed at is shown. */
  hides([, row, column]) {
    if (this.stage.stamping || !isVeiled(this.stage)) return false;
    const { turn, cell } = this.order.at(this.step);
    const place = [cell[0], row, column];
    const asked = this.shown();
    if (asked?.kind === "output" && String(asked.cell) === String(place)) return false;
    return this.order.stepOf(turn, place) > this.clock.step;
  }

  /** Go to an output channel, and to its group. */
  toChannel(channel) {
    this.team = Math.floor(channel / this.order.turns);
    this.clock.go(this.order.stepOf(channel % this.order.turns, this.order.at(this.step).cell));
    this.clock.glide = null;
    this.select();
  }

  /** A choice that changes colours only. */
  choose(change) {
    change();
    this.theme();
  }

  /** A choice that changes the order of the steps: the playhead keeps its channel and, where it can, its cell. */
  retell(change) {
    const { turn, cell } = this.order.at(this.step);
    change();
    this.hovered = this.pinned = null;
    this.tell();
    this.reorder({ turn, cell });
    this.theme();
  }

  /** Pixel of a cell's middle on the page, and what is lit: handles for tests. */
  locate(area, channel, cell) {
    const panel = this.stage[area];
    const place = cell.map((at, i) => panel.lines[i].indexOf(at));
    const map = this.stage.mapsOf(area).find((m) => m.depth === place[0] && (area !== "input" || m.channel === channel));
    const box = this.ui.stage.getBoundingClientRect();
    const [x, y] = middleOf(map.port, place[1], place[2]);
    return [box.left + x * this.scale, box.top + y * this.scale];
  }

  lit() {
    return litBy(this.stage, this.lookUp(this.shown() ?? this.here()));
  }

  stop() {
    together.delete(this);
    this.sizes.disconnect();
    this.leaving.abort();
    cancelAnimationFrame(this.pending);
    this.pending = null;
  }
}

const players = new WeakMap();

/**
 * Show a scene in `root`, or another scene in the player that is there already.
 *
 * @param {HTMLElement} root
 * @param {Uint8Array} bytes the scene's blob
 * @param {{autoplay?: boolean, tell?: (name: string, value: object) => void}} options `tell` is how to ask the page to share a step
 * @returns {() => void} clean-up
 */
export function play(root, bytes, { autoplay = true, tell } = {}) {
  if (!players.has(root)) players.set(root, new Player(root));
  const player = players.get(root);
  player.share = tell && ((step) => tell("shared", { step, ...player.opening() }));
  const framed = new URLSearchParams(location.search).get("embed") === "true"; // without the tab that shares
  player.ui.share.hidden = !tell || framed || ["follows", "alone"].includes(root.dataset.role);
  player.load(bytes, autoplay);
  return () => {
    player.stop();
    players.delete(root);
  };
}

/** The page has other colours now: draw the scene in `root` anew in them. */
export function recolour(root) {
  players.get(root)?.theme();
}
