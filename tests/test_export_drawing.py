"""Pictures of a scene: their artists hold the scene's values, and stand where its tables say."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.colors import same_color
from PIL import Image
from strategies import any_case, cases, dims, values

from cnnviz.core.geometry import NONE, PAD
from cnnviz.core.layers import (
    ELU,
    GLU,
    KINDS,
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
    Move,
    ReLU,
    Softmax,
)
from cnnviz.core.run import run
from cnnviz.export.cast import MOST_MAPS, MOST_STRIP, cast_of
from cnnviz.export.drawing import FORMATS, figure_of, still
from cnnviz.export.drawn_stage import make_stage
from cnnviz.export.layout import EDGE
from cnnviz.export.lettering import ems
from cnnviz.export.look import POINT, WIDTH, ExportError, Look
from cnnviz.export.numbers import brief
from cnnviz.export.order import Order
from cnnviz.export.page import FREE, Page
from cnnviz.export.pens import paper
from cnnviz.export.words import sentence
from cnnviz.export.worked import work_out
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.layer import WORKED, make_scene

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

SMALL = Look(width_px=400)
LARGE = Look(width_px=4000)  # so that numbers are written into small cells, too
staged = any_case.filter(lambda case: case[0].n_axes <= 3)
with_a_window = st.sampled_from([name for name, kind in KINDS.items() if kind.rule in WORKED]).flatmap(cases)


def scene_of(layer, shape, **how):
    """As whoever gets the bytes has it."""
    return Scene.from_bytes(make_scene(run(layer, values(shape)), **how).to_bytes())


def page_at(scene, step, channel=None, look=SMALL):
    stage = make_stage(scene, look.serpentine)
    here = stage.here(step, channel)
    page = Page(stage, cast_of(stage, here), look)
    page.show(here)
    return page, here


def by_gid(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def places(collection, sheet):
    """What shapes cover: (row, column, rows, columns) of each, as torch counts."""
    found = []
    for path in collection.get_paths():
        (left, low), (right, high) = path.vertices.min(axis=0), path.vertices.max(axis=0)
        box = (low, left, high - low, right - left)
        row, column, rows, columns = (box[1], box[0], box[3], box[2]) if sheet.panel.turned else box
        found.append((row, column, rows, columns))
    return found


def covered(collection, sheet):
    """The same as a mask of the map's places."""
    mask = np.zeros(sheet.panel.sizes[1:], bool)
    for row, column, rows, columns in np.rint(places(collection, sheet)).astype(int):
        mask[row : row + rows, column : column + columns] = True
    return mask


