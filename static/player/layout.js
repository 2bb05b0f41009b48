// Where everything stands on the stage, in CSS pixels. Pure: numbers in, rectangles out.

const GAP = 10; // between two maps
const GROUP_GAP = 18; // more between two groups of channels
const TITLE = 40; // a panel's name and its legend
const TAG = 15; // a map's own name, under it
const EDGE = 3; // an outline at the border of a map must not be cut
const LARGEST_CELL = 72;
const WORK_CELL = 46;

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
 * Three small grids per map that a window reads: what is read, the weights, the products.
 *
 * @param {{maps, rows, columns}} what `maps` planes of `rows` x `columns` taps
 * @returns {{cell, shown, upright, grids: {x, y, w, h, row, map}[]}} `row` is 0, 1 or 2 for read, weight, product
 */
export function fitWork(box, { maps, rows, columns }, upright) {
  const [between, edge] = [26, 8];
  const room = (shown) => {
    const [across, down] = upright ? [shown, 3] : [3, shown];
    const w = (box.w - (across - 1) * (upright ? edge : between)) / (across * columns);
    const h = (box.h - (down - 1) * (upright ? between : edge) - (upright ? 0 : TAG)) / (down * rows);
    return Math.min(w, h, WORK_CELL);
  };
  let shown = maps;
  while (shown > 1 && room(shown) < 24) shown--;
  const cell = Math.max(room(shown), 3);
  const [w, h] = [cell * columns, cell * rows];
  const [stepX, stepY] = upright ? [w + edge, h + between] : [w + between, h + edge];
  const wide = (upright ? shown : 3) * stepX - (upright ? edge : between);
  const left = box.x + Math.max(0, (box.w - wide) / 2);
  const top = box.y + (upright ? 0 : TAG);
  const grids = [];
  for (let map = 0; map < shown; map++)
    for (let row = 0; row < 3; row++) {
      const [i, j] = upright ? [map, row] : [row, map];
      grids.push({ x: left + i * stepX, y: top + j * stepY, w, h, row, map });
    }
  return { cell, shown, upright, grids, bottom: Math.max(...grids.map((g) => g.y + g.h)) };
}

/**
 * The whole stage: input, work and output side by side, or one above the other where there is no room.
 *
 * @param {number} width of the stage
 * @param {number} tall the height that a wide stage may take
 * @param {{input, kernel, output, maps}} what `input` and `output` as for `fitMaps`, `kernel` as for `fitWork`,
 *   `maps` output channels, shown small beside the selected one
 */
export function layoutStage(width, tall, what) {
  const line = Boolean(what.input.line);
  return width < 540 || line ? stacked(width, tall, what, line) : abreast(width, tall, what);
}

function abreast(width, tall, what) {
  const gap = 28;
  const { maps, columns } = what.kernel;
  const wanted = Math.min(maps, 3) * (columns * WORK_CELL + 8);
  const middle = Math.max(116, Math.min(wanted, width * 0.28));
  const side = (width - 2 * EDGE - middle - 2 * gap) / 2;
  const box = (x, w) => ({ x: x + EDGE, y: TITLE, w, h: tall - TITLE });
  return finish(width, tall, what, {
    input: box(0, side),
    work: { ...box(side + gap, middle), h: tall - TITLE - 58 },
    output: box(side + middle + 2 * gap, side),
    upright: true,
  });
}

function stacked(width, tall, what, line) {
  const need = ({ count, rows, columns, unit = 1 }, most) => {
    if (line) return Math.min(count * (96 + TAG + GAP), most);
    const across = count === 1 ? 1 : Math.max(unit > 1 ? Math.min(unit, 3) : 2, Math.ceil(Math.sqrt(count)));
    const cell = Math.min(LARGEST_CELL, (width - 2 * EDGE) / across / columns);
    return Math.min(Math.ceil(count / across) * (rows * cell + TAG + GAP), most);
  };
  const most = line ? tall : 250;
  const inputH = need(what.input, most);
  const { maps, rows } = what.kernel;
  const workH = Math.min(Math.min(maps, 3) * (rows * (line ? 34 : 30) + 8), 190) + TAG + 24;
  const outputH = need(what.output, most) + (what.maps > 1 ? (line ? what.maps * 26 : 84) : 0);
  let y = TITLE;
  const band = (h) => {
    const box = { x: EDGE, y, w: width - 2 * EDGE, h };
    y += h + TITLE + 8;
    return box;
  };
  const input = band(inputH);
  const work = band(workH);
  const output = band(outputH);
  return finish(width, y - TITLE, what, { input, work: { ...work, h: workH - 24 }, output, upright: false });
}

function finish(width, height, what, boxes) {
  const { output: box } = boxes;
  const line = Boolean(what.output.line);
  const strip = what.maps > 1 ? Math.min(line ? what.maps * 26 : Math.max(64, box.h * 0.26), box.h * 0.5) : 0;
  const main = { ...box, h: box.h - strip };
  return {
    width,
    height,
    boxes: { ...boxes, main },
    input: fitMaps(boxes.input, what.input),
    work: fitWork(boxes.work, what.kernel, boxes.upright),
    output: fitMaps(main, what.output),
    strip: strip
      ? fitMaps(
          { ...box, y: box.y + box.h - strip + GAP, h: strip - GAP },
          { ...what.output, count: what.maps, unit: 1, groups: what.groups ?? 1 },
        )
      : null,
  };
}
