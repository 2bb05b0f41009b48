"""A page on its own: everything inside, nothing from outside, and a stranger's words stay words."""

import base64
import hashlib
import re
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from asking import request_of
from hypothesis import given
from hypothesis import strategies as st
from test_player_helpers import FILES, STATIC, node

from cnnviz.core.layers import Conv, MaxPool
from cnnviz.export import bundle, html
from cnnviz.export.bundle import beside, variable
from cnnviz.export.html import REUSE, page, program, settings_of
from cnnviz.inputs.patterns import Ramp
from cnnviz.networks.desed import Desed
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request, StageView
from cnnviz.text import speaking
from cnnviz.text.catalogue import OPEN

BLOB = show(request_of(Conv(1, 2, 3, stride=2), Ramp(size=(6, 7)))).blob
OTHER = show(request_of(MaxPool(), Ramp(size=(6, 7)))).blob
FOR_FILES = {"drawing/paper", "drawing/recorder"}  # which no browser needs
SCRIPTS = [f"{path.parent.name}/{path.stem}" for path in FILES if path.suffix == ".js"]
MODULES = [name for name in SCRIPTS if name not in FOR_FILES]
HOSTILE = [
    "</title><script>alert(1)</script>",
    "</h1><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "$scene ${script} $$ &lt;b&gt;",
    "</p></footer></script><iframe srcdoc=x>",
    "a\u2028b\0c\ud800",
]


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Read(HTMLParser):
    """A page as a browser reads it: its elements with their own text."""

    content: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.feed(self.content)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data) -> None:
        if self.open:
            self.open[-1].text += data

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def shape(self) -> list[tuple[str, list[str]]]:
        """Elements and the names of their attributes, however many lines the notes have."""
        found = [(element.tag, sorted(element.attributes)) for element in self.elements]
        return [one for one in found if one != ("p", [])]


def read(**changes) -> Read:
    return Read(page(**{"blob": BLOB, "title": "A title", "note": "A note"} | changes).decode())


def policy(found: Read) -> dict[str, list[str]]:
    content = next(m for m in found.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    return {name: rest for name, *rest in (part.split() for part in content.attributes["content"].split(";"))}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# --- what is inside ---


def test_the_scene_is_inside_bit_for_bit():
    data = next(script for script in read().all("script") if script.attributes.get("class") == "scene")
    assert base64.b64decode(data.text, validate=True) == BLOB


def test_of_two_scenes_one_leads_and_the_other_follows():
    found = read(beside=OTHER)
    assert [one.attributes["data-role"] for one in found.all("div")] == ["leads", "follows"]
    data = [one.text for one in found.all("script") if one.attributes.get("class") == "scene"]
    assert [base64.b64decode(one) for one in data] == [BLOB, OTHER]
    assert [one.text for one in found.all("code")] == [settings_of(one)[0] for one in (BLOB, OTHER)]


def test_the_words_of_the_scene_are_on_the_page():
    found = read(title="Edges", note="A ramp.\nSeed 3.", address="https://example.org/convolution?stride=2")
    assert [found.all(tag)[0].text for tag in ("title", "h1", "code")] == ["Edges"] * 2 + [
        "nn.Conv2d(1, 2, kernel_size=3, stride=2)"
    ]
    assert found.all("span")[0].text == "(1, 1, 6, 7) → (1, 2, 2, 3)"
    assert [p.text for p in found.all("p")][1:] == ["A ramp.", "Seed 3.", "", str(REUSE)]
    assert found.all("a")[0].text == "https://example.org/convolution?stride=2"


def test_without_note_and_address_there_are_no_empty_lines():
    assert [p.text for p in read(note="").all("p")][1:] == [str(REUSE)]


@pytest.mark.parametrize(("dark", "theme"), [(None, None), (True, "dark"), (False, "light")])
def test_the_theme_is_the_readers_unless_it_is_named(dark, theme):
    assert read(dark=dark).all("html")[0].attributes.get("data-theme") == theme


def test_every_colour_that_the_player_asks_for_is_there_in_both_themes():
    told = "".join(path.read_text() for path in (*FILES, STATIC / "theme.css"))
    asked = set(re.findall(r"--st-[\w-]+", told)) - {"--st-font", "--st-code-font"}
    style = read().all("style")[0].text
    assert len(asked) > 2
    for name in asked:
        values = re.findall(f"{name}: (#[0-9a-f]{{6}});", style)
        assert len(values) == 3  # light, dark by choice, dark by the system
        assert values[0] != values[1] == values[2]


def test_the_same_scene_gives_the_same_page():
    assert page(BLOB, "a", "b") == page(BLOB, "a", "b")


def test_what_the_page_says_by_itself_is_in_the_readers_language():
    with speaking("en-XA"):
        told = page(BLOB, "A title").decode()
    for said in ("This page could not start", "This page needs JavaScript", "Light or dark"):
        assert len(re.findall(said, told)) == len(re.findall(f"(?:{OPEN}|u2045){said}", told)) > 0


@pytest.mark.parametrize("blob", [b"", b"x" * 20, b"\xff" * 9, BLOB[:40], b"\2" + bytes(7) + b"{}"])
def test_what_is_no_scene_is_refused(blob):
    with pytest.raises(ValueError, match="no scene of the player"):
        page(blob, "a")


def test_the_viewers_maps_are_no_scene():
    small = Desed(nb_filters=(2, 2, 2), pooling=((1, 1),) * 3)
    blob = show(Request(small, Ramp(size=(8, 8))), StageView("conv0")).blob
    with pytest.raises(ValueError, match="no scene of the player"):
        page(blob, "a")


# --- nothing from outside ---


def test_the_policy_lets_in_the_pages_own_script_and_style_alone():
    found = read()
    script = next(script for script in found.all("script") if "type" not in script.attributes)
    assert policy(found) == {
        "default-src": ["'none'"],
        "script-src": [digest(script.text)],
        "style-src": [digest(found.all("style")[0].text)],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }


def test_the_policy_stands_before_anything_it_governs():
    tags = [element.tag for element in read().elements]
    assert tags[:4] == ["html", "head", "meta", "meta"]


def test_nothing_names_another_place():
    found = read(address="https://example.org/")
    for element in found.elements:
        names = {name for name in ("src", "srcset", "href", "action", "data", "style") if name in element.attributes}
        assert names <= {"href"}
        assert not [name for name in element.attributes if name.startswith("on")]
    links = [element.attributes["href"] for element in found.elements if "href" in element.attributes]
    assert [link[:22] for link in links] == ["data:image/png;base64,", "https://example.org/"]
    assert not re.findall(
        r"url\(|@import|fetch\(|import\(|https?://(?!www\.w3\.org)", found.all("style")[0].text + program()
    )


# --- strangers' words ---


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_change_no_element(words):
    plain = read(address="https://example.org/")
    found = read(title=words, note=words, address=f"https://example.org/?{words}")
    assert found.shape() == plain.shape()
    assert policy(found) == policy(plain)


@given(words=st.text())
def test_any_title_is_shown_as_it_is(words):
    shown = read(title=words).all("title")[0].text
    assert shown.replace("\r\n", "\n") == words.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,<script>", " https://a", "x", "JAVASCRIPT:1"]
)
def test_what_is_no_address_of_the_web_is_no_link(address):
    found = read(address=address)
    assert not found.all("a")
    assert [p.text for p in found.all("p")][-2] == address


