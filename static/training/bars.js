// Scores of the classes, and how large the updates of each layer are: bars that move with the playhead.
import { css, level } from "../drawing/colour.js";
import { frame, outset } from "../drawing/lines.js";
import { write } from "../drawing/paint.js";
import { _ } from "../words/catalogue.js";
import { brief, percent } from "../words/numbers.js";

/** Scores of one recipe. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {number} r @param {Move} move */
export function paintScores(ctx, board, r, move) {
  if (board.meta.events) paintEvents(ctx, board, r, move);
  else paintShares(ctx, board, r, move);
}

/** @param {CanvasRenderingContext2D} ctx @param {Board} board @param {number} r @param {Move} move */
function paintShares(ctx, board, r, move) {
  const { look, meta, layout } = board;
  const box = layout.bands[r].scores;
  const shares = board.course.between("shares", r, move);
  const step = box.h / shares.length;
  const size = Math.max(9, Math.min(15, step * 0.72));
  const names = nameRoom(ctx, board, box, size);
  const room = box.w - names - 46;
  const best = shares.indexOf(shares.reduce((a, b) => Math.max(a, b), 0));
  shares.forEach((share, i) => {
    const y = box.y + (i + 0.5) * step;
    const tall = Math.max(3, Math.min(20, step * 0.7));
    const x = box.x + names;
    const isTrue = i === meta.truth;
    ctx.fillStyle = look.veil;
    ctx.fillRect(x, y - tall / 2, room, tall);
    ctx.fillStyle = i === best ? board.pen(r).colour : look.faint;
    ctx.fillRect(x, y - tall / 2, Math.max(1, share * room), tall);
    if (isTrue) frame(ctx, { x: x - 1, y: y - tall / 2 - 1, w: room + 2, h: tall + 2 }, look.text, 2);
    const font = `${isTrue ? "700 " : ""}${size}px ${look.font}`;
    write(ctx, fit(ctx, meta.classes[i], names - 8, font), x - 7, y, { font, colour: isTrue ? look.text : look.soft, align: "right" });
    if (step >= 8) write(ctx, percent(share, share > 0.995 || share < 0.1 ? 1 : 0), box.x + box.w, y, { font: `${Math.min(13, size)}px ${look.font}`, colour: i === best ? look.text : look.soft, align: "right" });
  });
}

/** How much room names of classes need. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {Rect} box @param {number} size */
function nameRoom(ctx, { meta, look }, box, size) {
  ctx.font = `700 ${size}px ${look.font}`;
  const widest = Math.max(...meta.classes.map((name) => ctx.measureText(name).width));
  return Math.min(widest + 12, box.w * 0.5);
}

/** A name, cut where there is no room for it. @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} room @param {string} font */
function fit(ctx, text, room, font) {
  ctx.font = font;
  let shown = text;
  while (shown.length > 1 && ctx.measureText(shown === text ? text : `${shown}…`).width > room) shown = shown.slice(0, -1);
  return shown === text ? text : `${shown}…`;
}

/** What is heard over time, class by class; a line below each marks when it sounds. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {number} r @param {Move} move */
function paintEvents(ctx, board, r, move) {
  const { look, meta, layout, colours } = board;
  const box = layout.bands[r].scores;
  const shares = board.course.between("shares", r, move);
  const frames = board.frames(r);
  const step = box.h / meta.classes.length;
  const ramp = colours.ramps.gate;
  const truth = board.course.tensors.truth?.data;
  const name = Math.min(14, step * 0.3);
  meta.classes.forEach((title, i) => {
    const y = box.y + i * step;
    const [top, tall] = [y + name + 3, Math.max(3, step - name - 10)];
    write(ctx, title, box.x, y + name / 2 + 1, { font: `${Math.max(8, name)}px ${look.font}`, colour: look.text, align: "left" });
    for (let f = 0; f < frames; f++) {
      const x = box.x + (f * box.w) / frames;
      const w = box.w / frames + 0.5;
      ctx.fillStyle = css(ramp[level(shares[i * frames + f], [0, 1])]);
      ctx.fillRect(x, top, w, tall);
      if (truth && truth[i * frames + f] >= 0.5) {
        ctx.fillStyle = look.text;
        ctx.fillRect(x, top + tall + 1, w, 3);
      }
    }
    frame(ctx, outset({ x: box.x, y: top, w: box.w, h: tall }, -0.5), look.edge);
  });
}

