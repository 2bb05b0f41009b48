"""The player: a scene, alive in the browser; see ``static/player``."""

from typing import Literal, get_args

from cnnviz.component import component

Role = Literal["", "leads", "follows"]

# As high as most scenes, so that the page below does not jump when the player starts.
ROOM = 'data-role="{role}" style="min-height: 620px"'

_mount = {
    role: component(f"cnnviz_player_{role}", "player/player.js", ROOM.format(role=role), "player")
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
