// Colours of the page that a component stands on.
import { CANVAS, contextOf } from "../drawing/canvas.js";
import { luminance } from "../drawing/colour.js";
import { makeLook } from "../drawing/look.js";

/** A colour of the page's theme, by Streamlit's name; empty where the page has none. @param {Element} root @param {string} name */
export const themeColour = (root, name) => getComputedStyle(root).getPropertyValue(`--st-${name}`).trim();

/** Is the page dark? @param {Element} root */
export function isDark(root) {
  const probe = contextOf(document.createElement("canvas"));
  probe.fillStyle = themeColour(root, "background-color") || "#ffffff";
  probe.fillRect(0, 0, 1, 1);
  return luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.3;
}

/** The stops of each scale, on a dark or a light page. @param {Palette} palette @param {boolean} dark */
export const stopsOn = (palette, dark) =>
  Object.fromEntries(Object.entries(palette).map(([name, both]) => [name, both[dark ? "dark" : "light"]]));

/** What is drawn in the page's own colours. @param {Element} root @param {boolean} dark */
export const lookOf = (root, dark) =>
  makeLook(CANVAS.hatch, {
    text: themeColour(root, "text-color") || (dark ? "#fafafa" : "#111418"),
    background: themeColour(root, "background-color") || "#ffffff",
    font: themeColour(root, "font") || "system-ui, sans-serif",
    accent: themeColour(root, "primary-color") || "#3b5bdb",
    dark,
  });
