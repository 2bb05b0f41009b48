// Numbers to colours.

/** @param {string} text */
const hex = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
export const TOP = 254; // the highest level; even, so that zero of a diverging scale is a level of its own

/** The colours of the levels 0 to TOP, as [r, g, b]. @param {Stops} stops @returns {RGB[]} */
export function ramp(stops) {
  const points = stops.map(hex);
  return Array.from({ length: TOP + 1 }, (_, level) => {
    const at = (level / TOP) * (points.length - 1);
    const i = Math.min(Math.floor(at), points.length - 2);
    return points[i].map((from, k) => Math.round(from + (at - i) * (points[i + 1][k] - from)));
  });
}

/**
 * Lowest and highest value of a scale: diverging scales are centred on zero.
 * @param {number} low @param {number} high @param {boolean} diverging @returns {Limits}
 */
export function limits(low, high, diverging) {
  if (diverging) {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return [-most, most];
  }
  return low === high ? [Math.min(low, 0), low ? Math.max(low, 0) : 1] : [low, high]; // one value: between it and zero
}

/** Level of a value, 0 to TOP; -1 for what is no number. @param {number} value @param {Limits} limits */
export function level(value, [low, high]) {
  if (!Number.isFinite(value)) return -1;
  const at = Math.round(((value - low) / (high - low)) * TOP);
  return Math.max(0, Math.min(TOP, at));
}

/**
 * What a colour of a scale, or all of them, are made into, once for each.
 * @template {WeakKey} Of @template Made @param {(of: Of) => Made} make @returns {(of: Of) => Made}
 */
function once(make) {
  /** @type {WeakMap<Of, Made>} */
  const made = new WeakMap();
  return (of) => {
    let found = made.get(of);
    if (found === undefined) made.set(of, (found = make(of)));
    return found;
  };
}

/** A colour as a picture's memory holds it. @param {RGB} rgb */
export const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** Those of all levels. */
export const inks = once((/** @type {RGB[]} */ ramp) => Uint32Array.from(ramp, packed));

/** A colour for a canvas. */
export const css = once((/** @type {RGB} */ [r, g, b]) => `rgba(${r},${g},${b},1)`);

/** Relative luminance, as the web's contrast rules define it. @param {RGB} rgb */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever is easier to read on this colour: only pure black keeps a contrast of 4.5 on every grey. */
export const ink = once((/** @type {RGB} */ rgb) => (luminance(rgb) > 0.1791 ? "#000000" : "#ffffff"));
