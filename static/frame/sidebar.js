// On a low screen, such as a phone on its side, and in a frame of another page the sidebar stays closed until it is opened
// by hand: the stage comes first. Streamlit asks for the width alone, and remembers what another visit left open.
(() => {
  const page = /** @type {Window & {cnnvizSidebar?: boolean}} */ (window);
  if (page.cnnvizSidebar) return; // once for all pages
  page.cnnvizSidebar = true;
  const low = matchMedia("(max-height: 500px)");
  const framed = new URLSearchParams(location.search).get("embed") === "true";
  const remembered = () => {
    try {
      return Object.entries(localStorage).filter(([key]) => key.startsWith("stSidebarCollapsed-"));
    } catch {
      return []; // denied: nothing is remembered
    }
  };
  let byHand = false;
  document.addEventListener("click", ({ isTrusted, target }) => {
    if (!isTrusted || !(target instanceof Element)) return;
    if (target.closest('[data-testid="stExpandSidebarButton"]')) byHand = true;
    if (target.closest('[data-testid="stSidebarCollapseButton"]')) byHand = false;
  }, { capture: true });
  const close = () => {
    const button = document.querySelector('[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button');
    if (byHand || !(button instanceof HTMLElement) || !(low.matches || framed)) return;
    const before = remembered();
    button.click();
    remembered().forEach(([key]) => localStorage.removeItem(key)); // the next visit finds what this one's reader chose
    before.forEach(([key, value]) => localStorage.setItem(key, value));
  };
  new MutationObserver(close).observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-collapsed"] });
  close();
})();
