// One frame of the moving part: what is not there yet, what is added up, the running column, and what is pointed at.
import { outset, stroke } from "../drawing/lines.js";
import { clipTo, cloak, paintMap } from "../drawing/paint.js";
import { boxOf, middleOf } from "../drawing/port.js";
import { between, lightUp, outline } from "../drawing/show.js";
import { makeOrder } from "../drawing/order.js";
import { MAPS, litBy, windowOf } from "./lit.js";

const SMALL = 4; // pixels that a box has at least

/** Panels whose columns are not there before the playhead is. @type {Record<string, string[]>} */
const LATER = { forward: ["columns", "product"], dW: [], dX: ["columns"], Toeplitz: ["result"] };

/**
 * @param {Desk} desk @param {Ctx} ctx @param {DeskTeller} teller
 */
export function drawMoving(desk, ctx, { step, row, move, shown }) {
  desk.growTo(step);
  for (const name of desk.growing) for (const map of desk.maps[name]) paintMap(ctx, desk.dress(name, map), desk.look);
  veil(ctx, desk, step);
  running(ctx, desk, row, move, shown !== null);
  if (shown) light(ctx, desk, litBy(desk.model, shown), { colour: desk.look.accent, width: 2.5, wash: desk.look.grid, fill: desk.look.accent });
  if (shown) itself(ctx, desk, shown);
}

/** Cover what is not computed yet. @param {Ctx} ctx @param {Desk} desk @param {number} step */
function veil(ctx, desk, step) {
  const { model, meta: { form } } = desk;
  const left = model.positions - step - 1;
  /** @param {Port} port @param {Block} block */
  const cover = (port, block) => {
    const { x, y, w, h } = boxOf(port, ...block);
    const [a, b, c, d] = [x, y, x + w, y + h].map((at) => Math.round(at * desk.ratio) / desk.ratio); // whole pixels leave no seams
    const [right, low] = [block[1] + block[3] === port.columns, block[0] + block[2] === port.rows].map((last) => (last ? 1 : 0)); // the edge itself
    cloak(ctx, desk.look, a, b, c - a + right, d - b + low);
  };
  if (!left) return;
  for (const name of LATER[form])
    for (const { port } of desk.maps[name])
      clipTo(ctx, port, () => {
        if (name !== "result") return cover(port, [0, step + 1, port.rows, left]);
        for (let f = 0; f < model.kernels; f++) cover(port, [f * model.positions + step + 1, 0, left, 1]);
      });
  if (form !== "forward" && form !== "Toeplitz") return;
  const order = makeOrder(1, model.outs);
  for (const { port, depth } of desk.maps.output) clipTo(ctx, port, () => order.hidden(step, 0, depth).forEach((block) => cover(port, block)));
}

/**
 * The column at the playhead, and the window, the kernel and the outputs that go with it.
 * @param {Ctx} ctx @param {Desk} desk @param {number} row @param {DeskTeller["move"]} move @param {boolean} ghost
 */
function running(ctx, desk, row, { from, to, part }, ghost) {
  const { model, look, meta: { form } } = desk;
  const style = ghost ? { colour: look.text, width: 1.5, wash: look.grid, dash: [4, 3], alpha: 0.55 } : { colour: desk.colourOf(row), width: 2.5, wash: look.grid };
  /** @param {number} p */
  const at = (p) => desk.onMaps("input", windowOf(model, p, [0, model.channels]));
  lightUp(ctx, /** @type {any} */ (desk), desk.maps.input, between(at(from), part ? at(to) : null, part), style);
  if (form === "dX") lightUp(ctx, /** @type {any} */ (desk), desk.maps.overwritten, desk.onMaps("overwritten", windowOf(model, from, [0, model.channels])), style);
  const cells = desk.onMaps("output", { channels: [0, model.kernels], places: model.placeOf(from).map((one) => [one]) });
  lightUp(ctx, /** @type {any} */ (desk), desk.maps.output, cells, style);
  const [first, end] = model.seen(row);
  const p = from + part * (to - from);
  boxes(ctx, desk, "matrix", [[row, first, 1, end - first]], style);
  if (form === "Toeplitz") {
    const line = row * model.positions + from;
    boxes(ctx, desk, "toeplitz", [[line, 0, 1, model.channels * model.cells]], style);
    boxes(ctx, desk, "result", [[line, 0, 1, 1]], style);
    return;
  }
  boxes(ctx, desk, "columns", [[0, p, model.rows, 1]], style);
  boxes(ctx, desk, "product", [[0, p, model.kernels, 1]], style);
  if (model.kernels > 1) boxes(ctx, desk, "product", [[row, p, 1, 1]], { ...style, width: style.width + 1 });
  if (!ghost) link(ctx, desk, between(at(from), part ? at(to) : null, part), p);
}