def words_of(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


# --- numbers ---


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_output_cell_is_worked_out_as_torch_has_it(name, data):
    layer, shape = data.draw(cases(name).filter(lambda case: case[0].n_axes <= 3))
    stage = make_stage(scene_of(layer, shape))
    channel = data.draw(st.integers(0, stage.output.channels - 1))
    here = stage.here(data.draw(st.integers(0, stage.order.steps - 1)), channel)
    worked = work_out(stage, here.channel, here.cell)
    assert worked.agrees(**stage.meta["tolerance"]), (layer, worked.value, worked.torch)
    np.testing.assert_equal(np.float32(worked.torch), stage.scene.tensors["output"][(here.channel, *here.cell)])


def test_a_wrong_value_does_not_agree():
    scene = scene_of(Conv(), (1, 5, 5))
    scene.tensors["output"] = scene.tensors["output"] + np.float32(0.01)
    stage = make_stage(scene)
    here = stage.here(3)
    worked = work_out(stage, 0, here.cell)
    assert not worked.agrees(**stage.meta["tolerance"])
    assert "✗ torch says" in sentence(stage, here, worked, 300).replace("\N{NO-BREAK SPACE}", " ")


SAID = [
    (Conv(kernel_size=(1, 2)), "output row 0, column 1: {a}×{w} + {b}×{v} + bias {bias} = {y}"),
    (MaxPool(kernel_size=(1, 2), stride=(1, 1)), "max of {a}, {b}, at index {winner}"),
    (AvgPool(kernel_size=(1, 2), stride=(1, 1)), "({a} + {b}) ÷ 2 = {y}"),
    (LPPool(kernel_size=(1, 2), stride=(1, 1)), "({a}^2 + {b}^2)^(1/2) = {y}"),
    (ReLU(), "{a} × "),
    (ELU(), "ELU({a}) = {y}"),
    (Flatten(), "output position 1: input row 0, column 1 (cell 1) = {y}"),
    (Softmax(), "e^{a} ÷ (e^{a}) = 1"),
    (BatchNorm(num_features=1), "({a} − mean "),
]


@pytest.mark.parametrize(("layer", "wanted"), SAID, ids=lambda value: getattr(value, "torch_name", None))
def test_the_sentence_says_how_the_cell_comes_about(layer, wanted):
    scene = scene_of(layer, (1, 4, 4))
    stage = make_stage(scene)
    here = stage.here(1)
    said = sentence(stage, here, work_out(stage, 0, here.cell), 300).replace("\N{NO-BREAK SPACE}", " ")

    def four(value):
        return f"{float(value):.4f}".rstrip("0").rstrip(".").replace("-", "−")

    x, y = scene.tensors["input"][0, 0, 0], scene.tensors["output"].ravel()
    numbers = {"a": four(x[1]), "b": four(x[2]), "y": four(y[1]), "winner": 1 if x[1] >= x[2] else 2}
    if "weight" in scene.tensors and layer.rule == "dot":
        weight, bias = scene.tensors["weight"].ravel(), scene.tensors["bias"]
        numbers |= {"w": four(weight[0]), "v": four(weight[1]), "bias": four(bias[0])}
    assert wanted.format(**numbers) in said
    assert said.endswith(f"✓ = torch {four(y[1])}")


def test_a_long_sum_is_said_shortly():
    stage = make_stage(scene_of(Conv(in_channels=40), (40, 4, 4)))
    here = stage.here(0)
    said = sentence(stage, here, work_out(stage, 0, here.cell), 200)
    assert "360 products, Σ" in said
    assert len(said) <= 200


# --- order ---


@given(
    turns=st.integers(1, 3),
    shape=st.tuples(*[st.integers(1, 4)] * 3),
    serpentine=st.booleans(),
    data=st.data(),
)
def test_what_is_hidden_is_what_comes_later(turns, shape, serpentine, data):
    order = Order(turns, shape, serpentine)
    step = data.draw(st.integers(0, order.steps - 1))
    for turn, depth in np.ndindex(turns, shape[0]):
        mask = np.zeros(shape[1:], bool)
        for r, c, rows, columns in order.hidden(step, turn, depth):
            mask[r : r + rows, c : c + columns] = True
        later = [[order.step_of(turn, (depth, r, c)) > step for c in range(shape[2])] for r in range(shape[1])]
        np.testing.assert_array_equal(mask, later)
    assert order.step_of(*order.at(step)) == step


# --- maps ---


@settings(max_examples=30)
@given(case=staged, data=st.data())
def test_the_cells_of_every_map_hold_the_scenes_values(case, data):
    scene = scene_of(*case)
    stage = make_stage(scene)
    page, _ = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)))
    names = ["output"] if stage.gate else ["input", "output"]
    for sheet in (sheet for name in names for sheet in page.sheets[name]):
        (mesh,) = by_gid(sheet.axes, "cells")
        shown = np.ma.filled(mesh.get_array(), np.nan).reshape(sheet.panel.drawn[::-1])
        shown = shown.T if sheet.panel.turned else shown
        tensor = scene.tensors[sheet.panel.name][sheet.channel]
        for place in np.ndindex(shown.shape):
            cell = tuple(int(line[at]) for line, at in zip(sheet.panel.lines, (sheet.depth, *place), strict=True))
            if min(cell) >= 0:
                assert shown[place] == tensor[cell]
            elif min(cell) == PAD:
                assert shown[place] == scene.meta["padValue"] or np.isnan(shown[place])
            else:
                assert np.isnan(shown[place])


@pytest.mark.parametrize("name", ["signal", "gate", "product"])
def test_a_gate_shows_the_channel_that_is_looked_at(name):
    scene = scene_of(GLU(channels=3), (3, 4, 5))
    page, _ = page_at(scene, 0, channel=2)
    (sheet,) = page.sheets[{"signal": "input", "gate": "gate", "product": "output"}[name]]
    (mesh,) = by_gid(sheet.axes, "cells")
    gate = 1 / (1 + np.exp(-scene.tensors["input"][2, 0].astype(float)))
    wanted = {"signal": scene.tensors["signal"][2, 0], "gate": gate, "product": scene.tensors["output"][2, 0]}[name]
    np.testing.assert_allclose(mesh.get_array().reshape(4, 5), wanted, rtol=1e-6)


