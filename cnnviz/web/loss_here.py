"""A cell of dY that a player's button names becomes the loss: dY is 1 there and 0 elsewhere."""

from typing import Any

from cnnviz.core.back import way
from cnnviz.scenes.blob import also
from cnnviz.scenes.build import Shown
from cnnviz.scenes.query.passes import ASKED, CHANNEL, LAST, PASS, TARGET, UPSTREAM, place
from cnnviz.scenes.vector_rows import laid_out
from cnnviz.web.components.component import whole
from cnnviz.web.widgets import place as move
from cnnviz.web.widgets import redraw_page


def offered(shown: Shown) -> bytes:
    """The scene, and where each cell of its input is one of dY, the words that channel and place go to."""
    back, done, forth = shown.view.back, shown.done, shown.forward
    if not back or way(forth.layer, back.of).read != "dY" or done.x.shape != forth.y.shape or len(done.x) > 1:
        return shown.blob
    axes = forth.layer.axis_names()
    if len(axes) != done.x.ndim - 2 or laid_out(done.layer, done.shape) != (done.layer, done.shape):
        return shown.blob
    words = [CHANNEL.key, *[""] * (3 - len(axes)), *(place(axis).key for axis in axes)]
    return also(shown.blob, {"losses": words})


def ask(said: dict[str, Any]) -> None:
    """Move the widgets of dY to the cell that a browser names; for callbacks."""
    places = set(ASKED) - {PASS, UPSTREAM, TARGET.key}
    if said and said.keys() <= places and all(whole(at, LAST + 1) for at in said.values()):
        move({UPSTREAM: "cell", **said})
        redraw_page()
