"""The player: a scene, alive in the browser.

The player's own modules lie in ``static/player``, which Streamlit serves as files; what travels with every change of a
knob is the scene's blob and the few lines of `LOADER`.
"""

from pathlib import Path
from typing import Literal, get_args

import streamlit as st

STATIC = Path(__file__).parents[2] / "static" / "player"
FILES = sorted(path.name for path in STATIC.iterdir() if path.suffix in {".js", ".css"})

# Before the first import every file is asked for again if it has changed: browsers guess how long an undated file stays
# fresh, and a player made of two releases would break.
LOADER = """
const at = (name) => `${location.origin}BASE/app/static/player/${name}`;
const fresh = Promise.all(FILES.map((name) => fetch(at(name), { cache: "no-cache" })));
const player = fresh.then(() => import(at("player.js")));
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".cnnviz");
  let stop = () => {};
  let gone = false;
  player
    .then(({ play }) => {
      if (!gone && data) stop = play(root, data);
    })
    .catch((error) => {
      console.error(error);
      root.textContent = `The player could not start: ${error.message}`;
    });
  return () => {
    gone = true;
    stop();
  };
}
"""


# As high as most scenes, so that the page below does not jump when the player starts.
ROOM = '<div class="cnnviz" data-role="{role}" style="min-height: 620px"></div>'


def _base() -> str:
    """Path that the app is served under, ``""`` or ``"/somewhere"``."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


Role = Literal["", "leads", "follows"]

_mount = {
    role: st.components.v2.component(
        f"cnnviz_player_{role}",
        html=f'<link rel="stylesheet" href="{_base()}/app/static/player/player.css">{ROOM.format(role=role)}',
        js=LOADER.replace("BASE", _base()).replace("FILES", str(FILES)),
    )
    for role in get_args(Role)
}


def player(blob: bytes, key: str, role: Role = "") -> None:
    """Show a scene, or another one in the same player: the playhead stays where it was.

    Parameters
    ----------
    blob : bytes
        As `Scene.to_bytes` gives it.
    key : str
        One player each; a player with the same key goes on where it was.
    role : "", "leads" or "follows"
        Players that are compared share one playhead: one leads and has the controls, the others follow.
    """
    _mount[role](key=key, data=blob)
