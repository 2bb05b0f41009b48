// What is said: the step, and the sentence of what is shown.
import { early, showState, write } from "../player/writing.js";
import { spotParts, stepParts, stepWords } from "./sentences.js";
import { same } from "./walking.js";

/** Sentence and controls; touched only where they change. @param {Watching} watching @param {number} now */
export function report(watching, now) {
  const { clock, ui, board, root } = watching;
  const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed} ${watching.loaded}`;
  if (state !== watching.state) {
    watching.state = state;
    showState(watching);
    ui.count.textContent = stepWords(board, clock.step);
    ui.scrub.setAttribute("aria-valuetext", ui.count.textContent);
    Object.assign(root.dataset, { step: board.course.ticks[clock.step], layer: board.layer });
  }
  const shown = watching.shown();
  const key = JSON.stringify([shown, clock.step, board.layer, watching.pinned, watching.loaded, board.look.text, clock.playing]);
  if (key === watching.key || (watching.key && early(watching, now))) return;
  Object.assign(watching, { key, wroteAt: now });
  root.dataset.layer = String(board.layer);
  write(watching, shown ? spotParts(board, shown, clock.step) : stepParts(board, clock.step), shown !== null && same(shown, watching.pinned));
}
