// Where everything stands on the stage, in CSS pixels. Pure: numbers in, rectangles out.
import { GAP, LARGEST_CELL, TAG, WORK_CELL, fitMaps, fitWork } from "./fit.js";

const TITLE = 40; // a panel's name and its legend
const EDGE = 3; // an outline at the border of a map must not be cut
const STACKED_BELOW = 540;
const FOLDED_BELOW = 640;
const WIDE = 2.6; // times as wide as high: two such maps are larger one above the other than side by side
const ALIGNED = 1.3; // part of a stage's height that wide maps take together
const STRIP = 56; // small maps under the large ones
const CHART = 110;

/**
 * The whole stage: input, middle and output side by side, or one above the other where there is no room or the maps are
 * wide; charts below. Rows and columns are those that are drawn.
 *
 * @param {number} width of the stage
 * @param {number} tall the height that a wide stage may take
 * @param {What} what `input`, `gate` and `output` as for `fitMaps`,
 *   `kernel` as for `fitWork`; of `kernel` and `gate` one stands in the middle, or neither. `maps` output channels are
 *   shown small: beside the selected one, or where there is a gate under all or, of wide maps, beside the product.
 *   `charts` is their number.
 * @param {What} what @returns {StageLayout}
 */
export function layoutStage(width, tall, what) {
  if (what.input.line || what.output.line) return stacked(width, tall, what);
  const wide = isWide(what.input);
  if (what.kernel?.lines === 1 && width < FOLDED_BELOW && !wide) return folded(width, tall, what);
  if (width < STACKED_BELOW) return stacked(width, tall, what);
  if (wide && what.gate) return quartered(width, tall, what);
  const ways = (wide ? [abreast, aligned] : [abreast]).map((way) => way(width, tall, what));
  return ways.reduce((best, way) => (smallest(way) > smallest(best) ? way : best));
}

/** @param {FitWhat} maps */
const isWide = ({ rows, columns }) => columns > WIDE * rows;

/** Size of a cell where it is smallest. @param {StageLayout} layout */
const smallest = ({ input, output }) => Math.min(input.cw, output.cw);

/**
 * Wide maps: output under input and as wide, so that their columns can be compared; the window beside both.
 * @param {number} width @param {number} tall @param {What} what @returns {StageLayout}
 */
function aligned(width, tall, what) {
  const middle = what.kernel ? workWidth(what.kernel, width) : 0;
  const w = width - 2 * EDGE - (middle ? middle + 28 : 0);
  const strip = what.maps > 1 ? STRIP + TAG + GAP : 0;
  const [high, low] = alike([what.input, what.output], w, tall * ALIGNED - 2 * TITLE - GAP - strip);
  const y = 2 * TITLE + high + GAP;
  const all = Math.max(y + low + strip, middle ? Math.min(tall * ALIGNED, what.kernel ? workHeight(what.kernel) : 0) : 0);
  return finish(width, all, what, {
    input: { x: EDGE, y: TITLE, w, h: high },
    ...(middle ? { work: { x: EDGE + w + 28, y: TITLE, w: middle, h: all - TITLE - 58 } } : {}),
    output: { x: EDGE, y, w, h: low },
    ...(strip ? { strip: { x: EDGE, y: y + low + GAP, w, h: strip - GAP } } : {}),
    upright: true,
  });
}

/**
 * Heights of bands that share `room`: two wide maps become as wide as one another, so that they can be compared.
 * @param {FitWhat[]} bands @param {number} width @param {number} room
 */
function alike(bands, width, room) {
  if (bands.some((maps) => maps.count > 1 || !isWide(maps))) return bands.map((maps) => bandHeight(maps, width, room / bands.length));
  const steep = bands.map(({ rows, columns }) => rows / columns);
  const most = (room - bands.length * TAG) / steep.reduce((sum, part) => sum + part);
  const wide = Math.min(width, most, ...bands.map(({ columns }) => columns * LARGEST_CELL));
  return steep.map((part) => part * wide + TAG);
}

/**
 * A gate of wide maps: signal and gate side by side, under them the product and the small maps.
 * @param {number} width @param {number} tall @param {What} what @returns {StageLayout}
 */
function quartered(width, tall, what) {
  const w = (width - 2 * EDGE - 28) / 2;
  const h = bandHeight(what.gate ?? what.input, w, (tall * ALIGNED) / 2 - TITLE - 8);
  const [right, y] = [EDGE + w + 28, 2 * TITLE + h + 8];
  return finish(width, y + h + 8, what, {
    input: { x: EDGE, y: TITLE, w, h },
    gate: { x: right, y: TITLE, w, h },
    output: { x: EDGE, y, w, h },
    ...(what.maps > 1 ? { strip: { x: right, y, w, h } } : {}),
    upright: true,
  });
}

