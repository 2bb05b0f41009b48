"""cnnviz: see convolution and pooling happen."""

from cnnviz.core import scratch  # noqa: F401 -- before whatever writes files

__version__ = "0.1.0"
