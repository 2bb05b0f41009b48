// The stage: panels laid out on two canvases, one that stands still and one that is redrawn every frame.
import { clampView, layoutStage, placeAt, viewport, xOf, yOf, zoomAt } from "./layout.js";
import { clipTo, hatch, paintLegend, paintMap, paintTag, paintTitle } from "./paint.js";
import { contentAt, makeColours, makePanel, rasterise, scaleLimits, sizeOf } from "./panels.js";
import { canStamp } from "./stamp.js";
import { axesOf, combinations, range } from "./tables.js";

const WHOLE = { zoom: 1, left: 0, top: 0 };

/** Colours of everything that is not a value, from the page's own theme. */
export function makeLook(ctx, { text, background, font, dark }) {
  const grey = (alpha) => (dark ? `rgba(255,255,255,${alpha})` : `rgba(15,20,30,${alpha})`);
  return {
    font,
    text,
    background,
    soft: grey(0.66),
    faint: grey(0.35),
    edge: grey(0.4),
    grid: grey(0.16),
    halo: dark ? "rgba(0,0,0,.85)" : "rgba(255,255,255,.95)",
    veil: dark ? "#1a1e27" : "#f1f2f5",
    padding: hatch(ctx, grey(0.3)),
    mask: hatch(ctx, grey(0.1), 9),
    missing: hatch(ctx, grey(0.55), 6, true),
  };
}

export class Stage {
  constructor(base, light) {
    Object.assign(this, { base, light, views: { input: WHOLE, output: WHOLE }, enlarged: null, selected: 0, depth: 0 });
    Object.assign(this, { width: 0, tall: 0, ratio: 1, scaleChoice: "layer", coverage: false, stamping: false });
  }

  /**
   * A new scene: panels, colours and rasters are made anew; zoom stays if the maps keep their size.
   * A transposed convolution is told from its input if that is wanted and the scene is small enough.
   */
  load(scene, stampWanted) {
    const before = this.input ? [sizeOf(this.input), sizeOf(this.output)].join() : "";
    this.scene = scene;
    this.axes = axesOf(scene);
    this.stamps = scene.meta.stamp ? axesOf(scene, "stamp.") : null;
    this.stamping = stampWanted && this.stamps !== null && canStamp(scene, this.stamps);
    this.arrange();
    if (before !== [sizeOf(this.input), sizeOf(this.output)].join()) this.views = { input: WHOLE, output: WHOLE };
  }

  /** Panels of the scene as it is told: by windows on the input, or by stamps on the output. */
  arrange() {
    const { scene } = this;
    this.input = makePanel(scene, "input", this.stamping ? null : this.axes);
    this.output = makePanel(scene, "output", this.stamping ? this.stamps : null);
    if (this.stamping) Object.assign(this.output, { data: Float32Array.from(this.output.data), unpainted: true });
    this.counted = null; // made when it is asked for
    this.rasters = new Map();
    if (this.enlarged >= this.inputMaps().length) this.enlarged = null;
  }

  /** How often each cell is read (or painted), as a panel of one channel: a product of one count per axis. */
  get counts() {
    this.counted ??= this.countPanel();
    return this.counted;
  }

  countPanel() {
    const panel = this.stamps ? this.output : this.input;
    const [d, r, c] = this.axes.map((axis, i) => (this.stamps ? axis.filled() : axis.counts(panel.shape[i + 1])));
    const data = Float32Array.from(combinations([d, r, c]), ([x, y, z]) => x * y * z);
    const most = [d, r, c].reduce((product, counts) => product * Math.max(...counts), 1);
    return { ...panel, data, unpainted: false, shape: [1, ...panel.shape.slice(1)], scale: "count", lim: [0, Math.max(most, 1)] };
  }

  setTheme(look, dark) {
    this.look = look;
    this.colours = makeColours(this.scene.meta, dark);
    this.limits = scaleLimits(this.scene, this.scaleChoice);
    this.rasters.clear();
  }

