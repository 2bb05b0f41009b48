// The keys' cursor of one player: in which panel it is, where it stands there, and that it can be seen.
import { litBy } from "../drawing/lights.js";
import { enter, stays, walk, walkable } from "./walking.js";

const WALKS = new Set(["left", "right", "up", "down", "first", "last", "channel-back", "channel-next"]);

export class Cursor {
  constructor(player) {
    Object.assign(this, { player, panel: null, kept: {} });
  }

  /** The cell or weight that it stands on, in the panel that Tab has gone to; a kernel is that of the playhead's channel. */
  get at() {
    const { panel, kept, player } = this;
    const { stage } = player;
    if (!panel || !walkable(stage).includes(panel)) return null;
    const here = player.here();
    if (!kept[panel] || !stays(stage, kept[panel], here.channel)) kept[panel] = enter(stage, panel, here.channel, player.lookUp(here));
    return panel === "kernel" ? { ...kept.kernel, channel: here.channel } : kept[panel];
  }

  /** The focus has gone to a panel, or with null has left it. */
  enter(panel) {
    this.panel = panel;
    if (panel) this.reveal();
  }

  /** Take a key, if it moves the cursor. */
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

  turnTo({ channel, cell }) {
    const { stage } = this.player;
    const index = stage.inputMaps().findIndex((map) => map.channel === channel && stage.input.lines[0][map.depth] === cell[0]);
    if (index < 0 || index === stage.enlarged) return;
    stage.enlarged = index;
    this.player.resize();
  }
}
