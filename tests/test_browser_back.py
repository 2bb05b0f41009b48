"""Backward passes in a browser: the sentence says autograd's numbers, and a nudge what they promise."""

import re

import numpy as np
import pytest
import torch
from alone import PlayerAlone
from asking import request_of
from examples import thinned
from page_objects import Screen, place_words, walk
from playwright.sync_api import expect
from test_back import expected

from cnnviz.core.back.places import kernels
from cnnviz.core.layers import (
    GLU,
    SELU,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    HalvingGLU,
    LayerNorm,
    Linear,
    MaxPool,
    ReflectionPad,
    ReLU,
    Softmax,
)
from cnnviz.core.trace import trace
from cnnviz.inputs.batch import Along
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.request import Back, LayerView, Request
from cnnviz.scenes.upstream import Cell, Ones, Target
from cnnviz.web.loss_here import offered

UPSTREAM = Target("0.25")  # numbers of all signs and sizes
RANDOM = Random(size=5, channels=2, seed=4)

# A layer, and the passes that are walked by keys.
PASSES: dict[str, tuple[Request, list[str]]] = {
    "conv": (request_of(Conv(2, 2, 3, stride=2, padding=1), RANDOM, seed=1), ["dX", "dW", "db"]),
    "conv-1d": (
        request_of(Conv(2, 3, 3, dilation=2, ndim=1), Random(ndim=1, size=(8,), channels=2)),
        ["dX", "dW", "db"],
    ),
    "conv-grouped": (request_of(Conv(4, 4, 2, groups=2), Random(size=3, channels=4)), ["dX", "dW"]),
    "conv-reflect": (
        request_of(Conv(2, 1, 3, padding=2, padding_mode="reflect"), RANDOM, seed=2),
        ["dX_padded", "dX", "dW"],
    ),
    "transposed": (
        request_of(ConvTranspose(2, 2, 3, stride=2, output_padding=1), Random(size=3, channels=2), seed=3),
        ["dX", "dW", "db"],
    ),
    "linear": (request_of(Linear(size=(2, 5, 5), out_features=3), RANDOM, seed=5), ["dX", "dW", "db"]),
    "max": (request_of(MaxPool(3, 1, 1), RANDOM), ["dX"]),
    "mean": (request_of(AvgPool(3, 2, 1, ceil_mode=True, count_include_pad=False), RANDOM), ["dX"]),
    "adaptive": (request_of(AdaptiveAvgPool(output_size=3), RANDOM), ["dX"]),
    "relu": (request_of(ReLU(), RANDOM), ["dX"]),
    "selu": (request_of(SELU(), RANDOM), ["dX"]),
    "glu": (request_of(GLU(channels=2), RANDOM, seed=6), ["dsignal", "dgate", "dX", "dW", "db"]),
    "halving-glu": (request_of(HalvingGLU(), RANDOM), ["dsignal", "dgate", "dX"]),
    "dropout": (request_of(Dropout(0.4), RANDOM), ["dX"]),
    "softmax": (request_of(Softmax(), RANDOM), ["dX"]),
    "batch-norm": (request_of(BatchNorm(num_features=2), RANDOM), ["dX", "dW", "db"]),
    "batch-norm-eval": (request_of(BatchNorm(num_features=2, training=False, steps=3), RANDOM), ["dX", "dW", "db"]),
    "layer-norm": (request_of(LayerNorm(normalized_shape=(5,)), RANDOM), ["dX", "dW"]),
    "reflection": (request_of(ReflectionPad((2, 1, 0, 2)), RANDOM), ["dX"]),
}


def passed(request: Request, name: str, upstream: Ones | Cell | Target = UPSTREAM) -> Shown:
    return show(request, LayerView(back=Back(name, upstream)))


def told(shown: Shown, channel: int, cell: tuple[int, ...]) -> str:
    """How the sentence names a cell of a gradient."""
    name = shown.view.back.of.replace("_", ", ")
    channels = f" channel {channel}," if shown.done.y.shape[1] > 1 else ""
    if pairs := kernels(shown.forward, shown.view.back.of):
        channels = " kernel {}, channel {},".format(*pairs[channel]) if len(pairs) > 1 else ""
    return f"{name}{channels} {place_words(cell)}:"


