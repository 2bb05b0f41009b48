// The keys' cursor of one player: in which panel it is, where it stands there, and that it can be seen.
import { litBy } from "../drawing/lights.js";
import { WALKS } from "./gestures.js";
import { enter, stays, walk, walkable } from "./walking.js";

export class Cursor {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    /** @type {Subject["kind"] | null} */
    this.panel = null;
    /** @type {{[kind in Subject["kind"]]?: Subject}} */
    this.kept = {};
  }

  /**
   * The cell or weight that it stands on, in the panel that Tab has gone to; a kernel is that of the playhead's channel.
   * @returns {Subject | null}
   */
  get at() {
    const { panel, kept, player } = this;
    const { stage } = player;
    if (!panel || !walkable(stage).includes(panel)) return null;
    const here = player.here();
    const before = kept[panel];
    const at = before && stays(stage, before, here.channel) ? before : enter(stage, panel, here.channel, player.lookUpCell(here));
    kept[panel] = at;
    return at.kind === "kernel" ? { ...at, channel: here.channel } : at;
  }

  /** The focus has gone to a panel, or with null has left it. @param {Subject["kind"] | null} panel */
  enter(panel) {
    this.panel = panel;
    if (panel) this.reveal();
  }

  /** Take a key, if it moves the cursor. @param {string} name */
  takes(name) {
    const { at, player } = this;
    if (!at || !WALKS.has(name)) return false;
    this.kept[at.kind] = walk(player.stage, at, name, player.here().channel);
    player.hovered = null;
    this.reveal();
    return true;
  }

  /** Bring its cell into view: the map, where one fills the panel, and the place in a zoomed one. */
  reveal() {
    const { at, player } = this;
    const { stage } = player;
    if (at?.kind === "input" && stage.enlarged !== null) this.turnTo(at);
    if (at && at.kind !== "kernel" && stage.follow(at.kind, litBy(stage, at)[at.kind]?.places)) player.repaint();
    player.draw();
  }

  /** @param {CellAt} at */
  turnTo({ channel, cell }) {
    const { stage } = this.player;
    const index = stage.inputMaps().findIndex((map) => map.channel === channel && stage.input.lines[0][map.depth] === cell[0]);
    if (index < 0 || index === stage.enlarged) return;
    stage.enlarged = index;
    this.player.resize();
  }
}
