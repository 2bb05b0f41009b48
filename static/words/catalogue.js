// Words in the reader's language. The English sentence in the code is the message, whole and with named places; what
// Python sends with a scene is its translation: cnnviz/text/catalogue.py. `make messages` finds what `_` and `plural` say.

/** @type {Catalogue} */
const ENGLISH = { code: "en", thousands: ",", decimal: ".", forms: "", messages: {} };
let spoken = ENGLISH;

/** From here on in this language; English needs no catalogue. @param {Catalogue} [catalogue] */
export function speak(catalogue = ENGLISH) {
  spoken = catalogue;
}

/** What stands between groups of three digits, and before the first decimal. */
export const marks = () => spoken;

/** @param {string} message @param {Record<string, unknown>} places */
const put = (message, places) => message.replace(/\{(\w+)\}/g, (place, name) => (name in places ? String(places[name]) : place));

/** A message with values in its places; those without a value stay. @param {string} message @param {Record<string, unknown>} [places] */
export function _(message, places = {}) {
  const told = spoken.messages[message];
  return put(typeof told === "string" ? told : message, places);
}

/**
 * A message with a form for one and a form for many; the count is the place `n`.
 * @param {string} one @param {string} many @param {number} n @param {Record<string, unknown>} [places]
 */
export function plural(one, many, n, places = {}) {
  const forms = spoken.messages[one];
  const told = Array.isArray(forms) ? forms[Number(spoken.forms[n < 200 ? n : 100 + (n % 100)])] : n === 1 ? one : many;
  return put(told, { n: grouped(n), ...places });
}

/** A whole number with its thousands apart. @param {number} n */
export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, spoken.thousands);

/**
 * A message whose places are filled by parts of a sentence, as chips of colour, wherever the language has them.
 * @param {string} message as `_` or `plural` say it @param {Record<string, Part | Part[]>} places
 * @returns {Part[]}
 */
export const filled = (message, places) =>
  message.split(/(\{\w+\})/).flatMap((text) => {
    const name = text.slice(1, -1);
    return text.startsWith("{") && name in places ? places[name] : text;
  }).filter((one) => one !== "");
