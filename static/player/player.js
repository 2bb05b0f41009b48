// The player: one scene, one clock, one selection. Animation, hover, step and scrub stay in the browser.
import { act, makeGestures, press } from "./actions.js";
import { CANVAS } from "../drawing/canvas.js";
import { emptied, fitCanvases } from "./canvases.js";
import { Clock } from "./clock.js";
import { buildControls, nameSteps, showScene } from "./controls.js";
import { Cursor } from "./cursor.js";
import { isFull, tallFor } from "./full.js";
import { listenKeys, listenPointer } from "./gestures.js";
import { Height } from "./height.js";
import { Herald } from "./herald.js";
import { litBy, readsOf } from "../drawing/lights.js";
import { isVeiled } from "../drawing/moving.js";
import { arrive, dress, isAgain, open, opening, sentTo } from "./arriving.js";
import { clampTo, makeOrder } from "../drawing/order.js";
import { arrowKeys, middleOf } from "../drawing/port.js";
import { follow, frame } from "./frames.js";
import { paintStamps } from "./growing.js";
import { Stage } from "../drawing/stage.js";
import { Painting } from "../drawing/stamp.js";
import { paintStill } from "../drawing/still.js";
import { staged } from "./staged.js";
import { placeStops } from "./stops.js";
import { lookOf } from "./theme.js";
import { range } from "../drawing/tables.js";
import { showTicks } from "./transport.js";
import { walkable } from "./walking.js";
import { watch } from "./watching.js";

// Players of one page that go together share a clock: one leads and has the knobs, the others follow.
/** @type {Set<Player>} */
const together = new Set();

const LAPTOP = [1150, 500]; // pixels of a stage as it is on a laptop: a full screen shows it as much larger as fits

