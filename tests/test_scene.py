"""A scene: what its blob holds, that nothing more is needed to replay it, and its colours."""

import json
import re
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from marks import blob_of
from safetensors.numpy import load
from strategies import any_case, cases, conv_case, conv_transpose, dims, values

from cnnviz.core.geometry import NONE, PAD, GeometryError
from cnnviz.core.layers import (
    ELU,
    GLU,
    KINDS,
    AdaptiveMaxPool,
    AvgPool,
    BatchNorm,
    ContextGating,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    HalvingGLU,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LPPool,
    MaxPool,
    MaxUnpool,
    Move,
    Permute,
    ReLU,
    Shape,
    Sigmoid,
    Softmax,
)
from cnnviz.core.run import BudgetError, Run, run
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.layer import MOST_MAPS, check_stage, make_scene
from cnnviz.scenes.palette import DIVERGING, PALETTE, ranges

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


CONFIG = Path(__file__).parent.parent / ".streamlit" / "config.toml"


def words(blob: bytes) -> dict[str, Any]:
    """The metadata, read as a browser would: eight bytes of length, then JSON and nothing that only Python allows."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    parsed: dict[str, Any] = json.loads(header["__metadata__"]["scene"], parse_constant=refuse)
    return parsed


def source(tensors: dict[str, np.ndarray], prefix: str, axis: int, low: int) -> np.ndarray:
    """The table of one axis, from a blob alone."""
    line, start, offset = (tensors[f"{prefix}{name}{axis}"].astype(int) for name in ("line", "start", "offset"))
    count = tensors.get(f"{prefix}count{axis}", np.full(len(start), len(offset)))
    place = start[:, None] + offset + low
    missing = np.arange(len(offset)) >= count[:, None]
    return np.where(missing, NONE, line[np.where(missing, 0, place)])


def raw_bytes(done: Run) -> int:
    return done.x.nbytes + done.y.nbytes + sum(tensor.nbytes for tensor in done.state.values())


# --- the blob ---


@pytest.mark.parametrize("kind", KINDS)
@examples(0.5)
@given(data=st.data())
def test_a_blob_gives_back_every_tensor(kind, data):
    layer, shape = data.draw(cases(kind))
    scene = make_scene(run(layer, values(shape)))
    back = load(scene.to_bytes())
    assert back.keys() == scene.tensors.keys()
    for name, tensor in scene.tensors.items():
        np.testing.assert_array_equal(back[name], tensor)


@given(case=any_case)
def test_input_and_output_are_those_of_the_run(case):
    layer, shape = case
    done = run(layer, values(shape))
    back = load(make_scene(done).to_bytes())
    np.testing.assert_array_equal(back["input"].reshape(done.shape), done.x[0])
    np.testing.assert_array_equal(back["output"].reshape(done.y.shape[1:]), done.y[0])
    assert back["input"].dtype == back["output"].dtype == np.float32


@given(case=conv_case)
def test_weight_and_bias_are_those_of_the_run(case):
    layer, shape = case
    done = run(layer, values(shape))
    back = load(make_scene(done).to_bytes())
    np.testing.assert_array_equal(back["weight"].ravel(), layer.taps(done.state["weight"]).ravel())
    assert back["weight"].dtype == np.float32
    assert ("bias" in back) == layer.bias
    assert back.get("bias", np.zeros(0)).tolist() == done.state.get("bias", np.zeros(0)).tolist()


@given(case=any_case)
def test_every_scene_has_three_axes(case):
    layer, shape = case
    back = load(make_scene(run(layer, values(shape))).to_bytes())
    ones = (1,) * (3 - layer.ndim)
    out, *made = layer.output_shape(shape)
    assert back["input"].shape == (shape[0], *ones, *shape[1:])
    assert back["output"].shape == (out, *ones, *made)
    assert {back[name].ndim for name in back if name in ("from", "gate", "signal", "indices", "mean", "var")} <= {4}


@given(case=any_case)
def test_a_blob_read_back_is_the_same_scene(case):
    layer, shape = case
    scene = make_scene(run(layer, values(shape)))
    back = Scene.from_bytes(scene.to_bytes())
    assert back.meta == scene.meta
    assert back.tensors.keys() == scene.tensors.keys()
    for name, tensor in scene.tensors.items():
        assert back.tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(back.tensors[name], tensor)


@given(case=conv_case)
def test_every_kernel_has_three_axes(case):
    layer, shape = case
    back = load(make_scene(run(layer, values(shape))).to_bytes())
    ones = (1,) * (3 - layer.ndim)
    assert back["weight"].shape == (layer.out_channels, shape[0] // layer.groups, *ones, *layer.kernel_size)


@given(case=any_case.filter(lambda case: not isinstance(case[0], Move)))
def test_the_tables_of_a_blob_are_those_of_the_layer(case):
    layer, shape = case
    blob = make_scene(run(layer, values(shape))).to_bytes()
    tensors, meta = load(blob), words(blob)
    tables = layer.windows(shape)
    missing = 3 - len(tables)
    assert [source(tensors, "", axis, meta["low"][axis]).tolist() for axis in range(missing)] == [[[0]]] * missing
    for axis, table in enumerate(tables, start=missing):
        np.testing.assert_array_equal(source(tensors, "", axis, meta["low"][axis]), table.source)
        assert meta["dropped"][axis] == table.dropped


@given(case=dims.flatmap(conv_transpose))
def test_the_stamps_of_a_blob_are_those_of_the_layer(case):
    layer, shape = case
    blob = make_scene(run(layer, values(shape))).to_bytes()
    tensors, low = load(blob), words(blob)["stamp"]["low"]
    for axis, table in enumerate(layer.stamps(shape), start=3 - layer.ndim):
        np.testing.assert_array_equal(source(tensors, "stamp.", axis, low[axis]), table.source)


@given(case=conv_case | cases("linear"), data=st.data())
def test_a_blob_alone_is_enough_to_work_an_output_cell_out(case, data):
    layer, shape = case
    blob = make_scene(run(layer, values(shape))).to_bytes()
    tensors, meta = load(blob), words(blob)
    channel, *cell = (data.draw(st.integers(0, n - 1)) for n in tensors["output"].shape)
    first, last = tensors["reads"][channel]
    total = tensors["bias"][channel] if "bias" in tensors else 0.0
    rows = [source(tensors, "", axis, meta["low"][axis])[o] for axis, o in enumerate(cell)]
    for tap in product(*(range(len(row)) for row in rows)):
        place = [row[t] for row, t in zip(rows, tap, strict=True)]
        if NONE not in place:
            read = (
                np.full(last - first, meta["padValue"])
                if PAD in place
                else tensors["input"][(slice(first, last), *place)]
            )
            total += read @ tensors["weight"][(channel, slice(None), *tap)]
    assert total == pytest.approx(tensors["output"][(channel, *cell)], rel=1e-4, abs=1e-5)


MOVES = st.sampled_from(["max_unpool", "flatten", "permute"]).flatmap(cases)


@given(case=MOVES)
def test_what_only_moves_has_one_map_and_no_tables(case):
    layer, shape = case
    tensors = make_scene(run(layer, values(shape))).tensors
    assert tensors.keys() == {"input", "output", "input.range", "output.range", "reads", "from"}


@given(case=MOVES)
def test_a_blob_alone_is_enough_to_move_every_cell(case):
    layer, shape = case
    tensors = load(make_scene(run(layer, values(shape))).to_bytes())
    held = np.append(tensors["input"].ravel(), [0.0])
    origin = tensors["from"].ravel()
    np.testing.assert_array_equal(held[np.where(origin == NONE, -1, origin)], tensors["output"].ravel())


@given(case=st.sampled_from(["context_gating", "mask_gate", "dropout", "dropout_nd"]).flatmap(cases))
def test_a_blob_alone_is_enough_to_put_signal_and_gate_together(case):
    layer, shape = case
    blob = make_scene(run(layer, values(shape))).to_bytes()
    tensors, scale = load(blob), words(blob)["constants"].get("scale", 1)
    np.testing.assert_allclose(tensors["input"] * tensors["gate"] * scale, tensors["output"], rtol=1e-5, atol=1e-6)


def test_a_signal_that_is_not_the_input_has_a_range_of_its_own():
    tensors = make_scene(run(GLU(channels=2), values((2, 4, 5)))).tensors
    np.testing.assert_array_equal(tensors["signal.range"], ranges(tensors["signal"]))
    assert "signal.range" not in make_scene(run(ContextGating(channels=2), values((2, 4, 5)))).tensors


@given(case=any_case, scale=st.sampled_from(["signed", "picture"]), flipped=st.booleans())
def test_the_words_are_plain_json(case, scale, flipped):
    layer, shape = case
    scene = make_scene(run(layer, values(shape)), scale, flipped)
    assert words(scene.to_bytes()) == scene.meta


def test_the_words_say_what_is_on_stage():
    meta = make_scene(run(Conv(2, 4, padding=1, groups=2), values((2, 5, 6))), "picture").meta
    assert meta["title"] == "nn.Conv2d(2, 4, kernel_size=3, padding=1, groups=2)"
    assert meta["shapes"] == {"input": "(1, 2, 5, 6)", "output": "(1, 4, 5, 6)"}
    assert meta["axes"] == ["", "rows", "columns"]
    assert (meta["groups"], meta["padding"], meta["scales"]["input"]) == (2, "padding 1, zeros", "picture")


SIGMOID = {"through": "Sigmoid", "take": "value"}
NORMED = {"input": "before", "output": "after"}
GATED = {"input": "signal", "gate": "gate", "output": "product"}

# Layer, size of its input, and words of its scene.
GOLDEN: dict[str, tuple[Layer, Shape, dict[str, Any]]] = {
    "conv": (
        Conv(),
        (1, 5, 5),
        {"rule": "dot", "view": "work", "names": {}, "charts": [], "gating": None, "constants": {}, "padValue": 0},
    ),
    "max": (
        MaxPool(kernel_size=2, stride=3, padding=1, ceil_mode=True),
        (1, 4, 7),
        {"rule": "max", "view": "work", "padValue": "-inf", "low": [0, 1, 1], "dropped": [None, 5, 8]},
    ),
    "mean": (
        AvgPool(divisor_override=5, count_include_pad=False),
        (1, 4, 4),
        {
            "rule": "mean",
            "view": "work",
            "constants": {"count_include_pad": 0, "divisor_override": 5},
            "padValue": 0,
            "dropped": [None, None, None],
        },
    ),
    "power": (LPPool(norm_type=3.0), (1, 4, 4), {"rule": "power", "view": "work", "constants": {"norm_type": 3.0}}),
    "linear": (
        Linear(size=(2, 3, 4)),
        (2, 3, 4),
        {
            "rule": "dot",
            "view": "work",
            "outAxes": ["", "", ""],
            "shapes": {"input": "(1, 2, 3, 4)", "output": "(1, 4)"},
        },
    ),
    "a product": (
        ReLU(),
        (1, 3, 3),
        {
            "rule": "point",
            "function": "ReLU",
            "view": "gate",
            "names": {"gate": "mask"},
            "charts": ["curve", "gate"],
            "gating": {"gate": {"tensor": "input", "through": "ReLU", "take": "gate"}},
        },
    ),
    "a function alone": (
        ELU(alpha=2.0),
        (1, 3, 3),
        {"view": "pair", "charts": ["curve", "output"], "gating": None, "constants": {"alpha": 2.0}},
    ),
    "softmax": (Softmax(), (3, 2, 2), {"rule": "share", "view": "pair", "charts": ["output"]}),
    "a gated mix": (
        GLU(channels=2),
        (2, 3, 3),
        {
            "rule": "gate",
            "view": "gate",
            "names": GATED,
            "charts": ["gate"],
            "gating": {"signal": {"tensor": "signal"}, "gate": {"tensor": "input", **SIGMOID}, "mixes": "signal"},
        },
    ),
    "a mix that gates": (
        ContextGating(channels=2),
        (2, 3, 3),
        {"names": GATED, "gating": {"gate": {"tensor": "gate"}, "mixes": "gate"}},
    ),
    "half gates half": (
        HalvingGLU(),
        (6, 3, 3),
        {"names": GATED, "gating": {"gate": {"tensor": "input", "first": 3, **SIGMOID}}},
    ),
    "dropout": (
        Dropout(p=0.75),
        (1, 3, 3),
        {
            "rule": "drop",
            "view": "gate",
            "names": {"input": "before", "gate": "mask", "output": "after"},
            "charts": ["input", "output"],
            "constants": {"scale": 4.0},
            "gating": {"gate": {"tensor": "gate"}},
        },
    ),
    "examples": (
        BatchNorm(num_features=2),
        (3, 2, 4, 4),
        {
            "rule": "norm",
            "view": "pair",
            "names": NORMED,
            "charts": ["input", "output"],
            "constants": {"eps": 1e-5},
            "axes": ["examples", "rows", "columns"],
            "shapes": {"input": "(3, 2, 4, 4)", "output": "(3, 2, 4, 4)"},
            "ndim": 3,
        },
    ),
    "one axis": (LayerNorm(normalized_shape=(5,), ndim=1), (2, 5), {"axes": ["", "", "length"], "ndim": 1}),
    "moved": (
        Flatten(),
        (2, 3, 4),
        {"rule": "move", "view": "pair", "gating": None, "charts": [], "outAxes": ["", "", "length"]},
    ),
    "unpooled": (
        MaxUnpool(indices=(5,), size=(3, 3)),
        (1, 1, 1),
        {"rule": "move", "view": "pair", "names": {"input": "pooled", "output": "unpooled"}},
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_words_that_a_drawing_goes_by(name):
    layer, shape, wanted = GOLDEN[name]
    meta = words(blob_of(layer, shape))
    assert {key: meta[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("layer", "shape", "scale"),
    [
        (MaxPool(), (1, 4, 4), "picture"),  # the same cells
        (Permute(), (1, 4, 4), "picture"),
        (LeakyReLU(), (1, 4, 4), "picture"),
        (HalvingGLU(), (2, 4, 4), "picture"),
        (Dropout(), (1, 4, 4), "picture"),
        (Conv(), (1, 4, 4), "signed"),  # other numbers
        (BatchNorm(num_features=1), (1, 4, 4), "signed"),
        (GLU(channels=1), (1, 4, 4), "signed"),
        (Sigmoid(), (1, 4, 4), "gate"),  # between 0 and 1
        (Softmax(), (1, 4, 4), "gate"),
    ],
    ids=lambda value: getattr(value, "torch_name", None),
)
def test_an_output_is_coloured_as_what_it_is(layer, shape, scale):
    meta = make_scene(run(layer, values(shape)), "picture").meta
    assert meta["scales"] == {"input": "picture", "weight": "weight", "gate": "gate", "output": scale}


def test_what_padding_holds_is_said_without_an_infinity():
    for layer, wanted in [(MaxPool(), "-inf"), (AdaptiveMaxPool(), "-inf"), (AvgPool(), 0), (Conv(), 0)]:
        assert words(make_scene(run(layer, values((1, 5, 5)))).to_bytes())["padValue"] == wanted


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Conv(), ""),
        (Conv(padding=2, padding_mode="reflect"), "padding 2, reflect"),
        (Conv(kernel_size=4, padding="same"), "padding 1 before and 2 after, zeros"),
        (Conv(kernel_size=(3, 4), padding="same"), "padding (1, 1 before and 2 after), zeros"),
        (ConvTranspose(), ""),
        (ConvTranspose(stride=2), "stuffed with holes"),
        (MaxPool(), ""),
        (MaxPool(kernel_size=3, padding=1), "padding 1, −∞"),
        (AvgPool(kernel_size=(3, 2), padding=(1, 0)), "padding (1, 0), zeros"),
        (LPPool(), ""),
        (ReLU(), ""),
    ],
)
def test_the_padding_is_said_in_words(layer, said):
    assert make_scene(run(layer, values((1, 5, 5)))).meta["padding"] == said


@pytest.mark.parametrize("scale", ["signed", "picture"])
def test_every_scale_that_is_used_comes_with_its_colours(scale):
    meta = make_scene(run(Conv(), values((1, 5, 5))), scale).meta
    assert {*meta["scales"].values(), "count", "groups"} == meta["palette"].keys()


# --- which way it lies, and where it opens ---


@pytest.mark.parametrize("turned", [False, True])
def test_turning_changes_no_number_and_no_table(turned):
    done = run(Conv(2, 3, (2, 3)), values((2, 5, 6)))
    scene, plain = make_scene(done, turned=turned), make_scene(done)
    assert scene.meta["turned"] is turned
    assert scene.tensors.keys() == plain.tensors.keys()
    for name, tensor in plain.tensors.items():
        np.testing.assert_array_equal(scene.tensors[name], tensor)
    assert {key for key in plain.meta if scene.meta[key] != plain.meta[key]} <= {"turned", "arrows"}


def test_what_has_one_axis_is_not_turned():
    meta = make_scene(run(Conv(ndim=1), values((1, 9))), turned=True).meta
    assert (meta["turned"], meta["arrows"]) == (False, False)


FLAT, EACH = ["", "", "length"], ["examples", "frame", "mel"]


@pytest.mark.parametrize(
    ("layer", "shape", "axes", "out"),
    [
        (Conv(), (1, 5, 5), ["", "frame", "mel"], ["", "frame", "mel"]),
        (BatchNorm(num_features=2), (3, 2, 4, 4), EACH, EACH),
        (Conv(ndim=1), (1, 5), FLAT, FLAT),
        (Flatten(), (2, 3, 4), ["", "frame", "mel"], FLAT),
        (Permute(), (1, 4, 4), ["", "frame", "mel"], ["", "rows", "columns"]),  # they are other axes now
    ],
    ids=lambda value: getattr(value, "torch_name", None),
)
def test_rows_and_columns_are_called_as_one_likes(layer, shape, axes, out):
    meta = words(blob_of(layer, shape, axes=("frame", "mel")))
    assert (meta["axes"], meta["outAxes"]) == (axes, out)


def test_the_stage_says_which_way_the_axes_run_where_that_is_not_known():
    done = run(Conv(), values((1, 5, 5)))
    given = [{}, {"turned": True}, {"axes": ("frame", "mel")}]
    assert [make_scene(done, **more).meta["arrows"] for more in given] == [False, True, True]


@pytest.mark.parametrize(
    ("layer", "shape", "at", "wanted"),
    [
        (Conv(1, 2), (1, 5, 6), (1, 2, 3), {"channel": 1, "cell": [0, 2, 3]}),
        (Conv(1, 2, ndim=1), (1, 5), (0, 2), {"channel": 0, "cell": [0, 0, 2]}),
        (Conv(ndim=3), (1, 5, 5, 5), np.array((0, 2, 1, 0)), {"channel": 0, "cell": [2, 1, 0]}),
        (Conv(), (1, 5, 6), (0, 99, 3), {"channel": 0, "cell": [0, 99, 3]}),  # the player pulls it back inside
        (Conv(), (1, 5, 6), None, None),
    ],
)
def test_a_scene_says_where_it_opens(layer, shape, at, wanted):
    assert words(make_scene(run(layer, values(shape)), at=at).to_bytes())["at"] == wanted


@pytest.mark.parametrize("at", [(2, 3), (0, 0, 2, 3), (0, -1, 3)])
def test_a_place_that_is_no_index_of_the_output_is_refused_with_what_is(at):
    done = run(Conv(), values((1, 5, 6)))
    with pytest.raises(
        GeometryError, match=re.escape(f"{at} is no index of the output (1, 3, 4). Use 3 whole numbers")
    ):
        make_scene(done, at=at)
    make_scene(done, at=(0, 2, 3))  # as the sentence advises


# --- its size ---


@given(case=any_case)
def test_a_small_blob_is_hardly_larger_than_its_tensors(case):
    layer, shape = case
    done = run(layer, values(shape))
    assert len(make_scene(done).to_bytes()) - raw_bytes(done) <= 6000


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv(), (1, 16, 16)),
        (Conv(8, 8), (8, 64, 64)),
        (Conv(64, 64, 1), (64, 16, 16)),
        (Conv(), (1, 626, 128)),
        (ConvTranspose(stride=2), (1, 16, 16)),
        (ConvTranspose(8, 8, stride=2), (8, 64, 64)),
    ],
)
def test_a_large_blob_is_hardly_larger_than_its_tensors(layer, shape):
    done = run(layer, np.zeros(shape, np.float32))
    assert len(make_scene(done).to_bytes()) - raw_bytes(done) <= 6000


def test_tables_longer_than_16_bits_keep_their_numbers():
    layer, shape = Conv(ndim=1, stride=9), (1, 40_000)
    blob = make_scene(run(layer, np.zeros(shape, np.float32))).to_bytes()
    (axis,) = layer.windows(shape)
    np.testing.assert_array_equal(source(load(blob), "", 2, words(blob)["low"][2]), axis.source)


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (Conv(513, 1, 1, ndim=1), (513, 4), "The input (1, 513, 4) has 513 maps"),
        (Conv(1, 1, 1, ndim=3), (1, 513, 4, 4), "The input (1, 1, 513, 4, 4) has 513 maps"),
        (Conv(8, 64, 1, ndim=3), (8, 9, 4, 4), "The output (1, 64, 9, 4, 4) has 576 maps"),
    ],
)
def test_more_maps_than_a_stage_has_room_for_are_refused_with_the_number(layer, shape, said):
    with pytest.raises(BudgetError, match=re.escape(f"{said} and the stage has room for {MOST_MAPS}.")):
        check_stage(layer, shape)


def test_more_axes_than_a_stage_has_are_refused():
    with pytest.raises(BudgetError, match="4 axes to draw and a stage has 3"):
        check_stage(Dropout(ndim=3), (1, 3, 3, 3), 2, "steps")


@pytest.mark.parametrize(
    ("layer", "shape"), [(Conv(512, 1, 1), (512, 600, 600)), (Conv(1, 1, 1, ndim=3), (1, 512, 4, 4))]
)
def test_a_full_stage_is_not_refused(layer, shape):
    check_stage(layer, shape)


# --- ranges ---

odd = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(x=arrays(np.float32, (2, 3, 4), elements=odd))
def test_ranges_are_those_of_the_finite_values(x):
    for channel, (low, high) in zip(x, ranges(x), strict=True):
        finite = channel[np.isfinite(channel)]
        assert (low, high) == ((finite.min(), finite.max()) if finite.size else (0, 0))


def test_a_scene_of_nan_and_inf_still_travels():
    x = values((1, 5, 5))
    x[0, 0, 0], x[0, 4, 4] = np.nan, np.inf
    scene = make_scene(run(Conv(), x))
    assert np.isfinite(scene.tensors["input.range"]).all()
    assert np.isfinite(scene.tensors["output.range"]).all()
    np.testing.assert_array_equal(load(scene.to_bytes())["input"].reshape(x.shape), x)


# --- colours ---

THEMES = ("light", "dark")
scales = pytest.mark.parametrize("scale", PALETTE)
themes = pytest.mark.parametrize("theme", THEMES)


@scales
def test_every_scale_has_both_themes_and_as_many_stops_in_each(scale):
    assert tuple(PALETTE[scale]) == THEMES
    assert len({len(stops) for stops in PALETTE[scale].values()}) == 1


@scales
@themes
def test_every_colour_is_written_as_rrggbb(scale, theme):
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in PALETTE[scale][theme])


@pytest.mark.parametrize("scale", DIVERGING)
@themes
def test_zero_has_the_colour_of_the_page(scale, theme):
    stops = PALETTE[scale][theme]
    assert len(stops) % 2 == 1
    assert stops[len(stops) // 2] == tomllib.loads(CONFIG.read_text())["theme"][theme]["backgroundColor"]


# What linear RGB turns into for who lacks one kind of cone: Machado, Oliveira and Fernandes 2009, table 1.
VISION = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def seen(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of an sRGB colour; a difference of 2 can just be seen side by side."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scale", DIVERGING)
@themes
@pytest.mark.parametrize("vision", VISION)
def test_above_and_below_zero_differ_in_every_colour_vision(scale, theme, vision):
    stops = PALETTE[scale][theme]
    assert np.linalg.norm(seen(stops[0], vision) - seen(stops[-1], vision)) > 20


@themes
@pytest.mark.parametrize("vision", VISION)
def test_neighbouring_groups_differ_in_every_colour_vision(theme, vision):
    groups = PALETTE["groups"][theme]
    for one, other in zip(groups, [*groups[1:], groups[0]], strict=True):
        assert np.linalg.norm(seen(one, vision) - seen(other, vision)) > 8


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (BatchNorm(num_features=1, ndim=1), (1, 2_000_000)),
        (Conv(1, 1, 64, ndim=1), (1, 2_000_000)),
        (MaxPool((1, 4096), (1, 1)), (1, 1, 100_000)),
    ],
)
def test_windows_of_more_cells_than_can_be_followed_are_refused_before_a_table_is_made(layer, shape):
    with pytest.raises(BudgetError, match=r"windows of [\d,]+ cells along one axis are more than the 16,000,000"):
        check_stage(layer, shape)


@pytest.mark.parametrize(("layer", "shape"), [(Conv(1, 1, 3, ndim=1), (1, 4_000_000)), (MaxPool(2), (1, 2000, 2000))])
def test_four_million_cells_are_let_pass(layer, shape):
    check_stage(layer, shape)
