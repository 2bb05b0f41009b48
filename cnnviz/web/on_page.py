"""What a page asks for, answered by the widgets that stand on it: a turned knob need not draw them again."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
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

    Attributes
    ----------
    noted : list
        All that decides which widgets are there and how they look.
    """

    def __init__(self, behind: Collection[str] = ()) -> None:
        self.behind = behind
        self.noted: list[Any] = []

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
