// A part of a page lives in an element: it is made once for it, and handed one scene after the other.

/**
 * @template Data, Scene
 * @param {new (root: HTMLElement) => { load(scene: Scene, tell: Tell): void, stop(): void }} Part
 * @param {(data: Data) => Scene} read what is handed over, and with it the language
 * @returns {(root: HTMLElement, data: Data, options: { tell: Tell }) => () => void} shows it; gives the clean-up
 */
export function living(Part, read) {
  /** @type {WeakMap<HTMLElement, InstanceType<typeof Part>>} */
  const parts = new WeakMap();
  return (root, data, { tell }) => {
    const scene = read(data);
    const part = parts.get(root) ?? new Part(root);
    parts.set(root, part);
    part.load(scene, tell);
    root.style.minHeight = "";
    return () => {
      part.stop();
      parts.delete(root);
    };
  };
}
