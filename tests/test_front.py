"""Trained weights on the pages of single layers: the numbers of torch's own network, on what reaches the layer."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from test_pages import opened, said

from cnnviz.core.layers import BatchNorm, ContextGating, Conv
from cnnviz.inputs.read import read
from cnnviz.scenes import shipped
from cnnviz.scenes.build import show
from cnnviz.scenes.forward import run
from cnnviz.scenes.query import from_query, to_query
from cnnviz.scenes.query.front import fronts
from cnnviz.scenes.query.gating import LAYERS
from cnnviz.scenes.shipped.card import WEIGHTS
from cnnviz.scenes.snippet import snippet
from cnnviz.scenes.weights import Front, Named, Seeded
from cnnviz.scenes.whose import whose

NORMS = [("normalisation", {"weights": "trained", "from_recipe": name}) for name in fronts(BatchNorm)]
DROPS = [
    ("normalisation", {"weights": "trained", "layer": "Dropout", "from_recipe": "desed-cg"}),
    ("normalisation", {"weights": "trained", "layer": "DropoutNd", "from_recipe": "lesson-b"}),
]
GATES = [
    ("gating", {"weights": "trained", "layer": layer, "from_recipe": name})
    for layer, kind in LAYERS.items()
    for name in fronts(kind)
]
KERNELS = [
    ("convolution", {"kernel": "trained", "from_recipe": name, "moment": str(step)})
    for name in fronts(Conv)
    for step in shipped.card(name).steps
]
ALL = [*NORMS, *DROPS, *GATES, *KERNELS]


@pytest.mark.parametrize(("page", "query"), ALL)
def test_a_layer_gives_what_the_trained_network_gives_in_its_place(page, query):
    request = from_query(page, query).made.make()
    name, at = request.weights.name, request.weights.moment
    file = WEIGHTS / shipped.card(name).moments[at].file
    network = shipped.network_of(name)
    module = network.module()
    module.load_state_dict({key: torch.from_numpy(array) for key, array in load(file.read_bytes()).items()})
    row = module.get_submodule(network.prefix).eval()[: len(request.names)]
    with torch.no_grad():
        expected = row(torch.from_numpy(read(request.input).values)[None]).numpy()
    np.testing.assert_array_equal(run(request, {request.names[-1]})[request.names[-1]].y, expected)


@pytest.mark.parametrize(("page", "query"), ALL)
def test_an_address_holds_them(page, query):
    request = from_query(page, query).made.make()
    assert isinstance(request.weights, Front)
    assert request.weights.name == query["from_recipe"]
    if "moment" in query:
        assert request.weights.kept.step == int(query["moment"])
    again = from_query(page, to_query(page, request))
    assert again.made.make() == request
    assert not again.odd


@pytest.mark.parametrize(("page", "query"), [NORMS[0], GATES[-1], KERNELS[-1]])
def test_the_code_gives_the_same_numbers(page, query):
    request = from_query(page, query).made.make()
    said: dict[str, torch.Tensor] = {}
    exec(snippet(request), said)
    np.testing.assert_array_equal(said["y"].numpy(), run(request, {request.names[-1]})[request.names[-1]].y)


def test_a_batch_norm_takes_its_running_statistics_or_those_of_this_clip():
    rested, trains = (
        show(from_query("normalisation", {"weights": "trained", "training": word}).made.make()).done
        for word in ("false", "true")
    )
    np.testing.assert_allclose(trains.y.mean((0, 2, 3)), trains.state["bias"], atol=1e-4)
    assert abs(rested.y.mean((0, 2, 3)) - rested.state["bias"]).max() > 0.1
    assert rested.state["running_var"].max() < 0.9  # not torch's start


@pytest.mark.parametrize(("page", "query"), DROPS)
def test_a_dropout_behind_trained_layers_drops_while_it_trains(page, query):
    request = from_query(page, {**query, "training": "true", "p": "0.3"}).made.make()
    assert from_query(page, to_query(page, request)).made.make() == request
    done = show(request).done
    x, y, mask = done.x[0], done.y[0], done.parts["gate"][0]
    np.testing.assert_allclose(y, x * mask / 0.7, rtol=1e-6)
    assert 0.4 < mask.mean() < 0.95 and x.max() > 0.1
    if query["layer"] == "DropoutNd":  # a channel is dropped as a whole
        assert set(np.unique(mask.reshape(len(mask), -1).mean(1))) == {0.0, 1.0}


def test_old_addresses_keep_their_random_weights():
    assert from_query("normalisation", {"layer": "BatchNorm"}).made.make().weights == Seeded(0)
    assert from_query("gating", {"layer": "GLU", "seed": "3"}).made.make().weights == Seeded(3)
    assert from_query("convolution", {}).made.make().weights == Named("sobel_x")


def test_a_layer_that_no_shipped_network_has_is_not_asked():
    assert not fronts(LAYERS["Mish"])
    assert "weights" not in from_query("gating", {"layer": "Mish", "weights": "trained"}).asked


@pytest.mark.parametrize(("page", "query"), [NORMS[0], GATES[0], KERNELS[0]])
def test_the_page_says_whose_they_are(page, query):
    request = from_query(page, query).made.make()
    app = opened(page, **query)
    assert not app.exception
    assert str(shipped.title_of(request.weights.name)) in whose(request)
    assert any(str(request.weights.words) in line for _, line in said(app))


def test_a_gate_of_every_kind_that_ships():
    assert list(fronts(ContextGating)) == ["desed-cg"]
    assert list(fronts(LAYERS["GLU"])) == ["desed-glu", "desed-baseline"]