@settings(max_examples=30)
@given(case=with_a_window, data=st.data())
def test_padding_is_hatched_and_nothing_else(case, data):
    scene = scene_of(*case)
    page, _ = page_at(scene, 0)
    sheet = data.draw(st.sampled_from(page.sheets["input"]))
    plane = sheet.panel.plane(sheet.channel, sheet.depth)
    hatches = by_gid(sheet.axes, "padding")
    mask = covered(hatches[0], sheet) if hatches else np.zeros_like(plane.padding)
    np.testing.assert_array_equal(mask, plane.padding)
    assert all(hatch.get_hatch() for hatch in hatches)
    lines = [np.asarray(line)[:] for line in sheet.panel.lines]
    if NONE not in np.concatenate(lines):  # cells take as many places as there are cells, all else is padding
        inside = ~plane.padding
        at_depth = 0 <= sheet.depth - sheet.panel.low[0] < scene.tensors["input"].shape[1]
        assert inside.sum() == (np.prod(scene.tensors["input"].shape[2:]) if at_depth else 0)


def test_the_numbers_in_the_cells_are_the_values():
    scene = scene_of(Conv(), (1, 5, 6))
    page, _ = page_at(scene, 0, look=LARGE)
    (sheet,) = page.sheets["input"]
    said = {text.get_position(): text.get_text() for text in sheet.axes.texts}
    for r, c in np.ndindex(5, 6):
        assert said[c + 0.5, r + 0.5] == brief(float(scene.tensors["input"][0, 0, r, c]))


def test_the_maps_of_a_panel_are_written_alike_and_all_numbers_fit():
    x = values((2, 6, 6))
    x[0] = np.round(x[0])  # whole numbers alone would be written larger
    scene, sizes = make_scene(run(Conv(2), x)), []
    for width in (600, 1000, 1600, 4000):
        sheets = page_at(scene, 0, look=Look(width_px=width))[0].sheets["input"]
        texts = [(sheet, text) for sheet in sheets for text in sheet.axes.texts]
        assert len({text.get_fontsize() for _, text in texts}) <= 1
        assert len({len(sheet.axes.texts) for sheet in sheets}) == 1
        assert all(ems(text.get_text()) * text.get_fontsize() / POINT < sheet.cell[0] for sheet, text in texts)
        sizes.append(len(texts))
    assert sizes[-1] == 72


def test_no_number_is_written_where_none_is_wanted():
    page, _ = page_at(scene_of(Conv(), (1, 5, 6)), 0, look=replace(LARGE, numbers=False))
    assert not any(text.get_text() for axes in page.figure.axes for text in axes.texts)


def test_a_cell_without_a_number_is_cross_hatched():
    x = values((1, 5, 6))
    x[0, 2, 3] = np.nan
    scene = make_scene(run(Conv(kernel_size=(1, 1)), x))
    page, _ = page_at(scene, 29)
    (sheet,) = page.sheets["input"]
    (hatch,) = by_gid(sheet.axes, "missing")
    assert np.argwhere(covered(hatch, sheet)).tolist() == [[2, 3]]


# --- windows ---


def wanted_taps(scene, axes_cell):
    """Rows and columns of the taps from the tables themselves; taps beyond the line are nowhere."""
    tensors, found = scene.tensors, []
    for i, o in axes_cell:
        count = tensors[f"count{i}"][o] if f"count{i}" in tensors else len(tensors[f"offset{i}"])
        at = tensors[f"start{i}"][o] + tensors[f"offset{i}"][:count].astype(int) + scene.meta["low"][i]
        found.append({int(place) for place in at if 0 <= place < len(tensors[f"line{i}"])})
    return found


