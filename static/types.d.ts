// What Python sends to the browser, and what the modules hand to one another. Checked by `make lint`; nothing of this is
// served code. A field that Python renames and this file does not, or the other way round, fails in tests/test_types.py.

type Numbers = Float32Array | Int16Array | Int32Array | Uint8Array;
type Limits = number[]; // [low, high]
type Span = number[]; // [first, last]
type RGB = number[]; // red, green, blue from 0 to 255
type Stops = string[]; // colours of a scale, "#rrggbb", from low to high

/** A named array of a blob, row by row. */
interface Tensor<Data = Float32Array> {
  shape: number[];
  data: Data;
}
type Table = Tensor<Int16Array | Int32Array>;

/** How a component tells the server what was done. */
type Tell = (name: string, value: object) => void;

/** Colours by the name of their scale. */
type Palette = Record<string, { light: Stops; dark: Stops }>;

/** What every scene says. */
interface Head {
  version: number;
  words?: Catalogue; // where the language is not English
  palette: Palette;
}

// --- a scene of one layer: cnnviz/scenes/layer.py -------------------------------------------------------------------

type Rule = "dot" | "blend" | "back" | "max" | "mean" | "power" | "point" | "gate" | "drop" | "share" | "response" | "norm" | "balance" | "move" | "occlude";
type PanelName = "input" | "gate" | "output";

interface Scene {
  meta: SceneMeta;
  tensors: SceneTensors;
}

interface SceneMeta extends Head {
  rule: Rule;
  function: string; // torch's name of the layer
  view: "work" | "gate" | "pair" | "matrix";
  weighted: boolean;
  gating: Gated | null;
  names: { [panel in PanelName | "kernel"]?: string };
  charts: ("curve" | PanelName)[];
  constants: Constants;
  title: string;
  ndim: 1 | 2 | 3;
  shapes: { input: string; output: string };
  groups: number;
  padding: string;
  padValue: number;
  flipped: boolean;
  scales: Record<PanelName | "weight", string>;
  diverging: string[];
  tolerance: { relative: number; absolute: number };
  turned: boolean;
  axes: string[];
  outAxes: string[];
  arrows: boolean;
  at: { channel: number; cell: number[] } | null;
  kernels?: [number, number][]; // of dW of a convolution: each output map is weight[kernel, channel]
  losses?: string[]; // of a backward pass that reads dY: which words channel and place of a cell go to
  nudges?: "input" | "output"; // where the cells are one number each: x, or of a backward pass the gradients
  about?: Lines; // round the stage: cnnviz/web/about.py
  opens?: { step: number | null; pin: string; look?: Record<string, string> }; // cnnviz/scenes/opening.py
  low?: number[]; // of windows, along each axis
  dropped?: (number | null)[];
  stamp?: { low: number[] };
  matrix?: MatrixMeta;
}

/** Where signal and gate come from: `Layer.gating` in cnnviz/core/layers. */
interface Gated {
  signal?: Taken;
  gate: Taken;
  mixes?: "signal" | "gate";
}
interface Taken {
  tensor?: "input" | "gate" | "signal";
  first?: number;
  through?: string;
  take?: "value" | "gate";
}

/** Single numbers that a rule needs, by torch's names: `Layer.constants`. */
interface Constants {
  [name: string]: number;
}

/** Those of a rule are there where the rule is. */
interface SceneTensors {
  input: Tensor;
  output: Tensor;
  "input.range": Tensor;
  "output.range": Tensor;
  "signal.range"?: Tensor;
  "gate.range"?: Tensor; // of slopes, which no gate's scale holds
  reads: Tensor<Int16Array>;
  weight: Tensor;
  bias: Tensor;
  indices: Table;
  gate: Tensor;
  signal: Tensor;
  slope?: Tensor; // of a rule "back"
  score: Tensor; // of a rule "occlude": the target of the whole input, and with each window hidden
  scores: Tensor;
  mean: Tensor;
  var: Tensor;
  tilt: Tensor; // of a rule "balance", as are the next two
  deviation: Tensor;
  scaled: Tensor;
  from: Table; // of a rule "move"
  [table: `${"" | "stamp."}${"line" | "start" | "offset" | "count" | "at"}${number}`]: Table;
  [weights: `blend${number}`]: Tensor;
  columns: Tensor; // of a convolution as matrices, each (1, 1, rows, columns); so all below
  matrix: Tensor;
  product: Tensor;
  added?: Tensor;
  toeplitz?: Tensor;
  vector?: Tensor;
  result?: Tensor;
  overwritten?: Tensor; // as the input
}

