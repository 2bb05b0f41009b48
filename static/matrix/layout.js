// Where the panels stand, in CSS pixels. Rows of the kernels lie in line with rows of the product, columns with columns.
import { LARGEST_CELL, TAG, fitMaps } from "../drawing/fit.js";

const TITLE = 42; // a panel's name and its note
const GAP = 30;
const EDGE = 3; // an outline at the border must not be cut
const STACKED_BELOW = 560;
const READ = 22; // pixels that a row with numbers wants
const [WIDEST, FLAT] = [64, 0.62]; // a cell of a matrix, and how high it is in parts of its width
const BESIDE = 14; // pixels of a column that are left if the output stands beside the columns
const PAIR = 310; // two maps, one above the other, and their names
const NAMED = 170; // a title with its colours wants
const STRIP = 24; // a matrix of one row, or of one column

/**
 * How high rows are: as wide cells want it, as numbers need it, as there is room.
 * @param {number} room @param {number} rows @param {number} wide
 */
function rowHeight(room, rows, wide) {
  const most = room / rows;
  return Math.min(most, Math.max(FLAT * wide, Math.min(most, READ)));
}

/** How wide maps get beside each other, as few as are one above the other. @param {FitWhat} what */
const wideAs = ({ count, columns }) => Math.ceil(count ** 0.5) * (columns * LARGEST_CELL + GAP);

/** How wide maps of a height get in a row, so that few of them stand close. @param {number} most @param {number} high @param {FitWhat} what */
const inRow = (most, high, { count, rows, columns, line }) => (line ? most : Math.min(most, count * ((columns * (high - TAG)) / rows + GAP)));

/** @param {number} x @param {number} y @param {number} rows @param {number} columns @param {number} cw @param {number} ch @returns {Fitted} */
const placed = (x, y, rows, columns, cw, ch) => ({ cw, ch, slots: [{ x, y, w: columns * cw, h: rows * ch }] });

/**
 * @param {number} width @param {number} tall the height that the maps of a wide stage may take
 * @param {DeskWhat} what
 * @returns {DeskLayout}
 */
export function layoutDesk(width, tall, what) {
  const inner = width - 2 * EDGE;
  return finished(width, inner < STACKED_BELOW ? stacked(inner, what) : what.toeplitz ? sparse(inner, tall, what) : aligned(inner, tall, what));
}

/** @param {number} width @param {Laid} laid @returns {DeskLayout} */
function finished(width, { fits, rooms }) {
  const lowest = Object.values(fits).flatMap(({ slots }) => slots.map(({ y, h }) => y + h + TAG));
  return { width, height: Math.ceil(Math.max(...lowest) + EDGE), fits, rooms };
}

/** Maps in a box. @param {number} x @param {number} y @param {number} w @param {number} h @param {FitWhat} what */
const maps = (x, y, w, h, what) => fitMaps({ x, y, w, h }, what);

/** The lowest pixel of some maps. @param {Fitted} fitted */
const bottom = ({ slots }) => Math.max(...slots.map(({ y, h }) => y + h));

/** Input and kernels at the left, columns and product in line with them. @param {number} inner @param {number} tall @param {DeskWhat} what @returns {Laid} */
function aligned(inner, tall, what) {
  const { rows, positions, kernels } = what;
  const left = Math.max(170, Math.min(330, 0.25 * inner));
  const [x, right] = [EDGE + left + GAP, inner - left - GAP];
  const own = Math.max(130, 0.22 * inner); // for the output
  const beside = (right - own - GAP) / positions >= BESIDE;
  const rest = beside ? tall : 0.78 * tall;
  const low = Math.min(kernels * 30, 0.42 * rest); // for the product
  const cw = Math.min(WIDEST, (beside ? right - own - GAP : right) / positions);
  const ch = rowHeight(rest - low, rows, cw);
  const top = Math.max(ch * rows, what.overwritten ? PAIR : Math.min(rest - low, 190));
  const y = TITLE + EDGE;
  const both = what.overwritten ? (top - TITLE - TAG) / 2 : top;
  const input = maps(EDGE, y, left, both, what.input);
  const second = what.overwritten ? maps(EDGE, y + both + TITLE + TAG, left, both, what.overwritten) : null;
  const upper = Math.max(y + ch * rows, bottom(second ?? input) + TAG);
  const next = upper + TITLE;
  const tallRow = rowHeight(low, kernels, cw);
  const wide = Math.min(46, (left - (what.added ? 8 : 0)) / (rows + (what.added ? 1 : 0)));
  const strip = Math.max(wide, 10);
  /** @type {Record<string, Fitted>} */
  const fits = {
    input,
    columns: placed(x, y, rows, positions, cw, ch),
    matrix: placed(EDGE, next, kernels, rows, wide, tallRow),
    product: placed(x, next, kernels, positions, cw, tallRow),
  };
  if (second) fits.overwritten = second;
  if (what.added) fits.added = placed(Math.min(EDGE + rows * wide + 8, EDGE + left - strip), next, kernels, 1, strip, tallRow);
  const after = x + Math.max(cw * positions, NAMED) + GAP;
  const room = Math.min(inner + EDGE - after, wideAs(what.output));
  fits.output = beside
    ? maps(after, y, room, Math.max(top, 140), what.output)
    : maps(EDGE, next + kernels * tallRow + TITLE, inRow(inner, Math.max(0.24 * tall, 90), what.output), Math.max(0.24 * tall, 90), what.output);
  const shared = beside ? after - x - GAP : right;
  return { fits, rooms: { input: left, overwritten: left, columns: shared, matrix: Math.max(90, rows * wide), product: shared, added: strip + GAP - 4, output: beside ? Math.max(room, Math.min(NAMED, inner + EDGE - after)) : inner } };
}