export class Player {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.joins = Boolean(root.dataset.role);
    this.ui = buildControls(root, (name, value) => act(this, name, value));
    this.stage = new Stage(CANVAS);
    this.clock = (this.joins && [...together][0]?.clock) || new Clock();
    if (this.joins) together.add(this);
    this.herald = new Herald(this.ui.said);
    this.cursor = new Cursor(this);
    this.readout = new Height(this.ui.readout);
    this.scale = 1; // pixels of the page for each of the stage
    Object.assign(this, { hovered: null, pinned: null, team: 0, serpentine: false, lens: null, stampWanted: true, written: "", wroteAt: 0 });
    listenKeys(root, (name) => press(this, name));
    listenPointer(this.ui.stage, makeGestures(this));
    const unwatch = watch(this);
    this.unwatch = () => {
      together.delete(this);
      unwatch();
    };
    Object.assign(this.ui.stage, { player: this }); // a handle for tests and for the curious
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
    return this.order.within(this.clock.step);
  }

  /**
   * Show a scene. The playhead stays where it was, pulled back inside if the maps have shrunk; or goes where it is sent.
   * @param {Scene} scene @param {boolean} autoplay
   */
  load(scene, autoplay) {
    const { at: before, opens: opened } = this.scene?.meta ?? {};
    const held = this.order ? this.order.at(this.at) : { turn: 0, cell: [0, 0, 0] };
    this.scene = scene;
    this.team = Math.min(this.team, this.scene.meta.groups - 1);
    this.hovered = this.pinned = null;
    this.tell();
    const opens = sentTo(this.scene.meta.opens ?? null, opened);
    const at = opens ? null : sentTo(this.scene.meta.at, before);
    const sent = opens !== null || at !== null;
    this.reorder(opens ? open(this, opens, held) : at ? arrive(this, at) : held);
    this.theme();
    if (opens && dress(this, opens.look)) {
      this.reorder(open(this, opens, held));
      this.theme();
    }
    if (sent && follow(this)) this.repaint();
    if (!this.started && autoplay && this.leads && !this.clock.calm && !sent) this.clock.play();
    this.started = true;
    this.readout.forget();
    this.root.style.minHeight = "";
    this.loaded = (this.loaded ?? 0) + 1;
    this.subject = null;
    this.root.dataset.ready = this.scene.meta.title;
  }

  turns() {
    return this.scene.tensors.output.shape[0] / this.scene.meta.groups;
  }

  /** Is the lens on? Over a mask that is looked at as a whole only if it is asked for. */
  get lensed() {
    return this.lens ?? this.scene.meta.view !== "gate";
  }

  /** Put the scene on stage, told as it is wanted. */
  tell() {
    const { meta } = this.scene;
    this.stage.load(this.scene, this.stampWanted);
    showScene(this.ui, meta);
    this.ui.lens.checked = this.lensed;
    nameSteps(this.ui, arrowKeys(this.visited.turned));
    const paint = () => new Painting(this.scene, this.stage.stamps);
    this.paintings = this.stage.stamping ? range(meta.groups).map(paint) : [];
  }

  /** The panel whose cells the steps go through. */
  get visited() {
    return this.stage[this.visitedName];
  }

  /** @returns {"input" | "output"} */
  get visitedName() {
    return this.stage.stamping ? "input" : "output";
  }

  /** @param {Playhead} playhead */
  reorder(playhead) {
    const { shape } = this.scene.tensors[this.visitedName];
    this.order = makeOrder(this.turns(), shape.slice(1), this.serpentine);
    const { turn, cell } = clampTo(this.order, playhead);
    if (this.leads) {
      const { steps, cells } = this.order;
      Object.assign(this.clock, { steps, cells, glide: null, rest: 0, step: this.order.stepOf(turn, cell) });
    }
    this.at = this.step;
    this.ui.scrub.max = String(this.order.steps - 1);
    showTicks(this.ui.ticks, this.order.turns);
  }

  /** The cell at the playhead: what is computed now, in the group that is looked at. @param {number} step @returns {CellAt} */
  here(step = this.step) {
    const { turn, cell } = this.order.at(this.order.within(step));
    return { kind: this.stage.stamping ? "input" : "output", channel: this.team * this.order.turns + turn, cell };
  }

  /** What the readout speaks of: the hovered cell, else the keys' cursor, else the pinned cell; null is the playhead's. */
  shown() {
    return this.hovered ?? this.cursor.at ?? this.pinned ?? null;
  }

  theme() {
    this.page = lookOf(this.root, this.page);
    this.stage.setTheme(this.page.look, this.page.dark);
    this.resize(this.wide);
  }

  /** @param {number} [wide] pixels of the stage, where they are known: asking has the page laid out at once */
  resize(wide = this.ui.stage.clientWidth) {
    const width = Math.floor(wide);
    if (!this.scene || width < 40) return; // a hidden tab
    const { ui } = this;
    const tall = tallFor(this);
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

  repaint() {
    paintStamps(this);
    this.paintStill();
    this.draw();
  }

  paintStill() {
    paintStill(this.stage, emptied(this.ui.base, this.stage));
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

  /** @param {number} now */
  frame(now) {
    frame(this, now);
  }

  /** A selection of the playhead in stamped scenes names an input cell of the first channel that is read. @param {Subject} selection */
  lookUp(selection) {
    return selection.kind === "kernel" ? selection : this.lookUpCell(selection);
  }

  /** @param {CellAt} selection */
  lookUpCell(selection) {
    if (!this.stage.stamping || selection.kind !== "input" || selection.own) return selection;
    return { ...selection, channel: readsOf(this.scene, selection.channel)[0] };
  }

  /** Is this place of the selected output map not computed yet? A cell that is pointed at is shown. @param {Cell} place */
  hides([, row, column]) {
    if (this.stage.stamping || !isVeiled(this.stage)) return false;
    const { turn, cell } = this.order.at(this.step);
    const place = [cell[0], row, column];
    const asked = this.shown();
    if (asked?.kind === "output" && String(asked.cell) === String(place)) return false;
    return this.order.stepOf(turn, place) > this.clock.step;
  }

  /**
   * Pixel of a cell's middle on the page, and what is lit: handles for tests.
   * @param {PanelName} area @param {number} channel @param {Cell} cell
   */
  locate(area, channel, cell) {
    const panel = this.stage[area];
    const place = cell.map((at, i) => panel.lines[i].indexOf(at));
    const map = this.stage.mapsOf(area).find((m) => m.depth === place[0] && (area !== "input" || m.channel === channel));
    const box = this.ui.stage.getBoundingClientRect();
    if (!map) throw new Error(`No map of the ${area} is there.`);
    const [x, y] = middleOf(map.port, place[1], place[2]);
    return [box.left + x * this.scale, box.top + y * this.scale];
  }

  lit() {
    return litBy(this.stage, this.lookUp(this.shown() ?? this.here()));
  }
}

const stages = staged(Player, (player, scene, { bytes, autoplay, tell, shares }) => {
  const without = !shares || ["follows", "alone"].includes(player.root.dataset.role ?? "");
  player.ui.share.hidden = without;
  player.ui.nudge.hidden = without || !scene.meta.nudges;
  player.ui.loss.hidden = without || !scene.meta.losses;
  player.share = tell && ((step) => tell("shared", { step, ...opening(player) }));
  player.nudge = tell && ((place) => tell("nudge", { place }));
  player.lose = tell && ((places) => tell("loss", places));
  const again = isAgain(player.bytes, bytes);
  player.bytes = bytes;
  if (again) player.theme(); // the page may have other colours now
  else player.load(scene, autoplay);
});

/** Show a scene in an element, or another one in the component that is there already. */
export const play = stages.play;

/** The page has other colours now. */
export const recolour = stages.recolour;
