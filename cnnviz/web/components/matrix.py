"""A convolution as matrices, alive in the browser; see ``static/matrix``."""

from functools import partial

from cnnviz.web.components.component import component
from cnnviz.web.components.player import Role, placed, shared

ROOM = 'data-role="matrix" style="min-height: 620px"'

_mount = component("cnnviz_matrix", "matrix/matrix", ROOM)


def matrix(blob: bytes, key: str, role: Role = "") -> None:
    """Show what `make_matrix` gives.

    Parameters
    ----------
    blob : bytes
    key : str
        One each; one with the same key goes on where it was.
    role : ""
        It stands alone.
    """
    _mount(key=key, data=placed(blob), on_shared_change=partial(shared, key))
