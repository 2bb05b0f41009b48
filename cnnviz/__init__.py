"""cnnviz: see convolution and pooling happen."""

__version__ = "0.1.0"
