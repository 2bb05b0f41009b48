"""What a number owes to the input, on screen: columns whose numbers are torch's, a player's scene, and an address."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from test_scene import words

from cnnviz.core.geometry import GeometryError
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import read
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.attribution import Occlusion, grad_cam, gradient, occlusion
from cnnviz.networks.desed import Desed
from cnnviz.networks.loss import Unit
from cnnviz.networks.zoo import ZOO
from cnnviz.scenes.attribution import turn
from cnnviz.scenes.build import show
from cnnviz.scenes.explain import SUM
from cnnviz.scenes.query import from_query, to_query
from cnnviz.scenes.request import GRAD_CAM, METHODS, OCCLUSION, TIMES_INPUT, AttributionView, Request, StageView
from cnnviz.scenes.weights import Kaiming, Seeded

LENET, LESSON = ZOO["LeNet-5"].network, ZOO["lesson C"].network
DIGIT = Request(LENET, Fitted(whole=Digit(), shape=(1, 32, 32)))
PHOTO = Request(LESSON, Fitted(whole=Photo(colour="rgb"), shape=(3, 32, 32)), Kaiming(3))
SOUND = Request(Desed(nb_filters=(4, 6, 3), training=False), LogMel(seconds=1))
WINDOW = Occlusion(kernel_size=(5, 5), stride=(4, 4), fill=0.5)
TARGET = Unit(at=(3,), stage="output")


def columns(request, view):
    """The columns' numbers and words, by name."""
    blob = show(request, view).blob
    tensors, meta = load(blob), words(blob)
    return {stage["name"]: (tensors[f"values.{i}"], stage) for i, stage in enumerate(meta["stages"])}


def given(request):
    return request.network, read(request.input).values


def state(request):
    return {"seed": request.weights.seed, "weights": request.weights.state(request.network)}


def test_a_gradient_and_its_product_stand_beside_the_input():
    target = Unit(at=(2,))
    found = columns(PHOTO, AttributionView(target, TIMES_INPUT))
    made = gradient(*given(PHOTO), target, **state(PHOTO))
    assert list(found) == ["input", "gradient", "product", "sum", "over the input"]
    np.testing.assert_array_equal(found["gradient"][0][:, 0], made.dx)
    np.testing.assert_array_equal(found["product"][0][:, 0], made.x * made.dx)
    np.testing.assert_allclose(found["sum"][0][0, 0], made.product.sum(axis=0), rtol=1e-6)
    assert found["sum"][1]["sum"] == {"of": 2}
    assert found["product"][1]["sum"] == {"product": [0, 1]}


def test_all_terms_of_a_grad_cam_are_on_screen():
    found = columns(DIGIT, AttributionView(TARGET, GRAD_CAM, "tanh3"))
    made = grad_cam(*given(DIGIT), TARGET, "tanh3", **state(DIGIT))
    assert list(found) == ["input", "maps", "gradient", "weights", "sum", "ReLU", "over the input"]
    maps, weights = found["maps"][0][:, 0], found["weights"][0].ravel()
    np.testing.assert_array_equal(weights, made.weights)
    np.testing.assert_allclose(found["sum"][0][0, 0], np.tensordot(weights, maps, 1), rtol=1e-4, atol=1e-8)
    np.testing.assert_array_equal(found["ReLU"][0][0, 0], found["sum"][0][0, 0].clip(0))
    assert found["sum"][1]["sum"] == {"of": 1, "by": 3}


