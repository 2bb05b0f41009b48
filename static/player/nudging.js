// Which cell of a backward pass a nudge moves: the keys' cursor, the pinned cell, or the playhead's.
import { litBy } from "../drawing/lights.js";

/**
 * Channel and cell of the output: the cell itself, or the first one that goes with what is shown.
 * @param {Player} player @returns {number[]}
 */
export function nudged(player) {
  const at = player.cursor.at ?? player.pinned ?? player.here();
  if (at.kind === "output") return [at.channel, ...at.cell];
  const { output } = litBy(player.stage, player.lookUp(at));
  const first = (output?.places ?? [[], [], []]).map((places, i) => {
    const line = player.stage.output.lines[i];
    return Math.max(0, ...places.slice(0, 1).map((place) => line[place]));
  });
  return [output?.channels[0] ?? player.here().channel, ...first];
}
