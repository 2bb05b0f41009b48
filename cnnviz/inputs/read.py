"""Inputs that were made before: whatever else is changed, a sound is not made and heard again."""

from typing import Any

from cnnviz.core.cache import Cache
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.text import spoken


def key(setting: Any) -> str:
    """Settings are frozen, and an upload's repr carries its digest. What is made holds words of one language."""
    return f"{spoken().code} {setting!r}"


_grids: Cache[Grid] = Cache()
_sounds: Cache[tuple[Array | None]] = Cache()


def read(source: Source) -> Grid:
    """The input of a source, made once; nobody may write into it.

    Raises
    ------
    SourceError
        What is wrong with the source, each time that it is asked for.
    """
    return _grids.get(key(source), source.grid)


def heard(source: Source) -> Array | None:
    """What there is to hear of a source, made once; see `Source.samples`."""
    return _sounds.get(key(source), lambda: (source.samples(),))[0]
