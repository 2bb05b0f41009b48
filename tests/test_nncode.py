"""Networks as code: what is written makes the same modules, and is read back; what strangers send is only looked at."""

import json
from collections import OrderedDict
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from examples import examples, thinned
from hypothesis import given
from hypothesis import strategies as st
from limits import Limit, held
from strategies import VALID, agreed, cases, dims_of, values
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    KINDS,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    DropoutNd,
    Flatten,
    GroupNorm,
    HalvingGLU,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaskGate,
    MaxPool,
    MaxUnpool,
    Norm,
    Permute,
    PReLU,
    ReLU,
    ReLU6,
    Softmax,
    Upsample,
)
from cnnviz.networks.code import (
    CodeError,
    class_code,
    from_json,
    from_text,
    read_code,
    sequential,
    to_json,
    to_text,
)
from cnnviz.networks.code.guard import MAX_CHARACTERS
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network, after
from cnnviz.networks.zoo import ZOO

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

WRITERS = [sequential, class_code]
CHAINED = [name for name in KINDS if name != "max_unpool"]  # that one reads two tensors


# --- random networks that run in a row ---


def rested(layer):
    """In eval mode, for one example, giving one tensor, and reading a vector as torch has it: what code can say."""
    told = {"training": False, "steps": 0 if isinstance(layer, BatchNorm) else 1, "return_indices": False}
    if isinstance(layer, Linear):
        return replace(layer, size=(layer.in_features, *(1,) * layer.ndim))
    return replace(layer, **{name: value for name, value in told.items() if name in layer.__dataclass_fields__})


@st.composite
def names(draw, count):
    """As torch counts, as people write, and in parts."""
    style = draw(st.sampled_from(["counted", "named", "parts", "mixed"]))
    cut = draw(st.integers(1, count - 1))
    return {
        "counted": [str(i) for i in range(count)],
        "named": [f"layer_{i}" for i in range(count)],
        "parts": [f"features.{i}" if i < cut else f"last.dense{i}" for i in range(count)],
        "mixed": [f"a.b.{i}" if i < cut else f"{i}" for i in range(count)],
    }[style]


@st.composite
def networks(draw, kind, front=True):
    """A network with a layer of this kind, and the shape of an input on which it works."""
    ndim = draw(dims_of(kind))
    layer, shape = draw(VALID[kind](ndim))
    layer = rested(layer)
    layers = [DropoutNd(0.5, training=False, ndim=ndim)]  # says how many axes there are
    layers += [Flatten(ndim=ndim)] if kind in ("linear", "unflatten") else []
    layers += [agreed_vector(layer, shape) if kind == "linear" else layer]
    first = shape
    for one in layers:
        shape = after(one, shape)
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([name for name in CHAINED if ndim in KINDS[name].ndims]))
        more, _ = draw(VALID[name](ndim))
        try:
            more = rested(agreed(more, shape))
            shape = after(more, shape)
        except (GeometryError, ValueError, IndexError):
            continue
        layers.append(more)
    prefix = draw(st.sampled_from(["", "cnn"]))
    return Network(tuple(zip(draw(names(len(layers))), layers, strict=True)), prefix), first


def agreed_vector(layer, shape):
    return replace(layer, size=(int(np.prod(shape)), *(1,) * layer.ndim))


def made_by(code):
    """The module that the lines define, run as they stand."""
    space = {}
    exec(code, space)
    return space["net"] if "net" in space else space["Net"]()


each_kind = pytest.mark.parametrize("kind", CHAINED)


