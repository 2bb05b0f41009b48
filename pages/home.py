"""Home."""

import streamlit as st
from cnnviz.frame import CONVOLUTION, inside_frame

inside_frame()
st.title("cnnviz")
st.page_link(CONVOLUTION)
