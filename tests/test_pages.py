"""The pages as scripts: every layer and dimension runs, and settings that cannot work are told, not raised."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from asking import request_of
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from cnnviz.content.address import PACKED, pack
from cnnviz.core.layers import Conv, ConvTranspose
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.inputs.signals import Sine
from cnnviz.scenes.build import show
from cnnviz.scenes.query import to_query
from cnnviz.scenes.query.words import LEAST, MOST

PAGES = ["home", "convolution", "matrix", "pooling", "output_size", "gating", "normalisation", "shapes"]
EVERY = ("1d", "2d", "3d")
TORCH = {  # layers whose torch name is not the one in the address
    "GLU": "DesedGLU",
    "ContextGating": "DesedContextGating",
    "Mask": "MaskModule",
    "DropoutNd": "Dropout",
    "Permute": "x.permute",
}
LAYERS = {
    "convolution": ["Conv", "ConvTranspose"],
    "pooling": ["MaxPool", "AvgPool", "LPPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "MaxUnpool", "Upsample"],
    "gating": [
        *("GLU", "ContextGating", "nn.GLU", "Mask", "ReLU", "LeakyReLU", "PReLU", "GELU", "SiLU", "ELU"),
        *("Sigmoid", "Tanh", "Softmax", "ReLU6", "Hardtanh", "LogSoftmax", "Hardshrink"),
    ],
    "normalisation": [
        "BatchNorm",
        "GroupNorm",
        "InstanceNorm",
        "LayerNorm",
        "LocalResponseNorm",
        "Dropout",
        "DropoutNd",
    ],
    "shapes": ["Flatten", "Linear", "Permute", "Unflatten", "ConstantPad", "ReflectionPad", "ChannelShuffle"],
}
START = {"convolution": {"kernel": "random"}, "normalisation": {"examples": "false"}}
KINDS = [(page, layer, ndim) for page, layers in LAYERS.items() for layer in layers for ndim in EVERY]


def opened(page: str = "", **query: str) -> AppTest:
    """The app at a page, as a deep link opens it."""
    app = AppTest.from_file("../app.py", default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    if page:
        app.switch_page(f"pages/{page}.py")
    return app.run()


def blobs(app: AppTest) -> list[bytes]:
    """What each player was given."""
    return [bytes(player.proto.bytes) for player in app.get("bidi_component")]


def meta(blob: bytes) -> dict[str, Any]:
    """The words of a scene."""
    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    words: dict[str, Any] = json.loads(header["__metadata__"]["scene"])
    return words


def scene(blob: bytes) -> tuple[dict[str, Any], bytes]:
    """What is on stage, without what is said of it: its words, and its numbers as they are."""
    return {k: v for k, v in meta(blob).items() if k != "about"}, blob[8 + int.from_bytes(blob[:8], "little") :]


def said(app: AppTest, player: int = 0) -> list[tuple[str, str]]:
    """What a player says of its scene, line by line: the element, and the text in it."""
    about = meta(blobs(app)[player]).get("about", {"above": [], "below": []})
    return [(line["tag"], text(line)) for line in (*about["above"], *about["below"])]


def text(part: Any) -> str:
    """The words of a part, as they are read."""
    return part if isinstance(part, str) else "".join(map(text, part["children"]))


def roles(app: AppTest) -> list[str]:
    """The part of each player: alone, or it leads or follows."""
    return [
        player.proto.component_name.removesuffix("_en").removeprefix("cnnviz_player_")
        for player in app.get("bidi_component")
    ]


def runs(app: AppTest) -> None:
    assert not app.exception
    assert not app.warning
    assert all(blobs(app))
    for box in app.number_input:  # what it takes is taken of it
        assert LEAST <= box.proto.min <= box.proto.max <= MOST, box.key


@pytest.mark.parametrize(
    ("form", "ndim"), [("forward", "1d"), ("dW", "3d"), ("dX", "1d"), ("dX", "3d"), ("Toeplitz", "3d")]
)
def test_every_form_of_the_matrices_runs_in_every_dimension(form, ndim):
    app = opened("matrix", form=form, ndim=ndim, kernel="random", out_channels="2", tab="Code")
    runs(app)
    [blob] = blobs(app)
    assert meta(blob)["matrix"]["form"] == form
    assert meta(blob)["title"].startswith(f"nn.Conv{ndim}(1, 2, kernel_size=3)")
    assert "im2col" in app.code[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_with_nothing_chosen(page):
    app = opened(page)
    runs(app)
    assert blobs(app)


@pytest.mark.parametrize(("page", "layer", "ndim"), KINDS)
def test_every_layer_runs_in_every_dimension(page, layer, ndim):
    app = opened(page, layer=layer, ndim=ndim, **START.get(page, {}))
    runs(app)
    assert TORCH.get(layer, layer) in meta(blobs(app)[0])["title"]


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, ndim in KINDS if ndim == "3d"])
def test_every_layer_runs_with_one_number_per_axis(page, layer):
    runs(opened(page, layer=layer, ndim="3d", per_axis="true", **START.get(page, {})))


@pytest.mark.parametrize("ndim", ["1d", "2d"])
@pytest.mark.parametrize("layer", ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm"])
def test_every_norm_runs_over_several_examples(layer, ndim):
    app = opened("normalisation", layer=layer, ndim=ndim, examples="true")
    runs(app)
    assert "examples" in meta(blobs(app)[0])["axes"]


@pytest.mark.parametrize(("over", "shape"), [("all", (3, 4, 4)), ("axes", (4, 4)), ("last", (4,))])
def test_a_layer_norm_runs_over_every_shape(over, shape):
    app = opened("normalisation", layer="LayerNorm", over=over)
    runs(app)
    assert meta(blobs(app)[0])["title"] == f"nn.LayerNorm(normalized_shape={shape})"


@pytest.mark.parametrize("order", ["channels first", "channels last"])
def test_a_permutation_runs_in_both_orders(order):
    runs(opened("shapes", layer="Permute", order=order))


def test_the_explanation_is_of_what_is_told():
    told = {layer: opened("convolution", layer=layer).tabs[0].markdown[0].value for layer in LAYERS["convolution"]}
    assert "The window stands on the input" in told["Conv"]
    assert "as\na stamp" not in told["Conv"]
    assert "painted on the output" in told["ConvTranspose"]
    assert "The window stands on the input" not in told["ConvTranspose"]


@pytest.mark.parametrize("page", LAYERS)
def test_the_explanation_is_of_the_pass_on_stage(page):
    forward = opened(page).tabs[0].markdown[0].value
    back = opened(page, **{"pass": "dX"}).tabs[0].markdown[0].value
    assert back.startswith("**dX.**")
    assert "torch's autograd" in back
    assert forward not in back


TABS = {
    "convolution": ["Explanation", "Code", "Weights", "Compare", "Share"],
    "pooling": ["Explanation", "Code", "Compare", "Share"],
    "gating": ["Explanation", "Code", "Compare", "Share"],
    "normalisation": ["Explanation", "Code", "Running statistics", "Compare", "Share"],
    "shapes": ["Explanation", "Code", "Compare", "Share"],
}


@pytest.mark.parametrize(("page", "tab"), [(page, tab) for page, tabs in TABS.items() for tab in tabs])
def test_every_tab_runs(page, tab):
    app = opened(page, tab=tab)
    runs(app)
    assert [t.label for t in app.tabs] == TABS[page]


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layers in LAYERS.items() for layer in layers])
def test_every_layers_code_runs(page, layer):
    app = opened(page, layer=layer, tab="Code", **START.get(page, {}))
    runs(app)
    found: dict[str, object] = {}
    if ".npy" not in app.code[0].value:
        exec(app.code[0].value, found)
        assert "y" in found


CODE = {
    "sobel": request_of(Conv(), Digit(), "sobel_x"),
    "random": request_of(
        Conv(4, 6, (3, 2), groups=2, padding=(1, 0)), Random(size=(5, 6), channels=4, seed=3), seed=12
    ),
    "flipped": request_of(Conv(1, 1, 3), Ramp(size=6), "emboss", flipped=True),
    "transposed": request_of(ConvTranspose(2, 2, 3, stride=2, output_padding=1), Ramp(size=3, channels=2), "bank"),
    "1d": request_of(Conv(1, 2, 5, padding="same", ndim=1), Sine(size=20), seed=2),
}


@pytest.mark.parametrize("name", CODE)
def test_the_code_on_the_page_run_as_it_stands_gives_the_output(name):
    app = opened("convolution", **to_query("convolution", CODE[name]), tab="Code")
    found: dict[str, Any] = {}
    exec(app.code[0].value, found)
    np.testing.assert_allclose(found["y"][0], show(CODE[name]).done.y[0], rtol=1e-5, atol=1e-6)


# --- settings that cannot work: (page, address, numbers and names of the sentence) ---

BAD = {
    "window": ("convolution", {"kernel": "random", "kernel_size": "11"}, ["11", "8"]),
    "groups": ("convolution", {"kernel": "random", "groups": "2"}, ["2", "1"]),
    "dilated window": (
        "convolution",
        {"kernel": "box", "kernel_size": "4", "dilation": "3"},
        ["4", "10", "8"],
    ),
    "reflect": ("convolution", {"padding_mode": "reflect", "kernel": "box", "padding": "8"}, ["reflect", "7", "8"]),
    "circular": ("convolution", {"padding_mode": "circular", "kernel": "box", "padding": "9"}, ["circular", "8", "9"]),
    "output padding": (
        "convolution",
        {"layer": "ConvTranspose", "kernel": "box", "stride": "2", "output_padding": "4"},
        ["4", "2"],
    ),
    "cropped away": (
        "convolution",
        {"layer": "ConvTranspose", "kernel": "box", "input": "ramp", "input_size": "2", "padding": "3"},
        ["3", "4"],
    ),
    "one axis": (
        "convolution",
        {"kernel": "random", "per_axis": "true", "kernel_size_rows": "2", "kernel_size_columns": "9"},
        ["9", "8"],
    ),
    "same-strided": ("convolution", {"padding_rule": "same", "stride": "2"}, ["same", "2"]),
    "filter": ("convolution", {"kernel": "sharpen", "kernel_size": "4"}, ["4 × 4"]),
    "typed kernel": ("convolution", {"kernel": "typed", "kernel_text": "one two"}, ["one"]),
    "typed input": ("convolution", {"input": "typed", "input_text": "1 2; 3"}, ["Row 2"]),
    "no file": ("convolution", {"input": "upload"}, ["file"]),
    "too much": (
        "convolution",
        {"kernel": "random", "input": "photo", "input_rows": "427", "out_channels": "128", "kernel_size": "11"},
        ["4,000,000,000"],
    ),
    "more than half": ("pooling", {"padding": "2"}, ["padding = 2", "kernel_size = 2"]),
    "pool window": ("pooling", {"kernel_size": "9"}, ["9", "8"]),
    "dilated pool": ("pooling", {"kernel_size": "3", "dilation": "8"}, ["3", "8 apart"]),
    "unpool dilated": ("pooling", {"layer": "MaxUnpool", "dilation": "2"}, ["dilation"]),
    "divisor in 1-D": ("pooling", {"layer": "AvgPool", "ndim": "1d", "divisor_override": "3"}, ["divisor_override"]),
    "volume": (
        "pooling",
        {"layer": "AvgPool", "ndim": "3d", "input": "ramp", "input_size": "3", "kernel_size": "4", "padding": "1"},
        ["4", "3"],
    ),
    "odd halves": ("gating", {"layer": "nn.GLU", "maps": "3"}, ["3 channels"]),
    "large mask": ("gating", {"layer": "Mask", "maps": "0", "input": "ramp", "input_size": "3"}, ["(4, 4)", "(3, 3)"]),
    "mask of words": ("gating", {"layer": "Mask", "mask_2d": "open shut"}, ["open"]),
    "uneven mask": ("gating", {"layer": "Mask", "mask_2d": "1 2\n3"}, ["Row 2"]),
    "num_groups": ("normalisation", {"layer": "GroupNorm", "num_groups": "2"}, ["2", "3"]),
    "no step": ("normalisation", {"steps": "0"}, ["steps = 0"]),
    "eps 0": ("normalisation", {"eps": "0.0"}, ["eps"]),
    "one cell": (
        "normalisation",
        {"layer": "InstanceNorm", "examples": "false", "input": "ramp", "input_size": "1"},
        ["single cell"],
    ),
    "no pages": ("shapes", {"input": "typed", "input_text": "1 2; 3"}, ["Row 2"]),
}
MENDED = [
    *("window", "groups", "same-strided", "dilated window", "reflect", "circular", "output padding"),
    *("cropped away", "one axis"),
    *("more than half", "pool window", "dilated pool", "divisor in 1-D", "volume"),
    *("num_groups", "no step", "eps 0"),
]


def spoilt(name: str) -> AppTest:
    page, address, _ = BAD[name]
    return opened(page, **address)


looked_at = cache(spoilt)  # for tests that change nothing


@pytest.mark.parametrize("name", BAD)
def test_a_setting_that_cannot_work_is_one_warning(name):
    app = looked_at(name)
    assert not app.exception
    assert len(app.warning) == 1
    assert all(word in app.warning[0].value for word in BAD[name][2])


@pytest.mark.parametrize("name", BAD)
def test_a_setting_that_cannot_work_leaves_a_scene_on_stage(name):
    assert all(blobs(looked_at(name)))


@pytest.mark.parametrize("name", MENDED)
def test_every_button_mends_it(name):
    button = 0
    while True:  # the first round says how many there are
        app = spoilt(name)
        count = len([b for b in app.button if (b.key or "").startswith("fix")])
        assert button < count
        runs(app.button(key=f"fix{button}").click().run())
        button += 1
        if button == count:
            break


def test_a_button_that_names_a_number_for_each_axis_moves_a_knob_for_each():
    app = opened(
        "convolution", kernel="random", kernel_size="4", input="typed", input_text="1 2 3 4 5;1 2 3 4 5;1 2 3 4 5"
    )
    app.button(key="fix1").click().run()
    assert [app.number_input(key=f"kernel_size_{axis}").value for axis in ("rows", "columns")] == [3, 4]


# A knob that spoils a scene which worked: (page, the address that works, the widget, its key, its value).
SPOILING = {
    "convolution": ("convolution", {}, "number_input", "padding", 3, "groups", 2),
    "pooling": ("pooling", {"compare": "false"}, "number_input", "stride", 3, "kernel_size", 9),
    "gating": ("gating", {"layer": "nn.GLU"}, "number_input", "maps", 6, "maps", 5),
    "normalisation": ("normalisation", {"layer": "GroupNorm"}, "number_input", "num_groups", 3, "num_groups", 2),
}


@pytest.mark.parametrize("name", SPOILING)
def test_the_last_scene_that_worked_stays_on_stage(name):
    page, address, kind, good, value, bad, spoiling = SPOILING[name]
    app = opened(page, **address)
    start = blobs(app)
    runs(getattr(app, kind)(key=good).set_value(value).run())
    worked = blobs(app)
    assert worked != start
    getattr(app, kind)(key=bad).set_value(spoiling).run()
    assert len(app.warning) == 1
    assert [*map(scene, blobs(app))] == [*map(scene, worked)]
    assert said(app)[0][1].startswith("Still showing ")


# --- what a page adds ---


@pytest.mark.parametrize("layer", ["Dropout", "DropoutNd"])
def test_draw_again_changes_the_mask(layer):
    app = opened("normalisation", layer=layer, input="random", input_channels="16")
    before = blobs(app)
    runs(press(app, "Draw again").run())
    assert blobs(app) != before


def test_draw_again_counts_the_address_up():
    app = opened("normalisation", layer="Dropout", seed="4")
    press(app, "Draw again").run()
    assert app.query_params["seed"] == "5"


def test_the_same_draw_gives_the_same_mask():
    one, other = (blobs(opened("normalisation", layer="Dropout", seed="7")) for _ in range(2))
    assert one == other


def press(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label).click()


@pytest.mark.parametrize("layer", ["MaxPool", "AvgPool", "LPPool", "AdaptiveMaxPool", "AdaptiveAvgPool"])
@pytest.mark.parametrize("ndim", EVERY)
def test_a_pooling_is_compared_with_the_other_rule(layer, ndim):
    app = opened("pooling", layer=layer, ndim=ndim)
    runs(app)
    adaptive = "Adaptive" if "Adaptive" in layer else ""
    other = f"nn.{adaptive}{'Avg' if layer.endswith('MaxPool') else 'Max'}Pool{ndim}("
    assert roles(app) == ["leads", "follows"]
    assert meta(blobs(app)[1])["title"].startswith(other)


ALONE = [{"compare": "false"}, {"layer": "MaxUnpool"}, {"kernel_size": "3", "dilation": "2"}]


@pytest.mark.parametrize("address", ALONE)
def test_a_pooling_with_nothing_to_compare_stands_alone(address):
    app = opened("pooling", **address)
    runs(app)
    assert roles(app) == [""]


@pytest.mark.parametrize("rival", LAYERS["gating"])
def test_a_gate_is_compared_with_any_other(rival):
    app = opened("gating", layer="ReLU", compare=rival, input="digit")
    runs(app)
    assert roles(app) == ["leads", "follows"]
    assert TORCH.get(rival, rival) in meta(blobs(app)[1])["title"]


def test_a_gate_is_compared_with_itself_under_another_setting():
    app = opened("gating", layer="LeakyReLU", compare="LeakyReLU", other_negative_slope="0.5", input="digit")
    runs(app)
    assert meta(blobs(app)[1])["title"] == "nn.LeakyReLU(negative_slope=0.5)"


def test_a_comparison_that_cannot_work_is_said_once_and_the_first_gate_stays():
    app = opened("gating", layer="ReLU", compare="nn.GLU", maps="3", input="digit")
    assert not app.exception
    assert [told.value.split(":")[0] for told in app.info] == ["No comparison"]
    assert [meta(blob)["title"] for blob in blobs(app)] == ["nn.ReLU()"]


# --- links ---


def test_a_packed_link_sets_the_page_up():
    state = {"input": "typed", "input_text": "1 2 3\n4 5 6\n7 8 9", "stride": "2", "kernel": "laplacian"}
    app = opened("convolution", **{PACKED: pack(state)})
    assert not app.exception
    assert not app.warning
    assert dict(app.query_params) == state
    assert app.number_input(key="stride").value == 2
    np.testing.assert_array_equal(load(blobs(app)[0])["input"].ravel(), np.arange(1, 10))


@pytest.mark.parametrize("packed", ["", "1", "2abc", "1AAAA", pack({"stride": "2"})[:-1], "1" * 9000])
def test_a_damaged_link_opens_the_page_as_it_begins_with_a_sentence(packed):
    app = opened("convolution", **{PACKED: packed})
    assert not app.exception
    assert ["Here is the page as it begins" in one.value for one in app.warning] == [True]
    assert not dict(app.query_params)


@pytest.mark.parametrize("words", [{"stride": "abc"}, {"stride": "99"}, {"kernel": "nope"}, {"bias": "maybe"}])
def test_a_link_that_says_what_cannot_be_falls_back_with_a_sentence(words):
    app = opened("convolution", **words)
    assert not app.exception
    [(key, text)] = words.items()
    assert [f"{key} = {text}, which cannot be set" in one.value for one in app.warning] == [True]
    app.run()
    assert not app.warning


def test_what_is_at_its_default_in_a_link_is_no_problem():
    app = opened("convolution", stride="1", bias="true", kernel="random", utm_source="mail")
    assert not app.warning


def test_of_many_words_that_cannot_be_three_are_told_and_the_rest_is_counted():
    app = opened("convolution", stride="99", dilation="99", groups="no", kernel="x" * 99)
    [said] = [one.value for one in app.warning]
    assert said.count(" = ") == 3
    assert " and 1 more, which cannot be set" in said


def test_a_long_word_that_cannot_be_is_cut():
    app = opened("convolution", kernel="x" * 99)
    assert [f"kernel = {'x' * 30}, which" in one.value for one in app.warning] == [True]


def test_only_what_a_widget_threw_out_of_the_address_was_not_heeded():
    def script():
        import streamlit as st  # noqa: PLC0415 -- it runs as a script of its own

        from cnnviz.web.shell import unheeded  # noqa: PLC0415

        st.session_state.update(kept=1, gone=1)
        st.query_params["kept"] = "one"
        st.write(str(unheeded({"kept": "one", "gone": "2", "never": "3"})))

    assert AppTest.from_function(script).run().markdown[0].value == "{'gone': '2'}"
