"""Questions worth asking: each is a link that sets the page up, with its answer; and the home page's cards."""

from cnnviz.content.presets.cards import CARDS
from cnnviz.content.presets.convolution import CONVOLUTION
from cnnviz.content.presets.gating import GATING
from cnnviz.content.presets.matrix import MATRIX
from cnnviz.content.presets.network import NETWORKS
from cnnviz.content.presets.normalisation import NORMALISATION
from cnnviz.content.presets.pooling import POOLING
from cnnviz.content.presets.shapes import SHAPES
from cnnviz.content.presets.spectrogram import SPECTROGRAM
from cnnviz.content.presets.training import TRAINING

__all__ = [
    "CARDS",
    "CONVOLUTION",
    "GATING",
    "MATRIX",
    "NETWORKS",
    "NORMALISATION",
    "POOLING",
    "SHAPES",
    "SPECTROGRAM",
    "TRAINING",
]
