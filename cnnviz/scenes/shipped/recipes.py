"""Recipes by name: what ``python -m cnnviz train`` makes, and what ships in `weights`."""

from dataclasses import dataclass, replace

from cnnviz.inputs.datasets import Dataset
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.fashion_mnist import FashionMNIST
from cnnviz.inputs.datasets.signals import Signals1D
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.events import HEARD
from cnnviz.networks.desed import BASELINE, Activation, Desed
from cnnviz.networks.small import digits_net, signals_dense, signals_net
from cnnviz.networks.training import SGD, Adam, OneCycle, Recipe
from cnnviz.networks.zoo import LessonB, lenet5
from cnnviz.text import Message


@dataclass(frozen=True)
class Shipped:
    """Weights that ship: how they are made and what of it is kept.

    Attributes
    ----------
    data : Dataset
        Has the test part on which they are measured, and ships with the project. The recipe may learn from more.
    early : tuple of int
        Steps whose weights are kept besides those of the end.
    """

    recipe: Recipe
    data: Dataset
    title: Message
    early: tuple[int, ...] = ()


EARLY = (0, 106, 987)  # steps of the networks whose training is seen: the start, and two on the way

# Three seconds to learn from, ten to test on: a clip is stretched from its quietest cell to its loudest.
CLIPS = SoundEvents(clips=600, tested=20, seconds=3, most=3, pooling=1)
UNSEEN = SoundEvents(clips=1, tested=40, seconds=10, most=8, pooling=1)


def listener(activation: Activation) -> Recipe:
    """The block of the lesson, three times, with a head."""
    network = Desed(activation=activation, classes=len(HEARD), head_mels=2)
    return Recipe(network, CLIPS, Adam(lr=0.003), OneCycle(), batch=8, steps=400)


RECIPES: dict[str, Shipped] = {
    "lesson-b": Shipped(
        Recipe(
            LessonB().network,
            FashionMNIST(whole=True),
            SGD(lr=0.05, weight_decay=0.003, nesterov=True),  # so much that kernels forget how they began
            OneCycle(),
            batch=64,
            steps=5000,
            start="kaiming",
        ),
        FashionMNIST(),
        Message("lesson B's network"),
        EARLY,
    ),
    "lenet5": Shipped(
        Recipe(
            lenet5(),
            FashionMNIST(padding=2, whole=True),
            Adam(lr=0.002, weight_decay=0.0001),
            OneCycle(),
            batch=64,
            steps=5000,
        ),
        FashionMNIST(padding=2),
        Message("LeNet-5"),
        EARLY,
    ),
    "digits": Shipped(
        Recipe(digits_net(), Digits(), Adam(lr=0.01), OneCycle(), batch=32, steps=600),
        Digits(),
        Message("a small network"),
    ),
    "signals": Shipped(
        Recipe(signals_net(), Signals1D(), Adam(lr=0.01), OneCycle(), batch=100, steps=2000),
        Signals1D(),
        Message("a convolutional network"),
    ),
    "signals-dense": Shipped(
        Recipe(signals_dense(), Signals1D(), Adam(lr=0.01), OneCycle(), batch=100, steps=2000),
        Signals1D(),
        Message("a dense network of as many parameters"),
    ),
    "signals-shuffled": Shipped(
        Recipe(signals_net(), Signals1D(shuffled=True), Adam(lr=0.01), OneCycle(), batch=100, steps=2000),
        Signals1D(shuffled=True),
        Message("the convolutional network, positions shuffled"),
    ),
    "desed-relu": Shipped(listener("relu"), UNSEEN, Message("the DESED block with ReLU")),
    "desed-leakyrelu": Shipped(listener("leakyrelu"), UNSEEN, Message("the DESED block with LeakyReLU")),
    "desed-glu": Shipped(listener("glu"), UNSEEN, Message("the DESED block with GLU")),
    "desed-cg": Shipped(listener("cg"), UNSEEN, Message("the DESED block with ContextGating")),
    "desed-baseline": Shipped(
        Recipe(replace(BASELINE, classes=len(HEARD)), CLIPS, Adam(lr=0.003), OneCycle(), batch=8, steps=700),
        UNSEEN,
        Message("the seven blocks of the DESED baseline"),
    ),
}
