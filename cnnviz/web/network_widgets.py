"""Which network: the widgets of the DESED stack and its blocks; and whose weights any network has."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError, Opened
from cnnviz.networks.desed import BASELINE, Activation, Desed, Normalization
from cnnviz.scenes.weights import opened
from cnnviz.tensorfile import TensorError
from cnnviz.web.clean import shown
from cnnviz.web.input_widgets import choose_one
from cnnviz.web.markdown import plain
from cnnviz.web.weight_widgets import NO_FILE, upload_checkpoint
from cnnviz.web.widgets import BIND, counted, place

# What stands in this list stands in the address, too.
NETWORKS: dict[str, Desed] = {"lesson": Desed(), "baseline": BASELINE, "checkpoint": Desed()}
NOTES = {
    "lesson": "three blocks of 64 filters, random weights",
    "baseline": "seven blocks, as in the DESED baselines of 2021 to 2024, random weights",
    "checkpoint": "weights of your own, as the DESED recipes save them",
}
BLOCKS = ("nb_filters", "kernel_size", "padding", "stride", "pooling")  # one entry for each block
FREE = (*BLOCKS, "activation", "normalization")
TRAINING = "net.train(): batch norm takes the clip's own statistics and dropout drops. Off is net.eval(), as in use"
MOST = {"nb_filters": 512, "kernel_size": 15, "padding": 16, "stride": 16, "pooling": 16}
MOST_BLOCKS = 32

Net = tuple[Desed, Checkpoint | None]


def choose_network() -> Callable[[], Net]:
    """The widgets, and a function that makes the network of them, with its weights if they are not random."""
    name = choose_one("network", NETWORKS, "lesson", start_over)
    st.caption(NOTES[name])
    if name == "checkpoint":
        return choose_checkpoint()
    make = settings(NETWORKS[name], FREE, training=True)
    return lambda: (make(), None)


def choose_checkpoint() -> Callable[[], Net]:
    """A file, which of its networks, and what it does not say."""
    checkpoint = upload_checkpoint(on_change=take_guesses)
    found: Opened | None = None
    if checkpoint:
        with suppress(CheckpointError, TensorError):  # said by `make`, where the page shows it
            found = opened(checkpoint)
    if checkpoint and found and len(found.parts) > 1:
        checkpoint = replace(checkpoint, part=str(st.selectbox("part", found.parts, key="part", bind=BIND)))
        found = opened(checkpoint)
    read = found.architecture if found else None
    if found and read:
        st.caption(plain(" ".join((f"Read off the file: {spelled(read.desed.nb_filters)} filters.", *found.notes))))
        if read.unknown:
            st.caption(f"The file does not say {', '.join(read.unknown)}: check what is set here.")
    make = settings(read.desed if read else Desed(), read.unknown if read else (), training=False)

    def made() -> Net:
        if not checkpoint:
            raise CheckpointError(NO_FILE)
        opened(checkpoint)
        return make(), checkpoint

    return made


def settings(preset: Desed, free: Collection[str], training: bool) -> Callable[[], Desed]:
    """Widgets of the fields that are free, and a function that makes the network of them."""
    chosen: dict[str, Any] = {}
    for field, names in (("activation", get_args(Activation)), ("normalization", get_args(Normalization))):
        if field in free:
            at = names.index(getattr(preset, field))
            chosen[field] = st.selectbox(field, names, at, key=field, bind=BIND)
    chosen["training"] = st.toggle("train mode", training, key="training", help=TRAINING, bind=BIND)
    with st.expander("Blocks", key="blocks", on_change="rerun", bind=BIND):
        texts = {
            field: st.text_input(field, spelled(getattr(preset, field)), key=field, bind=BIND)
            for field in BLOCKS
            if field in free
        }
        chosen["conv_dropout"] = st.number_input(
            "conv_dropout", 0.0, 0.95, preset.conv_dropout, 0.05, key="conv_dropout", bind=BIND
        )

    def make() -> Desed:
        blocks: dict[str, Any] = {field: parsed(field, text) for field, text in texts.items()}
        return replace(preset, **chosen, **blocks)

    return make


def start_over() -> None:
    """Another preset brings its own values."""
    name = st.session_state["network"]
    place(values_of(NETWORKS[name]) | {"training": name != "checkpoint"})


def take_guesses() -> None:
    """Another checkpoint brings what it says and what is guessed."""
    file = st.session_state["checkpoint_file"]
    if file:
        with suppress(CheckpointError, TensorError):
            place(values_of(opened(Checkpoint(file.getvalue(), file.name)).architecture.desed))


def values_of(preset: Desed) -> dict[str, Any]:
    """The widgets' values by key."""
    texts = {field: spelled(getattr(preset, field)) for field in BLOCKS}
    names = ("activation", "normalization", "conv_dropout")
    return {name: getattr(preset, name) for name in names} | texts


def spelled(values: tuple[Any, ...]) -> str:
    """One entry for each block, as it is typed.

    >>> spelled(((1, 4), (2, 2))), spelled((64, 64))
    ('1x4, 2x2', '64, 64')
    """
    return ", ".join("x".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in values)


def parsed(field: str, text: str) -> tuple[Any, ...]:
    """Entries as they are typed, back as numbers, pairs for pooling.

    Raises
    ------
    GeometryError
        One sentence on what cannot be read.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not 1 <= len(words) <= MOST_BLOCKS:
        raise GeometryError(f"{field} has {len(words)} entries: type 1 to {MOST_BLOCKS}, one for each block.")
    return tuple(entry(field, word) for word in words)


def entry(field: str, word: str) -> Any:
    """One block's number, or its pair of frames x mels."""
    parts = word.lower().replace("×", "x").split("x") if field == "pooling" else [word]
    least, most = 0 if field == "padding" else 1, MOST[field]
    read = [counted(part, least, most) for part in parts[:3]]
    numbers = tuple(number for number in read if number is not None)
    if len(numbers) < len(parts) or len(parts) > 2:
        example = "pairs as in 1x4, frames x mels, each" if field == "pooling" else "whole numbers"
        raise GeometryError(f"{field} holds “{shown(word)}”: type {example} from {least} to {most}.")
    if field != "pooling":
        return numbers[0]
    return numbers * 2 if len(numbers) == 1 else numbers
