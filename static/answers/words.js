// What is said of what a channel answers to.
import { _ } from "../words/catalogue.js";
import { brief } from "../words/numbers.js";

/** @param {string} stage @param {number} channel */
export const titleWords = (stage, channel) => _("What channel {channel} of {stage} answers to", { channel, stage });

/** @param {string} label @param {number} value @param {number} place */
export const tileWords = (label, value, place) => _("{place}: {label}, {value}", { place, label, value: brief(value) });

/** @param {AnswersMeta} meta */
export const areaWords = (meta) =>
  meta.clips
    ? _("How often a frame in which it is heard excites the channel more than one in which it is not (AUC): 1 is always, 0.5 is chance, 0 is never.")
    : _("How often an example of the class excites the channel more than one of another class (AUC): 1 is always, 0.5 is chance, 0 is never.");

/** What the tiles are. @param {AnswersMeta} meta @param {number} tiles */
export function hintWords(meta, tiles) {
  if (!tiles) return _("Nothing among the unseen examples excites it: its largest values are all 0.");
  if (meta.clips) return _("The unseen clips that excite it most. The box is what the unit saw; hear it with a little of what is around it.");
  return _("The unseen examples that excite it most: what the unit saw, hatched where that lies outside, and below it the whole.");
}
