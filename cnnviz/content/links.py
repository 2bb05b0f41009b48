"""A link to a scene, to one with a question and its answer, and to one on the home page."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TypeVar
from urllib.parse import parse_qsl

from cnnviz.content.address import LANG
from cnnviz.text import Message, _, spoken
from cnnviz.text.language import ENGLISH


@dataclass(frozen=True)
class Link:
    """A scene of a page.

    Attributes
    ----------
    query : str
        The address of the scene, after the question mark. Values at their defaults are left out, as in the address.
    page : str
        The page's own name in the address.
    """

    query: str
    page: str = field(default="convolution", kw_only=True)

    @property
    def address(self) -> str:
        return f"{self.page}?{self.query}"

    @cached_property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(self.query))

    def html(self, words: str | Message) -> str:
        """A link that loads the page anew: Streamlit's own would keep the knobs that this scene does not name.

        It keeps the reader's language.
        """
        return f'<a class="scene" href="{escape(self.spoken)}" target="_self">{escape(str(words))}</a>'

    @property
    def spoken(self) -> str:
        """The address, in the reader's language."""
        return self.address if spoken() == ENGLISH else f"{self.address}&{LANG}={spoken().code}"


L = TypeVar("L", bound=Link)


def on_page(page: str, *links: L) -> list[L]:
    """Scenes of one page."""
    return [replace(one, page=page) for one in links]


@dataclass(frozen=True)
class Preset(Link):
    """A scene with a question and its answer."""

    question: Message
    answer: Message

    def answer_html(self) -> str:
        """The answer, folded away."""
        return f"<details><summary>{escape(_('answer'))}</summary><p>{escape(str(self.answer))}</p></details>"


@dataclass(frozen=True)
class Card(Link):
    """A way into the app, with a recorded picture.

    Attributes
    ----------
    name : str
        Of the picture's files in ``static/cards``.
    alt : str
        What the picture shows.
    """

    name: str
    title: Message
    words: Message
    alt: Message
