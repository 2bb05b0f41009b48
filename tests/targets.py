"""What strangers may send, as functions of bytes: files, pastes, links, and addresses with what they show.

A target gives back whatever it likes, or refuses in one sentence of ours. `tests/test_corpus.py` holds this list to the
code, replays the corpus, and changes it a little; `tests/fuzz_coverage.py` does so for as long as there is time.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limits import FILE, SCENE, TEXT, Limit, held
from results import opened

from cnnviz.content.address import LinkError, unpack
from cnnviz.core.layers import Conv
from cnnviz.inputs.audio import Piece, read_audio
from cnnviz.inputs.datasets.own import read_own
from cnnviz.inputs.drawn import unpacked as drawing
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import read
from cnnviz.inputs.spectrogram import read_spectrogram
from cnnviz.inputs.typed import parse_numbers
from cnnviz.inputs.upload import read_upload
from cnnviz.networks.checkpoint import fitted, read_recipe
from cnnviz.networks.code import from_json, from_text, reading
from cnnviz.networks.edit import renamed
from cnnviz.networks.forward import check_network
from cnnviz.networks.network import Network
from cnnviz.scenes.build import show
from cnnviz.scenes.corpus.told import about, patches, sound, told
from cnnviz.scenes.query import from_query, training
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.request import NetworkView
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Problem
from cnnviz.web.clean import NO_TEXT, parts, spread
from cnnviz.web.large_runs import heavy, large
from cnnviz.web.quiz import numbers_in
from cnnviz.web.vocabulary import OWN, words

CORPUS = Path(__file__).parent / "corpus"
CASES = Path(__file__).parent / "cases"
NET = Network((("conv", Conv(1, 2)),), "")


@dataclass(frozen=True)
class Target:
    """Something that reads what a stranger sends.

    Attributes
    ----------
    run : function of bytes
    limit : Limit
        Of one input.
    reads : functions of cnnviz
        That it tries, for the list of all that there are.
    cases : pattern
        Files of `tests/cases` that it begins with, besides those of its folder in the corpus.
    """

    run: Callable[[bytes], Any]
    limit: Limit
    reads: tuple[Callable[..., Any], ...]
    cases: str = ""

    def trial(self, data: bytes) -> bool:
        """Is this read rather than refused? All else is a failure."""
        with held(self.limit):
            try:
                self.run(data)
            except Problem as refusal:
                check_sentence(str(refusal))
                return False
        return True


def uploaded(data: bytes) -> None:
    """As the pages of layers read a file."""
    for ndim, rows, colour in ((2, None, "grey"), (2, 7, "rgb"), (1, None, "grey"), (3, None, "grey")):
        refused(lambda n=ndim, r=rows, c=colour: read_upload(data, "a\0b.png", n, r, c, Piece(0.1, 1, pad=True)))


def heard(data: bytes) -> None:
    """A sound that is played beside its picture."""
    read_audio(data, identify(data).name, Piece(seconds=2, mix="second", full_scale=32_768), 8_000)


def refused(read_it: Callable[[], Any]) -> None:
    """Read it in one of several ways; a refusal is no end of the others."""
    try:
        read_it()
    except Problem as problem:
        check_sentence(str(problem))


def check_sentence(sentence: str) -> None:
    """A refusal is one sentence or two that can be shown as they are."""
    assert 0 < len(sentence) < 1000, sentence
    assert "\n" not in sentence, sentence
    assert not NO_TEXT.search(sentence), repr(sentence)


def text_of(data: bytes) -> str:
    """As a browser sends it: whatever is no UTF-8 is none."""
    return data.decode(errors="replace")


def followed(data: bytes) -> None:
    """A link to any page: its words as the page takes them, and what they ask for, run and packed."""
    whole, said = parts(text_of(data))
    page = whole.path.rstrip("/").rsplit("/", 1)[-1]
    if page not in OWN and page != "training":
        raise LinkError("There is no such page.")
    clean = spread(said).known_to(words(page))
    assert len(clean.told({})) < 3000
    if page == "training":
        training.ask(Reader(clean.query))()
        return
    asked = from_query(page, clean.query)
    assert len(clean.told(asked.odd)) < 3000
    shown_of(asked)


def shown_of(asked: Any) -> None:
    """What an address shows, where the server itself would make it."""
    if explained := asked.explained():
        request, view = explained
    else:
        request, view = asked.at_work()
    source = request.input
    shape = source.shape if isinstance(source, Fitted) else read(source).values.shape
    if isinstance(request.network, Network):
        check_network(request.network, shape, request.network.budget)
        if large(request.network, shape, isinstance(view, NetworkView) or heavy(view)):
            return  # in a worker, which has limits of its own
    show(request, view)


TARGETS: dict[str, Target] = {
    "upload": Target(uploaded, FILE, (read_upload,), "*"),
    "sound": Target(heard, FILE, (read_audio,), "a*"),
    "spectrogram": Target(lambda data: read_spectrogram(data, "a"), FILE, (read_spectrogram,), "*"),
    "own": Target(lambda data: read_own(data, 100, 8, "rgb"), FILE, (read_own,)),
    "weights": Target(lambda data: fitted(data, NET), FILE, (fitted,), "w*"),
    "checkpoint": Target(lambda data: read_recipe(data, ""), FILE, (read_recipe,), "w*"),
    "result": Target(opened, FILE, (about, told, patches, sound)),
    "code": Target(lambda data: reading(text_of(data), (1, 8, 8)), TEXT, (reading,), "n*"),
    "json": Target(lambda data: from_json(text_of(data)), TEXT, (from_json,)),
    "network": Target(lambda data: from_text(text_of(data)), TEXT, (from_text,)),
    "numbers": Target(lambda data: parse_numbers(text_of(data), 2), TEXT, (parse_numbers,)),
    "drawing": Target(lambda data: drawing(text_of(data)), TEXT, (drawing,)),
    "name": Target(lambda data: renamed(NET, 0, text_of(data)), TEXT, (renamed,)),
    "answer": Target(lambda data: numbers_in(text_of(data)), TEXT, (numbers_in,)),
    "link": Target(lambda data: unpack(text_of(data)), TEXT, (unpack,)),
    "address": Target(followed, SCENE, (from_query, parts, spread)),
}


def inputs(name: str) -> Iterator[Path]:
    """The files that a target begins with."""
    folder = CORPUS / name
    yield from sorted(path for path in folder.iterdir() if path.is_file())
    if TARGETS[name].cases:
        yield from sorted(path for path in CASES.glob(TARGETS[name].cases) if path.suffix not in (".md", ".json"))


def saved_addresses() -> list[str]:
    """Those of `tests/cases` that were shared once."""
    return list(json.loads((CASES / "saved_addresses.json").read_text()))
