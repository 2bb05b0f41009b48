"""What a number owes to the cells of the input: as captum has it, and as plain torch gives it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient, LayerGradCam, Saliency
from captum.attr import Occlusion as Captums
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import cases, each
from test_backward import net, row_of, values
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, AvgPool, BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU, Tanh
from cnnviz.core.run import BudgetError
from cnnviz.networks.attribution import Occlusion, grad_cam, gradient, occlusion
from cnnviz.networks.attribution.grad_cam import mapped
from cnnviz.networks.attribution.occlusion import batch_size
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.loss import Unit
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import ZOO

TOLERANCE = {"rtol": 1e-4, "atol": 1e-6}  # of float32 sums, added up in another order
NAMES = ["lesson B", "lesson C", "LeNet-5"]
X = values((2, 8, 8))
VECTORS = ("linear", "unflatten", "max_unpool")  # a network has these behind others alone
SMALL = net(Conv(2, 4, (3, 3)), Tanh(), MaxPool((2, 2), (2, 2)), Flatten(), Linear((4, 3, 3), 6))
SOUND = Desed(
    nb_filters=(4, 6), kernel_size=(3, 3), padding=(1, 1), stride=(1, 1), pooling=((1, 4), (1, 4)), training=False
).network


def zoo(name):
    """A network, its input, and torch's own module of it."""
    network, shape = ZOO[name].network, ZOO[name].shape
    return network, values(shape, 1), row_of(network, {})


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_captums_and_keeps_its_sign(name):
    network, x, row = zoo(name)
    found = gradient(network, x, Unit(at=(3,)))
    expected = Saliency(row).attribute(torch.from_numpy(x)[None], target=3, abs=False)
    np.testing.assert_allclose(found.dx, expected[0].numpy(), **TOLERANCE)
    assert (found.dx < 0).any()


@pytest.mark.parametrize("name", NAMES)
def test_input_times_gradient_is_captums(name):
    network, x, row = zoo(name)
    found = gradient(network, x, Unit(at=(7,)))
    expected = InputXGradient(row).attribute(torch.from_numpy(x)[None], target=7)
    np.testing.assert_allclose(found.product, expected[0].detach().numpy(), **TOLERANCE)


@pytest.mark.parametrize(
    ("name", "stage"), [(name, stage) for name in NAMES for stage in mapped(ZOO[name].network, ZOO[name].shape)]
)
def test_grad_cam_is_captums_at_every_stage_that_has_axes(name, stage):
    network, x, row = zoo(name)
    found = grad_cam(network, x, Unit(at=(2,)), stage)
    layer = row.get_submodule(stage)
    expected = LayerGradCam(row, layer).attribute(torch.from_numpy(x)[None], target=2, relu_attributions=True)
    np.testing.assert_allclose(found.map, expected[0, 0].detach().numpy(), **TOLERANCE)
    signed = LayerGradCam(row, layer).attribute(torch.from_numpy(x)[None], target=2)
    np.testing.assert_allclose(found.total, signed[0, 0].detach().numpy(), **TOLERANCE)


@pytest.mark.parametrize("stage", ["s0", "s1", "s2"])
def test_grad_cams_sum_is_a_1x1_convolution_without_bias(stage):
    found = grad_cam(SMALL, X, Unit(at=(5,)), stage)
    conv = nn.Conv2d(len(found.maps), 1, 1, bias=False)
    conv.weight.data = torch.from_numpy(found.weights)[None, :, None, None]
    total = conv(torch.from_numpy(found.maps)[None])[0, 0]
    np.testing.assert_allclose(found.total, total.detach().numpy(), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.map, torch.relu(total).detach().numpy(), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.weights, found.gradients.mean((1, 2)), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("window", "stride", "fill"),
    [((7, 7), (7, 7), 0.0), ((5, 3), (2, 3), 0.5), ((8, 8), (3, 3), -1.0), ((6, 6), (5, 5), 0.0)],
)
@pytest.mark.parametrize("name", ["lesson B", "LeNet-5"])
def test_occlusion_is_captums(name, window, stride, fill):
    network, x, row = zoo(name)
    found = occlusion(network, x, Unit(at=(4,)), Occlusion(kernel_size=window, stride=stride, fill=fill))
    channels = len(x)
    expected = Captums(row).attribute(
        torch.from_numpy(x)[None], (channels, *window), (channels, *stride), baselines=fill, target=4
    )
    np.testing.assert_allclose(found.map, expected[0, 0].detach().numpy(), **TOLERANCE)


@pytest.mark.parametrize("at", [(2, 5, 1), (2, 5, None), (0,)], ids=["unit", "frame", "channel"])
def test_of_a_sound_a_unit_or_a_frame_of_a_channel_is_explained(at):
    """As plain torch has it: a channel stands for a class where nothing behind it tells classes apart."""
    x = values((1, 12, 32), 2)
    row, index = row_of(SOUND, {}), (0, *(slice(None) if one is None else one for one in at))
    given = torch.from_numpy(x)[None].requires_grad_()
    value = row(given)[index].mean()
    value.backward()
    found = gradient(SOUND, x, Unit(at=at))
    assert found.done.loss == pytest.approx(value.item(), rel=1e-5)
    np.testing.assert_allclose(found.dx, given.grad[0].numpy(), **TOLERANCE)
    layer = Occlusion(kernel_size=(4, 8), stride=(4, 8))
    hidden = x.copy()
    hidden[:, 4:8, 8:16] = 0
    with torch.inference_mode():
        fall = value - row(torch.from_numpy(hidden)[None])[index].mean()
    assert occlusion(SOUND, x, Unit(at=at), layer).falls[1, 1] == pytest.approx(fall.item(), rel=1e-4, abs=1e-6)


