"""Files of attributions: like any layer where something slides, else pictures and numbers of the maps."""

from io import BytesIO
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from PIL import Image
from test_explain import DIGIT, SOUND, TARGET, WINDOW, given, state

from cnnviz.cli.open_link import staged_at
from cnnviz.core.device import VARIABLE
from cnnviz.export import ExportError, Look, Wanted, make
from cnnviz.export.explained import explained_at_work, maps_numbers, maps_picture
from cnnviz.networks.attribution import grad_cam, gradient, occlusion
from cnnviz.networks.loss import Unit
from cnnviz.scenes.build import show
from cnnviz.scenes.query import to_query
from cnnviz.scenes.request import GRAD_CAM, OCCLUSION, TIMES_INPUT, AttributionView, StageView

CAM = AttributionView(TARGET, GRAD_CAM, "tanh3")
HIDDEN = AttributionView(TARGET, OCCLUSION, window=WINDOW)
SLOPE = AttributionView(TARGET, TIMES_INPUT)
SMALL = Wanted(Look(width_px=400))


def staged(view):
    return explained_at_work(DIGIT, show(DIGIT, view))


@pytest.mark.parametrize("view", [CAM, HIDDEN], ids=["Grad-CAM", "occlusion"])
def test_what_slides_is_taken_away_like_any_layer(view):
    one = staged(view)
    assert "The target, output[0, 3], is" in one.words
    assert Image.open(BytesIO(make(one, "png", SMALL))).width == 400
    film = Image.open(BytesIO(make(one, "gif", SMALL)))
    assert film.n_frames >= one.done.y[0, 0].size
    kept = np.load(BytesIO(make(one, "npz", SMALL)))
    np.testing.assert_array_equal(kept["input"], one.done.x)
    assert b"<html" in make(one, "html", SMALL)
    made = grad_cam(*given(DIGIT), TARGET, "tanh3", **state(DIGIT)).total
    if view is HIDDEN:
        made = occlusion(*given(DIGIT), TARGET, WINDOW, **state(DIGIT)).falls
    np.testing.assert_allclose(kept["output"][0, 0], made, rtol=1e-4, atol=1e-7)


def test_the_code_of_a_grad_cam_adds_up_its_maps(monkeypatch):
    monkeypatch.setenv(VARIABLE, "cpu")
    space: dict = {}
    exec(make(staged(CAM), "py", SMALL).decode(), space)
    made = grad_cam(*given(DIGIT), TARGET, "tanh3", **state(DIGIT))
    wanted = torch.einsum("c,cij->ij", torch.from_numpy(made.weights), torch.from_numpy(made.maps))
    np.testing.assert_allclose(space["y"][0, 0].numpy(), wanted.numpy(), rtol=1e-4, atol=1e-7)


def test_in_a_gradient_nothing_slides():
    assert staged(SLOPE) is None


def test_numbers_of_all_columns_are_torchs():
    kept = np.load(BytesIO(maps_numbers(DIGIT, show(DIGIT, SLOPE))))
    made = gradient(*given(DIGIT), TARGET, **state(DIGIT))
    assert {"input", "gradient", "product"} <= set(kept.files)
    np.testing.assert_array_equal(kept["gradient"], made.dx)
    np.testing.assert_array_equal(kept["product"], made.product)
    assert "output[0, 3]" in str(kept["target"])


@pytest.mark.parametrize("view", [CAM, HIDDEN, SLOPE, AttributionView(TARGET)], ids=lambda view: view.method)
def test_the_maps_stand_in_a_picture(view):
    assert Image.open(BytesIO(maps_picture(DIGIT, show(DIGIT, view), Look(width_px=600)))).width == 600


@pytest.mark.parametrize("view", [CAM, HIDDEN], ids=["Grad-CAM", "occlusion"])
def test_a_link_gives_the_file_of_what_slides(view):
    link = f"network?{urlencode(to_query('network', (DIGIT, view)))}"
    assert make(staged_at(link), "png", SMALL) == make(staged(view), "png", SMALL)


def test_so_does_one_of_a_sound():
    unit = Unit(at=(1, 5, 2), stage="pooling0")
    view = StageView("pooling0", 1, (5, 2), AttributionView(unit, GRAD_CAM, "conv0", turned=True))
    found = staged_at(f"spectrogram?{urlencode(to_query('spectrogram', (SOUND, view)))}")
    wanted = show(SOUND, view.explained).work
    np.testing.assert_array_equal(found.done.y, show(*wanted).done.y)


def test_a_link_to_a_gradient_says_where_its_maps_are_taken():
    link = f"network?{urlencode(to_query('network', (DIGIT, SLOPE)))}"
    with pytest.raises(ExportError, match=r"nothing slides.*tab Share"):
        staged_at(link)
