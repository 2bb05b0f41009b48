// Where cells lie on a picture: slices beside and below each other, each with its rows downwards and columns to the right.

/** How a stage's picture is laid out: slices, how many across and down, and cells along and down the whole. @param {FlowStage} stage */
export function layoutOf({ size: [, depth, rows, columns], blocks: [block], across }) {
  const slices = Math.ceil(depth / block);
  const down = Math.ceil(slices / across);
  return { slices, across, down, depth, block, rows, columns, wide: across * columns, tall: down * rows };
}

/** @param {number} n @param {number} most */
const clamp = (n, most) => Math.max(0, Math.min(most - 1, n));

/**
 * The cell, (slice, row, column), at so many cells from the left and from the top; null where there is no slice.
 * @param {SheetLayout} layout @param {number} x @param {number} y
 */
function cellOf(layout, x, y) {
  const { slices, across, depth, block, rows, columns } = layout;
  const slice = Math.floor(y / rows) * across + Math.floor(x / columns);
  return slice < slices ? [Math.min(depth - 1, slice * block), y % rows, x % columns] : null;
}

/**
 * The cell under shares of a picture from the left and from the top; null where there is none.
 * @param {FlowStage} stage @param {number} left @param {number} top
 */
export function cellAt(stage, left, top) {
  const layout = layoutOf(stage);
  return cellOf(layout, clamp(Math.floor(left * layout.wide), layout.wide), clamp(Math.floor(top * layout.tall), layout.tall));
}

/** Where a cell lies: cells from the left and from the top. @param {FlowStage} stage @param {number[]} cell */
export function spotOf(stage, [slice, row, column]) {
  const { across, block, rows, columns } = layoutOf(stage);
  const at = Math.floor(slice / block);
  return [(at % across) * columns + column, Math.floor(at / across) * rows + row];
}

/**
 * The cell so many cells away on the picture, or the same where there is none.
 * @param {FlowStage} stage @param {number[]} cell @param {number} right @param {number} down
 */
export function moved(stage, cell, right, down) {
  const layout = layoutOf(stage);
  const [x, y] = spotOf(stage, cell);
  return cellOf(layout, clamp(x + right, layout.wide), clamp(y + down, layout.tall)) ?? cell;
}

/**
 * Whole slices from one to another, as few boxes of slices: [left, right, top, bottom].
 * @param {number} first @param {number} last @param {number} across
 */
function runs(first, last, across) {
  const [x0, y0, x1, y1] = [first % across, Math.floor(first / across), last % across, Math.floor(last / across)];
  if (y0 === y1) return [[x0, x1 + 1, y0, y0 + 1]];
  const from = x0 ? [[x0, across, y0, y0 + 1]] : [];
  const to = x1 < across - 1 ? [[0, x1 + 1, y1, y1 + 1]] : [];
  const [top, bottom] = [y0 + from.length, y1 + 1 - to.length];
  return [...from, ...(top < bottom ? [[0, across, top, bottom]] : []), ...to];
}

/**
 * A span as boxes on the picture, in shares of it: left, right, and from below bottom and top, as `drawBoxes` wants them.
 * @param {FlowStage} stage @param {Spans} span
 */
export function boxesOf(stage, [, [d0, d1], [r0, r1], [c0, c1]]) {
  const { slices, across, down, block, rows, columns } = layoutOf(stage);
  const [first, last] = [Math.floor(d0 / block), Math.floor(d1 / block)];
  /** @param {number} left @param {number} right @param {number} top @param {number} bottom */
  const box = (left, right, top, bottom) => ({ left: left / across, right: right / across, top: 1 - top / down, bottom: 1 - bottom / down });
  const whole = r1 - r0 === rows - 1 && c1 - c0 === columns - 1;
  if (whole && first === 0 && last === slices - 1) return [box(0, across, 0, down)];
  if (whole) return runs(first, last, across).map(([left, right, top, bottom]) => box(left, right, top, bottom));
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const [x, y] = [(first + i) % across, Math.floor((first + i) / across)];
    return box(x + c0 / columns, x + (c1 + 1) / columns, y + r0 / rows, y + (r1 + 1) / rows);
  });
}

/**
 * The same box, no smaller than these shares of its picture, and inside of it.
 * @param {Box} box @param {number} wide @param {number} tall
 */
export function atLeast({ left, right, bottom, top }, wide, tall) {
  /** @param {number} low @param {number} high @param {number} least */
  const grown = (low, high, least) => {
    const size = Math.min(1, Math.max(least, high - low));
    const from = Math.max(0, Math.min(1 - size, (low + high - size) / 2));
    return high - low >= least ? [low, high] : [from, from + size];
  };
  const [[l, r], [b, t]] = [grown(left, right, wide), grown(bottom, top, tall)];
  return { left: l, right: r, bottom: b, top: t };
}

/**
 * How large a picture is drawn in a room of so many pixels: cells are square, but nothing is too thin to be met.
 * @param {FlowStage} stage @param {number} room
 */
export function drawnIn(stage, room, thin = 28) {
  const { wide, tall } = layoutOf(stage);
  const scale = room / Math.max(wide, tall);
  return [wide, tall].map((n) => Math.round(Math.max(thin, n * scale)));
}
