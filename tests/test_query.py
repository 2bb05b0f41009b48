"""Addresses are read and written without widgets: what is written reads as it was."""

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnviz.content.address import PACKED, unpack
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Upsample
from cnnviz.inputs import SourceError
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import WANTED, Upload
from cnnviz.networks.checkpoint import CheckpointError
from cnnviz.networks.zoo import LessonB
from cnnviz.scenes.forward import run
from cnnviz.scenes.opening import Opening
from cnnviz.scenes.query import PAGES, from_query, to_query
from cnnviz.scenes.query.fields import fields
from cnnviz.scenes.query.form import File, Form, Reader
from cnnviz.scenes.query.inputs import ask_clip, ask_source
from cnnviz.scenes.query.weights import STARTS
from cnnviz.scenes.query.words import Number, OneOf, Switch, Word
from cnnviz.scenes.weights import Trained
from cnnviz.text import Message

SAVED = json.loads((Path(__file__).parent / "cases" / "saved_addresses.json").read_text())
EXAMPLES = max(10, settings.default.max_examples // 3)  # an example may make a sound of ten seconds
TEXTS = {
    "kernel_text": ["1 2\n3 4", "1\n---\n-1"],
    "input_text": ["1 2 3", "0.1; 2e3"],
    "mask_1d": ["1 -2 0.1"],
    "mask_2d": ["1 -2\n0.3 1e-7"],
    "mask_3d": ["1 2\n3 4\n\n5 6\n7 8"],
    "shape": ["1, 9, 9", "2, 30", "1, 5, 5, 5"],
    "net": ["Conv2d(1,4,3);ReLU()", "net:a=Conv1d(2,3,3);Dropout1d(0.3,training=True)", "Conv3d(1,2,(1,2,3))"],
    "cdims": ["4, 5"],
    "pooling": ["2x2, 1x3, 2x1"],
    "nb_filters": ["4, 5, 6"],
}
SOUND = b"RIFF\x24\0\0\0WAVEfmt "
np.save(stream := io.BytesIO(), np.zeros((4, 3), np.float32))
MATRIX = stream.getvalue()


class Drawn(Form):
    """Answers at random, with anything that a word may be."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.drawn: dict[str, Any] = {}

    def now(self, word: Word) -> Any:
        if word.key not in self.drawn:
            self.drawn[word.key] = self.draw(st.just(word.default) | values(word))
        return self.drawn[word.key]


def values(word: Word) -> st.SearchStrategy[Any]:
    if isinstance(word, Number):
        low = word.low if word.low is not None else -4
        high = min(word.high if word.high is not None else 4, low + 8)
        number = st.integers(low, high) if word.whole else st.floats(low, high, allow_subnormal=False)
        return number | st.none() if word.default is None else number
    if isinstance(word, OneOf):
        return st.sampled_from(word.options)
    if isinstance(word, Switch):
        return st.booleans()
    return st.sampled_from([word.default, *TEXTS.get(word.key, [])])


@pytest.mark.parametrize("page", PAGES)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_any_choice_of_a_page_comes_back_from_its_address(page, data):
    try:
        choice = PAGES[page].ask(Drawn(data.draw)).make()
    except (GeometryError, SourceError, CheckpointError):
        assume(False)
    query = to_query(page, choice)
    said = from_query(page, query)
    assert said.made.make() == choice
    assert not said.odd
    assert to_query(page, said.made.make()) == query


@pytest.mark.parametrize("page", PAGES)
def test_every_saved_address_is_read_and_written(page):
    for address in SAVED:
        name, words = words_of(address)
        if name != page:
            continue
        said = from_query(page, words)
        choice = said.made.make()
        assert not said.odd
        assert from_query(page, to_query(page, choice)).made.make() == choice


def words_of(address: str) -> tuple[str, dict[str, str]]:
    """Page and words of an address."""
    page, _, query = address.partition("?")
    words = dict(parse_qsl(query, keep_blank_values=True))
    return page, unpack(words[PACKED]) if PACKED in words else words


def test_trained_weights_come_back_where_a_layer_of_their_network_does_not_work():
    said = {"preset": "lesson B", "shape": "1, 9, 9", "weights": "trained"}
    choice = from_query("network", said).made.make()
    assert isinstance(choice[0].weights, Trained)
    assert len(choice[0].network.stages) < len(LessonB().network.stages)
    query = to_query("network", choice)
    assert query["shape"] == said["shape"] and from_query("network", query).made.make() == choice


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("layer", [0, 4])
def test_a_layer_of_a_network_has_the_numbers_that_it_has_in_the_whole(start, layer):
    said = from_query("network", {"weights": start, "seed": "3", "layer": str(layer)})
    request, view = said.at_work()
    whole, _ = said.made.make()
    assert len(whole.network.stages) == 12
    np.testing.assert_array_equal(run(request, {view.stage})[view.stage].y, run(whole)[view.stage].y)


def test_of_a_network_that_is_too_large_as_a_whole_a_layer_needs_only_those_before_it():
    said = from_query(
        "network", {"weights": "kaiming", "net": "Flatten();Linear(64,1000);Linear(1000,9999999)", "shape": "1, 8, 8"}
    )
    assert said.at_work()[0].names == ["0"]


class Handed(Reader):
    """An address, and a file of the reader's own beside it, or none."""

    def __init__(self, file: File | None, **said: str) -> None:
        super().__init__(said)
        self.of, self.keys = file, []

    def file(self, key: str, label: Message, megabytes: int | None = None) -> File | None:
        self.keys.append(key)
        return self.of


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_a_file_that_is_handed_over_is_read_as_it_says(ndim):
    form = Handed((b"...", "a.png"), input="upload", file_rows="9")
    kind, make = ask_source(form, ndim)
    assert (kind, form.keys) == (Upload, ["input_file"])
    assert make() == Upload(ndim=ndim, data=b"...", name="a.png", rows=9 if ndim == 2 else None)


@pytest.mark.parametrize(("ndim", "wanted"), [(1, "a .npy array"), (2, str(WANTED))])
def test_where_no_file_is_handed_over_it_is_said_which_there_may_be(ndim, wanted):
    _, make = ask_source(Handed(None, input="upload"), ndim)
    with pytest.raises(SourceError, match=re.escape(f"Choose a file first: {wanted}.")):
        make()


@pytest.mark.parametrize(
    ("how", "data", "made"),
    [
        ("upload", SOUND, Upload(data=SOUND, name="a")),
        ("upload", MATRIX, Spectrogram(data=MATRIX, name="a")),
        ("microphone", SOUND, Upload(data=SOUND, name="recording")),
    ],
)
def test_a_sound_an_array_and_a_recording_are_each_read_by_their_own_kind(how, data, made):
    assert ask_clip(Handed((data, "a"), input=how))[1]() == made


@pytest.mark.parametrize(
    ("how", "sentence"), [("upload", "Choose a file first"), ("microphone", "Nothing is recorded")]
)
def test_where_nothing_is_heard_it_is_said(how, sentence):
    with pytest.raises(SourceError, match=sentence):
        ask_clip(Handed(None, input=how))[1]()


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [("shape", "3, x", "2 to 4"), ("shape", "1,1,1,1,1", "2 to 4"), ("xdim", "3, 0", "3")],
)
def test_a_row_of_numbers_that_is_none_is_refused_with_how_many_there_may_be(word, text, wanted):
    with pytest.raises(GeometryError, match=f"“{text}” is not {wanted} whole numbers from 1 to "):
        from_query("network", {word: text}).made.make()


