"""Scenes of backward passes: dY, their words, their code, and their files."""

from io import BytesIO

import numpy as np
import pytest
import streamlit
import torch
from asking import layer_of, request_of, undoing
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image
from strategies import cases, each
from test_back import THERE, gradients, may_go_back, padded_by_torch, whose
from test_snippet import random_of

from cnnviz.core.back import NAMES, passes
from cnnviz.core.device import VARIABLE
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, BatchNorm, Conv, MaxPool
from cnnviz.core.run import Run, run
from cnnviz.export import Look, Wanted, make
from cnnviz.export.on_stage import code_of, on_stage
from cnnviz.inputs import SourceError
from cnnviz.inputs.batch import Along
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.query.passes import ASKED
from cnnviz.scenes.request import Back, LayerView, Request
from cnnviz.scenes.upstream import Cell, Ones, Target, Upstream
from cnnviz.web import loss_here

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

CONV = request_of(Conv(2, 4, 3, stride=2, padding=1, groups=2), Random(size=6, channels=2), seed=3)
WINNERS = request_of(MaxPool(3, 2), Random(size=5, channels=2))
UPSTREAMS: tuple[Upstream, ...] = (Ones(), Cell(1, (0, None, 2)), Target("0.5"))


def passed(request: Request, name: str, upstream: Upstream = UPSTREAMS[0]) -> Shown:
    return show(request, LayerView(back=Back(name, upstream)))


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """Where the lines of a snippet run."""
    monkeypatch.setenv(VARIABLE, "cpu")


# --- dY ---


def test_the_gradient_of_the_sum_is_that_of_ones():
    assert (passed(CONV, "dX").done.x == 1).all()


def test_one_cell_of_the_output_is_the_loss():
    dy = passed(CONV, "dX", Cell(2, (1, 0))).done.x
    assert dy.sum() == dy[0, 2, 1, 0] == 1


def test_a_cell_beyond_the_output_is_pulled_back_and_none_is_the_middle():
    assert np.argwhere(passed(CONV, "dX", Cell(9, (9, None))).done.x[0]).tolist() == [[3, 2, 1]]


def test_a_cell_beyond_the_output_is_said_to_be():
    done = passed(CONV, "dX").done
    inside, beyond = (str(Cell(0, cell).words(done)) for cell in ((1, 0), (1, 99)))
    assert inside == "dY is 1 at y[0, 1, 0] alone: the loss is that cell"
    assert beyond.endswith("[0, 1, 99], which lies beyond the map")


def test_a_target_gives_the_difference():
    y = show(CONV).done.y
    np.testing.assert_array_equal(passed(CONV, "dX", Target("-1.5")).done.x, y + 1.5)
    one_map = "\n".join(" ".join(map(str, range(row, row + 3))) for row in range(3))
    wanted = y - (np.arange(3)[:, None] + np.arange(3))
    np.testing.assert_array_equal(passed(CONV, "dX", Target(one_map)).done.x, wanted.astype(np.float32))


def test_the_loss_of_a_target_falls_along_its_gradient():
    request = request_of(Conv(1, 1, 3), Ramp(size=6), seed=1)
    x, state = show(request).done.x, show(request).done.state
    step = x - 1e-3 * passed(request, "dX", Target("2")).done.y
    before, after = (float(((run(layer_of(request), at, weights=state).y - 2) ** 2).sum()) for at in (x, step))
    assert after < before


@pytest.mark.parametrize(
    ("text", "says"), [("1 2", r"one map of \(3, 3\), or 4 of them"), ("x", "not a number"), ("", "Nothing is typed")]
)
def test_a_target_that_does_not_suit_is_refused_with_what_would(text, says):
    with pytest.raises((GeometryError, SourceError), match=says):
        passed(CONV, "dX", Target(text))


# --- words ---


@pytest.mark.parametrize(
    ("name", "names", "title"),
    [
        ("dX", {"input": "dY", "output": "dX"}, "dX · nn.ConvTranspose2d(4, 2, "),
        ("dW", {"input": "x", "output": "dW", "kernel": "dY"}, "dW · nn.Conv2d(2, 4, "),
        ("db", {"input": "dY", "output": "db"}, "db · nn.Conv2d(2, 4, "),
    ],
)
def test_a_scene_says_which_pass_it_is(name, names, title):
    meta = Scene.from_bytes(passed(CONV, name).blob).meta
    assert meta["names"] == names
    assert meta["title"].startswith(title)
    assert meta["scales"]["output"] == "signed"


def test_copies_that_go_back_are_added_up_without_slopes():
    request = request_of(Conv(1, 1, 3, padding=1, padding_mode="reflect"), Ramp(size=4), seed=1)
    assert not Scene.from_bytes(passed(request, "dX").blob).meta["weighted"]
    assert Scene.from_bytes(passed(request_of(MaxPool(), Ramp(size=4)), "dX").blob).meta["weighted"]


def test_every_pass_has_a_name_that_addresses_know():
    layers = [*(KINDS[name]() for name in THERE), Conv(padding=1, padding_mode="reflect")]
    assert {one.name for layer in layers for one in passes(layer)} == set(NAMES)