@settings(max_examples=15)
@given(case=staged.filter(lambda case: not isinstance(case[0], Move)), data=st.data())
def test_the_window_stands_on_the_taps_of_the_tables(case, data):
    scene = scene_of(*case, turned=data.draw(st.booleans()))
    assume(scene.meta["view"] != "gate")
    stage = make_stage(scene)
    channel = data.draw(st.integers(0, stage.output.channels - 1))
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)), channel)
    depths, rows, columns = wanted_taps(scene, enumerate(here.cell))
    first, end = scene.tensors["reads"][here.channel]
    for outline in page.moving.inputs:
        sheet = outline.sheet
        if stage.group_of(sheet.channel, stage.input.channels) != stage.group_of(here.channel, stage.output.channels):
            continue
        if not (first <= sheet.channel < end and sheet.depth in depths) or not rows or not columns:
            assert not outline.line.get_paths()
            continue
        found = places(outline.line, sheet)
        few = [box for box in found if box[2:] == (1, 1)]
        if len(few) == len(found) == len(rows) * len(columns) and min(sheet.cell) > 5:
            assert {(r, c) for r, c, _, _ in few} == {(r, c) for r in rows for c in columns}
        else:  # one box round neighbours
            ((r, c, tall, wide),) = found
            assert (r + tall / 2, c + wide / 2) == pytest.approx(
                ((min(rows) + max(rows) + 1) / 2, (min(columns) + max(columns) + 1) / 2)
            )


@settings(max_examples=30)
@given(case=staged, data=st.data())
def test_the_output_cell_is_outlined_on_its_map_alone(case, data):
    scene = scene_of(*case, turned=data.draw(st.booleans()))
    stage = make_stage(scene)
    assume(stage.meta["groups"] == 1)
    channel = data.draw(st.integers(0, stage.output.channels - 1))
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)), channel)
    lit = [(o.sheet, places(o.line, o.sheet)) for o in page.moving.outputs if o.line.get_paths()]
    assert {sheet.panel.name for sheet, _ in lit} >= {"output"}
    for sheet, boxes in lit:
        ((r, c, tall, wide),) = boxes
        assert (sheet.channel, sheet.depth) == (here.channel, here.cell[0])
        assert (r + tall / 2, c + wide / 2) == pytest.approx((here.cell[1] + 0.5, here.cell[2] + 0.5))


@settings(max_examples=30)
@given(case=staged, data=st.data(), serpentine=st.booleans())
def test_what_is_not_computed_yet_is_under_a_hatched_veil(case, data, serpentine):
    scene = scene_of(*case, turned=data.draw(st.booleans()))
    look = replace(SMALL, serpentine=serpentine)
    stage = make_stage(scene, serpentine)
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)), look=look)
    if scene.meta["view"] != "work" and scene.meta["rule"] != "move":
        assert not page.moving.veils
    for sheet, veil in page.moving.veils:
        assert veil.get_hatch()
        turn = sheet.channel % stage.order.turns
        for r, c in np.ndindex(sheet.panel.sizes[1:]):
            later = stage.order.step_of(turn, (sheet.depth, r, c)) > here.step
            assert covered(veil, sheet)[r, c] == later


def test_a_window_of_adaptive_pooling_is_as_wide_as_its_count():
    scene = scene_of(AdaptiveAvgPool(output_size=(1, 3)), (1, 1, 5))
    found = []
    for step in range(3):
        (outline,) = page_at(scene, step)[0].moving.inputs
        found += places(outline.line, outline.sheet)
    assert found == [(0, 0, 1, 2), (0, 1, 1, 3), (0, 3, 1, 2)]


def test_taps_with_gaps_are_outlined_one_by_one_on_a_faint_span():
    page, _ = page_at(scene_of(Conv(dilation=(2, 3), padding=(2, 3)), (1, 6, 7)), 8)
    (outline,) = page.moving.inputs
    assert len(outline.line.get_paths()) == 9
    assert places(outline.wash, outline.sheet) == [(1, 1, 5, 7)]


def test_groups_run_in_lock_step_each_in_its_own_colour():
    scene = scene_of(Conv(4, 6, groups=2), (4, 5, 6))
    page, here = page_at(scene, 17)
    lit = {o.sheet.channel: o for o in page.moving.inputs if o.line.get_paths()}
    assert sorted(lit) == [0, 1, 2, 3]
    assert {str(places(o.line, o.sheet)) for o in lit.values()} == {str(places(lit[0].line, lit[0].sheet))}
    assert same_color(lit[0].line.get_edgecolor()[0], Look().groups()[0])
    assert same_color(lit[3].line.get_edgecolor()[0], Look().groups()[1])
    strip = [o for o in page.moving.outputs if o.sheet in page.sheets["strip"] and o.line.get_paths()]
    assert [o.sheet.channel for o in strip] == [here.turn, here.turn + 3]
    assert {"group 0 · channel 1", "group 1 · channel 2"} <= set(words_of(page_at(scene, 17, look=LARGE)[0].figure))


