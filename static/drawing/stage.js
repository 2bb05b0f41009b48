// The stage: panels laid out for a width, to be drawn in two parts: one that stands still, one that moves.
import { ALL, castOf } from "./cast.js";
import { Gating } from "./gating.js";
import { layoutPage, layoutStage } from "./layout.js";
import { countPanel, makeColours, makePanel, makePlane, scaleLimits, sizeOf } from "./panels.js";
import { blockOf, clampView, drawnSize, lieOf, placeAt, viewport, zoomAt } from "./port.js";
import { canStamp } from "./stamp.js";
import { axesOf, range } from "./tables.js";

const WHOLE = { zoom: 1, left: 0, top: 0 };
/** @type {PanelName[]} */
const PANELS = ["input", "gate", "output"];

/** Rows and columns of a panel's maps as they are drawn. @param {Panel} panel */
function drawn(panel) {
  const [, rows, columns] = sizeOf(panel);
  const [across, down] = drawnSize(rows, columns, panel.turned);
  return { rows: down, columns: across };
}

export class Stage {
  /**
   * @param {{hatch: Function, image: Function}} surface what makes what a context cannot draw by itself: see canvas.js
   * @param {typeof ALL | null} most of a page of paper, which is as high as it needs: maps that it holds; see cast.js
   */
  constructor(surface, most = null) {
    const views = Object.fromEntries(PANELS.map((name) => [name, WHOLE]));
    Object.assign(this, { surface, most, views, enlarged: null, selected: 0, depth: 0, gating: null });
    Object.assign(this, { width: 0, tall: 0, ratio: 1, scaleChoice: "layer", coverage: false, stamping: false });
  }

  /**
   * A new scene: panels, colours and rasters are made anew; zoom stays if the maps keep their size.
   * A transposed convolution is told from its input if that is wanted and the scene is small enough.
   * @param {Scene} scene @param {boolean} stampWanted
   */
  load(scene, stampWanted) {
    const before = this.input ? this.sizes() : "";
    this.scene = scene;
    this.axes = /** @type {Axis[]} */ (scene.tensors.from ? null : axesOf(scene)); // nobody asks where there are none
    this.stamps = /** @type {Axis[]} */ (scene.meta.stamp ? axesOf(scene, "stamp.") : null);
    this.stamping = stampWanted && this.stamps !== null && canStamp(scene, this.stamps);
    const { strength, threshold, hand } = this.gating ?? {};
    this.gating = scene.meta.view === "gate" ? new Gating(scene) : null;
    if (strength !== undefined) Object.assign(this.gating ?? {}, { strength, threshold, hand });
    this.arrange();
    if (before !== this.sizes()) this.wholeViews();
  }

  /** What a zoom holds for: how large the maps are drawn. */
  sizes() {
    return JSON.stringify([this.input, this.output].map((panel) => [sizeOf(panel)[0], drawn(panel)]));
  }

  /** Panels of the scene as it is told: by windows on the input, by stamps on the output, or as a gate. */
  arrange() {
    const { scene } = this;
    const { scales } = scene.meta;
    const laid = this.stamping || scene.meta.view !== "work" ? null : this.axes;
    this.input = this.gating ? makePlane(scene, "input", scales.input) : makePanel(scene, "input", laid);
    this.gate = /** @type {Panel} */ (this.gating ? makePlane(scene, "gate", scales.gate) : null);
    this.output = this.gating ? makePlane(scene, "output", scales.output) : makePanel(scene, "output", this.stamping ? this.stamps : null);
    this.thumbs = this.gating ? { ...makePlane(scene, "thumbs", scales.gate), blank: true } : this.output; // an image alone
    if (this.stamping) Object.assign(this.output, { data: Float32Array.from(this.output.data), unpainted: true });
    this.counted = null; // made when it is asked for
    this.rasters = new Map();
    this.recast({ channel: 0, cell: [0, 0, 0] });
    if ((this.enlarged ?? 0) >= this.inputMaps().length) this.enlarged = null;
  }

  /** How often each cell is read (or painted), as a panel of one channel: a product of one count per axis. */
  get counts() {
    this.counted ??= countPanel(this);
    return this.counted;
  }

  /** Panel on which coverage is counted, or none. */
  get covered() {
    return this.coverage && this.scene.meta.view === "work" ? (this.stamps ? "output" : "input") : "";
  }

  /** @param {Look} look @param {boolean} dark */
  setTheme(look, dark) {
    this.look = look;
    this.colours = makeColours(this.scene.meta, dark);
    this.limits = scaleLimits(this.scene, this.scaleChoice);
    this.rasters.clear();
  }

  /** Choose the maps that stand on stage for an output cell. Returns true if others did. @param {{channel: number, cell: Cell}} here */
  recast(here) {
    const before = JSON.stringify(this.cast);
    this.cast = castOf(this, here, this.most ?? ALL);
    return JSON.stringify(this.cast) !== before;
  }

