"""Films of a scene: read back, they have the steps, the durations and the sizes that were asked for."""

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
from marks import blob_of, words
from PIL import Image
from strategies import any_case

from cnnviz.core.layers import GLU, BatchNorm, ContextGating, Conv, ConvTranspose, Flatten, MaxPool
from cnnviz.core.run import run
from cnnviz.export import animation
from cnnviz.export.animation import HOLD, Estimate, animate, estimate
from cnnviz.export.ffmpeg import find_ffmpeg, mp4
from cnnviz.export.film import Film, Frame, everything
from cnnviz.export.gif import Palette, gif, packed, palette
from cnnviz.export.look import ExportError, Look
from cnnviz.export.pens import colours
from cnnviz.export.picture import still
from cnnviz.export.plan import Plan, Steps, ordinal, steps_of
from cnnviz.export.told import Told
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.layer import make_scene

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

SMALL = Look(width_px=300)


def frames_of(blob, look, plan):
    """The pictures of a film, one after the other."""
    film = Film(blob, look, plan)
    return [frame.rgb.copy() for frame in film.frames(film.steps)]


def steps(blob):
    return steps_of(Scene.from_bytes(blob))


CONV = blob_of(Conv(1, 2, padding=(1, 1)), (1, 4, 5))  # 2 channels of 4 x 5 cells
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
    cells=st.integers(1, 125),
    most=st.integers(2, 20),
    data=st.data(),
)
def test_a_plan_keeps_first_and_last_and_thins_evenly(turns, cells, most, data):
    order = Steps(turns, cells)
    first = data.draw(st.integers(0, order.count - 1))
    last = data.draw(st.integers(first, order.count - 1))
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
    order = Steps(3, 8)
    assert Plan(channel=1).steps(order) == list(range(8, 16))
    assert Plan(channel=4, first=2, last=3).steps(order) == [10, 11]  # of the second group, in the same turn


def test_what_is_left_out_is_said():
    assert Plan(most=200).note(Steps(1, 1372)) == "every 7th of 1,372 steps"
    assert Plan(most=2000).note(Steps(1, 1372)) == ""
    assert [ordinal(n) for n in (2, 3, 12, 111, 1021)] == [
        "every 2nd",
        "every 3rd",
        "every 12th",
        "every 111th",
        "every 1,021st",
    ]


def test_the_note_stands_on_every_picture():
    film = Film(CONV, SMALL, Plan(most=4))
    assert any("every 13th of 40 steps · cnnviz, free to reuse" in said for said in words(film.told.record(0)))


# --- pictures ---


@settings(max_examples=8)
@given(case=any_case, data=st.data())
def test_a_picture_keeps_nothing_of_the_one_before(case, data):
    blob = blob_of(*case)
    step, before = (data.draw(st.integers(0, steps(blob).count - 1)) for _ in range(2))
    film = Film(blob, SMALL, Plan())
    film.frame(before)
    off = np.abs(film.frame(step).rgb.astype(int) - Film(blob, SMALL, Plan()).frame(step).rgb)
    assert off.max() <= 1  # a slanted line that is cut off has its pixels rounded in another place


def test_a_small_picture_keeps_nothing_of_a_longer_sentence():
    blob = blob_of(ContextGating(channels=1), (1, 4, 4))
    for step, before in ((0, 1), (2, 3), (5, 4)):
        film = Film(blob, SMALL, Plan())
        film.frame(before)
        off = np.abs(film.frame(step).rgb.astype(int) - Film(blob, SMALL, Plan()).frame(step).rgb)
        assert off.max() <= 1


