"""Addresses from strangers: clean before a widget reads them, and what was dropped is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pages import blobs, meta, opened

from cnnviz.cli.open_link import asked, staged_at
from cnnviz.content.address import MOST_KEYS, PACKED, STREAMLITS, LinkError, address, pack
from cnnviz.core.geometry import GeometryError
from cnnviz.export import ExportError
from cnnviz.scenes.query.bare import RANDOMLY
from cnnviz.scenes.query.desed import parsed
from cnnviz.scenes.query.network import numbers
from cnnviz.text.typed import shown
from cnnviz.web.clean import TRACKERS, clean, one_each, parts, possible, spread, tidied
from cnnviz.web.vocabulary import OWN, words

NO_NUMBERS = ["inf", "-inf", "nan", "NaN", "Infinity", "1e999", "-1e400", "9" * 400, "9" * 5000, "٣" * 5000]
NO_TEXTS = ["a\0b", "\x1b[31m", "a\udc80b", "\x7f", "0" * 100_001]

# --- an address by itself ---


@pytest.mark.parametrize("text", [*NO_NUMBERS, *NO_TEXTS, " inf ", "1, " + "7" * 301])
def test_what_no_setting_can_be_is_dropped(text):
    found = clean({"stride": [text], "padding": ["1"]})
    assert found.query == {"padding": "1"}
    assert found.dropped == {"stride": text}


@pytest.mark.parametrize(
    "text", ["", "2", "-0.5", "1e-3", "same", "1 0 -1\n2\t0\r\n", "64, 64", "1x4, 1x4", "é中🙂", "0.1" * 90]
)
def test_what_a_setting_can_be_stays(text):
    assert clean({"a": [text]}) == clean({"a": [text, text]})
    assert clean({"a": [text]}).query == {"a": text}


@pytest.mark.parametrize("key", ["", "a" * 101, "a\0", "\ud800"])
def test_a_word_that_is_none_is_dropped(key):
    assert not clean({key: ["1"]}).query


def test_no_more_words_than_a_page_has_are_taken():
    found = clean({f"w{i}": ["1"] for i in range(MOST_KEYS + 5)})
    assert (len(found.query), len(found.dropped)) == (MOST_KEYS, 5)


SENT = [
    "utm_source",
    "UTM_campaign",
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "igsh",
    "msclkid",
    "_hsenc",
    "_gl",
]


@pytest.mark.parametrize("word", [*SENT, "embed", "EMBED", "embed_options", "Embed_Options"])
def test_what_mails_chats_and_frames_add_is_passed_over(word):
    assert clean({word: ["x"], "stride": ["2"]}) == clean({"stride": ["2"]})


@pytest.mark.parametrize("page", OWN)
def test_no_setting_has_the_name_of_a_tracker_or_of_streamlit(page):
    assert not [one for one in words(page) if TRACKERS.fullmatch(one) or one.lower() in (PACKED, *STREAMLITS)]


@pytest.mark.parametrize("amp", ["amp;", "amp;amp;", "AMP;"])
def test_an_ampersand_as_html_writes_it_is_undone(amp):
    assert clean({"stride": ["2"], f"{amp}dilation": ["3"]}).query == {"stride": "2", "dilation": "3"}


def test_of_a_word_that_comes_twice_the_last_stands_and_is_named():
    found = clean({"stride": ["2", "3"], "amp;padding": ["1"], "padding": ["1"]})
    assert (found.query, found.repeated) == ({"stride": "3", "padding": "1"}, {"stride": "3"})
    assert "stride = 3" in found.told({})


def test_unknown_words_are_named_with_what_may_be_meant_and_leave():
    found = clean({"stride": ["2"], "dilatoin": ["2"], "zzz": ["1"]}).known_to(words("convolution"))
    assert found.query == {"stride": "2"}
    assert "dilatoin, zzz" in found.told({})
    assert "did you mean dilation?" in found.told({})


@pytest.mark.parametrize(
    "key", ["kernel_text", "input_text", "padding_rule", "stride_rows", "output_padding", "in\u0000"[:2]]
)
def test_a_word_of_another_setting_of_the_page_is_not_unknown(key):
    assert not clean({key: ["1"]}).known_to({*words("convolution"), "in"}).unknown


@given(
    said=st.dictionaries(
        st.text(max_size=120), st.lists(st.text() | st.sampled_from(NO_NUMBERS), min_size=1, max_size=3)
    )
)
def test_what_is_clean_stays_as_it_is_and_every_word_is_accounted_for(said):
    found = clean(said)
    assert clean(one_each(found.query)).query == found.query
    assert all(possible(text) for key, text in found.query.items() if key != PACKED)
    assert "\n" not in found.told({})
    assert found.told({}).isprintable()


@pytest.mark.parametrize("word", STREAMLITS + tuple(word.upper() for word in STREAMLITS))
def test_a_packed_link_cannot_set_what_is_streamlits_own(word):
    assert spread({PACKED: [pack({word: "true", "stride": "2"})]}).query == {"stride": "2"}
    assert word not in address("https://example.org", "pooling", {word: "true"})


@given(text=st.text(max_size=40))
def test_a_strangers_word_is_short_and_to_be_seen(text):
    assert shown(text).isprintable()
    assert 1 <= len(shown(text)) <= 240


def test_an_address_without_dirt_is_left_as_it_was_typed():
    for link in ("convolution?stride=2", "https://a.org/pooling?input_text=1+2%0A3", "gating", "convolution?stride="):
        assert tidied(link) == link
    assert (
        tidied("https://a.org/b/pooling?stride=2&utm_source=x&amp;padding=1")
        == "https://a.org/b/pooling?stride=2&padding=1"
    )


@pytest.mark.parametrize("link", ["http://[", "convolution?" + "&".join(f"a{i}=1" for i in range(1001))])
def test_what_is_no_address_is_said(link):
    with pytest.raises(LinkError, match="is no address"):
        parts(link)


# --- numbers in rows, which are typed as well ---


@pytest.mark.parametrize("word", ["9" * 5000, "٣" * 5000, "0", "65537", "1.5", "-1", "", "²"])
def test_a_row_of_numbers_that_is_none_is_said_in_a_short_sentence(word):
    for read in (
        lambda: numbers(f"3, {word}", "shape", (2, 2), 4096),
        lambda: parsed("nb_filters", f"64, {word}!"),
        lambda: parsed("pooling", f"1x{word}!"),
    ):
        with pytest.raises(GeometryError) as caught:
            read()
        assert len(str(caught.value)) < 200


def test_rows_of_numbers_are_read():
    assert numbers(" 3,032 , 5", "shape", (2, 4), 4096) == (3, 32, 5)
    assert parsed("pooling", "1x4, 2, 3×1") == ((1, 4), (2, 2), (3, 1))


# --- pages and command line ---

HOSTILE = {
    "convolution": {"stride": "inf", "kernel_size": "9" * 400, "input_index": "1e999", "groups": "nan"},
    "pooling": {"stride": "-inf", "padding": "9" * 5000},
    "gating": {"maps": "1e400", "seed": "9" * 400},
    "normalisation": {"eps": "nan", "momentum": "inf", "steps": "1e999", "input_mean": "nan"},
    "shapes": {"seed": "inf", "input_index": "inf"},
    "spectrogram": {
        "frame": "inf",
        "channel": "9" * 400,
        "from": "nan",
        "nb_filters": "9" * 5000,
        "pooling": "1x" + "9" * 5000,
    },
    "network": {"layer": "1e999", "xdim": "1, " + "9" * 5000, "shape": "3, " + "9" * 5000, "ydim": "inf"},
}


@pytest.mark.parametrize("page", HOSTILE)
def test_numbers_that_are_none_leave_the_page_as_it_begins_with_a_sentence(page):
    app = opened(page, **HOSTILE[page])
    assert not app.exception
    [said] = [one.value for one in app.warning]
    assert f"{next(iter(HOSTILE[page]))} = " in said
    assert "which cannot be set here" in said
    assert app.query_params == ({"weights": "trained"} if page in RANDOMLY else {})  # as a bare address has it


def test_a_packed_link_with_streamlits_own_words_opens():
    for word in ("embed", "EMBED", "embed_options"):
        app = opened("convolution", **{PACKED: pack({word: "true", "stride": "2"})})
        assert not app.exception
        assert app.query_params == {"stride": "2"}


def test_a_mistyped_word_is_named_and_not_shared():
    app = opened("convolution", stride="2", dilatoin="2", utm_source="mail", **{"amp;padding": "1"})
    [said] = [one.value for one in app.warning]
    assert "dilatoin" in said
    assert "did you mean dilation?" in said
    assert app.query_params == {"stride": "2", "padding": "1"}
    assert meta(blobs(app)[0])["title"] == "nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1)"
    app.run()
    assert not app.warning


def test_a_word_that_comes_twice_is_said():
    app = opened("convolution", stride=["2", "3"])
    assert ["the last one stands: stride = 3" in one.value for one in app.warning] == [True]
    assert app.query_params == {"stride": "3"}


def test_a_word_of_another_setting_stays_in_the_address_and_is_there_when_its_turn_comes():
    app = opened("convolution", kernel_text="1 2 3")
    assert not app.warning
    assert app.query_params == {"kernel_text": "1 2 3"}
    app.selectbox(key="kernel").set_value("typed").run()
    assert app.text_area(key="kernel_text").value == "1 2 3"


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("convolution?stride=2&dilatoin=2", "did you mean dilation"),
        ("convolution?stride=inf", "stride = inf, which cannot be set"),
        ("convolution?stride=2&stride=3", "more than once"),
        ("convolution?a=%00&input_text=" + "\udcff", "input_text"),
        ("http://[/convolution", "is no address"),
        ("convolution?s=1AAAA", "damaged"),
        ("nowhere?stride=2", "no page"),
    ],
)
def test_the_command_line_says_what_it_cannot_take(link, told):
    with pytest.raises(ExportError, match=told):
        asked(link)


def test_the_command_line_undoes_and_passes_over_the_same():
    link = "https://a.org/b/convolution?stride=2&amp;dilation=2&fbclid=x&embed=true"
    assert asked(link) == ("convolution", {"stride": "2", "dilation": "2"})
    assert "stride=2, dilation=2" in staged_at(link).done.layer.code()