@pytest.mark.parametrize(("request_", "stage"), [(DIGIT, "conv3"), (PHOTO, "3")], ids=["seeded", "kaiming"])
def test_in_the_player_a_grad_cam_is_a_convolution_with_torchs_own_value(request_, stage):
    target = Unit(at=(1,))
    request, view = show(request_, AttributionView(target, GRAD_CAM, stage)).work
    shown = show(request, view)
    made = grad_cam(*given(request_), target, stage, **state(request_))
    assert view.stage == SUM
    assert shown.done.layer.code() == f"nn.Conv2d({len(made.maps)}, 1, kernel_size=1, bias=False)"
    np.testing.assert_allclose(shown.done.x[0], made.maps, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(shown.done.y[0, 0], made.total, rtol=1e-4, atol=1e-7)
    conv = torch.nn.functional.conv2d(
        torch.from_numpy(made.maps)[None], torch.from_numpy(made.weights)[None, :, None, None]
    )
    np.testing.assert_allclose(shown.done.y, conv.numpy(), rtol=1e-5, atol=1e-8)


def test_a_windows_fall_is_the_score_less_that_with_the_window_hidden():
    found = columns(DIGIT, AttributionView(TARGET, OCCLUSION, window=WINDOW))
    made = occlusion(*given(DIGIT), TARGET, WINDOW, **state(DIGIT))
    hidden, fall = found["hidden"][0][0, 0], found["fall"][0][0, 0]
    np.testing.assert_array_equal(hidden, made.scores)
    np.testing.assert_array_equal(fall, np.float32(made.score) - hidden)
    assert found["fall"][1]["sum"] == {"from": made.score, "less": 1}
    np.testing.assert_array_equal(found["over the input"][0][0, 0], made.map)


def test_in_the_player_the_window_slides_over_the_input():
    shown = show(DIGIT, AttributionView(TARGET, OCCLUSION, window=WINDOW))
    tensors, meta = load(shown.work), words(shown.work)
    made = occlusion(*given(DIGIT), TARGET, WINDOW, **state(DIGIT))
    assert meta["rule"] == "occlude"
    np.testing.assert_array_equal(tensors["scores"].ravel(), made.scores.ravel())
    np.testing.assert_array_equal(tensors["output"].ravel(), made.falls.ravel())
    assert tensors["start1"].tolist() == [0, 4, 8, 12, 16, 20, 24, 28]


def test_a_cell_of_a_grad_cam_leads_to_the_cells_that_it_sees():
    blob = show(DIGIT, AttributionView(TARGET, GRAD_CAM, "conv3")).blob
    tensors = load(blob)
    assert tensors["back.1.2"].tolist()[:2] == [[0, 13], [2, 15]]  # 14 rows, 2 apart
    assert tensors["back.1.3"].tolist()[-1] == [18, 31]
    assert tensors["back.1.0"].tolist()[0] == [0, 0]


def test_a_spectrogram_stands_upright_and_keeps_its_numbers():
    target = Unit(at=(1, 5, 2), stage="pooling0")
    view = AttributionView(target, turned=True)
    found = columns(SOUND, view)
    made = gradient(*given(SOUND), target, **state(SOUND))
    drawn, stage = found["gradient"]
    assert stage["turned"] and stage["axes"] == ["frame", "mel"]
    frames, mels = made.dx.shape[1:]
    assert drawn.shape == (1, 1, mels, frames)
    assert drawn[0, 0, mels - 1 - 7, 4] == made.dx[0, 4, 7]


def test_tables_of_an_upright_axis_lead_to_the_same_cells():
    table = np.array([[0, 1], [1, 3], [4, 4]])
    flipped = turn(table, 6)
    for unit, (first, last) in enumerate(table):
        top, bottom = flipped[len(table) - 1 - unit]
        assert (5 - bottom, 5 - top) == (first, last)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", ["network", "spectrogram"])
def test_the_address_opens_the_same(page, method):
    turned, target = page == "spectrogram", TARGET if page == "network" else Unit(at=(2, 7, None), stage="pooling1")
    stage = {"network": "conv3", "spectrogram": "relu0"}[page] if method == GRAD_CAM else ""
    window = WINDOW if method == OCCLUSION else None
    view = AttributionView(target, method, stage, window, turned)
    choice = (DIGIT, view) if page == "network" else (SOUND, StageView("pooling1", 2, None, view))
    query = to_query(page, choice)
    assert query["view"] == "attribution"
    assert from_query(page, query).made.make() == choice


def test_a_place_beyond_a_stage_of_a_sound_is_pulled_back_inside():
    query = {"view": "attribution", "stage": "pooling2", "channel": "500", "frame": "9999", "input_seconds": "1"}
    request, view = from_query("spectrogram", query).made.make()
    _, frames, _ = request.network.shapes(read(request.input).values.shape)[-1]
    assert view.explained.target.at == (63, frames - 1, None)


def test_a_stage_without_axes_is_no_choice_and_is_refused_by_its_address():
    said = from_query("network", {"preset": "LeNet-5", "view": "attribution", "method": GRAD_CAM, "cam": "flatten"})
    assert said.odd == {"cam": "flatten"}
    with pytest.raises(GeometryError, match="flatten gives a vector of 120 numbers, which lie nowhere"):
        show(DIGIT, AttributionView(TARGET, GRAD_CAM, "flatten"))


def test_a_map_that_is_0_everywhere_is_said_to_be():
    corner = Unit(at=(0, 0, 0), stage="conv1")
    window = Occlusion(kernel_size=(4, 4), stride=(4, 4), fill=0.0)
    assert "0 everywhere" in show(DIGIT, AttributionView(corner, OCCLUSION, window=window)).told  # all 0 there already
    assert "0 everywhere" not in show(DIGIT, AttributionView(TARGET, OCCLUSION, window=window)).told


def test_weights_of_ones_own_are_the_cams_too():
    first, second = (
        show(Request(LENET, DIGIT.input, Seeded(seed)), AttributionView(TARGET, GRAD_CAM, "conv1")).work
        for seed in (1, 2)
    )
    assert first[0].weights.means != second[0].weights.means
