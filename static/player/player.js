// The player: one scene, one clock, one selection. Animation, hover, step and scrub stay in the browser.
import { readBlob } from "./blob.js";
import { Clock, SPEEDS } from "./clock.js";
import { luminance } from "./colour.js";
import { buildControls, showPlaying, showTicks } from "./controls.js";
import { listenKeys, listenPointer } from "./gestures.js";
import { litBy, readsOf } from "./lights.js";
import { clampTo, makeOrder } from "./order.js";
import { placeWords, writeKernel, writeReach, writeStamp, writeSum } from "./readout.js";
import { RULES, agrees, torchValue } from "./rules.js";
import { between, lightUp, showLens, showWork, veil, veilTurns } from "./show.js";
import { Stage, makeLook } from "./stage.js";
import { Painting, canStamp, stampOf } from "./stamp.js";
import { ravel } from "./tables.js";

const READOUTS_PER_SECOND = 8; // while it runs fast; a single step is written at once
const WHEEL_ZOOMS_BELOW = 18; // pixels per cell: smaller cells take the wheel, larger ones leave it to the page

class Player {
  constructor(root) {
    this.root = root;
    this.ui = buildControls(root, (name, value) => this.act(name, value));
    this.stage = new Stage(this.ui.base, this.ui.light);
    this.clock = new Clock();
    Object.assign(this, { hovered: null, pinned: null, group: 0, serpentine: false, lens: true, stampWanted: true, written: "", wroteAt: 0 });
    listenKeys(root, (name) => this.act(name));
    listenPointer(this.ui.stage, this.gestures());
    this.watch();
    this.ui.stage.player = this; // a handle for tests and for the curious
  }