// --- all maps of a stage: cnnviz/scenes/stage.py ---------------------------------------------------------------------

interface Maps {
  meta: MapsMeta;
  tensors: MapsTensors;
}

interface MapsMeta extends Head {
  stage: string;
  channel: number;
  unit: Unit | null;
  statistical: string;
  clip: { rate: number; step: number | null; hertz: [hertz: number, mel: number][] };
  marks?: Limits[]; // a stretch of the sound, and another one from which channels shall tell it
  tells?: { words: string; values: (number | null)[] }; // how well each channel tells one class from another
  belief?: Belief; // where the network scores classes
  stages: StageWords[];
  states: string[];
  percentiles: Limits;
  statistics: string[];
  planes: string[];
  scales: Record<string, string>;
  diverging: string[];
}

/** What the network says it hears: a stage of classes, and whether the true events are known, from and to in seconds. */
type Belief = { stage: string; classes: { name: string; events: Limits[] }[]; told: boolean };

type Unit = number[]; // [frame, mel]
type Lies = { jump: number; first: number };

interface StageWords {
  name: string;
  layer: string;
  shape: number[]; // channels, frames, mels
  lies: [frames: Lies, mels: Lies];
  channel: number;
  range: Limits;
}

interface MapsTensors {
  input: Tensor;
  samples?: Tensor<Int16Array>;
  seconds?: Tensor;
  hertz?: Tensor;
  belief?: Tensor; // classes, frames: probabilities
  small: Tensor<Uint8Array>;
  "small.range": Tensor;
  statistics: Tensor;
  kernel?: Tensor;
  [strip: `strip.${string}`]: Tensor<Uint8Array>;
  [plane: `plane.${string}`]: Tensor;
  [span: `span.${string}`]: Table;
}

/** What a unit is of the sound, in seconds and hertz. */
interface Heard {
  from: number;
  to: number;
  low: number;
  high: number;
}

// --- a whole network: cnnviz/scenes/network.py ------------------------------------------------------------------------

interface Flow {
  meta: Head & { stages: FlowStage[]; colour: Limits | null; diverging: string[]; back?: FlowBack; explains?: string; tells?: { words: string; stages: Record<string, (number | null)[]> } };
  tensors: FlowTensors;
}

/** Of a network in reverse: the largest gradient, the powers of ten at the ends of the bars, and what the loss is. */
type FlowBack = { most: number; ends: [low: number, high: number]; loss: string; value: number };

interface FlowStage {
  name: string;
  code: string;
  mode: string;
  shape: string;
  scale: string;
  statistical: string;
  states: string[];
  exact: boolean;
  size: [channels: number, slices: number, rows: number, columns: number];
  blocks: [slices: number, rows: number, columns: number];
  across: number;
  axes: string[];
  vector: boolean;
  bars: boolean;
  classes?: string[]; // what its numbers stand for
  way: "" | "tables" | "cells" | "all";
  says?: string; // of a column of an attribution: what it is,
  from?: number; // the column whose cells go with its own,
  sum?: { of?: number; by?: number | null; product?: number[]; from?: number; less?: number }; // what a cell is made of,
  over?: boolean; // whether it is drawn over the input,
  opens?: boolean; // whether a player shows it,
  turned?: boolean; // and whether frames run to the right and mels upwards
  norm?: number | null; // of a gradient, and of that by the stage's parameters
  weights?: number | null;
  share?: number;
}

interface FlowTensors {
  [values: `values.${number}`]: Tensor;
  [levels: `levels.${number}`]: Tensor<Uint8Array>;
  [range: `range.${number}`]: Tensor;
  [cells: `cells.${number}`]: Table;
  [way: `${"back" | "forth"}.${number}.${number}`]: Table | undefined;
}

