// Put into a page of Streamlit: how long from a click on a knob until what it asks for has been painted.

/** Every element of the page, those behind shadow roots included, that fits. */
const found = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? found(selector, e.shadowRoot) : [])),
];

const CHANGE = { scene: { attributeFilter: ["data-ready"] }, text: { characterData: true, childList: true, subtree: true } };

/** Click on a number's "+"; milliseconds until the element `shown` has changed and the next frame has been painted. */
window.turn = (label, shown, change) => {
  const box = found("[data-testid=stNumberInput]").find((e) => e.innerText.trim().startsWith(label));
  const [target] = found(shown);
  return new Promise((done) => {
    const begin = performance.now();
    const watcher = new MutationObserver(() => {
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
    });
    watcher.observe(target, CHANGE[change]);
    box.querySelector("[data-testid=stNumberInputStepUp]").click();
  });
};

window.counted = (kinds) => kinds.map((kind) => found(`[data-testid=${kind}]`).length);
