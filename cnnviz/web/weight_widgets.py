"""Widgets that choose how weights begin, or a file of them."""

from collections.abc import Callable
from typing import get_args

import streamlit as st

from cnnviz.networks.checkpoint import MOST_WEIGHTS, Checkpoint, CheckpointError
from cnnviz.scenes.request import Start
from cnnviz.tensorfile import MOST_BYTES
from cnnviz.web.input_widgets import choose_from
from cnnviz.web.pools import FILES

MEGABYTES = MOST_BYTES >> 20  # of a checkpoint: student, teacher and optimiser
NO_FILE = "Choose a checkpoint first: a .pt, .pth, .ckpt or .safetensors file."


def choose_weights() -> Callable[[], tuple[Start, Checkpoint | None]]:
    """How a network's weights begin, or a file with its own; and a function that gives them."""
    names = {
        "torch": "random, as torch begins",
        "kaiming": "random, kaiming-normal with biases 0, as lesson B begins",
        "file": "of your own",
    }
    start = choose_from("weights", names, "torch", "weights")
    st.caption(names[start])
    if start in get_args(Start):
        return lambda: (start, None)  # type: ignore[return-value]
    checkpoint = upload_checkpoint(MOST_WEIGHTS >> 20)

    def made() -> tuple[Start, Checkpoint | None]:
        if not checkpoint:
            raise CheckpointError(NO_FILE)
        return "torch", checkpoint

    return made


def upload_checkpoint(most: int = MEGABYTES, on_change: Callable[[], None] | None = None) -> Checkpoint | None:
    """The widget for a file of weights, of at most so many megabytes."""
    FILES.warm()
    file = st.file_uploader(
        f".pt, .ckpt or .safetensors, up to {most} MB", key="checkpoint_file", on_change=on_change, max_upload_size=most
    )
    return Checkpoint(file.getvalue(), file.name) if file else None
