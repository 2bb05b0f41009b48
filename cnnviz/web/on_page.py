"""What a page asks for, answered by the widgets that stand on it: a turned knob need not draw them again."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import streamlit as st

from cnnviz.core.settings import Setting
from cnnviz.scenes.query.fields import Field
from cnnviz.scenes.query.form import File, Form
from cnnviz.scenes.query.words import Word
from cnnviz.text import Message
from cnnviz.web.form import content, said


class OnPage(Form):
    """Asks widgets that are drawn, and notes the questions: the same questions are the same widgets.

    Parameters
    ----------
    behind : keys of words
        Something else stands behind these, which depends on what they are.
    moving : Form
        Asked what clicks on the stage move as well; if none is given, one that notes it apart.
    place : container
        Where `moving` draws.

    Attributes
    ----------
    noted : list
        All that decides which widgets are there and how they look.
    """

    def __init__(self, behind: Collection[str] = (), moving: Form | None = None, place: Any = None) -> None:
        self.behind, self.moving, self.place = behind, moving, place
        self.noted: list[Any] = []
        self.apart: list[Any] = []  # the same of what clicks move

    def ask(self, word: Word) -> Any:
        value = said(word)
        self.noted.append((word, value) if word.key in self.behind else word)
        return value

    def now(self, word: Word) -> Any:
        return said(word)

    def together(self, prefix: str) -> AbstractContextManager[Any]:
        self.noted.append(prefix)
        return nullcontext()

    def field(self, field: Field) -> Any:
        self.noted.append(field)
        return field.ask(self.ask)

    def per_axis(self, ndim: int, *kinds: tuple[type[Setting], str]) -> None:
        self.noted.append(kinds)
        super().per_axis(ndim, *kinds)

    def file(self, key: str, label: Message, megabytes: int | None = None) -> File | None:
        self.noted.append((key, label, megabytes))
        return content(key)

    def parts(self, *titles: Message | None) -> Sequence[AbstractContextManager[Any]]:
        self.noted.append(titles)
        return super().parts(*titles)

    def folded(self, key: str, title: Message) -> AbstractContextManager[Any]:
        self.noted.append((key, title, key in self.behind and st.session_state.get(key)))
        return nullcontext()

    def say(self, words: Message | None) -> None:
        self.noted.append(words)

    def stands(self, of: Any, draw: Callable[[], Any]) -> None:
        self.noted.append(of)

    @contextmanager
    def moved(self) -> Iterator[Form]:
        if self.moving:
            with self.place:
                yield self.moving
            return
        form = OnPage(self.behind)
        yield form
        self.apart += form.noted
