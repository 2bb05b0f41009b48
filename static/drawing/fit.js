// How maps, and the grids in the middle, fit into a rectangle. Pure: numbers in, rectangles out, in CSS pixels.

export const GAP = 10; // between two maps
const GROUP_GAP = 18; // more between two groups of channels
export const TAG = 15; // a map's own name, under it
export const LARGEST_CELL = 72;
export const WORK_CELL = 46;
const MOST_TAPS = 2500; // larger windows, and those whose taps get less than a pixel, are not shown in the middle

/**
 * Put `count` equal maps into a rectangle, as large as they get.
 *
 * @param {Rect} box
 * @param {FitWhat} what `unit` maps belong together in one row;
 *   `line` is true for one-row maps, whose cells may be taller than wide
 * @param {number} tight part of every gap that is left where whole gaps leave no room for the maps
 * @returns {Fitted} size of a cell, and one slot per map
 */
export function fitMaps(box, what, tight = 1) {
  const { count, rows, columns, unit = 1, groups = 1, line = false } = what;
  const [gap, groupGap, tag] = [GAP, GROUP_GAP, TAG].map((size) => size * tight);
  const perGroup = count / groups;
  let best = { cell: -1, across: 1, w: 0, h: 0 };
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

/** Gaps between groups in the row that has the most of them. @param {number} count @param {number} across @param {number} perGroup */
function cutsOf(count, across, perGroup) {
  let most = 0;
  for (let first = 0; first < count; first += across) {
    const last = Math.min(first + across, count) - 1;
    most = Math.max(most, Math.floor(last / perGroup) - Math.floor(first / perGroup));
  }
  return most;
}

/**
 * Small grids for each map that a window reads: what is read and, for a sum of products, the weights and the products.
 *
 * @param {Rect} box
 * @param {KernelWhat} what `maps` planes of `rows` x `columns` taps in `lines` grids each, 1 or 3
 * @param {boolean} upright
 * @returns {Work} `row` is 0, 1 or 2 for read, weight, product
 */
export function fitWork(box, { maps, rows, columns, lines = 3 }, upright) {
  const [between, edge] = [26, 8];
  /** @param {number} shown */
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
  /** @type {any[]} the stage makes viewports of them */
  const grids = [];
  for (let map = 0; map < shown; map++)
    for (let row = 0; row < lines; row++) {
      const [i, j] = upright ? [map, row] : [row, map];
      grids.push({ x: left + i * stepX, y: top + j * stepY, w, h, row, map });
    }
  return { cell, shown, upright, grids, bottom: Math.max(...grids.map((g) => g.y + g.h)) };
}
