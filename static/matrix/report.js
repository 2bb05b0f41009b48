// What is said: the step, and the sentence of the number that is shown.
import { stepWords } from "../drawing/readout.js";
import { early, showState, write } from "../player/writing.js";
import { spotParts, stepParts } from "./sentences.js";
import { written } from "./walking.js";

/** Sentence and controls; touched only where they change. @param {Matrix} matrix @param {number} now */
export function report(matrix, now) {
  const { clock, ui, desk } = matrix;
  const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed} ${matrix.row}`;
  if (state !== matrix.state) {
    matrix.state = state;
    showState(matrix);
    ui.count.textContent = stepWords(clock.step, clock.steps);
    ui.scrub.setAttribute("aria-valuetext", ui.count.textContent);
    ui.row.value = String(matrix.row);
  }
  const shown = matrix.shown();
  const key = JSON.stringify([shown, clock.step, matrix.row, matrix.pinned, matrix.loaded, desk.look.text, clock.playing]);
  if (key === matrix.key || (matrix.key && early(matrix, now))) return;
  Object.assign(matrix, { key, wroteAt: now });
  write(matrix, shown ? spotParts(desk, shown, clock.step) : stepParts(desk, clock.step, matrix.row), shown !== null && written(shown) === written(matrix.pinned));
}
