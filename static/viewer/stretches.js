// Stretches of the sound that are marked: one, and another one from which channels shall tell it.
import { sortGrid } from "./grid.js";
import { drawBoxesOf } from "./unit.js";
import { seconds } from "./words.js";
import { _ } from "../words/catalogue.js";

/** Mark a stretch, or the other one where that is waited for; null lets go of both. @param {Viewer} viewer @param {Limits | null} stretch */
export function mark(viewer, stretch) {
  if (viewer.marksOther && viewer.selection && stretch) viewer.other = stretch;
  else Object.assign(viewer, { selection: stretch, other: null, marksOther: false });
  showStretches(viewer);
}

/** Let the next stretch that is marked be the other one, and sort by how well channels tell them apart; or leave it. @param {Viewer} viewer */
export function markOther(viewer) {
  Object.assign(viewer, { marksOther: !viewer.marksOther, other: null });
  viewer.ui.sort.value = "contrast";
  showStretches(viewer);
  tellStretches(viewer);
}

/** Stretches that the address holds. @param {Viewer} viewer */
export function takeStretches(viewer) {
  const { marks } = viewer.scene.meta;
  viewer.toldMarks = marks ?? [];
  if (!marks) return;
  Object.assign(viewer, { selection: marks[0], other: marks[1] ?? null, marksOther: marks.length > 1 });
  viewer.ui.sort.value = "contrast";
}

/** Where channels are sorted by them, the address shall hold them; what was told last may not be in the scene yet. @param {Viewer} viewer */
export function tellStretches(viewer) {
  const { selection, other } = viewer;
  const marks = viewer.ui.sort.value === "contrast" && selection ? [selection, ...(other ? [other] : [])] : [];
  if (JSON.stringify(marks) === JSON.stringify(viewer.toldMarks)) return;
  viewer.toldMarks = marks;
  viewer.tell("marks", marks);
}

/** Say and draw them; channels are sorted anew where they are sorted by them. @param {Viewer} viewer */
export function showStretches(viewer) {
  const { ui, selection, other, marksOther } = viewer;
  ui.part.hidden = !selection;
  if (selection) ui.partWords.textContent = _("{from} to {to}", { from: seconds(selection[0]), to: seconds(selection[1]) });
  ui.otherWords.hidden = !marksOther;
  ui.otherWords.textContent = other ? _("against {from} to {to}", { from: seconds(other[0]), to: seconds(other[1]) }) : _("Drag over the other stretch.");
  ui.against.setAttribute("aria-pressed", String(marksOther));
  if (viewer.clipMap) drawBoxesOf(viewer, viewer.clipMap, viewer.unit);
  if (ui.sort.value !== "contrast" || !viewer.clipMap) return;
  cancelAnimationFrame(viewer.sorting);
  viewer.sorting = requestAnimationFrame(() => sortGrid(viewer));
}