  /**
   * Maps of the input panel: every channel, every depth; of a gate, the selected channel alone.
   * @returns {{channel: number, depth: number}[]}
   */
  inputMaps() {
    const { channels, depths, made } = this.cast;
    if (this.gating) return made.map((depth) => ({ channel: this.selected, depth }));
    return channels.flatMap((channel) => depths.map((depth) => ({ channel, depth })));
  }

  /** @param {number} channel @param {number} channels */
  groupOf(channel, channels) {
    return Math.floor(channel / (channels / this.scene.meta.groups));
  }

  /** Look at another output channel. @param {number} channel @param {number} depth */
  select(channel, depth) {
    Object.assign(this, { selected: channel, depth });
    this.regate();
    this.place();
  }

  /** The gate's panels show the selected channel, as hand and strength have it. */
  regate() {
    if (!this.gating) return;
    this.planes = this.gating.planes(this.selected);
    for (const name of PANELS) {
      this[name].data = this.planes[name];
      this.forget(name);
    }
  }

  /**
   * Lay everything out in `width` x `tall` pixels, each `scale` of the page's and `ratio` of the screen's divided by it.
   * @param {number} width @param {number} tall @param {number} ratio @param {number} [scale]
   */
  resize(width, tall, ratio, scale = 1) {
    Object.assign(this, { width, tall, ratio: ratio * scale });
    const { input, output } = this;
    const { groups, charts, ndim } = this.scene.meta;
    const line = ndim === 1;
    const { channels, depths, made: slices, strip } = this.cast;
    const made = drawn(output);
    const row = sizeOf(output)[0] * made.rows === 1 && made.columns > 1; // taller cells are easier to see
    const single = { count: slices.length, ...made, line: line || row };
    /** @param {number[]} shown @param {number} of */
    const whole = (shown, of) => (shown.length % (of / groups) === 0 ? (shown.length * groups) / of : 1); // groups that are all there
    const one = this.enlarged !== null;
    const each = { ...drawn(input), line };
    const all = { count: channels.length * depths.length, unit: channels.length > 1 ? depths.length : 1, groups: whole(channels, input.channels), ...each };
    this.layout = (this.most ? layoutPage : layoutStage)(width, tall, {
      input: this.gating ? single : one ? { count: 1, ...each } : all,
      kernel: this.kernelSize(),
      gate: this.gating ? single : null,
      output: single,
      maps: strip.length,
      groups: whole(strip, output.channels),
      charts: charts.length,
    });
    this.layGrids();
    this.place();
  }

  /** The middle's grids are maps, too: a window lies there as it lies on the input. */
  layGrids() {
    const { work } = this.layout;
    if (!work) return;
    const [rows, columns] = this.axes.slice(1).map((axis) => axis.taps);
    const cells = { cw: work.cell, ch: work.cell };
    work.grids = work.grids.map((grid) => ({ ...viewport(grid, rows, columns, cells, WHOLE, this.input.turned), row: grid.row, map: grid.map }));
  }

  /** What the middle of the stage shows of a window, as it is drawn, or null where there is no window to show. */
  kernelSize() {
    const { tensors, meta } = this.scene;
    if (meta.view !== "work") return null;
    const [depth, rows, columns] = this.axes.map((axis) => axis.taps);
    const [first, end] = tensors.reads.data;
    const [across, down] = drawnSize(rows, columns, this.input.turned);
    return { maps: (end - first) * depth, rows: down, columns: across, lines: meta.weighted ? 3 : 1 };
  }

  /** Viewports of every map on stage, after a layout, a zoom or a choice of channel. */
  place() {
    const { layout, input, output, views } = this;
    /** @param {Panel} panel @param {Fitted} cells @param {Rect} slot @param {View} view @returns {Port} */
    const port = (panel, cells, slot, view) => {
      const [, rows, columns] = sizeOf(panel);
      return { ...viewport(slot, rows, columns, cells, view, panel.turned), bars: this.scene.meta.ndim === 1 };
    };
    /** @param {PanelName} name @param {Panel} panel @param {Fitted} cells */
    const clamp = (name, panel, cells) => {
      views[name] = clampView(views[name], port(panel, cells, cells.slots[0], views[name]));
      return views[name];
    };
    /** @param {{channel: number, depth: number}[]} maps @param {Panel} panel @param {Fitted} cells @param {View} view @returns {OnStage[]} */
    const put = (maps, panel, cells, view) => maps.map((map, i) => ({ ...map, panel, port: port(panel, cells, cells.slots[i], view) }));
    const all = this.inputMaps();
    const shown = this.enlarged === null || this.gating ? all : [all[this.enlarged]];
    const made = this.cast.made.map((depth) => ({ channel: this.selected, depth }));
    this.inputs = put(shown, input, layout.input, clamp("input", input, layout.input));
    this.gates = this.gate && layout.gate ? put(made, this.gate, layout.gate, clamp("gate", this.gate, layout.gate)) : [];
    this.outputs = put(made, output, layout.output, clamp("output", output, layout.output));
    const depth = Math.min(this.depth + output.low[0], output.lines[0].length - 1);
    const each = this.cast.strip.map((channel) => ({ channel, depth }));
    this.strip = layout.strip ? put(each, this.thumbs, layout.strip, WHOLE) : [];
  }

