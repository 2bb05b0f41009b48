"""Films of a scene: read back, they have the steps, the durations and the sizes that were asked for."""

import importlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from strategies import any_case, values

from cnnviz.core.layers import GLU, BatchNorm, Conv, ConvTranspose, Flatten, MaxPool
from cnnviz.core.run import run
from cnnviz.export import animation
from cnnviz.export.animation import HOLD, Estimate, animate, estimate, frames_of
from cnnviz.export.cast import cast_of
from cnnviz.export.drawing import still
from cnnviz.export.drawn_stage import make_stage
from cnnviz.export.ffmpeg import find_ffmpeg, mp4
from cnnviz.export.film import Film
from cnnviz.export.gif import Gif, Palette, changed, palette_of
from cnnviz.export.look import ExportError, Look
from cnnviz.export.order import Order
from cnnviz.export.page import Page
from cnnviz.export.pens import DRAWING, colours
from cnnviz.export.plan import Plan, ordinal
from cnnviz.scenes.layer import make_scene

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

SMALL = Look(width_px=300)
film_module = importlib.import_module("cnnviz.export.film")
staged = any_case.filter(lambda case: case[0].n_axes <= 3)


def scene_of(layer, shape, **how):
    return make_scene(run(layer, values(shape)), **how)


CONV = scene_of(Conv(1, 2, padding=(1, 1)), (1, 4, 5))  # 2 channels of 4 x 5 cells
BRIEF = Plan(last=5, seconds=0.1)


def pictures_of(gif):
    """Every picture as a viewer shows it, and for how long [ms]."""
    image = Image.open(BytesIO(gif))
    found = []
    for i in range(image.n_frames):
        image.seek(i)
        found.append((np.asarray(image.convert("RGB")).astype(int), image.info["duration"]))
    return found


