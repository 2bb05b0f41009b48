"""Which words the address of each page may hold: the names of all widgets that any of its settings draws.

Knobs of layers and inputs name themselves. What else a page binds to its address stands here, and a test that runs
every page finds what is forgotten.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from cnnviz.content.address import LANG
from cnnviz.core.axes import AXES, SIDES
from cnnviz.core.settings import Setting, knobs
from cnnviz.inputs import SOURCES
from cnnviz.inputs.logmel import Features
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import Upload
from cnnviz.networks.zoo import LessonB
from cnnviz.scenes.query import PAGES, training
from cnnviz.scenes.query.attribution import ASKED as ATTRIBUTION
from cnnviz.scenes.query.exciting import FROM, MARKS, PATCH, TELLS
from cnnviz.scenes.query.losses import ASKED as LOSSES
from cnnviz.scenes.query.passes import ASKED, NUDGE, PASS

BESIDE = "beside"  # the link of the other scene
EVERY = "tab input seed per_axis step pin look"  # of the pages with settings
OWN = {
    "convolution": "kernel kernel_text flip from_recipe moment",
    "matrix": "kernel kernel_text flip form",
    "pooling": "compare",
    "output_size": "size",
    "gating": "maps compare mask_1d mask_2d mask_3d other_mask_1d other_mask_2d other_mask_3d "
    "weights from_recipe moment",
    "normalisation": "examples over weights from_recipe moment",
    "shapes": "order maps",
    "spectrogram": "stage channel frame mel view compare network blocks activation normalization training nb_filters "
    "kernel_size padding stride pooling conv_dropout part log_mel from to b_sound b_activation b_normalization "
    "b_training b_seed weights from_recipe moment corpus corpora",
    "network": "preset arguments net shape layer view form quiz weights from_recipe moment corpus corpora channel",
}


@cache
def words(page: str) -> frozenset[str]:
    """All words that the address of a page may hold; of a page without settings, its language alone.

    >>> sorted(words("convolution") & {"stride", "stride_rows", "padding_rule", "input_size", "frame"})
    ['input_size', 'padding_rule', 'stride', 'stride_rows']
    """
    if page == "training":  # which has no layers and no input
        return frozenset({LANG, "tab", "step", *training.words()})
    if page not in OWN:
        return frozenset({LANG})
    found = {LANG, *EVERY.split(), *OWN[page].split()}
    for source in SOURCES.values():
        found |= set(of_knobs(source, "input_"))
    for source in (Upload, Spectrogram):
        found |= set(of_knobs(source, "file_"))
    layers = PAGES[page].layers.values()
    if layers:
        found |= ({"ndim", *ASKED} - {PASS}).union(*map(of_knobs, layers))
        found |= set() if page == "matrix" else {"layer", BESIDE, PASS, NUDGE}  # which shows one layer, alone
    if page == "gating":
        found |= {f"other_{name}" for kind in layers for name in of_knobs(kind)}
    if page in ("network", "spectrogram"):
        found |= {*ATTRIBUTION, TELLS, FROM, BESIDE}
    if page == "spectrogram":
        found |= {MARKS.key, PATCH.key}
        found |= set(of_knobs(Features, "mel_"))
    if page == "network":
        found |= {field.name for field in fields(LessonB)}.union(LOSSES, (PASS, NUDGE))
    return frozenset(found)


def of_knobs(kind: type[Setting], prefix: str = "") -> Iterator[str]:
    """Names of the widgets that a setting's knobs may have, whatever the number of axes."""
    for name, knob in knobs(kind).items():
        yield prefix + name
        if knob.words:
            yield f"{prefix}{name}_rule"
        if knob.per_axis:
            places = SIDES if knob.sides else AXES
            yield from {f"{prefix}{name}_{place}" for some in places.values() for place in some}
