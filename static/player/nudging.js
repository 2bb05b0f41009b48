// Which cell a nudge moves, or becomes the loss: the keys' cursor, the pinned cell, or the playhead's.
import { litBy } from "../drawing/lights.js";

/**
 * Channel and cell of a panel: the cell itself, or the first one that goes with what is shown.
 * @param {Player} player @param {"input" | "output"} panel @returns {number[]}
 */
function cellOf(player, panel) {
  const at = player.lookUp(player.cursor.at ?? player.pinned ?? player.here());
  if (at.kind === panel) return [at.channel, ...at.cell];
  const lit = litBy(player.stage, at)[panel];
  const { lines } = player.stage[panel];
  const first = (lit?.places ?? [[], [], []]).map((places, i) => places.map((place) => lines[i][place]).find((cell) => cell >= 0) ?? 0);
  return [lit?.channels[0] ?? player.here().channel, ...first];
}

/** Have a number moved, where the page does. @param {Player} player */
export function nudge(player) {
  if (player.ui.nudge.hidden) return;
  player.clock.pause();
  player.nudge?.(cellOf(player, player.scene.meta.nudges ?? "output"));
}

/** Have a cell of dY be the loss, by the words that Python has for its places. @param {Player} player */
export function lose(player) {
  if (player.ui.loss.hidden) return;
  player.clock.pause();
  const cell = cellOf(player, "input");
  const places = (player.scene.meta.losses ?? []).map((word, i) => /** @type {[string, number]} */ ([word, cell[i]]));
  player.lose?.(Object.fromEntries(places.filter(([word]) => word)));
}
