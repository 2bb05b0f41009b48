"""The tab Share: links bring a page back as it was; files are made, or refused in a sentence."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread, Timer, active_count
from threading import enumerate as enumerate_threads
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import torch
from asking import request_of
from PIL import Image
from streamlit.testing.v1 import AppTest
from test_pages import LAYERS, blobs, opened

from cnnviz.__main__ import export, main, parser
from cnnviz.cli.open_link import staged_at
from cnnviz.content.address import PACKED, address, pack
from cnnviz.core.layers import Conv
from cnnviz.core.run import run
from cnnviz.export import KINDS, ExportError, Look, Plan, Staged, Wanted, ffmpeg, make
from cnnviz.inputs.samples import Digit
from cnnviz.jobs import JobError, Kind, Pool
from cnnviz.networks.network import Network
from cnnviz.scenes.build import show
from cnnviz.scenes.layer import make_scene
from cnnviz.web import films, share
from cnnviz.web.pools import LONG
from cnnviz.web.shared_jobs import SharedJobs
from tests import work


@pytest.fixture(autouse=True)
def nobody_else_wants_a_film(monkeypatch):
    """Sessions of other tests may be there still, and with them their films."""
    monkeypatch.setattr(films, "at_work", SharedJobs())


UNBOUND = ("_", "edit", "kind", "mode")  # widgets that are no state of the page
SMALL = "convolution?kernel_size=5&stride=2"
ADDRESSES = {page: {} for page in LAYERS} | {
    "spectrogram": {"input_seconds": "1"},
    "network": {"preset": "LeNet-5", "layer": "2"},
}


def staged(**layer):
    shown = show(request_of(Conv(1, 2, **layer), Digit(), "bank"))
    return Staged(shown.blob, shown.done, "a digit", address="https://example.org/convolution")


def at_a_unit():
    """Two groups of two channels, of 4 x 4 cells each; the scene opens at a unit of the last."""
    done = run(Conv(2, 4, (3, 3), groups=2), np.zeros((2, 6, 6), np.float32))
    return Staged(make_scene(done, at=(3, 1, 2)).to_bytes(), done)


# --- links ---


@pytest.mark.parametrize("page", ADDRESSES)
def test_every_page_can_be_shared(page):
    app = opened(page, tab="Share", **ADDRESSES[page])
    assert not app.exception
    assert not app.warning
    offered = app.selectbox(key="_file").options
    code = 0 if page in ("spectrogram", "network") else 2
    assert len(offered) == len(KINDS) - 2 + code


def some_state(app: AppTest, chance: random.Random) -> dict[str, str]:
    """A few of the page's own knobs, at random values that they offer, as the address says them."""
    bound = [w for w in (*app.number_input, *app.selectbox, *app.toggle) if w.key and not w.key.startswith(UNBOUND)]
    state = {}
    for one in chance.sample(bound, min(4, len(bound))):
        if one.type == "number_input" and isinstance(one.value, int):
            low = int(one.min or 0)
            state[one.key] = str(chance.randint(low, max(low, int(min(one.max or 9, 9)))))
        elif one.type == "selectbox" and "upload" not in one.options:
            state[one.key] = str(chance.choice(one.options))
        elif one.type == "toggle":
            state[one.key] = str(not one.value).lower()
    return state


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("page", ["convolution", "pooling", "gating", "normalisation", "shapes", "network"])
def test_a_packed_link_brings_a_random_state_back(page, seed):
    state = some_state(opened(page), random.Random(f"{page}{seed}"))
    plain, packed = opened(page, **state), opened(page, **{PACKED: pack(state)})
    for app in (plain, packed):
        assert not app.exception
    assert [one.value for one in packed.warning] == [one.value for one in plain.warning]
    assert blobs(packed) == blobs(plain)
    held = {one.key: one.value for one in (*packed.number_input, *packed.selectbox, *packed.toggle)}
    assert {key: str(held[key]).lower() for key in state if key in held} == {
        key: text.lower() for key, text in state.items() if key in held
    }


def test_hand_typed_numbers_travel_packed():
    rows = "\n".join(" ".join(str((i * j) % 7 - 3) for j in range(30)) for i in range(30))
    state = {"input": "typed", "input_text": rows, "kernel": "typed", "kernel_text": "0 1 0\n1 -4 1\n0 1 0"}
    link = address("https://example.org", "convolution", state)
    parts = urlsplit(link)
    assert len(link) < len(rows)
    app = opened("convolution", **dict(parse_qsl(parts.query)))
    assert not app.exception
    assert not app.warning
    assert dict(app.query_params) == state


