// Which cells go with a unit, from stage to stage. Everything is looked up; nothing is derived from strides.
// A span is [first, last] of channels, slices, rows and columns; null where there is none.

/** @param {FlowStage} stage @returns {Spans} */
const whole = ({ size }) => size.map((n) => [0, n - 1]);

/** Is this span all there is of a stage? @param {Spans | null} span @param {FlowStage} stage */
export const isWhole = (span, { size }) => span !== null && span.every(([first, last], axis) => first === 0 && last === size[axis] - 1);

/** From the first to the last cell that any cell of a span goes with. @param {Table} table @param {Span} span */
function ends({ data }, [first, last]) {
  let [low, high] = [data[2 * first], data[2 * last + 1]];
  for (let i = first; i <= last; i++) [low, high] = [Math.min(low, data[2 * i]), Math.max(high, data[2 * i + 1])];
  return [low, high];
}

/** A span through the tables of a stage; an axis without one is kept. @param {Spans} span @param {(Table | undefined)[]} tables */
function through(span, tables) {
  const found = span.map((own, axis) => (tables[axis] ? ends(tables[axis], own) : own));
  return found.every(([first, last]) => first <= last) ? found : null;
}

/**
 * The cells that a vector's numbers lie in, from the first of each axis to the last; they are `cells` in a row.
 * @param {Spans} span @param {Table} cells @param {FlowStage} before
 */
function laidOut([, [first, last]], { data }, before) {
  if (first === 0 && last === data.length / 4 - 1) return whole(before);
  const found = whole(before).map(() => [Infinity, -Infinity]);
  for (let i = first; i <= last; i++)
    found.forEach((span, axis) => {
      span[0] = Math.min(span[0], data[4 * i + axis]);
      span[1] = Math.max(span[1], data[4 * i + axis]);
    });
  return found;
}

/** The first and the last number of the vector whose cells lie in a span. @param {Spans} span @param {Table} cells */
function inRow(span, { data }) {
  /** @param {number} i */
  const lies = (i) => span.every(([first, last], axis) => data[4 * i + axis] >= first && data[4 * i + axis] <= last);
  let [first, last] = [0, data.length / 4 - 1];
  while (!lies(first)) first++; // every cell is in the row, so there is one
  while (!lies(last)) last--;
  return [[0, 0], [first, last], [0, 0], [0, 0]];
}

/** @param {FlowTensors} tensors @param {"back" | "forth"} way @param {number} i */
const tablesOf = (tensors, way, i) => [0, 1, 2, 3].map((axis) => tensors[`${way}.${i}.${axis}`]);

/** The stage whose cells go with those of stage `i`: the one before, if it names no other. @param {FlowStage[]} stages @param {number} i */
const beforeOf = (stages, i) => stages[i].from ?? i - 1;

/** What a span of stage `i` reads of the stage before. @param {Flow} scene @param {number} i @param {Spans | null} span */
function back({ meta: { stages }, tensors }, i, span) {
  if (!span) return null;
  const before = stages[beforeOf(stages, i)];
  if (stages[i].way === "all") return whole(before);
  if (stages[i].way === "cells") return laidOut(span, tensors[`cells.${i}`], before);
  return through(span, tablesOf(tensors, "back", i));
}

/** What of stage `i` reads a span of the stage before. @param {Flow} scene @param {number} i @param {Spans | null} span */
function forth({ meta: { stages }, tensors }, i, span) {
  if (!span) return null;
  if (stages[i].way === "all") return whole(stages[i]);
  if (stages[i].way === "cells") return inRow(span, tensors[`cells.${i}`]);
  return through(span, tablesOf(tensors, "forth", i));
}

/**
 * What goes with a span of one stage on every stage: what it reads of those before, and what reads it of those behind.
 * @param {Flow} scene @param {number} at @param {Spans} span
 */
export function spansOf(scene, at, span) {
  const { stages } = scene.meta;
  const { length } = stages;
  const found = Array(length).fill(null);
  found[at] = span;
  for (let i = at; i > 0; i = beforeOf(stages, i)) found[beforeOf(stages, i)] = back(scene, i, found[i]);
  for (let i = at + 1; i < length; i++) if (beforeOf(stages, i) >= at) found[i] = forth(scene, i, found[beforeOf(stages, i)]);
  return found;
}