@settings(max_examples=8)
@given(case=any_case, data=st.data())
def test_only_the_pixels_that_a_picture_names_have_changed(case, data):
    blob = blob_of(*case)
    film = Film(blob, SMALL, Plan())
    step = data.draw(st.integers(0, max(0, len(film.steps) - 2)))
    before = film.frame(step).rgb.copy()
    frame = film.frame(min(step + 1, len(film.steps) - 1))
    differ, named = (before != frame.rgb).any(axis=2), np.zeros(before.shape[:2], int)
    for part in frame.parts:
        named[part] += 1
    assert not (differ & (named == 0)).any()
    assert named.max() <= 1


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv(2, 4, groups=2, padding=(1, 1), stride=(2, 1)), (2, 5, 5)),
        (Conv(ndim=1, kernel_size=(3,), padding=(1,)), (1, 12)),
        (ConvTranspose(stride=(2, 2)), (1, 3, 3)),
        (MaxPool(kernel_size=(2, 2), ceil_mode=True), (2, 5, 5)),
        (GLU(channels=2), (2, 4, 4)),
        (BatchNorm(num_features=2), (3, 2, 4, 4)),
        (Flatten(), (2, 3, 3)),
    ],
    ids=lambda value: getattr(value, "torch_name", None),
)
def test_a_picture_of_a_film_is_the_still_of_its_step(layer, shape):
    blob, look = blob_of(layer, shape), Look(width_px=1000)
    step = steps(blob).count // 3
    wanted = np.asarray(Image.open(BytesIO(still(blob, look, step))).convert("RGB"))
    np.testing.assert_array_equal(Film(blob, look, Plan()).frame(step).rgb, wanted)


def test_what_follows_stands_on_the_right_at_the_step_of_what_leads():
    """Like the player: with fewer channels it stays in its last one, at the same cell."""
    follower, look = blob_of(MaxPool(kernel_size=(2, 2)), (1, 4, 4)), Look(width_px=1000)
    film, told = Film(CONV, look, Plan(), follower), Told(CONV, look, beside=follower)
    for step in (*range(6), 33, 39):
        record = told.record(step)
        right = [mark.bounds[0] > 500 for mark in (*record.still, *record.moving)]
        assert all(x + w <= 500 or x >= 500 for x, _, w, _ in (mark.bounds for mark in (*record.still, *record.moving)))
        assert any(right) and not all(right)
        assert {f"step {step + 1} of 40", f"step {step % 4 + 1} of 4"} <= set(words(record))
        wanted = np.asarray(Image.open(BytesIO(still(CONV, look, step, beside=follower))).convert("RGB"))
        assert np.abs(film.frame(step).rgb.astype(int) - wanted).max() <= 1  # a slanted line, as above


def test_what_stands_still_is_painted_once_per_channel():
    film = Film(CONV, SMALL, Plan())
    painted = [step for step in film.steps if film.frame(step).parts == [everything(film.size[::-1])]]
    assert painted == [0, 20]


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
        assert np.percentile(off, 98) <= 16
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
    film = Film(CONV, SMALL, plan)
    assert film.steps == [0, 10, 20, 30, 39]
    for (picture, _), step in zip(found, film.steps, strict=True):
        assert np.percentile(np.abs(picture - film.frame(step).rgb).max(axis=2), 98) <= 16


def test_a_gif_writes_only_what_changed():
    look = Look(width_px=1000)
    one, more = (len(animate(CONV, look, Plan(last=last))) for last in (0, 10))
    assert (more - one) / 10 < one / 2


@given(a=st.integers(0, 9), b=st.integers(0, 9), c=st.integers(0, 9), d=st.integers(0, 9))
def test_what_changed_is_written_with_the_smallest_box_round_it(a, b, c, d):
    pixels = np.full((10, 10), 0xFF000000, np.uint32)
    with gif((10, 10), Palette(((0, 0, 0), (255, 255, 255))), "") as film:
        film.add(Frame(pixels, [everything(pixels.shape)]), 7)
        before = film.bytes_so_far
        pixels[a, b] = pixels[c, d] = 0xFFFFFFFF
        film.add(Frame(pixels, [(slice(0, 10), slice(0, 5)), (slice(0, 10), slice(5, 10))]), 7)
        made = film.finish()
    left, top, wide, tall = np.frombuffer(made[before:][made[before:].index(b",") + 1 :][:8], "<u2").tolist()
    assert (top, left) == (min(a, c), min(b, d))
    assert (tall, wide) == (abs(a - c) + 1, abs(b - d) + 1)
    image = Image.open(BytesIO(made))
    image.seek(1)
    shown = np.asarray(image.convert("RGB"))
    assert {tuple(place) for place in np.argwhere(shown[..., 0])} == {(a, b), (c, d)}


