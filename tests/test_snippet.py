"""The code shown beside a scene: run as it stands, it gives what was on screen."""

import ast
import re
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
import torch
from asking import request_of, undoing, weighted
from examples import examples, thinned
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import VALID, cases, conv_case, values
from test_uploads import PICTURE, npy

from cnnviz.core.device import VARIABLE
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    GLU,
    KINDS,
    AdaptiveMaxPool,
    Array,
    BatchNorm,
    ContextGating,
    Conv,
    ConvTranspose,
    Dropout,
    DropoutNd,
    Flatten,
    GroupNorm,
    HalvingGLU,
    Layer,
    LayerNorm,
    Linear,
    MaskGate,
    MaxPool,
    Permute,
    ReLU,
    Sigmoid,
)
from cnnviz.core.run import run
from cnnviz.inputs import SOURCES, Source
from cnnviz.inputs.batch import Along, Times
from cnnviz.inputs.kernels import TITLES, applies, flip, weights
from cnnviz.inputs.patterns import Checkerboard, Ramp, Random
from cnnviz.inputs.samples import Photo
from cnnviz.inputs.upload import Upload
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request
from cnnviz.scenes.snippet import snippet

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """Where the lines themselves run."""
    monkeypatch.setenv(VARIABLE, "cpu")


def y_of(code: str) -> torch.Tensor:
    """Run lines as a reader would, with nothing imported, and return their ``y``."""
    space: dict[str, object] = {}
    with torch.random.fork_rng():
        exec(code, space)
    assert not space["y"].requires_grad
    return space["y"]


def output_of(code: str) -> np.ndarray:
    return y_of(code)[0].numpy()


def code_of(choice: Request) -> str:
    """The lines that a page shows for a choice."""
    return snippet(choice)


def assert_as_shown(choice: Request) -> None:
    """The lines give what is on screen, bit for bit, in the shape that torch gives it."""
    done = show(choice).done
    y = y_of(code_of(choice))
    assert tuple(y.shape) == done.layer.torch_shapes(done.shape, len(done.x))[1]
    np.testing.assert_array_equal(y.numpy().reshape(done.y.shape), done.y)


def random_of(layer: Layer, shape: tuple[int, ...]) -> Random:
    """Noise of this shape."""
    return Random(ndim=layer.ndim, size=tuple(shape[1:]), channels=shape[0])


def output_on_screen(layer: Layer, source: Source, seed: int, weight: Array | None, flipped: bool) -> np.ndarray:
    """What `run` gives: a chosen weight comes with a bias of 0, torch's own with its own."""
    x = source.grid().values
    state = dict(run(layer, x, seed).state)
    if weight is not None:
        state = {name: np.zeros_like(tensor) for name, tensor in state.items()} | {"weight": weight}
    if flipped:
        state["weight"] = flip(state["weight"])
    return run(layer, x, seed, state).y[0]


def assert_same_output(
    layer: Layer, source: Source, seed: int = 0, weight: Array | None = None, flipped: bool = False
) -> None:
    code = snippet(weighted(layer, source, seed, weight, flipped))
    np.testing.assert_array_equal(output_of(code), output_on_screen(layer, source, seed, weight, flipped))


def ready(name: str, ndim: int) -> Source:
    """A source as a page starts it; an upload holds something."""
    if name != "upload":
        return SOURCES[name](ndim=ndim)
    return Upload(data=PICTURE) if ndim == 2 else Upload(ndim=ndim, data=npy(values((5,) * ndim)))


# --- the same output ---


GIVEN = [(name, ndim) for name, kind in SOURCES.items() for ndim in kind.ndims]
WEIGHTED = product(GIVEN, ["conv", "conv_transpose"], ["random", "bank"], [False, True])


@pytest.mark.parametrize(
    ("name", "ndim", "kind", "chosen", "flipped"), [(*given, *more) for given, *more in thinned(WEIGHTED, 3)]
)
def test_every_source_and_layer_give_the_output_on_screen(name, ndim, kind, chosen, flipped):
    source = ready(name, ndim)
    channels = len(source.grid().values)
    layer = KINDS[kind](in_channels=channels, out_channels=2, kernel_size=3, stride=2, ndim=ndim)
    weight = weights(chosen, layer.weight_shape(), channels, transposed=kind == "conv_transpose")
    assert_same_output(layer, source, 7, weight, flipped)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "max_unpool"])