@pytest.mark.parametrize("write", WRITERS)
@each_kind
@examples(0.3)
@given(data=st.data())
def test_the_lines_make_the_same_network(kind, write, data):
    network, shape = data.draw(networks(kind))
    module, state = made_by(write(network)), network.state(0)
    assert {key: tuple(value.shape) for key, value in module.state_dict().items()} == {
        key: value.shape for key, value in state.items()
    }
    module.load_state_dict({key: torch.from_numpy(np.array(value)) for key, value in state.items()})
    x = values(shape)
    with torch.no_grad():
        y = module.eval()(torch.from_numpy(x)[None])[0]
    done = list(run_network(network, x[None], seed=0).values())[-1]
    np.testing.assert_allclose(done.y.ravel(), y.ravel(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("write", WRITERS)
def test_the_lines_run_where_torch_takes_no_view(write):
    turn, norm = Permute(dims=(0, 3, 2, 1), ndim=3), LocalResponseNorm(size=1, ndim=3)
    y = made_by(write(Network((("0", turn), ("1", norm)))))(torch.from_numpy(values((1, 2, 3, 1)))[None])
    assert y.shape == (1, 1, 1, 3, 2)


@pytest.mark.parametrize("write", WRITERS)
@each_kind
@examples(0.4)
@given(data=st.data())
def test_what_is_written_is_read_back(kind, write, data):
    network, _ = data.draw(networks(kind))
    assert read_code(write(network)) == network


def as_printed(layer):
    """Torch does not print all that these have."""
    if type(layer) is Upsample:
        return replace(layer, align_corners=None)
    if isinstance(layer, AvgPool):
        return replace(layer, ceil_mode=False, count_include_pad=True, divisor_override=None)
    if isinstance(layer, Norm):  # without a weight there is no bias, whatever was asked for
        return replace(layer, bias=layer.bias and getattr(layer, "affine", getattr(layer, "elementwise_affine", True)))
    return replace(layer, init=0.25) if isinstance(layer, PReLU) else layer


@each_kind
@examples(0.4)
@given(data=st.data())
def test_what_torch_prints_is_read(kind, data):
    network, _ = data.draw(networks(kind))
    kept = [(name, as_printed(layer)) for name, layer in network.stages if not isinstance(layer, MaskGate | Permute)]
    network = replace(network, stages=tuple((str(i), layer) for i, (_, layer) in enumerate(kept)))
    assert read_code(repr(network.module())) == network


def read_text(network):
    return from_text(to_text(network))


def read_json(network):
    return from_json(to_json(network))


@pytest.mark.parametrize("back", [read_text, read_json])
@pytest.mark.parametrize("kind", KINDS)
@examples(0.4)
@given(data=st.data())
def test_address_and_json_hold_every_field(kind, back, data):
    layers = [data.draw(cases(name))[0] for name in (kind, data.draw(st.sampled_from(sorted(VALID))))]
    network = Network(tuple(zip(data.draw(names(2)), layers, strict=True)), data.draw(st.sampled_from(["", "cnn"])))
    assert back(network) == network


@pytest.mark.parametrize("name", ZOO)
def test_published_networks_come_back_whole(name):
    network = ZOO[name].network
    assert read_text(network) == read_json(network) == network


@pytest.mark.parametrize("write", [*WRITERS, lambda network: repr(network.module())])
@pytest.mark.parametrize("name", ZOO)
def test_published_networks_are_read_but_for_the_maps_that_a_vector_was(name, write):
    network = ZOO[name].network
    assert read_code(write(network)) == replace(network, stages=tuple((n, rested(one)) for n, one in network.stages))


def test_a_written_network_reads_its_input_as_before():
    """A vector's own shape is forgotten, and the numbers stay."""
    lesson = ZOO["lesson C"]
    x = values(lesson.shape)
    ours, read = (
        list(run_network(n, x[None]).values())[-1] for n in (lesson.network, read_code(sequential(lesson.network)))
    )
    np.testing.assert_array_equal(ours.y, read.y)


# --- as a person would write them ---


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_a_synchronised_batch_norm_reads_as_a_batch_norm(ndim):
    network = nn.Sequential(getattr(nn, f"Conv{ndim}d")(3, 8, 3), nn.SyncBatchNorm(8, eps=0.001))
    ours = layers_of(Conv(3, 8, 3, ndim=ndim), BatchNorm(0.001, num_features=8, training=False, steps=0, ndim=ndim))
    assert read_code(repr(network)) == ours
    assert read_code(f"nn.Sequential(nn.Conv{ndim}d(3, 8, 3), nn.SyncBatchNorm(8, 1e-3, process_group=None))") == ours


def test_an_identity_takes_whatever_it_is_given_as_torchs_own_does():
    assert read_code("nn.Sequential(nn.Identity(54, unused_argument1=0.1), nn.ReLU6(True))") == layers_of(
        Identity(), ReLU6()
    )


def test_an_autoencoder_that_unflattens_is_read_with_the_axes_of_its_maps():
    text = (
        "nn.Sequential(nn.Linear(8, 24), nn.Unflatten(1, (4, 6)), nn.ReflectionPad1d((1, 2)), nn.ConstantPad1d(1, 0.5))"
    )
    network = read_code(text)
    assert network.shapes((8,)) == [(24,), (4, 6), (4, 9), (4, 11)]
    assert [layer.code() for _, layer in network.stages][1:] == [
        "nn.Unflatten(dim=1, unflattened_size=(4, 6))",
        "nn.ReflectionPad1d(padding=(1, 2))",
        "nn.ConstantPad1d(padding=1, value=0.5)",
    ]


def layers_of(*layers, prefix=""):
    return Network(tuple((str(i), layer) for i, layer in enumerate(layers)), prefix)


TEN = layers_of(
    *(Conv(3, 32, 3, padding=1), BatchNorm(num_features=32, training=False, steps=0), ReLU(), MaxPool()),
    *(Conv(32, 64, 3, padding=1), BatchNorm(num_features=64, training=False, steps=0), ReLU(), MaxPool()),
    *(Flatten(), Linear((4096, 1, 1), 10)),
)


def test_ten_layers_fit_into_an_address():
    assert (
        to_text(TEN) == "Conv2d(3,32,3,padding=1);BatchNorm2d(32);ReLU();MaxPool2d(2);"
        "Conv2d(32,64,3,padding=1);BatchNorm2d(64);ReLU();MaxPool2d(2);Flatten();Linear(4096,10)"
    )


def test_numbered_layers_are_written_without_names():
    assert (
        sequential(layers_of(Conv(3, 8, 3), ReLU()))
        == """\
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, kernel_size=3),
    nn.ReLU(),
)"""
    )


def test_names_and_parts_are_written():
    network = Network((("a.0", ReLU()), ("a.1", Flatten()), ("end", Linear((4, 1, 1), 2))), "net")
    assert (
        sequential(network)
        == """\
from collections import OrderedDict

from torch import nn

net = nn.Sequential(OrderedDict([
    ("net", nn.Sequential(OrderedDict([
        ("a", nn.Sequential(
            nn.ReLU(),
            nn.Flatten(),
        )),
        ("end", nn.Linear(4, 2)),
    ]))),
]))"""
    )


def test_a_class_without_prefix_has_the_layers_as_attributes():
    network = Network((("conv", Conv(1, 2)), ("flat", Flatten())), "")
    assert class_code(network).endswith(
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, kernel_size=3)
        self.flat = nn.Flatten()

    def forward(self, x):
        x = self.conv(x)
        return self.flat(x)"""
    )


def test_layers_with_numbers_for_names_become_a_sequential_of_ones_own():
    assert "class Net(nn.Sequential):" in class_code(TEN)


def test_a_gate_comes_with_its_source_once():
    code = class_code(Desed(activation="glu").network)
    assert code.count("class DesedGLU(nn.Module):") == 1


@pytest.mark.parametrize("write", [*WRITERS, to_text])
def test_a_name_cannot_smuggle_code_in(write):
    network = Network((('a", print(1), "b', ReLU()), ("c", ReLU())), "")
    with pytest.raises(CodeError, match="no name for a layer"):
        write(network)


# --- what people paste ---

RELU = layers_of(ReLU())
PASTED = {
    "torch in front": ("torch.nn.Sequential(torch.nn.ReLU())", RELU),
    "bare": ("Sequential(ReLU(inplace=True))", RELU),
    "one layer": ("nn.ReLU(True)", RELU),
    "with imports, a comment and a mode": (
        "import torch.nn as nn\n\nmodel = nn.Sequential(  # “mine”\n    nn.ReLU(),\n)\nmodel.eval()\n",
        RELU,
    ),
    "a line of a class": ("        self.net = nn.Sequential(\n            nn.ReLU(),\n        )\n", RELU),
    "a comment of broken letters": ("# \ud800\nnn.ReLU()", RELU),
    "Windows": ("net = nn.Sequential(\r\n  nn.ReLU(),\r\n)\r\n", RELU),
    "one that holds the other, beside an empty one": (
        "nn.Sequential(nn.Sequential(), nn.Sequential(nn.ReLU(), nn.ReLU()))",
        replace(layers_of(ReLU(), ReLU()), prefix="1"),
    ),
    "positions": (
        "nn.Sequential(nn.Conv2d(4, 8, 3, 2, 1, 1, 2, False, 'reflect'))",
        layers_of(Conv(4, 8, 3, 2, 1, 1, 2, False, "reflect")),
    ),
    "transposed positions": (
        "nn.Sequential(nn.ConvTranspose1d(4, 8, 3, 2, 1, 1, 2, False, 2))",
        layers_of(ConvTranspose(4, 8, 3, 2, 1, 2, 2, False, 1, ndim=1)),
    ),
    "defaults of torch, not ours": (
        "nn.Sequential(nn.LeakyReLU(), nn.MaxPool2d(3), nn.Dropout())",
        layers_of(LeakyReLU(0.01), MaxPool(3, 3), Dropout(0.5, training=False)),
    ),
    "a stride of None": ("nn.Sequential(nn.AvgPool2d((1, 4), None))", layers_of(AvgPool((1, 4), (1, 4)))),
    "places that change no number": (
        "nn.Sequential(nn.Conv2d(1, 2, 3, device='cpu', dtype=torch.float32), nn.BatchNorm2d(2, device=None))",
        layers_of(Conv(1, 2, 3), BatchNorm(num_features=2, training=False, steps=0)),
    ),
    "names": (
        "nn.Sequential(OrderedDict([('a', nn.ReLU()), ('b', nn.Sequential(nn.ReLU(), nn.ReLU()))]))",
        Network((("a", ReLU()), ("b.0", ReLU()), ("b.1", ReLU())), ""),
    ),
    "one that holds the other": ("nn.Sequential(nn.Sequential(nn.ReLU()))", replace(RELU, prefix="0")),
    "a batch norm of vectors": (
        "nn.Sequential(nn.Flatten(), nn.Linear(9, 4), nn.BatchNorm1d(4), nn.ReLU())",
        layers_of(Flatten(), Linear((9, 1, 1), 4), BatchNorm(ndim=1, num_features=4, training=False, steps=0), ReLU()),
    ),
    "the last axis of a vector": (
        "nn.Sequential(nn.Flatten(), nn.Linear(9, 4), nn.GLU(), nn.Softmax(dim=-1))",
        layers_of(Flatten(), Linear((9, 1, 1), 4), HalvingGLU(), Softmax(dim=-1)),
    ),
    "one number for a shape": (
        "nn.Sequential(nn.Flatten(), nn.LayerNorm(64))",
        layers_of(Flatten(), LayerNorm(normalized_shape=(64,))),
    ),
    "axes from the first that says": (
        "nn.Sequential(nn.ReLU(), nn.Conv1d(1, 1, 3))",
        layers_of(ReLU(ndim=1), Conv(ndim=1)),
    ),
    "a class, called in another order": (
        "class Net(nn.Module):\n    def __init__(self):\n        super(Net, self).__init__()\n"
        "        self.b = nn.ReLU()\n        self.a = nn.Flatten()\n"
        "    def forward(self, x):\n        x = self.a(x)\n        x = self.b(x)\n        return x\n\nnet = Net()\n",
        Network((("a", Flatten()), ("b", ReLU())), ""),
    ),
    "a class in one line": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = nn.Sequential(nn.ReLU())\n    def forward(self, y): return self.net(y)",
        replace(RELU, prefix="net"),
    ),
    "printed long ago": (
        "Sequential(\n  (0): GroupNorm(1, 64, eps=1e-05, affine=True)\n  (1): Flatten(start_dim=1, end_dim=-1)\n)",
        layers_of(GroupNorm(num_groups=1, num_channels=64), Flatten()),
    ),
    "printed words without quotes": (
        "Sequential(\n  (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=same, padding_mode=circular)\n)",
        layers_of(Conv(1, 2, 3, padding="same", padding_mode="circular")),
    ),
    "printed, one nn.Sequential in a class": (
        "Net(\n  (net): Sequential(\n    (0): ReLU()\n  )\n)",
        replace(RELU, prefix="net"),
    ),
    "printed, a kind of nn.Sequential": ("Block(\n  (0): ReLU()\n)\n", RELU),
    "arithmetic": ("nn.Sequential(nn.Conv2d(3, 2 ** 3, 7 // 2))", layers_of(Conv(3, 8, 3))),
    "a class as an argument's place": ("nn.Sequential(nn.ReLU().eval()).to(device)", RELU),
    "numbers in other clothes": ("nn.Sequential(nn.Conv2d(int('3'), torch.tensor(8), 3))", layers_of(Conv(3, 8, 3))),
    "an annotation": ("net: nn.Module = nn.Sequential(nn.ReLU())", RELU),
    "a fence": ("Here it is:\n```python\nnet = nn.Sequential(nn.ReLU())\n```\nRun it!", RELU),
    "a shell": (">>> net = nn.Sequential(\n...     nn.ReLU(),\n... )\n>>> net\nSequential(\n  (0): ReLU()\n)", RELU),
    "a notebook": ("In [3]: net = nn.Sequential(\n   ...:     nn.ReLU(),\n   ...: )\n\nIn [4]: print(net)", RELU),
    "only what a shell printed": (">>> net\nSequential(\n  (0): ReLU()\n)", RELU),
    "a notebook's own commands": ("%matplotlib inline\n!pip install torch\nnet = nn.Sequential(nn.ReLU())", RELU),
    "spaces of a web page": ("nn.Sequential(\n\u00a0\u00a0nn.ReLU(),\n)", RELU),
    "a loss at the end": ("nn.Sequential(nn.ReLU(), nn.CrossEntropyLoss())", RELU),
    "a loss beside it": ("net = nn.Sequential(nn.ReLU())\nloss = nn.MSELoss()", RELU),
}


@pytest.mark.parametrize(("text", "network"), PASTED.values(), ids=PASTED)
def test_what_people_paste_is_read(text, network):
    assert read_code(text) == network


NOT_ALIKE = (
    "dim=",
    "Sequential()",
    "device)",
    "Loss",
    "\u00a0",
)  # an axis that torch counts from behind, a part that does nothing
EXPRESSIONS = [
    text
    for text, _ in PASTED.values()
    if text.startswith(("nn.Seq", "torch.")) and not any(word in text for word in NOT_ALIKE)
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_torch_makes_the_same_of_it(text):
    """What torch prints of its own module and of ours is the same, whatever it takes for granted."""
    theirs = eval(text, {"nn": nn, "torch": torch, "OrderedDict": OrderedDict})
    network = read_code(text)
    ours = nn.Sequential(network.module().get_submodule(network.prefix)) if network.prefix else network.module()
    assert repr(ours) == repr(theirs)


# --- what is refused ---

LONG = "nn.Sequential(\n    nn.Conv2d(3, 8, 3),\n    {},\n)"

REFUSED = {
    "": "nothing to read",
    "# nn.ReLU()": "nothing to read",
    "import torch": "nothing to read",
    "nn.Sequential()": "no layer in it",
    LONG.format(
        "nn.LSTM(3, 4)"
    ): r"^Line 3, column 5: Torch has nn.LSTM, and it is not shown here: it reads a sequence",
    LONG.format("nn.Conv2D(3, 4, 3)"): "did you mean Conv2d",
    LONG.format("nn.Transformer()"): "Line 3, column 5: Torch has nn.Transformer, and it is not shown here",
    LONG.format("nn.Embedding(8, 3)"): "looks words up in a table",
    "nn.Sequential(nn.CrossEntropyLoss(), nn.ReLU())": "nn.CrossEntropyLoss is a loss",
    LONG.format("nn.Conv2(3, 4, 3)"): "nn.Conv2 is not among the layers of torch: did you mean Conv",
    LONG.format("nn.Conv2d(3, 4)"): "Line 3, column 5: Conv2d needs kernel_size",
    LONG.format("nn.Conv2d(3, 4, 3, 1, 1, 1, 1, True, 'zeros', None, None, 7)"): "at most 11 values, and 12",
    LONG.format("nn.Conv2d(3, 4, 3, kernel=3)"): "Conv2d has no argument kernel: it has in_channels",
    LONG.format("nn.Conv2d(3, 4, 3, in_channels=3)"): "given in_channels twice",
    LONG.format("nn.Conv2d(3, 4, 3, bias=True, bias=True)"): "the same argument twice",
    LONG.format("nn.Conv2d(3, 4, '3')"): "Conv2d has kernel_size=3: kernel_size is a whole number",
    LONG.format("nn.Conv2d(3, 4, (3, 3, 3))"): "for each of 2 axes",
    LONG.format("nn.Conv2d(3, 4, 3.0)"): "kernel_size is a whole number",
    LONG.format("nn.Conv2d(3, 4, True)"): "kernel_size is a whole number",
    LONG.format("nn.Conv2d(3, 4, 0)"): "from 1 to 4,096",
    LONG.format("nn.Conv2d(3, 4, -3)"): "kernel_size=-3",
    LONG.format("nn.Conv2d(3, 4, 3, padding='half')"): "'same' or 'valid'",
    LONG.format("nn.Conv2d(3, 4, 3, padding_mode='mirror')"): "'zeros', 'reflect'",
    LONG.format("nn.Conv2d(3, 4, 3, bias=1)"): "bias is True or False",
    LONG.format("nn.Conv2d(3, 99999999, 3)"): "from 1 to 10,000,000",
    LONG.format("nn.Conv2d(3, 000000000000000000000000000000, 3)"): "A number of 30 signs",
    LONG.format("nn.Conv2d(3, 4, 99999)"): "from 1 to 4,096",
    LONG.format("nn.Conv2d(3, 4, 3, dtype=torch.float64)"): "“torch.float64” is not a plain value",
    LONG.format("nn.ReLU('yes')"): "inplace is True or False",
    LONG.format("nn.BatchNorm2d(8, affine=1)"): "affine is True or False",
    LONG.format("nn.BatchNorm2d(8, momentum='none')"): "momentum is a number",
    LONG.format("nn.BatchNorm2d(8, eps=1e999)"): "too large to be one",
    LONG.format("nn.PReLU(0)"): "num_parameters is a whole number from 1",
    LONG.format("nn.Softmax(dim='last')"): "dim is a whole number from -10,000,000",
    LONG.format("nn.GLU()"): "only with dim=1, and it is -1: write dim=1",
    LONG.format("nn.Flatten(0)"): "flattens the examples, too: write nn.Flatten.1.",
    LONG.format("nn.Flatten(1, 2.5)"): "end_dim is a whole number from -4",
    LONG.format("nn.AdaptiveAvgPool2d(('all', 3))"): "output_size is a whole number",
    LONG.format("nn.Dropout(p=-0.5)"): "p is a number from 0",
    LONG.format("nn.Conv2d(channels, 4, 3)"): "Line 3, column 15: “channels” is not known here",
    LONG.format("nn.Conv2d(*args)"): "“args” is not known here",
    LONG.format("nn.Conv2d(**args)"): "“args” is not known here",
    LONG.format("nn.Conv2d(3, 10 ** 10 ** 10, 3)"): "no arithmetic that is read here",
    LONG.format("nn.Conv2d(3, 10 ** 13, 3)"): "more than 1,000,000,000,000",
    LONG.format("nn.Conv2d(3, 4 // 0, 3)"): "has no result",
    LONG.format("nn.Conv2d(3, 'a' * 10 ** 9, 3)"): "no arithmetic that is read here",
    LONG.format("nn.Conv2d(3, 2 ^ 2, 3)"): "is not read here",
    LONG.format("nn.Conv2d(3, (lambda: 4)(), 3)"): "“lambda” is not read here",
    LONG.format("nn.Conv2d(3, [n for n in (4,)], 3)"): "out_channels=[(]4,[)]",
    LONG.format("nn.Conv2d(3, (n := 4), 3)"): "is not read here",
    LONG.format("nn.Conv2d(3, f'{4}', 3)"): "“.4.” in a text is not known here",
    LONG.format("nn.Conv2d(3, b'4', 3)"): "only plain numbers, and words in plain quotes",
    LONG.format("nn.Conv2d(3, 4j, 3)"): "only plain numbers",
    LONG.format("nn.Conv2d(3, ..., 3)"): "is not a plain value",
    LONG.format("nn.Conv2d(3, int('x'), 3)"): "is not a plain value",
    LONG.format("nn.Conv2d(3, torch.tensor(4, dtype=torch.int8), 3)"): "is not read here",
    LONG.format("nn.Conv2d(3, nn.ReLU.forward.__globals__, 3)"): "is not a plain value",
    LONG.format("nn.functional.relu(3)"): "Line 3, column 5: “nn.functional.relu",
    LONG.format("nn.ReLU"): "“nn.ReLU” is not read here",
    LONG.format("nn.ReLU()()"): "is not read here",
    LONG.format("nn.ReLU().fly()"): "is not read here",
    LONG.format("layers[0]"): "“layers” is not known here",
    LONG.format("'nn.ReLU()'"): "is not read here",
    LONG.format("MaskModule([[1.0], [1.0, 2.0]])"): "rows of the same length",
    LONG.format("MaskModule([['a']])"): "rows of the same length",
    LONG.format("PermuteModule()"): "needs the order of the axes",
    "__import__('os').system('touch {path}')": "“__import__” is not known here",
    "nn.Sequential(__import__('os').system('touch {path}'))": "“__import__” is not known here",
    "open('{path}', 'w')": "“open” is not known here",
    "exec('import os')": "“exec” is not known here",
    "import os\nos.system('touch {path}')": "comes from os, and its layers do not stand in this text",
    "nn.Sequential(getattr(nn, 'ReLU')())": "is not a plain value",
    "nn.Sequential(nn.ReLU().__class__.__base__)": "is not read here",
    "nn.Sequential(nn.ReLU()).forward.__globals__": "nothing to read yet",
    "for x in range(10**9): nn.ReLU()": "at most 1,000 are followed",
    "a = [1]\nfor i in range(999):\n    a = [a, a]\nnn.Sequential(nn.ReLU(a))": "too many steps",
    "a = [1]\na.append(a)\nnn.Sequential(nn.ReLU(a))": "too many steps",
    "nn.Sequential(ReLU=open('{path}', 'w'))": "“open” is not known here",
    "nn.Sequential(ReLU=nn.ReLU())": "is not read here",
    "del nn": "This is not read here",
    "while True: pass": "This is not read here",
    "def f(x=open('{path}', 'w')): return x\nf()": "“open” is not known here",
    "class A(open('{path}', 'w')):\n    a = 1": "A is not read",
    "a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(nn.ReLU())": "several networks",
    "nn.Sequential(OrderedDict(a=nn.ReLU()))": "list of pairs",
    "nn.Sequential(OrderedDict([('a', nn.ReLU(), 1)]))": "list of pairs",
    "nn.Sequential(OrderedDict([('a', nn.ReLU()), ('a', nn.ReLU())]))": "Two layers are called a",
    "nn.Sequential(OrderedDict([('forward', nn.ReLU())]))": "“forward” is no name",
    "nn.Sequential(OrderedDict([('training', nn.ReLU())]))": "“training” is no name",
    "nn.Sequential(OrderedDict([('input', nn.ReLU())]))": "“input” is no name",
    "nn.Sequential(OrderedDict([('a', nn.ReLU()), ('a-b', nn.ReLU())]))": "“a-b” is no name",
    "nn.Sequential(OrderedDict([('a.b', nn.ReLU())]))": "Line 1, column 1: “a.b” is no name",
    "nn.Sequential(OrderedDict([('', nn.ReLU())]))": "“” is no name",
    "nn.Sequential(OrderedDict([('eval', nn.Sequential(nn.ReLU()))]))": "“eval” is no name",
    "nn.Sequential(nn.ReLU(), nn.ReLU()": "Line 1, column 14: “[(]” is never closed",
    "nn.Sequential(nn.ReLU()))": "closes nothing",
    "nn.Sequential(nn.ReLU()]": "closes nothing",
    "nn.Sequential(nn.ReLU() nn.ReLU())": "Python cannot read this",
    "nn.Sequential(nn.Conv2d(３, 4, 3))": "is not a sign of Python",
    "𝐧𝐧.ReLU()": "is not a sign of Python",
    "nn.Sequential(nn.Conv2d(3, 4, 3, padding_mode=“zeros”))": "““” is not a sign of Python",
    "nn.ReLU(\x00)": r"U\+0000",
    "nn.ReLU(\x0c)": r"U\+000C",
    "nn.ReLU(\u202e)": r"U\+202E",
    "nn.Sequential(nn.Linear(\N{MINUS SIGN}3, 4))": "is not a sign of Python",
    "'\ud800'": "begins a text in quotes",
    "'open": "begins a text in quotes",
    '"""nn.ReLU()"""': "nothing to read yet",
    '"""nn.ReLU()': "never closed",
    "Sequential(\n  (0): ReLU()\n  nonsense\n)": "Line 3: “nonsense” is not a line that torch prints",
    "Sequential(\n  (0): ReLU()\n)\nnn.ReLU()": "Line 4: “nn.ReLU",
    "Sequential(\n  (0): ReLU()\n  (1): LSTM(3, 4)\n)": "Line 3, column 8: Torch has nn.LSTM, and it is not shown here",
    "Sequential(\n  (0): Conv2d(1, 2, kernel_size=same)\n)": "Line 2, column 33: “same” is not a plain value",
    "Sequential(\n  (0): Block(\n    (conv): ReLU()\n  )\n)": "Line 2: Block holds layers",
    "Sequential(\n  (0): DesedGLU(\n    (linear): ReLU()\n  )\n)": "Line 2: DesedGLU holds layers",
    "Net(\n  (a): ModuleList(\n    (0-2): 3 x ReLU()\n  )\n)": "Line 1: Net is a class of its own",
    LONG.format("nn.Relu6()"): "did you mean ReLU6",
    LONG.format("nn.MaxPooling2D(2)"): "did you mean MaxPool2d",
    "Sequential(\n  (0): MaskModule()\n)": "Line 2, column 8: MaskModule needs mask",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_chain_of_layers_is_refused_with_one_sentence(text, tmp_path):
    path = tmp_path / "made"
    with pytest.raises(CodeError, match=REFUSED[text]) as refusal:
        read_code(text.replace("{path}", str(path)))
    assert_one_sentence(refusal.value)
    assert not path.exists()


def assert_one_sentence(error):
    said = str(error)
    assert "\n" not in said
    assert said[-1] in ".?"
    assert len(said) < 300
    assert said.isprintable()


def test_a_sequential_of_ones_own_that_does_more_is_refused():
    code = class_code(RELU)
    assert read_code(code) == RELU
    with pytest.raises(CodeError, match="super"):
        read_code(code.replace("super()", "self.more = nn.ReLU()\n        super()"))
    assert len(read_code(f"{code}\n        self.more = nn.ReLU()").stages) == 2


def test_more_than_a_person_writes_is_refused():
    text = "nn.ReLU()" + " " * 99_991
    assert read_code(text) == RELU
    with pytest.raises(CodeError, match="100,001 characters: at most 100,000"):
        read_code(text + " ")


def test_lines_are_counted_with_the_sources_of_gates():
    code = class_code(Desed(activation="glu").network).replace("nn.AvgPool2d", "nn.LSTM")
    line = next(i for i, one in enumerate(code.splitlines(), 1) if "LSTM" in one)
    with pytest.raises(CodeError, match=f"^Line {line}, column "):
        read_code(code)


def test_an_error_knows_its_line():
    with pytest.raises(CodeError) as refusal:
        read_code(LONG.format("nn.LSTM(3, 4)"))
    assert (refusal.value.line, refusal.value.column) == (3, 5)


IN_A_CLASS = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ReLU()
        self.b = nn.Flatten()

    def forward(self, x):
        x = self.a(x)
        return self.b(x)"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nn.Module", "nn.Module, metaclass=Evil", "Net is not read"),
        ("(self):", "(self, width):", "__init__ needs width: give it a default"),
        ("        super().__init__()\n", "", "super"),
        ("super().__init__()", "super().__init__(3)", "super"),
        ("super().__init__()", "evil().__init__()", "“evil” is not known here"),
        ("self.a = nn.ReLU()", "self.a.b = nn.ReLU()", "Line 4, column 9: This reads self.a, which"),
        ("self.a = nn.ReLU()", "print(3)", "Line 8, column 13: This reads self.a, which"),
        ("self.a = nn.ReLU()", "self.a = 3", "“self.a[(]x[)]” is not read here"),
        ("self.a = nn.ReLU()", "self.a = nn.LSTM(3, 4)", "Line 4, column 18: Torch has nn.LSTM"),
        ("x = self.a(x)", "x = self.c(x)", "self.c, which __init__ does not make"),
        ("x = self.a(x)", "x = self.a(y)", "“y” is not known here"),
        ("x = self.a(x)", "y = self.a(x)", "Line 9, column 16: This goes back to the tensor that line 8 went on from"),
        ("x = self.a(x)", "x = self.a(x, x)", "one tensor alone"),
        ("x = self.a(x)", "x = x + self.a(x)", "Line 8, column 13: Two tensors meet here"),
        ("x = self.a(x)", "x = torch.cat([x, self.a(x)], 1)", "Line 8, column 13: cat joins or parts tensors"),
        ("x = self.a(x)", "x = 2 * self.a(x)", "Arithmetic with the tensor itself"),
        ("x = self.a(x)", "x = x[:, 0]", "A part of the tensor is taken"),
        ("x = self.a(x)", "x = self.a(x).half()", "Numbers are float32 here"),
        ("x = self.a(x)", "x = F.conv2d(x, self.w)", "self.w, which __init__ does not make"),
        ("x = self.a(x)", "x = F.conv2d(x, 3)", "takes its weights as a tensor"),
        ("x = self.a(x)", "x = torch.flatten(x)", "flattens the examples, too: write torch.flatten[(]x, 1[)]"),
        ("x = self.a(x)", "x = self.a(x) if x.mean() > 0 else x", "read only over all axes"),
        ("x = self.a(x)", "x = self.a(x) if x.size(2) > 9 else x", "What “x.size[(]2[)] > 9” comes to is not known"),
        ("return self.b(x)", "x = self.b(x)", "end it with return x"),
        ("return self.b(x)", "return", "end it with return x"),
        ("return self.b(x)", "return self.b(x), 3", "end it with return x"),
        ("forward(self, x)", "forward(self, x, y)", "networks with several inputs are not read"),
        ("forward", "backward", "Net has no forward"),
    ],
)
def test_a_class_that_does_more_is_refused(old, new, said):
    assert len(read_code(IN_A_CLASS).stages) == 2
    with pytest.raises(CodeError, match=said) as refusal:
        read_code(IN_A_CLASS.replace(old, new, 1))
    assert_one_sentence(refusal.value)


