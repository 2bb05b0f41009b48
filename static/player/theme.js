// Colours of the page that a component stands on.
import { CANVAS, contextOf } from "../drawing/canvas.js";
import { luminance } from "../drawing/colour.js";
import { makeLook } from "../drawing/look.js";

/** The page's theme, by Streamlit's names; empty where the page has none. @param {Element} root */
function themeOf(root) {
  const style = getComputedStyle(root);
  const [text, background, font, accent] = ["text-color", "background-color", "font", "primary-color"].map((name) => style.getPropertyValue(`--st-${name}`).trim());
  return { text, background: background || "#ffffff", font: font || "system-ui, sans-serif", accent: accent || "#3b5bdb" };
}

/** Is the page dark? @param {Element} root */
export const isDark = (root) => isDarkColour(themeOf(root).background);

/** @param {string} colour */
function isDarkColour(colour) {
  const probe = contextOf(document.createElement("canvas"));
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.3;
}

/** The stops of each scale, on a dark or a light page. @param {Palette} palette @param {boolean} dark */
export const stopsOn = (palette, dark) =>
  Object.fromEntries(Object.entries(palette).map(([name, both]) => [name, both[dark ? "dark" : "light"]]));

/**
 * What is drawn in the page's own colours; the `last` one while they are the same, because a look at a colour's pixel and
 * each hatch take longer than a scene.
 * @param {Element} root @param {PageLook} [last] @returns {PageLook}
 */
export function lookOf(root, last) {
  const theme = themeOf(root);
  const name = Object.values(theme).join();
  if (name === last?.name) return last;
  const dark = isDarkColour(theme.background);
  const text = theme.text || (dark ? "#fafafa" : "#111418");
  return { name, dark, look: makeLook(CANVAS.hatch, { ...theme, text, dark }) };
}
