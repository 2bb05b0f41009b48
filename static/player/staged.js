// A component with a playhead lives in an element of a page: made once for it, and handed one scene after the other.
import { readBlob } from "../drawing/blob.js";

/**
 * How the page shows scenes in an element, and tells of other colours.
 * @template {Staged} Part
 * @param {new (root: HTMLElement) => Part} Part
 * @param {(part: Part, scene: any, given: Given) => void} hand gives it a scene; `shares` says whether it may share
 */
export function staged(Part, hand) {
  /** @type {WeakMap<HTMLElement, Part>} */
  const known = new WeakMap();
  return {
    /**
     * @param {HTMLElement} root
     * @param {Uint8Array} bytes the scene's blob
     * @param {{autoplay?: boolean, tell?: Tell}} options `tell` is how to ask the page for something
     * @returns {() => void} clean-up
     */
    play(root, bytes, { autoplay = true, tell } = {}) {
      const scene = readBlob(bytes); // and with it the language
      const part = known.get(root) ?? new Part(root);
      known.set(root, part);
      const framed = new URLSearchParams(location.search).get("embed") === "true"; // without the tab that shares
      const shares = Boolean(tell) && !framed;
      part.ui.share.hidden = !shares;
      hand(part, scene, { bytes, autoplay, tell, shares });
      return () => {
        part.unwatch();
        part.readout.stop();
        cancelAnimationFrame(part.pending ?? 0);
        part.pending = null;
        known.delete(root);
      };
    },
    /** @param {HTMLElement} root */
    recolour: (root) => known.get(root)?.theme(),
  };
}
