// The still part: panels with their names and colours. Drawn once per scene, size or theme.
import { paintMap, paintTag, paintTitle } from "../drawing/paint.js";
import { mapNames } from "../drawing/titles.js";
import { dotted } from "../drawing/titles.js";
import { axisOf } from "../drawing/axes.js";
import { _ } from "../words/catalogue.js";

/** @param {Desk} desk @param {Ctx} ctx */
export function paintStill(desk, ctx) {
  for (const [name, maps] of Object.entries(desk.maps)) {
    paintName(ctx, desk, name, maps);
    if (desk.growing.includes(name)) continue; // drawn with what moves
    for (const map of maps) paintMap(ctx, desk.dress(name, map), desk.look);
    if (name === "input" || name === "output") for (const map of maps) paintTag(ctx, map.port, tagOf(ctx, desk, name, map), null, desk.look);
  }
}

/** What a map of several is called, as far as it fits. @param {Ctx} ctx @param {Desk} desk @param {string} name @param {OnStage} map */
function tagOf(ctx, desk, name, map) {
  const [panel] = desk.panels[name];
  if (panel.channels * panel.lines[0].length === 1) return "";
  const { long, short } = name === "input" ? mapNames(/** @type {any} */ ({ scene: desk.scene, input: panel, groupOf: () => 0 }), map) : outputNames(panel, map);
  ctx.font = `12px ${desk.look.font}`;
  return [dotted(long), dotted(short), `${map.channel}`].find((text) => ctx.measureText(text).width <= map.port.w) ?? "";
}

/** @param {Panel} panel @param {{channel: number, depth: number}} map */
function outputNames({ channels, lines }, { channel, depth }) {
  const deep = lines[0].length > 1;
  const long = [channels > 1 ? axisOf("channel").one(channel) : "", deep ? axisOf("depth").one(depth) : ""];
  return { long, short: [channels > 1 ? `${channel}` : "", deep ? `${depth}` : ""] };
}

/** @param {Ctx} ctx @param {Desk} desk @param {string} name @param {OnStage[]} maps */
function paintName(ctx, desk, name, maps) {
  const counted = desk.isCounted(name);
  const { title, note } = counted ? { title: _("times copied"), note: _("how often each cell stands in the columns") } : desk.meta.panels[name];
  const [{ port }] = maps;
  const { slots } = desk.layout.fits[name];
  const x = Math.min(...slots.map((slot) => slot.x));
  const box = { x, y: port.y, w: desk.layout.rooms[name], h: port.h };
  const [short] = title.split(":");
  const legend = name === "added" || name === "result" || name === "vector" || box.w < 150 ? {} : counted ? desk.countLegend() : desk.legend(name);
  paintTitle(ctx, box, { names: [title, short], notes: [note], ...legend }, desk.look);
}
