"""What is watched of a training is what the moments hold and what torch makes of them."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from taught import NORMED, Blobs, events, recipe, small

from cnnviz.core.layers import AdaptiveAvgPool, Conv, ConvTranspose, Flatten, Linear, ReLU
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.networks.training import SGD, Adam, Budget, StepLR, in_eval_mode, in_train_mode, scores, train
from cnnviz.scenes import answers
from cnnviz.scenes import training as scene
from cnnviz.scenes.answers import shares
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.learned import learned
from cnnviz.scenes.palette import TOP
from cnnviz.scenes.recipes import names_of
from cnnviz.scenes.training import make_training

LINE = Network((("a", Conv(1, 3, 5, ndim=1)), ("relu", ReLU()), ("mean", AdaptiveAvgPool((1,), ndim=1))))
DENSE = Network((("flat", Flatten()), ("one", Linear((1, 8, 8), 6)), ("relu", ReLU()), ("two", Linear((6,), 3))))
UP = Network((("up", ConvTranspose(1, 4, (2, 2))), ("flat", Flatten()), ("fc", Linear((4, 9, 9), 3))))
RECIPES = {
    "norm": recipe(in_train_mode(NORMED)),
    "plain": recipe(small(), optimiser=Adam(0.01)),
    "sgd": recipe(small(), optimiser=SGD(0.05), schedule=StepLR(5)),
    "dense": recipe(DENSE, optimiser=Adam(0.01)),
    "line": recipe(LINE, Blobs(shape=(1, 24))),
    "up": recipe(UP),
    "events": events(),
}


@cache
def history(name):
    return train(RECIPES[name])


def example(name):
    test = RECIPES[name].data.split().test
    return test.x[1], test.y[1] if test.events else int(test.y[1])


@cache
def made(*names):
    return make_training([history(name) for name in names], *example(names[0]))


@pytest.mark.parametrize("name", RECIPES)
def test_kernels_are_the_moments_weights_bit_for_bit(name):
    tensors, one = made(name).tensors, history(name)
    layers = learned(one.recipe.network, one.recipe.data.shape, one.moments[0].state)
    assert layers
    for j, layer in enumerate(layers):
        for moment, drawn in zip(one.moments, tensors[f"kernel.0.{j}"], strict=True):
            weight = moment.state[layer.key]
            by_filter = weight.swapaxes(0, 1) if layer.swapped else weight
            assert np.array_equal(drawn.reshape(len(by_filter), -1), by_filter.reshape(len(by_filter), -1))


@pytest.mark.parametrize("name", RECIPES)
def test_gradients_are_those_of_the_first_layer_that_learns(name):
    tensors, moments = made(name).tensors, history(name).moments
    key = made(name).meta["layers"][0]["parts"][0]["key"]
    drawn = tensors["gradient.0.0"]
    for moment, gradient in zip(moments, drawn, strict=True):
        assert np.array_equal(np.sort(gradient, axis=None), np.sort(moment.gradient[key], axis=None))
    assert not any(name.startswith("gradient.0.") for name in tensors if name != "gradient.0.0")


@pytest.mark.parametrize("name", RECIPES)
def test_maps_are_those_of_the_layers_in_eval_mode(name):
    x, _ = example(name)
    moments = history(name).moments
    for m in (0, 3, len(moments) - 1):
        runs = run_network(in_eval_mode(RECIPES[name].network), x[None], weights=moments[m].state)
        for j, row in enumerate(made(name).meta["layers"]):
            y = runs[row["parts"][0]["stage"]].y[0]
            drawn = made(name).tensors[f"map.0.{j}"][m]
            assert np.array_equal(drawn.ravel(), y[: len(drawn)].ravel())


@pytest.mark.parametrize("name", RECIPES)
def test_scores_are_those_that_the_network_gives(name):
    x, _ = example(name)
    tensors = made(name).tensors
    for m, moment in enumerate(history(name).moments):
        given = scores(RECIPES[name].network, moment.state, x[None])[0]
        np.testing.assert_allclose(tensors["scores.0"][m], given, rtol=1e-5, atol=1e-6)
        out = torch.from_numpy(given)
        share = out.sigmoid() if name == "events" else out.softmax(0)
        np.testing.assert_allclose(tensors["shares.0"][m], share.numpy(), rtol=1e-4, atol=1e-6)
    assert shares(np.array([1000.0, 0.0], np.float32), False).tolist() == [1, 0]


def test_curves_and_updates_are_what_was_kept():
    one, tensors = history("sgd"), made("sgd").tensors
    np.testing.assert_array_equal(tensors["loss.0"], one.loss.astype(np.float32))
    np.testing.assert_array_equal(tensors["rate.0"], one.rate.astype(np.float32))
    np.testing.assert_array_equal(tensors["curves.0"][:, 3], one.curve("accuracy_test").astype(np.float32))
    for m, moment in enumerate(one.moments):
        for s, stage in enumerate(made("sgd").meta["recipes"][0]["stages"]):
            assert tensors["sizes.0"][m, s] == np.float32(moment.updates[stage].size)
            assert np.array_equal(tensors["counts.0"][m, s], moment.updates[stage].counts)
    edges = made("sgd").meta["edges"]
    assert 2 * len(edges) + 1 == tensors["counts.0"].shape[2]


def test_two_recipes_share_scales_and_places():
    both, alone = made("plain", "sgd"), made("plain")
    for name in ("kernel", "gradient", "map"):
        most = max(float(np.abs(both.tensors[f"{name}.{r}.0"]).max()) for r in range(2))
        assert both.meta["layers"][0]["limits"][name] == pytest.approx((-most, most))
    assert both.meta["layers"][0]["limits"]["kernel"][1] >= alone.meta["layers"][0]["limits"]["kernel"][1]
    assert np.array_equal(both.tensors["kernel.0.1"], alone.tensors["kernel.0.1"])


def test_each_place_of_the_playhead_shows_the_last_moment_before_it():
    short = train(replace(RECIPES["sgd"], steps=7))
    both = make_training([history("plain"), short], *example("plain"))
    for t, step in enumerate(both.tensors["ticks"]):
        for r, one in enumerate((history("plain"), short)):
            assert one.moments[both.tensors[f"at.{r}"][t]] is one.at(int(step))


def test_layers_of_two_networks_stand_side_by_side_and_the_last_where_one_has_fewer():
    one = recipe(Network((("flat", Flatten()), ("only", Linear((1, 8, 8), 3)))), steps=2)
    both = make_training([history("plain"), train(one)], *example("plain"))
    stages = [[part["stage"] for part in row["parts"]] for row in both.meta["layers"]]
    assert stages == [["s0", "only"], ["s4", "only"]]


def test_a_training_that_goes_on_is_drawn_as_far_as_it_is():
    begun = train(RECIPES["plain"], budget=Budget(steps=4))
    whole = made("plain")
    part = make_training([begun], *example("plain"))
    assert part.meta["recipes"][0]["made"] == 4
    assert part.meta["recipes"][0]["steps"] == 20
    assert part.tensors["ticks"].tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(part.tensors["kernel.0.0"], whole.tensors["kernel.0.0"][:5])
    nothing = make_training([train(RECIPES["plain"], budget=Budget(steps=0))], *example("plain"))
    assert nothing.tensors["ticks"].tolist() == [0]


def test_maps_that_are_too_many_go_as_levels_of_one_scale(monkeypatch):
    exact = made("plain")
    monkeypatch.setattr(scene, "MAPS", 4_000)
    monkeypatch.setattr(scene, "LEAST_CELLS", 64)
    small = make_training([history("plain")], *example("plain"))
    levels = small.tensors["map.0.0"]
    assert levels.dtype == np.uint8
    assert levels.nbytes < exact.tensors["map.0.0"].nbytes / 8
    low, high = small.meta["layers"][0]["limits"]["map"]
    whole = exact.tensors["map.0.0"]
    blocks = [whole.shape[axis] // levels.shape[axis] for axis in (2, 3)]
    means = whole.reshape(*whole.shape[:2], -1, blocks[0], levels.shape[3], blocks[1]).mean((3, 5))
    np.testing.assert_allclose(low + (high - low) * levels / TOP, means, atol=(high - low) / TOP)


def test_of_a_moment_maps_are_made_once_while_a_training_goes_on(monkeypatch):
    monkeypatch.setattr(scene, "MAPS", 8_000)
    monkeypatch.setattr(scene, "LEAST_CELLS", 16)
    done = train(RECIPES["plain"])
    for count in range(1, len(done.moments) + 1):
        make_training([replace(done, moments=done.moments[:count])], *example("plain"))
    assert [len(answers._known[moment].answers) for moment in done.moments] == [1] * len(done.moments)


def test_large_layers_stay_within_their_bytes(monkeypatch):
    monkeypatch.setattr(scene, "KERNELS", 30_000)
    bounded = make_training([history("plain")], *example("plain"))
    kernels = [one for name, one in bounded.tensors.items() if name.startswith("kernel")]
    assert sum(one.nbytes for one in kernels) <= 30_000
    whole = made("plain").tensors["kernel.0.1"]
    shown = bounded.tensors["kernel.0.1"]
    assert shown.size < whole.size
    assert np.array_equal(shown, whole[:, : shown.shape[1], : shown.shape[2]])


def test_events_are_shown_at_the_networks_own_frames():
    _, label = example("events")
    truth = made("events").tensors["truth"]
    assert truth.shape == made("events").tensors["scores.0"].shape[1:]
    assert np.array_equal(truth, label.reshape(2, 4, 2).max(2))
    assert made("events").meta["truth"] is None


def test_what_differs_names_the_recipes():
    assert names_of([history("plain")]) == ["Adam(lr=0.01)"]
    assert names_of([history("plain"), history("sgd")]) == ["Adam(lr=0.01)", "SGD(lr=0.05), StepLR(step_size=5)"]
    assert names_of([history("norm"), history("plain")])[0].startswith("1 × BatchNorm2d, 1 × Dropout")
    assert names_of([history("plain"), history("norm")])[0].startswith("without BatchNorm2d, Dropout")


def test_a_blob_comes_back_as_it_was():
    again = Scene.from_bytes(made("plain").to_bytes())
    assert again.tensors.keys() == made("plain").tensors.keys()