def check(alone: PlayerAlone, shown: Shown, torchs: np.ndarray, channel: int, cell: tuple[int, ...]) -> None:
    """The sentence speaks of this cell of the gradient, and says autograd's number twice: by hand, and as torch's."""
    said = alone.read(told(shown, channel, cell))
    exact = 1e-5 if shown.done.layer.rule == "balance" else 1e-9  # the browser starts from means in float32
    assert said.value == pytest.approx(trace(shown.done, channel, cell).value, rel=exact, abs=exact)
    assert said.value == pytest.approx(torchs[(channel, *cell)], rel=1e-4, abs=1e-5)
    assert said.torch == pytest.approx(torchs[(channel, *cell)], rel=1e-4, abs=1e-5)
    assert said.badge.startswith("✓ = torch")


@pytest.mark.parametrize(
    ("name", "which"), thinned([(name, one) for name, (_, passes) in PASSES.items() for one in passes], 2)
)
def test_the_sentence_of_a_pass_is_autograds_number_at_every_key(name, which, alone):
    shown = passed(PASSES[name][0], which)
    dy = UPSTREAM.dy(shown.forward)
    torchs = expected(shown.forward, dy, which).reshape(shown.done.y.shape[1:])
    alone.open(shown.blob)
    if alone.ask("({ scene }) => Boolean(scene.meta.stamp)"):
        alone.act("view").select_option("gather")
    for key, channel, cell in walk(shown.done):
        alone.walk_to(key)
        check(alone, shown, torchs, channel, cell)


def test_the_weight_of_a_norm_adds_up_over_all_examples(alone):
    shown = passed(SEVERAL, "dW")
    x, norm = torch.from_numpy(shown.forward.x), torch.nn.BatchNorm2d(2)
    (norm(x) * torch.from_numpy(UPSTREAM.dy(shown.forward))).sum().backward()
    alone.open(shown.blob)
    alone.press("End")
    alone.says("dW channel 1, row 0, column 0:")
    said = alone.read()
    assert said.value == pytest.approx(float(norm.weight.grad[1]), rel=1e-4)
    assert said.torch == pytest.approx(float(norm.weight.grad[1]), rel=1e-4)
    assert said.badge.startswith("✓ = torch")
    assert alone.ask("({ stage }) => stage.input.lines.map((line) => line.length)") == [3, 2, 3]


def test_pointing_at_dy_lights_the_cells_that_its_window_read(alone):
    request = request_of(MaxPool(3, 2), Random(size=7))
    alone.open(passed(request, "dX").blob)
    alone.hover("input", 0, (1, 0))
    assert alone.ask("(player) => player.lit().output.places") == [[0], [2, 3, 4], [0, 1, 2]]
    alone.hover("output", 0, (2, 2))  # windows 0 and 1 along both axes
    assert alone.ask("(player) => player.lit().input.places") == [[0], [0, 1], [0, 1]]


def test_a_cell_that_no_window_reads_says_so(alone):
    alone.open(passed(request_of(MaxPool(2, 3), Random(size=6)), "dX").blob)
    alone.hover("output", 0, (2, 1))
    alone.says("no window reads this cell: 0 = 0")


# --- what the page is asked for ---

PLAIN = request_of(Conv(), Digit(), "sobel_x")
LOSS = {"dy_channel": 0, "dy_rows": 2, "dy_columns": 3}
ASKED = {  # (scene, what is pinned, the key and the button, what is told)
    "a nudge": (passed(PLAIN, "dX").blob, ("output", (2, 2)), "n", "nudge", ["nudge", {"place": [0, 0, 2, 2]}]),
    "a nudge forward": (show(PLAIN).blob, ("input", (2, 2)), "n", "nudge", ["nudge", {"place": [0, 0, 2, 2]}]),
    "of a window its first cell": (
        show(PLAIN).blob,
        ("output", (2, 2)),
        "n",
        "nudge",
        ["nudge", {"place": [0, 0, 2, 2]}],
    ),
    "a loss": (offered(passed(PLAIN, "dX")), ("input", (2, 3)), "d", "loss", ["loss", LOSS]),
}


@pytest.mark.parametrize("what", ASKED)
def test_a_key_and_a_button_ask_for_the_same(what, alone):
    blob, (area, cell), key, button, wanted = ASKED[what]
    alone.open(blob)
    if alone.ask("({ scene }) => Boolean(scene.meta.stamp)"):
        alone.act("view").select_option("gather")
    alone.page.mouse.click(*alone.locate(area, 0, cell))
    alone.press(key)
    alone.act(button).click()
    assert alone.told() == [wanted, wanted]


SEVERAL = request_of(BatchNorm(num_features=2), Random(ndim=3, size=(3, 2, 3), channels=2), batch=Along())
UNASKED = {  # where no cell of dY is drawn, and where several examples have nothing to nudge
    "loss forward": (offered(show(PLAIN)), "d", "loss"),
    "loss of dW": (offered(passed(PLAIN, "dW")), "d", "loss"),
    "nudge of several": (show(SEVERAL).blob, "n", "nudge"),
}


