"""Questions and their answers: each opens its own scene, and what an answer claims, the scene has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from math import erf
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest
from test_pages import blobs, meta, opened, said

from cnnviz.content.links import Preset
from cnnviz.content.presets import (
    CARDS,
    CONVOLUTION,
    GATING,
    MATRIX,
    NETWORKS,
    NORMALISATION,
    POOLING,
    SHAPES,
    SPECTROGRAM,
)

PRESETS = [*CONVOLUTION, *MATRIX, *POOLING, *GATING, *NORMALISATION, *SHAPES, *SPECTROGRAM, *NETWORKS]
every_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: f"{preset.page}: {preset.question}")


@dataclass(frozen=True)
class Seen:
    """What a page shows at one address: its app, and tensors and words of one of its players."""

    app: AppTest
    tensors: dict[str, np.ndarray]
    words: dict[str, Any]

    @property
    def x(self) -> np.ndarray:
        return self.tensors["input"]

    @property
    def y(self) -> np.ndarray:
        return self.tensors["output"]

    @property
    def out(self) -> str:
        """Shape of the output as torch prints it."""
        shape: str = self.words["shapes"]["output"]
        return shape

    @property
    def facts(self) -> str:
        """All lines of text."""
        return "\n".join(line for _, line in said(self.app))


@cache
def page_at(page: str, query: tuple[tuple[str, str], ...]) -> AppTest:
    return opened(page, **dict(query))


def seen(preset: Preset, player: int = 0, **more: str) -> Seen:
    app = page_at(preset.page, tuple((preset.params | more).items()))
    found = [blob for blob in blobs(app) if blob]  # a list of layers has none
    return Seen(app, load(found[player]), meta(found[player])) if found else Seen(app, {}, {})


def about(words: str) -> Preset:
    """The one question that begins so."""
    [found] = [preset for preset in PRESETS if str(preset.question).startswith(words)]
    return found


def asked(app: AppTest) -> list[str]:
    """The line with the question, as HTML."""
    return [line.proto.body for line in app.get("html") if 'class="asked"' in line.proto.body]


@every_preset
def test_a_question_opens_its_scene_without_a_warning(preset):
    app = seen(preset).app
    assert not app.exception
    assert not app.warning
    assert not app.info


@every_preset
def test_a_question_stands_above_its_own_scene(preset):
    [line] = asked(seen(preset).app)
    assert line == f'<div class="asked"><strong>{escape(str(preset.question))}</strong>{preset.answer_html()}</div>'


@every_preset
def test_a_question_shows_another_scene_than_the_page_alone(preset):
    assert blobs(seen(preset).app) != blobs(page_at(preset.page, ()))


def test_no_two_questions_have_the_same_address():
    assert len({(preset.page, tuple(preset.params.items())) for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize(
    "page", ["convolution", "matrix", "pooling", "gating", "normalisation", "shapes", "spectrogram"]
)
def test_a_page_that_asks_nothing_has_no_question(page):
    assert not asked(page_at(page, ()))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_opens_its_scene_without_a_warning(card):
    app = opened(card.page, **card.params)
    assert not app.exception
    assert not app.warning


def test_every_number_of_a_question_and_a_card_is_torchs_in_the_player(alone):
    """Of those about convolutions; the first cell of each."""
    for link in [*CONVOLUTION, *(card for card in CARDS if card.page == "convolution")]:
        alone.open(blobs(page_at("convolution", tuple(link.params.items())))[0])
        expect(alone.badge).to_contain_text("= torch")


# --- what the answers claim ---


def shape_at(s: Seen, stage: str) -> list[int]:
    """Shape of a stage in the viewer."""
    [found] = [one["shape"] for one in s.words["stages"] if one["name"] == stage]
    shape: list[int] = found
    return shape


def field_of(s: Seen) -> tuple[int, int]:
    """Frames and mels of the input that the chosen unit sees."""
    frames, mels = (s.tensors[f"span.input.{axis}"][u] for axis, u in enumerate(s.words["unit"]))
    return int(frames[1] - frames[0]) + 1, int(mels[1] - mels[0]) + 1


def seen_for(s: Seen) -> float:
    """How much of the sound that is [s]."""
    first, last = s.tensors["span.input.0"][s.words["unit"][0]]
    return float(s.tensors["seconds"][last, 1] - s.tensors["seconds"][first, 0])


def reached_by_the_last_frame(s: Seen) -> bool:
    """Does any output frame of this pooling read the last one that comes in?"""
    before = shape_at(s, "dropout1")[1]
    return bool((s.tensors["span.dropout1.0"][:, 1] == before - 1).any())


def rival_gradient() -> float:
    """The largest gradient through the average beside."""
    return float(seen(about("Nine windows read a cell"), 1).y.max())


CLAIMS: dict[str, Callable[[Seen], bool]] = {
    # convolution
    "7 × 7 input": lambda s: s.out == "(1, 1, 5, 5)",
    "The same with stride 2": lambda s: s.out == "(1, 1, 3, 3)" and overlap(s) == 1,
    "4 × 4 input": lambda s: s.out == "(1, 1, 4, 4)" and len(s.tensors["line1"]) == len(s.tensors["line2"]) == 6,
    "(3, 4, 4) with padding 3": lambda s: s.out == "(1, 3, 10, 10)",
    "A 32 × 32 × 3 image": lambda s: s.out == "(1, 1, 28, 28)",
    "128 channels in": lambda s: s.tensors["weight"].size == 73_728 and "73,792 parameters" in s.facts,
    "32 × 32 × 3 into 32": lambda s: s.out == "(1, 32, 30, 30)",
    "32 maps of 15 × 15": lambda s: s.out == "(1, 64, 12, 12)",
    "Is it a convolution?": lambda s: np.array_equal(s.y[0, 0, 1:4, 1:4], s.tensors["weight"][0, 0, 0, ::-1, ::-1]),
    "Does dilation blur?": lambda s: s.tensors["weight"].size == 9 and s.tensors["offset2"].tolist() == [0, 2, 4],
    "8 × 8 input, kernel 3, stride 2": lambda s: "15 input cells are never read" in s.facts,  # 8 + 8 - 1
    "What happens when the stride is larger": lambda s: never_read(s) == [2, 5],
    "padding='same' with an even kernel": lambda s: (
        s.tensors["line2"].tolist() == [-1, *range(8), -1, -1] and s.out == "(1, 1, 8, 8)"
    ),
    "Four channels, two groups": lambda s: (
        s.tensors["reads"].tolist() == [[0, 2], [0, 2], [2, 4], [2, 4]] and s.tensors["weight"].size == 4 * 2 * 9
    ),
    "What is a depthwise": lambda s: s.tensors["reads"].tolist() == [[0, 1], [1, 2], [2, 3], [3, 4]],
    "What can a 1 × 1 kernel do?": lambda s: s.tensors["weight"].shape == (2, 3, 1, 1, 1),
    "Does output_padding add zeros?": lambda s: added_is_painted(s) and added_is_bias_without_padding(),
    "Why do transposed": lambda s: set(s.y.ravel()) == {0, 1, 2, 4},  # a kernel of ones on cells of 0 and 1
    "The loss is the sum of a blurred": lambda s: (
        s.y[0, 0, 2:5, 2:5] == pytest.approx(1)
        and s.y.max() == pytest.approx(1)
        and s.y[0, 0, 0, 0] == pytest.approx(1 / 9)
    ),
    "The loss is one output cell: what does dX": lambda s: (
        np.array_equal(s.y[0, 0, 2:5, 2:5], s.tensors["weight"][0, 0, 0]) and np.count_nonzero(s.y) == 6
    ),
    "The loss is one output cell: what is dW": lambda s: np.array_equal(s.y[0, 0], s.x[0, 0, 1:4, 1:4]),
    "Stride 2 leaves a row": lambda s: (
        not s.y[0, 0, -1].any() and not s.y[0, 0, :, -1].any() and s.y[0, 0, :-1, :-1].all()
    ),
    # pooling
    "Nine windows read a cell": lambda s: s.y.max() == 8 and rival_gradient() == pytest.approx(1),
    "5 × 5 cells, windows of 2": lambda s: (
        [s.y[0, 0, r, c] for r, c in ((4, 4), (4, 1), (1, 4), (1, 1))] == [1, 0.5, 0.5, 0.25]
        and [without_ceil_mode().y[0, 0, r, c] for r, c in ((4, 4), (4, 1), (1, 4), (1, 1))] == [0, 0, 0, 0.25]
    ),
    "What does a maximum read": lambda s: (
        s.words["padValue"] == "-inf" and seen(about("What does a maximum read"), 1).words["padValue"] == 0
    ),
    "An average in the corner": lambda s: corner(s) == (pytest.approx(1 / 9), pytest.approx(1 / 4)),
    "5 × 5 input, kernel 2": lambda s: s.out == "(1, 1, 3, 3)" and s.tensors["line2"].tolist() == [0, 1, 2, 3, 4, -2],
    "ceil_mode asks for a third": lambda s: s.out == "(1, 1, 2, 2)" and s.words["dropped"] == [None, 5, 5],
    "What does pooling lose": lambda s: never_read(s) == [2, 5],
    "8 cells into 3": lambda s: s.tensors["count2"].tolist() == [3, 4, 3] and s.tensors["start2"].tolist() == [0, 2, 5],
    "What is global pooling?": lambda s: s.y.size == 1 and s.y.item() == pytest.approx(float(s.x.mean()), rel=1e-5),
    "Can a maximum be undone?": lambda s: (
        sorted(s.y[s.y != 0].tolist()) == sorted(s.x[s.x != 0].tolist()) and (s.y == 0).sum() >= 64 - 16
    ),
    "What lies between a sum": lambda s: between(s.y, largest(s)),
    # gating
    "Four channels through nn.GLU": lambda s: (len(s.x), len(s.y)) == (4, 2) and desed_keeps() == (4, 4),
    "Is ReLU a gate?": lambda s: np.array_equal(s.y, s.x * (s.x > 0)) and leaky_closes_to() == pytest.approx(0.2),
    "GLU and ContextGating": lambda s: (
        s.words["gating"]["gate"]["tensor"] == "input" and s.words["gating"]["mixes"] == "signal" and all_decide()
    ),
    "Can you cut a picture out": lambda s: (
        s.tensors["gate"].max() > 0.95 and s.tensors["gate"].min() < 0.05 and bool((s.tensors["gate"] == 0.5).any())
    ),
    "How do SiLU and GELU": lambda s: np.allclose(s.y, s.x / (1 + np.exp(-s.x)), atol=1e-6) and gelu_is_normal(),
    "dY is 1 everywhere: where does it": lambda s: np.array_equal(s.y, s.tensors["gate"]) and {*s.y.ravel()} == {0, 1},
    "How much of dY comes back": lambda s: 0.2 < s.y.max() <= 0.25,
    "What do the channels of a softmax": lambda s: np.allclose(s.y.sum(0), 1, atol=1e-6),
    # normalisation
    "One training pass": lambda s: s.x.ravel().tolist() == [10, 11, 12, 13],  # the others stand in a tab: see below
    "One group": lambda s: s.tensors["mean"].shape == (1, 4, 1, 1),  # one mean for each of four examples
    "Eval mode before": lambda s: np.allclose(s.y, s.x, rtol=1e-5),  # eps alone is left: 1 / sqrt(1 + 1e-5)
    "Half of the cells": lambda s: (
        np.array_equal(s.y, 2 * s.x * s.tensors["gate"]) and 0 < s.tensors["gate"].mean() < 1
    ),
    "dY is 1 everywhere: what comes back": lambda s: (s.x == 1).all() and np.abs(s.y).max() < 1e-5,
    "One cell of dY is 1": lambda s: (
        [np.count_nonzero(one) for one in s.y] == [64, 0, 0]
        and [np.count_nonzero(one) for one in seen(about("One cell of dY is 1"), 1).y] == [1, 0, 0]
    ),
    "What does dropout do in eval": lambda s: np.array_equal(s.y, s.x),
    "What does nn.Dropout2d drop?": lambda s: whole_channels(s) is True,
    # shapes
    "What does torch see": lambda s: s.x.shape == (16, 1, 24, 3) and s.out == "(1, 3, 16, 24)",
    "Is a dense layer": lambda s: s.tensors["weight"].shape == (4, 1, 1, 8, 8) and len(s.tensors["start2"]) == 1,
    # spectrogram
    "One number of the last layer": lambda s: field_of(s) == (50, 128) and seen_for(s) == pytest.approx(0.912),
    "626 frames go into": lambda s: (
        [shape_at(s, name)[1] for name in ("conv0", "conv1", "pooling1")] == [626, 313, 156]
        and reached_by_the_last_frame(s) is False
    ),
    "Three times pooling": lambda s: (
        [shape_at(s, f"pooling{i}") for i in range(3)] == [[64, 626, 32], [64, 626, 8], [64, 626, 2]]
    ),
    "5 × 5 input, kernel 3: how many columns": lambda s: s.tensors["columns"].shape == (1, 1, 9, 9),
    "32 kernels of 3 × 3 × 3 on": lambda s: (
        (s.tensors["matrix"].shape, s.tensors["columns"].shape, s.x.size) == ((1, 1, 32, 27), (1, 1, 27, 900), 3072)
        and 27 * 900 == 24_300
        and "7.91 times" in s.words["matrix"]["panels"]["columns"]["note"]
    ),
    "Kernel 3, stride 3: how large is the memory": lambda s: (
        (s.tensors["columns"].size, s.x.size) == (225, 256) and never_read(s) == [15]
    ),
    "How often are a corner": lambda s: s.x[0, 0].tolist() == [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]],
    "And with padding 1?": lambda s: (
        [int((s.tensors["columns"] == s.x[0, 0, r, c]).sum()) for r, c in ((3, 3), (1, 1))] == [4, 9]
        and s.tensors["columns"].size == 144
        and int((seen(about("And with padding 1?"), form="Toeplitz").tensors["toeplitz"] == 1).sum()) == 144 - 44
    ),
    "What does = instead of += lose": lambda s: (s.x[0, 0, 2, 2], s.tensors["overwritten"][0, 0, 2, 2]) == (9, 1),
    "When is = not wrong?": lambda s: np.array_equal(s.x, s.tensors["overwritten"]),
    "Padding 0: why does dX": lambda s: s.x[:, :, :, 0:-0].size == 0 and s.x[:, :, :, 0:4].size == 16,
    "4 × 6 input, kernel 2 × 3": lambda s: (
        s.out == "(1, 1, 3, 4)" and not np.array_equal(s.y[0, 0].reshape(4, 3).T, s.y[0, 0])
    ),
    "Two groups: what becomes of W?": lambda s: (
        np.isnan(s.tensors["matrix"][0, 0]).tolist()
        == np.kron([[0, 1], [1, 0]], np.ones((2, 18))).astype(bool).tolist()
    ),
    "And if the input is left": lambda s: (
        s.tensors["toeplitz"].shape == (1, 1, 9, 25)
        and int(np.isfinite(s.tensors["toeplitz"]).sum()) == 81
        and set(s.tensors["toeplitz"][np.isfinite(s.tensors["toeplitz"])]) == set(s.tensors["weight"].ravel())
    ),
    "What does one step add to dW?": lambda s: np.allclose(
        sum(np.outer(s.tensors["product"][0, 0, :, p], s.tensors["columns"][0, 0, :, p]) for p in range(4)),
        s.tensors["matrix"][0, 0],
    ),
    "What does a layer norm do": lambda s: s.words["statistical"] == "layernorm0" and field_of(s) == (5, 14),
    "Does DESED's GLU": lambda s: (
        shape_at(s, "batchnorm0") == shape_at(s, "glu0") == [64, 126, 128]
        and np.allclose(s.tensors["plane.signal"] * s.tensors["plane.gate"], s.tensors["plane.product"], atol=1e-6)
    ),
    "This unit is 0 behind its ReLU": lambda s: (
        "is 0. By this method nothing" in s.words["explains"] and not s.tensors["values.1"].any()
    ),
}


def test_every_answer_is_checked():
    here = [preset for preset in PRESETS if preset not in NETWORKS]  # those of networks: test_networks_page.py
    assert {about(words).question for words in CLAIMS} == {preset.question for preset in here}


@pytest.mark.parametrize("words", CLAIMS)
def test_what_an_answer_claims_the_scene_has(words):
    assert CLAIMS[words](seen(about(words)))


def without_ceil_mode() -> Seen:
    """The scene beside the one with it."""
    return seen(about("5 × 5 cells, windows of 2"), 1)


def overlap(s: Seen) -> int:
    """Cells that two neighbouring windows share, along a row."""
    start = s.tensors["start2"]
    return len(s.tensors["offset2"]) - int(start[1] - start[0])


def never_read(s: Seen) -> list[int]:
    """Columns that no window reads."""
    read = np.add.outer(s.tensors["start2"], s.tensors["offset2"])
    return sorted(set(range(s.x.shape[-1])) - set(read.ravel().tolist()))


def added_is_painted(s: Seen) -> bool:
    """Are the row and column that output_padding adds products of the last input row and column with the kernel?"""
    less = seen(about("Does output_padding add zeros?"), output_padding="0")
    grown = (less.out, s.out) == ("(1, 1, 7, 7)", "(1, 1, 8, 8)") and np.array_equal(less.y, s.y[..., :7, :7])
    alone = s.y[0, 0, -1, ::2] * 9  # every weight is a ninth, and one input cell alone paints every second column
    return grown and np.allclose(alone, s.x[0, 0, -1]) and bool((s.y[0, 0, :, -1] > 0).all())


def added_is_bias_without_padding() -> bool:
    s = seen(about("Does output_padding add zeros?"), padding="0")
    return s.out == "(1, 1, 10, 10)" and not s.y[0, 0, -1].any() and not s.y[0, 0, :, -1].any()


def corner(s: Seen) -> tuple[float, float]:
    """What the sum of the corner's cells is multiplied by: with padding counted, and without."""
    alone = seen(about("An average in the corner"), count_include_pad="false")
    cells = float(s.x[0, 0, :2, :2].sum())
    return float(s.y[0, 0, 0, 0]) / cells, float(alone.y[0, 0, 0, 0]) / cells


