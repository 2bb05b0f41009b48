// @ts-check
// All channels of the chosen stage, small; each is painted when it is first seen.
import { tile } from "./build.js";
import { listenTile } from "./hands.js";

const MOST = 512; // pictures of the grid

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
    const all = stage.bars ? [] : [...colour, ...Array.from({ length: Math.min(stage.size[0], MOST) }, (_, channel) => channel)];
    this.views.disconnect();
    this.tiles = all.map((channel) => tile(stage, channel, stage.vector));
    this.tiles.forEach((one) => {
      listenTile(overview, i, one);
      this.views.observe(one.element);
    });
    overview.ui.grid.replaceChildren(...this.tiles.map(({ element }) => element));
    overview.ui.count.textContent = countWords(stage);
    this.mark();
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
  if (vector) return `${name} is one vector of ${features.toLocaleString("en")} ${features === 1 ? "number" : "numbers"}`;
  const left = channels - MOST;
  if (left > 0) return `The first ${MOST} channels of ${name}; ${left.toLocaleString("en")} more are left out`;
  return channels === 1 ? `The one channel of ${name}` : `All ${channels} channels of ${name}`;
}
