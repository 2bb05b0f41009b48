// The curves: each step of the loss thin, what is measured at the moments thick, with dots where it is the test part.
import { dot, stroke } from "../drawing/lines.js";
import { clipTo, write } from "../drawing/paint.js";
import { thinned, timeMarks } from "./scales.js";
import { _ } from "../words/catalogue.js";
import { brief, count, percent } from "../words/numbers.js";

/** Frames, names, numbers of the axes. @param {Ctx} ctx @param {Board} board */
export function paintFrames(ctx, board) {
  const { look, layout, tops, meta } = board;
  const { loss, accuracy } = meta.measure;
  const names = { loss: [_("loss"), loss], accuracy: [meta.events ? _("F1") : _("accuracy"), accuracy], rate: [_("learning rate"), ""] };
  for (const [name, box] of Object.entries(layout.charts)) {
    const key = /** @type {"loss" | "accuracy" | "rate"} */ (name);
    const small = { font: `12px ${look.font}`, colour: look.soft };
    heading(ctx, names[key], box, look);
    const top = /** @type {Record<string, number>} */ (tops)[key];
    for (const share of [0, 0.5, 1]) {
      const y = Math.round(box.y + box.h * (1 - share)) + 0.5;
      stroke(ctx, { colour: look.grid, width: 1 }, [[box.x, y], [box.x + box.w, y]]);
      write(ctx, key === "accuracy" ? percent(share) : brief(share * top, 2), box.x - 6, y, { ...small, align: "right" });
    }
    ctx.font = small.font;
    const said = Math.max(box.x - 9, ctx.measureText(_("step")).width); // where the word ends, however long it is
    write(ctx, _("step"), said, box.y + box.h + 13, { ...small, align: "right" });
    const most = board.mostSteps;
    let free = said + 4;
    for (const step of timeMarks(most, board.time, box.w / 60)) {
      const x = box.x + board.shareOf(step) * box.w;
      ctx.font = small.font;
      const half = ctx.measureText(count(step)).width / 2;
      const last = x + half > board.width;
      if (x - (last ? 2 : 1) * half < free) continue;
      free = x + half + 8;
      ctx.fillStyle = look.edge;
      ctx.fillRect(x, box.y + box.h, 1, 4);
      write(ctx, count(step), x, box.y + box.h + 13, { ...small, align: last ? "right" : "center" });
    }
  }
  legend(ctx, board);
}

/** What a chart is called, and of what it is, as far as there is room. @param {Ctx} ctx @param {string[]} names @param {Rect} box @param {Look} look */
function heading(ctx, [short, rest], box, look) {
  ctx.font = `600 14px ${look.font}`;
  const name = ctx.measureText(short).width;
  write(ctx, short, box.x, box.y - 14, { font: ctx.font, colour: look.text, align: "left" });
  ctx.font = `12px ${look.font}`;
  if (rest && name + 10 + ctx.measureText(rest).width < box.w - 150) write(ctx, rest, box.x + name + 10, box.y - 14, { font: ctx.font, colour: look.soft, align: "left" });
}

/** Which line is which: written at the right end over the charts. @param {Ctx} ctx @param {Board} board */
function legend(ctx, board) {
  const { look, layout: { charts } } = board;
  for (const box of [charts.loss, charts.accuracy]) {
    let x = box.x + box.w;
    for (const [words, thick] of /** @type {[string, boolean][]} */ ([[_("test"), true], [_("training"), false]])) {
      ctx.font = `12px ${look.font}`;
      write(ctx, words, x, box.y - 14, { font: ctx.font, colour: look.soft, align: "right" });
      x -= ctx.measureText(words).width + 6;
      const colour = thick ? (board.course.recipes.length > 1 ? look.text : board.pen(0).colour) : look.soft;
      stroke(ctx, { colour, width: thick ? 2.6 : 1.2 }, [[x - 22, box.y - 14], [x, box.y - 14]]);
      ctx.fillStyle = colour;
      if (thick) dot(ctx, x - 11, box.y - 14, 3.2);
      x -= 34;
    }
  }
}

/** All curves. @param {Ctx} ctx @param {Board} board */
export function paintCurves(ctx, board) {
  for (const r of board.course.recipes) {
    const { colour, dash } = board.pen(r);
    const { loss, accuracy, rate } = board.layout.charts;
    const own = board.course.recipes.length > 1 ? colour : board.look.soft;
    const steps = /** @type {any} */ (board.course.tensor("loss", r)).data;
    ctx.globalAlpha = 0.45;
    line(ctx, board, "loss", thinned(steps, board.shareOf, loss.w), { colour: own, width: 0.8, dash: [] });
    ctx.globalAlpha = 1;
    for (const [chart, name] of /** @type {["loss" | "accuracy", string][]} */ ([["loss", "loss"], ["accuracy", "accuracy"]])) {
      line(ctx, board, chart, points(board, r, `${name}_train`), { colour: own, width: 1.2, dash });
      const test = points(board, r, `${name}_test`);
      line(ctx, board, chart, test, { colour, width: 2.6, dash });
      ctx.fillStyle = colour;
      const box = { loss, accuracy }[chart];
      for (const [share, value] of test) dot(ctx, box.x + share * box.w, heightOf(board, chart, value), 2.4);
    }
    line(ctx, board, "rate", thinned(/** @type {any} */ (board.course.tensor("rate", r)).data, board.shareOf, rate.w), { colour, width: 2, dash });
  }
}

/** @param {Board} board @param {number} r @param {string} name @returns {[number, number][]} */
function points(board, r, name) {
  const steps = /** @type {any} */ (board.course.tensor("steps", r)).data;
  return board.curve(r, name).map((value, m) => [board.shareOf(steps[m]), value]);
}

/** @param {Board} board @param {"loss" | "accuracy" | "rate"} chart @param {number} value */
export function heightOf(board, chart, value) {
  const { y, h } = board.layout.charts[chart];
  return y + h * (1 - Math.min(1.02, value / board.tops[chart]));
}

/** @param {Ctx} ctx @param {Board} board @param {"loss" | "accuracy" | "rate"} chart @param {[number, number][]} points @param {{colour: string, width: number, dash: number[]}} pen */
function line(ctx, board, chart, points, pen) {
  const box = board.layout.charts[chart];
  const finite = points.filter(([, value]) => Number.isFinite(value));
  clipTo(ctx, { ...box, x: box.x - 3, w: box.w + 6, y: box.y - 3, h: box.h + 5 }, () => {
    stroke(ctx, pen, finite.map(([share, value]) => [box.x + share * box.w, heightOf(board, chart, value)]));
  });
}
