"""Convolution: a small window of weights slides over the input."""

import streamlit as st

from cnnviz.frame import inside_frame
from cnnviz.layers import Conv
from cnnviz.player import player
from cnnviz.run import run
from cnnviz.scene import make_scene
from cnnviz.sources import SOURCES
from cnnviz.kernels import weights
import numpy as np
inside_frame()
st.title("Convolution")
s = SOURCES["digit"]()
g = s.grid()
k = st.number_input("k", 1, 8, 3)
l = Conv(g.values.shape[0], 1, k)
w = weights("sobel_x" if k > 1 else "box", l.weight_shape(), 1)
d = run(l, g.values, 0, {"weight": w, "bias": np.zeros(1, np.float32)})
player(make_scene(d, g.scale).to_bytes(), "convolution")
