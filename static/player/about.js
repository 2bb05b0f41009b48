// What is said of a scene, in lines above the stage and below the controls: elements, as Python tells them.
import { element } from "./element.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** Where the lines go. */
export const aboutLines = () => ({
  above: element("div", { class: "about", "data-testid": "above" }),
  below: element("div", { class: "about", "data-testid": "below" }),
});

/** @param {{above: HTMLElement, below: HTMLElement}} lines @param {{about?: Lines}} meta */
export function tellAbout({ above, below }, { about }) {
  above.replaceChildren(...told(about?.above ?? []));
  below.replaceChildren(...told(about?.below ?? []));
}

/**
 * Texts, HTML's elements, and those of formulas; see cnnviz/text/part.py.
 * @param {Told[]} parts @param {boolean} [maths] @returns {(string | Node)[]}
 */
const told = (parts, maths = false) =>
  parts.map((one) => {
    if (typeof one === "string") return one;
    const within = maths || one.tag === "math";
    const made = within ? document.createElementNS(MATHML, one.tag) : document.createElement(one.tag);
    for (const [name, value] of Object.entries(one.attributes ?? {})) made.setAttribute(name, value);
    made.append(...told(one.children, within));
    return made;
  });
