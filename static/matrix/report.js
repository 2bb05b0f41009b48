// What is said: the step, and the sentence of the number that is shown.
import { stepWords } from "../drawing/readout.js";
import { element, say } from "../player/element.js";
import { showPlaying } from "../player/transport.js";
import { spotParts, stepParts } from "./sentences.js";
import { written } from "./walking.js";
import { _ } from "../words/catalogue.js";

const READOUTS_PER_SECOND = 8; // while it runs fast

/** Sentence and controls; touched only where they change. @param {Matrix} matrix @param {number} now */
export function report(matrix, now) {
  const { clock, ui, desk, root } = matrix;
  const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed} ${matrix.row}`;
  if (state !== matrix.state) {
    matrix.state = state;
    ui.scrub.value = String(clock.step);
    ui.count.textContent = stepWords(clock.step, clock.steps);
    ui.scrub.setAttribute("aria-valuetext", ui.count.textContent);
    showPlaying(ui.toggle, clock.playing);
    [ui.speed.value, ui.row.value] = [String(clock.speed), String(matrix.row)];
    Object.assign(root.dataset, { step: clock.step, playing: clock.playing });
  }
  const shown = matrix.shown();
  const key = JSON.stringify([shown, clock.step, matrix.row, matrix.pinned, matrix.loaded, desk.look.text, clock.playing]);
  if (key === matrix.key) return;
  const fast = clock.playing && clock.rate > READOUTS_PER_SECOND;
  if (fast && matrix.key && now - matrix.wroteAt < 1000 / READOUTS_PER_SECOND) return;
  Object.assign(matrix, { key, wroteAt: now });
  say(ui.readout, shown ? spotParts(desk, shown, clock.step) : stepParts(desk, clock.step, matrix.row));
  if (shown && written(shown) === written(matrix.pinned)) ui.readout.prepend(element("span", { class: "pin" }, _("pinned")), " ");
  matrix.herald.say(ui.readout.textContent ?? "", clock.playing);
}
