// What every playhead writes down: where it stands, and the sentence.
import { element, say } from "./element.js";
import { showPlaying } from "./transport.js";
import { _ } from "../words/catalogue.js";

const READOUTS_PER_SECOND = 8; // while it runs fast; a single step is written at once

/** Scrub bar, button and speed; touched only when they change, for every touch costs the page a layout. @param {Playing} part */
export function showState({ clock, ui, root }) {
  ui.scrub.value = String(clock.step);
  showPlaying(ui.toggle, clock.playing);
  ui.speed.value = String(clock.speed);
  Object.assign(root.dataset, { step: clock.step, playing: clock.playing });
}

/** Is it too early for another sentence? @param {Playing} part @param {number} now */
export const early = ({ clock, wroteAt }, now) =>
  clock.playing && clock.rate > READOUTS_PER_SECOND && now - wroteAt < 1000 / READOUTS_PER_SECOND;

/** Put the sentence down, and let it be said. @param {Playing} part @param {Part[] | null} parts null if it stands there @param {boolean} pinned */
export function write({ ui, herald, clock }, parts, pinned) {
  if (parts) say(ui.readout, parts);
  if (pinned) ui.readout.prepend(element("span", { class: "pin" }, _("pinned")), " ");
  herald.say(ui.readout.textContent ?? "", clock.playing);
}