def largest(s: Seen) -> np.ndarray:
    return seen(about("What lies between a sum"), 1).y


def between(norm: np.ndarray, top: np.ndarray) -> bool:
    """Is a norm with p = 8 above the maximum, and below the sum, which p = 1 is?"""
    total = seen(about("What lies between a sum"), norm_type="1.0").y
    return bool((norm >= top - 1e-4).all() and (norm <= total + 1e-4).all() and (norm < total - 1).any())


def desed_keeps() -> tuple[int, int]:
    s = seen(about("Four channels through nn.GLU"), layer="GLU")
    return len(s.x), len(s.y)


def leaky_closes_to() -> float:
    s = seen(about("Is ReLU a gate?"), 1)
    return float((s.y[s.x < 0] / s.x[s.x < 0]).mean())


def all_decide() -> bool:
    words = seen(about("GLU and ContextGating"), 1).words["gating"]
    return (
        words["mixes"] == "gate" and seen(about("GLU and ContextGating"), 1).tensors["reads"].tolist() == [[0, 4]] * 4
    )


def gelu_is_normal() -> bool:
    s = seen(about("How do SiLU and GELU"), 1)
    chance = np.vectorize(lambda x: 0.5 * (1 + erf(x / 2**0.5)))
    return np.allclose(s.y, s.x * chance(s.x), atol=1e-6)


