"""Scenes that were asked for before, kept within bounds."""

import streamlit as st

from cnnviz.show import Choice, show

# Settings are frozen, and an upload's repr carries its digest: the repr is the key.
animate = st.cache_data(max_entries=64, max_size="256MB", show_spinner=False, hash_funcs={Choice: repr})(show)
