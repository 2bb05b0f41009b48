"""The network in reverse: its gradients are torch's, its norms too, and its address opens it again."""

import json
from dataclasses import replace
from math import log10

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from test_backward import by_autograd
from test_scene import words
from torch.nn import functional as F

from cnnviz.core.back import passes
from cnnviz.core.cache import TOGETHER
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, ReLU, Sigmoid, Softmax, Tanh
from cnnviz.export import Look, atlas
from cnnviz.export.on_stage import on_stage
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.read import read
from cnnviz.inputs.samples import Digit
from cnnviz.networks.forward import run_network
from cnnviz.networks.loss import CrossEntropy, Mean, Unit
from cnnviz.networks.network import INPUT, Network
from cnnviz.networks.zoo import ZOO, kaiming
from cnnviz.scenes import backward, flow_back
from cnnviz.scenes.build import show
from cnnviz.scenes.forward import run
from cnnviz.scenes.query import from_query, to_query
from cnnviz.scenes.request import Back, LayerView, NetworkView, Request
from cnnviz.scenes.upstream import FromLoss
from cnnviz.scenes.weights import Kaiming, Seeded

LENET = ZOO["LeNet-5"].network
REQUEST = Request(LENET, Fitted(whole=Digit(), shape=(1, 32, 32)), Seeded(0))
VIEW = NetworkView(CrossEntropy(target=3))


def drawn(request=REQUEST, view=VIEW):
    """Tensors and words of a network in reverse."""
    blob = show(request, view).blob
    return load(blob), words(blob)


def test_the_maps_are_autograds_and_so_are_the_norms():
    tensors, meta = drawn()
    found = by_autograd(LENET, read(REQUEST.input).values, lambda y: F.cross_entropy(y, torch.tensor([3])))
    value, outputs, parameters = found
    assert meta["back"]["value"] == pytest.approx(value, rel=1e-5)
    assert [stage["name"] for stage in meta["stages"]] == [INPUT, *REQUEST.names]
    for i, stage in enumerate(meta["stages"]):
        gradient = outputs[stage["name"]].numpy()
        np.testing.assert_allclose(tensors[f"values.{i}"].ravel(), gradient.ravel(), rtol=1e-5, atol=1e-8)
        assert stage["norm"] == pytest.approx(np.linalg.norm(gradient), rel=1e-5)
        own = [p.numpy().ravel() for key, p in parameters.items() if key.startswith(f"{stage['name']}.")]
        assert (stage["weights"] is None) == (not own)
        if own:
            assert stage["weights"] == pytest.approx(np.linalg.norm(np.concatenate(own)), rel=1e-5)


def test_the_weights_are_those_of_the_request():
    tensors, _ = drawn(Request(LENET, REQUEST.input, Kaiming(2)))
    state = kaiming(LENET, 2)
    _, outputs, _ = by_autograd(
        LENET, read(REQUEST.input).values, lambda y: F.cross_entropy(y, torch.tensor([3])), state
    )
    np.testing.assert_allclose(tensors["values.1"].ravel(), outputs["conv1"].numpy().ravel(), rtol=1e-4, atol=1e-8)


def test_every_gradient_is_on_the_signed_scale_whatever_the_maps_are():
    network = Network((("conv", Conv(1, 2, (3, 3))), ("gate", Sigmoid()), ("relu", ReLU())))
    _, meta = drawn(Request(network, Random(size=(5, 5))), NetworkView(Mean()))
    assert {stage["scale"] for stage in meta["stages"]} == {"signed"}
    assert (meta["diverging"], list(meta["palette"]), meta["colour"]) == (["signed"], ["signed"], None)


def test_the_bars_reach_as_far_as_the_logarithms_of_the_norms():
    _, meta = drawn()
    low, high = meta["back"]["ends"]
    assert all(low <= log10(stage["norm"]) <= high for stage in meta["stages"])
    for stage in meta["stages"]:
        assert stage["share"] == pytest.approx((log10(stage["norm"]) - low) / (high - low))


def test_the_largest_gradient_of_all_is_the_end_of_the_common_scale():
    tensors, meta = drawn()
    largest = max(np.abs(tensors[f"values.{i}"]).max() for i in range(len(meta["stages"])))
    assert meta["back"]["most"] == pytest.approx(largest)


def test_behind_the_stage_of_the_loss_there_is_nothing():
    _, meta = drawn(view=NetworkView(Unit(at=(2, 3, 4), stage="tanh3")))
    assert [stage["name"] for stage in meta["stages"]][-1] == "tanh3"
    assert meta["back"]["loss"] == "tanh3[0, 2, 3, 4]"


def test_what_vanishes_is_said_and_counts_as_a_number():
    deep = Network(tuple((f"s{i}", layer) for i in range(30) for layer in [Tanh()]))
    shown = show(Request(deep, Random(size=(4, 4))), NetworkView(Mean()))
    assert "back to s0 the gradient's norm shrinks to" in shown.told
    network = Network((("relu", ReLU()), ("tanh", Tanh())))
    dead = show(Request(network, Random(size=(4, 4), mean=-50)), NetworkView(Mean()))
    assert "No gradient above 0" not in dead.told  # the first stage's output has one, the input has none
    assert words(dead.blob)["stages"][0]["norm"] == 0


