// Where the places of a map lie on the stage, and which place lies under a pixel. The one file that knows which way
// torch's axes run: rows down and columns to the right or, turned, rows to the right and columns up.

/** How many cells a map is wide and high as it is drawn. @param {number} rows @param {number} columns @param {boolean} turned */
export const drawnSize = (rows, columns, turned) => (turned ? [rows, columns] : [columns, rows]);

/**
 * The part of a slot that a map fills, and the size of its cells there, under a zoom.
 * @param {Rect} slot @param {number} rows @param {number} columns @param {{cw: number, ch: number}} cells @param {View} view @param {boolean} [turned] @returns {Port}
 */
export function viewport(slot, rows, columns, { cw, ch }, view, turned = false) {
  const [across, down] = drawnSize(rows, columns, turned);
  const [sx, sy] = [cw * view.zoom, ch * view.zoom];
  const [w, h] = [Math.min(slot.w, across * sx), Math.min(slot.h, down * sy)];
  const x = slot.x + Math.floor((slot.w - w) / 2);
  return { x, y: slot.y, w, h, sx, sy, left: view.left, top: view.top, rows, columns, turned, across, down, slot };
}

/**
 * Keep a view inside its map: no empty margin appears when zooming out or panning too far.
 * @param {View} view @param {Port} port @returns {View}
 */
export function clampView(view, port) {
  const zoom = Math.max(1, Math.min(view.zoom, 200));
  return {
    zoom,
    left: Math.max(0, Math.min(view.left, port.across - port.w / port.sx)),
    top: Math.max(0, Math.min(view.top, port.down - port.h / port.sy)),
  };
}

/**
 * Zoom by a factor about a point of the viewport, which stays where it is.
 * @param {View} view @param {Port} port @param {number} factor @param {number} x @param {number} y @returns {View}
 */
export function zoomAt(view, port, factor, x, y) {
  const zoom = Math.max(1, Math.min(view.zoom * factor, 200));
  const cells = { cw: port.sx / view.zoom, ch: port.sy / view.zoom };
  const next = viewport(port.slot, port.rows, port.columns, cells, { ...view, zoom }, port.turned); // a narrow map grows, and moves
  const across = view.left + (x - port.x) / port.sx;
  const down = view.top + (y - port.y) / port.sy;
  return { zoom, left: across - (x - next.x) / next.sx, top: down - (y - next.y) / next.sy };
}

/**
 * The smallest block that holds all these rows and columns: [row, column, rows, columns].
 * @param {number[]} rows @param {number[]} columns
 * @returns {Block}
 */
export function blockOf(rows, columns) {
  const [row, column] = [Math.min(...rows), Math.min(...columns)];
  return [row, column, Math.max(...rows) + 1 - row, Math.max(...columns) + 1 - column];
}

/**
 * A block of places as it is drawn, in cells from the map's upper left corner. A block may begin between places.
 * @param {Port} port @param {number} row @param {number} column @param {number} [rows] @param {number} [columns]
 */
export const lieOf = ({ columns: size, turned }, row, column, rows = 1, columns = 1) =>
  turned ? { left: row, top: size - column - columns, across: rows, down: columns } : { left: column, top: row, across: columns, down: rows };

/**
 * The pixel of a point of the drawn map: so many cells from its left, so many from its top.
 * @param {Port} port @param {number} across @param {number} down
 */
export const pixelOf = (port, across, down) => [port.x + (across - port.left) * port.sx, port.y + (down - port.top) * port.sy];

/**
 * Pixels of the four sides of a block of places: left, top, right, bottom.
 * @param {Port} port @param {number} row @param {number} column @param {number} [rows] @param {number} [columns]
 */
export function sidesOf(port, row, column, rows, columns) {
  const { left, top, across, down } = lieOf(port, row, column, rows, columns);
  return [...pixelOf(port, left, top), ...pixelOf(port, left + across, top + down)];
}

/**
 * A block of places as a rectangle of pixels.
 * @param {Port} port @param {number} row @param {number} column @param {number} [rows] @param {number} [columns] @returns {Rect}
 */
export function boxOf(port, row, column, rows, columns) {
  const { left, top, across, down } = lieOf(port, row, column, rows, columns);
  const [x, y] = pixelOf(port, left, top);
  return { x, y, w: across * port.sx, h: down * port.sy };
}

/** The pixel in the middle of a place. @param {Port} port @param {number} row @param {number} column */
export function middleOf(port, row, column) {
  const { x, y, w, h } = boxOf(port, row, column);
  return [x + w / 2, y + h / 2];
}

/** The place under a pixel, or null beside the map. @param {Port} port @param {number} x @param {number} y */
export function placeAt(port, x, y) {
  if (x < port.x || y < port.y || x >= port.x + port.w || y >= port.y + port.h) return null;
  const [across, down] = [Math.floor(port.left + (x - port.x) / port.sx), Math.floor(port.top + (y - port.y) / port.sy)];
  return port.turned ? [across, port.columns - 1 - down] : [down, across];
}

/** The cells that the viewport shows as they are drawn: [first, end] from the left, and from the top. @param {Port} port */
export function drawnCells({ left, top, w, h, sx, sy, across, down }) {
  /** @param {number} from @param {number} size @param {number} most */
  const span = (from, size, most) => [Math.max(0, Math.floor(from)), Math.min(most, Math.ceil(from + size))];
  return [span(left, w / sx, across), span(top, h / sy, down)];
}

/** Places of a map that the viewport shows: [first row, end row, first column, end column]. @param {Port} port */
export function visible(port) {
  const [[left, right], [top, bottom]] = drawnCells(port);
  return port.turned ? [left, right, port.columns - bottom, port.columns - top] : [top, bottom, left, right];
}

/**
 * In an image of one pixel per place: the pixel of place (0, 0), and how far on the next row and the next column are.
 * @param {number} rows @param {number} columns @param {boolean} turned
 */
export const pixelSteps = (rows, columns, turned) =>
  turned ? { first: (columns - 1) * rows, row: 1, column: -rows } : { first: 0, row: columns, column: 1 };

/** Where an arrow key leads: along which axis, and how far. @param {boolean} turned */
export const arrowKeys = (turned) =>
  turned ? { left: [1, -1], right: [1, 1], up: [2, 1], down: [2, -1] } : { left: [2, -1], right: [2, 1], up: [1, -1], down: [1, 1] };

/** Arrows of growing rows and columns. @param {boolean} turned */
export const arrowSigns = (turned) => (turned ? { rows: "→", columns: "↑" } : { rows: "↓", columns: "→" });