/** From the first to the last channel, slice, row and column. */
type Spans = Span[];
type Box = { left: number; right: number; bottom: number; top: number };

/** A unit of the overview: stage, channel (null is all of them), and slice, row, column. */
interface FlowPlace {
  at: number;
  channel: number | null;
  cell: number[];
}

// --- a drawing: cnnviz/web/components/sketch.py -----------------------------------------------------------------------

interface SketchData {
  words?: Catalogue | null;
  rows: number;
  columns: number;
  cells: number[]; // levels of ink, row by row
  scores: { name: string; share: number }[] | null;
}

// --- the list of layers: cnnviz/web/components/layer_list.py -----------------------------------------------------------

interface LayerList {
  words?: Catalogue | null;
  rows: LayerRow[];
  input: number[];
  selected: number;
  totals: { parameters: number; macs: number };
  hidden: "" | "shape" | "parameters" | "MACs" | "field";
}

interface LayerRow {
  name: string;
  code: string;
  mode: string;
  shape: number[] | null;
  shown: string;
  parameters: number;
  macs: number;
  sees: string;
  error: string;
}

// --- what the parts of a page hand to one another ----------------------------------------------------------------------

type ScaleKind = "channel" | "layer" | "percentiles" | "all"; // by which limits a map is coloured
type Ink = Uint32Array; // colours of all levels as a picture's memory holds them
type Band = { low: number; high: number }; // frequencies [Hz]
type Properties = Record<string, any> & { data?: Record<string, any>; aria?: Record<string, any> };
type Viewer = import("./viewer/viewer.js").Viewer;

/** A large map of a viewer. */
type Plane = { name: string; map: StageMap; values: Float32Array; element: HTMLElement };

/** A map as an image with room for boxes: `makeMap` in viewer/build.js. */
interface DrawnMap {
  frame: HTMLElement;
  picture: HTMLElement;
  image: HTMLImageElement;
  boxes: HTMLElement;
  cursor: HTMLElement;
}

/** One of a viewer, which shows cells of a stage; the small ones are the channels' grid. */
interface StageMap extends DrawnMap {
  stage: StageWords;
  small: boolean;
}

/** A mark along a map. */
type Mark = { at: number; text: string };

// The overview.

type Overview = import("./overview/overview.js").Overview;
type Column = ReturnType<typeof import("./overview/build.js").column>;
type Room = "column" | "wide" | "small" | "large"; // which pictures are drawn how large
type Bar = { line: HTMLElement; fill: HTMLElement; number: HTMLElement };

/** The picture of a stage: `room` are its width and height in pixels. */
interface FlowMap extends DrawnMap {
  room: number[];
  under?: HTMLImageElement; // the input, beneath a map that lies over it
  bars?: Bar[];
}

/** One picture of the grid. */
type Tile = { channel: number | null; map: FlowMap; element: HTMLElement; painted: boolean };

/** Numbers of a unit; of a large network those of the block that it lies in. */
type Value = { numbers: number[]; exactly: boolean; blocks: number[] };

/** How the slices of a stage lie beside each other. */
interface SheetLayout {
  slices: number;
  across: number;
  down: number;
  depth: number;
  block: number;
  rows: number;
  columns: number;
  wide: number;
  tall: number;
}

// Drawing and the player.

type Axis = import("./drawing/tables.js").Axis;
type Gating = import("./drawing/gating.js").Gating;
type Painting = import("./drawing/stamp.js").Painting;
type Stage = import("./drawing/stage.js").Stage;
type Player = import("./player/player.js").Player;
type Order = ReturnType<typeof import("./drawing/order.js").makeOrder>;
type Controls = ReturnType<typeof import("./player/controls.js").buildControls>;
type Act = (name: string, value?: any) => void;
/** What stands on two canvases: pixels of its own, of which the screen has `ratio` each. */
type Sized = { width: number; ratio: number; layout: { height: number } };
/** What is told of its size, and of a wish for less motion. */
type Watched = { ui: { stage: HTMLElement }; readout: import("./player/height.js").Height; wide?: number; root: HTMLElement; clock: import("./player/clock.js").Clock; resize(wide?: number): void };