def test_several_sizes_that_no_one_number_says_stay_as_they_are():
    def asked(size):
        return next(one for one in fields(Upsample, 2, start={"size": size}) if one.name == "size")

    assert (asked((7, 4)).form, asked((7, 4)).ask(Reader({"size": "3"}).now)) == ("fixed", (7, 4))
    assert (asked((7, 7)).form, asked((7, 7)).ask(Reader({"size": "3"}).now)) == ("all", (3, 3))
    assert asked(None).ask(Reader({}).now) is None


def test_what_is_so_anyway_is_left_out():
    begins = from_query("convolution", {}).made.make()
    assert to_query("convolution", begins) == {}
    assert to_query("convolution", begins, Opening(4, "output-0-0-2-3")) == {"step": "5", "pin": "output-0-0-2-3"}


@pytest.mark.parametrize(
    ("words", "odd"),
    [
        ({"stride": "99"}, {"stride"}),
        ({"stride": "two", "kernel": "nope", "bias": "perhaps"}, {"stride", "kernel", "bias"}),
        ({"stride": "", "ndim": "4d", "stride_rows": "3"}, {"stride", "ndim"}),
        ({"stride": "2.0", "input": "digit", "seed": "7"}, set()),
    ],
)
def test_what_a_word_cannot_be_is_told_and_its_default_stands(words, odd):
    said = from_query("convolution", words)
    assert set(said.odd) == odd
    assert said.made.make().layer.stride == ((2, 2) if "stride" not in odd else (1, 1))


def test_a_knob_has_one_word_or_one_for_each_axis_or_side():
    assert [f.name for f in fields(Conv, 2, skip=("in_channels",))][:3] == ["out_channels", "kernel_size", "stride"]
    one, each = (next(f for f in fields(Conv, 2, each=each) if f.name == "stride") for each in (False, True))
    assert one.spell((3, 3)) == {"stride": "3"}
    assert each.spell((3, 4)) == {"stride_rows": "3", "stride_columns": "4"}
    padding = next(f for f in fields(Conv, 1) if f.name == "padding")
    assert padding.spell("same") == {"padding_rule": "same"}
    assert padding.spell((2,)) == {"padding_rule": "number", "padding": "2"}


@pytest.mark.parametrize(("words", "seconds"), [({"input_seconds": "1"}, 1), ({"input_seconds": "3", "to": "1.5"}, 2)])
def test_another_sound_lasts_as_long_as_the_first(words, seconds):
    made = from_query("spectrogram", {"compare": "sound", **words}).made
    assert made.beside(made.make())[0].input.seconds == seconds
