"""Weights that ship on the pages: those of the file, at their moment, and captions say whose they are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from test_pages import blobs, meta, opened

from cnnviz.inputs.event_clip import EventClip
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.networks.desed import HEAD, Desed
from cnnviz.scenes import shipped
from cnnviz.scenes.build import show
from cnnviz.scenes.forward import run
from cnnviz.scenes.query import from_query, to_query
from cnnviz.scenes.query.bare import bare
from cnnviz.scenes.query.weights import with_head
from cnnviz.scenes.request import LayerView, NetworkView, Request, StageView
from cnnviz.scenes.shipped.card import WEIGHTS
from cnnviz.scenes.verdict import verdict
from cnnviz.scenes.weights import Seeded, Trained
from cnnviz.scenes.whose import whose
from cnnviz.web.linked import asked as said_by

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
    said = whose(Request(shipped.network_of(name), EventClip(), Trained(name, at)))
    for words in (str(shipped.title_of(name)), f"{kept.step:,} steps", f"{100 * kept.accuracy:.1f} %"):
        assert words in said


def test_captions_say_a_seed_where_something_is_drawn_alone():
    network = shipped.network_of("desed-glu")
    assert "seed" not in whose(Request(network, EventClip(), Trained("desed-glu", seed=3)))
    assert "seed" not in whose(Request(replace(network, training=True), EventClip(), Trained("desed-glu", seed=3)))
    drops = replace(network, training=True, conv_dropout=0.5)
    assert whose(Request(drops, EventClip(), Trained("desed-glu", seed=3))).endswith("dropout with seed 3")
    assert whose(Request(drops, EventClip(), Seeded(3))) == "random weights, seed 3"


def test_where_none_fit_the_weights_are_random_and_the_form_says_so():
    choice = from_query("network", {"weights": "trained", "net": "Conv2d(1,2,3);ReLU()", "shape": "1,8,8"}).made.make()
    assert choice[0].weights == Seeded(0)
    assert "random" in whose(choice[0])


def test_an_address_without_the_word_has_random_weights():
    for page in ("network", "spectrogram"):
        request, _ = from_query(page, {"seed": "3"}).made.make()
        assert request.weights == Seeded(3)


def test_no_head_without_trained_weights():
    assert with_head(Desed(), None) == Desed()


def test_the_last_bars_of_a_network_bear_the_names_of_its_classes():
    request, _ = from_query("network", bare("network")).made.make()
    *before, last = meta(show(request, NetworkView()).blob)["stages"]
    assert last["classes"] == list(shipped.data_of(request.weights.name).classes)
    assert not any("classes" in stage for stage in before)
    random = meta(show(replace(request, weights=Seeded(0)), NetworkView()).blob)["stages"]
    assert not any("classes" in stage for stage in random)


# --- on the pages ---


def test_an_address_that_says_nothing_opens_trained_weights_and_the_command_line_the_same():
    for page in ("network", "spectrogram"):
        assert bare(page)["weights"] == "trained"
        assert said_by(page) == (page, dict(bare(page)))
        assert said_by(f"{page}?seed=0") == (page, {"seed": "0"})
        request, _ = from_query(page, bare(page)).made.make()
        assert isinstance(request.weights, Trained)


def test_the_page_networks_says_whose_weights_they_are_and_what_the_network_says():
    app = opened("network")
    assert not app.exception
    assert app.session_state["weights"] == "trained"
    request, _ = from_query("network", bare("network")).made.make()
    assert any(whose(request) in caption.value for caption in app.caption)
    (name, share), *_ = verdict(request)
    assert any(f"{name} {share:.2f}" in line.value for line in app.markdown)


def test_the_page_spectrogram_draws_classes_by_name_beside_the_true_events():
    app = opened("spectrogram")
    assert not app.exception
    request, _ = from_query("spectrogram", bare("spectrogram")).made.make()
    found = meta(blobs(app)[0])["belief"]
    assert [row["name"] for row in found["classes"]] == list(request.weights.classes)
    true = sorted((event.kind, [event.onset, event.offset]) for event in request.input.events)
    assert sorted((row["name"], event) for row in found["classes"] for event in row["events"]) == true


def test_what_it_says_is_torchs_softmax():
    request, _ = from_query("network", bare("network")).made.make()
    last = request.names[-1]
    shares = torch.softmax(torch.from_numpy(run(request, {last})[last].y.ravel().copy()), 0)
    best = shares.topk(3)
    assert [name for name, _ in verdict(request)] == [request.weights.classes[i] for i in best.indices]
    np.testing.assert_allclose([share for _, share in verdict(request)], best.values, rtol=1e-5)
    assert verdict(Request(request.network, request.input)) == []
