"""Whose weights a network has, as words: random ones, those that ship, or a file of the reader's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cnnviz.inputs.example import PICTURES, SIGNALS, Example, SignalExample
from cnnviz.networks.checkpoint import MOST_WEIGHTS, Checkpoint, CheckpointError
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.scenes import shipped
from cnnviz.scenes.query.desed import NO_FILE, ask_file
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import OneOf
from cnnviz.scenes.weights import Kaiming, Loaded, Seeded, Trained
from cnnviz.text import Message

TRAINED = "trained"
WEIGHTS = {
    "torch": Message("random, as torch begins"),
    "kaiming": Message("random, kaiming-normal with biases 0, as lesson B begins"),
    TRAINED: Message("trained, where weights that ship fit the network"),
    "file": Message("of your own"),
}
START = OneOf("weights", "torch", Message("weights"), options=tuple(WEIGHTS))
STARTS: dict[str, Callable[[int], Seeded]] = {"torch": Seeded, "kaiming": Kaiming}
RANDOM = "random"
CHOICE = OneOf("weights", RANDOM, Message("weights"), options=(RANDOM, TRAINED), row=True)
FROM, MOMENT = "from_recipe", "moment"
ASKED = (START.key, FROM, MOMENT)
NONE_FITS = Message("No weights that ship fit this network: these are random.")


def ask_weights(form: Form, seed: int, network: Network) -> Callable[[], Seeded]:
    """Whose weights a network has; a function that gives them."""
    start = form.ask(START)
    if start == TRAINED:
        weights = ask_trained(form, network, seed) or Seeded(seed)
        return lambda: weights
    form.say(WEIGHTS[start])
    if start in STARTS:
        return lambda: STARTS[start](seed)
    file = ask_file(form, MOST_WEIGHTS >> 20)

    def made() -> Seeded:
        if not file:
            raise CheckpointError(NO_FILE)
        return Loaded(Checkpoint(*file), seed=seed)

    return made


def ask_trained(form: Form, network: Network, seed: int) -> Trained | None:
    """Which of the weights that ship and fit, and from which moment of their training; None where none fit."""
    found = shipped.suiting(network)
    if not found:
        form.say(NONE_FITS)
        return None
    return replace(ask_one_of(form, found), seed=seed)


def ask_one_of(form: Form, found: Sequence[shipped.Card]) -> Trained:
    """Which of these weights, and from which moment of their training."""
    names = tuple(card.name for card in found)
    name = names[0]
    if len(names) > 1:
        name = form.ask(OneOf(FROM, name, Message("trained by"), options=names, names=True))
    steps = shipped.card(name).steps
    step = steps[-1]
    if len(steps) > 1:
        step = form.ask(OneOf(MOMENT, steps[-1], Message("after so many steps"), options=steps, row=True))
    weights = Trained(name, steps.index(step))
    form.say(weights.words)
    return weights


def first_trained(network: Network, seed: int) -> Trained | None:
    """The weights that ship and that a network does best with; None where none fit."""
    found = shipped.suiting(network)
    return Trained(found[0].name, seed=seed) if found else None


@dataclass(frozen=True)
class Suited:
    """An input that trained weights are made for: its name, and its data's."""

    kind: str
    data: str

    def source(self) -> Example:
        made: type[Example] = SignalExample if self.kind == "signal" else Example
        return made(ndim=made.ndims[0], data=self.data)


def example_of(network: Network) -> Suited | None:
    """What the weights learned from that suit a network best; None where that is no example, or none fit."""
    return next((learned_from(card.name) for card in shipped.suiting(network)), None)


def learned_from(weights: str) -> Suited | None:
    """What weights of this name learned from; None where that is no example."""
    data = shipped.data_of(weights)
    for kind, known in (("example", PICTURES), ("signal", SIGNALS)):
        for name, one in known.items():
            if one == data:
                return Suited(kind, name)
    return None


def with_head(desed: Desed, weights: Trained | None) -> Desed:
    """The network as it was trained: with its head."""
    own = shipped.network_of(weights.name) if weights else None
    return replace(desed, classes=own.classes, head_mels=own.head_mels) if isinstance(own, Desed) else desed


def spell_weights(weights: Seeded) -> dict[str, str]:
    """Whose weights, as an address of the page *Networks* has it."""
    if isinstance(weights, Trained):
        return spell_trained(weights)
    return {START.key: next((name for name, kind in STARTS.items() if kind is type(weights)), "torch")}


def spell_trained(weights: Seeded) -> dict[str, str]:
    """The same of a page that has two kinds."""
    if not isinstance(weights, Trained):
        return {CHOICE.key: RANDOM}
    return {CHOICE.key: TRAINED, FROM: weights.name, MOMENT: str(weights.kept.step)}
