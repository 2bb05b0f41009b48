// What happens round a player: its size, the whole screen, and a wish for less motion.
import { watchFull } from "./full.js";

/** Redraw on size changes; heed a wish for less motion. Returns how to stop. @param {Watched} player */
export function watch(player) {
  const { ui, root, clock } = player;
  const sizes = new ResizeObserver(([{ contentRect }]) => {
    player.wide = contentRect.width;
    player.readout.forget();
    player.resize(player.wide);
  });
  sizes.observe(ui.stage);
  const leaving = new AbortController();
  const { signal } = leaving;
  watchFull(root, () => player.resize(), signal);
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  clock.calm = motion.matches;
  const heed = () => {
    clock.calm = motion.matches;
    if (motion.matches) clock.pause();
  };
  motion.addEventListener("change", heed, { signal });
  return () => {
    sizes.disconnect();
    leaving.abort();
  };
}
