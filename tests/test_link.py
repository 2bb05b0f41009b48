"""Links: any state comes back from its packed form, anything else is refused in a sentence, and codes are readable."""

import base64
import random
import re
import time
import tracemalloc
import zlib
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.content.address import (
    MOST_KEY,
    MOST_KEYS,
    MOST_PACKED,
    MOST_TEXT,
    SHORT,
    VERSION,
    LinkError,
    address,
    pack,
    reach,
    unpack,
)
from cnnviz.content.embed import MOST_CODE, embed, qr
from cnnviz.content.presets import CONVOLUTION, GATING, MATRIX, NORMALISATION, POOLING, SHAPES, SPECTROGRAM

QUESTIONS = [*CONVOLUTION, *MATRIX, *POOLING, *GATING, *NORMALISATION, *SHAPES, *SPECTROGRAM]
BASE = "https://example.org/cnnviz"
STATE = {"input": "typed", "input_text": "1 2 3\n4 5 6", "kernel_text": "1 0 −1", "stride": "2"}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

text = st.text()  # any characters but halves of a pair, which are none
queries = st.dictionaries(st.text(min_size=1, max_size=MOST_KEY), text, max_size=8)
packed_text = st.text(ALPHABET)


def deflated(query: bytes) -> bytes:
    deflate = zlib.compressobj(9, wbits=-15)
    return deflate.compress(query) + deflate.flush()


def forged(body: bytes, version: str = VERSION) -> str:
    """What a stranger may send who knows how the checksum is made."""
    data = zlib.crc32(body).to_bytes(4, "big") + body
    return version + base64.urlsafe_b64encode(data).decode().rstrip("=")


def refused(packed: str) -> str:
    """The one sentence, or two, with which it is refused."""
    with pytest.raises(LinkError) as caught:
        unpack(packed)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# --- packed and back ---


@given(query=queries)
def test_any_state_comes_back(query):
    assert unpack(pack(query)) == query


@given(query=queries)
def test_a_packed_state_needs_no_escapes(query):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", pack(query))


@given(query=queries, seed=st.randoms())
def test_the_same_state_is_packed_alike_whatever_its_order(query, seed):
    pairs = list(query.items())
    seed.shuffle(pairs)
    assert pack(dict(pairs)) == pack(query)


def test_what_was_packed_once_is_read_for_ever():
    """Links stand in slides: should this fail, give the new form another version and go on reading this one."""
    assert unpack("1qdPlUMtOLcpLzbEtqSxITVErTk1NsTUGAA") == {"kernel": "typed", "seed": "3"}


def test_numbers_typed_by_hand_become_much_shorter():
    typed = {"kernel_text": "\n".join(" ".join("10-1"[i % 3] for i in range(n, n + 20)) for n in range(20))}
    assert len(pack(typed)) < len(urlencode(typed)) / 4


# --- what is no packed state ---


@given(query=queries, data=st.data())
def test_a_packed_state_with_one_other_character_is_refused(query, data):
    packed = pack(query)
    at = data.draw(st.integers(0, len(packed) - 1))
    other = data.draw(st.sampled_from(ALPHABET + "+/=. é\0") | st.characters())
    assume(other != packed[at])
    refused(packed[:at] + other + packed[at + 1 :])


@given(query=queries, data=st.data())
def test_a_packed_state_that_is_cut_off_is_refused(query, data):
    packed = pack(query)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(packed))] * 2)))
    assume(end - start < len(packed))
    refused(packed[start:end])


@pytest.mark.parametrize("query", [{}, {"a": "1"}, {"a": "12"}, {"a": "123"}, {"kernel": "box"}])
def test_bits_that_base64_does_not_use_are_none_to_play_with(query):
    packed = pack(query)
    for last in set(ALPHABET) - {packed[-1]}:
        refused(packed[:-1] + last)


