"""Components: a Python value, alive in the browser.

Their modules lie in ``static``. They are made into one script with their style sheets, which browsers fetch once: it is
named by its content. What travels with every change of a knob is one blob, or as much of it as is new to the browser
(`parcel`), and the few lines of `LOADER`.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import streamlit as st
from streamlit import runtime

from cnnviz.export.bundle import STATIC, modules, style, variable
from cnnviz.text import _, spoken
from cnnviz.web.components import files
from cnnviz.web.components.parcel import parcel

# The name says what is in the file, so whatever a browser kept under it is right, however old. Safari keeps no answer
# without a date by itself: the shelf, which is there under https and on one's own machine, is for it. Components of one
# page share the script, and with it clocks and cursors; a failed start is tried again by the next one.
LOADER = """
const words = WORDS;
const name = `${location.origin}ADDRESS`;
const ask = async (cache) => {
  const answer = await fetch(name, { cache });
  return answer.ok ? answer : null;
};
const keep = async (shelf, code) => {
  for (const old of await shelf.keys()) await shelf.delete(old);
  await shelf.put(name, new Response(code));
};
const load = async () => {
  const shelf = await (async () => caches.open("cnnviz"))().catch(() => null); // there is none, or it is denied
  const kept = await shelf?.match(name).catch(() => null);
  const answer = kept ?? (await ask("force-cache")) ?? (await ask("reload"));
  if (!answer) throw new Error(words.gone);
  const code = await answer.text();
  if (shelf && !kept) await keep(shelf, code).catch(() => {}); // a full disk
  const script = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return import(script).finally(() => URL.revokeObjectURL(script));
};
const loaded = (window.cnnviz ??= new Map());
if (!loaded.has(name)) loaded.set(name, load());
const program = loaded.get(name);
program.catch(() => loaded.delete(name));
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cnnviz");
  let gone = false;
  let leave = () => {};
  program
    .then(({ parts, styles }) => {
      if (gone || !data) return;
      if (root.previousElementSibling?.localName !== "style") {
        root.before(Object.assign(document.createElement("style"), { textContent: styles["MODULE"] }));
      }
      leave = () => parts["PARCEL"].leave(root);
      const show = (whole) => parts["MODULE"].play(root, whole, { tell: setTriggerValue });
      const lost = () => setTriggerValue("lost", Date.now());
      return parts["PARCEL"].receive(root, data, show, { lost, late: words.late });
    })
    .catch((error) => {
      console.error(error);
      root.textContent = words.failed.replace("{error}", () => error.message);
    });
  return () => {
    gone = true;
    leave();
  };
}
"""


PARCEL = "parcel/parcel"  # reads what is sent
LOST = "_lost"  # of the session: components whose browser misses a part


def entries() -> list[str]:
    """Modules that a component may name: each has the name of its folder, and a style sheet."""
    return sorted(f"{style.parent.name}/{style.stem}" for style in STATIC.glob("*/*.css"))


def program() -> str:
    """All modules and style sheets as one module, which exports them by name."""
    code = modules(*entries(), PARCEL)
    parts = ", ".join(f"{json.dumps(name)}: {variable(name)}" for name in code)
    styles = {name: style(STATIC / f"{name}.css") for name in entries()}
    exports = [f"export const parts = {{ {parts} }};", f"export const styles = {json.dumps(styles)};"]
    return "\n".join([*code.values(), *exports, "//# sourceURL=cnnviz.js"])


@cache
def address() -> str:
    """Path of the program, as it was when the server started: with its server's Python, or not at all.

    It lies in Streamlit's store, in memory, so no deployment changes it half way.
    """
    if not runtime.exists():
        return ""  # no server, so no browser asks
    return files.add(program().encode(), "text/javascript", "cnnviz")


def component(name: str, module: str, room: str) -> Callable[..., Any]:
    """A Streamlit component whose module exports ``play(root, bytes, {tell})``, which gives back its clean-up.

    There is one for each language, because all visitors share them.

    Parameters
    ----------
    module : str
        One of `entries`.
    room : str
        Attributes of the element that it fills: one that keeps its height does not make the page jump.
    """

    @cache
    def made(language: str) -> Any:
        return st.components.v2.component(
            f"{name}_{language}".replace("-", "_"),
            html=f'<div class="cnnviz" {room}></div>',
            js=loader(module),
        )

    def mount(key: str, data: Any, **callbacks: Any) -> Any:
        lost: set[str] = st.session_state.setdefault(LOST, set())
        if isinstance(data, bytes) and key not in lost:
            data = parcel(data)
        lost.discard(key)
        return made(spoken().code)(key=key, data=data, on_lost_change=partial(lost.add, key), **callbacks)

    return mount


def loader(module: str) -> str:
    """What starts a module, in the language that is spoken."""
    words = {
        "gone": _("The server no longer has its script. Load the page again."),
        "late": _("The server does not answer. Load the page again."),
        "failed": _("This part of the page could not start: {error}", error="{error}"),
    }
    return (
        LOADER.replace("ADDRESS", address())
        .replace("MODULE", module)
        .replace("PARCEL", PARCEL)
        .replace("WORDS", json.dumps(words))
    )


def message(key: str, name: str) -> dict[str, Any]:
    """What a browser says of the component with this key, under this name; for callbacks.

    A browser sends whatever it likes. All that is no dictionary becomes an empty one, and who asks checks what is in
    it: `whole` for a number.
    """
    said = getattr(st.session_state.get(key), name, None)
    return dict(said) if isinstance(said, Mapping) else {}


def whole(number: object, end: int) -> bool:
    """Is it a whole number from 0 up to, but not including, `end`? True and False are none."""
    return type(number) is int and 0 <= number < end
