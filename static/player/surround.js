// What stands round every stage with a playhead: two canvases, the transport, the sentence, the help; and places for Tab.
import { element } from "./element.js";
import { buildTransport } from "./transport.js";

/**
 * @param {Act} act called for every use
 * @param {{label: string, keys: [key: string, does: string][], kind?: string, stops?: HTMLElement[]}} stage
 *   what a screen reader hears of it, which keys it takes, and what stands over its canvases
 */
export function surround(act, { label, keys, kind = "", stops = [] }) {
  const base = element("canvas", { class: "base", role: "img" });
  const light = element("canvas", { class: "light", "aria-hidden": "true" });
  const stage = element("div", { class: `stage ${kind}`.trim(), tabindex: "0", role: "application", "aria-label": label }, base, light, ...stops);
  const { transport, ...run } = buildTransport(act);
  const readout = element("p", { class: "readout", "data-testid": "readout" });
  const said = element("p", { class: "said", role: "status", "data-testid": "said" });
  const foot = element("div", { class: "foot" }, transport, readout);
  const help = element("dl", { class: "help", hidden: "" }, ...keys.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
  return { ...run, stage, base, light, foot, readout, said, help };
}

/** A button in words that asks for one thing. @param {Act} act @param {string} name @param {string} words @param {string} title @param {Record<string, any>} [attributes] */
export function small(act, name, words, title, attributes = {}) {
  const made = element("button", { type: "button", class: "small", "data-act": name, title, ...attributes }, words);
  made.addEventListener("click", () => act(name));
  return made;
}

/** A place over a panel that Tab visits. @param {Act} act told "enter" with `value`, then "leave" @param {string} panel @param {string} label @param {any} [value] */
export function stopAt(act, panel, label, value = panel) {
  const stop = element("div", { class: "stop", tabindex: "0", role: "application", "data-panel": panel, "aria-label": label });
  stop.addEventListener("focus", () => act("enter", value));
  stop.addEventListener("blur", () => act("leave", value));
  return stop;
}

/** Lay it over its panel. @param {HTMLElement} stop @param {Rect} box in pixels of the stage @param {number} scale of the page's for each */
export function layOver(stop, { x, y, w, h }, scale) {
  for (const [side, size] of Object.entries({ left: x, top: y, width: w, height: h })) stop.style.setProperty(side, `${size * scale}px`);
}

/** A box round others. @param {Rect[]} boxes @returns {Rect} */
export function around(boxes) {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const [right, low] = [Math.max(...boxes.map((box) => box.x + box.w)), Math.max(...boxes.map((box) => box.y + box.h))];
  return { x, y, w: right - x, h: low - y };
}