def test_a_long_address_is_shown_in_part_and_linked_whole():
    address = "https://example.org/?s=" + "x" * 4000
    link = read(address=address).all("a")[0]
    assert link.attributes["href"] == address
    assert (len(link.text), link.text[-1]) == (120, "…")


# --- the script ---


def test_every_module_of_the_player_is_in_the_script_once_and_behind_what_it_imports():
    script = program()
    places = {
        name: [m.start() for m in re.finditer(rf"^const {variable(name)} = ", script, re.MULTILINE)] for name in MODULES
    }
    assert {len(found) for found in places.values()} == {1}
    for name in MODULES:
        imports = re.findall(r'from "(\.\.?/[\w/]+)\.js"', (STATIC / f"{name}.js").read_text())
        assert all(places[beside(name, other)] < places[name] for other in imports), name


def test_the_script_is_one_that_engines_read(tmp_path):
    path = tmp_path / "program.js"
    path.write_text(program())
    done = subprocess.run([node(), "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A player of other modules: ``modules(player="...", other="...")``."""
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    (tmp_path / "player").mkdir()

    def write(**files: str) -> None:
        for name, code in files.items():
            (tmp_path / "player" / f"{name}.js").write_text(code)

    return write


def test_names_travel_from_module_to_module_and_stay_apart(modules, tmp_path, monkeypatch):
    monkeypatch.setattr(html, "START", "console.log($player.play(), typeof own);")
    modules(
        player='import { one, two as other } from "./a.js";\nimport { Three } from "./b.js";\n'
        "const own = 4;\nexport function play() { return [one, [...other()], new Three().x, own].join(); }",
        a="const own = 1;\nexport const one = own;\nexport function* two() { yield own + 1; }",
        b='import { one } from "./a.js";\nexport class Three { x = one + 2; }',
    )
    (tmp_path / "program.js").write_text(program())
    done = subprocess.run([node(), str(tmp_path / "program.js")], capture_output=True, text=True, check=True)
    assert done.stdout == "1,2,3,4 undefined\n"


@pytest.mark.parametrize(
    "line",
    [
        'import all from "./a.js";',
        'import * as all from "./a.js";',
        'import "./a.js";',
        "import { a } from './a.js';",
        'import { a } from "../a.js";',
        "export default 1;",
        "export { a };",
        "export let a = 1;",
        'const a = await import("./a.js");',
    ],
)
def test_an_import_or_export_that_is_not_read_is_refused(modules, line):
    modules(player=line, a="export const a = 1;")
    with pytest.raises(ValueError, match=r"player\.js says .*only plain named"):
        program()


def test_modules_that_import_one_another_are_refused(modules):
    modules(player='import { a } from "./a.js";', a='import { b } from "./player.js";')
    with pytest.raises(ValueError, match="player/player > player/a > player/player"):
        program()


@pytest.mark.parametrize("odd", ["</script>", "<SCRIPT", "<!--", "\0"])
def test_what_would_end_the_script_is_refused(modules, odd):
    modules(player=f"export const a = `{odd}`;")
    with pytest.raises(ValueError, match="does not let into a script"):
        program()
