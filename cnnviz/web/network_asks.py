"""What the page of networks asks for, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.layers import Shape
from cnnviz.networks.network import Network
from cnnviz.networks.table import Row, rows
from cnnviz.scenes.query import network as asked
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.request import Request
from cnnviz.text import Message
from cnnviz.web.network_edit import ask_layer

Run = tuple[Request, Callable[[], Request]]  # to fall back on; what makes the chosen one


@dataclass(frozen=True)
class Built:
    """A network, the shape of its input, and what goes in.

    Attributes
    ----------
    selected : int
        The layer that is looked at.
    found : rows of the layers that work
    run : Run or None
        None where the selected layer does not work.
    problem : Exception or None
        What is wrong with what was said.
    """

    network: Network
    shape: Shape
    selected: int
    found: list[Row]
    run: Run | None
    problem: Exception | None

    @property
    def working(self) -> Network:
        return working(self.network, self.found)

    @property
    def stage(self) -> str:
        """The name of the selected layer."""
        return self.network.stages[self.selected][0]


def ask(form: Form) -> Built:
    """The widgets, in the order in which they stand."""
    preset, no_preset = asked.ask_preset(form)
    shape, no_shape = asked.ask_shape(form, preset)
    network, no_network = asked.network_of(form, preset)
    with form.moved() as looks:
        network, selected = ask_layer(looks, network, shape)
    found, run = rows(network, shape), None
    if selected < len(found):
        (part,) = form.parts(Message("Input"))
        with part:
            run = asked.ask_run(form, working(network, found), shape)
    return Built(network, shape, selected, found, run, no_network or no_preset or no_shape)


def working(network: Network, found: list[Row]) -> Network:
    """The layers that work."""
    return Network(network.stages[: len(found)], network.prefix)