/** What every component with a playhead has. */
type Playing = {
  ui: ReturnType<typeof import("./player/surround.js").surround>;
  root: HTMLElement;
  clock: import("./player/clock.js").Clock;
  herald: import("./player/herald.js").Herald;
  wroteAt: number;
  resize(wide?: number): void;
};
/** What they show, laid out for a width; `hit` is the number under a pixel. */
type Laying<Spot> = Sized & { look: Look; hit(x: number, y: number): Spot | null; setTheme(look: Look, dark: boolean): void; resize(width: number, tall: number, ratio: number, scale: number): void };
type Itself<Spot> = {
  cursor: Spot | null; // of the keys, in the panel that Tab has gone to
  choice: number; // what else the sentence is of, besides the step
  seek?(x: number, y: number): boolean; // was something else done at this pixel than to pin what lies there?
  tall(full: boolean): number; // pixels that the stage may be high, on a full screen or a page
  paintStill(): void; // once all has its size
  paintMoving(ctx: any): void;
  tellStep(): string; // and show what else says where it stands
  parts(shown: Spot | null): Part[]; // the sentence of a number, or of the step
};
/** What a page shows scenes in. */
type Staged = { ui: { share: HTMLElement }; readout: { stop(): void }; pending?: number | null; unwatch(): void; theme(): void };
type Given = { bytes: Uint8Array; autoplay: boolean; tell?: Tell; shares: boolean };

type ScaleChoice = string; // one of SCALES in drawing/panels.js
type Cell = number[]; // depth, row, column
type Tap = number[]; // input channel from the first that is read; depth, row, column of the kernel

/** What is spoken of: a cell, or a weight of the kernel of an output channel. `own` if it was pointed at. */
type Subject = CellAt | WeightAt;
interface CellAt {
  kind: "input" | "output";
  channel: number;
  cell: Cell;
  tap?: undefined;
  own?: boolean;
}
interface WeightAt {
  kind: "kernel";
  channel: number;
  tap: Tap;
  cell?: undefined;
  own?: boolean;
}

/** Lit on a panel: every combination of the three lists, of channels from the first up to the end. */
type Places = { channels: number[]; places: number[][] };
type Lit = { input: Places | null; output: Places | null; taps?: Tap[] };

/** What is read at a tap of a window: `kind` is 0 for a cell, PAD or NONE. */
interface Term {
  channel: number;
  tap: Cell;
  kind: number;
  read: number;
  source?: Cell;
  weight?: number;
  product?: number;
}

/** The arithmetic of one output cell; what it holds besides depends on the rule: drawing/rules.js. */
interface Worked {
  value: number;
  terms: Term[];
  size?: number; // of what torch's rounding is
  [more: string]: any;
}

type Working = (scene: Scene, axes: Axis[], channel: number, cell: Cell) => Worked;

/** What one input cell paints on one output cell; null beyond the output. */
type Painted = { tap: Cell; cell: Cell | null; products: Term[]; sum: number };

/** What was computed last: of which channel, which cell. */
type Playhead = { turn: number; cell: Cell };

/** Maps of one tensor as they stand on stage. */
interface Panel {
  name: PanelName | "thumbs";
  data: Float32Array;
  shape: number[];
  channels: number;
  lines: Line[];
  low: number[];
  extent: number[];
  padValue: number;
  scale: string;
  turned: boolean;
  single?: boolean;
  blank?: boolean;
  unpainted?: boolean;
  empty?: boolean; // what is no number is as paper
  lim?: Limits;
}
type Line = Int16Array | Int32Array | number[]; // what each place of an axis holds

/** Where a map lies in pixels, and which part of it: drawing/port.js. */
interface Port extends Rect {
  sx: number;
  sy: number;
  left: number;
  top: number;
  rows: number;
  columns: number;
  turned: boolean;
  across: number;
  down: number;
  slot: Rect;
  bars?: boolean;
}
interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}
type View = { zoom: number; left: number; top: number };
type OnStage = { channel: number; depth: number; panel: Panel; port: Port };
type Content = { kind: number; cell: Cell; value: number; mirrored: boolean; unpainted?: boolean };

/** Under a pixel. */
type Hit =
  | { area: PanelName | "strip"; map: OnStage; place: number[]; content: Content; tap?: undefined }
  | { area: "kernel"; tap: Tap; map?: undefined; content?: undefined };