@examples(0.4)
@given(data=st.data(), seed=st.integers(0, 9999))
def test_any_settings_with_torchs_own_weights_give_the_output_on_screen(kind, data, seed):
    layer, shape = data.draw(cases(kind))
    assert_as_shown(request_of(layer, random_of(layer, shape), seed=seed))


@given(case=conv_case, seed=st.integers(0, 9999))
def test_torchs_own_weights_turned_round_give_the_output_on_screen(case, seed):
    layer, shape = case
    assert_as_shown(request_of(layer, random_of(layer, shape), seed=seed, flipped=True))


@given(case=cases("max_pool"))
def test_a_pooling_undone_gives_the_output_on_screen(case):
    layer, shape = case
    choice = undoing(layer, random_of(layer, shape))
    try:
        show(choice)
    except GeometryError:
        assume(False)  # torch cannot undo it, and says so
    assert_as_shown(choice)


FRONTS: dict[str, tuple[Layer, ...]] = {
    "a block": (Conv(2, 4, padding=1, padding_mode="replicate"), BatchNorm(num_features=4)),
    "a block in another order": (BatchNorm(num_features=2), ConvTranspose(2, 4, stride=2, kernel_size=2)),
    "running statistics": (BatchNorm(num_features=2, training=False, steps=3),),
    "several training passes": (BatchNorm(num_features=2, steps=4), Sigmoid()),
    "dropout": (Dropout(p=0.3),),
    "dropout in eval mode": (Dropout(p=0.3, training=False),),
    "a mask": (MaskGate((1.0, -1.0), (1, 2)),),
    "moved axes": (Permute((1, 2, 0)), Permute((2, 0, 1))),
    "winners with their places": (MaxPool(return_indices=True),),
}
BEHIND = {
    "conv": lambda channels: Conv(channels, 3, 2),
    "gate": lambda channels: ContextGating(channels=channels),
    "the same gate": lambda channels: GLU(channels=channels),
    "norm": lambda channels: GroupNorm(num_channels=channels),
    "chance": lambda channels: DropoutNd(),
    "moved": lambda channels: Flatten(),
}


@pytest.mark.parametrize("layer", BEHIND.values(), ids=BEHIND)
@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_layers_that_run_before_give_the_output_on_screen(front, layer):
    shape = (2, 6, 4)
    for one in front:
        shape = one.output_shape(shape)
    assert_as_shown(request_of(layer(shape[0]), Random(size=(6, 4), channels=2), seed=5, front=front))


@pytest.mark.parametrize("layer", BEHIND.values(), ids=BEHIND)
@pytest.mark.parametrize("gate", [GLU(channels=2), ContextGating(channels=2)])
def test_behind_a_gate_the_output_is_that_on_screen_up_to_rounding(gate, layer):
    """An nn.Linear over the channels leaves them last in memory, where torch may add up in another order."""
    choice = request_of(layer(2), Random(size=(6, 4), channels=2), seed=5, front=(gate, ReLU(), gate))
    done = show(choice).done
    np.testing.assert_allclose(output_of(code_of(choice)).reshape(done.y.shape[1:]), done.y[0], rtol=1e-5, atol=1e-6)


def test_a_pooling_undone_behind_other_layers_gives_the_output_on_screen():
    front = (Conv(1, 3, 3, padding=1), ReLU())
    assert_as_shown(undoing(MaxPool(), Random(size=(6, 4)), seed=2, front=front))


@pytest.mark.parametrize("layer", [Dropout(), DropoutNd(p=0.3), Dropout(training=False)])
def test_several_steps_of_dropout_give_the_output_on_screen(layer):
    assert_as_shown(request_of(layer, Random(size=(3, 4), channels=5), seed=8, batch=Times(3)))


@pytest.mark.parametrize(
    "layer", [MaxPool(return_indices=True), MaxPool(), AdaptiveMaxPool(return_indices=True), AdaptiveMaxPool()]
)
def test_a_maximum_with_or_without_its_places_gives_the_output_on_screen(layer):
    assert_as_shown(request_of(layer, Random(size=(6, 7), channels=2)))


EXAMPLES = [
    BatchNorm(num_features=2),
    BatchNorm(num_features=2, training=False, steps=2),
    BatchNorm(num_features=2, steps=3),
    GroupNorm(num_channels=2),
    LayerNorm(normalized_shape=(2, 4, 5)),
]