@given(case=dims.flatmap(lambda n: cases("max_pool")), data=st.data())
@settings(max_examples=25)
def test_the_winner_is_marked_and_linked_to_its_output_cell(case, data):
    scene = scene_of(*case)
    assume(scene.meta["ndim"] < 3)
    stage = make_stage(scene)
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)))
    worked = work_out(stage, here.channel, here.cell)
    assume(worked.source is not None)
    assert worked.index == scene.tensors["indices"][(here.channel, *here.cell)]
    marked = [o for o in page.moving.source if o.line.get_paths()]
    ((r, c, tall, wide),) = places(marked[0].line, marked[0].sheet)
    low = scene.meta["low"]
    assert (r + tall / 2 - 0.5 - low[1], c + wide / 2 - 0.5 - low[2]) == pytest.approx(worked.source[2:])
    assert len(page.moving.link.get_xdata()) == 2


@given(case=st.sampled_from(["flatten", "permute", "max_unpool"]).flatmap(cases), data=st.data())
@settings(max_examples=20)
def test_a_moved_cell_is_marked_where_it_comes_from(case, data):
    scene = scene_of(*case)
    stage = make_stage(scene)
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)))
    index = scene.tensors["from"][(here.channel, *here.cell)]
    marked = [o for o in page.moving.source if o.line.get_paths()]
    assert len(marked) == (index >= 0)
    if marked:
        channel, depth, row, column = np.unravel_index(index, scene.tensors["input"].shape)
        sheet = marked[0].sheet
        ((r, c, tall, wide),) = places(marked[0].line, sheet)
        assert (sheet.channel, sheet.depth) == (channel, depth)
        assert (r + tall / 2, c + wide / 2) == pytest.approx((row + 0.5, column + 0.5))


# --- the window at work ---


@given(case=dims.flatmap(lambda n: cases("conv") | cases("conv_transpose")), data=st.data())
@settings(max_examples=15)
def test_the_work_shows_what_is_multiplied_as_it_lies_on_the_input(case, data):
    scene = scene_of(*case)
    stage = make_stage(scene)
    page, here = page_at(scene, data.draw(st.integers(0, stage.order.steps - 1)), look=LARGE)
    worked = work_out(stage, here.channel, here.cell)
    first, _ = stage.reads(here.channel)
    _, rows, columns = wanted_taps(scene, enumerate(here.cell))
    assume(page.moving.work.grids and len(rows) == stage.axes[1].n_taps and len(columns) == stage.axes[2].n_taps)
    for grid in page.moving.work.grids:
        channel, depth = divmod(grid.grid.map, stage.axes[0].n_taps)
        said = [text.get_text() for text in grid.texts]
        if grid.grid.row or not any(said):
            continue
        place = sorted(stage.axes[0].position[here.cell[0]] + stage.axes[0].low)[depth]
        if not 0 <= place < stage.input.sizes[0]:
            continue
        plane = stage.input.plane(first + channel, int(place))
        wanted = [plane.values[r, c] for r in sorted(rows) for c in sorted(columns)]
        ways = [["" if np.isnan(v) else brief(float(v), digits) for v in wanted] for digits in (3, 2)]
        assert said in ways  # with fewer digits where more cannot be read
    assert brief(worked.value) in page.sum.get_text()


def test_products_are_reads_times_weights_cell_by_cell():
    scene = scene_of(ConvTranspose(2, 1, kernel_size=(2, 3), stride=(2, 1)), (2, 3, 3))
    page, _ = page_at(scene, 9, look=LARGE)
    grids = {(grid.grid.map, grid.grid.row): grid for grid in page.moving.work.grids}
    numbers = {at: [float(t.get_text().replace("−", "-") or 0) for t in grid.texts] for at, grid in grids.items()}
    for i in {i for i, _ in grids}:
        np.testing.assert_allclose(
            np.multiply(numbers[i, 0], numbers[i, 1]), numbers[i, 2], atol=0.02 * np.abs(numbers[i, 2]).max() + 1e-3
        )
    assert "2 × 3, turned round" in words_of(page.figure)


def test_a_kernel_without_numbers_carries_its_signs():
    scene = scene_of(Conv(1, 1, kernel_size=9), (1, 12, 12))
    page, _ = page_at(scene, 0)
    (grid,) = [grid for grid in page.moving.work.grids if grid.grid.row == 1]
    signs = np.sign(scene.tensors["weight"].ravel())
    assert set(signs) == {-1, 1}
    assert [text.get_text() for text in grid.texts] == ["−" if sign < 0 else "+" for sign in signs]


