// The unit that is spoken of: what it sees and reaches, drawn on every map and said in a sentence.
import { drawBoxes } from "./build.js";
import { boxOf, soundOf, spanOf } from "./places.js";
import { unitSentence } from "./words.js";
import { _ } from "../words/catalogue.js";

/** Draw and say what the unit that is spoken of sees. @param {Viewer} viewer */
export function showUnit(viewer) {
  const { meta, tensors } = viewer.scene;
  const { unit } = viewer;
  for (const map of viewer.maps) if (!map.small) drawBoxesOf(viewer, map, unit);
  viewer.ui.hearUnit.hidden = !unit || !tensors.seconds;
  if (!unit) {
    viewer.write(_("Point at a cell of the map above: what it sees is drawn on the input and on every stage. Click to keep it."));
    return;
  }
  const last = meta.stages[meta.stages.length - 1].name;
  const seen = spanOf(tensors, "input", unit);
  const sound = seen && soundOf(tensors, seen);
  const mels = viewer.stage.shape[2];
  const value = viewer.planes[viewer.planes.length - 1].values[unit[0] * mels + unit[1]];
  const reached = last === meta.stage ? null : spanOf(tensors, last, unit);
  viewer.heard = sound;
  viewer.write(unitSentence({ stage: meta.stage, channel: meta.channel, unit, value, seen, sound, last, reached, statistical: meta.statistical }));
}

/**
 * On a map: the marked stretch, and the cells that go with a unit.
 * @param {Viewer} viewer @param {StageMap} map @param {Unit | null} unit
 */
export function drawBoxesOf(viewer, map, unit) {
  const { meta, tensors } = viewer.scene;
  /** @type {{kind: string, box: Box | null}[]} */
  const boxes = [];
  const marked = map === viewer.clipMap && viewer.selection ? [viewer.selection, viewer.other] : [];
  marked.forEach((stretch, i) => {
    if (!stretch) return;
    const [left, right] = stretch.map((t) => viewer.shareOfTime(t));
    boxes.push({ kind: i ? "selection other" : "selection", box: { left, right, bottom: 0, top: 1 } });
  });
  if (unit) {
    const span = spanOf(tensors, map.stage.name, unit);
    const behind = meta.stages.indexOf(map.stage) > meta.stages.indexOf(viewer.stage);
    boxes.push({ kind: behind ? "reach" : "unit", box: span && boxOf(span, map.stage.shape.slice(1)) });
  }
  drawBoxes(map, boxes);
}