@pytest.mark.parametrize("layer", EXAMPLES, ids=lambda layer: layer.code())
def test_several_examples_give_the_output_on_screen_examples_first(layer):
    choice = request_of(layer, Random(ndim=3, size=(3, 4, 5), channels=2), batch=Along())
    assert y_of(code_of(choice)).shape == (3, 2, 4, 5)
    assert_as_shown(choice)


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_drops_other_cells(seed):
    here, there = (request_of(Dropout(), Random(size=9), seed=n) for n in (0, seed))
    assert not torch.equal(y_of(code_of(here)), y_of(code_of(there)))
    assert_as_shown(there)


@given(case=conv_case, seed=st.integers(0, 9999), flipped=st.booleans())
def test_any_settings_with_given_weights_give_the_output_on_screen(case, seed, flipped):
    layer, (channels, *size) = case
    source = Random(ndim=layer.ndim, size=tuple(size), channels=channels)
    assert_same_output(layer, source, 0, values(layer.weight_shape(), seed), flipped)


@given(case=conv_case, chosen=st.sampled_from(sorted(TITLES)))
def test_any_settings_with_a_filter_by_name_give_the_output_on_screen(case, chosen):
    layer, (channels, *size) = case
    assume(applies(chosen, layer.kernel_size) is None and chosen != "typed")
    transposed = isinstance(layer, ConvTranspose)
    weight = weights(chosen, layer.weight_shape(), channels // layer.groups, transposed=transposed)
    assert_same_output(layer, Checkerboard(ndim=layer.ndim, size=tuple(size), channels=channels), 0, weight)


def test_colour_pictures_give_the_output_on_screen_bit_for_bit():
    assert_same_output(Conv(3, 8, 5, padding=2), Photo(colour="rgb", rows=100))


def test_the_lines_run_on_their_own():
    code = snippet(weighted(Conv(padding=1), Ramp(size=(3, 4)), 0))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "torch.Size([1, 1, 3, 4])\n"


# --- as a person would write them ---


def test_seeded_weights():
    assert (
        snippet(weighted(Conv(1, 2), Ramp(size=4), 5))
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
        snippet(weighted(Conv(2, 2, 2), Ramp(size=4, channels=2), 5, weight))
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


@pytest.mark.parametrize(
    ("choice", "end"),
    [
        (
            undoing(MaxPool(), Ramp(size=4)),
            """\
pool = nn.MaxPool2d(kernel_size=2, stride=2, return_indices=True)
layer = nn.MaxUnpool2d(kernel_size=2, stride=2)

with torch.no_grad():
    pooled, indices = pool(x)
    y = layer(pooled, indices, output_size=x.shape[2:])
print(y.shape)""",
        ),
        (
            request_of(MaxPool(return_indices=True), Ramp(size=4)),
            """\
layer = nn.MaxPool2d(kernel_size=2, stride=2, return_indices=True)

with torch.no_grad():
    y, indices = layer(x)
print(y.shape)""",
        ),
        (
            request_of(Dropout(p=0.2), Ramp(size=4), seed=3),
            """\
torch.manual_seed(3)
layer = nn.Dropout(p=0.2)

with torch.no_grad():
    y = layer(x)
print(y.shape)""",
        ),
        (
            request_of(Dropout(training=False), Ramp(size=4), seed=3),
            """\
with torch.no_grad():
    y = layer.eval()(x)
print(y.shape)""",
        ),
        (
            request_of(BatchNorm(num_features=1, training=False, steps=5), Ramp(size=4)),
            """\
layer = nn.BatchNorm2d(num_features=1)

with torch.no_grad():
    for _ in range(5):
        layer(x)
    y = layer.eval()(x)
print(y.shape)""",
        ),
        (
            request_of(GroupNorm(num_channels=1), Ramp(ndim=3, size=4), batch=Along()),
            """\
x = x[0].swapaxes(0, 1)  # (N, C, H, W): the first axis of the maps counts examples

torch.manual_seed(0)
layer = nn.GroupNorm(num_groups=1, num_channels=1)

with torch.no_grad():
    y = layer(x)
print(y.shape)""",
        ),
        (
            request_of(Permute((1, 2, 0)), Ramp(size=4)),
            """\
with torch.no_grad():
    y = x.permute(0, 2, 3, 1)
print(y.shape)""",
        ),
        (
            request_of(ReLU(), Ramp(size=4), seed=6, front=(Conv(1, 2), BatchNorm(num_features=2, steps=2))),
            """\
torch.manual_seed(6)
front1 = nn.Conv2d(1, 2, kernel_size=3)
front2 = nn.BatchNorm2d(num_features=2)
layer = nn.ReLU()

with torch.no_grad():
    x = front1(x)
    for _ in range(1):
        front2(x)
    x = front2(x)
    y = layer(x)
print(y.shape)""",
        ),
        (
            request_of(ReLU(), Ramp(size=4), front=(Permute((1, 2, 0)),)),
            """\
layer = nn.ReLU()

with torch.no_grad():
    x = x.permute(0, 2, 3, 1)
    y = layer(x)
print(y.shape)""",
        ),
    ],
)
def test_a_layer_is_used_as_a_person_would_use_it(choice, end):
    assert code_of(choice).endswith(f"\n{end}")


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (GLU(channels=1), "DesedGLU"),
        (ContextGating(channels=1), "DesedContextGating"),
        (MaskGate((1.0,), (1, 1)), "MaskModule"),
    ],
)
def test_a_module_that_is_not_torchs_comes_with_its_source(layer, name):
    code = code_of(request_of(layer, Ramp(size=4), front=(layer,)))
    assert code.count(f"class {name}(nn.Module):") == 1
    assert code.index(f"class {name}") < code.index("x = ")