def whole_channels(s: Seen) -> bool:
    """Is every channel kept or dropped as a whole in each step, and both happen?"""
    gate = s.tensors["gate"]  # (channels, steps, rows, columns)
    kept = gate.reshape(gate.shape[0] * gate.shape[1], -1)
    return bool((kept == kept[:, :1]).all() and 0 < kept.mean() < 1)


def test_the_running_statistics_of_the_question_stand_in_its_tab():
    table = seen(about("One training pass"), tab="Running statistics").app.dataframe[0].value
    assert float(table["running mean"][0]) == pytest.approx(11.385, abs=5e-4)
    assert float(table["running variance"][0]) == pytest.approx(1.66, abs=5e-3)


def test_momentum_as_other_libraries_have_it_gives_the_other_mean():
    other = seen(about("One training pass"), tab="Running statistics", momentum="0.01").app.dataframe[0].value
    assert float(other["running mean"][0]) == pytest.approx(0.115, abs=5e-4)


@every_preset
def test_numbers_of_an_answer_that_are_shapes_are_of_this_scene(preset):
    """ "5 × 5" in an answer is a size of input, window or output, or of a matrix."""
    s = seen(preset)
    if "output" not in s.tensors:  # the viewer's, or the overview's
        return
    sizes = {s.x.shape[-2:], s.y.shape[-2:], (len(s.tensors.get("line1", ())), len(s.tensors.get("line2", ())))}
    kernel = {tuple(len(s.tensors[f"offset{axis}"]) for axis in (1, 2))} if "offset1" in s.tensors else set()
    sizes |= {x.shape[-2:] for x in s.tensors.values() if x.ndim == 4}
    for row, column in re.findall(r"(\d+) × (\d+)(?! ×)", str(preset.answer)):
        assert (int(row), int(column)) in sizes | kernel