/** How many weights change by how much, layer by layer. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {number} r @param {Move} move */
export function paintUpdates(ctx, board, r, move) {
  const { look, meta, layout } = board;
  const box = layout.updates[r];
  const { stages } = meta.recipes[r];
  const counts = board.course.between("counts", r, move);
  const sizes = board.course.between("sizes", r, move);
  const bins = counts.length / stages.length;
  const { left, right } = updateRooms(ctx, board, r);
  const w = box.w - left - right;
  const step = box.h / stages.length;
  const text = Math.max(8, Math.min(13, step * 0.7));
  stages.forEach((stage, s) => {
    const own = counts.subarray(s * bins, (s + 1) * bins);
    const most = own.reduce((a, b) => Math.max(a, b), 1);
    const floor = box.y + (s + 1) * step - 2;
    ctx.fillStyle = look.grid;
    ctx.fillRect(box.x + left, floor, w, 1);
    ctx.fillStyle = board.pen(r).colour;
    own.forEach((count, i) => {
      const tall = count ? Math.max(1, Math.sqrt(count / most) * (step - 4)) : 0;
      ctx.fillRect(box.x + left + (i * w) / bins + 0.5, floor - tall, w / bins - 1, tall);
    });
    write(ctx, fit(ctx, stage, left - 8, `${text}px ${look.font}`), box.x, floor - step / 2 + 3, { font: `${text}px ${look.font}`, colour: look.text, align: "left" });
    write(ctx, percent(sizes[s], sizes[s] < 0.001 ? 3 : sizes[s] < 0.1 ? 2 : 1), box.x + box.w, floor - step / 2 + 3, { font: `${text}px ${look.font}`, colour: look.text, align: "right" });
  });
}

/** Room for names on the left, and for sizes on the right. @param {Ctx} ctx @param {Board} board @param {number} r */
function updateRooms(ctx, { look, meta, layout }, r) {
  ctx.font = `13px ${look.font}`;
  const widest = Math.max(...meta.recipes[r].stages.map((stage) => ctx.measureText(stage).width));
  return { left: Math.min(widest + 12, layout.updates[r].w * 0.3), right: 58 };
}

/** Name and axis of the updates. @param {Ctx} ctx @param {Board} board @param {number} r */
export function paintUpdateFrame(ctx, board, r) {
  const { look, meta, layout } = board;
  const box = layout.updates[r];
  const { left, right } = updateRooms(ctx, board, r);
  const w = box.w - left - right;
  const letter = meta.recipes.length > 1 ? `${letterOf(r)} · ` : "";
  const heading = letter + _("what the next step changes");
  write(ctx, heading, box.x, box.y - 14, { font: `600 14px ${look.font}`, colour: look.text, align: "left" });
  const name = ctx.measureText(heading).width;
  ctx.font = `12px ${look.font}`;
  if (name + 12 + ctx.measureText(_("of weights")).width < box.w) write(ctx, _("of weights"), box.x + box.w, box.y - 14, { font: ctx.font, colour: look.soft, align: "right" });
  const { edges } = meta;
  const bins = 2 * edges.length + 1;
  for (const at of [...edges.keys()].filter((i) => Number.isInteger(Math.round(1e6 * Math.log10(edges[i])) / 1e6) && (i === 0 || edges[i] === 1 || Math.abs(Math.log10(edges[i]) + 3) < 1e-6)))
    for (const sign of [-1, 1]) {
      const x = box.x + left + (w * (sign < 0 ? edges.length - at : edges.length + 1 + at)) / bins;
      if (at === 0) continue;
      ctx.fillStyle = look.edge;
      ctx.fillRect(x, box.y + box.h, 1, 4);
      write(ctx, brief(sign * edges[at]), x, box.y + box.h + 13, { font: `12px ${look.font}`, colour: look.soft });
    }
  write(ctx, "0", box.x + left + w / 2, box.y + box.h + 13, { font: `12px ${look.font}`, colour: look.soft });
}

/** What a recipe is called in a picture. @param {number} r */
export const letterOf = (r) => "AB"[r];
