// Pointer and keyboard, turned into a few plain actions.

const TAP = 6; // pixels that a finger may slip in a tap

/**
 * @param {HTMLElement} stage
 * @param {Gestures} on called with stage pixels, `scale()` of the page's
 *   pixels each; `zoomable(x, y)` says whether the wheel belongs to the map there or to the page
 */
export function listenPointer(stage, on) {
  const down = new Map();
  let pinch = 0;
  let moved = 0;
  /** @param {MouseEvent} event */
  const at = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((at) => at / on.scale());
  };
  const spread = () => {
    const [a, b] = [...down.values()];
    return { apart: Math.hypot(a[0] - b[0], a[1] - b[1]), middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  };
  stage.addEventListener("pointerdown", (event) => {
    down.set(event.pointerId, at(event));
    moved = 0;
    if (down.size === 2) pinch = spread().apart;
  });
  stage.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (!down.has(event.pointerId)) return on.hover(x, y);
    const [px, py] = down.get(event.pointerId);
    down.set(event.pointerId, [x, y]);
    moved += Math.abs(x - px) + Math.abs(y - py);
    if (down.size === 2) {
      const { apart, middle } = spread();
      if (pinch) on.zoom?.(apart / pinch, middle[0], middle[1]);
      pinch = apart;
    } else if (moved > TAP) on.pan(x - px, y - py, x, y);
    else on.hover(x, y);
  });
  /** @param {PointerEvent} event */
  const up = (event) => {
    const [x, y] = at(event);
    if (event.type === "pointerup" && down.size === 1 && moved <= TAP) on.tap(x, y);
    down.delete(event.pointerId);
    pinch = 0;
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", (event) => {
    down.delete(event.pointerId);
    if (event.pointerType === "mouse") on.leave();
  });
  stage.addEventListener("dblclick", (event) => {
    const [x, y] = at(event);
    on.twice?.(x, y);
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      const [x, y] = at(event);
      if (!event.ctrlKey && !on.zoomable?.(x, y)) return;
      event.preventDefault();
      on.zoom?.(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), x, y);
    },
    { passive: false },
  );
}

/** @type {Record<string, string>} */
const ACTIONS = {
  " ": "toggle", Home: "first", End: "last", "[": "slower", "]": "faster", "?": "help", Escape: "free",
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", PageUp: "channel-back", PageDown: "channel-next",
  Enter: "pin", f: "full", m: "enlarge", n: "nudge", d: "loss", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "zoom-whole",
};

/** Those that move a cursor in a panel that Tab has gone to. */
export const WALKS = new Set(["left", "right", "up", "down", "first", "last", "channel-back", "channel-next"]);

/**
 * Keys work anywhere in the player, except where a control needs them itself. Streamlit's own shortcuts stay silent.
 * @param {HTMLElement} root @param {Act} act
 */
export function listenKeys(root, act) {
  root.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
    const own = target.matches("select") || (target.matches("input, button") && (event.key === " " || event.key === "Enter"));
    const scrubs = target.matches("input[type=range]") && (event.key.startsWith("Arrow") || event.key.startsWith("Page") || /Home|End/.test(event.key));
    event.stopPropagation();
    if (own || scrubs || !(event.key in ACTIONS)) return;
    event.preventDefault();
    act(ACTIONS[event.key]);
  });
}
