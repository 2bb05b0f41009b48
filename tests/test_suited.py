"""The input follows the network: torch itself takes the shape that is found, and no smaller square."""

import pytest
import torch
from torch import nn

from cnnviz.networks.code import read_code
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import MOST_TRIES, customary, flat_shape, suited
from cnnviz.text import in_turn

PAGE = (1, 28, 28)

FOUND = {
    "a LeNet for CIFAR-10": (
        "nn.Sequential(nn.Conv2d(3, 6, 5), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.Flatten(), "
        "nn.Linear(400, 10))",
        (3, 32, 32),
    ),
    "a size that nobody uses": ("nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(50, 10))", (1, 7, 7)),
    "AlexNet's pooling": (
        "nn.Sequential(nn.Conv2d(3, 2, 11, 4, 2), nn.MaxPool2d(3, 2), nn.Conv2d(2, 2, 5, 1, 2), nn.MaxPool2d(3, 2), "
        "nn.Conv2d(2, 2, 3, 1, 1), nn.MaxPool2d(3, 2), nn.Flatten(), nn.Linear(72, 10))",
        (3, 224, 224),
    ),
    "along one axis": ("nn.Sequential(nn.Conv1d(4, 2, 3), nn.Flatten(), nn.Linear(196, 3))", (4, 100)),
    "through volumes": ("nn.Sequential(nn.Conv3d(2, 4, 3), nn.Flatten(), nn.Linear(256, 3))", (2, 6, 6, 6)),
    "a spectrogram": ("nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 98, 3))", (1, 28, 100)),
    "channels told by a norm": ("nn.Sequential(nn.ReLU(), nn.BatchNorm2d(5), nn.Conv2d(5, 1, 3))", (5, 28, 28)),
    "no dense layer, a larger window": ("nn.Sequential(nn.Conv2d(3, 1, 40))", (3, 64, 64)),
    "any size, by adaptive pooling": (
        "nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3))",
        (3, 28, 28),
    ),
    "dense alone, colour": ("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))", (3, 32, 32)),
    "dense alone, a row": ("nn.Sequential(nn.Flatten(), nn.Linear(13, 10))", (1, 13)),
}


@pytest.mark.parametrize(("text", "shape"), FOUND.values(), ids=FOUND)
def test_the_input_that_is_found_is_one_that_torch_takes(text, shape):
    found = suited(read_code(text), PAGE)
    assert found.shape == shape
    assert ", ".join(map(str, shape)) in str(in_turn(found.notes))
    eval(text, {"nn": nn})(torch.zeros(1, *shape))


def test_no_smaller_square_fits():
    text, shape = FOUND["a LeNet for CIFAR-10"]
    module = eval(text, {"nn": nn})
    for size in range(1, shape[1]):
        with pytest.raises(RuntimeError):
            module(torch.zeros(1, 3, size, size))


@pytest.mark.parametrize("text", ["nn.Conv2d(1, 2, 3)", "nn.Sequential(nn.Flatten(), nn.Linear(784, 3))", "nn.ReLU()"])
def test_an_input_that_fits_stays_without_a_word(text):
    assert (suited(read_code(text), PAGE).shape, suited(read_code(text), PAGE).notes) == (PAGE, ())


def test_a_shape_that_is_told_comes_first():
    network = read_code("nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1))")
    assert suited(network, PAGE, (1, 60, 80)).shape == (1, 60, 80)
    assert suited(network, PAGE, (1, 2, 2)).shape == PAGE


def test_a_network_of_vectors_gets_a_flatten_in_front():
    found = suited(read_code("nn.Sequential(nn.ReLU(), nn.Linear(784, 10))"), PAGE)
    assert [name for name, _ in found.network.stages] == ["flatten", "0", "1"]
    assert found.network.shapes(PAGE)[-1] == (10,)
    assert "put in front" in str(in_turn(found.notes))


def test_where_nothing_fits_that_is_said():
    found = suited(read_code("nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(7, 3))"), PAGE)
    assert found.shape == (3, 28, 28)
    assert "which no size up to 4,096 gives" in str(in_turn(found.notes))


def test_a_long_network_is_not_searched_for_long(monkeypatch):
    tried, sound = [], Network.sound
    monkeypatch.setattr(Network, "sound", lambda self, shape: tried.append(len(self.stages)) or sound(self, shape))
    layers = ["nn.Conv2d(1, 1, 3)"] * 197 + ["nn.Flatten()", "nn.Linear(7, 3)"]
    assert "no size" in str(in_turn(suited(read_code(f"nn.Sequential({', '.join(layers)})"), PAGE).notes))
    assert sum(tried) < 2 * MOST_TRIES


def test_customary_sizes_come_before_the_smallest():
    assert next(customary(range(30, 70))) == 32
    assert list(customary(range(5, 7))) == [5]


def test_features_become_squares_where_they_can():
    assert [flat_shape(n) for n in (784, 3072, 12, 13)] == [(1, 28, 28), (3, 32, 32), (3, 2, 2), (1, 13)]