/** A dashed line between the window and its column. @param {Ctx} ctx @param {Desk} desk @param {Places | null | undefined} stand @param {number} p */
function link(ctx, desk, stand, p) {
  const { model, look, maps: { input, columns: [columns] } } = desk;
  const map = input.find(({ depth }) => stand?.places[0].includes(depth));
  if (!stand || !map || !stand.places[1].length || !stand.places[2].length) return;
  const [rows, across] = stand.places.slice(1).map((list) => (Math.min(...list) + Math.max(...list)) / 2);
  const upright = columns.port.y > map.port.y + map.port.h; // the columns stand below
  const target = boxOf(columns.port, 0, p, model.rows, 1);
  /** @type {[number, number]} */
  const end = upright ? [target.x + target.w / 2, target.y] : [target.x, Math.min(Math.max(target.y, middleOf(map.port, rows, across)[1]), target.y + target.h)];
  const side = boxOf(map.port, rows, Math.max(...stand.places[2]));
  const [x, y] = upright ? [middleOf(map.port, rows, across)[0], boxOf(map.port, Math.max(...stand.places[1]), across).y + map.port.sy] : [side.x + side.w, side.y + side.h / 2];
  ctx.globalAlpha = 0.75;
  stroke(ctx, { colour: look.accent, width: 2, dash: [2, 4] }, [[x, y], end]);
  ctx.globalAlpha = 1;
}

/** @param {Ctx} ctx @param {Desk} desk @param {LitUp} lit @param {Style} style */
function light(ctx, desk, lit, style) {
  for (const name of Object.keys(desk.maps)) {
    if (MAPS.includes(name)) {
      const found = lit[/** @type {"input"} */ (name)];
      if (found) lightUp(ctx, /** @type {any} */ (desk), desk.maps[name], desk.onMaps(name, found), style);
    } else boxes(ctx, desk, name, lit[/** @type {"columns"} */ (name)] ?? [], style);
  }
}

/** The number that is pointed at, stronger than all that goes with it. @param {Ctx} ctx @param {Desk} desk @param {Spot} spot */
function itself(ctx, desk, { panel, at }) {
  const style = { colour: desk.look.accent, width: 4, wash: desk.look.grid };
  if (!MAPS.includes(panel)) return boxes(ctx, desk, panel, [[at[0], at[1], 1, 1]], style);
  const [channel, ...cell] = at;
  return lightUp(ctx, /** @type {any} */ (desk), desk.maps[panel], desk.onMaps(panel, { channels: [channel, channel + 1], cells: cell.map((one) => [one]) }), style);
}

/** @param {Ctx} ctx @param {Desk} desk @param {string} name @param {Block[]} blocks @param {Style} style */
function boxes(ctx, desk, name, blocks, style) {
  const [map] = desk.maps[name] ?? [];
  if (!map) return;
  ctx.globalAlpha = style.alpha ?? 1;
  ctx.setLineDash(style.dash ?? []);
  clipTo(ctx, outset(map.port, 3), () => {
    for (const block of blocks) {
      const { x, y, w, h } = boxOf(map.port, ...block);
      if (Math.min(w, h) < SMALL && blocks.length > 40) {
        ctx.fillStyle = style.colour;
        ctx.fillRect(x, y, Math.max(w, 1), Math.max(h, 1));
      } else outline(ctx, { x: x - Math.max(0, SMALL - w) / 2, y: y - Math.max(0, SMALL - h) / 2, w: Math.max(w, SMALL), h: Math.max(h, SMALL) }, style, desk.look);
    }
  });
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}
