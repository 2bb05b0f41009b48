// What a cell of an attribution is made of, in words: a sum over channels, a product, a difference.
import { numberOf } from "./pictures.js";
import { sizeWords, unitName, valueWords } from "./words.js";
import { _, plural } from "../words/catalogue.js";
import { fine } from "../words/numbers.js";

const MOST = 6; // terms that are written out: the largest

/**
 * The terms of a sum over channels, the largest first.
 * @param {Flow} scene @param {{of?: number, by?: number | null}} sum @param {number[]} cell
 */
function termsOf(scene, { of = 0, by }, cell) {
  const [channels] = scene.meta.stages[of].size;
  const weighted = by !== undefined && by !== null;
  const terms = Array.from({ length: channels }, (_, channel) => {
    const read = numberOf(scene, of, channel, cell);
    const weight = weighted ? numberOf(scene, by, 0, [channel, 0, 0]) : 1;
    return { product: read * weight, words: weighted ? `${fine(weight)} × ${fine(read)}` : fine(read) };
  });
  return terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

/** @param {string} text */
const bracketed = (text) => (text.startsWith("\u2212") ? `(${text})` : text);

/** How a number comes about; nothing where it is given. @param {Flow} scene @param {FlowPlace} place */
function madeOf(scene, { at, channel, cell }) {
  const { sum = {} } = scene.meta.stages[at];
  if (sum.product) return `${sum.product.map((of) => bracketed(fine(numberOf(scene, of, channel ?? 0, cell)))).join(" × ")} = `;
  if (sum.less !== undefined) return `${fine(sum.from ?? NaN)} − ${bracketed(fine(numberOf(scene, sum.less, 0, cell)))} = `;
  if (sum.of === undefined) return "";
  const terms = termsOf(scene, sum, cell);
  const shown = terms.slice(0, MOST).map(({ words }) => bracketed(words)).join(" + ");
  const rest = terms.slice(MOST);
  if (!rest.length) return `${shown} = `;
  const others = plural("{n} more term, {sum}", "{n} more terms, {sum}", rest.length, { sum: fine(rest.reduce((all, { product }) => all + product, 0)) });
  return `${shown} + (${others}) = `;
}

/**
 * What a cell is, how it comes about, and how much of the input it speaks of.
 * @param {Flow} scene @param {FlowPlace} place @param {Value} value @param {(Spans | null)[]} spans
 */
export function explained(scene, place, value, spans) {
  const { stages } = scene.meta;
  const { at, channel, cell } = place;
  const name = `${unitName(stages[at], channel, cell)} = ${madeOf(scene, place)}${valueWords(value, fine)}.`;
  const seen = at && spans[0] && !stages[at].vector ? _("On the input: {size}.", { size: sizeWords(stages[0], spans[0]) }) : "";
  return [name, seen].filter(Boolean).join(" ");
}
