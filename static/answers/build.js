// The elements of what a channel answers to.
import { make, makeMap } from "../viewer/build.js";
import { Histogram } from "./histogram.js";
import { classWords, spreadTitle, tileWords } from "./words.js";
import { _ } from "../words/catalogue.js";
import { brief, fixed } from "../words/numbers.js";

/** All parts that stay, by name. @param {HTMLElement} root */
export function build(root) {
  const ui = {
    title: make("h3"),
    stage: make("select", { name: "stage", data: { focus: "stage" } }),
    channel: make("input", { type: "number", name: "channel", min: 0, step: 1, data: { focus: "channel" } }),
    hint: make("p", { className: "hint" }),
    tiles: make("ol", { className: "tiles", aria: { label: _("The most exciting examples") } }),
    spreadTitle: make("h4", {}, spreadTitle()),
    spreadHint: make("p", { className: "hint" }),
    histogram: new Histogram(),
    area: make("p", { className: "hint" }),
    classes: make("ol", { className: "classes", aria: { label: _("Classes, by how well the channel tells them from the rest") } }),
  };
  const controls = make("div", { className: "bar" }, make("label", {}, _("stage"), ui.stage), make("label", {}, _("channel"), ui.channel));
  const body = make(
    "div",
    { className: "viewer answers", tabIndex: -1 },
    make("div", { className: "bar" }, ui.title),
    controls,
    ui.hint,
    ui.tiles,
    ui.spreadTitle,
    ui.spreadHint,
    ui.histogram.element,
    make("h4", {}, _("Which class it tells from the rest")),
    ui.area,
    ui.classes,
  );
  root.append(body);
  return { ...ui, controls, body };
}

/**
 * One example: what the unit saw, the whole of it, what it is in truth, and how much it excites.
 * @param {AnswersMeta} meta @param {{label: string, name: string, sounds: boolean, value: number, place: number}} what
 */
export function tileOf(meta, { label, name, sounds, value, place }) {
  const words = tileWords(label || name, value, place + 1);
  const [seen, whole] = [makeMap("seen"), makeMap("whole")];
  for (const map of [seen, whole]) map.cursor.remove();
  const hear = sounds ? make("button", { type: "button", data: { focus: `hear ${place}` } }, _("▶ Hear")) : null;
  if (hear) hear.setAttribute("aria-label", _("Hear it: {clip}", { clip: words }));
  const open = meta.clips?.opens ? make("button", { type: "button", data: { focus: `open ${place}` } }, _("Open")) : null;
  open?.setAttribute("aria-label", _("Open it above: {clip}", { clip: words }));
  Object.assign(seen.picture, { role: "img", ariaLabel: words });
  const caption = make("span", { className: "caption" }, make("b", {}, label), make("output", {}, brief(value)), ...(name ? [make("small", {}, name)] : []));
  const element = make("li", { data: { testid: "exciting" } }, make("div", { className: "pair" }, ...(meta.clips ? [whole.frame] : [seen.frame, whole.frame])), caption, make("span", { className: "does" }, ...[hear, open].filter((button) => button !== null)));
  if (meta.clips) Object.assign(whole.picture, { role: "img", ariaLabel: words });
  return { seen, whole, hear, open, element };
}

/**
 * A class, how its values are spread, and how well it is told from the rest: a bar from chance, to the right or the left.
 * @param {string} name @param {number} area @param {{spread: SVGElement, chosen: boolean, choose: () => void} | null} how its values are spread, where that is known
 */
export function classLine(name, area, how) {
  const bar = make("i");
  const far = Number.isNaN(area) ? 0 : area - 0.5;
  Object.assign(bar.style, { left: `${100 * (0.5 + Math.min(0, far))}%`, width: `${100 * Math.abs(far)}%` });
  bar.className = far < 0 ? "less" : "";
  const number = Number.isNaN(area) ? "–" : fixed(area, 2);
  const parts = [make("span", { className: "track" }, bar), make("output", {}, number)];
  if (!how) return make("li", {}, make("span", { className: "name" }, name), ...parts);
  const button = make("button", { type: "button", data: { focus: `class ${name}` }, aria: { pressed: String(how.chosen), label: classWords(name, number) } });
  button.append(make("span", { className: "name" }, name), make("span", { className: "small" }, how.spread), ...parts);
  button.addEventListener("click", how.choose);
  return make("li", {}, button);
}