def test_what_is_no_module_is_not_made_into_one():
    assert "layer" not in code_of(request_of(Permute((1, 2, 0)), Ramp(size=4)))


@pytest.mark.parametrize("layer", [HalvingGLU(), Linear(size=(2, 4, 4)), Flatten(), MaxPool()])
def test_torchs_own_modules_come_without_a_source(layer):
    assert "class " not in code_of(request_of(layer, Ramp(size=4, channels=2)))


def test_a_true_convolution_shows_the_flip():
    weight = weights("typed", (1, 1, 2), 1, "1 2")
    code = snippet(weighted(Conv(kernel_size=2, ndim=1, bias=False), Ramp(size=4, ndim=1), 0, weight, flipped=True))
    assert "kernel = torch.tensor([[1.0, 2.0]])" in code
    assert code.endswith("""
with torch.no_grad():
    layer.weight[:] = kernel.flip(-1)  # turned round: a true convolution
    y = layer(x)
print(y.shape)""")


@pytest.mark.parametrize(("ndim", "turn"), [(1, "flip(-1)"), (2, "flip(-2, -1)"), (3, "flip(-3, -2, -1)")])
def test_the_flip_names_every_axis_of_the_kernel(ndim, turn):
    assert f"layer.weight.{turn}" in snippet(weighted(Conv(ndim=ndim), Ramp(ndim=ndim), 0, None, flipped=True))


@pytest.mark.parametrize(("name", "ndim"), [(name, ndim) for name, kind in SOURCES.items() for ndim in kind.ndims])
@pytest.mark.parametrize("kernels", [1, 999])  # written out, and packed
def test_imports_come_first_and_once(name, ndim, kernels):
    layer = Conv(2, kernels, ndim=ndim)
    lines = ast.parse(snippet(weighted(layer, ready(name, ndim), 0, values(layer.weight_shape())))).body
    imports = [ast.unparse(line) for line in lines if isinstance(line, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(line) for line in lines[: len(imports)]] == imports
    assert len(set(imports)) == len(imports)


def test_imports_are_in_the_usual_order():
    code = snippet(weighted(Conv(3, 16, 9), Photo(colour="rgb"), 0, values((16, 3, 9, 9))))
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
    code = snippet(weighted(layer, source, seed, values(layer.weight_shape(), seed)))
    assert "\n\n\n" not in code
    assert not re.search(r"[ \t]\n", code)


def test_weights_too_many_to_write_down_are_loaded_from_their_own_file(tmp_path, monkeypatch):
    layer, source = Conv(16, 64, 11), Random(size=12, channels=16)
    weight = values(layer.weight_shape())
    monkeypatch.chdir(tmp_path)
    np.save("weight.npy", weight)
    assert "weight.npy" in snippet(weighted(layer, source, 0, weight))
    assert_same_output(layer, source, 0, weight)


def test_weights_that_are_not_finite_are_kept():
    weight = np.array([[[1, np.nan, np.inf]]], np.float32)
    assert_same_output(Conv(ndim=1), Ramp(ndim=1), 0, weight)


def test_a_seed_is_shown_only_where_it_decides():
    layer = Conv()
    assert "manual_seed(3)" in snippet(weighted(layer, Ramp(), 3))
    assert "manual_seed" not in snippet(weighted(layer, Ramp(), 3, values(layer.weight_shape())))
    assert "manual_seed" not in snippet(weighted(MaxPool(), Ramp(), 3))


def test_a_layer_without_bias_sets_none():
    layer = Conv(bias=False)
    assert "layer.bias" not in snippet(weighted(layer, Ramp(), 0, values(layer.weight_shape())))
