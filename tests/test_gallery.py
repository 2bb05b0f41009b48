"""The gallery: links that open, sentences that are true, and files that are what their commands make."""

import re
import shlex
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest
from test_presets import Seen, never_read, overlap, seen

from cnnviz.__main__ import export, parser
from cnnviz.cli.open_link import staged_at
from cnnviz.content.exhibit import FOLDER, THEMES, WIDTH, Exhibit
from cnnviz.content.gallery import EXHIBITS
from cnnviz.content.presets import CARDS
from cnnviz.export import Plan
from cnnviz.export.animation import HOLD
from cnnviz.export.plan import steps_of
from cnnviz.inputs.kernels import filter_taps
from cnnviz.web.share import TAB

ROOT = Path(__file__).parent.parent
BY_NAME = {exhibit.name: exhibit for exhibit in EXHIBITS}
MOST, IN_ALL = 160_000, 5_200_000  # bytes of a file, and of all together
AGAIN = "the drawing has changed: run .venv/bin/python docs/gallery.py and look at the films"

every_exhibit = pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
every_theme = pytest.mark.parametrize("theme", THEMES)


def plan_of(exhibit: Exhibit) -> Plan:
    """As the command line reads it."""
    told = parser().parse_args(exhibit.arguments("light"))
    return Plan(told.channel, told.first - 1, told.last, told.seconds, told.most)


