// Where everything stands on the stage, in CSS pixels. Pure: numbers in, rectangles out.

const GAP = 10; // between two maps
const GROUP_GAP = 18; // more between two groups of channels
const TITLE = 40; // a panel's name and its legend
const TAG = 15; // a map's own name, under it
const EDGE = 3; // an outline at the border of a map must not be cut
const LARGEST_CELL = 72;
const WORK_CELL = 46;
const STACKED_BELOW = 540;
const FOLDED_BELOW = 640;
const MOST_TAPS = 2500; // larger windows, and those whose taps get less than a pixel, are not shown in the middle
const STRIP = 56; // small maps under the large ones
const CHART = 110;

/**
 * Put `count` equal maps into a rectangle, as large as they get.
 *
 * @param {{x, y, w, h}} box
 * @param {{count, rows, columns, unit, groups, line}} what `unit` maps belong together in one row;
 *   `line` is true for one-row maps, whose cells may be taller than wide
 * @param {number} tight part of every gap that is left where whole gaps leave no room for the maps
 * @returns {{cw, ch, slots: {x, y, w, h}[]}} size of a cell, and one slot per map
 */
export function fitMaps(box, what, tight = 1) {
  const { count, rows, columns, unit = 1, groups = 1, line = false } = what;
  const [gap, groupGap, tag] = [GAP, GROUP_GAP, TAG].map((size) => size * tight);
  const perGroup = count / groups;
  let best = { cell: -1 };
  for (let across = 1; across <= count; across++) {
    if (across % unit && unit % across) continue;
    const down = Math.ceil(count / across);
    const w = (box.w - (across - 1) * gap - cutsOf(count, across, perGroup) * groupGap) / across;
    const h = (box.h - (down - 1) * gap) / down - tag;
    const cell = Math.min(w / columns, line ? w / columns : h / rows);
    if (cell > best.cell + 1e-9 && h > 4 * tight) best = { cell, across, w, h };
  }
  if (best.cell <= 0 && tight > 0.001) return fitMaps(box, what, tight / 2);
  const { across, w, h } = best;
  const cw = Math.min(best.cell, LARGEST_CELL);
  const ch = line ? Math.min(h, 110) : cw;
  const tall = line || across < count ? Math.min(h, rows * ch) : h; // rows of maps stand close; a single row may zoom
  const slots = [];
  let x = box.x;
  let y = box.y;
  for (let i = 0; i < count; i++) {
    if (i && i % across === 0) [x, y] = [box.x, y + tall + tag + gap];
    else if (i) x += w + gap + (i % perGroup === 0 ? groupGap : 0);
    slots.push({ x, y, w, h: tall });
  }
  return { cw, ch, slots };
}

/** Gaps between groups in the row that has the most of them. */
function cutsOf(count, across, perGroup) {
  let most = 0;
  for (let first = 0; first < count; first += across) {
    const last = Math.min(first + across, count) - 1;
    most = Math.max(most, Math.floor(last / perGroup) - Math.floor(first / perGroup));
  }
  return most;
}

/** The part of a slot that a map fills, and the size of its cells there, under a zoom. */
export function viewport(slot, rows, columns, { cw, ch }, view) {
  const [sx, sy] = [cw * view.zoom, ch * view.zoom];
  const [w, h] = [Math.min(slot.w, columns * sx), Math.min(slot.h, rows * sy)];
  const x = slot.x + Math.floor((slot.w - w) / 2);
  return { x, y: slot.y, w, h, sx, sy, left: view.left, top: view.top, rows, columns, slot };
}

/** Keep a view inside its map: no empty margin appears when zooming out or panning too far. */
export function clampView(view, port) {
  const zoom = Math.max(1, Math.min(view.zoom, 200));
  return {
    zoom,
    left: Math.max(0, Math.min(view.left, port.columns - port.w / port.sx)),
    top: Math.max(0, Math.min(view.top, port.rows - port.h / port.sy)),
  };
}