  /** Maps of the input panel: every channel, every depth. */
  inputMaps() {
    const depths = this.input.lines[0].length;
    return range(this.input.channels * depths).map((i) => ({ channel: Math.floor(i / depths), depth: i % depths }));
  }

  groupOf(channel, channels) {
    return Math.floor(channel / (channels / this.scene.meta.groups));
  }

  resize(width, tall, ratio) {
    Object.assign(this, { width, tall, ratio });
    const { scene, input, output, axes } = this;
    const line = scene.meta.ndim === 1;
    const [inDepth, inRows, inColumns] = sizeOf(input);
    const [outDepth, outRows, outColumns] = sizeOf(output);
    const [kd, rows, columns] = axes.map((axis) => axis.taps);
    const { groups } = scene.meta;
    const maps = scene.tensors.weight.shape[1] * kd;
    const one = this.enlarged !== null;
    this.layout = layoutStage(width, tall, {
      input: one
        ? { count: 1, rows: inRows, columns: inColumns, line }
        : { count: input.channels * inDepth, rows: inRows, columns: inColumns, unit: input.channels > 1 ? inDepth : 1, groups, line },
      kernel: { maps, rows, columns },
      output: { count: outDepth, rows: outRows, columns: outColumns, line },
      maps: output.channels,
      groups,
    });
    for (const canvas of [this.base, this.light]) {
      [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(this.layout.height * ratio)];
      canvas.style.height = `${this.layout.height}px`;
    }
    this.place();
  }

  /** Viewports of every map on stage, after a layout, a zoom or a choice of channel. */
  place() {
    const { layout, input, output, views } = this;
    const port = (panel, cells, slot, view) => {
      const [, rows, columns] = sizeOf(panel);
      return { ...viewport(slot, rows, columns, cells, view), bars: this.scene.meta.ndim === 1 };
    };
    const all = this.inputMaps();
    const shown = this.enlarged === null ? all : [all[this.enlarged]];
    const clamp = (name, panel, cells) => {
      views[name] = clampView(views[name], port(panel, cells, cells.slots[0], views[name]));
      return views[name];
    };
    const inView = clamp("input", input, layout.input);
    const outView = clamp("output", output, layout.output);
    this.inputs = shown.map((map, i) => ({ ...map, panel: input, port: port(input, layout.input, layout.input.slots[i], inView) }));
    this.outputs = range(output.lines[0].length).map((depth, i) => ({
      channel: this.selected,
      depth,
      panel: output,
      port: port(output, layout.output, layout.output.slots[i], outView),
    }));
    this.strip = !layout.strip
      ? []
      : range(output.channels).map((channel) => ({
          channel,
          depth: Math.min(this.depth + output.low[0], output.lines[0].length - 1),
          panel: output,
          port: port(output, layout.strip, layout.strip.slots[channel], WHOLE),
        }));
  }

  /** A panel's values have changed: its images are made anew when they are drawn. */
  forget(name) {
    for (const key of this.rasters.keys()) if (key.startsWith(name)) this.rasters.delete(key);
  }

  /** Colours and limits of one channel of a tensor. */
  legend(name, channel = 0) {
    return { ramp: this.colours.ramps[this.scene.meta.scales[name]], lim: this.limits[name][channel] };
  }

  /** Image, colours and limits of a map; images are kept until the scene, the theme or the scale changes. */
  dress(map) {
    const counted = this.coverage && map.panel.name === (this.stamps ? "output" : "input");
    const panel = counted ? this.counts : map.panel;
    const channel = counted ? 0 : map.channel;
    const ramp = this.colours.ramps[panel.scale];
    const lim = counted ? panel.lim : this.limits[panel.name][channel];
    const key = `${panel.name}${panel.scale}:${channel}:${map.depth}`;
    if (!this.rasters.has(key)) this.rasters.set(key, rasterise(panel, channel, map.depth, ramp, lim));
    return { ...map, panel, channel, ramp, lim, image: this.rasters.get(key), counted };
  }

