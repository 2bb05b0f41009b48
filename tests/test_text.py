"""Words: each reader in their own language, whoever else is served; numbers as the language writes them."""

import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from test_pages import opened

from cnnviz.content.address import pack
from cnnviz.core.geometry import GeometryError
from cnnviz.text import LANGUAGES, Language, Message, Plural, Problem, _, catalogue, language, plural, speaking
from cnnviz.text.catalogue import CLOSE, OPEN, for_browser
from cnnviz.text.numbers import number
from cnnviz.web.shell import KNOBS

POLISH = Language("pl", "polski", " ", ",")
PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

#: static/drawing/captions.js
msgid "{n} channel"
msgid_plural "{n} channels"
msgstr[0] "{n} kanał"
msgstr[1] "{n} kanały"
msgstr[2] "{n} kanałów"

#: cnnviz/core/geometry.py
msgid "A window of {window} cells does not fit in {cells}."
msgstr "W {cells} komórkach nie mieści się okno {window} komórek."
"""


@pytest.fixture
def polish(tmp_path, monkeypatch) -> Language:
    """A language with three forms of plural, and with its verb before the object."""
    po = tmp_path / "cnnviz.pot"
    po.write_text(PO, "utf-8")
    (tmp_path / "pl" / "LC_MESSAGES").mkdir(parents=True)
    with po.open("rb") as read, (tmp_path / "pl" / "LC_MESSAGES" / "cnnviz.mo").open("wb") as written:
        write_mo(written, read_po(read, locale="pl"))
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    monkeypatch.setattr(catalogue, "TEMPLATE", po)
    monkeypatch.setitem(LANGUAGES, "pl", POLISH)
    for cached in (catalogue.translations, catalogue.browser_messages):
        cached.cache_clear()
    yield POLISH
    for cached in (catalogue.translations, catalogue.browser_messages):
        cached.cache_clear()


def test_a_translation_puts_the_values_where_the_language_wants_them(polish):
    error = GeometryError("A window of {window} cells does not fit in {cells}.", {"kernel_size": 4}, window=7, cells=4)
    assert str(error) == "A window of 7 cells does not fit in 4."
    with speaking("pl-PL"):
        assert str(error) == "W 4 komórkach nie mieści się okno 7 komórek."
        assert [plural("{n} channel", "{n} channels", n) for n in (1, 3, 5)] == ["1 kanał", "3 kanały", "5 kanałów"]
        assert _("not translated") == "not translated"


def test_a_browser_gets_its_own_messages_and_which_form_each_count_takes(polish):
    told = for_browser(polish)
    assert told["messages"] == {"{n} channel": ["{n} kanał", "{n} kanały", "{n} kanałów"]}
    assert [told["forms"][n] for n in (0, 1, 2, 5, 12, 22, 101, 122)] == [*"20122121"]
    assert json.loads(json.dumps(told)) == told
    assert for_browser(language.ENGLISH)["messages"] == {}


def test_each_thread_speaks_its_own_language():
    together = Barrier(2)

    def say(code: str) -> str:
        with speaking(code):
            together.wait()
            return _("a window")

    with ThreadPoolExecutor(2) as threads:
        english, other = threads.map(say, ("en", "en-XA"))
    assert (english, other[0], other[-1]) == ("a window", OPEN, CLOSE)
    assert _("a window") == "a window"


def test_a_message_that_waits_is_said_in_the_language_of_who_reads_it():
    later = Plural("{n} cell of {name}", "{n:,} cells of {name}", 2000, name="x.npy")
    assert str(later) == "2,000 cells of x.npy"
    with speaking("en-XA"):
        assert str(later).startswith(f"{OPEN}2\u202f000 cells of x.npy")
    assert later == Plural("{n} cell of {name}", "{n:,} cells of {name}", 2000, name="x.npy") != Message("{n}", n=2000)


def test_a_problem_keeps_message_values_and_repairs_on_its_way_from_another_process():
    problem = Problem("A window of {window} cells.", {"kernel_size": 4}, window=7)
    again = pickle.loads(pickle.dumps(problem))
    said = (str(again), again.fixes, again.message.places)
    assert said == (
        "A window of 7 cells.",
        ({"kernel_size": 4},),
        {"window": 7},
    )


def test_a_message_without_values_keeps_its_braces():
    assert _("type {0, 1}") == "type {0, 1}"


def test_pseudo_messages_are_longer_and_keep_their_places():
    with speaking("en-XA"):
        said = _("A window of {window} cells does not fit.", window="{x}")
    assert "{x}" in said
    assert 1.3 < len(said) / len("A window of {x} cells does not fit.") < 1.8


@pytest.mark.parametrize("value", [0.5, 1234567, -1234.25])
def test_english_numbers_are_those_of_cldr(value):
    assert number(value, ",.2f") == format_decimal(value, "#,##0.00", locale="en")


def test_the_template_holds_all_messages(tmp_path):
    """`make messages` was called since the last message changed."""
    root = Path(__file__).parent.parent
    made = tmp_path / "cnnviz.pot"
    command = ["make", "-s", "messages", f"POT={made}", f"PY={sys.executable}", "DEV="]
    make = subprocess.run(
        command,
        cwd=root,
        check=False,
        capture_output=True,
    )
    assert make.returncode == 0, make.stderr
    assert made.read_text("utf-8") == catalogue.TEMPLATE.read_text("utf-8"), "run `make messages`"


# --- the address ---


def language_of(app) -> str:
    return app.session_state["_lang"]


def test_a_language_survives_a_packed_link_reset_and_another_page():
    app = opened("convolution", s=pack({"stride": "2"}), lang="en-xa")
    assert language_of(app) == "en-XA"
    assert dict(app.query_params) == {"stride": "2", "lang": "en-XA"}
    next(button for button in app.button if "Reset" in button.label).click().run()
    assert dict(app.query_params) == {"lang": "en-XA"}
    app.switch_page("pages/pooling.py").run()
    assert language_of(app) == "en-XA"


@pytest.mark.parametrize("page", ["home", "gallery", *KNOBS, "network"])
def test_every_page_takes_a_language_and_falls_back_to_english(page):
    app = opened(page, lang="tlh")
    assert not app.exception
    assert not [warning for warning in app.warning if "lang" in warning.value]
    assert language_of(app) == "en"