@given(query=queries, more=st.text(ALPHABET + "=", min_size=1, max_size=9))
def test_a_packed_state_with_more_behind_it_is_refused(query, more):
    refused(pack(query) + more)


@given(any_text=text | packed_text.map(lambda rest: VERSION + rest))
def test_any_other_text_is_refused(any_text):
    refused(any_text)


@given(body=st.binary() | st.binary().map(deflated))
def test_a_right_checksum_over_anything_else_gives_a_state_or_a_refusal(body):
    try:
        found = unpack(forged(body))
    except LinkError:
        return
    assert unpack(pack(found)) == found


FORGED = {
    "a key twice": b"a=1&a=2",
    "keys out of order": b"b=1&a=2",
    "no equals sign": b"a",
    "an empty key": b"=1",
    "an empty pair": b"a=1&&b=2",
    "an escape that needs none": b"a=%31",
    "half an escape": b"a=%3",
    "small letters in an escape": b"a=%3d",
    "not UTF-8": b"a=%FF",
    "half of a pair": b"a=%ED%A0%80",
    "not ASCII": "a=é".encode(),
    "too many": urlencode({f"{i:04}": "" for i in range(MOST_KEYS + 1)}).encode(),
    "too long a key": b"a" * (MOST_KEY + 1) + b"=1",
}


@pytest.mark.parametrize("query", FORGED.values(), ids=FORGED)
def test_a_query_that_is_written_in_another_way_is_refused(query):
    refused(forged(deflated(query)))
    assert unpack(forged(deflated(b"a=1"))) == {"a": "1"}  # the way itself works


def test_what_is_not_ended_or_goes_on_is_refused():
    body = deflated(b"a=1&b=2")
    for odd in (body[:-1], body + b"\0", body + body, b""):
        assert "damaged" in refused(forged(odd))


@pytest.mark.parametrize("version", ["0", "2", "", "x"])
def test_another_version_is_named_as_such(version):
    assert "another version" in refused(forged(deflated(b"a=1"), version))


def test_a_bomb_is_refused_before_it_takes_room_or_time():
    bomb = deflated(b"a=" + b"0" * 4_000_000)
    assert len(forged(bomb)) <= MOST_PACKED
    tracemalloc.start()
    began = time.perf_counter()
    assert f"{MOST_TEXT:,}" in refused(forged(bomb))
    seconds, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * MOST_TEXT
    assert seconds < 1


def test_a_longer_text_than_any_link_is_not_even_decoded():
    assert f"{MOST_PACKED + 1:,}" in refused(VERSION + "A" * MOST_PACKED)


def test_both_bounds_are_reached_and_not_passed():
    most = {"a": "0" * (MOST_TEXT - 2)}
    assert unpack(pack(most)) == most
    with pytest.raises(LinkError, match=f"{MOST_TEXT + 1:,} characters written out"):
        pack({"a": "0" * (MOST_TEXT - 1)})
    noise = base64.b85encode(zlib.compress(bytes(range(256)) * 9, 0)).decode() + "".join(map(chr, range(33, 9_000)))
    with pytest.raises(LinkError, match=r"characters packed and a link holds 8,000"):
        pack({"a": noise})


@pytest.mark.parametrize("query", [{"": "1"}, {"a" * (MOST_KEY + 1): "1"}, {str(i): "" for i in range(MOST_KEYS + 1)}])
def test_keys_that_no_page_has_are_refused(query):
    with pytest.raises(LinkError, match=f"at most {MOST_KEYS} are read"):
        pack(query)


def test_half_of_a_pair_is_no_text():
    for make in (pack, lambda query: address(BASE, "", query)):
        with pytest.raises(LinkError, match="type them anew"):
            make({"a": "\ud800"})


# --- the address ---


def state_of(link: str) -> dict[str, str]:
    """What a page makes of its address."""
    found = dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))
    return unpack(found["s"]) if "s" in found else found