MANY = 100_000 - 20
FLOODS = {
    "10 MB": "x" * 10**7,
    "brackets": "(" * MANY,
    "closed brackets": "(" * 40_000 + ")" * 40_000,
    "lists": "[" * MANY,
    "minus signs": "-" * MANY + "1",
    "dots": "a" + ".b" * 49_000,
    "calls": "f" + "()" * 49_000,
    "indices": "f" + "[0]" * 33_000,
    "sequentials": "nn.Sequential(" * 7_000,
    "digits": "nn.ReLU(" + "9" * 99_000 + ")",
    "hexadecimal": "nn.ReLU(0x" + "f" * 99_000 + ")",
    "not": "not " * 24_000 + "1",
    "sums": "1" + "+1" * 49_000,
    "lambdas": "lambda:" * 14_000 + "1",
    "conditions": "1 if 1 else " * 8_000 + "1",
    "else if": "if a: b\n" + "elif a: b\n" * 9_000,
    "blocks": "".join(" " * i + "class A:\n" for i in range(400)),
    "assignments": "a=" * 49_000 + "1",
    "names": "nn.Sequential(nn.ReLU(" + "a" * 99_000 + "))",
    "quotes": "'" * MANY,
    "brackets hidden in quotes": '"""x" """' + "(" * 90_000 + '"',
    "layers": "nn.Sequential(" + "nn.ReLU()," * 9_000 + ")",
    "lines": "\n" * MANY,
    "arguments": "nn.ReLU(" + "1," * 49_000 + ")",
    "keywords": "nn.ReLU(" + ",".join(f"a{i}=1" for i in range(12_000)) + ")",
    "strings in a row": "nn.ReLU(" + "'a' " * 24_000 + ")",
    "mask": "MaskModule(" + "[" * 30 + "1," * 40_000 + "]" * 30 + ")",
    "printed layers": "Sequential(\n" + "(0): ReLU()\n" * 8_000 + ")",
    "printed brackets": "Sequential(\n(0): A(\n" + "(0): A(\n" * 12_000,
    "annotations": "a: " * 30_000,
    "loops": "".join(f"{' ' * i}for a{i} in range(1000):\n" for i in range(20)) + " " * 20 + "n = 2",
    "lists that double": "a = [1]\n" + "a = [a, a]\n" * 60 + "nn.ReLU(a)",
    "nothing that doubles": "a = nn.Sequential()\n" + "a = nn.Sequential(a, a)\n" * 40,
    "layers that double": "a = nn.ReLU()\n" + "a = nn.Sequential(a, a)\n" * 40,
    "layers in layers": "a = nn.ReLU()\n" + "a = nn.Sequential(a)\n" * 1_900 + "b = nn.Sequential(a, nn.LSTM(3, 4))",
    "a layer in itself": "a = nn.Sequential(nn.ReLU())\na.append(a)",
    "functions in a ring": "def f(n): return g(n) + g(n)\ndef g(n): return f(n) + f(n)\nnn.Conv2d(1, f(1), 3)",
    "powers": "n = 9\n" + "n = n ** n\n" * 900 + "nn.Conv2d(1, n, 3)",
    "statements": "a = 1\n" * 16_000,
    "elif": "if a:\n b\n" + "elif a:\n b\n" * 9_000,
    "decorators": "@a\n" * 30_000 + "class A:\n pass",
    "open quotes": 'a = """' + "x" * 99_000,
    "escapes": 'a = """' + '\\"""' * 24_000,
    "spaces before nothing": "nn.ReLU(a)\n" + "with a:\n" + (" " * 90 + "a b\n") * 900,
    "one long line": "nn.ReLU(a)\nwith a: " + "a " * 45_000,
    "prompts": ">>> " * 24_000,
    "fences": "```\n" * 24_000,
    "methods": "class A(nn.Module):\n" + " def f(self): pass\n" * 1_990 + "A().f(3)",
}


