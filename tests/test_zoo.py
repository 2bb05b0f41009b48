"""The zoo against published numbers: parameters, multiply-adds, sizes and receptive fields, torch as the twin."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from strategies import values
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.cost import measure, total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Adaptive, AvgPool, Conv, Linear, MaxPool, ReLU
from cnnviz.core.run import BudgetError
from cnnviz.core.settings import knobs
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import check_network, memory, run_network
from cnnviz.networks.network import measured, placed_stages, sound_shapes
from cnnviz.networks.receptive_field import Field, fields
from cnnviz.networks.zoo import ZOO, LessonB, alexnet, kaiming, lesson_c, vgg16

every_preset = pytest.mark.parametrize("name", ZOO)
DENSE = [37_752_832, 16_781_312, 4_097_000]  # of AlexNet, whatever stands before


def costs(name):
    """By stage."""
    preset = ZOO[name]
    names = [stage for stage, _ in preset.network.stages]
    return dict(zip(names, preset.network.measures(preset.shape), strict=True))


def sizes(name, kinds):
    """Cells along the last axis behind each layer of these kinds."""
    preset = ZOO[name]
    shapes = preset.network.shapes(preset.shape)
    return [
        shape[-1] for (_, layer), shape in zip(preset.network.stages, shapes, strict=True) if isinstance(layer, kinds)
    ]


# --- counts ---


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("lesson B", 119_530, 3_939_136),
        ("lesson C", 56_778, 5_519_232),
        ("LeNet-5", 61_706, 416_520),
        ("AlexNet, two towers", 60_965_224, 724_406_816),
        ("AlexNet, one tower", 62_378_344, 1_135_256_096),
        ("AlexNet, torchvision", 61_100_840, 714_188_480),
        ("VGG16", 138_357_544, 15_470_264_320),
        ("DESED default", 74_880, 969_228_288),
        ("DESED baseline", 612_688, 840_077_312),
    ],
)
def test_parameters_and_multiply_adds_are_those_published(name, parameters, macs):
    cost = total(costs(name).values())
    assert (cost.parameters, cost.macs) == (parameters, macs)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("LeNet-5", [156, 2_416, 48_120, 10_164, 850]),
        ("AlexNet, two towers", [34_944, 307_456, 885_120, 663_936, 442_624, *DENSE]),
        ("AlexNet, one tower", [34_944, 614_656, 885_120, 1_327_488, 884_992, *DENSE]),
        ("AlexNet, torchvision", [23_296, 307_392, 663_936, 884_992, 590_080, *DENSE]),
        ("lesson B", [320, 18_496, 100_384, 330]),
        ("lesson C", [896, 32_832, 23_050]),
    ],
)
def test_the_parameters_of_each_layer_are_those_published(name, parameters):
    assert [cost.parameters for cost in costs(name).values() if cost.parameters] == parameters


@every_preset
def test_parameters_are_those_of_the_whole_module(name):
    with torch.device("meta"):
        module = ZOO[name].network.module()
    assert sum(p.numel() for p in module.parameters()) == total(costs(name).values()).parameters


@every_preset
def test_multiply_adds_are_half_of_what_torch_counts(name):
    preset = ZOO[name]
    with torch.device("meta"):
        row = preset.network.module().get_submodule(preset.network.prefix).eval()
        x = torch.empty(1, *preset.shape)
    with FlopCounterMode(display=False) as counter:
        y = row(x)
    assert 2 * total(costs(name).values()).macs == counter.get_total_flops()
    assert tuple(y.shape[1:]) == preset.network.shapes(preset.shape)[-1]


class Places(TorchDispatchMode):
    """Notes where tensors are made."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        self.seen |= {one.device.type for one in (made if isinstance(made, tuple) else [made]) if torch.is_tensor(one)}
        return made


