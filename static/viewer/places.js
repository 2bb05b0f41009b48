// Where cells lie: on a map, on the input, in seconds and hertz. Everything is looked up; nothing is derived from strides.

/**
 * Share of a map's length at which a place of the input lies, from 0, its beginning, to 1; outside where it is not read.
 * @param {Lies} lies @param {number} cells @param {number} at
 */
export const shareOf = ({ first, jump }, cells, at) => ((at - first) / jump + 0.5) / cells;

const ROOM = 52; // pixels: the first and the last number of an axis stand inside it, and their neighbours nearer for that

/**
 * Seconds from one number of an axis to the next, so that each has room.
 * @param {number} length of the axis, in seconds @param {number} pixels that it takes, or all maps beside each other
 * @param {number} maps so many
 */
export function apartOf(length, pixels, maps) {
  const most = Math.min(11 / maps, pixels / ROOM);
  return [0.1, 0.2, 0.5, 1, 2, 5, 10].find((s) => length / s <= most) ?? 20;
}

/** The cell under a share of a map's length. @param {number} share @param {number} cells */
export const cellOf = (share, cells) => Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));

/**
 * First and last cell of another stage that go with a unit, along frames and mels; null where there are none.
 * @param {MapsTensors} tensors @param {string} stage @param {Unit} unit
 */
export function spanOf(tensors, stage, unit) {
  const found = unit.map((u, axis) => {
    const { data } = tensors[`span.${stage}.${axis}`];
    return [data[2 * u], data[2 * u + 1]];
  });
  return found.every(([first, last]) => first <= last) ? found : null;
}

/** A span as shares of a map that is drawn turned: left, right, bottom, top. @param {Span[]} span @param {number[]} size */
export function boxOf([[f0, f1], [m0, m1]], [frames, mels]) {
  return { left: f0 / frames, right: (f1 + 1) / frames, bottom: m0 / mels, top: (m1 + 1) / mels };
}

/**
 * What cells of the input are of the sound: from and to in seconds and in hertz; null where that is not known.
 * @param {MapsTensors} tensors @param {Span[]} span @returns {Heard | null}
 */
export function soundOf({ seconds, hertz }, [[f0, f1], [m0, m1]]) {
  if (!seconds || !hertz) return null;
  return { from: seconds.data[2 * f0], to: seconds.data[2 * f1 + 1], low: hertz.data[2 * m0], high: hertz.data[2 * m1 + 1] };
}