@given(query=queries.filter(lambda query: not {"s", "embed", "embed_options"} & set(query)))
def test_any_state_comes_back_from_its_address(query):
    assert state_of(address(BASE, "convolution", query)) == query


def test_a_short_address_is_read_by_people():
    assert address(f"{BASE}/", "convolution", {"stride": "2", "kernel": "box blur"}) == (
        f"{BASE}/convolution?kernel=box+blur&stride=2"
    )
    assert address(BASE, "", {}) == f"{BASE}/"


@pytest.mark.parametrize("preset", QUESTIONS, ids=lambda preset: preset.address[:60])
def test_every_question_has_an_address_to_read(preset):
    assert state_of(address(BASE, preset.page, preset.params)) == preset.params
    assert "?s=" not in address(BASE, preset.page, preset.params)


@given(length=st.integers(0, 2 * SHORT), letter=st.sampled_from("0 −"))
def test_a_long_address_is_packed_and_never_longer_than_the_plain_one(length, letter):
    query = {"kernel_text": letter * length}
    link, plain = address(BASE, "convolution", query), f"{BASE}/convolution?{urlencode(query)}"
    assert len(link) <= len(plain)
    assert link == plain or len(plain) > SHORT


def test_an_address_that_packing_would_make_longer_is_left_as_it_is():
    noise = "".join(random.Random(0).choices(ALPHABET, k=SHORT))
    query = {"kernel_text": noise}
    assert address(BASE, "p", query) == f"{BASE}/p?{urlencode(query)}"


def test_an_address_of_400_characters_stays_and_of_401_is_packed():
    start = len(f"{BASE}/p?a=")
    assert len(address(BASE, "p", {"a": "0" * (SHORT - start)})) == SHORT
    assert address(BASE, "p", {"a": "0" * (SHORT - start + 1)}).startswith(f"{BASE}/p?s={VERSION}")


def test_what_is_no_state_is_left_out():
    query = {"stride": "2", "s": pack(STATE), "embed": "true", "embed_options": "dark_theme"}
    assert address(BASE, "p", query) == f"{BASE}/p?stride=2"


# --- inside another page ---


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize(
    ("link", "source"),
    [
        (f"{BASE}/pooling?stride=2&kernel=box", f"{BASE}/pooling?stride=2&kernel=box&embed=true"),
        (f"{BASE}/", f"{BASE}/?embed=true"),
        ("http://127.0.0.1:8501", "http://127.0.0.1:8501?embed=true"),
        (f"{BASE}/pooling?a=1#top", f"{BASE}/pooling?a=1&embed=true#top"),
    ],
)
def test_a_frame_shows_the_page_without_streamlits_own_parts(link, source):
    [(tag, attributes)] = tags(embed(link))
    assert (tag, attributes["src"], attributes["loading"]) == ("iframe", source, "lazy")
    assert attributes["height"] == "450"  # as tests/test_browser_frame.py holds what fits
    assert attributes["title"]


def test_a_frame_is_named_after_its_page():
    assert tags(embed(f"{BASE}/pooling?a=1"))[0][1]["title"] == "cnnviz: pooling"
    assert tags(embed("https://example.org/"))[0][1]["title"] == "cnnviz"


def test_an_address_cannot_leave_its_quotes():
    hostile = f"{BASE}/x\"><script>alert(1)</script>?a='&b=<i>"
    [(tag, attributes)] = tags(embed(hostile))
    assert (tag, attributes["src"]) == ("iframe", f"{hostile}&embed=true")


NO_ADDRESS = [
    "",
    "x",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://",
    "//example.org",
    "https://[",
    "ftp://example.org/",
    "javascript://example.org/%0aalert(1)",
    "https://a b",
    "https://example.org/\n",
    "https://é.org",
    "ht\ttps://example.org",
    "\ud800",
]


@pytest.mark.parametrize("link", NO_ADDRESS)
@pytest.mark.parametrize("make", [embed, qr])
def test_what_is_no_address_of_the_web_is_refused(make, link):
    with pytest.raises(LinkError, match="no address of the web"):
        make(link)


