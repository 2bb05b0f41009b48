"""What a corpus excites, on the page of sounds: a result by its name on this server, or a zip of one."""

from typing import Any

import streamlit as st

from cnnviz.content.address import LinkError
from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.where import MOST_ZIP, Where, Zipped
from cnnviz.scenes.exciting.excited import Excited
from cnnviz.scenes.exciting.results import Result, names, shelved
from cnnviz.scenes.query.exciting import NOBODY
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.query.spectrogram import ask_weighed
from cnnviz.scenes.query.words import OneOf
from cnnviz.scenes.request import Request
from cnnviz.text import Message, _
from cnnviz.text.problem import Problem
from cnnviz.web.form import WIDGETS
from cnnviz.web.linked import asked
from cnnviz.web.markdown import plain
from cnnviz.web.widgets import place

CORPUS, FILE, FOLDED = "corpus", "corpus_file", "corpora"
PAGE = "spectrogram"


def ask_where() -> Where | CorpusError | None:
    """Which result is opened, or why it cannot be; an uploaded one comes first."""
    with WIDGETS.folded(FOLDED, Message("A corpus")):
        known = tuple(names())
        name = NOBODY
        if known or CORPUS in st.query_params:
            name = WIDGETS.ask(OneOf(CORPUS, NOBODY, Message("what excites the channels in"), options=(NOBODY, *known)))
        megabytes = MOST_ZIP // 10**6
        file = WIDGETS.file(FILE, Message("a result as .zip, up to {most} MB", most=megabytes), megabytes)
        WIDGETS.say(Message("python -m cnnviz corpus finds what excites each channel in a folder of sounds."))
    try:
        if file:
            data, said = file
            return Zipped(said, data)
        return shelved(name) if name != NOBODY else None
    except CorpusError as problem:
        return problem


def opened(where: Where | CorpusError | None, request: Request) -> Excited | None:
    """The result, if it is of the network that is shown; else a sentence says why not, and a button leads there."""
    if where is None:
        return None
    try:
        if isinstance(where, CorpusError):
            raise where
        result = Result.opened(where)
    except CorpusError as problem:
        st.warning(plain(problem), icon=":material/info:")
        return None
    if result.of(request.network, request.weights):
        st.caption(plain(said(result)))
        return Excited(result, request.network)
    words = network_of(result)
    told = _("This corpus was heard by another network than the one that is shown: {weights}.", weights=result.weights)
    if words:
        st.info(plain(told), icon=":material/info:")
        st.button(_("Open that network"), icon=":material/open_in_new:", on_click=place, args=(words,))
    else:
        way = _("Its link opens no network on this page.")
        st.info(plain(f"{told} {way}"), icon=":material/info:")
    return None


def said(result: Result) -> str:
    """What was heard."""
    clips, classes = result.about.clips, len(result.classes)
    if classes:
        return _(
            "What excites channels in a corpus: {clips:,} clips of {classes} classes.", clips=clips, classes=classes
        )
    return _("What excites channels in a corpus: {clips:,} clips.", clips=clips)


def network_of(result: Result) -> dict[str, Any]:
    """The words of the network in a result's link, for its widgets; nothing where this page cannot open it."""
    try:
        page, words = asked(result.about.link)
        if page != PAGE:
            return {}
        reader = Reader(words)
        network, weights = ask_weighed(reader)()
    except (LinkError, Problem):
        return {}
    if not result.of(network, weights):
        return {}
    return {key: reader.now(word) for key, word in reader.asked.items()}
