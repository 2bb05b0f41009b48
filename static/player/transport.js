// The transport: buttons of the steps, the scrub bar, the counter and the speed.
import { SPEEDS } from "./clock.js";
import { drawn, element } from "./element.js";
import { _ } from "../words/catalogue.js";

const buttons = () => [
  ["first", _("First step (Home)"), "M6 5v14M19 5L9 12l10 7z"],
  ["back", _("Step back ({key})", { key: "←" }), "M16 5L7 12l9 7z"],
  ["toggle", _("Play or pause (space)"), PLAY],
  ["next", _("Step on ({key})", { key: "→" }), "M8 5l9 7-9 7z"],
  ["last", _("Last step (End)"), "M18 5v14M5 5l10 7-10 7z"],
];
const PLAY = "M8 5l11 7-11 7z";
const PAUSE = "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z";

/** @param {string} path */
const icon = (path) => drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, drawn("path", { d: path }));

/** @param {string} name @param {string} title @param {string} path @param {Act} act */
export function button(name, title, path, act) {
  const made = element("button", { type: "button", title, "aria-label": title, "data-act": name }, icon(path));
  made.addEventListener("click", () => act(name));
  return made;
}

/** @param {string} name @param {string} label @param {(string | number)[][]} options @param {string | number} value @param {Act} act */
export function select(name, label, options, value, act, title = label) {
  const made = element("select", { "aria-label": label, "data-act": name });
  for (const [key, text] of options) made.append(element("option", { value: key }, String(text)));
  made.value = made.dataset.begins = String(value);
  made.addEventListener("change", () => act(name, made.value));
  return element("label", { title }, `${label} `, made);
}

/** All of it; `act(name, value)` is called for every use. @param {Act} act */
export function buildTransport(act) {
  const scrub = element("input", { type: "range", min: "0", step: "1", "aria-label": _("Step"), "data-act": "scrub" });
  scrub.addEventListener("input", () => act("scrub", Number(scrub.value)));
  const ticks = element("div", { class: "ticks", "aria-hidden": "true" });
  const count = element("span", { class: "count", "data-testid": "step" });
  const [first, back, toggle, next, last] = buttons().map(([name, title, path]) => button(name, title, path, act));
  const speed = select("speed", _("speed"), SPEEDS.map((s) => [s, `${s}×`]), 1, act);
  const bar = element("div", { class: "scrub" }, scrub, ticks);
  const transport = element("div", { class: "transport" }, first, back, toggle, next, last, bar, count, speed);
  return { transport, scrub, ticks, count, back, toggle, next, speed: /** @type {HTMLSelectElement} */ (speed.lastChild) };
}

/** @param {HTMLElement} toggle @param {boolean} playing */
export function showPlaying(toggle, playing) {
  toggle.querySelector("path")?.setAttribute("d", playing ? PAUSE : PLAY);
  toggle.setAttribute("aria-pressed", String(playing));
}

/** One tick at the start of each output channel. @param {HTMLElement} ticks @param {number} turns */
export function showTicks(ticks, turns) {
  if (ticks.childElementCount === turns) return;
  ticks.replaceChildren(
    ...Array.from({ length: turns > 1 ? turns : 0 }, (_, i) => {
      const mark = element("span");
      mark.style.left = `${(100 * i) / turns}%`;
      return mark;
    }),
  );
}
