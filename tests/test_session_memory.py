"""What a session holds while its visitor looks on: settings and words, and nothing that was computed."""

import gc
from collections.abc import Iterator
from types import BuiltinFunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from test_pages import opened

from cnnviz.jobs.pool import Pool

MOST = 100_000  # bytes

WHERE = {
    "a layer": ("convolution", {}),
    "a large layer": ("gating", {}),
    "matrices": ("matrix", {}),
    "two players": ("pooling", {}),
    "a stage": ("spectrogram", {}),
    "a window of a stage": ("spectrogram", {"view": "one window", "mel": "5", "frame": "7"}),
    "a network": ("network", {}),
    "gradients": ("network", {"view": "gradients"}),
    "an attribution": ("network", {"view": "attribution"}),
    "a training": ("training", {}),
}


def held(app: AppTest) -> Iterator[tuple[int, str]]:
    """Bytes and owners of all that can be reached from what the server keeps for a session."""
    seen: set[int] = set()
    rest: list[tuple[Any, str]] = [(app._session_state, ""), (app._fragment_storage, "")]
    while rest:
        one, way = rest.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | BuiltinFunctionType | Pool):
            continue
        seen.add(id(one))
        if isinstance(one, dict) and one.get("__name__", "__main__") != "__main__" and "__builtins__" in one:
            continue  # of a module, which is there once
        if isinstance(one, torch.Tensor):
            yield one.nbytes, f"{way} > tensor"
        elif isinstance(one, np.ndarray):
            yield one.nbytes, f"{way} > array"
            rest.append((one.base, way))
        elif isinstance(one, bytes | bytearray | str):
            yield len(one), way
        else:
            name = getattr(one, "__qualname__", type(one).__name__)
            rest += [(each, f"{way} > {name}"[-300:]) for each in gc.get_referents(one)]


@pytest.mark.parametrize("where", WHERE)
def test_a_session_holds_no_more_than_its_settings(where):
    page, query = WHERE[where]
    app = opened(page, **query)
    assert not app.exception
    found = sorted(held(app), reverse=True)
    assert sum(size for size, _ in found) < MOST, "\n".join(f"{size:,} {way}" for size, way in found[:5])


def test_what_is_held_is_found():
    """The measure itself: a callback of a page that holds what was computed is seen."""

    script = """
import numpy as np
import streamlit as st

numbers = np.zeros(100_000, np.float32)[:1000]
st.button("a", on_click=lambda: numbers)
"""
    app = AppTest.from_string(script, default_timeout=30).run()
    assert sum(size for size, _ in held(app)) > 400_000
