"""Files to take away hold torch's numbers, and the pictures' own artists hold them in the right place and colour."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load

from cnnviz.core.geometry import GeometryError
from cnnviz.export.stage import (
    file_name,
    gallery,
    gallery_figure,
    limits,
    npz,
    picture,
    picture_figure,
    png,
    tensors,
)
from cnnviz.export.stage.figure import DPI, PIXELS
from cnnviz.inputs.logmel import Features
from cnnviz.inputs.patterns import Ramp
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.networks.checkpoint import Checkpoint
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.receptive_field import INPUT, spans
from cnnviz.scenes.build import show
from cnnviz.scenes.palette import PALETTE
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.stage import planes
from cnnviz.scenes.weights import Loaded, Seeded

CLIP = LogMel(seconds=1)
SMALL = Desed(activation="glu", nb_filters=(4, 6, 3), pooling=((2, 2), (2, 2), (1, 4)), training=True)
VIEW = StageView("glu1", channel=2, unit=(10, 20))


def at(stage="glu1", network=SMALL, source=CLIP, **changes):
    """A stage."""
    return show(Request(network, source, Seeded(3)), replace(VIEW, stage=stage, **changes))


GLU = at()


def read(maps):
    return dict(np.load(BytesIO(npz(maps)), allow_pickle=False))


def panels_of(figure):
    """The panels of a picture, without the colour bars and their own pictures."""
    return [axes for axes in figure.axes if axes.images]


def boxes_of(axes):
    """Left, right, bottom, top of the boxes round a unit or what it sees."""
    found = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_path_effects()]
    return [
        (*box.get_x() + np.array([0, box.get_width()]), *box.get_y() + np.array([0, box.get_height()])) for box in found
    ]


def words_of(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def broken(maps, value=np.nan):
    """The same with one cell that is no number, in channel 2."""
    y = maps.done.y.copy()
    y[0, 2, 3, 4] = value
    return replace(maps, done=replace(maps.done, y=y))


@pytest.mark.parametrize("stage", ["conv0", "batchnorm0", "glu1", "dropout1", "pooling2"])
def test_both_files_hold_what_torch_gave_to_the_bit(stage):
    done = run_network(SMALL.network, CLIP.grid().values[None], 3)[stage]
    for found in (read(at(stage)), load(tensors(at(stage)))):
        assert found["maps"].dtype == np.float32
        np.testing.assert_array_equal(found["maps"], done.y[0])
        np.testing.assert_array_equal(found["input"], CLIP.grid().values[0])


def test_a_checkpoints_weights_count_and_it_is_named():
    file, weights = BytesIO(), SMALL.network.state(8)
    torch.save({name: torch.tensor(values) for name, values in weights.items()}, file)
    weights = Loaded(Checkpoint(file.getvalue(), "mine.ckpt"), seed=3)
    maps = show(Request(SMALL, CLIP, weights), StageView("conv0"))
    found = read(maps)
    np.testing.assert_array_equal(found["maps"], run_network(SMALL.network, CLIP.grid().values[None], 8)["conv0"].y[0])
    digest = hashlib.sha256(file.getvalue()).hexdigest()[:12]
    assert str(found["weights"]) == f"weights of mine.ckpt (sha256 {digest})"
    assert any(f"(sha256 {digest}), " in words for words in words_of(picture_figure(maps)))


def test_the_file_holds_what_the_viewer_shows():
    shown = load(GLU.blob)
    np.testing.assert_array_equal(read(GLU)["maps"][2], shown["plane.product"])


def test_both_files_hold_the_same():
    archive, blob = read(GLU), tensors(GLU)
    arrays = load(blob)
    assert sorted(arrays) == ["hertz", "input", "maps", "seconds"]
    for name, values in arrays.items():
        np.testing.assert_array_equal(values, archive[name])


def test_the_words_say_what_it_takes_to_get_the_numbers_again(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(tensors(GLU))
    with safe_open(path, "np") as opened:
        words = opened.metadata()
    archive = read(GLU)
    assert {name: str(archive[name]) for name in words} == words
    assert (words["stage"], words["layer"], words["seed"]) == ("glu1", "DesedGLU(6)", "3")
    assert eval(words["network"]) == SMALL
    assert words["weights"] == "random weights, seed 3"
    assert words["clip"] == str(CLIP.grid().caption)
    assert all(name in words["readme"] for name in ("channels, frames, mels", "seconds [s]", "hertz [Hz]"))
    assert words["readme"].count(".") == 2


def test_a_frame_of_the_first_convolution_is_centred_at_t_times_hop():
    seconds = read(at("conv0"))["seconds"]
    np.testing.assert_array_equal(seconds, np.arange(63) * 256 / 16_000)


def test_a_pooled_frame_is_centred_between_the_two_that_it_reads():
    seconds = read(at("pooling0"))["seconds"]
    np.testing.assert_array_equal(seconds, (2 * np.arange(31) + 0.5) * 256 / 16_000)


def test_the_hop_of_the_features_counts():
    clip = LogMel(seconds=1, features=Features(hop_length=400))
    seconds = read(at("conv0", source=clip))["seconds"]
    np.testing.assert_array_equal(seconds, np.arange(41) * 400 / 16_000)


def test_the_rows_of_the_first_convolution_are_the_published_mels():
    hertz = read(at("conv0"))["hertz"]
    np.testing.assert_allclose(hertz[[0, 31, 63, 127]], [13.809, 607.924, 1743.806, 7831.696], atol=5e-4)


def test_a_pooled_row_is_centred_between_the_two_mels_that_it_reads():
    before, after = read(at("conv0"))["hertz"], read(at("pooling0"))["hertz"]
    np.testing.assert_allclose(after, before.reshape(64, 2).mean(axis=1))


def test_rows_beyond_the_mels_have_no_frequency():
    padded = replace(SMALL, padding=(3, 1, 1))
    hertz = read(at("conv0", padded))["hertz"]
    np.testing.assert_array_equal(np.isnan(hertz), [True] * 2 + [False] * 128 + [True] * 2)


def test_an_input_that_is_no_sound_has_cells_instead():
    ramp = at("pooling0", source=Ramp(size=(20, 16)))
    found = read(ramp)
    assert {"seconds", "hertz"}.isdisjoint(found)
    np.testing.assert_array_equal(found["frames"], 2 * np.arange(10) + 0.5)
    np.testing.assert_array_equal(found["mels"], 2 * np.arange(8) + 0.5)
    assert "cells of the input" in str(found["readme"])


@pytest.mark.parametrize("stage", ["conv0", "batchnorm0", "glu1", "dropout0", "pooling1"])
def test_the_panels_are_the_input_and_the_planes_of_the_channel(stage):
    maps = at(stage)
    drawn = [maps.clip.values[0], *(values for _, values, _ in planes(maps.done, 2))]
    images = [panel.images[0] for panel in panels_of(picture_figure(maps))]
    assert len(images) == len(drawn)
    for image, values in zip(images, drawn, strict=True):
        np.testing.assert_array_equal(image.get_array(), values.T)
        assert image.origin == "lower"


def test_the_colours_are_centred_on_zero_and_a_gate_goes_from_closed_to_open():
    images = [panel.images[0] for panel in panels_of(picture_figure(GLU))]
    most = [float(np.abs(image.get_array()).max()) for image in images]
    assert [image.get_clim() for image in images] == [(0, 1), (-most[1], most[1]), (0, 1), (-most[3], most[3])]


@pytest.mark.parametrize(
    ("scale", "values", "ends"),
    [
        ("signed", [0, 0], (-1, 1)),
        ("signed", [-3, 2], (-3, 3)),
        ("gate", [0.2, 0.4], (0, 1)),
        ("picture", [2, 5], (2, 5)),
        ("picture", [3, 3], (0, 3)),
        ("picture", [-3, -3], (-3, 0)),
        ("picture", [0, 0], (0, 1)),
        ("picture", [np.nan, 1, 2], (1, 2)),
    ],
)
def test_a_colour_bar_ends_where_the_viewers_does(scale, values, ends):
    assert limits(scale, np.array(values, np.float32)) == ends


def test_the_colour_bars_say_their_ends_and_the_middle():
    figure = picture_figure(GLU)
    bars = [axes for axes in figure.axes if not axes.images]
    ticks = [[label.get_text() for label in bar.get_yticklabels()] for bar in bars]
    most = f"{np.abs(GLU.done.y[0, 2]).max():.3g}"
    assert ticks[2] == ["0", "0.5", "1"]
    assert ticks[3] == [f"−{most}", "0", most]


def test_a_map_lies_where_its_cells_are_centred():
    panels = panels_of(picture_figure(at("pooling0")))
    found, step = read(at("pooling0"))["seconds"], 256 / 16_000
    left, right, bottom, top = panels[-1].images[0].get_extent()
    width, height = (right - left) / 31, (top - bottom) / 64
    np.testing.assert_allclose(left + (np.arange(31) + 0.5) * width, found)
    np.testing.assert_allclose(bottom + (np.arange(64) + 0.5) * height, 2 * np.arange(64) + 0.5)
    for panel in panels[:2]:  # the input, and what is pooled
        np.testing.assert_allclose(panel.images[0].get_extent(), (-step / 2, 62.5 * step, -0.5, 127.5))
    assert len({(*panel.get_xlim(), *panel.get_ylim()) for panel in panels}) == 1


def test_no_cell_is_cut_off_where_padding_makes_a_map_larger():
    figure = picture_figure(at("conv0", replace(SMALL, padding=(3, 1, 1))))
    left, right, bottom, top = panels_of(figure)[-1].images[0].get_extent()
    for panel in panels_of(figure):
        np.testing.assert_allclose((*panel.get_xlim(), *panel.get_ylim()), (left, right, bottom, top))


def test_the_axis_upwards_names_frequencies_where_their_mels_are():
    maps = GLU
    hertz = np.array([250, 500, 1000, 2000, 4000])
    places = np.interp(hertz, maps.clip.features.hertz(), np.arange(128))
    for panel in panels_of(picture_figure(maps)):
        assert [label.get_text() for label in panel.get_yticklabels()] == ["250", "500", "1k", "2k", "4k"]
        np.testing.assert_allclose(panel.get_yticks(), places)
        assert panel.get_ylabel() == "frequency [Hz]"
    assert panels_of(picture_figure(maps))[-1].get_xlabel() == "time [s]"


def test_without_a_round_frequency_the_lowest_and_highest_are_named():
    clip = LogMel(seconds=1, features=Features(n_mels=8, f_min=50, f_max=240))
    small = replace(SMALL, pooling=((1, 1),) * 3)
    maps = at("conv0", small, clip)
    peaks = maps.clip.features.hertz()
    panel = panels_of(picture_figure(maps))[0]
    assert [label.get_text() for label in panel.get_yticklabels()] == [f"{peaks[0]:.0f}", f"{peaks[-1]:.0f}"]
    np.testing.assert_array_equal(panel.get_yticks(), [0, 7])


def test_an_input_that_is_no_sound_is_counted_in_frames_and_mels():
    ramp = at("conv0", source=Ramp(size=(20, 16)))
    *_, panel = panels_of(picture_figure(ramp))
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("frame", "mel")
    np.testing.assert_array_equal(panel.images[0].get_extent(), (-0.5, 19.5, -0.5, 15.5))


@pytest.mark.parametrize("stage", ["conv1", "glu1", "pooling1"])
def test_the_boxes_are_the_unit_and_what_it_sees(stage):
    maps = at(stage)
    names = [INPUT, *(name for name, _ in SMALL.network.stages)]
    before = names[names.index(stage) - 1]
    tables, step = spans(SMALL.network, (1, 63, 128), stage), 256 / 16_000
    read_of = {INPUT: (1, 0), before: (2, 0.5), stage: (2, 0.5) if stage != "pooling1" else (4, 1.5)}  # jump, first
    shown = [INPUT, *[before] * (len(planes(maps.done, 2)) - 1), stage]
    for panel, name in zip(panels_of(picture_figure(maps)), shown, strict=True):
        jump, first = read_of[name]
        (f0, f1), (m0, m1) = (table[unit] for table, unit in zip(tables[name], maps.view.unit, strict=True))
        edges = [(cell + side) * jump + first for cell, side in ((f0, -0.5), (f1, 0.5), (m0, -0.5), (m1, 0.5))]
        np.testing.assert_allclose(boxes_of(panel), [[edges[0] * step, edges[1] * step, *edges[2:]]])


def test_the_words_name_the_unit_its_value_and_the_statistics_behind_it():
    maps = GLU
    value = f"{maps.done.y[0, 2, 10, 20]:.3g}".replace("-", "−")
    words = words_of(picture_figure(maps))
    assert (
        f"box: glu1[0, 2, 10, 20] = {value}, and what it sees on the input; "
        "through the statistics of batchnorm0 it depends on all of it"
    ) in words


def test_without_a_unit_there_is_no_box():
    figure = picture_figure(at(unit=None))
    assert not any(boxes_of(panel) for panel in panels_of(figure))
    assert not any(words.startswith("box") for words in words_of(figure))


def test_a_unit_that_reads_padding_alone_has_no_box_on_the_input():
    padded = replace(SMALL, padding=(4, 1, 1))
    figure = picture_figure(at("conv0", padded, channel=0, unit=(0, 9)))
    assert [len(boxes_of(panel)) for panel in panels_of(figure)] == [0, 1]
    assert any(words.endswith("which reads padding alone") for words in words_of(figure))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_hatched_and_counted(value):
    figure = picture_figure(broken(at("conv0"), value))
    whole, odd = panels_of(figure)
    assert [any(patch.get_hatch() for patch in panel.patches) for panel in (whole, odd)] == [False, True]
    assert odd.images[0].get_array().mask.sum() == 1
    assert odd.images[0].get_array().mask[4, 3]
    assert odd.get_title("left").endswith("(hatched: 1 of 8,064 cells are no number)")
    assert np.isfinite(odd.images[0].get_clim()).all()


def test_a_map_with_more_cells_than_pixels_is_averaged_and_others_are_sharp():
    long = LogMel(seconds=3, features=Features(hop_length=32, n_mels=16))
    maps = at("pooling0", replace(SMALL, pooling=((2, 2), (2, 2), (1, 1))), long)
    whole, pooled = maps.clip.values.shape[1], maps.done.y.shape[2]
    assert whole > PIXELS[0] >= pooled
    shown = [panel.images[0].get_interpolation() for panel in panels_of(picture_figure(maps))]
    assert shown == ["hanning", "hanning", "nearest"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [picture_figure, gallery_figure])
def test_paper_and_ink_are_the_themes(make, dark):
    figure = make(GLU, dark)
    zero, one = PALETTE["signed"]["dark" if dark else "light"][2], PALETTE["picture"]["light"][int(dark)]
    assert same_color(figure.get_facecolor(), zero)
    figure.canvas.draw()  # makes the texts of the ticks
    said = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert len(said) > 9
    assert {text.get_text() for text in said if not same_color(text.get_color(), one)} == set()


@pytest.mark.parametrize("dark", [False, True])
def test_colours_are_those_of_the_palette(dark):
    theme = "dark" if dark else "light"
    panels = panels_of(picture_figure(GLU, dark))
    for panel, scale in zip(panels, (CLIP.grid().scale, "signed", "gate", "signed"), strict=True):
        stops, colours = PALETTE[scale][theme], panel.images[0].get_cmap()
        for i, stop in enumerate(stops):
            np.testing.assert_allclose(colours(i / (len(stops) - 1))[:3], to_rgb(stop), atol=0.01)
        if scale == "signed":  # zero is the paper, and no neighbour of it
            np.testing.assert_allclose(colours(0.5)[:3], to_rgb(stops[2]), atol=1e-9)


def test_the_words_round_the_picture_say_what_it_is():
    words = words_of(picture_figure(GLU))
    assert "glu1, channel 2 of 6" in words
    assert str(str(CLIP.grid().caption)) in words
    assert {"input", "signal", "gate", "product: DesedGLU(6)"} <= set(words)
    assert f"random weights, seed 3, {SMALL}" in [text.replace("\n", " ") for text in words]


def test_a_channel_and_a_unit_beyond_the_stage_are_pulled_back_inside():
    maps = at("conv0", channel=99, unit=(999, 999))
    assert (maps.view.channel, maps.view.unit) == (3, (62, 127))
    np.testing.assert_array_equal(panels_of(picture_figure(maps))[1].images[0].get_array(), maps.done.y[0, 3].T)


@pytest.mark.parametrize("make", [picture_figure, gallery_figure])
def test_a_files_name_is_shown_as_it_is_even_if_it_looks_like_a_formula(make):
    values = BytesIO()
    np.save(values, np.random.default_rng(0).random((40, 16)))
    source = Spectrogram(data=values.getvalue(), name="a$x{$.npy")
    figure = make(at("conv0", source=source))
    assert any(words.startswith("a$x{$.npy, 16 frames") for words in words_of(figure))
    assert png(figure).startswith(b"\x89PNG")


def test_the_gallery_holds_every_channel():
    maps = GLU
    sheet, _ = gallery_figure(maps).axes
    assert len(sheet.images) == 6
    for image, values in zip(sheet.images, maps.done.y[0], strict=True):
        half = np.ptp(values) / 254  # 8-bit levels are near enough for a small picture
        np.testing.assert_allclose(image.get_array(), values.T, atol=half)
        most = float(np.abs(values).max())
        assert image.get_clim() == (-most, most)


def test_the_channels_of_the_gallery_are_numbered_in_reading_order():
    sheet, _ = gallery_figure(GLU).axes
    numbers = [
        text.get_text().split()[0]
        for text in sorted(sheet.texts, key=lambda one: (-one.get_position()[1], one.get_position()[0]))
    ]
    assert numbers == ["0", "1", "2", "3", "4", "5"]
    lefts = [image.get_extent()[0] for image in sheet.images]
    assert lefts == [text.get_position()[0] for text in sheet.texts]
    bottoms = [image.get_extent()[2] for image in sheet.images]
    assert all(text.get_position()[1] < bottom for text, bottom in zip(sheet.texts, bottoms, strict=True))


def test_the_gallery_says_in_words_which_channels_are_dead_or_constant():
    maps = GLU
    y = maps.done.y.copy()
    y[0, 1], y[0, 4] = 0, -2.5
    sheet, _ = gallery_figure(replace(maps, done=replace(maps.done, y=y))).axes
    words = [text.get_text() for text in sheet.texts]
    assert (words[1], words[4]) == ("1  dead", "4  constant")
    assert words[0] == f"0  ±{np.abs(y[0, 0]).max():.3g}"


def test_a_channel_of_the_gallery_with_what_is_no_number_is_hatched():
    sheet, _ = gallery_figure(broken(GLU)).axes
    assert [bool(patch.get_hatch()) for patch in sheet.patches] == [False, False, True, False, False, False]


@pytest.mark.parametrize("channels", [1, 4, 6, 64, 300])
def test_the_gallery_is_as_wide_as_a_picture_and_all_lie_on_it(channels):
    maps = at("conv0", Desed(nb_filters=(channels,) * 3), Ramp(size=(6, 64)))
    figure = gallery_figure(maps)
    extents = np.array([image.get_extent() for image in figure.axes[0].images])
    assert len(extents) == channels
    assert extents.min() > 0
    assert extents[:, 1].max() < figure.get_figwidth() == 10
    assert extents[:, 3].max() < figure.get_figheight()


@pytest.mark.parametrize("make", [picture, gallery])
def test_a_picture_is_a_png_of_150_dots_per_inch(make):
    image = Image.open(BytesIO(make(GLU)))
    figure = {picture: picture_figure, gallery: gallery_figure}[make](GLU)
    assert image.format == "PNG"
    assert image.size == tuple(int(inches * DPI) for inches in figure.get_size_inches())
    assert image.size[0] == 1500


@pytest.mark.parametrize("dark", [False, True])
def test_the_paper_of_the_file_is_the_themes(dark):
    for make in (picture, gallery):
        corner = Image.open(BytesIO(make(GLU, dark))).convert("RGB").getpixel((0, 0))
        assert same_color([c / 255 for c in corner], PALETTE["signed"]["dark" if dark else "light"][2])


def test_two_who_draw_at_once_get_what_each_gets_alone():
    jobs = [(picture, GLU, True), (picture, at("pooling0"), False), (gallery, GLU, False), (gallery, at("conv0"), True)]
    alone = [make(maps, dark) for make, maps, dark in jobs]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda job: job[0](*job[1:]), jobs))
    assert together == alone


@pytest.mark.parametrize(
    ("channel", "ending", "name"),
    [
        (5, "png", "glu3_channel5.png"),
        (999, "png", "glu3_channel127.png"),
        (5, "gallery.png", "glu3.gallery.png"),
        (5, "npz", "glu3.npz"),
        (5, "safetensors", "glu3.safetensors"),
    ],
)
def test_a_file_is_named_after_the_stage_and_a_picture_after_its_channel_as_well(channel, ending, name):
    assert file_name(at("glu3", BASELINE, channel=channel), ending) == name


def test_what_does_not_fit_is_one_sentence():
    wide = replace(SMALL, pooling=((99, 1),) * 3)
    with pytest.raises(GeometryError, match="pooling0: "):
        at(network=wide)