/** The whole layer's matrix with x over it and y beside it. @param {number} inner @param {number} tall @param {DeskWhat} what @returns {Laid} */
function sparse(inner, tall, what) {
  const { rows, kernels } = what;
  const whole = /** @type {{rows: number, columns: number}} */ (what.toeplitz);
  const left = Math.max(170, Math.min(330, 0.25 * inner));
  const own = Math.max(130, 0.2 * inner);
  const x = EDGE + left + GAP;
  const right = inner - left - own - 3 * GAP - STRIP;
  const y = TITLE + EDGE;
  const cw = Math.min(34, right / whole.columns);
  const ch = rowHeight(tall - STRIP - TITLE, whole.rows, cw);
  const under = y + STRIP + TITLE;
  const input = maps(EDGE, y, left, 0.5 * tall, what.input);
  const next = bottom(input) + TAG + TITLE;
  const wide = Math.min(46, (left - (what.added ? 8 : 0)) / (rows + (what.added ? 1 : 0)));
  const tallRow = rowHeight(Math.max(40, 0.36 * tall), kernels, wide);
  const after = x + cw * whole.columns + GAP;
  /** @type {Record<string, Fitted>} */
  const fits = {
    input,
    vector: placed(x, y, 1, whole.columns, cw, STRIP),
    toeplitz: placed(x, under, whole.rows, whole.columns, cw, ch),
    result: placed(after, under, whole.rows, 1, STRIP, ch),
    matrix: placed(EDGE, next, kernels, rows, wide, tallRow),
    output: maps(after + STRIP + GAP, y, Math.min(own, inner + EDGE - after - STRIP - GAP), 0.6 * tall, what.output),
  };
  const strip = Math.max(wide, 10);
  if (what.added) fits.added = placed(Math.min(EDGE + rows * wide + 8, EDGE + left - strip), next, kernels, 1, strip, tallRow);
  return { fits, rooms: { input: left, vector: right, toeplitz: Math.max(right, cw * whole.columns), result: STRIP + GAP, matrix: Math.max(90, rows * wide), added: strip + GAP - 4, output: own } };
}

/** One panel below the other. @param {number} inner @param {DeskWhat} what @returns {Laid} */
function stacked(inner, what) {
  const { rows, positions, kernels } = what;
  let y = EDGE;
  /** @type {Record<string, Fitted>} */
  const fits = {};
  /** @param {string} name @param {(y: number) => Fitted} make */
  const put = (name, make) => {
    fits[name] = make(y + TITLE);
    y = bottom(fits[name]) + TAG;
  };
  /** @param {number} across @param {number} down @param {number} most */
  const table = (across, down, most) => (/** @type {number} */ at) => {
    const cw = Math.min(46, inner / across);
    return placed(EDGE, at, down, across, cw, rowHeight(most, down, cw));
  };
  put("input", (at) => maps(EDGE, at, inner, 190, what.input));
  if (what.overwritten) put("overwritten", (at) => maps(EDGE, at, inner, 190, /** @type {FitWhat} */ (what.overwritten)));
  if (what.toeplitz) {
    const { rows: down, columns: across } = what.toeplitz;
    const cw = Math.min(34, (inner - STRIP - 12) / across);
    put("vector", (at) => placed(EDGE, at, 1, across, cw, STRIP));
    put("toeplitz", (at) => placed(EDGE, at, down, across, cw, rowHeight(300, down, cw)));
    const { slots: [whole], ch } = fits.toeplitz;
    fits.result = placed(EDGE + whole.w + 12, whole.y, down, 1, STRIP, ch);
  } else put("columns", table(positions, rows, 260));
  put("matrix", table(rows + (what.added ? 1.5 : 0), kernels, 120));
  const { slots: [own], cw, ch } = fits.matrix;
  own.w = rows * cw;
  if (what.added) fits.added = placed(own.x + own.w + cw / 2, own.y, kernels, 1, cw, ch);
  if (!what.toeplitz) put("product", table(positions, kernels, 120));
  put("output", (at) => maps(EDGE, at, inner, 190, what.output));
  const rooms = Object.fromEntries(Object.keys(fits).map((name) => [name, inner]));
  return { fits, rooms: { ...rooms, matrix: own.w - 4, added: cw + 14, result: STRIP + 10, toeplitz: inner - STRIP - 30 } };
}
