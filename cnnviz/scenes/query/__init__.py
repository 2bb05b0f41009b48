"""Addresses: from a page's words to what to run and what is seen, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cnnviz.core.layers import Layer
from cnnviz.inputs.fitted import Fitted
from cnnviz.networks.chain import Chain
from cnnviz.networks.forward import may_run
from cnnviz.scenes.opening import Opening, opening
from cnnviz.scenes.query import convolution, gating, matrix, network, normalisation, pooling, shapes, spectrogram
from cnnviz.scenes.query.form import Form, Reader
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.query.passes import with_passes, with_spelled
from cnnviz.scenes.query.words import Word
from cnnviz.scenes.request import AttributionView, LayerView, NetworkView, Request, StageView

NOWHERE = Opening()


@dataclass(frozen=True)
class Page:
    """How a page asks for a choice, and how a choice is spelled there.

    Attributes
    ----------
    layers : by name
        Those that it shows, under the names that addresses have for them; none on the pages of networks.
    """

    ask: Callable[[Form], Made]
    spell: Callable[[Any], dict[str, str]]
    layers: Mapping[str, type[Layer]] = field(default_factory=dict)


def of_layers(module: Any) -> Page:
    """A page of single layers, which shows their passes."""
    return Page(with_passes(module.ask), with_spelled(module.spell), module.LAYERS)


PAGES = {
    "convolution": of_layers(convolution),
    "matrix": Page(matrix.ask, matrix.spell, matrix.LAYERS),
    "pooling": of_layers(pooling),
    "output_size": Page(convolution.ask_size, convolution.spell_size, convolution.SIZED),
    "gating": of_layers(gating),
    "normalisation": of_layers(normalisation),
    "shapes": of_layers(shapes),
    "spectrogram": Page(spectrogram.ask, spectrogram.spell),
    "network": Page(network.ask, network.spell),
}


@dataclass(frozen=True)
class Said:
    """What an address says.

    Attributes
    ----------
    made : Made
    opening : Opening
        Where the player opens.
    odd : texts by key
        What cannot be set; the defaults stand instead.
    """

    made: Made
    opening: Opening
    odd: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Word] = field(default_factory=dict)

    def explained(self) -> tuple[Request, AttributionView] | None:
        """What to run, and what one of its numbers owes to the input; None where the address asks for something else.

        Raises
        ------
        Problem
            What is wrong with it.
        """
        made = self.made.make()
        request, view = made if isinstance(made, tuple) else (made, None)
        view = view.explained if isinstance(view, StageView) else view
        return (request, view) if isinstance(view, AttributionView) else None

    def at_work(self) -> tuple[Request, LayerView]:
        """What to run, and the layer of it that a player shows.

        Raises
        ------
        Problem
            What is wrong with it.
        """
        made = self.made.make()
        request, view = made if isinstance(made, tuple) else (made, LayerView())
        if isinstance(view, StageView):
            return request, view.window
        if isinstance(view, NetworkView | AttributionView):  # files are of the layer that is selected
            view = LayerView(self.made.parts["stage"])
        network, source = request.network, request.input
        if isinstance(network, Chain) or not view.stage or view.back:
            return request, view
        if request.weights.whole and isinstance(source, Fitted) and may_run(network, source.shape):
            return request, view
        return replace(request, network=network.upto(view.stage)), view  # the rest may be too large to run


def from_query(page: str, query: Mapping[str, str]) -> Said:
    """What the words of an address say on a page."""
    reader = Reader(query)
    made = PAGES[page].ask(reader)
    where, odd = opening(query)
    return Said(made, where, reader.odd | odd, reader.asked)


def to_query(page: str, choice: Any, where: Opening = NOWHERE) -> dict[str, str]:
    """The address of a choice on a page: its words, without those that are so anyway."""
    reader = Reader(PAGES[page].spell(choice))
    PAGES[page].ask(reader)
    return reader.spoken() | where.words()
