"""Code as people write it: torch runs the same text, and gives the same numbers with the same weights."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from pasted import IMPORTS, TORCH_READS_THEM_ALIKE, in_class
from strategies import values
from torch import nn

from cnnviz.networks.code import CodeError, read_code, reading
from cnnviz.networks.code.signatures import classes
from cnnviz.networks.code.tensor import ALIKE
from cnnviz.networks.forward import run_network

NUMBERED = [(kind, n) for kind in ("max_pool", "avg_pool", "lp_pool", "dropout") for n in (1, 2, 3)]
NUMBERED += [(f"adaptive_{kind}_pool", n) for kind in ("avg", "max") for n in (1, 2, 3)]


def by_torch(text, shape):
    """The module that the text makes, run by Python itself, once its Lazy layers have seen an input."""
    space = {"device": "cpu", "__name__": "pasted"}
    exec(IMPORTS + text, space)
    made = [one for one in space.values() if isinstance(one, nn.Module) and not type(one).__name__.endswith("Loss")]
    own = [one for one in space.values() if isinstance(one, type) and one.__module__ == "pasted"]
    module = (made[-1] if made else own[-1]()).eval()
    with torch.no_grad():
        module(torch.zeros(2, *shape))
    return module


def assert_alike(text, shape):
    torch.manual_seed(1)
    theirs, network = by_torch(text, shape), reading(text, shape).network
    state = {key: value.numpy() for key, value in theirs.state_dict().items()}
    state |= {key: values(one.shape) for key, one in state.items() if key.endswith("running_mean")}
    theirs.load_state_dict({key: torch.from_numpy(np.array(value)) for key, value in state.items()})
    x = values(shape)
    with torch.no_grad():
        y = theirs(torch.from_numpy(x)[None])
    y = (y[0] if isinstance(y, tuple) else y)[0].numpy()
    mine = network.state(0)
    flat = {key.replace(".", "_"): value for key, value in state.items()}  # where parts run at several places
    weights = {key: state.get(key, flat.get(key.replace(".", "_"))) for key in mine}
    assert {key: value.shape for key, value in mine.items()} == {key: one.shape for key, one in weights.items()}
    done = list(run_network(network, x[None], weights=weights).values())[-1]
    assert network.shapes(shape)[-1] == y.shape
    np.testing.assert_allclose(done.y.ravel(), y.ravel(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("text", "shape"), TORCH_READS_THEM_ALIKE.values(), ids=TORCH_READS_THEM_ALIKE)
def test_what_people_write_gives_what_torch_gives(text, shape):
    assert_alike(text, shape)


GIVEN = {  # what functions need besides the tensor
    **{f"max_pool{n}d": "3, 2, 1, 1, True" for n in (1, 2, 3)},
    **{f"avg_pool{n}d": "(3,), 2, 1, True" if n == 1 else "3, 2, 1, True, False" for n in (1, 2, 3)},
    **{f"lp_pool{n}d": "2., 3, 2" for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": "2" for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": "2" for n in (1, 2, 3)},
    **{name: "dim=1" for name in ("softmax", "softmin", "log_softmax", "glu")},
    **{"dropout": "0.3, training=self.training", "alpha_dropout": "training=False", "dropout2d": "0.2, self.training"},
    **{"dropout1d": "0.2, self.training", "dropout3d": "0.2, self.training", "feature_alpha_dropout": "0.1, False"},
    **{"leaky_relu": "0.3", "elu": "0.7", "celu": "alpha=0.7", "gelu": "approximate='tanh'", "threshold": "0.1, 3."},
    **{"hardtanh": "-0.5, 0.7", "softplus": "2, 9", "softshrink": "0.3", "hardshrink": "0.2"},
    **{"interpolate": "scale_factor=2", "upsample": "scale_factor=2", "pixel_shuffle": "2", "pixel_unshuffle": "2"},
    **{"channel_shuffle": "2", "local_response_norm": "3, 0.5, 0.7, 2.", "unfold": "2", "fold": "(4, 4), 2, stride=2"},
}
INPUTS = {"pixel_shuffle": (4, 6, 6), "fold": (8, 4), **{f"{kind}{n}d": (4, *(9,) * n) for kind, n in NUMBERED}}
SHOWN = [name for name, (kind, _) in ALIKE.items() if kind in classes()]


@pytest.mark.parametrize("name", SHOWN)
def test_every_function_is_the_layer_that_torch_has_for_it(name):
    text = in_class("self.first = nn.Identity()", f"return F.{name}(x, {GIVEN.get(name, '')})")
    assert_alike(text.replace("nn.Identity()", "None"), INPUTS.get(name, (4, 6, 6)))


METHODS = {
    "view": ("x.view(x.size(0), -1)", (2, 3, 4)),
    "view by shape": ("x.view(x.shape[0], -1)", (2, 3, 4)),
    "view of a number": ("x.view(-1, 2 * 3 * 4)", (2, 3, 4)),
    "view of sizes": ("x.view(x.size()[0], x.size(1) * x.size(2) * x.size(3))", (2, 3, 4)),
    "reshape": ("x.reshape((len(x), -1))", (2, 3, 4)),
    "torch.reshape": ("torch.reshape(x, (-1, 24))", (2, 3, 4)),
    "flatten": ("x.flatten(1)", (2, 3, 4)),
    "flatten by name": ("torch.flatten(x, start_dim=1)", (2, 3, 4)),
    "flatten the axes": ("torch.flatten(x, 2)", (2, 3, 4)),
    "flatten up to an axis": ("x.flatten(1, 2)", (2, 3, 4)),
    "flatten and slide": ("F.max_pool1d(F.relu(x.flatten(start_dim=2)), 2)", (2, 3, 4)),
    "slide, flatten and slide": ("F.max_pool1d(F.max_pool2d(x, 2).flatten(2), 3)", (2, 6, 4)),
    "flatten two of three axes": ("F.max_pool2d(torch.flatten(F.max_pool3d(x, 2), 2, 3), 2)", (2, 4, 6, 4)),
    "flatten and mean": ("F.max_pool2d(x, 2).flatten(2).mean(2)", (2, 6, 4)),
    "flatten and permute": ("x.flatten(2).permute(0, 2, 1)", (2, 3, 4)),
    "flatten twice": ("x.flatten(2).flatten(1)", (2, 3, 4)),
    "mean": ("x.mean((2, 3))", (2, 3, 4)),
    "mean from behind": ("x.mean(dim=[-2, -1])", (2, 3, 4)),
    "mean that keeps axes": ("x.mean((2, 3), keepdim=True)", (2, 3, 4)),
    "torch.mean along one": ("torch.mean(nn.Dropout1d(0.)(x), dim=2)", (2, 3)),
    "amax": ("x.amax((2, 3))", (2, 3, 4)),
    "mean of a row": ("x.mean(-1)", (2, 3)),
    "another shape": ("x.flatten(1).view(-1, 4, 3, 2)", (2, 3, 4)),
    "padding": ("F.pad(x, (1, 2, 0, 1))", (2, 3, 4)),
    "padding with a number": ("F.pad(x, [1, 2, 0, 1], value=0.5)", (2, 3, 4)),
    "padding of the last axis": ("F.max_pool2d(F.pad(x, (1, 2)), 2)", (2, 3, 4)),
    "padding that reflects": ("F.pad(x, (1, 2, 0, 1), 'reflect')", (2, 3, 4)),
    "padding that goes round": ("F.max_pool1d(F.pad(x, (1, 2), mode='circular'), (2))", (2, 6)),
    "a list for a tuple": ("F.max_pool2d(x, [3, 2])", (2, 3, 4)),
    "permute": ("x.permute(0, 2, 3, 1)", (2, 3, 4)),
    "squeeze": ("F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1)", (2, 3, 4)),
    "relu": ("x.relu().sigmoid().tanh().softmax(dim=1)", (2, 3, 4)),
    "softmax along the last axis": ("F.softmax(x, -1)", (2, 3, 4)),
    "softmax along the rows": ("torch.log_softmax(x.softmax(2), dim=-2)", (2, 3, 4)),
    "softmax of a row": ("F.softmin(nn.Dropout1d(0.)(x), dim=2)", (2, 5)),
    "softmax without dim": ("F.log_softmax(x)", (2, 3, 4)),
    "softmax of a vector": ("F.softmax(x.flatten(1), dim=-1)", (2, 3, 4)),
    "nothing": ("x.contiguous().to(x.device).clone().detach().float()[:] if False else x.tanh()", (2, 3)),
    "a global pooling by sizes": ("F.avg_pool2d(x, x.size()[2:])", (2, 3, 4)),
    "a global pooling by two sizes": ("F.max_pool2d(x, kernel_size=(x.shape[2], x.shape[3]))", (2, 3, 4)),
}


@pytest.mark.parametrize(("written", "shape"), METHODS.values(), ids=METHODS)
def test_what_is_done_to_the_tensor_is_a_layer(written, shape):
    assert_alike(in_class("pass", f"return {written}"), shape)


CASES = {
    "n3_cifar_sequential": (3, 32, 32),
    "n4_products_and_to_device": (1, 28, 28),
    "n5_functional_forward": (1, 28, 28),
    "n7_printed_relu6": None,
    "n9_encoder_decoder": (1, 32, 32),
    "n11_shared_activation": (1, 9, 9),
    "n13_dilated_1d": (1, 100),
    "n16_docs_prompts": None,
}


@pytest.mark.parametrize(("name", "shape"), CASES.items(), ids=CASES)
def test_real_cases_are_read(name, shape):
    text = (Path(__file__).parent / "cases" / f"{name}.txt").read_text()
    if shape:
        assert_alike(f"model = {text}" if text.startswith("nn.") else text, shape)
    else:
        assert len(read_code(text).stages) == {"n7_printed_relu6": 3, "n16_docs_prompts": 1}[name]


def test_a_printed_class_is_refused_with_the_way_out():
    text = (Path(__file__).parent / "cases" / "n1_printed_mnist.txt").read_text()
    with pytest.raises(CodeError, match=r"not printed: paste the class, as inspect.getsource\(Net\) gives it"):
        read_code(text)


SHARED = "a = {}\nnet = nn.Sequential(a, nn.ReLU(), a)"


@pytest.mark.parametrize("call", ["nn.Conv2d(2, 2, 1)", "nn.BatchNorm2d(2)", "nn.PReLU()", "nn.LazyConv2d(2, 1)"])
def test_weights_that_two_layers_would_share_are_refused(call):
    with pytest.raises(CodeError, match="Line 1, column 5: 0 is used twice, and both uses share its weights"):
        read_code(SHARED.format(call))


@pytest.mark.parametrize("call", ["nn.MaxPool2d(2)", "nn.Dropout(0.1)", "nn.InstanceNorm2d(2)", "nn.Flatten()"])
def test_a_layer_without_weights_may_be_used_twice(call):
    assert len(read_code(SHARED.format(call)).stages) == 3


NOTED = {
    "left out": (in_class("self.a = nn.ReLU()\nself.b = nn.Tanh()", "return self.a(x)"), "left out: b."),
    "a loss": ("nn.Sequential(nn.ReLU(), nn.MSELoss())", "nn.MSELoss at the end is left out"),
    "dropout that never rests": (in_class("pass", "return F.dropout(x, 0.5)"), "F.dropout without training"),
    "training": (
        "net = nn.Sequential(nn.ReLU())\nfor e in range(9):\n    fit(net)",
        "no layers are made there: line 2.",
    ),
    "a printed class of one": (
        "Net(\n  (net): Sequential(\n    (0): ReLU()\n  )\n)",
        "its forward does is not printed",
    ),
    "names": (TORCH_READS_THEM_ALIKE["lists of layers"][0], "so convs.0 is called convs_0 here"),
    "an unknown function": (in_class("_log(self)\nself.a = nn.ReLU()", "return self.a(x)"), "_log is not in this text"),
}


@pytest.mark.parametrize(("text", "said"), NOTED.values(), ids=NOTED)
def test_what_was_left_out_or_assumed_is_said(text, said):
    assert said in " ".join(map(str, reading(text).notes))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("net = nn.Sequential(nn.ReLU())\nnet[0] = make()", "Line 2: This changes net afterwards"),
        ("net = nn.Sequential(nn.ReLU())\nnet.append(make())", "“make” is not known here"),
        ("n = 3\nn = f(n)\nnet = nn.Sequential(nn.Conv2d(1, n, 3))", "“n” may be changed in line 2"),
        ("n = 3\nwhile n:\n    n -= 1\nnet = nn.Sequential(nn.Conv2d(1, n, 3))", "“n” may be changed in line 2"),
        (
            "c = [3]\nwith x:\n    c.append(4)\nnet = nn.Sequential(nn.Conv2d(1, c[0], 3))",
            "“c” may be changed in line 2",
        ),
        ("net = nn.Sequential(nn.ReLU())\nother = nn.Sequential(nn.LSTM(3, 4))", "several networks"),
        ("net = nn.Sequential(nn.ReLU())\nother = nn.Sequential(nn.Conv2d(c, 4, 3))", "“c” is not known here"),
        (
            "net = nn.Sequential(nn.ReLU())\nwith x:\n    net = nn.Sequential(nn.Tanh())",
            "Line 2: This is not read here",
        ),
        (in_class("self.c = nn.Conv2d(1, 2, 3)", "return self.c(x).mean(-1)"), "names 1 of the 2 axes"),
        (in_class("self.c = nn.Conv1d(1, 2, 3)", "return F.pad(self.c(x), (1, 1, 1, 1))"), "names 2 of the 1 axes"),
        (
            in_class("self.c = nn.Conv2d(1, 2, 3)", "return self.c(x).squeeze(-1)"),
            "squeeze is read only behind a pooling",
        ),
        ("from tensorflow import keras\nm = keras.Sequential()", "This is code for tensorflow"),
        ("from torchvision import models\nm = models.resnet18()", "comes from torchvision"),
    ],
)
def test_what_is_not_followed_may_not_change_the_network(text, said):
    with pytest.raises(CodeError, match=re.escape(said)):
        reading(text)


def test_lazy_layers_count_on_a_shape_that_the_text_tells():
    text = "net = nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2))\nnet(torch.rand(1, 3, 12, 12))"
    read = reading(text, (1, 28, 28))
    assert read.shape == (3, 12, 12)
    assert read.network.shapes(read.shape) == [(4, 10, 10), (400,), (2,)]


def test_lazy_layers_count_on_the_channels_that_another_layer_tells():
    text = "nn.Sequential(nn.ReLU(), nn.Conv2d(3, 2, 3), nn.Flatten(), nn.LazyLinear(5))"
    assert reading(text, (1, 10, 10)).shape == (3, 10, 10)
    assert reading(text, (1, 100)).network.shapes((3, 28, 28))[-1] == (5,)


LAZY = {
    "Conv": ("nn.LazyConv{n}d(5, 3), nn.LazyBatchNorm{n}d(), nn.LazyConv{n}d(2, 1)", 8),
    "transposed": (
        "nn.LazyConvTranspose{n}d(5, 3, stride=2), nn.LazyInstanceNorm{n}d(1e-5, 0.1, False, False)",
        5,
    ),
}


@pytest.mark.filterwarnings("ignore:input's size at dim=1")
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize(("layers", "size"), LAZY.values(), ids=LAZY)
def test_lazy_layers_count_as_torch_counts(layers, size, n):
    text = f"net = nn.Sequential({layers.format(n=n)}, nn.Flatten(), nn.LazyLinear(3), nn.LazyBatchNorm1d())"
    shape = (3, *(size,) * n)
    theirs, ours = by_torch(text, shape), reading(text, shape).network.module()
    assert {key: value.shape for key, value in ours.state_dict().items()} == {
        key: value.shape for key, value in theirs.state_dict().items()
    }
