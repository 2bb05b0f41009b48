"""What a network says it hears: torch's sigmoid of its head, and the true events where they are known."""

from types import SimpleNamespace

import numpy as np
import torch

from cnnviz.inputs.sound import LogMel
from cnnviz.networks.desed import HEAD, Desed
from cnnviz.networks.loss import Unit
from cnnviz.scenes.belief import belief, events_of, has_head, probabilities
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.build import show
from cnnviz.scenes.forward import run
from cnnviz.scenes.query.spectrogram import target
from cnnviz.scenes.request import AttributionView, Request, StageView
from cnnviz.scenes.weights import Seeded

SMALL = Desed(nb_filters=(4, 5, 6), classes=3, head_mels=2)
ASKED = Request(SMALL, LogMel(seconds=1), Seeded(4))


def test_the_viewer_gets_torchs_probabilities_whatever_stage_is_looked_at():
    scores = torch.from_numpy(run(ASKED, {HEAD})[HEAD].y[0, :, :, 0].copy())
    for stage in ("conv0", HEAD):
        scene = Scene.from_bytes(show(ASKED, StageView(stage)).blob)
        np.testing.assert_allclose(scene.tensors["belief"], torch.sigmoid(scores), rtol=1e-6)
        assert [row["name"] for row in scene.meta["belief"]["classes"]] == ["class 0", "class 1", "class 2"]
        assert scene.meta["belief"]["told"] is False  # nobody knows what is in this sound


def test_without_a_head_there_is_nothing_to_draw():
    plain = Request(Desed(nb_filters=(4, 5, 6)), LogMel(seconds=1))
    assert not has_head(plain.network)
    scene = Scene.from_bytes(show(plain, StageView("conv0")).blob)
    assert "belief" not in scene.tensors
    assert "belief" not in scene.meta


def test_true_events_stand_in_the_rows_of_their_classes():
    heard = [SimpleNamespace(kind="water", onset=0.5, offset=2.0), SimpleNamespace(kind="alarm", onset=1.0, offset=1.5)]
    events = events_of(SimpleNamespace(events=heard))
    _, words = belief(np.zeros((1, 3, 5, 1), np.float32), ("alarm", "speech", "water"), events)
    assert [row["events"] for row in words["belief"]["classes"]] == [[[1.0, 1.5]], [], [[0.5, 2.0]]]
    assert words["belief"]["told"] is True


def test_large_scores_are_sure_and_no_overflow():
    made = probabilities(np.array([-1000.0, 0, 1000], np.float32).reshape(1, 1, 3, 1))
    assert made.tolist() == [[0, 0.5, 1]]


def test_a_class_in_a_frame_can_be_explained():
    unit = target(ASKED, HEAD, (1, 30, None))
    shown = show(ASKED, AttributionView(unit, "gradient"))
    module = SMALL.module()
    module.load_state_dict({key: torch.from_numpy(array.copy()) for key, array in SMALL.state(4).items()})
    x = torch.from_numpy(ASKED.input.grid().values.copy())[None].requires_grad_()
    module.eval().get_submodule("cnn")(x)[0, 1, 30, 0].backward()
    assert isinstance(unit, Unit)
    assert x.grad is not None
    np.testing.assert_allclose(list(shown.columns.values())[1], x.grad[0], rtol=1e-4, atol=1e-7)
