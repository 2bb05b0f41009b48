"""What a corpus excites, on pages of networks: a result by its name on this server, or a zip of one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from cnnviz.content.address import LinkError
from cnnviz.content.links import Link
from cnnviz.inputs import SourceError
from cnnviz.inputs.upload import Upload
from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.told import sound
from cnnviz.scenes.corpus.where import MOST_ZIP, Where, Zipped
from cnnviz.scenes.exciting.excited import Excited
from cnnviz.scenes.exciting.results import Result, names, shelved
from cnnviz.scenes.query import PAGES
from cnnviz.scenes.query.exciting import NOBODY, PATCH, UNIT
from cnnviz.scenes.query.form import Form, Reader
from cnnviz.scenes.query.spectrogram import Choice, ask_weighed
from cnnviz.scenes.query.words import OneOf
from cnnviz.scenes.request import Request
from cnnviz.tensorfile.apart import read_apart
from cnnviz.text import Message, _
from cnnviz.text.problem import Problem
from cnnviz.text.typed import counted, shown
from cnnviz.web.form import WIDGETS, Widgets
from cnnviz.web.linked import asked
from cnnviz.web.markdown import plain
from cnnviz.web.page import follow
from cnnviz.web.widgets import place

CORPUS, FILE, FOLDED = "corpus", "corpus_file", "corpora"
PAGE = "spectrogram"
MOST_PATCH = 10_000_000


def named() -> bool:
    """Are there results on this server, or does the address name one? Else most who build networks need none."""
    return bool(names()) or any(key in st.query_params for key in (CORPUS, FOLDED))


def offer_where() -> None:
    """The widgets, below those of the page."""
    ask_where(Widgets(dict.fromkeys((CORPUS, FILE), partial(place, {PATCH.key: ""}))))


def offer_named() -> None:
    """The same on the page of networks, which puts no patch on stage."""
    if named():
        ask_where(Widgets())


def ask_where(form: Form) -> Where | CorpusError | None:
    """Which result is opened, or why it cannot be; an uploaded one comes first."""
    with form.folded(FOLDED, Message("A corpus")):
        known = tuple(names())
        name = NOBODY
        if known or CORPUS in st.query_params:
            name = form.ask(OneOf(CORPUS, NOBODY, Message("what excites the channels in"), options=(NOBODY, *known)))
        megabytes = MOST_ZIP // 10**6
        file = form.file(FILE, Message("a result as .zip, up to {most} MB", most=megabytes), megabytes)
        form.say(Message("python -m cnnviz corpus finds what excites each channel in a folder of sounds."))
    try:
        if file:
            data, said = file
            return Zipped(said, data)
        return shelved(name) if name != NOBODY else None
    except CorpusError as problem:
        return problem


def opened(where: Where | CorpusError | None, request: Request, page: str = PAGE) -> Excited | None:
    """The result, if it is of the network that is shown; else a sentence says why not, and a way leads there."""
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
        return Excited(result, request.network, staged=page == PAGE)
    lead(result, page)
    return None


def lead(result: Result, page: str) -> None:
    """Say that another network heard this corpus, and how to come there."""
    told = _("This corpus was heard by another network than the one that is shown: {weights}.", weights=result.weights)
    label, words, link = _("Open that network"), network_of(result), link_of(result)
    if page == PAGE and words:
        st.info(plain(told), icon=":material/info:")
        st.button(label, icon=":material/open_in_new:", on_click=follow, args=(words,))
    elif link:
        again = _("Choose the file there again.") if isinstance(result.where, Zipped) else ""
        st.info(plain(f"{told} {again}"), icon=":material/info:")
        st.html(link.html(label))
    else:
        way = _("Its link opens no such network. Build it here or there, with the same weights, to see the result.")
        st.info(plain(f"{told} {way}"), icon=":material/info:")


def with_patch(make: Callable[[], Choice], where: Where | CorpusError | None) -> Callable[[], Choice]:
    """The choice, on the sound of a patch if the address names one: `make` tells what else is chosen."""
    patch = WIDGETS.ask(PATCH)
    if where is None or isinstance(where, CorpusError) or not patch:
        return make

    def made() -> Choice:
        request, view = make()
        number = counted(patch, 0, MOST_PATCH)
        if number is None:
            raise SourceError("“{patch}” is no number of a patch.", patch=shown(patch))
        try:
            features = Result.opened(where).about.features
            data = read_apart(CorpusError, sound, where, number)
        except CorpusError as problem:
            raise SourceError(problem.message) from None
        return replace(request, input=Upload(ndim=2, data=data, name=f"patch {number}", features=features)), view

    return made


def offer_sound(where: Where | CorpusError | None) -> None:
    """The way back from a patch to the sound that is chosen."""
    if isinstance(where, Where) and WIDGETS.ask(PATCH):
        words = {PATCH.key: ""} | dict.fromkeys(UNIT)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_("On stage is a patch of the corpus, with a scale of its own."))
            st.button(_("Back to the chosen sound"), icon=":material/undo:", on_click=follow, args=(words,))


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


def link_of(result: Result) -> Link | None:
    """A link to a result's network, with the result; None where no page opens it."""
    try:
        page, words = asked(result.about.link)
        if page not in (PAGE, "network"):
            return None
        request, _ = PAGES[page].ask(Reader(words)).make()
    except (LinkError, Problem):
        return None
    if not result.of(request.network, request.weights):
        return None
    where = result.where
    return Link(urlencode(words | ({FOLDED: "true"} if isinstance(where, Zipped) else {CORPUS: where.name})), page=page)
