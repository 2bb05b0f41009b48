// The cursor that keys walk over the numbers of a panel: what a pointer shows, without one. Pure.

/**
 * One step of the cursor; it stays inside its panel. In a picture that is turned, rows run to the right.
 * @param {{filters: number, channels: number, rows: number, columns: number, turned: boolean}} size
 * @param {TileSpot} spot @param {string} key @returns {TileSpot}
 */
export function walk({ filters, channels, rows, columns, turned }, spot, key) {
  const next = { ...spot };
  /** @type {Record<string, () => void>} */
  const plain = { left: () => next.column--, right: () => next.column++, up: () => next.row--, down: () => next.row++ };
  /** @type {Record<string, () => void>} */
  const aside = { left: () => next.row--, right: () => next.row++, up: () => next.column++, down: () => next.column-- };
  const picture = spot.filter * channels + spot.channel;
  /** @param {number} to */
  const turn = (to) => {
    const at = Math.max(0, Math.min(filters * channels - 1, to));
    [next.filter, next.channel] = [Math.floor(at / channels), at % channels];
  };
  /** @type {Record<string, () => void>} */
  const moves = {
    ...(turned ? aside : plain),
    first: () => Object.assign(next, { row: 0, column: 0 }),
    last: () => Object.assign(next, { row: rows - 1, column: columns - 1 }),
    "channel-back": () => turn(picture - 1),
    "channel-next": () => turn(picture + 1),
  };
  moves[key]?.();
  next.row = Math.max(0, Math.min(rows - 1, next.row));
  next.column = Math.max(0, Math.min(columns - 1, next.column));
  return next;
}
