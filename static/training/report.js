// What is said: the step, and the sentence of what is shown.
import { element, say } from "../player/element.js";
import { showPlaying } from "../player/transport.js";
import { spotParts, stepParts, stepWords } from "./sentences.js";
import { same } from "./walking.js";
import { _ } from "../words/catalogue.js";

const READOUTS_PER_SECOND = 8; // while it runs fast

/** Sentence and controls; touched only where they change. @param {Watching} watching @param {number} now */
export function report(watching, now) {
  const { clock, ui, board, root } = watching;
  const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed} ${watching.loaded}`;
  if (state !== watching.state) {
    watching.state = state;
    ui.scrub.value = String(clock.step);
    ui.count.textContent = stepWords(board, clock.step);
    ui.scrub.setAttribute("aria-valuetext", ui.count.textContent);
    showPlaying(ui.toggle, clock.playing);
    ui.speed.value = String(clock.speed);
    Object.assign(root.dataset, { step: board.course.ticks[clock.step], playing: clock.playing, layer: board.layer });
  }
  const shown = watching.shown();
  const key = JSON.stringify([shown, clock.step, board.layer, watching.pinned, watching.loaded, board.look.text, clock.playing]);
  if (key === watching.key) return;
  const fast = clock.playing && clock.rate > READOUTS_PER_SECOND;
  if (fast && watching.key && now - watching.wroteAt < 1000 / READOUTS_PER_SECOND) return;
  Object.assign(watching, { key, wroteAt: now });
  root.dataset.layer = String(board.layer);
  say(ui.readout, shown ? spotParts(board, shown, clock.step) : stepParts(board, clock.step));
  if (shown && same(shown, watching.pinned)) ui.readout.prepend(element("span", { class: "pin" }, _("pinned")), " ");
  watching.herald.say(ui.readout.textContent ?? "", clock.playing);
}