# --- codes ---


def drawing(svg: str) -> tuple[list[str], list[list[int]]]:
    """The colours of paper and ink, and the modules of the code with its border, 1 where there is ink."""
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    paper, ink = (part for part in root if part.tag.endswith("path"))
    assert paper.attrib["d"] == f"M0 0h{width}v{height}h-{width}z"
    modules = [[0] * width for _ in range(height)]
    x, y = 0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", ink.attrib["d"]):
        if letter == "h":
            for column in range(x, x + int(numbers)):
                modules[int(y)][column] = 1
            x += int(numbers)
        else:
            across, down = map(float, numbers.split())
            x, y = (int(across), down) if letter == "M" else (x + int(across), y + down)
    return [paper.attrib["fill"], ink.attrib["stroke"]], modules


@pytest.mark.parametrize("link", [f"{BASE}/", f"{BASE}/p?a=1&b=2", f"{BASE}/p?s={pack(STATE)}"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_code_holds_its_address_with_four_modules_of_quiet_round_it(link, dark):
    _, modules = drawing(qr(link, dark))
    wanted = segno.make_qr(link.encode(), error="m", mode="byte").matrix
    size = len(wanted)
    assert [row[4 : 4 + size] for row in modules[4 : 4 + size]] == [list(row) for row in wanted]
    assert len(modules) == size + 8
    assert sum(map(sum, modules)) == sum(map(sum, wanted))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    parts = [digits[i : i + len(digits) // 3] * (6 // len(digits)) for i in range(0, len(digits), len(digits) // 3)]
    red, green, blue = (
        x / 12.92 if (x := int(part, 16) / 255) <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_a_code_is_dark_on_light_in_both_themes(dark):
    (paper, ink), _ = drawing(qr(f"{BASE}/", dark))
    assert (luminance(paper) + 0.05) / (luminance(ink) + 0.05) > 12


def test_the_longest_code_has_few_enough_modules_for_a_wall():
    longest = f"{BASE}/?a=".ljust(MOST_CODE, "x")
    assert len(drawing(qr(longest))[1]) == 85
    with pytest.raises(LinkError, match=f"{MOST_CODE + 1} characters and .* holds {MOST_CODE}"):
        qr(longest + "x")


def test_every_address_that_is_left_plain_makes_a_code():
    link = address(BASE, "p", {"a": "0" * (SHORT - len(f"{BASE}/p?a="))})
    assert qr(link)


def test_a_code_has_no_size_of_its_own_and_says_what_it_is():
    root = ElementTree.fromstring(qr(f"{BASE}/"))
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert [part.text for part in root if part.tag.endswith("title")] == ["QR code"]


# --- who can open it ---

HERE = ["127.0.0.1:8501", "localhost:8501", "[::1]:8501", "127.8.9.1", "0.0.0.0:8501", "LOCALHOST", "app.localhost"]
NEAR = [
    "192.168.1.5:8501",
    "10.0.0.3",
    "172.16.4.4",
    "169.254.1.1",
    "[fe80::1]",
    "[fd00::1]",
    "pc.local",
    "room12:8501",
]
FAR = ["example.org", "cnnviz.example.org:8501", "8.8.8.8", "[2606:4700::1111]", "localhost.example.org", "172.32.0.1"]


@pytest.mark.parametrize(
    ("host", "told"),
    [(host, "this computer alone") for host in HERE] + [(host, "in this network alone") for host in NEAR],
)
def test_a_link_that_not_everybody_can_open_says_so_and_what_to_do(host, told):
    said = reach(f"http://{host}/convolution?stride=2")
    assert told in said
    assert "server" in said


@pytest.mark.parametrize("host", FAR)
def test_of_a_link_for_everybody_nothing_is_said(host):
    assert reach(f"https://{host}/convolution?stride=2") == ""
