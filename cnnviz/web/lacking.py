"""What a page says where files that ship are lost, to whoever asks for what was in one."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.scenes import shipped
from cnnviz.scenes.query.bare import RANDOMLY, bare
from cnnviz.scenes.query.convolution import KERNEL
from cnnviz.scenes.query.weights import CHOICE, TRAINED
from cnnviz.text import Message


def lacking(page: str, said: Mapping[str, str]) -> Message | None:
    """The first file that is lost, where trained weights are asked for, or would be what the page opens with."""
    if not shipped.lost():
        return None
    opens = page in RANDOMLY and not bare(page)
    asked = any(TRAINED in (said.get(key), st.session_state.get(key)) for key in (CHOICE.key, KERNEL.key))
    return shipped.gone(shipped.lost()[0]) if asked or opens else None