@pytest.mark.parametrize("what", UNASKED)
def test_where_there_is_nothing_to_ask_for_neither_asks(what, alone):
    blob, key, button = UNASKED[what]
    alone.open(blob)
    expect(alone.act(button)).to_be_hidden()
    alone.press(key)
    assert not alone.told()


# --- on the page ---

NUMBER = r"[-−]?[\d.e−-]+"


def choose(screen: Screen, key: str, option: str) -> None:
    screen.page.locator(f".st-key-{key}").get_by_text(option, exact=True).click()


def test_the_pass_is_a_knob_and_stands_in_the_address(screen):
    screen.open(PLAIN)
    choose(screen, "pass", "dW")
    screen.wait_ready("dW · nn.Conv2d(1, 1, kernel_size=6, bias=False)")
    screen.page.wait_for_url(re.compile(r"pass=dW"))
    expect(screen.page.get_by_test_id("above").get_by_text("dY slides over x as a kernel")).to_be_visible()
    choose(screen, "dy", "cell")
    screen.set("dy_rows", 5)
    screen.page.wait_for_url(re.compile(r"dy=cell.*dy_rows=5|dy_rows=5.*dy=cell"))
    screen.press("Home")
    screen.says("dW row 0, column 0:")
    back = passed(PLAIN, "dW", Cell(0, (5, None))).done
    assert screen.read().torch == pytest.approx(float(back.y[0, 0, 0, 0]))
    choose(screen, "pass", "forward")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3)")


def test_a_nudge_says_what_changes_beside_what_the_gradient_promises(screen):
    screen.open("pass=dX&dy=cell&dy_rows=2&dy_columns=2")
    screen.act("view").select_option("gather")
    screen.page.mouse.click(*screen.locate("output", 0, (2, 2)))
    screen.press("n")
    # the window of y[0, 2, 2] begins at x[0, 2, 2], which it multiplies by the first weight: -1
    expect(screen.alert).to_have_text(
        re.compile(r"x\[0, 2, 2\] \+ 0\.01: .* = −0\.01; promised, the gradient × 0\.01: −0\.01\. .*keeps its promise")
    )
    screen.page.wait_for_url(re.compile("nudge=0-0-2-2"))


def test_another_scene_begins_without_the_nudge_of_the_one_before_and_a_pass_gives_way_with_what_it_is_of(screen):
    screen.open("pass=dW&nudge=0-0-1-1")
    expect(screen.alert).to_contain_text("layer.weight[0, 0, 1, 1]")
    choose(screen, "pass", "db")
    expect(screen.alert).to_have_count(0)
    screen.page.wait_for_url(lambda url: "nudge" not in url and "pass=db" in url)
    screen.wait_idle()
    screen.switch("bias")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, bias=False)")


def test_forward_a_nudge_moves_a_cell_of_x_and_looks_at_the_sum_of_y(screen):
    screen.open(PLAIN)
    screen.page.mouse.click(*screen.locate("input", 0, (2, 2)))
    screen.press("n")
    promised = 0.01 * float(passed(PLAIN, "dX", Ones()).done.y[0, 0, 2, 2])
    expect(screen.alert).to_have_text(
        re.compile(
            rf"x\[0, 2, 2\] \+ 0\.01: change of Σ y = {NUMBER}; promised, its gradient × 0\.01: {NUMBER}\. .*keeps"
        )
    )
    said = re.findall(rf"(?:= |: )({NUMBER})(?=[;.] )", screen.alert.inner_text())
    assert [float(one.replace("−", "-")) for one in said] == pytest.approx([promised] * 2, abs=1e-4)
    screen.page.wait_for_url(re.compile("nudge=0-0-2-2"))


def test_a_cell_of_dy_that_is_pinned_becomes_the_loss(screen):
    screen.open("pass=dX")
    screen.page.mouse.click(*screen.locate("input", 0, (2, 3)))
    screen.press("d")
    screen.page.wait_for_url(lambda url: all(word in url for word in ("dy=cell", "dy_rows=2", "dy_columns=3")))
    expect(screen.page.get_by_text("dY is 1 at y[0, 2, 3] alone")).to_be_visible()
    expect(screen.page.locator(".st-key-dy_rows input")).to_have_value("2")
    screen.act("view").select_option("gather")
    screen.hover("output", 0, (2, 4))
    screen.says("dX row 2, column 4:")
    back = passed(PLAIN, "dX", Cell(0, (2, 3))).done
    assert screen.read().torch == pytest.approx(float(back.y[0, 0, 2, 4]))
