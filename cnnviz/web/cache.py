"""Inputs and scenes that were asked for before, kept within bounds."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.inputs import SOURCES, Grid, Source
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.part import Part
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.scenes.build import show, show_flow, show_maps, show_net, show_stage
from cnnviz.scenes.request import Choice, MapsChoice
from cnnviz.text import spoken


def key(setting: Any) -> str:
    """Settings are frozen, and an upload's repr carries its digest. What is made holds words of one language."""
    return f"{spoken().code} {setting!r}"


SETTINGS: dict[str | type, Callable[[Any], str]] = dict.fromkeys(
    (Choice, MapsChoice, *SOURCES.values(), Part, Spectrogram, Fitted), key
)

animate = st.cache_data(max_entries=64, max_size="256MB", show_spinner=False, hash_funcs=SETTINGS)(show)
animate_stage = st.cache_data(max_entries=8, max_size="256MB", show_spinner=False, hash_funcs=SETTINGS)(show_stage)
animate_net = st.cache_data(max_entries=8, max_size="256MB", show_spinner=False, hash_funcs=SETTINGS)(show_net)
survey_net = st.cache_data(max_entries=8, max_size="128MB", show_spinner=False, hash_funcs=SETTINGS)(show_flow)
survey = st.cache_data(max_entries=32, max_size="128MB", show_spinner=False, hash_funcs=SETTINGS)(show_maps)


@st.cache_data(max_entries=64, max_size="128MB", show_spinner=False, hash_funcs=SETTINGS)
def read(source: Source) -> Grid:
    """The input of a source."""
    return source.grid()
