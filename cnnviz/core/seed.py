"""Torch draws from one generator in the whole process, and the sessions of a server are threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import torch

DRAWING = RLock()  # held while weights or a mask are drawn, not while a layer runs


@contextmanager
def seeded(seed: int, device: str = "cpu") -> Iterator[None]:
    """Torch's generator as after ``torch.manual_seed(seed)``, for this thread alone; behind it, it is as it was."""
    on = [device] if device.startswith("cuda") else []
    with DRAWING, torch.random.fork_rng(devices=on):
        if device == "cpu":
            torch.default_generator.manual_seed(seed)
        else:  # for every other kind of device, it writes down where it was called from: 0.8 ms in a page's run
            torch.manual_seed(seed)
        yield