  /** Draw the still part. */
  paint() {
    const ctx = this.base.getContext("2d");
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.layout.height);
    this.paintTitles(ctx);
    for (const map of this.inputs) {
      const words = this.inputName(map);
      this.paintOne(ctx, map, this.fitting(map.port, [words.join(" · "), ...words, `${map.channel}`]));
    }
    for (const map of this.outputs) this.paintOne(ctx, map, this.output.lines[0].length > 1 ? `depth ${map.depth}` : "");
    for (const map of this.strip) this.paintOne(ctx, map, this.fitting(map.port, [`${map.channel}`]));
  }

  /** A map's name as long as its width allows. */
  fitting(port, words) {
    return words.find((text) => text.length * 6.2 <= port.w) ?? "";
  }

  paintOne(ctx, map, tag) {
    const dressed = this.dress(map);
    paintMap(ctx, dressed, this.look);
    if (this.coverage && dressed.counted) this.hatchUnread(ctx, dressed);
    const { groups } = this.scene.meta;
    const colour = groups > 1 ? this.groupColour(this.groupOf(map.channel, map.panel.channels)) : null;
    paintTag(ctx, map.port, tag, colour, this.look);
  }

  /** Cells that no window reads are cross-hatched. */
  hatchUnread(ctx, { panel, depth, port }) {
    ctx.fillStyle = this.look.missing;
    const [, rows, columns] = panel.lines;
    const never = (place) => {
      const { kind, value } = contentAt(panel, 0, place);
      return !kind && value === 0;
    };
    clipTo(ctx, port, () => {
      for (let r = 0; r < rows.length; r++)
        for (let c = 0; c < columns.length; c++)
          if (never([depth, r, c])) ctx.fillRect(xOf(port, c), yOf(port, r), port.sx, port.sy);
    });
  }

  inputName({ channel, depth }) {
    const { groups } = this.scene.meta;
    const words = [];
    if (groups > 1) words.push(`group ${this.groupOf(channel, this.input.channels)}`);
    if (this.input.channels > 1) words.push(`channel ${channel}`);
    if (this.input.lines[0].length > 1) {
      const at = depth - this.input.low[0];
      words.push(this.input.lines[0][depth] >= 0 ? `depth ${at}` : "padding");
    }
    return words;
  }

  /** A group's own colour; of many groups only the selected one has one. */
  groupColour(group) {
    const { groups } = this.colours;
    if (this.scene.meta.groups <= groups.length) return groups[group];
    return group === this.groupOf(this.selected, this.output.channels) ? groups[0] : this.look.soft;
  }

  paintTitles(ctx) {
    const { layout, look, colours } = this;
    const { meta } = this.scene;
    const covered = this.coverage ? (this.stamps ? "output" : "input") : "";
    const counts = covered ? { ramp: colours.ramps.count, lim: this.counts.lim } : null;
    const title = (box, name, note, more) => paintTitle(ctx, box, { name, note, ...more }, look);
    const inputNote = this.stamping ? meta.shapes.input : [meta.shapes.input, meta.padding].filter(Boolean).join(" · ");
    if (covered === "input") title(layout.boxes.input, "times read", "hatched: never read", counts);
    else title(layout.boxes.input, "input", inputNote, this.legend("input", this.inputs[0].channel));
    title(layout.boxes.work, this.stamping ? "value × kernel" : "window × kernel", this.kernelNote(), layout.work.upright ? {} : this.legend("weight"));
    if (layout.work.upright) paintLegend(ctx, this.legendBox(), this.legend("weight"), look);
    if (covered === "output") title(layout.boxes.output, "times painted", "how many input cells overlap here", counts);
    else title(layout.boxes.output, this.outputName(), this.cropped() ? `${meta.shapes.output} · hatched: cropped` : meta.shapes.output, this.legend("output", this.selected));
  }

  /** Under the sum, in the middle: the colours of the weights. */
  legendBox() {
    const { boxes, work } = this.layout;
    const w = Math.min(110, boxes.work.w);
    return { x: boxes.work.x + (boxes.work.w - w) / 2, y: work.bottom + 28, w, h: 8 };
  }

  kernelNote() {
    const size = this.axes.slice(3 - this.scene.meta.ndim).map((axis) => axis.taps);
    const maps = this.scene.tensors.weight.shape[1] * this.axes[0].taps;
    const { shown } = this.layout.work;
    const words = [
      this.output.channels > 1 ? `of channel ${this.selected}` : size.join(" × "),
      this.scene.meta.flipped || (this.stamps && !this.stamping) ? "turned round" : "",
      shown < maps ? `${shown} of ${maps} maps` : "",
    ];
    return words.filter(Boolean).join(", ");
  }

  /** Does the output panel show places that padding crops? */
  cropped() {
    return this.output.lines.some((line, i) => line.length > this.output.shape[i + 1]);
  }

  outputName() {
    return this.output.channels > 1 ? `output · channel ${this.selected}` : "output";
  }

  /** What is under a pixel: {area, map, place, content} on a map, {area: "kernel", tap}, or null. */
  hit(x, y) {
    for (const [area, maps] of [["input", this.inputs], ["output", this.outputs], ["strip", this.strip]])
      for (const map of maps) {
        const place = placeAt(map.port, x, y);
        if (place) return { area, map, ...this.describe(map, place) };
      }
    return this.hitKernel(x, y);
  }

  describe(map, [row, column]) {
    const place = [map.depth, row, column];
    return { place, content: contentAt(map.panel, map.channel, place) };
  }

  hitKernel(x, y) {
    const { grids, cell } = this.layout.work;
    const grid = grids.find((g) => x >= g.x && x < g.x + g.w && y >= g.y && y < g.y + g.h);
    if (!grid) return null;
    const depth = this.axes[0].taps;
    const place = [grid.map % depth, Math.floor((y - grid.y) / cell), Math.floor((x - grid.x) / cell)];
    return { area: "kernel", tap: [Math.floor(grid.map / depth), ...this.tapAt(place)] };
  }

  /** The tap that is drawn at a place of the kernel's grid, and back: the grids show the window as it lies. */
  tapAt(place) {
    return place.map((at, i) => (this.stamping ? at : this.axes[i].drawn[at]));
  }

  drawnAt(tap) {
    return tap.map((t, i) => (this.stamping ? t : this.axes[i].drawn.indexOf(t)));
  }

  /** Zoom a panel about a point of it, or its middle. */
  zoom(name, factor, x = null, y = null) {
    const maps = name === "input" ? this.inputs : this.outputs;
    const map = maps.find(({ port }) => x !== null && placeAt(port, x, y)) ?? maps[0];
    const { port } = map;
    this.views[name] = zoomAt(this.views[name], port, factor, x ?? port.x + port.w / 2, y ?? port.y + port.h / 2);
    this.place();
  }

  pan(name, dx, dy) {
    const { port } = (name === "input" ? this.inputs : this.outputs)[0];
    const view = this.views[name];
    this.views[name] = { ...view, left: view.left - dx / port.sx, top: view.top - dy / port.sy };
    this.place();
  }

  wholeView() {
    this.views = { input: WHOLE, output: WHOLE };
    this.place();
  }

  /** Follow the window: pan a zoomed panel so that these places are inside it. Returns true if it moved. */
  follow(name, places) {
    const view = this.views[name];
    if (view.zoom === 1 || !places) return false;
    const { port } = (name === "input" ? this.inputs : this.outputs)[0];
    const inside = (at, size, list) => {
      const [low, high] = [Math.min(...list), Math.max(...list) + 1];
      return low < at ? low : high > at + size ? Math.max(low - size / 2, high - size) : at;
    };
    const top = inside(view.top, port.h / port.sy, places[1]);
    const left = inside(view.left, port.w / port.sx, places[2]);
    if (top === view.top && left === view.left) return false;
    this.views[name] = { ...view, top, left };
    this.place();
    return true;
  }
}
