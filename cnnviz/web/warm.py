"""What a server has for as long as it lives: made before its first visit, and left out of the collections of garbage.

Python looks over all objects now and then, and holds up all visitors meanwhile: 0.2 to 0.3 seconds for the 400,000 that
torch, librosa and the rest bring, and nothing of them ever goes.
"""

import ast
import gc
from importlib import import_module

import numpy as np

from cnnviz.core.layers import Conv
from cnnviz.inputs.logmel import RATE, log_mel
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request
from cnnviz.web.site import ROOT, TITLES


def warm_up() -> None:
    """Have all modules, and torch and librosa make something; what is there by then is kept."""
    for name in named():
        import_module(name)
    show(Request(chain(Conv()), Digit()))
    log_mel(np.zeros(RATE, np.float32))
    gc.collect()
    gc.freeze()


def named() -> list[str]:
    """The modules that pages import."""
    lines = [line for page in TITLES for line in ast.parse((ROOT / f"pages/{page}.py").read_text("utf-8")).body]
    return sorted({line.module for line in lines if isinstance(line, ast.ImportFrom) and line.module})
