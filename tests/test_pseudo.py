"""No word escapes the catalogue: in the pseudo-language every letter on a page stands in brackets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from test_choices import NAMES, choices
from test_pages import blobs, meta, opened

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, AvgPool, BatchNorm, Conv, Linear
from cnnviz.core.settings import knobs
from cnnviz.text import speaking
from cnnviz.text.catalogue import CLOSE, OPEN

SAID = ("body", "label", "help", "placeholder", "text")  # of an element
UNIT = {"dX", "relu", "MACs", "MiB", "ms", "Hz", "kB", "cpu", "cuda", "json", "network"}
# Options that are names: of torch, of stages, and others; `test_choices` holds each word to what it is.
TORCHS = {*KINDS, *(word for kind in KINDS.values() for k in knobs(kind).values() for word in k.choices)}
TORCHS |= {"train", "eval", *NAMES, *(str(one) for word in choices() if word.names for one in word.options)}
PAGES = ["home", "gallery", "convolution", "matrix", "pooling", "output_size", "gating", "normalisation", "shapes"]
WHERE = {
    **{page: (page, {}) for page in [*PAGES, "spectrogram", "network", "training"]},
    "a pass back": ("convolution", {"pass": "dX"}),
    "attribution": ("spectrogram", {"view": "attribution"}),
    "an error of a sound": ("spectrogram", {"input": "upload"}),
    "an error": ("convolution", {"input": "ramp", "input_size": "2"}),
    "share": ("convolution", {"tab": "Share"}),
    "code": ("pooling", {"tab": "Code"}),
    "compared": ("gating", {"compare": "ReLU"}),
    "a question": ("convolution", {"input": "ramp", "input_size": "7", "kernel": "box"}),
    "unknown words": ("pooling", {"dilatoin": "2", "stride": "inf"}),
}


def elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def texts(app: AppTest) -> Iterator[tuple[str, str, str]]:
    """Kind, field and text of all that a page says."""
    for element in (*elements(app.main), *elements(app.sidebar)):
        proto = getattr(element, "proto", None)
        if element.type == "code" or not hasattr(proto, "ListFields"):
            continue
        if getattr(proto, "options", ()):
            options = {getattr(one, "content", one) for one in proto.options} - TORCHS
            yield from ((element.type, "option", one) for one in options)
        for field, value in proto.ListFields():
            if field.name in SAID and isinstance(value, str):
                yield element.type, field.name, value
    for blob in blobs(app):
        about = meta(blob).get("about", {}) if blob else {}
        for where, lines in about.items():
            yield from (("player", where, marked(line)) for line in lines)


def marked(part: Any) -> str:
    """A part of a line as Markdown has it."""
    if isinstance(part, str):
        return part
    sign = {"code": "`", "math": "$"}.get(part["tag"], "")
    return sign + "".join(map(marked, part["children"])) + sign


def escaped(text: str) -> str:
    """What stands outside brackets, code and formulas, markup taken off."""
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", " ", text, flags=re.DOTALL)
    while re.search(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", text):
        text = re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)
    return re.sub(r"\b[\w-]+\.gif|`[^`]*`|\$[^$]*\$|:material/\w+:|&\w+;", " ", text)


def words(text: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z]{2,}", escaped(text)) if word not in UNIT]


@pytest.mark.parametrize("where", WHERE)
def test_every_word_on_a_page_comes_from_the_catalogue(where):
    page, query = WHERE[where]
    app = opened(page, lang="en-XA", **query)
    assert not app.exception
    names = r"[a-z_]+( \[s\])?|torch\.manual_seed|[\w-]+\.\w+"  # of knobs, and of files
    told = list(texts(app))
    said = [(kind, field, text) for kind, field, text in told if field == "option" or not re.fullmatch(names, text)]
    assert len(said) > 3
    assert [(kind, field, text) for kind, field, text in said if words(text)] == []


def test_a_page_without_the_pseudo_language_has_no_brackets():
    app = opened("pooling")
    assert not [text for *_, text in texts(app) if OPEN in text]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv(kernel_size=7), (1, 4, 4)),
        (Conv(2), (1, 8, 8)),
        (AvgPool(3, padding=2), (1, 8, 8)),
        (Linear(size=(1, 2, 2)), (1, 3, 3)),
        (BatchNorm(num_features=2), (3, 4, 4)),
    ],
)
def test_an_error_is_said_in_the_language_of_who_reads_it(layer, shape):
    with pytest.raises(GeometryError) as error:
        layer.check(shape)
    assert OPEN not in str(error.value)
    with speaking("en-XA"):
        assert words(str(error.value)) == []
        assert str(error.value).startswith(OPEN)