def pictures(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """What a film shows, one after the other, and for how long [ms]."""
    shown, times = [], []
    with Image.open(path) as film:
        for i in range(film.n_frames):
            film.seek(i)
            shown.append(np.asarray(film.convert("RGB")))
            times.append(film.info["duration"])
    return shown, times


# --- links ---


@every_exhibit
def test_a_link_opens_its_scene_without_a_warning(exhibit):
    app = seen(exhibit, tab=TAB).app
    assert not app.exception
    assert not app.warning
    assert not app.info
    assert app.selectbox(key="_file").options


@every_exhibit
def test_a_link_holds_what_the_address_keeps_and_no_more(exhibit):
    """Streamlit takes what is at its default out of the address."""
    assert dict(seen(exhibit).app.query_params) == exhibit.params


@every_theme
@every_exhibit
def test_a_command_as_it_is_typed_says_the_same(exhibit, theme):
    assert shlex.split(exhibit.command(theme)) == ["python", "-m", "cnnviz", *exhibit.arguments(theme)]


def test_no_two_scenes_share_a_name_or_an_address():
    assert len(BY_NAME) == len({exhibit.address for exhibit in EXHIBITS}) == len(EXHIBITS)


# --- sentences ---


def sizes(s: Seen) -> set[tuple[int, ...]]:
    """Rows and columns of input, padded input, window, its span, columns of a matrix, and output."""
    found = {s.x.shape[-2:], s.y.shape[-2:]} | {s.tensors[name].shape[-2:] for name in {"columns"} & {*s.tensors}}
    if "offset1" in s.tensors:
        offsets = [s.tensors[f"offset{axis}"] for axis in (1, 2)]
        found |= {tuple(map(len, offsets)), tuple(int(o[-1]) + 1 for o in offsets)}
        found |= {(len(s.tensors["line1"]), len(s.tensors["line2"]))}
    return found


@every_exhibit
def test_sizes_in_a_sentence_are_of_its_scene(exhibit):
    told = re.findall(r"(\d+) × (\d+)", f"{exhibit.title} {exhibit.words} {exhibit.alt}")
    assert {(int(rows), int(columns)) for rows, columns in told} <= sizes(seen(exhibit))


def rows_of(s: Seen) -> list[int]:
    """Which input row each place of the padded input holds; negative ones are padding and gaps."""
    found: list[int] = s.tensors["line1"].tolist()
    return found


def shape(s: Seen) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return s.x.shape[2:], s.y.shape[2:]


def blocks(x: np.ndarray) -> np.ndarray:
    """2 × 2 cells each, shape (rows, columns, 4)."""
    rows, columns = x.shape[-2:]
    return x.reshape(rows // 2, 2, columns // 2, 2).swapaxes(1, 2).reshape(rows // 2, columns // 2, 4)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))


CORNERS = np.ix_([0, -1], [0, -1])
CROSS = [[1, 1, 2, 1, 1]] * 2 + [[2, 2, 4, 2, 2]] + [[1, 1, 2, 1, 1]] * 2
CLAIMS: dict[str, Callable[[Seen], bool]] = {
    "no-padding": lambda s: shape(s) == ((5, 5), (3, 3)),
    "same-padding": lambda s: s.x.shape == s.y.shape and rows_of(s) == [-1, 0, 1, 2, -1],
    "full-padding": lambda s: shape(s) == ((3, 3), (4, 4)) and bool((s.y[0, 0][CORNERS] == s.x[0, 0][CORNERS]).all()),
    "circular": lambda s: s.x.size == 9 and set(s.y.ravel()) == {36},
    "reflect": lambda s: (
        rows_of(s) == s.tensors["line2"].tolist() == [1, 0, 1, 2, 1]
        and s.x[0, 0, 0, :2].tolist() == [0, 1]
        and s.x[0, 0, 1, :2].tolist() == [3, 4]
    ),
    "strides": lambda s: shape(s) == ((7, 7), (3, 3)) and s.tensors["start2"].tolist() == [0, 2, 4] and overlap(s) == 1,
    "strides-padding": lambda s: shape(s) == ((5, 5), (3, 3)) and s.tensors["start1"].tolist() == [-1, 1, 3],
    "unread": lambda s: never_read(s) == [5] and "11 input cells are never read" in s.facts,
    "dilation": lambda s: s.tensors["weight"].size == 9 and s.tensors["offset2"].tolist() == [0, 2, 4],
    "transposed": lambda s: rows_of(s) == [-1, -1, 0, 1, -1, -1] and shape(s) == ((2, 2), (4, 4)),
    "transposed-stride": lambda s: (
        rows_of(s)[1:4] == [0, -2, 1]
        and np.diff(s.tensors["start2"]).tolist() == [1, 1, 1]
        and shape(s) == ((2, 2), (4, 4))
    ),
    "checkerboard": lambda s: set(s.x.ravel()) == {1} and s.y[0, 0].tolist() == CROSS,
    "grouped": lambda s: s.tensors["reads"].tolist() == [[0, 2], [0, 2], [2, 4], [2, 4]],
    "depthwise": lambda s: (
        s.tensors["reads"].tolist() == [[0, 1], [1, 2], [2, 3]]
        and all(
            np.array_equal(s.tensors["weight"][i].squeeze(), filter_taps(name, (3, 3)))
            for i, name in enumerate(["identity", "sobel_x", "sobel_y"])
        )
    ),
    "one-by-one": lambda s: s.tensors["weight"].ravel().tolist() == [1, -1] and np.array_equal(s.y[0], s.x[0] - s.x[1]),
    "signal": lambda s: s.x.size == 16 and s.x.max() == 1 and f"{s.y.max():.3f}" == "0.854",
    "volume": lambda s: s.tensors["weight"].shape[2:] == (2, 2, 2) and s.x.shape[1] == 3 and s.y.shape == (1, 2, 2, 2),
    "max-pooling": lambda s: np.array_equal(s.y[0, 0], blocks(s.x).max(axis=-1)),
    "average-pooling": lambda s: (
        np.allclose(s.y[0, 0], blocks(s.x).mean(axis=-1)) and np.array_equal(s.x, seen(BY_NAME["max-pooling"]).x)
    ),
    "count-padding": lambda s: (
        s.x[0, 0, :2, :2].ravel().tolist() == [0, 1, 3, 4] and f"{s.y.flat[0]:.2f}" == "0.89" == f"{8 / 9:.2f}"
    ),
    "ceil-mode": lambda s: shape(s) == ((5, 5), (3, 3)) and rows_of(s) == [0, 1, 2, 3, 4, -2],
    "adaptive": lambda s: s.tensors["count2"].tolist() == [2, 3, 2] and s.tensors["start2"].tolist() == [0, 1, 3],
    "relu": lambda s: np.array_equal(s.y, s.x * (s.x > 0)) and 0 < (s.x > 0).mean() < 1,
    "glu": lambda s: (len(s.x), len(s.y)) == (2, 1) and np.allclose(s.y[0], s.x[0] * sigmoid(s.x[1])),
    "dropout": lambda s: np.array_equal(s.y, 2 * s.x * s.tensors["gate"]) and 0 < s.tensors["gate"].mean() < 1,
    "batch-norm": lambda s: (
        np.array_equal(s.x[1], 2 * s.x[0])
        and np.allclose(s.y[0], s.y[1], atol=1e-5)
        and np.allclose((s.y.mean(axis=(1, 2, 3)), s.y.std(axis=(1, 2, 3))), ([0, 0], [1, 1]), atol=1e-5)
    ),
    "convolution-dx": lambda s: np.array_equal(s.y[0, 0], np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1])),
    "convolution-dw": lambda s: s.y.ravel().tolist() == [20, 24, 36, 40],
    "max-pooling-dx": lambda s: s.y.sum() == s.x.size == 9 and s.y.max() > 1 and (s.y == 0).any(),
    "relu-dx": lambda s: {*s.y.ravel().tolist()} == {0, 1} and (s.x == 1).all(),
    "batch-norm-dx": lambda s: s.x.sum() == s.x.max() == 1 and abs(s.y.sum()) < 1e-6 and (s.y != 0).all(),
    "matrix": lambda s: (
        s.tensors["columns"].size == 36
        and s.tensors["output"].size == 9
        and s.tensors["columns"].ravel().tolist().count(5) == 4
    ),
}


