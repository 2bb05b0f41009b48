// A lens on cells that are too small for their numbers.
import { frame, outset } from "./lines.js";
import { cloak, fontSize, paintCell } from "./paint.js";
import { contentAt, textAt } from "./panels.js";
import { blockOf, boxOf, lieOf } from "./port.js";
import { lightMap } from "./show.js";
import { NONE, range } from "./tables.js";

const LENS_BELOW = 14; // cells smaller than this many pixels are shown again under a lens

/**
 * Where the cells of a panel's one map are too small for numbers: the surroundings of the lit places again, large.
 * Several maps leave no room for it; what their windows read stands in the middle of the stage anyway.
 * @param {Ctx} ctx @param {Stage} stage @param {OnStage[]} maps @param {Rect} box @param {Places | null} lit @param {Style} style @param {(place: Cell) => boolean} [hidden]
 */
export function showLens(ctx, stage, maps, box, lit, style, hidden = () => false) {
  const [map] = maps;
  const inside = lit && lit.channels[0] <= map.channel && map.channel < lit.channels[1];
  if (!lit || !inside || maps.length > 1 || map.port.sx >= LENS_BELOW || stage.scene.meta.ndim === 1) return;
  /** @param {number[]} list @param {number} most */
  const around = (list, most) => {
    const [low, high] = [Math.min(...list), Math.max(...list)];
    if (high - low > 8) return null;
    return range(high - low + 3).map((i) => low - 1 + i).filter((p) => p >= 0 && p < most);
  };
  const [rows, columns] = [around(lit.places[1], map.port.rows), around(lit.places[2], map.port.columns)];
  if (!rows || !columns) return;
  const port = lensPort(map.port, box, blockOf(rows, columns));
  const dressed = stage.dress(map);
  /** @param {number} r @param {number} c */
  const at = (r, c) => contentAt(dressed.panel, dressed.channel, [map.depth, r, c]);
  const size = fontSize(rows.flatMap((r) => columns.map((c) => textAt(at(r, c)))), port.sx, port.sy, stage.look);
  if (!size) return; // without numbers it would only be in the way
  const ground = outset(port, 4);
  ctx.fillStyle = stage.look.background;
  ctx.fillRect(ground.x, ground.y, ground.w, ground.h);
  for (const r of rows)
    for (const c of columns) {
      const { kind, value, mirrored } = at(r, c);
      const own = boxOf(port, r, c);
      if (hidden([map.depth, r, c])) cloak(ctx, stage.look, own.x, own.y, own.w, own.h);
      else if (kind !== NONE) paintCell(ctx, own, value, { ...dressed, size }, stage.look, Boolean(kind) || mirrored);
    }
  lightMap(ctx, port, lit.places, style, stage.look);
  frame(ctx, ground, stage.look.edge, 1.5);
}

/**
 * Where the lens lies: in the corner of the panel's box that is furthest from the block of places that it shows.
 * @param {Port} port @param {Rect} box @param {Block} block @returns {Port}
 */
function lensPort(port, box, block) {
  const { left, top, across, down } = lieOf(port, ...block);
  const part = port.across > 2 * port.down ? 0.9 : 0.5; // of the height: beside it a wide map has room enough
  const cell = Math.min(34, (box.w * 0.5) / across, (box.h * part) / down);
  const [w, h] = [cell * across, cell * down];
  const own = boxOf(port, ...block);
  const [right, low] = [own.x < box.x + box.w / 2, own.y < box.y + box.h / 2];
  const [x, y] = [right ? box.x + box.w - w - 4 : box.x + 4, low ? box.y + box.h - h - 6 : box.y + 6];
  return { ...port, x, y, w, h, sx: cell, sy: cell, left, top };
}
