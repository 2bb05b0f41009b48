"""A convolution as matrices, alive in the browser; see ``static/matrix``."""

from collections.abc import Sequence
from functools import partial

from cnnviz.text.part import Part
from cnnviz.web.components.component import component
from cnnviz.web.components.player import Role, placed, shared, with_lines

ROOM = 'data-role="matrix" style="min-height: 620px"'

_mount = component("cnnviz_matrix", "matrix/matrix", ROOM)


def matrix(blob: bytes, key: str, role: Role = "", above: Sequence[Part] = (), below: Sequence[Part] = ()) -> None:
    """Show what `make_matrix` gives.

    Parameters
    ----------
    blob : bytes
    key : str
        One each; one with the same key goes on where it was.
    role : ""
        It stands alone.
    above, below : lines
        What is said of it, over the stage and under the controls.
    """
    _mount(key=key, data=with_lines(placed(blob), above, below), on_shared_change=partial(shared, key))
