// How pictures of kernels and maps stand in a box, and what lies under a pointer. Pure.

const GAP = 10; // pixels between pictures of two filters side by side
const LINE = 15; // pixels between two rows of them; their numbers stand there
const SEAM = 2; // between channels of one filter

/** Rows and columns of the channels of a filter. @param {number} channels @param {boolean} bars */
export function mosaic(channels, bars) {
  if (bars || channels < 4) return bars ? [channels, 1] : [1, channels];
  const columns = Math.ceil(Math.sqrt(channels));
  return [Math.ceil(channels / columns), columns];
}

/**
 * How many filters stand side by side, so that all are as large as can be.
 * @param {number} n @param {number} wide @param {number} tall of one, in whatever unit @param {Rect} box
 */
export function across(n, wide, tall, { w, h }) {
  let [best, found] = [0, 1];
  for (let columns = 1; columns <= n; columns++) {
    const scale = Math.min((w / columns - GAP) / wide, (h / Math.ceil(n / columns) - LINE) / tall);
    if (scale > best * 1.001) [best, found] = [scale, columns];
  }
  return found;
}

/**
 * Where the pictures stand: all cells have one size; `free` ones, such as bars, take the room that there is.
 * @param {{filters: number, channels: number, rows: number, columns: number, bars: boolean, turned: boolean}} what
 * @param {Rect} box @param {number} [side] filters side by side, as another panel has them
 * @returns {Tiles}
 */
export function tiles({ filters, channels, rows, columns, bars, turned }, box, side = 0) {
  const [wide, tall] = turned ? [rows, columns] : [columns, rows];
  const [down, along] = mosaic(channels, bars);
  const [unitW, unitH] = bars ? [along * 2.2, down] : [wide * along, tall * down];
  const slim = Math.max(unitW / unitH, unitH / unitW) > 2.6; // of a long spectrogram cells are no squares
  const count = side || across(filters, slim && !bars ? 2.4 : unitW, slim && !bars ? 1 : unitH, box);
  const lines = Math.ceil(filters / count);
  const [roomW, roomH] = [box.w / count - GAP, box.h / lines - LINE];
  const seams = [SEAM * (along - 1), SEAM * (down - 1)];
  const square = Math.min((roomW - seams[0]) / (wide * along), (roomH - seams[1]) / (tall * down));
  const cell = bars || slim ? [(roomW - seams[0]) / (wide * along), (roomH - seams[1]) / (tall * down)] : [square, square];
  const [cw, ch] = cell.map((size) => Math.max(0.05, size > 6 && !bars ? Math.floor(size) : size));
  const size = { w: cw * wide * along + seams[0], h: ch * tall * down + seams[1] };
  const step = { x: Math.min(box.w / count, size.w + 2.4 * GAP), y: Math.min(box.h / lines, size.h + 2.4 * GAP) };
  const slots = Array.from({ length: filters * channels }, (_, i) => {
    const [filter, channel] = [Math.floor(i / channels), i % channels];
    const x = box.x + (filter % count) * step.x + (channel % along) * (cw * wide + SEAM);
    const y = box.y + Math.floor(filter / count) * step.y + Math.floor(channel / along) * (ch * tall + SEAM);
    return { filter, channel, x, y, w: cw * wide, h: ch * tall };
  });
  return { slots, count, size, rows, columns, turned, bars, cell: [cw, ch], channels };
}

/** The box round all channels of a filter. @param {Tiles} tiles @param {number} filter @returns {Rect} */
export function filterBox({ slots, size, channels }, filter) {
  const { x, y } = slots[filter * channels];
  return { x, y, ...size };
}

/** The cell under a pixel. @param {Tiles} tiles @param {number} x @param {number} y */
export function cellAt({ slots, rows, columns, turned }, x, y) {
  const found = slots.find((slot) => x >= slot.x && x < slot.x + slot.w && y >= slot.y && y < slot.y + slot.h);
  if (!found) return null;
  const [right, down] = [(x - found.x) / found.w, (y - found.y) / found.h];
  const [row, column] = turned ? [Math.floor(right * rows), columns - 1 - Math.floor(down * columns)] : [Math.floor(down * rows), Math.floor(right * columns)];
  return { filter: found.filter, channel: found.channel, row, column };
}

/** Where a cell stands. @param {Tiles} tiles @param {{filter: number, channel: number, row: number, column: number}} at @returns {Rect} */
export function boxAt({ slots, rows, columns, turned, channels }, { filter, channel, row, column }) {
  const slot = slots[filter * channels + channel];
  const [w, h] = turned ? [slot.w / rows, slot.h / columns] : [slot.w / columns, slot.h / rows];
  return turned ? { x: slot.x + row * w, y: slot.y + (columns - 1 - column) * h, w, h } : { x: slot.x + column * w, y: slot.y + row * h, w, h };
}