/** What a pointer does on the stage, in its own pixels. */
interface Gestures {
  scale: () => number;
  hover: (x: number, y: number) => void;
  leave: () => void;
  tap: (x: number, y: number) => void;
  twice?: (x: number, y: number) => void;
  pan: (dx: number, dy: number, x: number, y: number) => void;
  zoom?: (factor: number, x: number, y: number) => void;
  zoomable?: (x: number, y: number) => boolean;
}

/** A part of a sentence: text, or an element to be made of it. */
type Part = string | Marked;
type Marked = { tag: keyof HTMLElementTagNameMap; attributes: Record<string, unknown>; colours?: object; children: Part[] };
type Told = string | { tag: string; attributes?: Record<string, string>; children: Told[] };
type Lines = { above: Told[]; below: Told[] };
type Legend = { ramp: RGB[]; lim: Limits };
type Colours = { read: Legend; weight: Legend; product: Legend };
type Written = { terms: number; channels: number }; // how many are written out

/** A function of one number: drawing/pointwise.js. The gate is there where the function is x times a gate. */
interface Pointwise {
  value: (x: number) => number;
  slope: (x: number) => number;
  gate?: (x: number) => number;
}

// --- words: `for_browser` in cnnviz/text/catalogue.py -------------------------------------------------------------------

/** A language: by English message its translation, or of a plural its forms; `forms` are which of these 0 to 199 take. */
interface Catalogue {
  code: string;
  thousands: string;
  decimal: string;
  forms: string;
  messages: Record<string, string | string[]>;
}

/** What drawing asks of a canvas; the recorder knows as much. */
type Ctx = Pick<CanvasRenderingContext2D, Settings | Strokes> & {
  fillStyle: any;
  strokeStyle: any;
  measureText(text: string): { width: number };
  drawImage(image: any, x: number, y: number, w: number, h: number): void;
  createLinearGradient(x0: number, y0: number, x1: number, y1: number): any;
};
type Settings = "lineWidth" | "font" | "textAlign" | "textBaseline" | "globalAlpha" | "imageSmoothingEnabled" | "setLineDash";
type Strokes = "save" | "restore" | "beginPath" | "rect" | "moveTo" | "lineTo" | "arc" | "fillRect" | "strokeRect" | "fillText" | "clip" | "stroke" | "fill";

/** How wide signs are in parts of the font's size, by style. */
type Widths = { other: number; [sign: string]: number };

/** How a page of paper is made: cnnviz/export/engine.py. */
interface PaperHow {
  width: number;
  left: number;
  ratio: number;
  dark: boolean;
  text: string;
  background: string;
  accent: string;
  bare: boolean;
  serpentine: boolean;
  channel: number | null;
  note: string;
  widths: Record<string, Widths>;
}
type Look = ReturnType<typeof import("./drawing/look.js").makeLook>;
type PageLook = { name: string; dark: boolean; look: Look }; // of the theme with these colours
type Style = { colour: string; width: number; wash?: string; fill?: string; dash?: number[]; alpha?: number };
/** A stage with a window in its middle. */
type AtWork = Stage & { layout: { work: Work; boxes: { work: Rect } } };
type Block = [row: number, column: number, rows: number, columns: number];
type CellColours = Legend & { size?: number; digits?: number; say?: (value: number) => string };
type Titled = (box: Rect, names: string | string[], notes: string | string[], more: Partial<Legend> | null) => void;
type Dressed = OnStage & Legend & { image: any; counted: boolean };
type RunningLit = Lit & { channel: number };

/** Charts under the maps: drawing/charts.js. */
type BarChart = { name: PanelName; box: Rect; lim: Limits; counts: Uint32Array; most: number; mean: number; variance: number };
type CurveChart = { name: "curve"; box: Rect; x: Limits; y: Limits; xs: number[]; ys: number[]; f: Pointwise };
type Chart = BarChart | CurveChart;

