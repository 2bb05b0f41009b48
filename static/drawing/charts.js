// Charts under the maps: how often each value occurs, and the curve of a function, with a mark at the shown cell.
import { css, level, limits } from "./colour.js";
import { dot, frame, outset, stroke } from "./lines.js";
import { clipTo, write } from "./paint.js";
import { functionAt } from "./pointwise.js";
import { channelOf } from "./tables.js";
import { chartTitle } from "./titles.js";
import { brief } from "../words/numbers.js";

const BINS = 48;
const POINTS = 160; // of a curve

/** Values of the selected channel in one of the tensors. @param {Stage} stage @param {PanelName} name */
const planeOf = (stage, name) => (stage.gating ? stage.planes[name] : channelOf(stage.scene.tensors[name], stage.selected));

/** Counts, mean and variance of some numbers. @param {Numbers} values @param {Limits} limits */
export function histogram(values, [low, high]) {
  const counts = new Uint32Array(BINS);
  let [n, sum, squares] = [0, 0, 0];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    counts[Math.max(0, Math.min(BINS - 1, Math.floor(((v - low) / (high - low)) * BINS)))]++;
    n++;
    sum += v;
  }
  const mean = n ? sum / n : 0;
  for (const v of values) if (Number.isFinite(v)) squares += (v - mean) ** 2;
  return { counts, most: counts.reduce((a, b) => Math.max(a, b), 1), mean, variance: n ? squares / n : 0 };
}

/**
 * Lowest and highest value that a chart shows; before and after are drawn on one scale.
 * @param {Stage} stage @param {PanelName} name @returns {Limits}
 */
function rangeOf(stage, name) {
  const both = /** @type {PanelName[]} */ (stage.scene.meta.charts);
  if (both.length === 2 && both[0] === "input") {
    const [a, b] = both.map((one) => ownRange(stage, one));
    return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
  }
  return ownRange(stage, name);
}

/** @param {Stage} stage @param {PanelName} name @returns {Limits} */
function ownRange(stage, name) {
  if (stage.scene.meta.scales[name] === "gate") return [0, 1];
  let [low, high] = [Infinity, -Infinity];
  for (const v of planeOf(stage, name))
    if (Number.isFinite(v)) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
  return low < high ? [low, high] : [(low === Infinity ? 0 : low) - 0.5, (low === Infinity ? 0 : low) + 0.5];
}

/** Where the two axes of a curve run. @param {Stage} stage */
function curveAxes(stage) {
  const own = rangeOf(stage, "input");
  const [low, high] = limits(Math.min(...own), Math.max(...own), true);
  const f = functionAt(stage.scene, stage.selected);
  const xs = Array.from({ length: POINTS + 1 }, (_, i) => low + ((high - low) * i) / POINTS);
  const ys = xs.map(f.value);
  return { f, xs, ys, x: [low, high], y: [Math.min(0, ...ys), Math.max(0, ...ys)] };
}

/** @param {number} value @param {Limits} limits @param {number} start @param {number} size */
const at = (value, [low, high], start, size) => start + ((value - low) / (high - low || 1)) * size;

/** @param {Ctx} ctx @param {Stage} stage */
export function paintCharts(ctx, stage) {
  const { meta } = stage.scene;
  stage.charted = meta.charts.map((name, i) => {
    const box = stage.layout.charts[i];
    return name === "curve" ? { name, box, ...curveAxes(stage) } : { name, box, ...bars(stage, name) };
  });
  for (const chart of stage.charted) {
    paintFrame(ctx, chart, stage);
    if (chart.name === "curve") paintCurve(ctx, chart, stage);
    else paintBars(ctx, chart, stage);
  }
}

/** @param {Stage} stage @param {PanelName} name */
const bars = (stage, name) => {
  const lim = rangeOf(stage, name);
  return { lim, ...histogram(planeOf(stage, name), lim) };
};

