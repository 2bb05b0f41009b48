"""nn.Flatten of some axes: held against torch's own, alone and where other layers read what it makes."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Flatten, Linear, MaxPool, Permute, ReLU, Unflatten
from cnnviz.core.run import run
from cnnviz.core.trace import trace
from cnnviz.networks.code import read_code
from cnnviz.networks.code.one_line import from_text, to_text
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import fields, spans
from cnnviz.networks.suited_input import suited
from cnnviz.scenes.network import linked

SHAPES = [(2, 5), (2, 3, 4), (2, 3, 4, 5)]


def counting(shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_pair_of_axes_gives_what_torch_gives_or_is_refused_as_torch_does(shape):
    batch, x = torch.from_numpy(counting(shape))[None], counting(shape)
    n = batch.dim()
    for start, end in product(range(-n, n + 1), repeat=2):
        if start % n == 0 and -n <= start < n:
            continue  # torch then flattens the batch
        layer = Flatten(start, end, ndim=len(shape) - 1)
        try:
            theirs = nn.Flatten(start, end)(batch)
        except (RuntimeError, IndexError):
            with pytest.raises(GeometryError, match="Use "):
                layer.check(shape)
            continue
        done = run(layer, x)
        assert layer.torch_shapes(shape) == (tuple(batch.shape), tuple(theirs.shape))
        assert done.y.ravel().tolist() == theirs.ravel().tolist()
        assert np.squeeze(done.y[0]).shape == np.squeeze(theirs.numpy()).shape
        last = tuple(n - 1 for n in done.y.shape[1:])
        assert trace(done, last[0], last[1:]).value == theirs.ravel()[-1]
        assert len(layer.out_axis_names()) == max(theirs.dim() - 2, 1)


def test_it_is_written_as_torch_is_called():
    assert Flatten(2).code() == "nn.Flatten(start_dim=2)"
    assert Flatten(1, 2, ndim=3).code() == "nn.Flatten(end_dim=2)"
    assert Flatten(2).formula((5, 3, 4)) == [r"(1, 5, 3, 4) \to (1, 5, 3 \cdot 4) = (1, 5, 12)"]
    assert Flatten(1, 2, ndim=3).out_axis_names() == ("rows", "columns")
    assert Flatten(2, 3, ndim=3).out_axis_names() == ("length", "columns")


@pytest.mark.parametrize("start", [0, -4])
def test_the_batch_is_not_flattened(start):
    with pytest.raises(GeometryError, match=r"would put its examples in a row, too. Use start_dim = 1.") as refusal:
        Flatten(start).check((2, 3, 4))
    assert refusal.value.fixes == ({"start_dim": 1},)


def test_a_vector_has_no_axes_to_flatten():
    network = Network((("flat", Flatten()), ("again", Flatten(2))))
    assert "a vector of 24 numbers" in str(network.sound((2, 3, 4))[1])
    assert Network((("flat", Flatten()), ("again", Flatten(1, 1)))).shapes((2, 3, 4)) == [(24,), (24,)]


NETWORKS = {
    "maps to rows": ((2, 6, 4), [Conv(2, 3, 3, padding=1), Flatten(2), ReLU(), MaxPool(3, 3, ndim=1)]),
    "channels and depth": ((2, 4, 6, 6), [Flatten(1, 2), Conv(8, 3, 3), Flatten(), Linear((48, 1, 1), 2)]),
    "and turned": ((2, 6, 4), [Flatten(2), Permute(dims=(1, 0)), Conv(24, 3, 2, ndim=1)]),
    "to a vector by name": ((2, 6, 4), [Conv(2, 3, 3), Flatten(1, 3), Linear((24, 1, 1), 2)]),
    "and back": (
        (2, 6, 4),
        [Flatten(), Unflatten(unflattened_size=(4, 12), ndim=1), Conv(4, 2, 3, dilation=2, ndim=1)],
    ),
}


@pytest.mark.parametrize(("shape", "layers"), NETWORKS.values(), ids=NETWORKS)
def test_layers_behind_it_read_what_torch_reads(shape, layers):
    network, x = Network(tuple((f"s{i}", one) for i, one in enumerate(layers)), ""), counting(shape)
    module = network.seeded(0).eval()
    y = torch.from_numpy(x)[None]
    for (name, done), made, part in zip(
        run_network(network, x[None]).items(), network.shapes(shape), module, strict=True
    ):
        y = part(y)
        assert tuple(y.shape[1:]) == made, name
        np.testing.assert_allclose(done.y.ravel(), y.detach().numpy().ravel(), rtol=1e-5, atol=1e-5)
    assert fields(network, shape)[-1][0].whole
    for name, made in zip(module._modules, network.shapes(shape), strict=True):
        assert len(spans(network, shape, name)[name]) == len(made) - 1
    assert from_text(to_text(network)).shapes(shape) == network.shapes(shape)


def test_a_vector_is_its_cells_in_a_row_and_maps_are_not():
    assert linked(Flatten(), (2, 3, 4), None, (2, 3, 4), (24,))[0] == "cells"
    assert linked(Flatten(2), (2, 3, 4), None, (2, 3, 4), (2, 12))[0] == "all"


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Flatten(start_dim=9), "start_dim = 9 is no axis from 1 to 3 of (1, 2, 3, 4). Use start_dim = 1."),
        (Flatten(2, 1), "end_dim = 1 is no axis from 2 to 3 of (1, 2, 3, 4). Use end_dim = -1."),
    ],
)
def test_an_axis_that_is_none_is_refused_with_those_that_there_are(layer, words):
    with pytest.raises(GeometryError) as error:
        layer.check((2, 3, 4))
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("nn.Flatten(2), nn.Conv1d(3, 4, 3)", 2),
        ("nn.Flatten(1, 2), nn.MaxPool2d(2)", 3),
        ("nn.Flatten(2, 3), nn.ReLU(), nn.MaxPool1d(2)", 2),
        ("nn.Conv3d(1, 2, 3), nn.Flatten(2, 3), nn.Conv2d(2, 4, 3)", 3),
    ],
)
def test_the_input_has_as_many_axes_as_are_flattened(text, axes):
    network = read_code(f"nn.Sequential({text})")
    found = suited(network, (1, 8, 8))
    assert len(found.shape) == 1 + axes
    assert found.network.sound(found.shape)[1] is None


def test_what_counts_at_the_first_input_counts_behind_it_too():
    layers = (
        "nn.Conv2d(3, 4, 3), nn.Flatten(2), nn.SyncBatchNorm(4), nn.LazyConv1d(2, 3), nn.Flatten(), nn.LazyLinear(2)"
    )
    network = read_code(f"net = nn.Sequential({layers})\nnet(torch.rand(1, 3, 6, 6))")
    module = eval(f"nn.Sequential({layers})").eval()
    module[2] = nn.BatchNorm1d(4).eval()  # the same in one process
    y, made = torch.rand(1, 3, 6, 6), []
    for part in module:
        y = part(y)
        made.append(tuple(y.shape[1:]))
    assert network.shapes((3, 6, 6)) == made
