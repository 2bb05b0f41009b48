// Which cell a nudge moves: the keys' cursor, the pinned cell, or the playhead's.
import { litBy } from "../drawing/lights.js";

/**
 * Channel and cell of a panel: the cell itself, or the first one that goes with what is shown.
 * @param {Player} player @param {"input" | "output"} panel @returns {number[]}
 */
export function nudged(player, panel) {
  const at = player.lookUp(player.cursor.at ?? player.pinned ?? player.here());
  if (at.kind === panel) return [at.channel, ...at.cell];
  const lit = litBy(player.stage, at)[panel];
  const { lines } = player.stage[panel];
  const first = (lit?.places ?? [[], [], []]).map((places, i) => places.map((place) => lines[i][place]).find((cell) => cell >= 0) ?? 0);
  return [lit?.channels[0] ?? player.here().channel, ...first];
}