/** @param {number} width @param {number} tall @param {What} what @returns {StageLayout} */
function abreast(width, tall, what) {
  const gap = 28;
  const gaps = what.kernel || what.gate ? 2 : 1;
  const all = width - 2 * EDGE - gaps * gap;
  const middle = what.gate ? all / 3 : what.kernel ? workWidth(what.kernel, width) : 0;
  const side = (all - middle) / 2;
  const strip = what.gate && what.maps > 1 ? STRIP + TITLE + GAP : 0;
  if (what.gate) tall = Math.min(tall, TITLE + bandHeight(what.gate, middle, tall - TITLE - strip) + strip);
  /** @param {number} x @param {number} w */
  const box = (x, w) => ({ x: x + EDGE, y: TITLE, w, h: tall - TITLE - strip });
  /** @type {Boxes} */
  const boxes = { upright: true, input: box(0, side), output: box(width - 2 * EDGE - side, side) };
  if (what.kernel) boxes.work = { ...box(side + gap, middle), h: tall - TITLE - 58 };
  if (what.gate) boxes.gate = box(side + gap, middle);
  if (strip) boxes.strip = { x: EDGE, y: tall - STRIP, w: width - 2 * EDGE, h: STRIP };
  return finish(width, tall, what, { ...boxes, upright: true });
}

/**
 * A window without weights takes little room: it stands beside the output, under the input.
 * @param {number} width @param {number} tall @param {What} what @returns {StageLayout}
 */
function folded(width, tall, what) {
  const { rows, columns, maps } = /** @type {KernelWhat} */ (what.kernel);
  const inner = width - 2 * EDGE;
  const high = bandHeight(what.input, inner, Math.max(180, Math.min(250, tall * 0.75)));
  const y = 2 * TITLE + high + 8;
  const work = Math.max(100, Math.min(Math.min(maps, 3) * (columns * WORK_CELL + 8), inner * 0.36));
  const outW = inner - work - 28;
  const strip = what.maps > 1 ? 84 : 0;
  const low = Math.max(bandHeight(what.output, outW, 180) + strip, Math.min(rows * WORK_CELL, work * (rows / columns)) + 40);
  return finish(width, y + low + TAG, what, {
    input: { x: EDGE, y: TITLE, w: inner, h: high },
    work: { x: EDGE, y, w: work, h: low - 30 },
    output: { x: EDGE + work + 28, y, w: outW, h: low },
    upright: true,
  });
}

/** Height that maps want in a band of this width, at most `most`. @param {FitWhat} maps @param {number} width @param {number} most */
function bandHeight({ count, rows, columns, unit = 1, line }, width, most) {
  if (line) return Math.min(count * (96 + TAG + GAP), most);
  const across = count === 1 ? 1 : Math.max(unit > 1 ? Math.min(unit, 3) : 2, Math.ceil(Math.sqrt(count)));
  const cell = Math.min(LARGEST_CELL, width / across / columns);
  return Math.min(Math.ceil(count / across) * (rows * cell + TAG + GAP), most);
}

/** @param {KernelWhat} kernel @param {number} width */
function workWidth({ maps, columns }, width) {
  const wanted = Math.min(maps, 3) * (columns * WORK_CELL + 8);
  return Math.max(116, Math.min(wanted, width * 0.28));
}

/** Height at which a window that stands upright can be read. @param {KernelWhat} kernel */
const workHeight = ({ rows, lines }) => TITLE + lines * (rows * 28 + 26) + 58;

/** @param {number} width @param {number} tall @param {What} what @returns {StageLayout} */
function stacked(width, tall, what) {
  /** @param {FitWhat} maps */
  const need = (maps) => bandHeight(maps, width - 2 * EDGE, maps.line ? tall : 250);
  let y = TITLE;
  /** @param {number} h */
  const band = (h) => {
    const box = { x: EDGE, y, w: width - 2 * EDGE, h };
    y += h + TITLE + 8;
    return box;
  };
  /** @type {Partial<Boxes>} */
  const boxes = { input: band(need(what.input)) };
  if (what.kernel) {
    const { maps, rows } = what.kernel;
    const workH = Math.min(Math.min(maps, 3) * (rows * (what.input.line ? 34 : 30) + 8), 190) + TAG + 24;
    boxes.work = { ...band(workH), h: workH - 24 };
  }
  if (what.gate) boxes.gate = band(need(what.gate));
  const beside = what.maps > 1 && !what.gate ? (what.output.line ? what.maps * 26 : 84) : 0;
  boxes.output = band(need(what.output) + beside);
  if (what.gate && what.maps > 1) boxes.strip = band(STRIP);
  return finish(width, y - TITLE, what, /** @type {Boxes} */ ({ ...boxes, upright: false }));
}