@each(*(name for name in KINDS if name not in VECTORS))
@given(data=st.data())
def test_many_windows_at_a_time_are_one_pass_each(name, data):
    """Whatever the layer: its statistics and what it draws are those of an example that is alone."""
    layer, shape = data.draw(cases(name))
    network = Network((("s0", layer),))
    x, target = values(shape, 3), Unit()
    try:
        found = occlusion(
            network,
            x,
            target,
            Occlusion(ndim=len(shape) - 1, kernel_size=(1,) * (len(shape) - 1), stride=(2,) * (len(shape) - 1)),
            seed=2,
        )
    except GeometryError:
        assume(False)
    for place in np.ndindex(*found.scores.shape):
        hidden = x.copy()
        hidden[(slice(None), *(slice(2 * at, 2 * at + 1) for at in place))] = 0
        alone = run_network(network, hidden[None], 2, full={"s0"})["s0"].y
        score = np.float32(torch.from_numpy(alone).mean())
        np.testing.assert_allclose(found.scores[place], score, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "network",
    [
        net(Conv(2, 4, (3, 3)), BatchNorm(num_features=4), ReLU()),
        net(Conv(2, 4, (3, 3)), BatchNorm(num_features=4, training=False, steps=3), ReLU()),
        net(Dropout(0.5), Conv(2, 4, (3, 3))),
    ],
    ids=["statistics", "running", "mask"],
)
def test_a_layer_in_training_works_on_each_window_alone(network):
    found = occlusion(network, X, Unit(), Occlusion(kernel_size=(4, 4), stride=(4, 4)), seed=5)
    hidden = X.copy()
    hidden[:, 4:, :4] = 0
    *_, last = run_network(network, hidden[None], 5).values()
    assert found.scores[1, 0] == pytest.approx(last.y.mean(), rel=1e-5, abs=1e-6)


def test_cells_that_no_window_hides_have_no_number():
    found = occlusion(SMALL, X, Unit(at=(0,)), Occlusion(kernel_size=(2, 2), stride=(3, 3)))
    assert found.scores.shape == (3, 3)
    bare = np.isnan(found.map)
    assert bare[2].all() and bare[:, 5].all()
    assert not bare[::3, ::3].any()


def test_what_was_filled_in_already_changes_nothing():
    found = occlusion(
        SMALL, np.full_like(X, 0.25), Unit(at=(0,)), Occlusion(kernel_size=(3, 3), stride=(3, 3), fill=0.25)
    )
    np.testing.assert_array_equal(found.falls, 0)


def test_batches_are_smaller_the_larger_the_stages():
    small, large = (batch_size(ZOO[name].network, ZOO[name].shape) for name in ("LeNet-5", "VGG16"))
    assert small > large >= 1


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        (
            "s3",
            "s3 gives a vector of 36 numbers, which lie nowhere, so Grad-CAM has no map of them. Choose s0, s1 or s2.",
        ),
        (
            "s4",
            "s4 gives a vector of 6 numbers, which lie nowhere, so Grad-CAM has no map of them. Choose s0, s1 or s2.",
        ),
    ],
)
def test_grad_cam_of_a_vector_is_refused(stage, message):
    with pytest.raises(GeometryError) as error:
        grad_cam(SMALL, X, Unit(at=(0,)), stage)
    assert str(error.value) == message


def test_grad_cam_of_a_stage_behind_the_target_is_refused():
    with pytest.raises(GeometryError) as error:
        grad_cam(SMALL, X, Unit(at=(0, 1, 1), stage="s1"), "s2")
    assert str(error.value) == "s2 comes behind s1, of which the target is made. Choose s1 or an earlier stage."
    assert grad_cam(SMALL, X, Unit(at=(0, 1, 1), stage="s1"), "s1").maps.shape == (4, 6, 6)


def test_a_window_that_does_not_fit_is_refused_and_its_way_out_works():
    layer = Occlusion(kernel_size=(9, 3), stride=(1, 1))
    with pytest.raises(GeometryError) as error:
        occlusion(SMALL, X, Unit(at=(0,)), layer)
    assert str(error.value) == "A window of 9 cells does not fit in 8. Use 8 or fewer."
    assert occlusion(SMALL, X, Unit(at=(0,)), replace(layer, **error.value.fixes[0])).scores.shape == (1, 6)


def test_more_passes_than_there_is_time_for_are_refused():
    photo = np.zeros((3, 224, 224), np.float32)
    with pytest.raises(BudgetError, match="50,176 windows are as many passes, which take 35,8"):
        occlusion(
            ZOO["AlexNet, torchvision"].network,
            photo,
            Unit(at=(0,)),
            Occlusion(kernel_size=(1, 1), stride=(1, 1)),
            budget=700 * 2**20,
        )


def test_a_signal_and_a_volume_are_explained_as_well():
    signal, volume = net(Conv(2, 3, 3, ndim=1)), net(AvgPool((2, 2, 2), (2, 2, 2), ndim=3))
    heard = occlusion(signal, values((2, 9)), Unit(at=(1,)), Occlusion(ndim=1, kernel_size=(3,), stride=(3,)))
    seen = occlusion(
        volume, values((1, 4, 4, 4)), Unit(at=(0, 0, 0, 0)), Occlusion(ndim=3, kernel_size=(2, 2, 2), stride=(2, 2, 2))
    )
    assert heard.map.shape == (9,)
    assert np.flatnonzero(seen.falls).tolist() == [0]
    assert np.count_nonzero(seen.map) == 8