/** Zoom by a factor about a point of the viewport, which stays where it is. */
export function zoomAt(view, port, factor, x, y) {
  const zoom = Math.max(1, Math.min(view.zoom * factor, 200));
  const cells = { cw: port.sx / view.zoom, ch: port.sy / view.zoom };
  const next = viewport(port.slot, port.rows, port.columns, cells, { ...view, zoom }); // a narrow map grows, and moves
  const column = view.left + (x - port.x) / port.sx;
  const row = view.top + (y - port.y) / port.sy;
  return { zoom, left: column - (x - next.x) / next.sx, top: row - (y - next.y) / next.sy };
}

/** Pixel of the upper left corner of a place. */
export const xOf = (port, column) => port.x + (column - port.left) * port.sx;
export const yOf = (port, row) => port.y + (row - port.top) * port.sy;

/** The place under a pixel, or null beside the map. */
export function placeAt(port, x, y) {
  if (x < port.x || y < port.y || x >= port.x + port.w || y >= port.y + port.h) return null;
  return [Math.floor(port.top + (y - port.y) / port.sy), Math.floor(port.left + (x - port.x) / port.sx)];
}

/**
 * Small grids for each map that a window reads: what is read and, for a sum of products, the weights and the products.
 *
 * @param {{maps, rows, columns, lines}} what `maps` planes of `rows` x `columns` taps in `lines` grids each, 1 or 3
 * @returns {{cell, shown, upright, grids: {x, y, w, h, row, map}[]}} `row` is 0, 1 or 2 for read, weight, product
 */
export function fitWork(box, { maps, rows, columns, lines = 3 }, upright) {
  const [between, edge] = [26, 8];
  const room = (shown) => {
    const [across, down] = upright ? [shown, lines] : [lines, shown];
    const w = (box.w - (across - 1) * (upright ? edge : between)) / (across * columns);
    const h = (box.h - (down - 1) * (upright ? between : edge) - (upright ? 0 : TAG)) / (down * rows);
    return Math.min(w, h, WORK_CELL);
  };
  if (rows * columns > MOST_TAPS || room(1) < 1) return { cell: 0, shown: 0, upright, grids: [], bottom: box.y };
  let shown = maps;
  while (shown > 1 && room(shown) < 24) shown--;
  const cell = room(shown);
  const [w, h] = [cell * columns, cell * rows];
  const [stepX, stepY] = upright ? [w + edge, h + between] : [w + between, h + edge];
  const wide = (upright ? shown : lines) * stepX - (upright ? edge : between);
  const left = box.x + Math.max(0, (box.w - wide) / 2);
  const top = box.y + (upright ? 0 : TAG);
  const grids = [];
  for (let map = 0; map < shown; map++)
    for (let row = 0; row < lines; row++) {
      const [i, j] = upright ? [map, row] : [row, map];
      grids.push({ x: left + i * stepX, y: top + j * stepY, w, h, row, map });
    }
  return { cell, shown, upright, grids, bottom: Math.max(...grids.map((g) => g.y + g.h)) };
}

/**
 * The whole stage: input, middle and output side by side, or one above the other where there is no room; charts below.
 *
 * @param {number} width of the stage
 * @param {number} tall the height that a wide stage may take
 * @param {{input, kernel, gate, output, maps, groups, charts}} what `input`, `gate` and `output` as for `fitMaps`,
 *   `kernel` as for `fitWork`; of `kernel` and `gate` one stands in the middle, or neither. `maps` output channels are
 *   shown small: beside the selected one, or under all where there is a gate. `charts` is their number.
 */
export function layoutStage(width, tall, what) {
  if (what.input.line || what.output.line) return stacked(width, tall, what);
  if (what.kernel?.lines === 1 && width < FOLDED_BELOW) return folded(width, tall, what);
  return width < STACKED_BELOW ? stacked(width, tall, what) : abreast(width, tall, what);
}

