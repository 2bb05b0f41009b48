// All channels of the chosen stage, small; each is painted when it is first seen.
import { tile } from "./build.js";
import { listenTile } from "./hands.js";
import { CHANCE } from "../viewer/grid.js";
import { ordered } from "../viewer/order.js";
import { sortValue } from "../viewer/words.js";
import { _, plural } from "../words/catalogue.js";
import { count } from "../words/numbers.js";

const MOST = 512; // pictures of the grid

/** By what the pictures are sorted. @param {string} classes */
const tellsWords = (classes) => _("Sorted by how well they tell {classes}: how often an unseen example of the one excites the channel more than one of the other (AUC); 0.5 is chance.", { classes });

export class Grid {
  /** @param {Overview} overview */
  constructor(overview) {
    this.overview = overview;
    /** @type {Tile[]} */
    this.tiles = [];
    this.views = new IntersectionObserver((changes) => changes.forEach(({ target, isIntersecting }) => isIntersecting && this.paint(target)));
  }

  /** The index of the stage whose channels these are. */
  get i() {
    return this.overview.at(this.overview.looked);
  }

  fill() {
    const { i, overview } = this;
    const stage = overview.stages[i];
    const colour = i === 0 && overview.scene.meta.colour ? [null] : [];
    const told = this.told(stage);
    const all = stage.bars ? [] : [...colour, ...ordered(told, Math.min(stage.size[0], MOST), CHANCE)];
    this.views.disconnect();
    this.tiles = all.map((channel) => tile(stage, channel, stage.vector, told && channel !== null ? sortValue("tells", told[channel]) : ""));
    this.tiles.forEach((one) => {
      listenTile(overview, i, one);
      this.views.observe(one.element);
    });
    overview.ui.grid.replaceChildren(...this.tiles.map(({ element }) => element));
    overview.ui.count.textContent = countWords(stage);
    overview.ui.hint.textContent = told ? tellsWords(overview.scene.meta.tells?.words ?? "") : "";
    this.mark();
  }

  /** How well each channel tells one class from another, where the page asks for that. @param {FlowStage} stage */
  told({ name, vector, size }) {
    const values = vector ? undefined : this.overview.scene.meta.tells?.stages[name];
    return values?.length === size[0] ? values.map((value) => value ?? NaN) : null;
  }

  /** @param {Element} element */
  paint(element) {
    const one = this.tiles.find((other) => other.element === element);
    if (!one || one.painted) return;
    one.painted = true;
    one.map.image.src = this.overview.pictures.of(this.i, one.channel, this.overview.scaleKind);
  }

  /** Mark the channel that is shown in the row. */
  mark() {
    const shown = this.overview.channelOf(this.i);
    this.tiles.forEach(({ element, channel }) => element.setAttribute("aria-pressed", String(channel === shown)));
  }
}

/** What the pictures are; how many are left out, if there are too many. @param {FlowStage} stage */
export function countWords({ name, vector, size: [channels, features] }) {
  const stage = { stage: name };
  if (vector) return plural("{stage} is one vector of {n} number", "{stage} is one vector of {n} numbers", features, stage);
  const left = channels - MOST;
  if (left > 0) return _("The first {shown} channels of {stage}; {left} more are left out", { ...stage, shown: MOST, left: count(left) });
  return plural("The one channel of {stage}", "All {n} channels of {stage}", channels, stage);
}
