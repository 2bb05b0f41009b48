"""What a page of single layers is: what it asks for, and its own words. `cnnviz.web.driver` draws it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnviz.content.links import Preset
from cnnviz.scenes.build import Shown
from cnnviz.scenes.query import PAGES
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.request import LayerView, Request
from cnnviz.text import Message
from cnnviz.text.part import Part
from cnnviz.web import about
from cnnviz.web.components.player import Role, player

Offer = tuple[Message, Mapping[str, Any]]  # the button's words, and what it changes
Tabs = Mapping[str, Callable[[], Any]]


@dataclass(frozen=True)
class PageSpec:
    """A page of single layers; what it asks for stands in `cnnviz.scenes.query`, under its name.

    Attributes
    ----------
    name : str
        Of its file and in addresses.
    first : Request, or a choice
        What is on stage where nothing that is asked for works.
    explanation : function
        The text of the first tab, for what is on stage forward; backward passes have one of their own.
    behind : by key, each called with what the word is
        What stands behind a word that is asked for.
    offers : function
        Ways on from the answers, each a button below the knobs of the layer.
    headline, facts : functions
        What is said of the scene above the stage, and below it.
    ways : function
        Links to other pages, below the facts.
    below : function
        Draws what a player cannot say.
    tabs : function
        What the page has besides explanation, code and links.
    wide : bool
        Its scenes are so wide that players which are compared stand below each other.
    stage : function
        Draws a scene: a blob, a key, the role of one of two that are compared, and lines above and below it.
    compares : bool
        May another scene stand beside its own?
    """

    name: str
    presets: list[Preset]
    first: Any
    explanation: Callable[[Request], str]
    behind: Mapping[str, Callable[[Any], None]] = field(default_factory=dict)
    offers: Callable[[Made], Sequence[Offer]] = lambda made: ()
    headline: Callable[[Shown], list[Part]] = lambda shown: []
    facts: Callable[[Shown], list[Part]] = about.facts
    ways: Callable[[Request, LayerView], list[Part]] = lambda request, view: []
    below: Callable[[Shown], None] = lambda shown: None
    tabs: Callable[[Shown], Tabs] = lambda shown: {}
    wide: bool = False
    stage: Callable[[bytes, str, Role, Sequence[Part], Sequence[Part]], None] = player
    compares: bool = True

    def ask(self, form: Form) -> Made:
        """What the page asks for."""
        return PAGES[self.name].ask(form)