  /** All large maps. */
  get maps() {
    return [...this.inputs, ...this.gates, ...this.outputs];
  }

  /** A panel's values have changed: its images are made anew when they are drawn. @param {string} name */
  forget(name) {
    for (const key of this.rasters.keys()) if (key.startsWith(name)) this.rasters.delete(key);
  }

  /** Colours and limits of one channel of a tensor. @param {PanelName | "weight"} name @param {number} [channel] @returns {Legend} */
  legend(name, channel = 0) {
    return { ramp: this.colours.ramps[this.scene.meta.scales[name]], lim: this.limits[name][channel] };
  }

  /**
   * Image, colours and limits of a map; images are kept until the scene, the theme or the scale changes.
   * @param {OnStage} map @returns {Dressed}
   */
  dress(map) {
    const counted = this.covered === map.panel.name;
    const panel = counted ? this.counts : map.panel;
    const channel = counted ? 0 : map.channel;
    const ramp = this.colours.ramps[panel.scale];
    const lim = panel.lim ?? (this.limits[panel.name] ?? this.limits.gate)[channel];
    return { ...map, panel, channel, ramp, lim, image: this.image(panel, { ...map, channel }, ramp, lim), counted };
  }

  /** @param {Panel} panel @param {OnStage} map @param {RGB[]} ramp @param {Limits} lim */
  image(panel, { channel, depth, port }, ramp, lim) {
    const key = `${panel.name}${panel.scale}:${channel}:${depth}`;
    if (!this.rasters.has(key)) {
      const thumb = panel === this.thumbs && this.gating;
      const plane = thumb ? { ...panel, data: thumb.computed(channel) } : panel;
      const every = thumb ? Math.max(1, Math.floor(1 / (port.sx * this.ratio))) : 1; // no finer than it is drawn
      this.rasters.set(key, this.surface.image(plane, channel, depth, { ramp, lim, every }));
    }
    return this.rasters.get(key);
  }

  /** Panels that are zoomed together: signal, gate and product are the same pixels. @param {PanelName} name @returns {PanelName[]} */
  linked(name) {
    return this.gating ? PANELS : [name];
  }

  /** @param {PanelName} name @returns {OnStage[]} */
  mapsOf(name) {
    return { input: this.inputs, gate: this.gates, output: this.outputs }[name];
  }

  /**
   * Zoom a panel about a point of it, or its middle.
   * @param {PanelName} name @param {number} factor @param {number | null} [x] @param {number | null} [y]
   */
  zoom(name, factor, x = null, y = null) {
    const maps = this.mapsOf(name);
    const map = maps.find(({ port }) => x !== null && y !== null && placeAt(port, x, y)) ?? maps[0];
    const { port } = map;
    const view = zoomAt(this.views[name], port, factor, x ?? port.x + port.w / 2, y ?? port.y + port.h / 2);
    for (const linked of this.linked(name)) this.views[linked] = view;
    this.place();
  }

  /** @param {PanelName} name @param {number} dx @param {number} dy */
  pan(name, dx, dy) {
    const { port } = this.mapsOf(name)[0];
    const view = this.views[name];
    for (const linked of this.linked(name)) this.views[linked] = { ...view, left: view.left - dx / port.sx, top: view.top - dy / port.sy };
    this.place();
  }

  wholeViews() {
    for (const name of PANELS) this.views[name] = WHOLE;
  }

  /**
   * Follow the window: pan a zoomed panel so that these places are inside it. Returns true if it moved.
   * @param {"input" | "output"} name @param {number[][]} [places]
   */
  follow(name, places) {
    const view = this.views[name];
    if (view.zoom === 1 || !places) return false;
    const { port } = this.mapsOf(name)[0];
    /** @param {number} at @param {number} size @param {number} low @param {number} high */
    const inside = (at, size, low, high) => (low < at ? low : high > at + size ? Math.max(low - size / 2, high - size) : at);
    const lie = lieOf(port, ...blockOf(places[1], places[2]));
    const top = inside(view.top, port.h / port.sy, lie.top, lie.top + lie.down);
    const left = inside(view.left, port.w / port.sx, lie.left, lie.left + lie.across);
    if (top === view.top && left === view.left) return false;
    for (const linked of this.linked(name)) this.views[linked] = { ...view, top, left };
    this.place();
    return true;
  }
}