function abreast(width, tall, what) {
  const gap = 28;
  const gaps = what.kernel || what.gate ? 2 : 1;
  const all = width - 2 * EDGE - gaps * gap;
  const middle = what.gate ? all / 3 : what.kernel ? workWidth(what.kernel, width) : 0;
  const side = (all - middle) / 2;
  const strip = what.gate && what.maps > 1 ? STRIP + TITLE + GAP : 0;
  if (what.gate) tall = Math.min(tall, TITLE + bandHeight(what.gate, middle, tall - TITLE - strip) + strip);
  const box = (x, w) => ({ x: x + EDGE, y: TITLE, w, h: tall - TITLE - strip });
  const boxes = { input: box(0, side), output: box(width - 2 * EDGE - side, side) };
  if (what.kernel) boxes.work = { ...box(side + gap, middle), h: tall - TITLE - 58 };
  if (what.gate) boxes.gate = box(side + gap, middle);
  if (strip) boxes.strip = { x: EDGE, y: tall - STRIP, w: width - 2 * EDGE, h: STRIP };
  return finish(width, tall, what, { ...boxes, upright: true });
}

/** A window without weights takes little room: it stands beside the output, under the input. */
function folded(width, tall, what) {
  const { rows, columns } = what.kernel;
  const inner = width - 2 * EDGE;
  const high = bandHeight(what.input, inner, Math.max(180, Math.min(250, tall * 0.75)));
  const y = 2 * TITLE + high + 8;
  const work = Math.max(100, Math.min(Math.min(what.kernel.maps, 3) * (columns * WORK_CELL + 8), inner * 0.36));
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

/** Height that maps want in a band of this width, at most `most`. */
function bandHeight({ count, rows, columns, unit = 1, line }, width, most) {
  if (line) return Math.min(count * (96 + TAG + GAP), most);
  const across = count === 1 ? 1 : Math.max(unit > 1 ? Math.min(unit, 3) : 2, Math.ceil(Math.sqrt(count)));
  const cell = Math.min(LARGEST_CELL, width / across / columns);
  return Math.min(Math.ceil(count / across) * (rows * cell + TAG + GAP), most);
}

function workWidth({ maps, columns }, width) {
  const wanted = Math.min(maps, 3) * (columns * WORK_CELL + 8);
  return Math.max(116, Math.min(wanted, width * 0.28));
}

function stacked(width, tall, what) {
  const need = (maps) => bandHeight(maps, width - 2 * EDGE, maps.line ? tall : 250);
  let y = TITLE;
  const band = (h) => {
    const box = { x: EDGE, y, w: width - 2 * EDGE, h };
    y += h + TITLE + 8;
    return box;
  };
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
  return finish(width, y - TITLE, what, { ...boxes, upright: false });
}

function finish(width, tall, what, boxes) {
  const { output: box } = boxes;
  const line = Boolean(what.output.line);
  const beside = what.maps > 1 && !what.gate;
  const strip = beside ? Math.min(line ? what.maps * 26 : Math.max(64, box.h * 0.26), box.h * 0.5) : 0;
  const main = { ...box, h: box.h - strip };
  const thumbs = { ...what.output, count: what.maps, unit: 1, groups: what.groups ?? 1 };
  const stripBox = strip ? { ...box, y: box.y + box.h - strip + GAP, h: strip - GAP } : boxes.strip;
  const charts = fitCharts(width, tall + GAP, what.charts ?? 0);
  return {
    width,
    height: charts.length ? charts.at(-1).y + charts.at(-1).h + TITLE / 2 : tall,
    boxes: { ...boxes, main },
    input: fitMaps(boxes.input, what.input),
    gate: boxes.gate ? fitMaps(boxes.gate, what.gate) : null,
    work: boxes.work ? fitWork(boxes.work, what.kernel, boxes.upright) : null,
    output: fitMaps(main, what.output),
    strip: stripBox ? fitMaps(stripBox, thumbs) : null,
    charts,
  };
}

/** Boxes of the charts: side by side, or one above the other where there is no room. */
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