def test_every_sentence_is_checked():
    assert list(CLAIMS) == list(BY_NAME)


@pytest.mark.parametrize("name", CLAIMS)
def test_what_a_sentence_claims_the_scene_has(name):
    assert CLAIMS[name](seen(BY_NAME[name]))


# --- files ---


def test_the_folder_holds_the_files_of_the_gallery_and_no_others():
    wanted = {path for one in EXHIBITS for theme in THEMES for path in (one.film(theme), one.still(theme))}
    assert {f"{FOLDER}/{path.name}" for path in (ROOT / FOLDER).iterdir()} == wanted


def test_no_file_is_large_and_all_together_are_small():
    large = [path.stat().st_size for path in (ROOT / FOLDER).iterdir()]
    assert max(large) < MOST
    assert sum(large) < IN_ALL


@every_theme
@every_exhibit
def test_a_film_has_the_pictures_and_times_of_its_plan(exhibit, theme):
    plan = plan_of(exhibit)
    steps = plan.steps(steps_of(staged_at(exhibit.address).scene))
    shown, times = pictures(ROOT / exhibit.film(theme))
    assert len(shown) == len(steps)
    assert times == [round(1000 * plan.seconds)] * (len(steps) - 1) + [1000 * max(plan.seconds, HOLD)]
    assert {picture.shape[1] for picture in shown} == {WIDTH}


@every_theme
@every_exhibit
def test_a_still_is_the_last_picture_of_its_film(exhibit, theme):
    shown, _ = pictures(ROOT / exhibit.film(theme))
    with Image.open(ROOT / exhibit.still(theme)) as still:
        assert np.array_equal(np.asarray(still.convert("RGB")), shown[-1])


@every_exhibit
def test_light_and_dark_are_two_films(exhibit):
    corners = []
    for theme in THEMES:
        with Image.open(ROOT / exhibit.film(theme)) as film:
            corners.append(film.convert("RGB").getpixel((0, 0)))
    assert corners == [(255, 255, 255), (14, 17, 23)]  # the papers of .streamlit/config.toml


@pytest.mark.parametrize(("name", "theme"), [("one-by-one", "light"), ("unread", "dark"), ("dropout", "light")])
def test_a_film_made_again_is_the_one_that_lies_here(name, theme, tmp_path):
    told = parser().parse_args(BY_NAME[name].arguments(theme))
    there, told.file = ROOT / told.file, tmp_path / "again.gif"
    export(told)
    (old, _), (new, _) = pictures(there), pictures(told.file)
    assert np.array_equal(old, new), AGAIN


# --- docs/gallery.md ---


