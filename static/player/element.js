// Elements of the page: made by hand, or of the parts of a sentence. Text only; nothing is put in as HTML.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, any>} [attributes] @param {...(string | Node)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An element of a drawing. @param {string} tag @param {Record<string, any>} attributes @param {...Node} children */
export function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Parts of a sentence as drawing/sentences.js has them: text as it is, all others as elements.
 * @param {Part[]} parts @returns {(string | Node)[]}
 */
const elementsOf = (parts) =>
  parts.map((one) => {
    if (typeof one === "string") return one;
    const made = element(one.tag, one.attributes, ...elementsOf(one.children));
    Object.assign(made.style, one.colours);
    return made;
  });

/** Put a sentence in place of the one before. @param {Element} root @param {Part[]} parts */
export const say = (root, parts) => root.replaceChildren(...elementsOf(parts));