@pytest.mark.parametrize("own", [False, True])
def test_a_link_says_what_it_does_not_bring(own, monkeypatch):
    monkeypatch.setattr(share, "here", lambda: "https://example.org/network")
    app = opened("network", net="Conv2d(1,2,3)", shape="1, 8, 8", tab="Share", weights="file" if own else "torch")
    if own:
        file = BytesIO()
        torch.save(Network((("0", Conv(1, 2, (3, 3))),), prefix="").seeded(0).state_dict(), file)
        app.get("file_uploader")[0].set_value(("w.pt", file.getvalue(), "application/octet-stream")).run()
    assert ["Your own file is not in it" in one.value for one in app.caption if "this very screen" in one.value] == [
        own
    ]


# --- files ---


def press(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click().run()


def film_of(app: AppTest) -> films.Film:
    """The session's film, as soon as it is made."""
    film = app.session_state[films.FILM]
    film.job.wait()
    return film


def test_a_film_is_made_and_then_offered():
    app = opened("convolution", tab="Share")
    app.selectbox(key="_file").set_value("gif").run()
    told = [line.value for line in app.caption if "pictures" in line.value]
    assert told[0].startswith("36 pictures")
    press(app, "Make the film")
    assert not app.exception
    data = film_of(app).job.result()
    film = Image.open(BytesIO(data))
    assert film.n_frames == 36
    assert film.width == film_of(app).wanted.look.width_px
    app.run()
    assert any(line.value.endswith(f"{films.megabytes(len(data))}.") for line in app.caption)
    [button] = app.get("download_button")
    assert button.label == "Download conv2d.gif"


def test_a_film_that_is_too_large_is_refused_and_the_scene_stays():
    app = opened("convolution", tab="Share", input="photo", input_rows="64")
    before = blobs(app)
    app.selectbox(key="_file").set_value("gif").run()
    app.number_input(key="_most").set_value(5000).run()
    app.selectbox(key="_width_False").set_value("large").run()
    assert not app.exception
    assert ["too many for one film" in one.value for one in app.warning] == [True]
    assert blobs(app) == before


def drawn(part, *given):
    """A page of one part of the tab; what that gives is `wanted`."""

    def script(part, given):
        import streamlit as st  # noqa: PLC0415 -- it runs as a script of its own

        from cnnviz.web import share  # noqa: PLC0415

        st.session_state["wanted"] = getattr(share, part)(*given)

    return AppTest.from_function(script, kwargs={"part": part, "given": given}, default_timeout=60)


def test_the_step_of_a_picture_is_counted_from_one_and_begins_at_the_last():
    app = drawn("picture", staged()).run()
    box = next(one for one in app.number_input if one.label == "step")
    assert (box.value, app.session_state["wanted"].step) == (staged().steps, staged().steps - 1)
    box.set_value(3).run()
    assert app.session_state["wanted"].step == 2


def test_a_picture_begins_at_the_unit_where_the_scene_opens():
    assert drawn("picture", at_a_unit()).run().session_state["wanted"].step == 22


def test_the_step_that_the_player_shares_is_that_of_the_picture():
    app = drawn("picture", staged())
    app.session_state[share.STEP] = 4
    assert app.run().session_state["wanted"].step == 4


@pytest.mark.parametrize(
    ("theme", "look"),
    [("light", Look()), ("dark", Look(dark=True)), ("transparent-dark", Look(dark=True, transparent=True))],
)
def test_a_picture_has_the_colours_that_are_chosen(theme, look):
    app = drawn("picture", staged()).run()
    next(one for one in app.selectbox if one.label == "colours").set_value(theme).run()
    assert app.session_state["wanted"].look == look


@pytest.mark.parametrize(
    ("part", "numbers", "plan"),
    [
        ("one channel", {"channel": 1}, Plan(channel=1, seconds=0.2, most=300)),
        ("from … to", {"first step": 3, "last step": 5}, Plan(first=2, last=4, seconds=0.2, most=300)),
    ],
)
def test_a_film_is_of_the_part_that_is_chosen(part, numbers, plan):
    app = drawn("film", staged()).run()
    app.selectbox(key="_part").set_value(part).run()
    for label, number in numbers.items():
        next(one for one in app.number_input if one.label == label).set_value(number)
    assert app.run().session_state["wanted"].plan == plan


@pytest.fixture
def busy(tmp_path):
    """All workers are at work, and every film waits."""
    os.mkfifo(gate := tmp_path / "gate")
    jobs = [LONG.submit("another", work.held, str(gate), seconds=600) for _ in range(LONG.most)]
    for job in jobs:
        while job.progress != (1, 3):
            job.wait(0.01)
    yield
    work.let_go(gate, jobs)


def asked_for_film(**address):
    app = opened("convolution", tab="Share", **address)
    app.selectbox(key="_file").set_value("gif").run()
    app.number_input(key="_most").set_value(2).run()
    press(app, "Make the film")
    return app


def test_knobs_are_turned_while_a_film_is_made_and_it_stays_what_it_was(busy):
    app = asked_for_film()
    job = app.session_state[films.FILM].job
    before = blobs(app)
    app.number_input(key="stride").set_value(2).run()
    assert blobs(app) != before
    assert app.session_state[films.FILM].job is job
    assert not job.ended
    assert app.session_state[films.FILM].code == "nn.Conv2d(1, 1, kernel_size=3)"


def test_a_film_is_cancelled_before_it_begins_and_nothing_is_left(busy):
    app = asked_for_film()
    job = app.session_state[films.FILM].job
    press(app, "Cancel")
    assert not app.exception
    assert films.FILM not in app.session_state
    assert job.ended
    assert not len(LONG.queue)
    assert "Cancel" not in [one.label for one in app.button]
    assert not app.get("download_button")


def test_the_next_film_takes_the_place_of_the_last(busy):
    app = asked_for_film()
    job = app.session_state[films.FILM].job
    press(app, "Make the film")
    with pytest.raises(JobError) as ended:
        job.result()
    assert ended.value.reason == "cancelled"
    assert len(LONG.queue) == 1


FILES = "/proc/self/fd"  # where Linux lists them


def left() -> tuple[int, int, list[int]]:
    """What the server has open: files; threads; workers, their folders, and what a pool believes to be at work."""
    files, folders = (len(list(Path(one).glob(names))) for one, names in ((FILES, "*"), (gettempdir(), "cnnviz-*")))
    pool = films.LONG
    return files, active_count(), [len(pool.processes), folders, pool.queue.working.total()]


@pytest.mark.skipif(not Path(FILES).exists(), reason="counts what Linux lists")
def test_a_film_a_cancelled_one_and_a_refused_one_leave_the_server_as_it_was(monkeypatch, tmp_path):
    monkeypatch.setattr(films, "LONG", one := Pool(LONG.kind, 1))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    small, many = Wanted(Look(width_px=300), None, Plan(last=1)), Wanted(Look(width_px=300))

    def ask(wanted):
        return one.submit("ann", make, staged(), "mp4", wanted, seconds=600)

    ask(small).wait()
    for clock in [thread for thread in enumerate_threads() if isinstance(thread, Timer)]:
        clock.join(30)  # the deadline of what has just ended
    before = left()
    assert ask(small).result()[4:8] == b"ftyp"
    called_off = ask(many)
    while not called_off.progress[0]:
        called_off.wait(0.01)
    called_off.cancel()
    with pytest.raises(JobError):
        called_off.result()
    with pytest.raises(ExportError, match="There are no steps 100"):
        ask(Wanted(Look(width_px=300), None, Plan(first=99))).result()
    for _ in range(3000):
        files, threads, pool = left()
        if files <= before[0] and threads <= before[1] and pool == before[2]:  # those of other tests may end meanwhile
            break
        Event().wait(0.01)
    else:
        pytest.fail(f"{left()} is more than {before}")
    one.close()


def test_where_no_process_can_be_started_it_says_so_and_knobs_go_on(monkeypatch):
    monkeypatch.setattr(films, "LONG", Pool(Kind(2**28, modules=("cnnviz.nothing",)), 1))
    app = asked_for_film()
    film_of(app)
    app.run()
    assert ["No process can be started" in one.value for one in app.warning] == [True]
    app.number_input(key="stride").set_value(2).run()
    assert not app.exception


def test_a_file_that_cannot_be_made_is_refused_in_its_own_words(monkeypatch):
    app = asked_for_film()
    film = films.LONG.submit("ann", make, staged(), "gif", Wanted(Look(width_px=300), None, Plan(first=99)), seconds=60)
    film.wait()
    app.session_state[films.FILM] = replace(film_of(app), seat=SharedJobs().join("", lambda: film))
    app.run()
    assert ["There are no steps 100" in one.value for one in app.warning] == [True]


def test_without_ffmpeg_a_film_says_how_to_get_one(monkeypatch):
    def missing():
        raise ExportError("There is no ffmpeg here. pip install imageio-ffmpeg brings one.")

    monkeypatch.setattr(ffmpeg, "find_ffmpeg", missing)
    with pytest.raises(ExportError, match="pip install imageio-ffmpeg"):
        make(staged(), "mp4", Wanted(Look(width_px=300)))


class Cancelled(BaseException):
    """As Streamlit stops a script."""


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_a_film_can_be_called_off(ending):
    def progress(done, of):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(staged(), ending, Wanted(Look(width_px=300)), progress)


def test_two_people_at_once_get_their_own_films():
    wanted = [(staged(), Wanted(Look(width_px=320))), (staged(stride=(2, 2)), Wanted(Look(True, width_px=300)))]
    alone = [make(one, "gif", how) for one, how in wanted]
    made: dict[int, bytes] = {}
    threads = [
        Thread(target=lambda i=i, one=one, how=how: made.update({i: make(one, "gif", how)}))
        for i, (one, how) in enumerate(wanted)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [made[0], made[1]] == alone


@pytest.mark.parametrize("ending", [ending for ending, kind in KINDS.items() if kind.family != "code"])
def test_every_kind_of_file_is_made(ending):
    data = make(staged(), ending, Wanted(Look(width_px=300), 0, Plan(last=3)))
    begins = {"png": b"\x89PNG", "pdf": b"%PDF", "gif": b"GIF8", "html": b"<!DOCTYPE html>", "npz": b"PK"}
    assert data[4:8] == b"ftyp" if ending == "mp4" else data.lower().startswith(begins.get(ending, b"").lower())


@pytest.mark.parametrize("ending", ["bmp", "", "py", "ipynb"])
def test_a_file_that_cannot_be_is_refused(ending):
    with pytest.raises(ExportError, match=r"Choose png|no code of its own"):
        make(staged(), ending, Wanted())


def test_a_picture_is_of_the_unit_that_the_link_names():
    one = staged_at("spectrogram?input_seconds=1&stage=glu1&activation=glu&channel=3&frame=20&mel=10")
    assert one.step == np.ravel_multi_index((3, 20, 10), one.done.y.shape[1:])
    assert staged().step == staged().steps - 1


def test_of_groups_that_take_their_turns_together_the_step_is_the_cells_own():
    assert at_a_unit().step == 16 + 4 + 2  # the second turn of the second group, a row of 4 cells, and 2 cells


def test_a_picture_is_as_wide_as_it_is_wanted():
    assert Image.open(BytesIO(make(staged(), "png", Wanted(Look(width_px=300))))).width == 300


def test_the_first_step_of_a_picture_is_not_the_last():
    steps = (0, staged().steps - 1, None)
    first, last, unsaid = (make(staged(), "png", Wanted(Look(width_px=300), step)) for step in steps)
    assert first != last
    assert unsaid == last


@pytest.mark.parametrize("ending", ["py", "ipynb"])
def test_code_says_what_it_is_of_and_where_it_came_from(ending):
    made = make(replace(staged(), code="y = 1"), ending, Wanted()).decode()
    assert "nn.Conv2d(1, 2, kernel_size=3) on a digit" in made
    assert "https://example.org/convolution" in made


def test_a_notebook_bears_the_arrays_that_it_loads():
    one = replace(staged(), code='w = np.load("w.npy")', loads={"w.npy": np.ones(3, np.float32)})
    assert r"Path(\"w.npy\").write_bytes" in make(one, "ipynb", Wanted()).decode()


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_numbers_bear_the_seed_and_the_caption(ending):
    made = [make(one, ending, Wanted()) for one in (staged(), replace(staged(), seed=7), replace(staged(), caption=""))]
    assert len(set(made)) == 3


def test_a_file_is_called_after_its_layer():
    assert staged().file_name("gif") == "conv2d.gif"


# --- the command line ---


@pytest.fixture
def command(monkeypatch):
    """What a shell starts, in this process."""

    def started(*words: object) -> None:
        monkeypatch.setattr(sys, "argv", ["cnnviz", *map(str, words)])
        main()

    return started


def test_the_command_makes_the_file_that_the_tab_makes(command, tmp_path):
    command("export", SMALL, tmp_path / "a.gif", "--width", 400, "--dark", "--last", 3, "--seconds", 0.5)
    plan = Plan(last=2, seconds=0.5, most=300)
    expected = make(staged_at(SMALL), "gif", Wanted(Look(dark=True, width_px=400), None, plan))
    assert (tmp_path / "a.gif").read_bytes() == expected


def test_a_packed_link_and_a_whole_address_show_the_same():
    packed = f"https://example.org/app/convolution?{PACKED}={pack({'kernel_size': '5', 'stride': '2'})}"
    one, other = staged_at(SMALL), staged_at(packed)
    assert one.blob == other.blob
    np.testing.assert_array_equal(one.done.y[0], other.done.y[0])


@pytest.mark.parametrize("link", [SMALL.replace("?", "/?"), f"{SMALL}&tab=Code"])
def test_a_line_behind_the_page_and_an_open_tab_change_nothing(link):
    assert staged_at(link).blob == staged_at(SMALL).blob


def test_a_file_is_made_without_streamlit(tmp_path):
    """It takes a second to start, and no page is needed to read a link."""
    script = f"""
import sys
from cnnviz.__main__ import main
sys.argv = ["cnnviz", "export", "{SMALL}", {str(tmp_path / "a.npz")!r}]
main()
assert "streamlit" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[1])
    assert (tmp_path / "a.npz").exists()


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("convolutio?stride=2", "no page"),
        ("", "no page"),
        ("convolution?stride=99", "stride = 99, which cannot be set"),
        ("convolution?stride=", "stride = nothing, which cannot be set"),
        ("network?preset=empty", "has no layer yet"),
        ("convolution?kernel_size=8&input_index=3&padding=0&dilation=4", "window"),
        (f"convolution?{PACKED}=1abc", "damaged"),
        ("convolution?input=upload", "Choose a file first"),
    ],
)
def test_a_link_that_does_not_open_is_a_sentence(link, sentence):
    with pytest.raises(ExportError, match=sentence):
        staged_at(link)


@pytest.mark.parametrize(
    ("name", "words", "wanted"),
    [
        (
            "a.png",
            ("--width", "400", "--transparent", "--step", "3"),
            Wanted(Look(transparent=True, width_px=400), 2),
        ),
        (
            "a.gif",
            ("--width", "400", "--channel", "1", "--first", "2", "--last", "4", "--most", "2"),
            Wanted(Look(width_px=400), None, Plan(1, 1, 3, 0.2, 2)),
        ),
    ],
)
def test_every_word_of_the_command_counts(name, words, wanted, tmp_path):
    link = f"{SMALL}&out_channels=2"
    export(parser().parse_args(["export", link, str(tmp_path / name), *words]))
    assert (tmp_path / name).read_bytes() == make(staged_at(link), name[2:], wanted)


def test_a_page_that_the_command_makes_leads_back_to_its_link(tmp_path):
    link = f"https://example.org/{SMALL}"
    export(parser().parse_args(["export", link, str(tmp_path / "a.html")]))
    assert escape(link) in (tmp_path / "a.html").read_text()


def test_an_ending_in_capitals_is_the_same(tmp_path):
    for name in ("a.PNG", "b.png"):
        export(parser().parse_args(["export", SMALL, str(tmp_path / name)]))
    assert (tmp_path / "a.PNG").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(("link", "name"), [(SMALL, "a.bmp"), (SMALL, "no/a.png"), ("nowhere", "a.png")])
def test_the_command_ends_with_a_sentence(command, tmp_path, link, name):
    with pytest.raises(SystemExit) as ended:
        command("export", link, tmp_path / name)
    assert len(ended.value.code.splitlines()) == 1


def test_a_sentence_comes_with_no_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", "export", "nowhere", "a.png"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no page" in done.stderr
    assert len(done.stderr.splitlines()) == 1