# Code is what most of them are for; of an address and a file, a part is tried in `make test`.
FLOODED = [*((read_code, name) for name in FLOODS), *thinned(product([from_text, from_json], FLOODS), 5)]


@pytest.mark.parametrize(("read", "name"), FLOODED)
def test_a_flood_is_refused_at_once_and_in_little_memory(read, name):
    with held(Limit(1, 80)), pytest.raises(CodeError) as refusal:
        read(FLOODS[name])
    assert_one_sentence(refusal.value)


@pytest.mark.parametrize(("read", "text"), [(from_text, "ReLU(".ljust(60_000) + ");ReLU()"), (from_json, to_json(TEN))])
def test_an_address_and_a_file_are_read_up_to_so_many_characters(read, text):
    assert read(text.ljust(MAX_CHARACTERS)).stages
    with pytest.raises(CodeError, match="has 100,001 characters: at most 100,000 are read"):
        read(text.ljust(MAX_CHARACTERS + 1))


SOUND = class_code(ZOO["AlexNet, torchvision"].network)


@examples(8)
@given(data=st.data())
def test_a_text_with_any_change_is_read_or_refused_with_one_sentence(data):
    text = data.draw(st.sampled_from([SOUND, sequential(TEN), repr(TEN.module())]))
    at, until = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    changed = text[:at] + data.draw(st.text(max_size=8) | st.text("()[],.=:-'\"\n 01", max_size=8)) + text[until:]
    read_or_refused(read_code, data.draw(st.sampled_from([changed, text[:at] + changed[at:]])))


