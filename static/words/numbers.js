// Numbers as the language writes them; NaN and infinity as torch does.
import { grouped, marks } from "./catalogue.js";

const MINUS = "\u2212";

/** @param {string} digits as JavaScript writes them */
const written = (digits) => digits.replace(".", marks().decimal);

/** @param {string} text */
const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** @param {number} size @param {number} digits */
function power(size, digits) {
  const [digit, exponent] = size.toExponential(digits).split("e");
  return `${trim(digit)}e${exponent.replace("+", "").replace("-", MINUS)}`;
}

/** A whole number with its thousands apart. @param {number} n */
export const count = (n) => grouped(n);

/** So many decimals. @param {number} value @param {number} decimals */
export const fixed = (value, decimals) => written(value.toFixed(decimals));

/** A share in percent, to so many decimals. @param {number} share */
export const percent = (share, decimals = 0) => `${written(trim((100 * share).toFixed(decimals)))} %`;

/** A number as short as it can be read in a cell: at most `digits` significant ones. @param {number} value */
export function brief(value, digits = 3) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : `${MINUS}inf`;
  const size = Math.abs(value);
  let text;
  if (size === 0) text = "0";
  else if (Number.isInteger(value) && size < 1e5) text = String(size);
  else if (size >= 1e4 || size < 1e-3) text = power(size, Math.max(0, Math.min(1, digits - 2)));
  else text = trim(size.toFixed(Math.max(0, Math.min(3, digits - 1 - Math.floor(Math.log10(size))))));
  return (value < 0 && text !== "0" ? MINUS : "") + written(text);
}

/** The sign alone, where there is no room for the number. @param {number} value */
export const signOf = (value) => (value > 0 ? "+" : value < 0 ? MINUS : "");

/** A gradient as a sentence wants it: four digits, however small it is. @param {number} value */
export function fine(value) {
  const size = Math.abs(value);
  return size > 0 && size < 0.1 ? `${value < 0 ? MINUS : ""}${power(size, 3)}` : exact(value);
}

/** A number as a sentence wants it: up to four places, whole numbers as they are. @param {number} value */
export function exact(value) {
  if (!Number.isFinite(value)) return brief(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? power(size, 3) : trim(size.toFixed(4));
  return (value < 0 && text !== "0" ? MINUS : "") + written(text);
}
