"""The code shown beside a scene: run as it stands, it gives what was on screen."""

import ast
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import VALID, any_case, values
from test_uploads import PICTURE, npy

from cnnviz.device import VARIABLE
from cnnviz.kernels import TITLES, applies, flip, weights
from cnnviz.layers import KINDS, Array, Conv, ConvTranspose, Layer
from cnnviz.run import run
from cnnviz.snippet import snippet
from cnnviz.sources import SOURCES, Source
from cnnviz.sources.patterns import Checkerboard, Ramp, Random
from cnnviz.sources.samples import Photo
from cnnviz.sources.upload import Upload

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """Where the lines themselves run."""
    monkeypatch.setenv(VARIABLE, "cpu")


def output_of(code: str) -> np.ndarray:
    """Run lines as a reader would, with nothing imported, and return their ``y``."""
    space: dict[str, object] = {}
    with torch.random.fork_rng():
        exec(code, space)
    assert not space["y"].requires_grad
    return space["y"][0].numpy()


def output_on_screen(layer: Layer, source: Source, seed: int, weight: Array | None, flipped: bool) -> np.ndarray:
    """What `run` gives: a chosen weight comes with a bias of 0, torch's own with its own."""
    x = source.grid().values
    state = dict(run(layer, x, seed).state)
    if weight is not None:
        state = {name: np.zeros_like(tensor) for name, tensor in state.items()} | {"weight": weight}
    if flipped:
        state["weight"] = flip(state["weight"])
    return run(layer, x, seed, state).y


def assert_same_output(
    layer: Layer, source: Source, seed: int = 0, weight: Array | None = None, flipped: bool = False
) -> None:
    code = snippet(layer, source, seed, weight, flipped)
    np.testing.assert_array_equal(output_of(code), output_on_screen(layer, source, seed, weight, flipped))


def ready(name: str, ndim: int) -> Source:
    """A source as a page starts it; an upload holds something."""
    if name != "upload":
        return SOURCES[name](ndim=ndim)
    return Upload(data=PICTURE) if ndim == 2 else Upload(ndim=ndim, data=npy(values((5,) * ndim)))


# --- the same output ---


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("chosen", ["random", "bank"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "ndim"), [(name, ndim) for name, kind in SOURCES.items() for ndim in kind.ndims])
def test_every_source_and_layer_give_the_output_on_screen(name, ndim, kind, chosen, flipped):
    source = ready(name, ndim)
    channels = len(source.grid().values)
    layer = KINDS[kind](in_channels=channels, out_channels=2, kernel_size=3, stride=2, ndim=ndim)
    weight = weights(chosen, layer.weight_shape(), channels, transposed=kind == "conv_transpose")
    assert_same_output(layer, source, 7, weight, flipped)


@given(case=any_case, seed=st.integers(0, 9999), flipped=st.booleans())
def test_any_settings_with_torchs_own_weights_give_the_output_on_screen(case, seed, flipped):
    layer, (channels, *size) = case
    assert_same_output(layer, Random(ndim=layer.ndim, size=tuple(size), channels=channels), seed, None, flipped)


@given(case=any_case, seed=st.integers(0, 9999), flipped=st.booleans())
def test_any_settings_with_given_weights_give_the_output_on_screen(case, seed, flipped):
    layer, (channels, *size) = case
    source = Random(ndim=layer.ndim, size=tuple(size), channels=channels)
    assert_same_output(layer, source, 0, values(layer.weight_shape(), seed), flipped)