def asked_of_ffmpeg(film, *arguments):
    """What ffmpeg says about a film, and what it writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        path.write_bytes(film)
        return subprocess.run([find_ffmpeg(), "-i", path, *arguments], capture_output=True, check=False)


def decoded(film, size):
    """Every picture of an MP4, shape (pictures, rows, columns, 3)."""
    done = asked_of_ffmpeg(film, "-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "pipe:1")
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, size[1], size[0], 3).astype(int)


# --- plans ---


@given(
    turns=st.integers(1, 3),
    shape=st.tuples(*[st.integers(1, 5)] * 3),
    most=st.integers(2, 20),
    data=st.data(),
)
def test_a_plan_keeps_first_and_last_and_thins_evenly(turns, shape, most, data):
    order = Order(turns, shape)
    first = data.draw(st.integers(0, order.steps - 1))
    last = data.draw(st.integers(first, order.steps - 1))
    plan = Plan(first=first, last=last, most=most)
    steps = plan.steps(order)
    every = plan.every(order)
    assert (steps[0], steps[-1]) == (first, last)
    assert len(steps) <= most
    assert steps == sorted(set(steps))
    assert set(np.diff(steps)[:-1]) <= {every}
    if every == 1:
        assert steps == list(range(first, last + 1))
    else:  # one less would be too many
        assert -(-(last - first) // (every - 1)) + 1 > most


def test_one_channel_counts_its_own_cells():
    order = Order(3, (1, 2, 4))
    assert Plan(channel=1).steps(order) == list(range(8, 16))
    assert Plan(channel=4, first=2, last=3).steps(order) == [10, 11]  # of the second group, in the same turn


def test_what_is_left_out_is_said():
    assert Plan(most=200).note(Order(1, (1, 28, 49))) == "every 7th of 1,372 steps"
    assert Plan(most=2000).note(Order(1, (1, 28, 49))) == ""
    assert [ordinal(n) for n in (2, 3, 12, 111, 1021)] == [
        "every 2nd",
        "every 3rd",
        "every 12th",
        "every 111th",
        "every 1,021st",
    ]


def test_the_note_stands_on_every_picture():
    film = Film(make_stage(CONV), SMALL, note=Plan(most=4).note(make_stage(CONV).order))
    film.picture(0)
    said = [text.get_text() for text in film.page.figure.texts]
    assert any("every 13th of 40 steps · cnnviz, free to reuse" in words for words in said)


# --- pictures ---


@settings(max_examples=8)
@given(case=staged, data=st.data())
def test_a_picture_keeps_nothing_of_the_one_before(case, data):
    stage = make_stage(scene_of(*case))
    step, before = (data.draw(st.integers(0, stage.order.steps - 1)) for _ in range(2))
    film = Film(stage, SMALL)
    film.picture(before)
    np.testing.assert_array_equal(film.picture(step), Film(stage, SMALL).picture(step))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv(2, 4, groups=2, padding=(1, 1), stride=(2, 1)), (2, 5, 5)),
        (Conv(ndim=1, kernel_size=(3,), padding=(1,)), (1, 12)),
        (ConvTranspose(stride=(2, 2)), (1, 3, 3)),
        (MaxPool(kernel_size=(2, 2), ceil_mode=True), (2, 5, 5)),
        (GLU(channels=2), (2, 4, 4)),
        (BatchNorm(num_features=2, examples=True), (2, 3, 4, 4)),
        (Flatten(), (2, 3, 3)),
    ],
    ids=lambda value: getattr(value, "torch_name", None),
)
def test_a_picture_of_a_film_is_the_still_of_its_step(layer, shape):
    scene, look = scene_of(layer, shape), Look(width_px=1000)
    step = make_stage(scene).order.steps // 3
    wanted = np.asarray(Image.open(BytesIO(still(scene, look, step))).convert("RGB"))
    np.testing.assert_array_equal(Film(make_stage(scene), look).picture(step), wanted)


def test_what_stands_still_is_drawn_once_per_channel(monkeypatch):
    drawn = []
    monkeypatch.setattr(film_module, "Page", lambda *how: drawn.append(how) or Page(*how))
    assert len(list(frames_of(CONV, SMALL, Plan()))) == 40
    assert len(drawn) == 2


def test_a_film_has_paper_even_where_a_picture_is_transparent():
    (picture,) = frames_of(CONV, replace(SMALL, transparent=True), Plan(last=0))
    assert picture[2, 2].tolist() == [255, 255, 255]


# --- gif ---


@pytest.mark.parametrize("dark", [False, True])
def test_a_gif_has_the_pictures_in_colours_close_by(dark):
    look = replace(SMALL, dark=dark)
    found = pictures_of(animate(CONV, look, BRIEF))
    wanted = list(frames_of(CONV, look, BRIEF))
    assert len(found) == 6
    for (picture, _), exact in zip(found, wanted, strict=True):
        assert picture.shape == exact.shape
        off = np.abs(picture - exact).max(axis=2)
        assert np.percentile(off, 99) <= 16
        assert off[2, 2] == 0  # the paper


def test_the_durations_of_a_gif_are_whole_centiseconds_and_add_up():
    found = [ms for _, ms in pictures_of(animate(CONV, SMALL, Plan(last=6, seconds=0.125)))]
    assert sum(found[:-1]) == 750
    assert set(found[:-1]) == {120, 130}
    assert found[-1] == 1000 * HOLD


def test_a_slow_last_picture_is_not_cut_short():
    assert pictures_of(animate(CONV, SMALL, Plan(last=1, seconds=2.5)))[-1][1] == 2500


def test_a_gif_runs_again_and_again_and_says_what_it_is():
    image = Image.open(BytesIO(animate(CONV, SMALL, BRIEF)))
    assert image.info["loop"] == 0
    assert image.info["comment"] == b"nn.Conv2d(1, 2, kernel_size=3, padding=1), made with cnnviz, free to reuse"


def test_thinned_films_show_the_steps_of_the_plan():
    plan = Plan(most=5, seconds=0.1)
    found = pictures_of(animate(CONV, SMALL, plan))
    film = Film(make_stage(CONV), SMALL, note=plan.note(make_stage(CONV).order))
    assert plan.steps(make_stage(CONV).order) == [0, 10, 20, 30, 39]
    for (picture, _), step in zip(found, plan.steps(make_stage(CONV).order), strict=True):
        assert np.percentile(np.abs(picture - film.picture(step)).max(axis=2), 99) <= 16


def test_a_gif_writes_only_what_changed():
    look = Look(width_px=1000)
    one, more = (len(animate(CONV, look, Plan(last=last))) for last in (0, 10))
    assert (more - one) / 10 < one / 2


@given(a=st.integers(0, 9), b=st.integers(0, 9), c=st.integers(0, 9), d=st.integers(0, 9))
def test_what_changed_is_found_with_the_smallest_box_round_it(a, b, c, d):
    before = np.zeros((10, 10, 3), np.uint8)
    now = before.copy()
    now[a, b, 2] = now[c, d, 0] = 1
    new, box = changed(before, now)
    assert {tuple(place) for place in np.argwhere(new)} == {(a, b), (c, d)}
    assert box == (slice(min(a, c), max(a, c) + 1), slice(min(b, d), max(b, d) + 1))


def test_a_palette_gives_its_own_colours_back_and_others_the_nearest():
    palette = Palette(((0, 0, 0), (255, 255, 255), (200, 30, 40), (14, 17, 23)))
    asked = np.array([[[14, 17, 23], [255, 255, 255], [210, 40, 40], [250, 240, 251]]], np.uint8)
    assert palette.colours[palette.indices(asked)[0]].tolist() == [
        [14, 17, 23],
        [255, 255, 255],
        [200, 30, 40],
        [255, 255, 255],
    ]


@pytest.mark.parametrize("scales", [("signed",), ("gate", "signed"), ("loud", "signed", "weight")])
def test_every_shade_of_the_scales_has_a_neighbour_in_the_palette(scales):
    palette = palette_of(scales, False, False, SMALL)
    for scale in scales:
        shades = (colours(scale, False)(np.linspace(0, 1, 200))[:, :3] * 255).round().astype(np.uint8)[None]
        off = np.abs(palette.colours[palette.indices(shades)].astype(int) - shades)
        assert off.max() <= 12


@pytest.mark.parametrize("dark", [False, True])
def test_the_span_of_a_window_with_gaps_keeps_its_shades(dark):
    look = Look(dark=dark, width_px=400, numbers=False)  # letters have shades of their own
    scene = make_scene(run(Conv(1, 1, (3, 3), dilation=(2, 2)), np.arange(81, dtype=np.float32).reshape(1, 9, 9)))
    plan = Plan(last=4)
    film = Image.open(BytesIO(animate(scene, look, plan)))
    for i, picture in enumerate(frames_of(scene, look, plan)):
        film.seek(i)
        off = np.abs(np.asarray(film.convert("RGB")).astype(int) - picture).max(axis=2)
        assert (off > 24).mean() < 0.001


def test_pictures_that_are_the_same_keep_their_time():
    gif = Gif((8, 8), Palette(((0, 0, 0), (255, 255, 255))), "")
    picture = np.full((8, 8, 3), 255, np.uint8)
    picture[3, 4] = 0
    for _ in range(3):
        gif.add(picture, 7)
    image = Image.open(BytesIO(gif.finish()))
    assert image.n_frames == 3
    image.seek(2)
    assert image.info["duration"] == 70
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), picture)


# --- mp4 ---


@pytest.mark.parametrize(
    ("seconds", "rate", "again"), [(0.1, 10, 1), (0.04, 25, 1), (0.4, 10, 4), (0.25, 12, 3)], ids=str
)
def test_an_mp4_shows_every_step_for_its_time(seconds, rate, again):
    plan = replace(BRIEF, seconds=seconds)
    film = animate(CONV, SMALL, plan, "mp4")
    exact = list(frames_of(CONV, SMALL, plan))
    size = exact[0].shape[1], exact[0].shape[0]
    found = decoded(film, size)
    held = int(np.ceil(HOLD / seconds))
    assert len(found) == (5 + held) * again
    for i, picture in enumerate(exact):
        assert np.abs(found[i * again] - picture).mean() < 3
        if i:
            assert np.abs(found[i * again] - exact[i - 1]).mean() > np.abs(found[i * again] - picture).mean()
    said = asked_of_ffmpeg(film).stderr.decode()
    assert f"{size[0]}x{size[1]}" in said
    assert "yuv420p" in said
    assert re.search(rf"\b{rate}(\.\d+)? fps", said)
    hours, minutes, rest = map(float, re.search(r"Duration: (\d+):(\d+):([\d.]+)", said).groups())
    assert hours * 3600 + minutes * 60 + rest == pytest.approx((5 + held) * seconds, abs=0.02)


PATCHES = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 30, 60), (247, 247, 247), (31, 119, 180), (0, 0, 0)]


def patches():
    """A film of one picture, a flat colour in each of its columns."""
    picture = np.repeat(np.array(PATCHES, np.uint8)[None], 16, axis=1).repeat(64, axis=0)
    with mp4((picture.shape[1], picture.shape[0]), Fraction(1, 10)) as film:
        for _ in range(3):
            film.add(picture)
        return film.finish(), picture.shape


def bt709(red, green, blue):
    """Rec. ITU-R BT.709-6, sections 3 and 4: luma and both colour differences, in 8 bits with head- and footroom."""
    r, g, b = red / 255, green / 255, blue / 255
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return 219 * y + 16, 224 * (b - y) / 1.8556 + 128, 224 * (r - y) / 1.5748 + 128


def test_an_mp4_has_the_colours_that_it_says_it_has():
    film, (rows, columns, _) = patches()
    done = asked_of_ffmpeg(film, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1")
    said = re.search(r"yuv420p\((.*?)\)", done.stderr.decode())[1]
    assert said.startswith("tv, bt709/bt709/iec61966-2-1")
    raw = np.frombuffer(done.stdout, np.uint8)
    luma = raw[: rows * columns].reshape(rows, columns)
    blue, red = raw[rows * columns :].reshape(2, rows // 2, columns // 2)
    for i, colour in enumerate(PATCHES):
        at = 16 * i + 8
        found = luma[rows // 2, at], blue[rows // 4, at // 2], red[rows // 4, at // 2]
        np.testing.assert_allclose(np.array(found, float), bt709(*colour), atol=3)


def test_an_mp4_is_decoded_to_the_colours_that_went_in():
    film, (rows, columns, _) = patches()
    shown = decoded(film, (columns, rows))[0]
    for i, colour in enumerate(PATCHES):
        np.testing.assert_allclose(shown[rows // 2, 16 * i + 8], colour, atol=6)


def test_an_mp4_can_be_played_before_it_is_all_there():
    film = animate(CONV, SMALL, BRIEF, "mp4")
    assert film.index(b"moov") < film.index(b"mdat")


@pytest.mark.parametrize("width", [301, 333])
def test_a_film_of_an_odd_width_is_made_even(width):
    film = animate(CONV, Look(width_px=width), Plan(last=1), "mp4")
    sizes = re.search(r", (\d+)x(\d+)", asked_of_ffmpeg(film).stderr.decode()).groups()
    assert int(sizes[0]) == width + 1
    assert int(sizes[1]) % 2 == 0


def test_ffmpeg_is_the_one_that_is_named(monkeypatch, tmp_path):
    program = tmp_path / "mine"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("CNNVIZ_FFMPEG", str(program))
    assert find_ffmpeg() == str(program)
    monkeypatch.setenv("CNNVIZ_FFMPEG", str(tmp_path / "none"))
    with pytest.raises(ExportError, match=r"CNNVIZ_FFMPEG names .*none, which is no program\."):
        find_ffmpeg()


def test_else_ffmpeg_is_that_of_the_path_and_then_the_one_that_came_along(monkeypatch, tmp_path):
    monkeypatch.delenv("CNNVIZ_FFMPEG", raising=False)
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg() == str(program)
    program.unlink()
    monkeypatch.setattr("cnnviz.export.ffmpeg.bundled", lambda: "along")
    assert find_ffmpeg() == "along"


def test_without_ffmpeg_one_hears_how_to_get_it(monkeypatch):
    monkeypatch.delenv("CNNVIZ_FFMPEG", raising=False)
    monkeypatch.setattr("cnnviz.export.ffmpeg.shutil.which", lambda name: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ExportError, match=r"pip install imageio-ffmpeg, or choose GIF\."):
        animate(CONV, SMALL, BRIEF, "mp4")


def test_an_ffmpeg_that_fails_is_said_in_its_own_words(monkeypatch, tmp_path):
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho no such codec >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("CNNVIZ_FFMPEG", str(program))
    with pytest.raises(ExportError, match="ffmpeg made no film: no such codec"):
        animate(CONV, SMALL, BRIEF, "mp4")


# --- progress, and an end before the end ---


@pytest.mark.parametrize("format", ["gif", "mp4"])
def test_progress_counts_every_picture(format):
    said = []
    animate(CONV, SMALL, Plan(last=3, seconds=0.1), format, lambda done, of: said.append((done, of)))
    assert said == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


class Enough(Exception):
    pass


def test_a_film_that_is_stopped_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = []
    plain = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: begun.append(plain(*a, **k)) or begun[-1])

    def stop(done, of):
        assert done < 3
        if done == 2:
            assert [path.name for folder in tmp_path.iterdir() for path in folder.iterdir()]  # it is under way
            raise Enough

    with pytest.raises(Enough):
        animate(CONV, SMALL, Plan(), "mp4", stop)
    assert not list(tmp_path.iterdir())
    assert [process.poll() is not None for process in begun] == [True]
    with pytest.raises(Enough):
        animate(CONV, SMALL, Plan(), "gif", lambda done, of: (_ for _ in ()).throw(Enough()))
    assert not DRAWING.locked()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux does")
def test_films_leave_no_file_open():
    animate(CONV, SMALL, BRIEF, "mp4")
    before = len(list(Path("/proc/self/fd").iterdir()))
    animate(CONV, SMALL, BRIEF, "mp4")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_pipe_is_closed_even_if_nothing_was_written():
    with mp4((4, 4), Fraction(1, 10)) as film:
        process = film.process
    assert process.poll() is not None


def test_two_films_at_once_are_as_alone():
    other = scene_of(MaxPool(kernel_size=(2, 2), stride=(1, 1)), (2, 5, 5))
    jobs = [(CONV, SMALL, BRIEF, "gif"), (other, replace(SMALL, dark=True), BRIEF, "gif"), (CONV, SMALL, BRIEF, "mp4")]
    alone = [animate(*job) for job in jobs]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda job: animate(*job), jobs))
    assert [a == b for a, b in zip(alone, together, strict=True)] == [True, True, True]


@pytest.mark.parametrize("draw", [lambda: animate(CONV, SMALL, BRIEF), lambda: still(CONV, SMALL, 3)])
def test_nobody_else_draws_while_a_picture_is_drawn(draw, monkeypatch):
    held, show = [], Page.show
    monkeypatch.setattr(Page, "show", lambda page, here: held.append(DRAWING.locked()) or show(page, here))
    draw()
    assert held
    assert all(held)


def test_others_may_draw_between_two_pictures():
    free = []
    animate(CONV, SMALL, BRIEF, "gif", lambda done, of: free.append(not DRAWING.locked()))
    assert all(free)


# --- how large ---


@pytest.mark.parametrize("format", ["gif", "mp4"])
@pytest.mark.parametrize(
    ("layer", "shape"), [(Conv(1, 2, padding=(1, 1)), (1, 6, 7)), (GLU(channels=2), (2, 6, 6))], ids=["conv", "glu"]
)
def test_an_estimate_is_close(layer, shape, format):
    scene, plan = scene_of(layer, shape), Plan(seconds=0.1, most=30)
    told = estimate(scene, SMALL, plan, format)
    film = animate(scene, SMALL, plan, format)
    assert told.frames == len(plan.steps(make_stage(scene).order))
    assert told.size == pytest.approx(len(film), rel=0.5)


def test_an_estimate_tells_how_long_the_film_is():
    told = estimate(CONV, SMALL, Plan(last=4, seconds=0.5))
    assert told == Estimate(5, 3.5, told.size)
    assert estimate(CONV, SMALL, Plan(last=4, seconds=0.5), "mp4").seconds == 3.5


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: animate(CONV, SMALL, Plan(first=40)), r"no steps 41 to 40\. Choose a first and a last from 1 to 40\."),
        (lambda: animate(CONV, SMALL, Plan(first=5, last=4)), r"no steps 6 to 5\."),
        (lambda: animate(CONV, SMALL, Plan(channel=0, last=20)), r"no steps 1 to 21\. .* from 1 to 20\."),
        (lambda: animate(CONV, SMALL, Plan(channel=2)), r"no output channel 2\. Choose one from 0 to 1\."),
        (lambda: animate(CONV, SMALL, Plan(), "webm"), r"cannot be a webm file\. Choose gif or mp4\."),
        (lambda: Plan(seconds=0.001), r"0\.001 s\. Choose from 0\.02 to 60 s\."),
        (lambda: Plan(most=1), r"film of 1 pictures does not move\. Allow 2 or more\."),
    ],
)
def test_what_cannot_be_filmed_is_said_in_one_sentence(ask, says):
    with pytest.raises(ExportError, match=says):
        ask()


@pytest.mark.parametrize("make", [animate, estimate])
@pytest.mark.parametrize("format", ["gif", "mp4"])
def test_a_film_that_is_too_large_is_refused_before_it_is_drawn(make, format, monkeypatch):
    monkeypatch.setattr(animation, "MOST_PIXELS", 1_000_000)
    with pytest.raises(ExportError, match=r"40 pictures of 300 × \d+ pixels are too many for one film\.") as error:
        make(CONV, SMALL, Plan(), format)
    most = int(re.search(r"at most (\d+) pictures", str(error.value))[1])
    make(CONV, SMALL, Plan(most=most), format)  # the way out is one


def test_a_stamped_layer_is_told_by_its_windows():
    scene = scene_of(ConvTranspose(stride=(2, 2)), (1, 3, 3))
    stage = make_stage(scene)
    assert len(Plan().steps(stage.order)) == scene.tensors["output"][0].size
    assert cast_of(stage, stage.here(0)) == cast_of(stage, stage.here(stage.order.steps - 1))
