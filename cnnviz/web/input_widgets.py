"""Widgets that choose one of a few, a seed, and an input with its own settings."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import streamlit as st

from cnnviz.core.layers import Shape
from cnnviz.inputs import Source, SourceError, for_ndim
from cnnviz.inputs.upload import WANTED, Upload
from cnnviz.web.cache import read
from cnnviz.web.pools import FILES
from cnnviz.web.widgets import BIND, EMPTY, settings_panel

INPUT = "input_"  # before the names of a source's own knobs
NDIMS = {"1d": 1, "2d": 2, "3d": 3}
Maker = Callable[[], Source]  # gives the source, or raises what is wrong with it


def choose_one(key: str, options: Iterable[str], default: str, on_change: Callable[[], None] | None = None) -> str:
    """One of a few, side by side."""
    chosen = st.segmented_control(
        key,
        list(options),
        default=default,
        key=key,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        on_change=on_change,
        bind=BIND,
    )
    return str(chosen or default)  # an address may say that it is nothing


def choose_from(key: str, options: Iterable[str], default: str, label: str = "") -> str:
    """One of many, in a list."""
    names = list(options)
    shown: Literal["visible", "collapsed"] = "visible" if label else "collapsed"
    return str(st.selectbox(label or key, names, names.index(default), key=key, label_visibility=shown, bind=BIND))


def choose_seed(label: str = "seed") -> int:
    """The seed of whatever is random."""
    return int(st.number_input(label, 0, 9999, 0, key="seed", help="torch.manual_seed", bind=BIND))


def choose_source(ndim: int, default: str = "", start: Mapping[str, Any] = EMPTY) -> tuple[type[Source], Maker]:
    """The input's widgets: kind of source, and a function that makes it.

    `default` is the kind that the page begins with, and `start` says how, if not with its own defaults.
    """
    kinds = for_ndim(ndim)
    name = choose_from("input", kinds, default if default in kinds else next(iter(kinds)))
    kind = kinds[name]
    if kind is not Upload:
        fields = settings_panel(kind, ndim, INPUT, start=start if name == default else EMPTY)
        return kind, lambda: kind(ndim=ndim, **fields)
    what = "picture, sound or .npy" if ndim == 2 else ".npy"
    FILES.warm()
    file = st.file_uploader(f"{what}, up to 20 MB", key="input_file")
    fields = settings_panel(kind, ndim, FILE, start=start) if ndim == 2 else {}

    def make() -> Source:
        if file is None:
            raise SourceError(f"Choose a file first: {WANTED if ndim == 2 else 'a .npy array'}.")
        return Upload(ndim=ndim, data=file.getvalue(), name=file.name, **fields)

    return kind, make


def shape_of(source: Source) -> Shape:
    """Shape of an input, (channels, *axes)."""
    return read(source).values.shape


FILE = "file_"  # before those of a file, which must not go on with what a photograph or a made-up sound was set to