@given(case=any_case, chosen=st.sampled_from(sorted(TITLES)))
def test_any_settings_with_a_filter_by_name_give_the_output_on_screen(case, chosen):
    layer, (channels, *size) = case
    assume(applies(chosen, layer.kernel_size) is None and chosen != "typed")
    transposed = isinstance(layer, ConvTranspose)
    weight = weights(chosen, layer.weight_shape(), channels // layer.groups, transposed=transposed)
    assert_same_output(layer, Checkerboard(ndim=layer.ndim, size=tuple(size), channels=channels), 0, weight)


def test_colour_pictures_give_the_output_on_screen_bit_for_bit():
    assert_same_output(Conv(3, 8, 5, padding=2), Photo(colour="rgb", rows=100))


def test_the_lines_run_on_their_own():
    code = snippet(Conv(padding=1), Ramp(size=(3, 4)), 0)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "torch.Size([1, 1, 3, 4])\n"


# --- as a person would write them ---


def test_seeded_weights():
    assert (
        snippet(Conv(1, 2), Ramp(size=4), 5)
        == """\
import torch
from torch import nn

x = torch.arange(16.0).reshape(1, 1, 4, 4)

torch.manual_seed(5)
layer = nn.Conv2d(1, 2, kernel_size=3)

with torch.no_grad():
    y = layer(x)
print(y.shape)"""
    )


def test_one_kernel_for_all_channels_is_written_once():
    weight = weights("typed", (2, 2, 2, 2), 2, "1 2; 3 4")
    assert (
        snippet(Conv(2, 2, 2), Ramp(size=4, channels=2), 5, weight)
        == """\
import torch
from torch import nn

x = torch.arange(32.0).reshape(1, 2, 4, 4)

layer = nn.Conv2d(2, 2, kernel_size=2)

kernel = torch.tensor([[[1.0, 2.0],
                        [3.0, 4.0]]])

with torch.no_grad():
    layer.weight[:] = kernel
    layer.bias[:] = 0
    y = layer(x)
print(y.shape)"""
    )


def test_a_true_convolution_shows_the_flip():
    weight = weights("typed", (1, 1, 2), 1, "1 2")
    code = snippet(Conv(kernel_size=2, ndim=1, bias=False), Ramp(size=4, ndim=1), 0, weight, flipped=True)
    assert "kernel = torch.tensor([[1.0, 2.0]])" in code
    assert code.endswith("""
with torch.no_grad():
    layer.weight[:] = kernel.flip(-1)  # turned round: a true convolution
    y = layer(x)
print(y.shape)""")


@pytest.mark.parametrize(("ndim", "turn"), [(1, "flip(-1)"), (2, "flip(-2, -1)"), (3, "flip(-3, -2, -1)")])
def test_the_flip_names_every_axis_of_the_kernel(ndim, turn):
    assert f"layer.weight.{turn}" in snippet(Conv(ndim=ndim), Ramp(ndim=ndim), 0, None, flipped=True)


@pytest.mark.parametrize(("name", "ndim"), [(name, ndim) for name, kind in SOURCES.items() for ndim in kind.ndims])
@pytest.mark.parametrize("kernels", [1, 999])  # written out, and packed
def test_imports_come_first_and_once(name, ndim, kernels):
    layer = Conv(2, kernels, ndim=ndim)
    lines = ast.parse(snippet(layer, ready(name, ndim), 0, values(layer.weight_shape()))).body
    imports = [ast.unparse(line) for line in lines if isinstance(line, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(line) for line in lines[: len(imports)]] == imports
    assert len(set(imports)) == len(imports)


def test_imports_are_in_the_usual_order():
    code = snippet(Conv(3, 16, 9), Photo(colour="rgb"), 0, values((16, 3, 9, 9)))
    assert code.startswith("""\
import base64
import zlib

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torch import nn

photo =""")


@given(case=VALID["conv"](2), seed=st.integers(0, 99))
def test_there_are_no_ragged_blank_lines(case, seed):
    layer, (channels, *size) = case
    source = Random(size=tuple(size), channels=channels)
    code = snippet(layer, source, seed, values(layer.weight_shape(), seed))
    assert "\n\n\n" not in code
    assert not re.search(r"[ \t]\n", code)


def test_weights_too_many_to_write_down_are_loaded_from_their_own_file(tmp_path, monkeypatch):
    layer, source = Conv(16, 64, 11), Random(size=12, channels=16)
    weight = values(layer.weight_shape())
    monkeypatch.chdir(tmp_path)
    np.save("weight.npy", weight)
    assert "weight.npy" in snippet(layer, source, 0, weight)
    assert_same_output(layer, source, 0, weight)


def test_weights_that_are_not_finite_are_kept():
    weight = np.array([[[1, np.nan, np.inf]]], np.float32)
    assert_same_output(Conv(ndim=1), Ramp(ndim=1), 0, weight)


def test_a_seed_is_shown_only_where_it_decides():
    layer = Conv()
    assert "manual_seed(3)" in snippet(layer, Ramp(), 3)
    assert "manual_seed" not in snippet(layer, Ramp(), 3, values(layer.weight_shape()))


def test_a_layer_without_bias_sets_none():
    layer = Conv(bias=False)
    assert "layer.bias" not in snippet(layer, Ramp(), 0, values(layer.weight_shape()))
