// Where charts and pictures stand, for a width. Pure.

const EDGE = 46; // pixels at the left of a chart, for its numbers
const RIGHT = 8; // at its right, for the playhead at the end
const NAME = 30; // above a chart
const TITLE = 46; // above a panel
const BELOW = 26; // below a chart, for its steps
const GAP = 26;
const NARROW = 700;
const ROW = 19; // of a layer's updates

/** @typedef {{recipes: number, gradient: boolean, events: boolean, updates: number, classes: number, long: boolean, line: boolean, pictures: number}} Shown */

/** @param {number} width @param {number} tall that all of it should be @param {Shown} what @returns {TrainingLayout} */
export const layoutTraining = (width, tall, what) => (width < NARROW ? upright(width, what) : flat(width, tall, what));

/** Side by side, for a laptop or a projector. @param {number} width @param {number} tall @param {Shown} what */
function flat(width, tall, what) {
  const { recipes } = what;
  const chart = Math.round(Math.max(96, Math.min(190, tall * 0.2)));
  const half = (width - 2 * EDGE - GAP - RIGHT) / 2;
  const charts = {
    loss: { x: EDGE, y: NAME, w: half, h: chart },
    accuracy: { x: width - RIGHT - half, y: NAME, w: half, h: chart },
  };
  const top = NAME + chart + BELOW + 6;
  const low = Math.max(74, Math.min(150, what.updates * ROW));
  const left = tall - top - NAME - low - BELOW - 12;
  const named = recipes > 1 ? 26 : 0;
  const panel = Math.round(Math.max(recipes > 1 ? 120 : 170, Math.min(440, left / recipes - TITLE - named - 10)));
  const bands = Array.from({ length: recipes }, (_, r) => {
    const y = top + r * (named + TITLE + panel + 10) + named + TITLE;
    return { name: { x: 0, y: y - TITLE - 12 }, ...columns(width, y, panel, what) };
  });
  const y = top + recipes * (named + TITLE + panel + 10) + NAME;
  const share = (width - GAP * recipes) / (recipes + (recipes > 1 ? 0.8 : 0.7));
  const updates = bands.map((_, r) => ({ x: r * (share + GAP), y, w: share, h: low }));
  const rate = { x: recipes * (share + GAP) + EDGE, y, w: width - recipes * (share + GAP) - EDGE - RIGHT, h: low };
  return { width, height: y + low + BELOW, narrow: false, charts: { ...charts, rate }, bands, updates };
}

/** @param {number} width @param {number} y @param {number} h @param {Shown} what @returns {Omit<RecipeBand, "name">} */
function columns(width, y, h, { gradient, events, line, long }) {
  const shares = { input: events || line ? 0.19 : 0.13, kernel: 0.25, gradient: gradient ? 0.17 : 0, map: 0.27, scores: events || long ? 0.25 : 0.2 };
  const parts = Object.values(shares).filter(Boolean);
  const room = (width - 2 - GAP * (parts.length - 1)) / parts.reduce((a, b) => a + b);
  /** @type {Record<string, Rect | null>} */
  const boxes = {};
  let x = 1; // an edge has its own pixel
  for (const [name, share] of Object.entries(shares)) {
    boxes[name] = share ? { x, y, w: share * room, h } : null;
    if (share) x += share * room + GAP;
  }
  return /** @type {any} */ (boxes);
}

/** One below the other, for a phone. @param {number} width @param {Shown} what */
function upright(width, what) {
  const w = width - EDGE - RIGHT;
  const loss = { x: EDGE, y: NAME, w, h: 104 };
  const accuracy = { x: EDGE, y: loss.y + loss.h + BELOW + NAME, w, h: 104 };
  let y = accuracy.y + accuracy.h + BELOW;
  const bands = Array.from({ length: what.recipes }, () => {
    const name = { x: 0, y: y + 16 };
    if (what.recipes > 1) y += 26;
    y += TITLE;
    const scores = what.events ? 190 : Math.max(120, Math.min(220, what.classes * 17));
    const third = what.events ? width - 2 : (width - GAP) * 0.36;
    const input = { x: 1, y, w: third, h: what.events ? 120 : Math.min(scores, what.line ? 110 : third) };
    if (what.events) y += 120 + TITLE;
    const bars = what.events ? { x: 0, y, w: width, h: scores } : { x: third + GAP, y, w: width - third - GAP, h: scores };
    y += scores + TITLE + 8;
    const tall = Math.max(120, Math.min(width * 0.66, 80 * Math.ceil(what.pictures / 4)));
    const kernel = { x: 1, y, w: width - 2, h: tall };
    y += tall + TITLE;
    const map = { x: 1, y, w: width - 2, h: tall };
    y += tall + 8;
    const gradient = what.gradient ? { x: 1, y: y + TITLE, w: width - 2, h: tall * 0.8 } : null;
    if (gradient) y += TITLE + gradient.h + 8;
    return { name, input, kernel, gradient, map, scores: bars };
  });
  const low = Math.max(74, Math.min(150, what.updates * ROW));
  const updates = bands.map(() => {
    const box = { x: 0, y: y + NAME, w: width, h: low };
    y += NAME + low + BELOW;
    return box;
  });
  const rate = { x: EDGE, y: y + NAME, w, h: 80 };
  return { width, height: rate.y + rate.h + BELOW, narrow: true, charts: { loss, accuracy, rate }, bands, updates };
}