@examples(5)
@given(data=st.data())
def test_an_address_with_any_change_is_read_or_refused_with_one_sentence(data):
    write, read = data.draw(st.sampled_from([(to_text, from_text), (to_json, from_json)]))
    text = write(TEN)
    at, until = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    read_or_refused(read, text[:at] + data.draw(st.text(max_size=8)) + text[until:])


def read_or_refused(read, text):
    try:
        assert isinstance(read(text), Network)
    except CodeError as error:
        assert_one_sentence(error)


# --- tampered addresses and files ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Layer 1: one call of a layer"),
        ("ReLU();", "Layer 2: one call of a layer"),
        ("ReLU", "Layer 1: “ReLU” is not read here"),
        ("ReLU();LSTM(3,4)", "Layer 2: Torch has nn.LSTM, and it is not shown here"),
        ("ReLU();Conv2d(3,4)", "Layer 2: Conv2d needs kernel_size"),
        ("ReLU();ReLU(steps=3)", "Layer 2: ReLU has no argument steps"),
        ("Dropout(steps=99)", "Layer 1: Dropout has no argument steps"),
        ("BatchNorm2d(3,training=1)", "training is True or False"),
        ("BatchNorm2d(3,steps=9999)", "from 0 to 200"),
        ("BatchNorm2d(3,ndim=3)", "leave ndim out"),
        ("ReLU(ndim=4)", "ndim is 1, 2 or 3"),
        ("Linear(8,2,size=(3,3))", "are 9 numbers, and Linear reads 8"),
        ("MaskModule([[1.0]],size=(2,2))", "mask of 1 numbers does not fit size=[(]2, 2[)]"),
        ("MaskModule([[1e300]])", "mask is numbers"),
        ("a=ReLU();a=ReLU()", "Layer 2: Two layers are called a"),
        ("a=ReLU();a.b=ReLU()", "lie within it"),
        ("a.0=ReLU();b=ReLU();a.1=ReLU()", "must follow one another"),
        ("forward=ReLU()", "“forward” is no name"),
        ("eval:ReLU()", "“eval” is no name"),
        ("a..b=ReLU()", "“a..b” is no name"),
        ("x=y=ReLU()", "Layer 1: one call of a layer"),
        ("ReLU()\nReLU()", "Layer 1: one call of a layer"),
        ("Sequential(ReLU())", "is not a plain value"),
        ("ReLU();" * 200 + "ReLU()", "201 layers: at most 200"),
    ],
)
def test_a_tampered_address_is_refused_with_one_sentence(text, said):
    with pytest.raises(CodeError, match=said) as refusal:
        from_text(text)
    assert_one_sentence(refusal.value)