# --- charts ---


def test_a_histogram_counts_the_channel_and_marks_the_cell():
    scene = scene_of(BatchNorm(num_features=2), (2, 5, 6))
    page, here = page_at(scene, 7, channel=1)
    before, after = page.charts
    worked = work_out(page.stage, 1, here.cell)
    assert before.mark.get_xdata() == pytest.approx([worked.facts["x"]] * 2)
    assert after.mark.get_xdata() == pytest.approx([worked.value] * 2)
    values_after = scene.tensors["output"][1].astype(float)
    counts, _ = np.histogram(values_after, 48, before.axes.get_xlim())
    (bars,) = by_gid(after.axes, "bars")
    tall = [path.vertices[:, 1].max() for path in bars.get_paths()]
    assert tall == pytest.approx([max(count, 0.02 * counts.max()) for count in counts if count])
    assert "after, channel 1: mean 0, variance 1" in words_of(page.figure)


def test_a_curve_is_the_function_and_its_mark_the_cell():
    scene = scene_of(ELU(alpha=2.0), (1, 4, 4))
    page, here = page_at(scene, 6)
    (line,) = by_gid(page.charts[0].axes, "curve")
    x, y = np.array(line.get_xdata()), np.array(line.get_ydata())
    np.testing.assert_allclose(y, np.where(x > 0, x, 2 * np.expm1(x)), atol=1e-9)
    (at,) = page.charts[0].mark.get_xdata()
    assert at == pytest.approx(scene.tensors["input"][(0, *here.cell)])


# --- which maps ---


def test_of_many_channels_those_of_the_step_are_shown_and_the_page_says_so():
    scene = scene_of(MaxPool(kernel_size=(2, 2)), (64, 4, 4))
    page, here = page_at(scene, 4 * 40)
    assert here.channel == 40
    assert 40 in [sheet.channel for sheet in page.sheets["input"]]
    assert 40 in [sheet.channel for sheet in page.sheets["strip"]]
    assert len(page.sheets["input"]) == MOST_MAPS
    assert len(page.sheets["strip"]) == MOST_STRIP
    said = words_of(page.figure)
    assert "(1, 64, 4, 4) · channels 32 to 47 of 64" in said
    assert "maps of channels 32 to 47 of 64" in said


@pytest.mark.parametrize(
    ("layer", "said"), [(LeakyReLU(0.3), "% below 0.50"), (GLU(2), "% below 0.50"), (Dropout(0.5), "% dropped")]
)
def test_the_caption_of_a_mask_says_what_is_counted(layer, said):
    words = " ".join(words_of(page_at(scene_of(layer, (2, 4, 4)), 0)[0].figure))
    assert said in words
    assert "closed" not in words


@given(case=staged, data=st.data())
@settings(max_examples=15)
def test_every_page_of_a_scene_is_equally_large(case, data):
    stage = make_stage(scene_of(*case))
    steps = [data.draw(st.integers(0, stage.order.steps - 1)) for _ in range(2)]
    layouts = [Page(stage, cast_of(stage, stage.here(step)), SMALL).layout for step in steps]
    assert layouts[0] == layouts[1]


@given(case=staged, data=st.data())
@settings(max_examples=15)
def test_no_map_leaves_its_page_or_lies_on_another(case, data):
    scene = scene_of(*case, turned=data.draw(st.booleans()))
    page, _ = page_at(scene, 0)
    height = page.figure.get_figheight() * 100
    boxes = [sheet.box for sheets in page.sheets.values() for sheet in sheets]
    boxes += [grid.sheet.box for grid in page.moving.work.grids]
    for i, a in enumerate(boxes):
        assert a.x >= EDGE - 1
        assert a.x + a.w <= WIDTH - EDGE + 1
        assert a.y >= EDGE
        assert a.y + a.h <= height
        for b in boxes[:i]:
            apart = [a.x + a.w - b.x, b.x + b.w - a.x, a.y + a.h - b.y, b.y + b.h - a.y]
            assert min(apart) <= 0.01, (a, b)


