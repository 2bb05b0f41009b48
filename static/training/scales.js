// Axes of the curves: where a step and a number stand. Pure.

/** @typedef {"log" | "even"} Time */

/** Share of the way at which a step stands; early steps have more room where time runs like a logarithm. @param {number} most @param {Time} time @returns {(step: number) => number} */
export function timeScale(most, time) {
  const end = Math.max(1, most);
  return time === "even" ? (step) => step / end : (step) => Math.log1p(step) / Math.log1p(end);
}

/** Steps that are written below: at most `room` of them. @param {number} most @param {Time} time @param {number} room */
export function timeMarks(most, time, room) {
  if (time === "even") {
    const step = nice(Math.max(1, most) / room);
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  }
  const powers = [0];
  for (let at = 1; at <= most; at *= 10) powers.push(at);
  const between = powers.flatMap((at) => (at && 3 * at <= most ? [at, 3 * at] : [at]));
  const shown = between.length <= room ? between : powers;
  const last = shown[shown.length - 1];
  return most > last * 1.6 ? [...shown, most] : shown;
}

/** A round number that is no smaller. @param {number} least */
export function nice(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * (/** @type {number} */ ([1, 2, 5, 10].find((n) => n * power >= least * (1 - 1e-9))));
}

/**
 * The top of an axis that begins at 0: all of the first numbers are seen, and of the others, which are single steps, all but
 * the highest hundredth.
 * @param {number[]} all @param {Float32Array[]} most
 */
export function topOf(all, most = []) {
  let top = 0;
  for (const value of all) if (Number.isFinite(value)) top = Math.max(top, value);
  for (const values of most) {
    const sorted = values.filter(Number.isFinite).sort();
    if (sorted.length) top = Math.max(top, sorted[Math.floor((sorted.length - 1) * 0.99)]);
  }
  return top || 1;
}

/**
 * A curve of many steps as points, at most two for each pixel: its lowest and highest value there, in the order of time.
 * @param {Float32Array} values of steps 0, 1, ... @param {(step: number) => number} shareOf @param {number} width
 * @returns {[share: number, value: number][]}
 */
export function thinned(values, shareOf, width) {
  /** @type {[number, number][]} */
  const points = [];
  let [pixel, from, low, high] = [-1, 0, 0, 0];
  const close = () => {
    if (pixel < 0) return;
    const both = low < high ? [low, high] : low > high ? [high, low] : [low];
    for (const at of both) points.push([shareOf(at), values[at]]);
  };
  for (let step = 0; step < values.length; step++) {
    if (!Number.isFinite(values[step])) continue;
    const at = Math.floor(shareOf(step) * width);
    if (at !== pixel) {
      close();
      [pixel, from] = [at, step];
      low = high = from;
    }
    if (values[step] < values[low]) low = step;
    if (values[step] > values[high]) high = step;
  }
  close();
  return points;
}
