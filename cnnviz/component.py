"""Components: a Python value, alive in the browser.

Their modules lie in ``static``, which Streamlit serves as files; what travels with every change of a knob is one blob
and the few lines of `LOADER`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

STATIC = Path(__file__).parents[1] / "static"
KINDS = {".js", ".css"}

# Before the first import every file is asked for again if it has changed: browsers guess how long an undated file stays
# fresh, and a player made of two releases would break.
LOADER = """
const at = (name) => `${location.origin}BASE/app/static/${name}`;
const fresh = Promise.all(FILES.map((name) => fetch(at(name), { cache: "no-cache" })));
const module = fresh.then(() => import(at("MODULE")));
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cnnviz");
  let stop = () => {};
  let gone = false;
  module
    .then(({ play }) => {
      if (!gone && data) stop = play(root, data, { tell: setTriggerValue });
    })
    .catch((error) => {
      console.error(error);
      root.textContent = `This part of the page could not start: ${error.message}`;
    });
  return () => {
    gone = true;
    stop();
  };
}
"""


def base() -> str:
    """Path that the app is served under, ``""`` or ``"/somewhere"``."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def files(*folders: str) -> list[str]:
    """Modules and style sheets of these folders of ``static``."""
    return sorted(
        f"{folder}/{path.name}" for folder in folders for path in (STATIC / folder).iterdir() if path.suffix in KINDS
    )


def component(name: str, module: str, room: str, *folders: str) -> Any:
    """A Streamlit component whose module exports ``play(root, bytes, {tell})``, which gives back its clean-up.

    Parameters
    ----------
    module : str
        As in ``"player/player.js"``; its style sheet has the same name.
    room : str
        Attributes of the element that it fills: one that keeps its height does not make the page jump.
    folders : str
        Of ``static``, with all that the module imports.
    """
    style = f"{base()}/app/static/{module.removesuffix('.js')}.css"
    return st.components.v2.component(
        name,
        html=f'<link rel="stylesheet" href="{style}"><div class="cnnviz" {room}></div>',
        js=LOADER.replace("BASE", base()).replace("FILES", str(files(*folders))).replace("MODULE", module),
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