def test_a_turned_map_runs_to_the_right_and_upwards():
    scene = scene_of(Conv(), (1, 9, 5), turned=True, axes=("frame", "mel"))
    page, here = page_at(scene, 4, look=LARGE)
    (sheet,) = page.sheets["output"]
    left, low = sheet.axes.transData.transform(sheet.middle(0, 0))
    right, _ = sheet.axes.transData.transform(sheet.middle(6, 0))
    _, high = sheet.axes.transData.transform(sheet.middle(0, 2))
    assert right > left
    assert high > low
    assert here.cell == (0, 1, 1)
    assert "output frame 1, mel 1:" in page.sentence.get_text()
    assert "frames → · mels ↑" in words_of(page.figure)


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
    "norm": (BatchNorm(num_features=2, examples=True), (2, 3, 4, 4)),
    "move": (Flatten(), (1, 3, 3)),
}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", SCENES)
def test_the_words_of_an_svg_are_text(name, dark):
    scene = scene_of(*SCENES[name])
    root = ElementTree.fromstring(still(scene, Look(dark=dark), 3 % make_stage(scene).order.steps, "svg"))
    said = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"{scene.meta['title']} · {FREE}" in said
    assert any(scene.meta["shapes"]["output"] in words for words in said)
    assert any("✓" in words for words in said)


def test_a_pdf_holds_fonts_and_not_outlines():
    data = still(scene_of(Conv(), (1, 5, 5)), Look(), 3, "pdf")
    assert data.startswith(b"%PDF")
    assert b"/FontFile2" in data
    assert b"/Type3" not in data


def test_numbers_under_the_veil_are_not_in_the_file():
    scene = scene_of(Conv(padding=(1, 1)), (1, 3, 3))
    last = brief(float(scene.tensors["output"][0, 0, 2, 2]))
    early, late = (still(scene, Look(), step, "svg").decode() for step in (0, 8))
    assert f">{last}<" in late
    assert f">{last}<" not in early


@pytest.mark.parametrize("width", [333, 800, 1601])
def test_a_png_is_as_wide_as_it_should_be(width):
    picture = Image.open(BytesIO(still(scene_of(Conv(), (1, 5, 5)), Look(width_px=width), 0)))
    assert picture.width == width
    assert picture.height % 2 == 0


@pytest.mark.parametrize("dark", [False, True])
def test_the_paper_is_the_themes_or_none(dark):
    scene = scene_of(Conv(), (1, 5, 5))
    look = Look(dark=dark, width_px=400)
    opaque = Image.open(BytesIO(still(scene, look, 0))).convert("RGBA").getpixel((2, 2))
    clear = Image.open(BytesIO(still(scene, replace(look, transparent=True), 0))).convert("RGBA").getpixel((2, 2))
    assert opaque == (*(int(paper(dark)[i : i + 2], 16) for i in (1, 3, 5)), 255)
    assert clear[3] == 0


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_scene_gives_the_same_bytes(format):
    scene = scene_of(Conv(), (1, 5, 5))
    assert still(scene, SMALL, 4, format) == still(scene, SMALL, 4, format)


def test_a_note_stands_in_the_foot():
    figure = figure_of(scene_of(Conv(), (1, 5, 5)), SMALL, 2, note="by hand")
    assert f"nn.Conv2d(1, 1, kernel_size=3) · by hand · {FREE}" in words_of(figure)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda scene: still(scene, SMALL, 9), r"There is no step 10\. Choose one from 1 to 9\."),
        (lambda scene: still(scene, SMALL, -1), r"There is no step 0\. Choose one from 1 to 9\."),
        (lambda scene: still(scene, SMALL, 0, channel=1), r"There is no output channel 1\. Choose one from 0 to 0\."),
        (lambda scene: still(scene, SMALL, 0, "bmp"), r"cannot be a bmp file\. Choose png, svg or pdf\."),
        (lambda scene: Look(width_px=90), r"90 pixels is too narrow\. Choose a width from 200 to 4,000 pixels\."),
        (lambda scene: Look(width_px=9000), r"9,000 pixels is too wide\. Choose a width from 200 to 4,000 pixels\."),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(ask, says):
    with pytest.raises(ExportError, match=says):
        ask(scene_of(Conv(), (1, 5, 5)))


def test_a_channel_moves_the_step_to_its_turn():
    page, here = page_at(scene_of(Conv(1, 3), (1, 5, 5)), 4, channel=2)
    assert (here.step, here.channel, here.cell) == (22, 2, (0, 1, 1))
    assert page.counter.get_text() == "step 23 of 27"
    assert re.match("output channel 2, row 1, column 1:", page.sentence.get_text())