/** @param {Ctx} ctx @param {Chart} chart @param {Stage} stage */
function paintFrame(ctx, chart, stage) {
  const { box } = chart;
  const { look } = stage;
  write(ctx, chartTitle(stage, chart), box.x, box.y - 9, { font: `13px ${look.font}`, colour: look.soft, align: "left" });
  frame(ctx, outset(box, -0.5), look.grid);
  const [low, high] = chart.name === "curve" ? chart.x : chart.lim;
  const style = { font: `11px ${look.font}`, colour: look.soft };
  write(ctx, brief(low), box.x, box.y + box.h + 9, { ...style, align: "left" });
  write(ctx, brief(high), box.x + box.w, box.y + box.h + 9, { ...style, align: "right" });
}

/** @param {Ctx} ctx @param {BarChart} chart @param {Stage} stage */
function paintBars(ctx, { name, box, lim, counts, most }, stage) {
  const { ramp, lim: colours } = stage.legend(name, stage.selected);
  const w = box.w / BINS;
  counts.forEach((count, i) => {
    const tall = count ? Math.max(2, (count / most) * (box.h - 6)) : 0;
    const [x, y] = [box.x + i * w, box.y + box.h - tall];
    ctx.fillStyle = css(ramp[level(lim[0] + ((i + 0.5) / BINS) * (lim[1] - lim[0]), colours)]);
    ctx.fillRect(x, y, w - 1, tall);
    ctx.strokeStyle = stage.look.edge;
    if (tall) ctx.strokeRect(x + 0.5, y + 0.5, w - 2, tall - 1);
  });
  if (name === "gate" && stage.gating) upright(ctx, box, at(stage.gating.threshold, lim, box.x, box.w), stage.look.text, [5, 3]);
}

/** @param {Ctx} ctx @param {Rect} box @param {number} x @param {string} colour @param {number[]} [dash] */
const upright = (ctx, box, x, colour, dash) => stroke(ctx, { colour, width: 2, dash }, [[x, box.y], [x, box.y + box.h]]);

/** @param {Ctx} ctx @param {CurveChart} chart @param {Stage} stage */
function paintCurve(ctx, { box, xs, ys, x, y }, { look }) {
  /** @param {number} a @param {number} b @returns {[number, number]} */
  const point = (a, b) => [at(a, x, box.x, box.w), at(b, y, box.y + box.h - 6, 12 - box.h)];
  stroke(ctx, { colour: look.edge, width: 1 }, [point(x[0], 0), point(x[1], 0)], [point(0, y[0]), point(0, y[1])]);
  stroke(ctx, { colour: look.text, width: 2 }, xs.map((a, i) => point(a, ys[i])));
}

/**
 * The shown cell on each chart: a line in the histogram, a dot and a piece of the tangent on the curve.
 * @param {Ctx} ctx @param {Stage} stage @param {Worked} worked
 */
export function markCharts(ctx, stage, worked) {
  for (const chart of stage.charted ?? []) {
    const { name, box } = chart;
    if (chart.name === "curve") markCurve(ctx, chart, worked, stage.look);
    else {
      const value = name === "input" ? (worked.signal ?? worked.x) : name === "gate" ? stage.gating?.opened(worked.gate) : worked.value;
      if (Number.isFinite(value)) upright(ctx, box, Math.max(box.x, Math.min(box.x + box.w, at(value, chart.lim, box.x, box.w))), stage.look.accent);
    }
  }
}

/** @param {Ctx} ctx @param {CurveChart} chart @param {Worked} worked @param {Look} look */
function markCurve(ctx, { box, x, y }, worked, look) {
  if (!Number.isFinite(worked.value)) return;
  const [px, py] = [at(worked.x, x, box.x, box.w), at(worked.value, y, box.y + box.h - 6, 12 - box.h)];
  const steep = (-worked.slope * ((box.h - 12) / (y[1] - y[0] || 1))) / (box.w / (x[1] - x[0]));
  const part = 34 / Math.hypot(1, steep);
  clipTo(ctx, box, () => stroke(ctx, { colour: look.accent, width: 2 }, [[px - part, py - part * steep], [px + part, py + part * steep]]));
  ctx.fillStyle = look.accent;
  dot(ctx, px, py, 6);
}