def tampered(change):
    stored = json.loads(to_json(layers_of(Conv(3, 4, 3), LayerNorm(normalized_shape=(4, 5, 5)), prefix="cnn")))
    change(stored)
    return json.dumps(stored)


def put(value, *path):
    def change(stored):
        for key in path[:-1]:
            stored = stored[key]
        stored[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(2, "version"), "version 2: version 1 is read"),
        (put(True, "version"), "version True"),
        (put(1, "more"), "exactly version, prefix, layers"),
        (lambda stored: stored.pop("prefix"), "exactly version, prefix, layers"),
        (put(7, "prefix"), "prefix of a stored network is a word"),
        (put("a b", "prefix"), "“a b” is no name"),
        (put("forward", "prefix"), "“forward” is no name"),
        (put([], "layers"), "list of 1 to 200 layers"),
        (put({}, "layers"), "list of 1 to 200 layers"),
        (put([1] * 201, "layers"), "list of 1 to 200 layers"),
        (put(3, "layers", 0), "Layer 1: a stored layer has exactly name, layer, arguments"),
        (put(3, "layers", 1, "name"), "Layer 2: name and layer are words"),
        (put("0", "layers", 1, "name"), "2 stages are called '0'"),
        (put("a/b", "layers", 1, "name"), "“a/b” is no name"),
        (put("LSTM", "layers", 1, "layer"), "Layer 2: Torch has nn.LSTM, and it is not shown here"),
        (put({}, "layers", 0, "arguments"), "Layer 1: Conv2d has exactly in_channels"),
        (put(3, "layers", 0, "arguments", "ndim"), "Layer 1: Conv2d has exactly in_channels"),
        (put(4, "layers", 1, "arguments", "ndim"), "Layer 2: LayerNorm has ndim=4"),
        (put("3", "layers", 0, "arguments", "kernel_size"), "Layer 1: Conv2d has kernel_size=3"),
        (put([3, 3, 3], "layers", 0, "arguments", "kernel_size"), "Conv2d has kernel_size"),
        (put([[3], 3], "layers", 0, "arguments", "kernel_size"), "Conv2d has kernel_size"),
        (put({"a": 1}, "layers", 0, "arguments", "kernel_size"), "Conv2d has kernel_size"),
        (put(10**400, "layers", 0, "arguments", "kernel_size"), "Conv2d has kernel_size"),
        (put(10**400, "layers", 1, "arguments", "eps"), "LayerNorm has eps"),
        (put(None, "layers", 1, "arguments", "eps"), "LayerNorm has eps"),
        (put(float("nan"), "layers", 1, "arguments", "eps"), "holds NaN: only finite"),
        (put([[[[[[1]]]]]], "prefix"), "more than 6 brackets"),
    ],
)
def test_a_tampered_file_is_refused_with_one_sentence(change, said):
    assert len(from_json(tampered(lambda stored: None)).stages) == 2
    with pytest.raises(CodeError, match=said) as refusal:
        from_json(tampered(change))
    assert_one_sentence(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "exactly version, prefix, layers"),
        ('{"version": 1, "version": 1, "prefix": "", "layers": []}', "names something twice"),
        ('{"version": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"version": 1e999, "prefix": "", "layers": []}', "version inf"),
        (to_json(TEN) + "x", "is not JSON"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_one_sentence(text, said):
    with pytest.raises(CodeError, match=said) as refusal:
        from_json(text)
    assert_one_sentence(refusal.value)


def test_places_of_winners_fit_into_an_address():
    undone = layers_of(MaxUnpool(indices=(0, 3), size=(2, 2)))
    assert read_text(undone) == undone