def test_a_palette_gives_its_own_colours_back_and_others_the_nearest():
    found = Palette(((0, 0, 0), (255, 255, 255), (200, 30, 40), (14, 17, 23)))
    asked = np.array([[14, 17, 23], [255, 255, 255], [210, 40, 40], [250, 240, 251]], np.uint8)
    assert found.colours[found.indices(packed(asked))].tolist() == [
        [14, 17, 23],
        [255, 255, 255],
        [200, 30, 40],
        [255, 255, 255],
    ]


@pytest.mark.parametrize("scales", [("signed",), ("gate", "signed"), ("loud", "signed", "weight")])
def test_every_shade_of_the_scales_has_a_neighbour_in_the_palette(scales):
    found = palette(scales, False, False, SMALL)
    for scale in scales:
        shades = (colours(scale, False)(np.linspace(0, 1, 200))[:, :3] * 255).round().astype(np.uint8)
        off = np.abs(found.colours[found.indices(packed(shades))].astype(int) - shades)
        assert off.max() <= 12


@pytest.mark.parametrize("dark", [False, True])
def test_the_span_of_a_window_with_gaps_keeps_its_shades(dark):
    look = Look(dark=dark, width_px=400, numbers=False)  # letters have shades of their own
    scene = make_scene(run(Conv(1, 1, (3, 3), dilation=(2, 2)), np.arange(81, dtype=np.float32).reshape(1, 9, 9)))
    scene = scene.to_bytes()
    plan = Plan(last=4)
    film = Image.open(BytesIO(animate(scene, look, plan)))
    for i, picture in enumerate(frames_of(scene, look, plan)):
        film.seek(i)
        off = np.abs(np.asarray(film.convert("RGB")).astype(int) - picture).max(axis=2)
        assert (off > 24).mean() < 0.005


def test_pictures_that_are_the_same_keep_their_time():
    pixels = np.full((8, 8), 0xFFFFFFFF, np.uint32)
    pixels[3, 4] = 0xFF000000
    with gif((8, 8), Palette(((0, 0, 0), (255, 255, 255))), "") as film:
        for parts in ([everything(pixels.shape)], [], [(slice(2, 5), slice(3, 6))]):
            film.add(Frame(pixels, parts), 7)
        image = Image.open(BytesIO(film.finish()))
    assert image.n_frames == 3
    image.seek(2)
    assert image.info["duration"] == 70
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), Frame(pixels, []).rgb)


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
    other = blob_of(MaxPool(kernel_size=(2, 2), stride=(1, 1)), (2, 5, 5))
    jobs = [(CONV, SMALL, BRIEF, "gif"), (other, replace(SMALL, dark=True), BRIEF, "gif"), (CONV, SMALL, BRIEF, "mp4")]
    alone = [animate(*job) for job in jobs]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda job: animate(*job), jobs))
    assert [a == b for a, b in zip(alone, together, strict=True)] == [True, True, True]


# --- how large ---


@pytest.mark.parametrize("format", ["gif", "mp4"])
@pytest.mark.parametrize(
    ("layer", "shape"), [(Conv(1, 2, padding=(1, 1)), (1, 6, 7)), (GLU(channels=2), (2, 6, 6))], ids=["conv", "glu"]
)
def test_an_estimate_is_close(layer, shape, format):
    scene, plan = blob_of(layer, shape), Plan(seconds=0.1, most=30)
    told = estimate(scene, SMALL, plan, format)
    film = animate(scene, SMALL, plan, format)
    assert told.frames == len(plan.steps(steps(scene)))
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
    blob = blob_of(ConvTranspose(stride=(2, 2)), (1, 3, 3))
    film = Film(blob, SMALL, Plan())
    assert len(film.steps) == Scene.from_bytes(blob).tensors["output"][0].size
    film.frame(0)
    assert film.frame(film.steps[-1]).parts != [everything(film.size[::-1])]  # what stands still is the same


@pytest.mark.parametrize("format", ["gif", "mp4"])
def test_the_same_film_has_the_same_bytes(format):
    assert animate(CONV, SMALL, BRIEF, format) == animate(CONV, SMALL, BRIEF, format)