/** Who tells a scene: the player, or a page of paper. What `drawMoving` asks of it. */
interface Teller {
  stage: Stage;
  scene: Scene;
  order: Order;
  worked: Worked | null;
  lensed: boolean;
  step: number;
  subject: Subject | null;
  team: number;
  clock: { step: number; move: { from: number; to: number; part: number } };
  shown(): Subject | null;
  here(step?: number): CellAt;
  lookUp(selection: Subject): Subject;
  hides(place: Cell): boolean;
}

/** What is laid out: drawing/layout.js. A panel's maps, and the window in the middle. */
type FitWhat = { count: number; rows: number; columns: number; unit?: number; groups?: number; line?: boolean };
type KernelWhat = { maps: number; rows: number; columns: number; lines: number };
type What = { input: FitWhat; kernel: KernelWhat | null; gate: FitWhat | null; output: FitWhat; maps: number; groups: number; charts: number };
type Fitted = { cw: number; ch: number; slots: Rect[] };
type WorkGrid = Port & { row: number; map: number };
type Work = { cell: number; shown: number; upright: boolean; grids: WorkGrid[]; bottom: number };
type Boxes = { input: Rect; output: Rect; work?: Rect; gate?: Rect; strip?: Rect; upright: boolean };
interface StageLayout {
  width: number;
  height: number;
  boxes: Boxes & { main: Rect };
  input: Fitted;
  gate: Fitted | null;
  work: Work | null;
  output: Fitted;
  strip: Fitted | null;
  charts: Rect[];
}

// --- a convolution as matrices: cnnviz/scenes/matrix.py ----------------------------------------------------------------

interface MatrixMeta {
  form: "forward" | "dW" | "dX" | "Toeplitz";
  panels: Record<string, MatrixPanel>;
}
type MatrixPanel = { scale: string; title: string; note: string; lim: Limits };

type Desk = import("./matrix/desk.js").Desk;
type Model = import("./matrix/model.js").Model;
type Matrix = import("./matrix/matrix.js").Matrix;

/** A number of a panel: channel, depth, row and column of a map, or row and column of a matrix. */
type Spot = { panel: string; at: number[] };

/** What it is: a kernel f, a row k and a column p of the columns, an input cell. */
type About =
  | { kind: "product"; f: number; p: number }
  | { kind: "columns"; k: number; p: number }
  | { kind: "input"; channel: number; cell: Cell }
  | { kind: "matrix"; f: number; k: number }
  | { kind: "added"; f: number }
  | { kind: "place"; f: number; p: number; i: number };

/** Lit cells of maps, by their indices, or by places of the padded input. */
type LitCells = { channels: number[]; cells?: number[][]; places?: number[][] };
type LitUp = {
  input?: LitCells;
  overwritten?: LitCells | null;
  output?: LitCells;
  columns?: Block[];
  matrix?: Block[];
  product?: Block[];
  added?: Block[];
  toeplitz?: Block[];
  vector?: Block[];
  result?: Block[];
};

type DeskWhat = {
  input: FitWhat;
  overwritten: FitWhat | null;
  output: FitWhat;
  kernels: number;
  rows: number;
  positions: number;
  added: boolean;
  toeplitz: { rows: number; columns: number } | null;
};
/** Where panels stand, and how wide their names may be. */
type Laid = { fits: Record<string, Fitted>; rooms: Record<string, number> };
type DeskLayout = Laid & { width: number; height: number };

/** Who tells the matrices: the component, or a page of paper. */
interface DeskTeller {
  step: number;
  row: number;
  move: { from: number; to: number; part: number };
  shown: Spot | null;
}

// --- what a channel answers to: cnnviz/scenes/exciting/panel.py --------------------------------------------------------

type Each = "frame" | "clip" | "example"; // what has one value of each channel

interface AnswersMeta extends Head {
  stages: Record<string, number>; // where the tables of each stage are
  classes: string[];
  labels: string[]; // of each example
  stage: string;
  channel: number;
  scale: string;
  shares: number; // steps that are all values
  each: Each;
  clips?: { rate: number; channels: number; names?: string[]; opens?: boolean }; // of sounds: of one channel alone, which has so many beside it; of a corpus, where each is from
}
interface AnswersScene {
  meta: AnswersMeta;
  tensors: {
    examples: Tensor<Uint8Array>;
    [value: `value.${number}`]: Tensor;
    [which: `which.${number}`]: Tensor<Int16Array>;
    [box: `box.${number}`]: Tensor<Int16Array>;
    [auc: `auc.${number}`]: Tensor;
    [samples: `samples.${number}`]: Tensor<Int16Array>;
    [edge: `edge.${number}`]: Tensor; // channels, bins + 1
    [share: `share.${number}`]: Tensor<Int16Array>; // channels, 1 + classes, bins
    [n: `n.${number}`]: Tensor<Int32Array>;
  };
}
type AnswersTile = { seen: DrawnMap; whole: DrawnMap };