def test_counting_vgg16_makes_no_tensor_but_on_the_meta_device_and_is_quick():
    for kept in (measure, measured, placed_stages, sound_shapes):
        kept.cache_clear()
    with Places() as places:
        begin = time.perf_counter()
        assert total(costs("VGG16").values()).parameters > 138_000_000
        assert memory(ZOO["VGG16"].network, ZOO["VGG16"].shape) > 4 * 138_000_000
        seconds = time.perf_counter() - begin
    assert places.seen == {"meta"}
    assert seconds < 1  # 0.02 on a quiet machine


# --- sizes ---


def test_the_sizes_of_alexnet_are_those_published():
    for name in ("AlexNet, two towers", "AlexNet, one tower"):
        assert sizes(name, Conv | MaxPool) == [55, 27, 27, 13, 13, 13, 13, 6]
        assert sizes(name, Linear) == [4096, 4096, 1000]
    assert dict(zip(costs("AlexNet, two towers"), alexnet().shapes((3, 227, 227)), strict=True))["flatten"] == (9_216,)


def test_the_sizes_of_the_others_are_those_published():
    assert sizes("AlexNet, torchvision", Conv | MaxPool | Adaptive) == [55, 27, 27, 13, 13, 13, 13, 6, 6]
    assert sizes("VGG16", MaxPool) == [112, 56, 28, 14, 7]
    assert sizes("LeNet-5", Conv | AvgPool) == [28, 14, 10, 5, 1]
    assert ZOO["DESED baseline"].network.shapes((1, 626, 128))[-1] == (128, 156, 1)


def test_the_shapes_of_lesson_c_are_those_of_the_lesson():
    assert [shape for shape in lesson_c().shapes((3, 32, 32)) if len(shape) > 1] == [
        *[(32, 30, 30)] * 2,
        (32, 15, 15),
        *[(64, 12, 12)] * 2,
        (64, 6, 6),
    ]


# --- receptive fields ---


def field_of(name, index):
    """Behind the convolution or pooling of this place, counted from 0: size, jump, before, the same on both axes."""
    preset = ZOO[name]
    found = fields(preset.network, preset.shape)
    kinds = Conv | MaxPool | AvgPool
    rows, columns = [f for (_, layer), f in zip(preset.network.stages, found, strict=True) if isinstance(layer, kinds)][
        index
    ]
    assert rows == columns
    return rows.size, rows.jump, rows.before


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("AlexNet, torchvision", [(11, 4), (19, 8), (51, 8), (67, 16), (99, 16), (131, 16), (163, 16), (195, 32)]),
        ("AlexNet, two towers", [(11, 4), (19, 8), (51, 8), (67, 16), (99, 16), (131, 16), (163, 16), (195, 32)]),
        ("LeNet-5", [(5, 1), (6, 2), (14, 2), (16, 4), (32, 4)]),
    ],
)
def test_the_receptive_fields_are_those_published(name, rows):
    assert [field_of(name, i)[:2] for i in range(len(rows))] == rows


def test_the_receptive_fields_of_vgg16_are_those_published():
    assert [field_of("VGG16", i)[:2] for i in (2, 5, 9, 13)] == [(6, 2), (16, 4), (44, 8), (100, 16)]


@pytest.mark.parametrize(("name", "last"), [("AlexNet, torchvision", (195, 32, 66)), ("VGG16", (212, 32, 90))])
def test_the_last_row_of_the_features_is_that_published(name, last):
    assert field_of(name, -1) == last


def test_the_receptive_fields_of_the_desed_stacks_are_those_published():
    assert fields(ZOO["DESED default"].network)[-1] == (Field(7, 1, 3), Field(106, 64, 21))
    assert fields(ZOO["DESED baseline"].network)[-1] == (Field(50, 4, 23), Field(382, 128, 127))


def thin(layer):
    """The same windows with one channel, and a mean instead of a maximum: no cell is passed over."""
    if isinstance(layer, Conv):
        return replace(layer, in_channels=1, out_channels=1, groups=1, bias=False)
    return AvgPool(layer.kernel_size, layer.stride, layer.padding)