  /** Redraw on size and theme changes; stop the clock of a hidden tab. */
  watch() {
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.ui.stage);
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.clock.calm = motion.matches;
    this.fresh = true;
    motion.addEventListener("change", () => {
      this.clock.calm = motion.matches;
      if (motion.matches) this.clock.pause();
    });
    document.addEventListener("visibilitychange", () => (this.last = null));
  }

  /** Show a scene. The playhead stays where it was, pulled back inside if the maps have shrunk. */
  load(bytes, autoplay) {
    const { channel: turn, cell } = this.order ? this.here() : { channel: 0, cell: [0, 0, 0] };
    this.scene = readBlob(bytes);
    this.group = Math.min(this.group, this.scene.meta.groups - 1);
    this.hovered = this.pinned = null;
    this.tell();
    this.stage.load(this.scene);
    this.reorder({ turn: this.order ? turn % this.turns() : 0, cell });
    this.theme();
    if (this.fresh && autoplay && !this.clock.calm) this.clock.play();
    this.fresh = false;
    this.ui.readout.style.minHeight = "";
    this.root.dataset.ready = this.scene.meta.title;
  }

  turns() {
    return this.scene.tensors.output.shape[0] / this.scene.meta.groups;
  }

  /** Choose how the scene is told: a transposed convolution may be told from its input. */
  tell() {
    const { meta } = this.scene;
    this.ui.view.hidden = !meta.stamp;
    this.ui.coverage.textContent = meta.stamp ? "times painted" : "times read";
    this.stage.scene = this.scene;
    this.stage.stamping = false;
    this.painting = null;
    if (!meta.stamp || !this.stampWanted) return;
    this.stage.load(this.scene);
    this.stage.stamping = canStamp(this.scene, this.stage.stamps);
    if (this.stage.stamping) this.painting = new Painting(this.scene, this.stage.stamps);
  }

  reorder(playhead) {
    const visited = this.stage.stamping ? this.scene.tensors.input : this.scene.tensors.output;
    this.order = makeOrder(this.turns(), visited.shape.slice(1), this.serpentine);
    const { turn, cell } = clampTo(this.order, playhead);
    Object.assign(this.clock, { steps: this.order.steps, cells: this.order.cells, glide: null, rest: 0 });
    this.clock.step = this.order.stepOf(turn, cell);
    this.ui.scrub.max = this.order.steps - 1;
    showTicks(this.ui.ticks, this.order.turns);
  }

  /** The cell at the playhead: what is computed now, in the group that is looked at. */
  here(step = this.clock.step) {
    const { turn, cell } = this.order.at(step);
    return { kind: this.stage.stamping ? "input" : "output", channel: this.group * this.order.turns + turn, cell };
  }

  /** What the readout speaks of: the hovered cell, else the pinned one, else the playhead's. */
  shown() {
    return this.hovered ?? this.pinned ?? null;
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
    const look = makeLook(probe, {
      text: read("--st-text-color") || (dark ? "#fafafa" : "#111418"),
      background,
      font: read("--st-font") || "system-ui, sans-serif",
      dark,
    });
    this.stage.setTheme(look, dark);
    this.resize();
  }

  resize() {
    const width = Math.floor(this.ui.stage.clientWidth);
    if (!this.scene || width < 40) return; // a hidden tab
    const tall = Math.round(Math.max(320, Math.min(innerHeight * 0.52, 620)));
    this.stage.resize(width, tall, Math.min(devicePixelRatio || 1, 2));
    this.select();
  }

  /** Follow the playhead's channel; redraw the still part. */
  select() {
    const { channel, cell } = this.here();
    Object.assign(this.stage, { selected: channel, depth: this.stage.stamping ? 0 : cell[0] });
    this.stage.place();
    this.repaint();
  }

  repaint() {
    this.paintStamps();
    this.stage.paint();
    this.draw();
  }

  /** In a stamped scene the output holds what has been painted so far. */
  paintStamps() {
    if (!this.painting) return;
    const { turn } = this.order.at(this.clock.step);
    const { output } = this.stage;
    const torch = this.scene.tensors.output.data;
    const per = torch.length / output.channels;
    for (let group = 0; group < this.scene.meta.groups; group++)
      for (let k = 0; k < this.order.turns; k++) {
        const channel = group * this.order.turns + k;
        if (k !== turn) output.data.set(torch.subarray(channel * per, (channel + 1) * per), channel * per);
      }
    const sums = this.painting.upTo(this.stage.selected, this.clock.step % this.order.cells, (i) => this.order.at(i).cell);
    output.data.set(sums, this.stage.selected * per);
    this.stage.forget("output");
  }

  /** Ask for a frame; there is at most one on its way. */
  draw() {
    this.pending ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.pending = null;
    if (!this.scene || !this.stage.layout) return;
    const dt = this.last ? Math.min((now - this.last) / 1000, 0.25) : 0;
    const before = this.clock.step;
    const moving = this.clock.tick(dt);
    this.last = moving ? now : null;
    if (this.clock.step !== before) this.stepped();
    this.light();
    this.report(now);
    if (moving) this.draw();
  }

  /** After the playhead has moved: another channel or another stamp redraws the still part, too. */
  stepped() {
    const { channel, cell } = this.here();
    const other = channel !== this.stage.selected || (!this.stage.stamping && cell[0] !== this.stage.depth && this.stage.strip.length);
    if (other) {
      Object.assign(this.stage, { selected: channel, depth: this.stage.stamping ? 0 : cell[0] });
      this.stage.place();
    }
    const lit = litBy(this.stage, this.lookUp(this.here()));
    const panned = [this.stage.follow("input", lit.input?.places), this.stage.follow("output", lit.output?.places)].some(Boolean);
    if (other || panned || this.painting) {
      this.paintStamps();
      this.stage.paint();
    }
  }

  /** A selection of the playhead in stamped scenes names an input cell of the first channel that is read. */
  lookUp(selection) {
    if (!this.stage.stamping || selection.kind !== "input" || selection.own) return selection;
    return { ...selection, channel: readsOf(this.scene, selection.channel)[0] };
  }

  /** Draw the moving part. */
  light() {
    const { stage, clock } = this;
    const ctx = this.ui.light.getContext("2d");
    ctx.setTransform(stage.ratio, 0, 0, stage.ratio, 0, 0);
    ctx.clearRect(0, 0, stage.width, stage.layout.height);
    if (stage.stamping) veilTurns(ctx, stage, this.order, clock.step);
    else veil(ctx, stage, this.order, clock.step);
    const shown = this.shown();
    this.lightRunning(ctx, shown !== null);
    const subject = shown ?? this.here();
    const channel = subject.kind === "input" ? this.here().channel : subject.channel;
    const lit = shown ? litBy(stage, shown) : null;
    if (lit) {
      const style = this.style(shown.kind === "output" ? stage.groupOf(shown.channel, stage.output.channels) : this.group, true);
      lightUp(ctx, stage, stage.inputs, lit.input, style);
      lightUp(ctx, stage, [...stage.outputs, ...stage.strip], lit.output, style);
    }
    showWork(ctx, stage, this.worked(subject), channel, lit?.taps);
    const around = lit ?? litBy(stage, this.lookUp(this.here()));
    const style = this.style(this.group, true);
    if (!this.lens) return;
    showLens(ctx, stage, stage.inputs, around.input, style);
    showLens(ctx, stage, stage.outputs, around.output, style);
  }

  /** The running window (or stamp) of every group; a ghost while something else is shown. */
  lightRunning(ctx, ghost) {
    const { stage, clock } = this;
    const { from, to, part } = clock.move;
    for (let group = 0; group < this.scene.meta.groups; group++) {
      const at = (step) => {
        const now = this.here(step);
        const channel = group * this.order.turns + (now.channel % this.order.turns);
        return litBy(stage, this.lookUp({ ...now, channel }));
      };
      const [a, b] = [at(from), part ? at(to) : null];
      const style = this.style(group, !ghost);
      const reads = (lit) => lit && { ...lit.input, channels: readsOf(this.scene, group * this.order.turns) };
      lightUp(ctx, stage, stage.inputs, between(reads(a), reads(b), part), style);
      const outputs = [...stage.outputs, ...stage.strip];
      const own = (lit) => lit && { ...lit.output, channels: this.turnChannels(group, clock.step) };
      lightUp(ctx, stage, outputs, between(own(a), own(b), stage.stamping ? part : 0), style);
    }
  }

  turnChannels(group, step) {
    const channel = group * this.order.turns + this.order.at(step).turn;
    return [channel, channel + 1];
  }

  style(group, strong) {
    const { look } = this.stage;
    const colour = this.scene.meta.groups > 1 ? this.stage.groupColour(group) : look.text;
    return strong
      ? { colour, width: 2.5, wash: look.grid, fill: colour }
      : { colour, width: 1.5, wash: look.grid, fill: colour, dash: [4, 3], alpha: 0.55 };
  }

  /** The arithmetic of the shown cell; null where the subject is not one output cell or one stamp. */
  worked({ kind, channel, cell }) {
    if (kind === "output") return RULES[this.scene.meta.rule](this.scene, this.stage.axes, channel, cell);
    if (kind === "input" && this.stage.stamping) {
      const owner = this.here().channel;
      const painted = stampOf(this.scene, this.stage.stamps, owner, cell);
      const [first, last] = readsOf(this.scene, owner);
      const terms = painted[0].products.flatMap((_, c) => painted.map((p) => p.products[c]));
      const sum = terms.reduce((total, { product }) => total + product, 0);
      return { first, last, perChannel: painted.length, terms, sum, bias: null, value: sum, painted };
    }
    return null;
  }

  /** Write the sentence if another cell is shown; not at every frame of a fast run. */
  report(now) {
    const { clock, ui } = this;
    ui.scrub.value = clock.step;
    const { turn, cell } = this.order.at(clock.step);
    ui.count.textContent = `step ${clock.step + 1} of ${this.order.steps}`;
    ui.scrub.setAttribute("aria-valuetext", `${ui.count.textContent}, channel ${turn}, ${placeWords(this.scene.meta, cell)}`);
    showPlaying(ui.toggle, clock.playing);
    ui.speed.value = clock.speed;
    Object.assign(this.root.dataset, { step: clock.step, playing: clock.playing });
    const subject = this.shown() ?? this.here();
    const key = JSON.stringify([subject, this.stage.stamping ? clock.step : 0, this.stage.scaleChoice, this.root.dataset.ready]);
    if (key === this.written && this.stage.look === this.wroteLook) return;
    if (clock.playing && clock.rate > READOUTS_PER_SECOND && now - this.wroteAt < 1000 / READOUTS_PER_SECOND && !this.shown()) return;
    Object.assign(this, { written: key, wroteAt: now, wroteLook: this.stage.look });
    ui.readout.setAttribute("aria-live", clock.playing ? "off" : "polite");
    this.write(subject);
    const { readout } = ui; // it grows, but never shrinks under the reader's eyes
    readout.style.minHeight = `${Math.max(parseFloat(readout.style.minHeight) || 0, readout.offsetHeight)}px`;
  }

  write(subject) {
    const { ui, scene, stage } = this;
    if (subject.kind === "output") {
      const worked = this.worked(subject);
      const torch = torchValue(scene, subject.channel, subject.cell);
      writeSum(ui.readout, stage, subject, worked, torch, agrees(scene, worked, torch));
    } else if (subject.kind === "kernel") {
      const lit = litBy(stage, subject);
      const { weight } = scene.tensors;
      writeKernel(ui.readout, stage, subject, weight.data[ravel([subject.channel, ...subject.tap], weight.shape)], lit);
    } else {
      const { input } = scene.tensors;
      const looked = this.lookUp(subject);
      const value = input.data[ravel([looked.channel, ...looked.cell], input.shape)];
      if (stage.stamping && !subject.own) this.writeStamp(subject, value);
      else writeReach(ui.readout, stage, looked, value, litBy(stage, looked));
    }
  }

  /** A stamp, and whether every cell that it finished agrees with torch. */
  writeStamp(subject, value) {
    const { scene, stage, painting, order } = this;
    const { channel } = this.here();
    const { painted } = this.worked(subject);
    const sums = painting.upTo(channel, this.clock.step % order.cells, (i) => order.at(i).cell);
    const done = this.clock.step % order.cells;
    const finished = painted.filter(({ cell }) => cell && this.lastPainter(cell) <= done);
    const ok = finished.every(({ cell }) =>
      agrees(scene, { value: sums[ravel(cell, painting.shape)], terms: [] }, torchValue(scene, channel, cell)),
    );
    writeStamp(this.ui.readout, stage, { channel, cell: subject.cell }, painted, value, finished.length, ok);
  }

  /** The step at which an output cell is painted for the last time. */
  lastPainter(cell) {
    const readers = cell.map((o, i) => {
      const axis = this.stage.axes[i];
      const found = [];
      for (let t = 0; t < axis.taps; t++) if (axis.source(o, t) >= 0) found.push(axis.source(o, t));
      return found;
    });
    let last = -1;
    for (const d of readers[0]) for (const r of readers[1]) for (const c of readers[2]) last = Math.max(last, this.order.stepOf(0, [d, r, c]));
    return last;
  }

  /** What a pixel of the stage means as a selection; null for none. */
  selectionAt(x, y) {
    const hit = this.stage.hit(x, y);
    if (!hit) return null;
    if (hit.area === "kernel") return { kind: "kernel", channel: this.here().channel, tap: hit.tap };
    if (hit.area === "strip" || hit.content.kind) return null;
    return { kind: hit.area, channel: hit.map.channel, cell: hit.content.cell, own: true };
  }

  gestures() {
    const panelAt = (x, y) => {
      const area = this.stage.hit(x, y)?.area;
      return area === "input" || area === "output" ? area : null;
    };
    return {
      hover: (x, y) => {
        const next = this.selectionAt(x, y);
        if (JSON.stringify(next) !== JSON.stringify(this.hovered)) {
          this.hovered = next;
          this.draw();
        }
      },
      leave: () => {
        this.hovered = null;
        this.draw();
      },
      tap: (x, y) => this.tap(x, y),
      twice: (x, y) => this.enlarge(x, y),
      pan: (dx, dy, x, y) => {
        const name = panelAt(x, y);
        if (!name || this.stage.views[name].zoom === 1) return;
        this.stage.pan(name, dx, dy);
        this.repaint();
      },
      zoom: (factor, x, y) => {
        const name = panelAt(x, y);
        if (name) this.zoom(name, factor, x, y);
      },
      zoomable: (x, y) => {
        const hit = this.stage.hit(x, y);
        return Boolean(hit?.map) && hit.area !== "strip" && (hit.map.port.sx < WHEEL_ZOOMS_BELOW || this.stage.views[hit.area].zoom > 1);
      },
    };
  }

  zoom(name, factor, x, y) {
    this.stage.zoom(name, factor, x, y);
    this.ui.stage.style.touchAction = ["input", "output"].some((n) => this.stage.views[n].zoom > 1) ? "none" : "pan-y";
    this.repaint();
  }

  /** Pin what is under the finger, or go to a channel of the strip; a second tap on the same cell lets go. */
  tap(x, y) {
    this.ui.stage.focus({ preventScroll: true });
    const hit = this.stage.hit(x, y);
    if (hit?.area === "strip") return this.toChannel(hit.map.channel);
    const next = this.selectionAt(x, y);
    this.pinned = JSON.stringify(next) === JSON.stringify(this.pinned) ? null : next;
    this.hovered = null;
    this.draw();
  }

  /** Fill the input panel with one map, or show all of them again. */
  enlarge(x, y) {
    const hit = this.stage.hit(x, y);
    if (hit?.area !== "input" || this.stage.inputMaps().length === 1) return;
    const all = this.stage.inputMaps();
    const index = all.findIndex((map) => map.channel === hit.map.channel && map.depth === hit.map.depth);
    this.stage.enlarged = this.stage.enlarged === null ? index : null;
    this.pinned = null;
    this.resize();
  }

  toChannel(channel) {
    this.group = Math.floor(channel / this.order.turns);
    this.clock.go(this.order.stepOf(channel % this.order.turns, this.order.at(this.clock.step).cell));
    this.clock.glide = null;
    this.select();
  }

  /** Move the cell one place along an axis; at the end of a row, on to the next. */
  move(axis, by) {
    const { turn, cell } = this.order.at(this.clock.step);
    const next = [...cell];
    next[axis] += by;
    this.pinned = null;
    this.clock.pause();
    if (axis === 2 && (next[2] < 0 || next[2] >= this.order.shape[2])) return this.clock.go(this.clock.step + by);
    if (next[axis] < 0 || next[axis] >= this.order.shape[axis]) return undefined;
    return this.clock.go(this.order.stepOf(turn, next));
  }

  /** Everything a control or a key can ask for. */
  act(name, value) {
    const { clock } = this;
    const before = clock.step;
    const faster = (by) => (clock.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(clock.speed) + by))]);
    const goTo = (step) => {
      clock.pause();
      this.pinned = null;
      clock.go(step);
    };
    const actions = {
      toggle: () => (clock.playing ? clock.pause() : clock.play()),
      first: () => goTo(0),
      back: () => goTo(clock.step - 1),
      next: () => goTo(clock.step + 1),
      last: () => goTo(clock.steps - 1),
      scrub: () => goTo(value),
      left: () => this.move(2, -1),
      right: () => this.move(2, 1),
      up: () => this.move(1, -1),
      down: () => this.move(1, 1),
      "channel-back": () => this.toChannel(Math.max(0, this.here().channel - 1)),
      "channel-next": () => this.toChannel(Math.min(this.stage.output.channels - 1, this.here().channel + 1)),
      slower: () => faster(-1),
      faster: () => faster(1),
      speed: () => (clock.speed = Number(value)),
      free: () => (this.pinned = this.hovered = null),
      help: () => (this.ui.help.hidden = !this.ui.help.hidden),
      scale: () => this.choose(() => (this.stage.scaleChoice = value)),
      coverage: () => this.choose(() => (this.stage.coverage = value)),
      lens: () => (this.lens = value),
      serpentine: () => this.retell(() => (this.serpentine = value)),
      view: () => this.retell(() => (this.stampWanted = value === "stamp")),
      "zoom-in": () => this.zoomBoth(1.5),
      "zoom-out": () => this.zoomBoth(1 / 1.5),
      "zoom-whole": () => this.zoomBoth(0),
    };
    actions[name]();
    if (clock.step !== before) this.stepped();
    this.draw();
  }

  zoomBoth(factor) {
    if (factor) for (const name of ["input", "output"]) this.zoom(name, factor, null, null);
    else this.stage.wholeView();
    this.repaint();
  }

  /** A choice that changes colours only. */
  choose(change) {
    change();
    this.theme();
  }

  /** A choice that changes the order of the steps: the playhead keeps its channel and, where it can, its cell. */
  retell(change) {
    const { turn, cell } = this.order.at(this.clock.step);
    change();
    this.hovered = this.pinned = null;
    this.tell();
    this.stage.load(this.scene);
    this.reorder({ turn, cell });
    this.theme();
  }

  /** Pixel of a cell's middle on the page, and what is lit: handles for tests. */
  locate(area, channel, cell) {
    const panel = this.stage[area];
    const maps = area === "input" ? this.stage.inputs : this.stage.outputs;
    const place = cell.map((at, i) => panel.lines[i].indexOf(at));
    const map = maps.find((m) => m.depth === place[0] && (area === "output" || m.channel === channel));
    const box = this.ui.stage.getBoundingClientRect();
    return [box.left + map.port.x + (place[2] - map.port.left + 0.5) * map.port.sx, box.top + map.port.y + (place[1] - map.port.top + 0.5) * map.port.sy];
  }

  lit() {
    return litBy(this.stage, this.lookUp(this.shown() ?? this.here()));
  }

  stop() {
    this.sizes.disconnect();
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
 * @param {{autoplay?: boolean}} options
 * @returns {() => void} clean-up
 */
export function play(root, bytes, { autoplay = true } = {}) {
  if (!players.has(root)) players.set(root, new Player(root));
  const player = players.get(root);
  player.load(bytes, autoplay);
  return () => {
    player.stop();
    players.delete(root);
  };
}
