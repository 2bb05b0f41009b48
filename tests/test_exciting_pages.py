"""What channels of shipped networks answer to, on their pages: the same that torch finds in the test part."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from test_pages import blobs, meta, opened

from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.networks.desed import Desed
from cnnviz.scenes import shipped
from cnnviz.scenes.exciting import answers_of
from cnnviz.scenes.exciting.shown import Shipped, known_of, tells_of
from cnnviz.scenes.query.exciting import cleaned
from cnnviz.scenes.weights import Seeded, Trained
from cnnviz.web.vocabulary import words

PICTURES = [name for name in shipped.cards() if not isinstance(shipped.data_of(name), SoundEvents)]


@pytest.mark.parametrize("name", PICTURES)
def test_the_files_beside_shipped_weights_are_of_these_weights(name):
    """Plain torch, on the example that is named, has its largest value at the cell that is named."""
    network, state = shipped.network_of(name), shipped.state(name)
    test, answers = shipped.split_of(name).test, answers_of(name)
    first = next(stage for stage, _ in network.stages if stage in answers)
    best = answers[first].best
    module = network.upto(first).module()
    module.load_state_dict({key: torch.tensor(state[key]) for key in module.state_dict()})
    row = module.eval().get_submodule(network.prefix)
    for channel in range(min(4, len(best.value))):
        with torch.no_grad():
            made = row(torch.tensor(test.x[best.example[channel]])).numpy()[:, channel].reshape(9, -1)
        np.testing.assert_allclose(made.max(axis=1), best.value[channel], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(made[np.arange(9), best.cell[channel]], best.value[channel], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in shipped.cards() if name not in PICTURES])
def test_every_stage_of_the_networks_of_sounds_has_its_answers(name):
    network = shipped.network_of(name)
    assert isinstance(network, Desed)
    shapes = dict(zip([stage for stage, _ in network.stages], network.shapes(shipped.data_of(name).shape), strict=True))
    for stage, one in answers_of(name).items():
        assert len(one.best.value) == shapes[stage][0]
        assert one.auc.shape[1] == len(shipped.data_of(name).classes)
        assert (np.diff(one.best.value, axis=1) <= 0).all()


def test_only_weights_at_the_end_of_their_training_have_answers():
    assert known_of(Seeded()) is None
    assert known_of(Trained("lenet5")) == Shipped("lenet5")
    assert known_of(Trained("lenet5", 0)) is None
    assert Shipped("desed-relu").panel("nowhere", 0) is None


def test_the_page_of_networks_shows_them_and_sorts_by_classes():
    app = opened("network", preset="LeNet-5", weights="trained", tells="sandal", from_class="sneaker")
    assert not app.exception
    flow, panel = blobs(app)[-2:]
    told = meta(flow)["tells"]
    assert told["words"] == "sandal from sneaker"
    classes = shipped.data_of("lenet5").classes
    wanted = answers_of("lenet5")["conv3"].auc[:, classes.index("sandal"), 1 + classes.index("sneaker")]
    np.testing.assert_allclose(told["stages"]["conv3"], wanted, atol=0.001)
    assert meta(panel)["classes"] == list(classes)
    value = load(panel)[f"value.{meta(panel)['stages']['conv3']}"]
    np.testing.assert_array_equal(value, answers_of("lenet5")["conv3"].best.value)
    assert {"tells", "from_class", "marks"} <= words("spectrogram")


def test_random_weights_are_asked_nothing():
    app = opened("network", preset="LeNet-5", weights="torch", tells="sandal")
    assert not app.exception
    last = meta(blobs(app)[-1])  # the overview: no panel comes behind it
    assert "classes" not in last
    assert "tells" not in last


def test_stretches_from_a_browser_are_made_clean():
    assert cleaned([[0.5, 1], [2, 3.25]]) == "0.50-1.00,2.00-3.25"
    assert cleaned([[0.5, 1], "x", [2]]) == "0.50-1.00"
    assert cleaned([[3, 2]]) == cleaned([]) == cleaned([None, {}]) == ""


def test_what_is_told_is_of_the_stage_and_its_resting_dropout():
    assert tells_of(Shipped("lenet5"), "flatten", "sandal", None) == []
    assert tells_of(Shipped("desed-relu"), "dropout1", "speech", None) == tells_of(
        Shipped("desed-relu"), "relu1", "speech", None
    )
