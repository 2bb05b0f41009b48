// The list of a network's layers: what each is, makes and costs. What is done to it is told to the server, which decides.
import { living } from "../viewer/living.js";
import { around, focused, make } from "../viewer/build.js";
import { _, speak } from "../words/catalogue.js";
import { count } from "../words/numbers.js";

const acts = () => [
  ["up", "▲", _("Move up (Alt ↑)")],
  ["down", "▼", _("Move down (Alt ↓)")],
  ["copy", "+1", _("+1: duplicate")],
  ["remove", "✕", _("Remove (Delete)")],
];
const heads = () => ["", _("name"), _("layer"), _("output shape"), _("parameters"), _("MACs"), _("sees"), ""];
/** @type {Record<string, number>} */
const KEYS = { ArrowUp: -1, ArrowDown: 1 };
const HIGH = 30; // pixels of the tallest block
const WIDE = 34; // pixels of the block with most channels

/**
 * How large a block is drawn: as high as the map, to scale; its width grows with the doublings of its channels.
 * @param {number[]} shape @param {number} tallest @param {number} most
 */
export function blockOf([channels, ...axes], tallest, most) {
  const height = Math.max(2, Math.round((HIGH * Math.max(...axes, 1)) / tallest));
  return { height, width: Math.max(2, Math.round((WIDE * Math.log2(channels + 1)) / Math.log2(most + 1))) };
}

/** A share of a whole as a percentage; small ones are not rounded away. @param {number} part @param {number} whole */
export function percent(part, whole) {
  if (!part || !whole) return "";
  const share = (100 * part) / whole;
  return share < 1 ? "< 1 %" : `${Math.round(share)} %`;
}

class List {
  /** @type {LayerList} */
  data;
  tallest = 1;
  most = 2;
  loaded = 0;
  /** @type {(act: string, at: number) => void} */
  tell = () => {};

  /** @param {HTMLElement & {list?: List}} root */
  constructor(root) {
    this.root = root;
    this.table = make("table", { className: "layers" });
    root.append(make("div", { className: "scroll" }, this.table));
    this.table.addEventListener("click", (event) => this.click(event));
    this.table.addEventListener("keydown", (event) => this.key(event));
    root.list = this; // a handle for tests and for the curious
  }

  /** @param {LayerList} data @param {Tell} tell */
  load(data, tell) {
    this.data = data;
    this.tell = (act, at) => tell("done", { act, at });
    const held = this.table.contains(focused(this.root));
    const { rows, input, hidden } = data;
    const shapes = [input, ...rows.flatMap(({ shape }) => (shape ? [shape] : []))];
    this.tallest = Math.max(...shapes.map(([, ...axes]) => Math.max(...axes, 1)));
    this.most = Math.max(...shapes.map(([channels]) => channels), 2);
    const head = heads().map((text) => make("th", { scope: "col" }, text));
    const first = make("tr", { className: "input" }, this.block(input), make("td", {}, _("input")), make("td"), make("td", {}, `(1, ${input.join(", ")})`), ...Array.from({ length: 4 }, () => make("td")));
    this.table.replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, first, ...rows.map((row, i) => this.row(row, i, hidden))));
    this.show(this.table.querySelector(".broken") ?? this.table.querySelector("tr[aria-current=true]"));
    if (held) this.focus("tr[aria-current=true]");
    this.root.dataset.ready = `${rows.length}.${data.selected}`;
    this.loaded += 1;
  }

  /** Scroll the list, not the page, until a row is in sight. @param {HTMLElement | null} row */
  show(row) {
    const scroll = /** @type {HTMLElement} */ (this.table.parentElement);
    if (!row) return;
    const head = this.table.tHead?.getBoundingClientRect().height ?? 0;
    const [top, here] = [scroll.getBoundingClientRect(), row.getBoundingClientRect()];
    const over = top.top + head - here.top;
    const under = here.bottom - top.bottom;
    if (over > 0) scroll.scrollTop -= over;
    else if (under > 0) scroll.scrollTop += Math.min(under, -over);
  }

  /** @param {string} selector of a row */
  focus(selector) {
    /** @type {HTMLElement | null} */ (this.table.querySelector(selector))?.focus();
  }

  /** @param {number[] | null} shape */
  block(shape) {
    const mark = make("i", { className: "block" });
    if (shape) {
      const { height, width } = blockOf(shape, this.tallest, this.most);
      Object.assign(mark.style, { height: `${height}px`, width: `${width}px` });
    }
    return make("td", { className: "picture" }, mark);
  }

  /** @param {LayerRow} row @param {number} i @param {LayerList["hidden"]} hidden */
  row(row, i, hidden) {
    const chosen = i === this.data.selected;
    const { parameters, macs } = this.data.totals;
    const later = i > this.data.selected && ["shape", "field"].includes(hidden); // the next row would tell
    /** @param {string} name @param {string} text */
    const secret = (name, text) => (hidden === name && (chosen || later) ? "?" : text);
    /** @param {number} part @param {number} whole @param {string} name */
    const cost = (part, whole, name) => {
      const cell = make("td", { className: "cost" }, make("span", {}, row.shape ? secret(name, count(part)) : ""), make("small", {}, secret(name, percent(part, whole))));
      if (hidden !== name) cell.style.setProperty("--share", String(whole ? part / whole : 0));
      return cell;
    };
    const buttons = chosen ? acts().map(([act, text, title]) => make("button", { type: "button", title, ariaLabel: title, data: { act } }, text)) : [];
    const cells = [
      this.block(hidden === "shape" && (chosen || later) ? null : row.shape),
      make("td", {}, make("b", {}, row.name)),
      make("td", { className: "code" }, row.code, ...(row.mode ? [" ", make("small", { className: "mode" }, row.mode)] : []), ...(row.error ? [make("p", { className: "error" }, row.error)] : [])),
      make("td", { className: "shape" }, row.shape ? secret("shape", row.shown) : ""),
      cost(row.parameters, parameters, "parameters"),
      cost(row.macs, macs, "MACs"),
      make("td", {}, secret("field", row.sees)),
      make("td", { className: "acts" }, ...buttons),
    ];
    if (row.shape) heads().forEach((head, at) => (cells[at].dataset.head = head)); // a phone has no line of heads
    const line = make("tr", { tabIndex: chosen ? 0 : -1, data: { at: i } }, ...cells);
    line.setAttribute("aria-current", String(chosen));
    if (row.error) line.classList.add("broken");
    else if (!row.shape) line.classList.add("beyond");
    return line;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const line = around(event, "tr[data-at]");
    if (!line) return;
    this.tell(around(event, "[data-act]")?.dataset.act ?? "select", Number(line.dataset.at));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const line = around(event, "tr[data-at]");
    if (!line || event.target !== line) return;
    const at = Number(line.dataset.at);
    const step = KEYS[event.key];
    const act = step && event.altKey ? (step < 0 ? "up" : "down") : event.key === "Delete" ? "remove" : null;
    if (!step && !act) return;
    event.preventDefault();
    event.stopPropagation();
    if (act) return this.tell(act, at);
    const to = Math.max(0, Math.min(this.data.rows.length - 1, at + step));
    this.focus(`tr[data-at="${to}"]`);
    this.tell("select", to);
  }

  stop() {
    this.root.replaceChildren();
  }
}

/** Show a network's layers in an element. What is told is what was done to which. */
export const play = living(List, (/** @type {LayerList} */ data) => {
  speak(data.words ?? undefined);
  return data;
});
