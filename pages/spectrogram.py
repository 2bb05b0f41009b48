"""Spectrogram: a sound on its way through the CNN of the DESED recipes, stage by stage."""

from dataclasses import replace
from io import BytesIO
from typing import get_args

import soundfile
import streamlit as st

from cnnviz import screen
from cnnviz.cached import animate_stage, read
from cnnviz.fields import fields
from cnnviz.frame import inside_frame
from cnnviz.network import BASELINE, Activation, Desed, Normalization
from cnnviz.panels import BIND
from cnnviz.player import player
from cnnviz.show import StageChoice
from cnnviz.sources import Source, SourceError
from cnnviz.sources.logmel import HOP, RATE, WINDOW
from cnnviz.sources.sound import LogMel

# What stands in this list stands in the address, too.
NETWORKS: dict[str, Desed] = {"lesson": Desed(), "baseline": BASELINE}
NOTES = {"lesson": "three blocks of 64 filters", "baseline": "seven blocks, as in the DESED baselines of 2021 to 2024"}

EXPLANATION = """
**What you see.** The sound becomes a log-mel spectrogram: rows are frames, 16 ms apart, columns are mels, low to high.
The network reads it block by block: convolution, normalisation, activation or gate, dropout, average pooling. Choose a
stage: the player shows it with its real input, and works any of its cells out by hand.

**The weights are random.** They are torch's own start with this seed, in the order in which the recipe's class makes
them. Checkpoints cannot be loaded yet.

**The receptive field** is what one cell of a stage can see of the spectrogram.
"""

FIRST = StageChoice(Desed(training=True), LogMel(), "conv0")
TRAINING = "batch norm takes the clip's own statistics and dropout drops; otherwise as the network is used later"


def choose() -> tuple[Desed, type[Source], screen.Maker, int]:
    """The sidebar: the network, kind and maker of the source, and the seed."""
    name = screen.choose_one("network", NETWORKS, "lesson")
    st.caption(NOTES[name])
    preset = NETWORKS[name]
    activation: Activation = st.selectbox(
        "activation", get_args(Activation), get_args(Activation).index(preset.activation), key="activation", bind=BIND
    )
    normalization: Normalization = st.selectbox(
        "normalization", get_args(Normalization), key="normalization", bind=BIND
    )
    training = st.toggle("training", True, key="training", help=TRAINING, bind=BIND)
    seed = screen.choose_seed()
    st.subheader("Input", anchor=False)
    kind, source = screen.choose_source(2, "log-mel")
    chosen = replace(preset, activation=activation, normalization=normalization, training=training)
    return chosen, kind, source, seed


def mono(source: screen.Maker) -> Source:
    """The source, if it has the one channel that the network reads."""
    inputs = source()
    channels = screen.shape_of(inputs)[0]
    if channels != 1:
        raise SourceError(
            f"The network reads one channel, and this input has {channels}. Choose a sound, or a grey picture."
        )
    return inputs


def hear(source: Source) -> None:
    """The clip itself, encoded as it is: Streamlit would make it louder."""
    samples = source.samples()
    if samples is not None:
        file = BytesIO()
        soundfile.write(file, samples, RATE, format="WAV", subtype="PCM_16")
        st.audio(file.getvalue(), format="audio/wav")


def stages(choice: StageChoice) -> None:
    """Every stage in a table."""
    network, shape = choice.network.network, read(choice.source).values.shape
    costs = network.measures(shape)
    views = fields(replace(choice.network, training=False).network)
    whole = "whole input"
    rows = {
        "stage": [name for name, _ in network.stages],
        "layer": [layer.code() for _, layer in network.stages],
        "output shape": [str((1, *one)) for one in network.shapes(shape)],
        "parameters": [cost.parameters for cost in costs],
        "MACs": [cost.macs for cost in costs],
        "sees frames": [whole if frames.whole else str(frames.size) for frames, _ in views],
        "sees [ms]": [whole if frames.whole else f"{milliseconds(frames.size):.0f}" for frames, _ in views],
        "sees mels": [whole if mels.whole else str(mels.size) for _, mels in views],
    }
    st.dataframe(rows, hide_index=True, height="content")
    if choice.network.training and choice.network.normalization == "batch":
        st.caption("While training, batch norm's statistics make every unit depend on the whole clip as well.")
    parameters, macs = sum(cost.parameters for cost in costs), sum(cost.macs for cost in costs)
    st.caption(f"{parameters:,} parameters, {macs:,} multiply-adds in all.")


def milliseconds(frames: int) -> float:
    """From the first sample that the first frame reads to the last of the last frame."""
    return 1000 * ((frames - 1) * HOP + WINDOW) / RATE


inside_frame()
with st.sidebar:
    network, kind, source, seed = choose()
top = st.container()
names = [name for name, _ in network.network.stages]
stage = st.pills("stage", names, default="conv0", key="stage", required=True, label_visibility="collapsed", bind=BIND)
choice, shown, problem = screen.settle(
    "spectrogram", lambda: StageChoice(network, mono(source), str(stage), seed), FIRST, animate_stage
)
with top:
    screen.head("Spectrogram", [], problem, kind, 2)
    hear(choice.source)
call, sound = shown.done.layer.code(), read(choice.source).caption
st.caption(f"`{choice.stage}` = `{call}` on {sound}; random weights, seed {choice.seed}")
player(shown.blob, key="spectrogram")
screen.facts(shown)
text_tab, stages_tab = st.tabs(["Explanation", "Stages"], key="tab", on_change="rerun", bind=BIND)
with text_tab:
    st.markdown(EXPLANATION)
with stages_tab:
    if stages_tab.open:
        stages(choice)
