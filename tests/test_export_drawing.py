"""Pictures of a scene: their marks hold the scene's values, stand where its tables say, and become files."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import LARGE, SMALL, blob_of, both, covered, inside, maps, place, record_of, sentence, words
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image
from strategies import any_case, values

from cnnviz.core.layers import (
    ELU,
    GLU,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    LeakyReLU,
    LPPool,
    MaxPool,
    ReLU,
    Softmax,
    Tanh,
)
from cnnviz.core.run import run
from cnnviz.export import engine
from cnnviz.export.fonts import STYLES, properties, width_of
from cnnviz.export.look import WIDTH, ExportError, Look
from cnnviz.export.painter import colour_of
from cnnviz.export.pens import paper, ramp
from cnnviz.export.picture import FORMATS, still
from cnnviz.export.plan import steps_of
from cnnviz.export.rasters import levels
from cnnviz.export.told import FREE, Told
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.layer import make_scene
from cnnviz.scenes.palette import TOP
from cnnviz.text.numbers import brief

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

CONV = blob_of(Conv(), (1, 5, 5))


# --- words ---

SAID = [
    (Conv(kernel_size=(1, 2)), "output row 0, column 1: {a}×{w} + {b}×{v} + bias {bias} = {y}"),
    (MaxPool(kernel_size=(1, 2), stride=(1, 1)), "max of {a}, {b}, at index {winner}"),
    (AvgPool(kernel_size=(1, 2), stride=(1, 1)), "({a} + {b}) ÷ 2 = {y}"),
    (LPPool(kernel_size=(1, 2), stride=(1, 1)), "²√({a}² + {b}²) = {y}"),
    (ReLU(), "{a} × "),
    (ELU(), "ELU({a}) = {y}"),
    (Flatten(), "output position 1: input row 0, column 1 (cell 1) = {y}"),
    (Softmax(), "e^{a} ÷ (e^{a}) = 1"),
    (BatchNorm(num_features=1), "({a} − mean "),
]


@pytest.mark.parametrize(("layer", "wanted"), SAID, ids=lambda value: getattr(value, "torch_name", None))
def test_the_sentence_says_how_the_cell_comes_about(layer, wanted):
    blob = blob_of(layer, (1, 4, 4))
    scene, said = Scene.from_bytes(blob), sentence(record_of(blob, 1))

    def four(value):
        return f"{float(value):.4f}".rstrip("0").rstrip(".").replace("-", "−")

    x, y = scene.tensors["input"][0, 0, 0], scene.tensors["output"].ravel()
    numbers = {"a": four(x[1]), "b": four(x[2]), "y": four(y[1]), "winner": 1 if x[1] >= x[2] else 2}
    if "weight" in scene.tensors and layer.rule == "dot":
        weight, bias = scene.tensors["weight"].ravel(), scene.tensors["bias"]
        numbers |= {"w": four(weight[0]), "v": four(weight[1]), "bias": four(bias[0])}
    assert wanted.format(**numbers) in said
    assert f"✓ = torch {four(y[1])}" in said


def test_a_long_sum_is_said_shortly_in_two_lines():
    record = record_of(blob_of(Conv(in_channels=40), (40, 4, 4)))
    assert "360 products" in sentence(record)
    lines = [mark for mark in record.moving if mark.kind == "text" and mark.told[6] == "left"]
    assert len(lines) <= 2


@settings(max_examples=8)
@given(case=any_case, data=st.data())
def test_no_words_leave_the_page(case, data):
    blob = blob_of(*case, turned=data.draw(st.booleans()))
    record = record_of(blob, data.draw(st.integers(0, steps_of(Scene.from_bytes(blob)).count - 1)))
    for mark in both(record):
        if mark.kind == "text":
            x, y, w, h = mark.bounds
            assert x >= 0, mark.told
            assert x + w <= WIDTH, mark.told
            assert 0 <= y <= y + h <= record.height, mark.told


@pytest.mark.parametrize("style", STYLES)
def test_words_are_as_wide_for_the_engine_as_they_are_painted(style):
    renderer = RendererAgg(100, 100, 100)
    font = properties(style).copy()
    font.set_size(72)  # 100 pixels
    for said in ("−0.6487", "output row 7, column 2:", "Σ 0.43 + bias 0.088 ✓ = torch"):
        theirs, *_ = renderer.get_text_width_height_descent(said, font, ismath=False)
        assert width_of(said, 100, style) == pytest.approx(theirs, rel=0.03)


# --- maps ---


@settings(max_examples=10)
@given(case=any_case, data=st.data())
def test_the_numbers_in_the_cells_of_an_output_are_its_values(case, data):
    blob = blob_of(*case)
    scene = Scene.from_bytes(blob)
    steps = steps_of(scene).count
    record = record_of(blob, steps - 1)
    for image in maps(record, "output")[:3]:
        named = image.told[4]
        plane = scene.tensors["output"][named["channel"], named["depth"]]
        said = [mark for mark in record.still if mark.kind == "text" and mark.cut and inside(mark, image)]
        if scene.meta["ndim"] == 1 or not said or named["turned"]:
            continue
        for mark in said:
            r, c = (int(at) for at in place(mark, image, plane.shape))
            assert mark.told[2] in {brief(float(plane[r, c]), digits) for digits in (3, 2)} | {
                brief(float(np.nextafter(plane[r, c], way)), 3) for way in (-np.inf, np.inf)
            }


def test_cells_have_the_colours_of_their_values():
    blob = blob_of(Conv(padding=(1, 1)), (1, 4, 5))
    scene, told = Scene.from_bytes(blob), Told(blob, Look(width_px=1000))
    record = told.record(19)
    picture = np.asarray(Image.open(BytesIO(still(blob, Look(width_px=1000, numbers=False), 19))).convert("RGB"))
    (image,) = maps(record, "output")
    x, y, w, h = image.told[:4]
    plane = scene.tensors["output"][0, 0]
    shades = ramp("signed", False)[levels(plane, *image.told[4]["lim"])]
    for r, c in np.ndindex(plane.shape):
        at = int(y + (r + 0.3) * h / plane.shape[0]), int(x + (c + 0.3) * w / plane.shape[1])
        assert picture[at].tolist() == shades[r, c, :3].tolist()


def test_levels_are_those_of_the_player():
    assert levels(np.array([-1.0, 0.0, 1.0, 5.0, np.nan, np.inf]), -1, 1).tolist() == [0, TOP // 2, TOP, TOP, 255, 255]


def test_padding_is_hatched_and_nothing_else():
    record = record_of(blob_of(Conv(padding=(1, 2)), (1, 4, 5)), 0)
    (image,) = maps(record, "input")
    hatched = {
        tuple(int(at) for at in place(mark, image, (6, 9)))
        for mark in record.still
        if mark.kind == "hatch" and inside(mark, image)
    }
    assert hatched == {(r, c) for r, c in np.ndindex(6, 9) if not (1 <= r < 5 and 2 <= c < 7)}


def test_a_cell_without_a_number_is_cross_hatched():
    x = values((1, 5, 6))
    x[0, 2, 3] = np.nan
    record = record_of(make_scene(run(Conv(kernel_size=(1, 1)), x)).to_bytes(), 29)
    (image,) = maps(record, "input")
    crossed = [mark for mark in record.still if mark.kind == "hatch" and mark.told[6] and inside(mark, image)]
    assert [tuple(int(at) for at in place(mark, image, (5, 6))) for mark in crossed] == [(2, 3)]


def test_no_number_is_written_where_none_is_wanted():
    record = record_of(CONV, 8, replace(LARGE, numbers=False))
    assert not [mark for mark in both(record) if mark.kind == "text" and mark.cut]


# --- what moves ---


@settings(max_examples=12)
@given(data=st.data(), stride=st.integers(1, 2), padding=st.integers(0, 1), dilation=st.integers(1, 2))
def test_the_window_stands_on_the_taps_of_the_tables(data, stride, padding, dilation):
    layer = Conv(stride=(stride, 1), padding=(padding, padding), dilation=(1, dilation))
    blob = blob_of(layer, (1, 6, 7))
    tensors = Scene.from_bytes(blob).tensors
    rows, columns = tensors["output"].shape[2:]
    r, c = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    record = record_of(blob, r * columns + c)
    (image,) = maps(record, "input")
    taps = [
        [int(tensors[f"start{i}"][o] + tap) + padding for tap in tensors[f"offset{i}"]] for i, o in ((1, r), (2, c))
    ]
    size = 6 + 2 * padding, 7 + 2 * padding
    lit = {place(mark, image, size) for mark in record.moving if mark.kind == "box" and inside(mark, image)}
    if dilation > 1:  # with gaps: each tap
        wanted = {(row + 0.5, column + 0.5) for row in taps[0] for column in taps[1]}
    else:
        wanted = {(taps[0][1] + 0.5, taps[1][1] + 0.5)}
    assert np.allclose(sorted(lit), sorted(wanted), atol=0.01)


@settings(max_examples=10)
@given(step=st.integers(0, 39), serpentine=st.booleans(), dark=st.booleans())
def test_what_is_not_computed_yet_is_under_the_veil(step, serpentine, dark):
    look = replace(LARGE, serpentine=serpentine, dark=dark)
    record = record_of(blob_of(Conv(1, 2, padding=(1, 1)), (1, 4, 5)), step, look)
    *_, strip0, strip1 = maps(record, "output")
    turn, cell = divmod(step, 20)
    order = [(r, 4 - c if serpentine and r % 2 else c) for r in range(4) for c in range(5)]
    for channel, image in enumerate((strip0, strip1)):
        later = np.zeros((4, 5), bool)
        for at in order[cell + 1 :] if channel == turn else order if channel > turn else []:
            later[at] = True
        np.testing.assert_array_equal(covered(record, image, (4, 5), look.veil), later)


def test_groups_run_in_lock_step_each_in_its_own_colour():
    record = record_of(blob_of(Conv(4, 4, groups=2), (4, 4, 4)), 5)
    boxes = [mark for mark in record.moving if mark.kind == "box" and mark.told[5] == 2.5 and mark.cut]
    colours = {colour_of(mark.told[4]) for mark in boxes}
    assert colours == {colour_of(colour) for colour in LARGE.groups()[:2]}


def test_the_winner_is_linked_to_its_output_cell():
    blob = blob_of(MaxPool(kernel_size=(2, 2)), (1, 4, 6))
    winner = int(Scene.from_bytes(blob).tensors["indices"][0, 0, 1, 2])
    record = record_of(blob, 5)
    (link,) = [mark for mark in record.moving if mark.kind == "path" and len(mark.told[0]) == 1 and mark.told[3]]
    (line,) = link.told[0]
    for (x, y), image, shape, cell in (
        (line[:2], maps(record, "input")[0], (4, 6), divmod(winner, 6)),
        (line[2:], maps(record, "output")[0], (2, 3), (1, 2)),
    ):
        left, top, wide, tall = image.told[:4]
        assert ((y - top) / tall * shape[0], (x - left) / wide * shape[1]) == pytest.approx(
            (cell[0] + 0.5, cell[1] + 0.5), abs=0.01
        )


def test_the_work_shows_reads_weights_and_their_products():
    blob = blob_of(Conv(kernel_size=(2, 3)), (1, 4, 5))
    tensors = Scene.from_bytes(blob).tensors
    reads, weights = tensors["input"][0, 0, 1:3, 1:4].astype(float), tensors["weight"][0, 0, 0].astype(float)
    said = [mark.told[2] for mark in record_of(blob, 4).moving if mark.kind == "text" and mark.told[6] == "center"]
    numbers = [text for text in said if re.fullmatch(r"−?[\d.e−]+", text)]
    wanted = [*reads.ravel(), *weights.ravel(), *(reads * weights).ravel()]
    assert numbers == [brief(value) for value in wanted] or numbers == [brief(value, 2) for value in wanted]


def test_a_kernel_without_numbers_carries_its_signs():
    blob = blob_of(Conv(1, 1, kernel_size=9), (1, 12, 12))
    signs = np.sign(Scene.from_bytes(blob).tensors["weight"].ravel())
    said = [text for text in words(record_of(blob, 0, SMALL)) if text in ("−", "+")]
    assert said == ["−" if sign < 0 else "+" for sign in signs]


# --- which maps ---


def test_of_many_channels_those_of_the_step_are_shown_and_the_page_says_so():
    record = record_of(blob_of(MaxPool(kernel_size=(2, 2)), (64, 4, 4)), 4 * 40)
    assert [mark.told[4]["channel"] for mark in maps(record, "input")] == list(range(32, 48))
    assert [mark.told[4]["channel"] for mark in maps(record, "output")] == [40, *range(32, 48)]
    said = " ".join(words(record))
    assert "channels 32 to 47 of 64" in said


@pytest.mark.parametrize(
    ("layer", "said"), [(LeakyReLU(0.3), "% below 0.50"), (GLU(2), "% below 0.50"), (Dropout(0.5), "% dropped")]
)
def test_the_caption_of_a_mask_says_what_is_counted(layer, said):
    found = " ".join(words(record_of(blob_of(layer, (2, 4, 4)))))
    assert said in found
    assert "closed" not in found


@given(case=any_case, data=st.data())
@settings(max_examples=8)
def test_no_map_leaves_its_page_or_lies_on_another_and_every_page_is_equally_large(case, data):
    blob = blob_of(*case, turned=data.draw(st.booleans()))
    told = Told(blob, SMALL)
    pages = [told.record(data.draw(st.integers(0, told.steps - 1))) for _ in range(2)]
    assert pages[0].height == pages[1].height == told.height
    boxes = [mark.told[:4] for mark in pages[1].still if mark.kind == "image"]
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 20
        assert x + w <= WIDTH - 20
        assert y + h <= told.height
        for a, b, c, d in boxes[:i]:
            assert x >= a + c - 0.1 or a >= x + w - 0.1 or y >= b + d - 0.1 or b >= y + h - 0.1


def test_a_channel_moves_the_step_to_its_turn():
    record = record_of(blob_of(Conv(1, 3), (1, 5, 5)), 4, channel=2)
    assert "step 23 of 27" in words(record)
    assert sentence(record).startswith("output channel 2, row 1, column 1:")


# --- files ---

SCENES = {
    "dot": (Conv(2, 2, groups=2, padding=(1, 1)), (2, 5, 5)),
    "transposed": (ConvTranspose(stride=(2, 2)), (1, 3, 3)),
    "signal": (Conv(ndim=1, kernel_size=(3,), padding=(1,)), (1, 12)),
    "video": (Conv(ndim=3, kernel_size=(2, 2, 2)), (1, 3, 4, 4)),
    "max": (MaxPool(kernel_size=(2, 2), ceil_mode=True), (1, 5, 5)),
    "mean": (AdaptiveAvgPool(output_size=(2, 3)), (1, 5, 5)),
    "power": (LPPool(kernel_size=(2, 2)), (1, 4, 4)),
    "point": (ReLU(), (2, 4, 4)),
    "gate": (GLU(channels=2), (2, 4, 4)),
    "drop": (Dropout(), (1, 4, 4)),
    "share": (Softmax(), (3, 3, 3)),
    "norm": (BatchNorm(num_features=2), (3, 2, 4, 4)),
    "move": (Flatten(), (1, 3, 3)),
}


@pytest.mark.parametrize("name", SCENES)
def test_the_words_of_an_svg_are_text(name):
    blob = blob_of(*SCENES[name])
    meta = Scene.from_bytes(blob).meta
    root = ElementTree.fromstring(still(blob, Look(dark=True), 2, "svg"))
    said = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"{meta['title']} · {FREE}" in said
    assert any(meta["shapes"]["output"] in text for text in said)
    assert any("✓" in text for text in said)


def test_a_pdf_holds_fonts_and_not_outlines():
    data = still(CONV, Look(), 3, "pdf")
    assert data.startswith(b"%PDF")
    assert b"/FontFile2" in data
    assert b"/Type3" not in data


def test_numbers_under_the_veil_are_not_in_the_file():
    blob = blob_of(Conv(padding=(1, 1)), (1, 3, 3))
    last = brief(float(Scene.from_bytes(blob).tensors["output"][0, 0, 2, 2]))
    early, late = (still(blob, Look(), step, "svg").decode() for step in (0, 8))
    assert f">{last}<" in late
    assert f">{last}<" not in early


@pytest.mark.parametrize("width", [333, 800, 1601])
def test_a_png_is_as_wide_as_it_should_be(width):
    picture = Image.open(BytesIO(still(CONV, Look(width_px=width), 0)))
    assert picture.width == width
    assert picture.height % 2 == 0


@pytest.mark.parametrize("dark", [False, True])
def test_the_paper_is_the_themes_or_none(dark):
    look = Look(dark=dark, width_px=400)
    opaque = Image.open(BytesIO(still(CONV, look, 0))).convert("RGBA")
    clear = Image.open(BytesIO(still(CONV, replace(look, transparent=True), 0))).convert("RGBA")
    assert opaque.getpixel((2, 2)) == (*(int(paper(dark)[i : i + 2], 16) for i in (1, 3, 5)), 255)
    assert clear.getpixel((2, 2))[3] == 0
    over = Image.alpha_composite(Image.new("RGBA", clear.size, paper(dark)), clear)
    assert np.abs(np.asarray(over).astype(int) - np.asarray(opaque)).max() <= 4  # laid on paper it is the same


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_scene_gives_the_same_bytes(format):
    assert still(CONV, SMALL, 4, format) == still(CONV, SMALL, 4, format)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: still(CONV, SMALL, 9), r"There is no step 10\. Choose one from 1 to 9\."),
        (lambda: still(CONV, SMALL, -1), r"There is no step 0\. Choose one from 1 to 9\."),
        (lambda: still(CONV, SMALL, 0, channel=1), r"There is no output channel 1\. Choose one from 0 to 0\."),
        (lambda: still(CONV, SMALL, 0, "bmp"), r"cannot be a bmp file\. Choose png, svg or pdf\."),
        (lambda: Look(width_px=90), r"90 pixels is too narrow\. Choose a width from 200 to 4,000 pixels\."),
        (lambda: Look(width_px=9000), r"9,000 pixels is too wide\. Choose a width from 200 to 4,000 pixels\."),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(ask, says):
    with pytest.raises(ExportError, match=says):
        ask()


# --- the engine ---


def test_without_an_engine_one_hears_what_to_install(monkeypatch):
    monkeypatch.setattr(engine, "quickjs", None)
    assert not engine.available()
    with pytest.raises(ExportError, match="pip install quickjs-ng"):
        still(CONV, SMALL, 0)


@pytest.mark.parametrize(
    ("code", "limit"), [("while (true) {}", "SECONDS"), ("let a = []; while (true) a.push(new Array(9999))", "MEMORY")]
)
def test_an_engine_that_runs_away_is_stopped(code, limit, monkeypatch):
    monkeypatch.setattr(engine, limit, {"SECONDS": 1, "MEMORY": 1 << 24}[limit])
    with pytest.raises(ExportError, match="too large to be drawn"):
        engine.Engine("drawing/order").run(f"{{ {code} }}")


def test_the_shown_number_stands_on_the_bar_that_counts_it():
    told = Told(blob_of(Tanh(), (1, 3, 4)), LARGE)
    bars = [mark.told[:4] for mark in told.record(0).still if mark.kind == "cell"]
    hit = []
    for step in range(12):
        pieces = [piece for mark in told.record(step).moving if mark.kind == "path" for piece in mark.told[0]]
        (at,) = (x for x, _, end, _ in pieces if x == end)  # the line that is upright
        hit += [i for i, (x, _, wide, _) in enumerate(bars) if x - 1.5 <= at <= x + wide + 1.5]
    assert sorted(hit) == list(range(len(bars)))
