// Where cells lie: on a map, on the input, in seconds and hertz. Everything is looked up; nothing is derived from strides.

/**
 * Share of a map's length at which a place of the input lies, from 0, its beginning, to 1; outside where it is not read.
 * @param {Lies} lies @param {number} cells @param {number} at
 */
export const shareOf = ({ first, jump }, cells, at) => ((at - first) / jump + 0.5) / cells;

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