// --- a training: cnnviz/scenes/training.py ------------------------------------------------------------------------------

interface Training {
  meta: TrainingMeta;
  tensors: TrainingTensors;
}

interface TrainingMeta extends Head {
  classes: string[];
  truth: number | null; // the class of the example; of sounds, the tensor `truth` says it in time
  events: boolean;
  turned: boolean; // rows run to the right
  picture: string; // the scale of the example
  colour: boolean;
  exampleLimits: Limits;
  recipes: CourseWords[];
  layers: WatchedLayer[];
  measure: { loss: string; accuracy: string };
  edges: number[]; // between the bins of updates, from the smallest; mirrored below 0
  diverging: string[];
  opens?: { step: number | null; stage: string };
}

interface CourseWords {
  name: string;
  steps: number;
  made: number;
  ended: string; // why it stands; empty while it goes on, or where it is done
  rate: number; // after the last step
  stages: string[]; // that learn: rows of the updates
}

/** A layer that is looked at, in each recipe; on one scale each for all of training. */
interface WatchedLayer {
  parts: WatchedPart[];
  limits: { kernel: Limits; gradient: Limits | null; map: Limits };
}

interface WatchedPart {
  stage: string;
  code: string;
  key: string; // of its weight in the state_dict
  shape: number[]; // torch's
  swapped: boolean; // torch has the filters along the second axis
  all: [filters: number, channels: number];
}

/** Those of a recipe end in its number; those of a layer, in that of its row, too. Moments are along the first axis. */
interface TrainingTensors {
  ticks: Tensor<Int32Array>; // steps at which the playhead stands
  example: Tensor;
  truth?: Tensor;
  [at: `at.${number}`]: Tensor<Int32Array>; // which moment is shown at each of them
  [steps: `steps.${number}`]: Tensor<Int32Array>;
  [counts: `counts.${number}`]: Tensor<Int32Array>;
  [curves: `${"loss" | "rate" | "curves" | "scores" | "shares" | "sizes"}.${number}`]: Tensor;
  [pictures: `${"kernel" | "gradient"}.${number}.${number}`]: Tensor;
  [maps: `map.${number}.${number}`]: Tensor | Tensor<Uint8Array>;
}

type Board = import("./training/board.js").Board;
type Watching = import("./training/training.js").Watching;
type Move = { from: number; to: number; part: number };
type TileName = "kernel" | "gradient" | "map";

/** A number of a picture; of scores the class stands as filter, a frame as column. */
type TileSpot = { name: TileName; r: number; filter: number; channel: number; row: number; column: number };
type TrainingSpot = Omit<TileSpot, "name"> & { name: TileName | "scores" };
type Tiles = {
  slots: (Rect & { filter: number; channel: number })[];
  count: number; // filters side by side
  size: { w: number; h: number }; // of all channels of a filter
  rows: number;
  columns: number;
  turned: boolean;
  bars: boolean;
  cell: number[];
  channels: number;
};
type Sheet = { canvas: HTMLCanvasElement; ctx: CanvasRenderingContext2D; image: ImageData; pixels: Uint32Array; along: number; wide: number; tall: number };
type TilePanel = { name: TileName; r: number; box: Rect; tiles: Tiles; lim: Limits; scale: string; sheet: Sheet | null };
type RecipeBand = { name: { x: number; y: number }; input: Rect; kernel: Rect; gradient: Rect | null; map: Rect; scores: Rect };
type TrainingLayout = { width: number; height: number; narrow: boolean; charts: { loss: Rect; accuracy: Rect; rate: Rect }; bands: RecipeBand[]; updates: Rect[] };
