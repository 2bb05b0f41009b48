"""Weights that ship on the pages: those of the file, at their moment, and captions say whose they are."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from cnnviz.export.on_stage import whose
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.networks.desed import HEAD, Desed
from cnnviz.scenes import shipped
from cnnviz.scenes.forward import run
from cnnviz.scenes.query import from_query, to_query
from cnnviz.scenes.query.weights import with_head
from cnnviz.scenes.request import LayerView, NetworkView, Request, StageView
from cnnviz.scenes.shipped.card import WEIGHTS
from cnnviz.scenes.weights import Seeded, Trained

MOMENTS = [(name, at) for name in shipped.cards() for at in range(len(shipped.card(name).moments))]
SOUND = [name for name in shipped.cards() if isinstance(shipped.network_of(name), Desed)]
PICTURES = [name for name in shipped.cards() if name not in SOUND]


def request_of(name: str, at: int) -> Request:
    shape = shipped.data_of(name).shape
    whole = Random(ndim=len(shape) - 1, size=shape[1:], channels=shape[0])
    return Request(shipped.network_of(name), Fitted(whole=whole, shape=shape), Trained(name, at))


@pytest.mark.parametrize(("name", "at"), MOMENTS)
def test_a_network_with_them_gives_what_torch_gives_with_the_file(name, at):
    asked = request_of(name, at)
    file = WEIGHTS / shipped.card(name).moments[at].file
    state = {key: torch.from_numpy(array.copy()) for key, array in load(file.read_bytes()).items()}
    module = asked.network.module()
    module.load_state_dict(state, strict=False)
    *_, last = asked.network.stages
    done = run(asked, {last[0]})[last[0]]
    x = torch.from_numpy(asked.input.grid().values.copy())[None]
    row = module.eval().get_submodule(asked.network.prefix)
    with torch.no_grad():
        wanted = row(x).numpy()
    np.testing.assert_allclose(done.y.reshape(wanted.shape), wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("name", "at"), [one for one in MOMENTS if one[0] in PICTURES])
@pytest.mark.parametrize("layer", [False, True])
def test_an_address_of_the_page_networks_holds_them(name, at, layer):
    asked = request_of(name, at)
    choice = asked, LayerView(asked.names[1]) if layer else NetworkView()
    query = to_query("network", choice)
    assert query["weights"] == "trained"
    assert from_query("network", query).made.make()[0] == asked


@pytest.mark.parametrize("name", SOUND)
def test_an_address_of_the_page_spectrogram_holds_them_and_the_network_has_its_head(name):
    query = {"weights": "trained", "activation": shipped.network_of(name).activation, "stage": HEAD}
    query |= {"network": "baseline" if len(shipped.network_of(name).nb_filters) > 3 else "lesson"}
    request, view = from_query("spectrogram", query).made.make()
    assert isinstance(request.weights, Trained)
    assert request.weights.name == name
    assert view == StageView(HEAD)
    assert not request.network.training
    again = from_query("spectrogram", to_query("spectrogram", (request, view))).made.make()
    assert again == (request, view)


@pytest.mark.parametrize(("name", "at"), MOMENTS)
def test_captions_say_whose_they_are_and_how_good(name, at):
    kept = shipped.card(name).moments[at]
    said = whose(Trained(name, at))
    for words in (str(shipped.title_of(name)), f"{kept.step:,} steps", f"{100 * kept.accuracy:.1f} %"):
        assert words in said


def test_where_none_fit_the_weights_are_random_and_the_form_says_so():
    choice = from_query("network", {"weights": "trained", "net": "Conv2d(1,2,3);ReLU()", "shape": "1,8,8"}).made.make()
    assert choice[0].weights == Seeded(0)
    assert "random" in whose(choice[0].weights)


def test_an_address_without_the_word_has_random_weights():
    for page in ("network", "spectrogram"):
        request, _ = from_query(page, {"seed": "3"}).made.make()
        assert request.weights == Seeded(3)


def test_no_head_without_trained_weights():
    assert with_head(Desed(), None) == Desed()
