"""Files of a training: its weights, and what was measured on the way."""

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from safetensors.numpy import save

from cnnviz.networks.training import History
from cnnviz.text import _
from cnnviz.web import downloads

MEASURED = ("accuracy_train", "accuracy_test", "loss_train", "loss_test")


def offer(found: Sequence[History]) -> None:
    """Weights and histories of what was trained, each made when it is asked for."""
    for number, history in enumerate(found, 1):
        name = f"training-{number}" if len(found) > 1 else "training"
        st.caption(_("After {steps:,} steps:", steps=history.steps))
        with st.container(horizontal=True):
            for ending, make in (("safetensors", weights), ("csv", table), ("npz", arrays)):
                file = f"{name}.{ending}"
                downloads.offer(file, partial(make, history), file, key=file)


def weights(history: History) -> bytes:
    """The weights of the last step, by key of the `state_dict`."""
    return save({key: np.ascontiguousarray(array) for key, array in history.last.state.items()})


def table(history: History) -> bytes:
    """A row for each step: its loss and learning rate."""
    rows = zip(history.loss, history.rate, strict=True)
    lines = ["step,loss,rate", *(f"{step},{loss:.9g},{rate:.9g}" for step, (loss, rate) in enumerate(rows))]
    return ("\n".join(lines) + "\n").encode()


def arrays(history: History) -> bytes:
    """Loss and rate of each step, and of each moment its step, accuracies and losses."""
    file = io.BytesIO()
    moments: dict[str, Any] = {name: history.curve(name) for name in ("step", *MEASURED)}
    np.savez_compressed(file, loss=history.loss, rate=history.rate, **moments)
    return file.getvalue()