@every_preset
def test_a_unit_in_the_middle_answers_exactly_its_field(name):
    network, size = ZOO[name].network, 1200 if "DESED" in name else 460
    layers = [thin(layer) for _, layer in network.stages if isinstance(layer, Conv | MaxPool | AvgPool)]
    module = nn.Sequential(*(layer.module() for layer in layers)).double()
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    y = module(x)
    unit = [n // 2 for n in y.shape[2:]]
    y[0, 0, *unit].backward()
    found = [f for f in fields(network, ZOO[name].shape) if not any(one.whole for one in f)][-1]
    for axis, (field, u) in enumerate(zip(found, unit, strict=True)):
        read = x.grad[0, 0].any(1 - axis).nonzero()[:, 0]
        first = u * field.jump - field.before
        assert (int(read[0]), int(read[-1])) == (first, first + field.size - 1)


# --- running ---

RUNS = ["lesson B", "lesson C", "LeNet-5", "AlexNet, two towers", "AlexNet, torchvision"]


@pytest.mark.parametrize("name", RUNS)
def test_a_preset_gives_what_its_sequential_gives(name):
    network, shape = ZOO[name].network, ZOO[name].shape
    x, end = values(shape), network.stages[-1][0]
    with torch.no_grad():
        expected = network.seeded(1).eval()(torch.from_numpy(x)[None])[0]
    done = run_network(network, x[None], 1, full={end}, budget=memory(network, shape))
    np.testing.assert_allclose(done[end].y.ravel(), expected, rtol=1e-4, atol=1e-5)


def test_alexnet_runs_only_where_it_is_asked_for():
    network, shape = ZOO["AlexNet, torchvision"].network, ZOO["AlexNet, torchvision"].shape
    with pytest.raises(BudgetError, match="144 MiB and cnnviz stops at 64 MiB"):
        run_network(network, np.zeros(shape, np.float32)[None])
    assert check_network(network, shape, memory(network, shape))[0] == 714_188_480
    with pytest.raises(BudgetError, match="238 MiB and 238 MiB are allowed"):
        check_network(network, shape, memory(network, shape) - 1)


def test_vgg16_runs_only_where_a_budget_allows_it():
    network, shape = ZOO["VGG16"].network, ZOO["VGG16"].shape
    assert check_network(network, shape, memory(network, shape))[0] == 15_470_264_320
    with pytest.raises(BudgetError):
        check_network(network, shape)


def test_a_network_beyond_all_bounds_is_refused_with_its_numbers():
    with pytest.raises(BudgetError, match="16,000,000,000"):
        check_network(ZOO["VGG16"].network.upto("conv5_3"), (3, 256, 256), 2**40)


def test_torchvisions_keys_are_those_of_torchvision():
    network = ZOO["AlexNet, torchvision"].network
    with torch.device("meta"):
        keys = list(network.module().state_dict())
    places = [*(f"features.{i}" for i in (0, 3, 6, 8, 10)), *(f"classifier.{i}" for i in (1, 4, 6))]
    assert keys == [f"{place}.{kind}" for place in places for kind in ("weight", "bias")]


# --- the class of lesson B ---


class Lesson(nn.Module):
    """As the lesson has it."""

    def __init__(self, given):
        super().__init__()
        layers, read = [], given.xdim[0]
        for made in given.cdims:
            layers.append(nn.Conv2d(read, made, given.ksize, stride=(1, 1), padding=given.ksize // 2))
            if given.use_batchnorm:
                layers.append(nn.BatchNorm2d(made))
            layers += [nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 2)), nn.Dropout2d(0.5)]
            read = made
        layers.append(nn.Flatten())
        halvings = 2 ** len(given.cdims)
        widths = (read * (given.xdim[1] // halvings) * (given.xdim[2] // halvings), *given.hdims)
        for before, behind in pairwise(widths):
            layers += [nn.Linear(before, behind), nn.ReLU(True)]
        layers.append(nn.Linear(widths[-1], given.ydim))
        self.net = nn.Sequential()
        for i, layer in enumerate(layers):
            self.net.add_module(f"{type(layer).__name__.lower()}_{i:02d}", layer)
        for one in self.modules():
            if isinstance(one, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(one.weight)
                nn.init.zeros_(one.bias)

    def forward(self, x):
        return self.net(x)


def lesson(given, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Lesson(given)


every_lesson = pytest.mark.parametrize(
    "given",
    [
        LessonB(),
        LessonB(use_batchnorm=True),
        LessonB((3, 24, 20), 5, (4, 6, 5), (7, 8), 3),
        LessonB((2, 8, 9), 1, (4,), (), 2, use_batchnorm=True),
    ],
)


@every_lesson
def test_lesson_b_begins_as_the_lessons_class_does(given):
    expected = lesson(given, 7).state_dict()
    found = kaiming(given.network, 7)
    assert list(found) == list(expected)
    for key, tensor in expected.items():
        np.testing.assert_array_equal(found[key], tensor)


@every_lesson
def test_lesson_b_gives_what_the_lessons_class_gives(given):
    x = values(given.xdim)
    with torch.no_grad():
        expected = lesson(given, 7).eval()(torch.from_numpy(x)[None])[0]
    done = run_network(given.network, x[None], weights=kaiming(given.network, 7))
    np.testing.assert_allclose(list(done.values())[-1].y.ravel(), expected, rtol=1e-4, atol=1e-5)


def test_the_names_and_shapes_are_those_of_the_lesson():
    assert {key: value.shape for key, value in LessonB().network.state(0).items() if key.endswith("weight")} == {
        "net.conv2d_00.weight": (32, 1, 3, 3),
        "net.conv2d_04.weight": (64, 32, 3, 3),
        "net.linear_09.weight": (32, 3136),
        "net.linear_11.weight": (10, 32),
    }


def test_beginning_as_the_lesson_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    kaiming(lesson_c(), 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_in_training_lesson_b_drops_whole_maps():
    given = LessonB((1, 28, 28), training=True)
    dropped = run_network(given.network, values((1, 28, 28))[None], full={"dropout2d_03"})["dropout2d_03"]
    assert not (dropped.y[0] != 0).any((1, 2)).all()
    assert (LessonB(use_batchnorm=True, training=True).network.stages[1][1]).training


def test_an_input_that_is_too_small_for_its_blocks_is_refused():
    with pytest.raises(GeometryError, match="maxpool2d_10: A window of 2 cells does not fit in 1 row"):
        _ = LessonB((1, 4, 4), cdims=(1, 1, 1)).network


# --- what a page needs ---


@every_preset
def test_a_preset_is_sound_and_has_a_line_of_words(name):
    preset = ZOO[name]
    assert preset.name == name
    assert preset.network.sound(preset.shape)[1] is None
    assert str(preset.words).endswith(".")
    assert "\n" not in str(preset.words)
    assert not any(getattr(layer, "training", False) for _, layer in preset.network.stages)


def test_the_stacks_of_the_recipes_are_those_of_the_network_module():
    assert ZOO["DESED default"].network == Desed().network


def test_every_argument_of_lesson_b_is_a_knob_with_help():
    assert all(knob.help for knob in knobs(LessonB()).values())
    assert len(knobs(LessonB())) == 7


def test_a_vgg16_with_fewer_channels_has_the_same_geometry():
    thin_one = vgg16([(1,) * 2, (1,) * 2, (1,) * 3, (1,) * 3, (2,) * 3])
    assert fields(thin_one) == fields(ZOO["VGG16"].network)
    assert [shape[1:] for shape in thin_one.shapes((3, 224, 224))[:31]] == [
        shape[1:] for shape in ZOO["VGG16"].network.shapes((3, 224, 224))[:31]
    ]
    assert sum(isinstance(layer, ReLU) for _, layer in thin_one.stages) == 15
