"""A page that says how many sessions there are; each remembers something large."""

import gc
import sys
from pathlib import Path

import streamlit as st
from streamlit.runtime.app_session import AppSession

sys.path.insert(0, str(Path(__file__).parent.parent))

from cnnviz.web import departed, tidy

tidy.EVERY = 0.5
tidy.keep_tidy()
departed.watch()
st.session_state.setdefault("remembered", bytearray(8 * 2**20))
st.file_uploader("file")
alive = sum(type(one) is AppSession for one in gc.get_objects())
st.progress(0, text=f"{alive} sessions")