def test_what_overflows_is_no_number_in_the_blob(monkeypatch):
    seen = flow_back.go_back(REQUEST, Mean())
    norms = {**seen.norms, "conv1": float("inf"), "conv3": float("nan")}
    broken = flow_back.Seen(seen.glance, seen.dx, norms, seen.weights, seen.done)
    meta = flow_back.make_flow_back(LENET, Mean(), broken).meta
    stages = {stage["name"]: stage for stage in meta["stages"]}
    assert [stages[name]["norm"] for name in ("conv1", "conv3")] == [None, None]
    assert [stages[name]["share"] for name in ("conv1", "conv3")] == [1, 0]
    json.dumps(meta, allow_nan=False)


def test_a_pass_back_is_run_once_for_all_who_ask(monkeypatch):
    calls, real = [], flow_back.run_backward
    monkeypatch.setattr(flow_back, "run_backward", lambda *args, **more: calls.append(1) or real(*args, **more))
    TOGETHER.forget()
    for _ in range(2):
        show(REQUEST, VIEW)
    show(REQUEST, NetworkView(CrossEntropy(target=4)))
    assert len(calls) == 2


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(GeometryError, match="There are 10, from 0 to 9, and 10 is none of them"):
        show(REQUEST, NetworkView(CrossEntropy(target=10)))


@pytest.mark.parametrize("loss", [CrossEntropy(target=7), Mean(), Unit(at=(3,)), Unit(at=(None,)), Unit()], ids=str)
def test_the_address_opens_the_same(loss):
    choice = (REQUEST, NetworkView(loss))
    query = to_query("network", choice)
    assert query["view"] == "gradients"
    assert from_query("network", query).made.make() == choice


def test_files_of_a_link_to_gradients_are_of_the_layer_that_is_selected():
    said = from_query("network", {"preset": "LeNet-5", "view": "gradients", "layer": "3"})
    assert said.at_work()[1] == LayerView("conv3")


@pytest.mark.parametrize("text", ["a", "1, 2, 3, 4, 5", "-1", "1.5"])
def test_a_unit_that_cannot_be_read_is_told(text):
    said = from_query("network", {"view": "gradients", "loss": "unit", "unit": text})
    with pytest.raises(GeometryError, match="A unit is written as in 3, 0, 7"):
        said.made.make()


def test_the_picture_of_all_names_every_norm_and_the_loss():
    svg = atlas(show(REQUEST, VIEW).blob, Look(), form="svg").decode()
    assert "gradients of the cross-entropy of class 3 in output" in svg
    assert svg.count("norm ") == len(REQUEST.names) + 1


def test_the_values_forward_are_not_touched():
    forth = run_network(LENET, read(REQUEST.input).values[None])
    show(REQUEST, VIEW)
    tensors = load(show(REQUEST, NetworkView()).blob)
    np.testing.assert_array_equal(tensors["values.1"].ravel(), forth["conv1"].y.ravel())


# --- a stage at work, on what the loss sends down ---

STAGED = [CrossEntropy(target=7, stage="output"), Mean(stage="output"), Unit(at=(3,), stage="output")]


@pytest.mark.parametrize("loss", STAGED, ids=str)
def test_a_stages_own_gradient_is_that_of_the_whole_network_before_it(loss):
    _, outputs, parameters = by_autograd(LENET, read(REQUEST.input).values, lambda y: loss.of(y[0]))
    before = dict(zip(REQUEST.names, [INPUT, *REQUEST.names], strict=False))
    for stage, layer in LENET.stages:
        for one in passes(layer):
            done, _, dy = backward.back(REQUEST, stage, Back(one.name, FromLoss(loss)), run(REQUEST, {stage})[stage])
            np.testing.assert_allclose(dy.ravel(), outputs[stage].numpy().ravel(), rtol=1e-4, atol=1e-8)
            wanted = outputs[before[stage]] if one.of == "input" else parameters[f"{stage}.{one.of}"]
            mine, torchs = (np.sort(one.ravel()) for one in (done.y, wanted.numpy()))  # dW is told pair by pair
            np.testing.assert_allclose(mine, torchs, rtol=1e-4, atol=1e-7)
            if one.name == "dX":
                np.testing.assert_allclose(done.y.ravel(), wanted.numpy().ravel(), rtol=1e-4, atol=1e-7)


def test_its_caption_says_which_loss():
    view = LayerView("conv3", back=Back("dX", FromLoss(CrossEntropy(target=7, stage="output"))))
    staged = on_stage(REQUEST, view, show(REQUEST, view))
    assert "dX, where dY comes from the loss of the network, cross-entropy of class 7 in output" in staged.words
    assert not staged.code


@pytest.mark.parametrize("loss", STAGED, ids=str)
def test_the_address_opens_the_stage_at_work(loss):
    choice = (REQUEST, LayerView("conv3", back=Back("dW", FromLoss(loss))))
    query = to_query("network", choice)
    assert (query["view"], query["pass"], query["layer"]) == ("gradients", "dW", str(REQUEST.names.index("conv3")))
    said = from_query("network", query)
    assert said.made.make() == said.at_work() == choice


def test_what_stands_behind_the_loss_gets_nothing_of_it():
    view = LayerView("output", back=Back("dX", FromLoss(Mean(stage="conv3"))))
    with pytest.raises(GeometryError, match="Nothing of the loss comes back to output, which stands behind conv3"):
        show(REQUEST, view)


def test_a_second_softmax_is_told_with_the_way_out():
    shares = replace(REQUEST, network=Network((*LENET.upto("conv3").stages, ("shares", Softmax()))))
    told = show(shares, VIEW).told
    assert "Remove nn.Softmax, or choose one unit as the loss" in told
    assert "softmax of its own" not in show(REQUEST, VIEW).told
    assert "softmax of its own" not in show(shares, NetworkView(Unit(at=(3,)))).told