/** @param {number} width @param {number} tall @param {What} what @param {Boxes} boxes @returns {StageLayout} */
function finish(width, tall, what, boxes) {
  const { output: box } = boxes;
  const line = Boolean(what.output.line);
  const beside = what.maps > 1 && !boxes.strip;
  const strip = beside ? Math.min(line ? what.maps * 26 : Math.max(64, box.h * 0.26), box.h * 0.5) : 0;
  const main = { ...box, h: box.h - strip };
  const thumbs = { ...what.output, count: what.maps, unit: 1, groups: what.groups ?? 1 };
  const stripBox = strip ? { ...box, y: box.y + box.h - strip + GAP, h: strip - GAP } : boxes.strip;
  return {
    ...withCharts(width, tall, what.charts ?? 0),
    width,
    boxes: { ...boxes, main },
    input: fitMaps(boxes.input, what.input),
    gate: boxes.gate && what.gate ? fitMaps(boxes.gate, what.gate) : null,
    work: boxes.work && what.kernel ? fitWork(boxes.work, what.kernel, boxes.upright) : null,
    output: fitMaps(main, what.output),
    strip: stripBox ? fitMaps(stripBox, thumbs) : null,
  };
}

/** @param {number} width @param {number} tall @param {number} count */
function withCharts(width, tall, count) {
  const charts = fitCharts(width, tall + GAP, count);
  return { charts, height: charts.reduce((low, { y, h }) => Math.max(low, y + h + TITLE / 2), tall) };
}

/** @type {("input" | "gate" | "output" | "strip")[]} */
const SHRUNK = ["input", "gate", "output", "strip"];

/** Cells of whole units leave no seams in a vector drawing; small ones may not shrink so much. @param {Fitted} maps */
const wholeCells = (maps) => {
  const [cw, ch] = [maps.cw, maps.ch].map((size) => (size < 6 ? size : Math.floor(size)));
  return { ...maps, cw, ch };
};

/**
 * The same on a page of paper: only as high as what stands on it, the small maps close under the large ones.
 * @param {number} width @param {number} tall @param {What} what @returns {StageLayout}
 */
export function layoutPage(width, tall, what) {
  const laid = layoutStage(width, tall, { ...what, charts: 0 });
  for (const name of SHRUNK) Object.assign(laid, { [name]: laid[name] && wholeCells(laid[name]) });
  /** @param {Fitted | null} maps @param {FitWhat | null} of */
  const low = (maps, of) => (maps ? Math.max(...maps.slots.map(({ y, h }) => y + Math.min(h, (of?.rows ?? 0) * maps.ch))) + TAG : 0);
  const { boxes, work } = laid;
  /** @type {[box: Rect | undefined, end: number][]} */
  const all = [
    [boxes.input, low(laid.input, what.input)],
    [boxes.gate, low(laid.gate, what.gate)],
    [boxes.main, low(laid.output, what.output)],
    [boxes.work, work ? work.bottom + (work.upright && (what.kernel?.lines ?? 0) > 1 ? 58 : 26) : 0], // a line, and the colours of the weights
  ];
  const columns = all.flatMap(([box, end]) => (box ? [{ box, end }] : []));
  if (laid.strip) {
    const [{ x, y }] = laid.strip.slots;
    const above = columns.filter(({ box }) => box.y < y && box.x + box.w > x && (boxes.strip || box === boxes.main)).map(({ end }) => end);
    const up = Math.max(0, y - Math.max(...above) - (boxes.strip ? TITLE : GAP));
    laid.strip = { ...laid.strip, slots: laid.strip.slots.map((slot) => ({ ...slot, y: slot.y - up })) };
    if (boxes.strip) boxes.strip = { ...boxes.strip, y: boxes.strip.y - up };
    columns.push({ box: boxes.strip ?? boxes.main, end: low(laid.strip, what.output) });
  }
  return { ...laid, ...withCharts(width, Math.max(...columns.map(({ end }) => end)), what.charts ?? 0) };
}

/**
 * Boxes of the charts: side by side, or one above the other where there is no room.
 * @param {number} width @param {number} top @param {number} count @returns {Rect[]}
 */
function fitCharts(width, top, count) {
  const across = width < 540 ? 1 : count;
  const w = (width - 2 * EDGE - (across - 1) * 28) / Math.max(across, 1);
  return Array.from({ length: count }, (_, i) => ({
    x: EDGE + (i % across) * (w + 28),
    y: top + TITLE / 2 + Math.floor(i / across) * (CHART + TITLE),
    w,
    h: CHART,
  }));
}