def test_another_pass_of_the_same_request_is_another_scene():
    assert passed(CONV, "dX").done is passed(CONV, "dX").done  # made once
    assert len({passed(CONV, "dX", upstream).blob for upstream in UPSTREAMS}) == len(UPSTREAMS)
    assert passed(CONV, "dX").forward is show(CONV).done


# --- a cell of dY becomes the loss ---


@pytest.mark.parametrize(
    ("request_", "name", "words"),
    [
        (CONV, "dX", ["dy_channel", "", "dy_rows", "dy_columns"]),
        (CONV, "db", ["dy_channel", "", "dy_rows", "dy_columns"]),
        (CONV, "dW", None),  # which reads x
        (request_of(MaxPool(2, ndim=1), Ramp(ndim=1)), "dX", ["dy_channel", "", "", "dy_length"]),
        (request_of(BatchNorm(num_features=1), Ramp(ndim=3, size=3), batch=Along()), "dX", None),  # of three examples
    ],
)
def test_a_scene_says_which_words_a_cell_of_dy_goes_to(request_, name, words):
    shown = passed(request_, name)
    meta = Scene.from_bytes(loss_here.offered(shown)).meta
    assert meta.get("losses") == words
    for word in filter(None, words or []):
        assert word in ASKED
    assert loss_here.offered(show(request_)) is show(request_).blob


RUBBISH = [
    {},
    {"pass": 1},
    {"dy": 0},
    {"dy_target": 0},
    {"dy_rows": True},
    {"dy_rows": 4096},
    {"dy_rows": -1},
    {"x": 0},
]


@pytest.mark.parametrize("said", RUBBISH)
def test_what_names_no_cell_of_dy_moves_nothing(said):
    loss_here.ask(said)
    assert not set(ASKED) & set(streamlit.session_state.to_dict())


# --- code ---


@each(*(name for name in THERE if name != "max_unpool"))  # which is never without its pooling
@examples(0.2)
@given(data=st.data(), seed=st.integers(0, 99), upstream=st.sampled_from(UPSTREAMS))
def test_the_code_of_a_pass_gives_its_numbers(name, data, seed, upstream):
    layer, shape = data.draw(cases(name))
    request = request_of(layer, random_of(layer, shape), seed=seed)
    assume(may_go_back(show(request).done))
    for one in passes(layer):
        shown = passed(request, one.name, upstream)
        space: dict[str, torch.Tensor] = {}
        with torch.random.fork_rng():
            exec(code_of(request, shown)[0], space)
        dy, given = (space[name].numpy() for name in ("dY", one.name))
        np.testing.assert_allclose(dy.ravel(), upstream.dy(shown.forward).ravel(), rtol=1e-5, atol=1e-6)
        torchs = torch_shaped(shown.forward, dy.reshape(shown.forward.y.shape), one.name, seed)
        np.testing.assert_allclose(given.ravel(), torchs.ravel(), rtol=1e-4, atol=1e-5)


def test_the_code_of_unpooling_gives_its_gradient():
    request = undoing(MaxPool(), Random(size=(4, 6), channels=2))
    shown = passed(request, "dX", Target("1"))
    space: dict[str, torch.Tensor] = {}
    exec(code_of(request, shown)[0], space)
    np.testing.assert_allclose(space["dX"].numpy(), shown.done.y, rtol=1e-5)


def torch_shaped(forward: Run, dy: np.ndarray, name: str, seed: int) -> np.ndarray:
    """A gradient as torch has it, in double precision."""
    if name == "dX_padded":
        return padded_by_torch(forward, dy, seed)
    found = gradients(forward.layer, forward, torch.from_numpy(forward.x[0]).double(), dy, seed)
    return found[whose(forward.layer, name)]


def test_the_code_of_a_pass_asks_autograd():
    code, _ = code_of(CONV, passed(CONV, "dW", Cell(3, (1, 2))))
    assert code.endswith(
        "y = layer(x)\ndY = torch.zeros_like(y)\ndY[0, 3, 1, 2] = 1\n"
        "(dW,) = torch.autograd.grad(y, layer.weight, dY)\nprint(dW.shape)"
    )


# --- files ---


@pytest.mark.parametrize(("request_", "name"), [(CONV, "dX"), (CONV, "dW"), (CONV, "db"), (WINNERS, "dX")])
def test_a_pass_is_taken_away_like_any_scene(request_, name):
    shown = passed(request_, name)
    staged = on_stage(request_, shown.view, shown)
    assert f"{name}, where dY is 1 everywhere" in staged.words
    assert Image.open(BytesIO(make(staged, "png", Wanted()))).width > 100
    film = Image.open(BytesIO(make(staged, "gif", Wanted(Look(width_px=400)))))
    assert film.n_frames >= shown.done.y[0, 0].size
    kept = np.load(BytesIO(make(staged, "npz", Wanted())))
    np.testing.assert_array_equal(kept["input"], shown.done.x)
    np.testing.assert_array_equal(kept["output"], shown.done.y)