@cache
def script() -> Any:
    """docs/gallery.py, which is no package's."""
    spec = spec_from_file_location("docs_gallery", ROOT / "docs" / "gallery.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_for_github_is_what_the_script_writes():
    written = script().written()
    assert (ROOT / "docs" / "gallery.md").read_text() == written


@every_exhibit
def test_the_page_for_github_has_pictures_that_are_there_and_the_command(exhibit):
    page = script().entry(exhibit)
    files = re.findall(r'(?:src|srcset)="([^"]+)"', page)
    assert len(files) == 4
    assert all((ROOT / "docs" / name).exists() for name in files)
    assert exhibit.command("light") in page


def test_the_script_knows_its_scenes():
    with pytest.raises(SystemExit, match=r"There is no scene nothing\. Choose from no-padding,"):
        script().main(["nothing"])


# --- the page ---


def opened_gallery(theme: str) -> AppTest:
    app = AppTest.from_file("../app.py", default_timeout=60)
    app.context = {"theme": theme}
    app.switch_page("pages/gallery.py").run()
    assert not app.exception
    return app


@every_theme
def test_the_page_shows_every_film_in_the_visitors_theme(theme):
    page = "".join(part.proto.body for part in opened_gallery(theme).get("html"))
    for exhibit in EXHIBITS:
        assert f'<img class="film" src="/app/{exhibit.film(theme)}" alt="{escape(str(exhibit.alt))}"' in page
        assert exhibit.html(str(exhibit.title)) in page
    assert page.count(f"-{theme}.gif") == 4 * len(EXHIBITS)  # the picture, and the download with two names
    assert page.count('loading="lazy"') == 2 * len(EXHIBITS)  # film and still: the one that is hidden is not fetched


def test_every_film_has_its_sentence_under_it():
    captions = [caption.value for caption in opened_gallery("light").caption]
    assert captions == [str(exhibit.words) for exhibit in EXHIBITS]


def first_film(page: Any, url: str) -> Any:
    page.goto(f"{url}/gallery")
    film = page.get_by_alt_text(str(EXHIBITS[0].alt)).filter(visible=True)
    expect(film).to_be_visible()
    page.wait_for_function("film => film.complete && film.naturalWidth > 0", arg=film.element_handle())
    return film


@pytest.mark.parametrize(("motion", "ending"), [("no-preference", "light.gif"), ("reduce", "light.webp")])
def test_nothing_moves_for_readers_who_want_that_and_what_is_out_of_view_is_not_fetched(
    motion, ending, open_page, app_url
):
    page, asked = open_page(reduced_motion=motion), []
    page.on("request", lambda request: asked.append(request.url.rpartition("-")[2]))
    film = first_film(page, app_url)
    assert {"light.gif", "light.webp"} & set(asked) == {ending}
    assert 0 < asked.count(ending) < len(EXHIBITS)
    assert film.evaluate("film => film.currentSrc").endswith(f"/{EXHIBITS[0].name}-{ending}")
    assert film.evaluate("film => film.naturalWidth") == WIDTH


def test_a_visit_leaves_nothing_behind(page, app_url):
    page.goto(app_url)
    browser = page.context.new_cdp_session(page)
    nodes = []
    for _ in range(3):
        expect(page.get_by_alt_text(str(CARDS[-1].alt))).to_be_visible()
        page.wait_for_function("[...document.images].every((one) => one.complete)")  # a page left drops its own
        page.get_by_role("link", name="Gallery", exact=True).click()
        expect(page.get_by_alt_text(str(EXHIBITS[-1].alt)).first).to_be_attached()
        page.get_by_role("link", name="Home", exact=True).click()
        expect(page.get_by_alt_text(str(CARDS[-1].alt))).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(page.get_by_alt_text(str(EXHIBITS[-1].alt))).to_have_count(0)
        browser.send("HeapProfiler.collectGarbage")
        nodes.append(browser.send("Memory.getDOMCounters")["nodes"])
    assert nodes[2] - nodes[1] < 100, nodes  # 650 with a source that listens


def test_it_fits_a_phone_and_a_file_can_be_taken_and_a_scene_opened(screen):
    page, app_url = screen.page, screen.url
    page.set_viewport_size({"width": 390, "height": 844})
    film = first_film(page, app_url)
    box = film.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    with page.expect_download() as taken:
        page.get_by_role("link", name="no-padding-light.gif").click()
    assert taken.value.path().read_bytes() == (ROOT / EXHIBITS[0].film("light")).read_bytes()
    page.get_by_role("link", name="No padding").click()
    expect(page).to_have_url(f"{app_url}/{EXHIBITS[0].address}")
    expect(page.locator(".cnnviz[data-ready]")).to_be_visible()
