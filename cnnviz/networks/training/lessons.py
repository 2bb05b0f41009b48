"""What the lessons' own trainings were, to stand beside what is reached here, with what differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.core.layers import BatchNorm, Layer, Shape
from cnnviz.networks.modes import in_eval_mode
from cnnviz.networks.network import Network
from cnnviz.networks.training.history import History
from cnnviz.networks.training.optimisers import SGD, Adam, Optimiser
from cnnviz.networks.training.recipe import Recipe, Start
from cnnviz.networks.training.schedules import Constant, Schedule, StepLR
from cnnviz.networks.zoo import LessonB, lesson_c
from cnnviz.text import Message, _

CIFAR = "CIFAR-10"


@dataclass(frozen=True)
class Lesson:
    """A training of a lesson. How many steps it took, of what size, and how the examples were changed is not told.

    Attributes
    ----------
    network : Network
        In eval mode.
    data : str
        What it learned from; empty where only the shape is told.
    accuracy : float, or None
        Share of test examples whose class was right.
    """

    title: Message
    network: Network
    shape: Shape
    data: str
    optimiser: type[Optimiser]
    schedule: type[Schedule]
    start: Start
    accuracy: float | None = None


_B, _C = LessonB().network, lesson_c()
_SAYS_C = (Message("Lesson C's training with Adam"), Message("Lesson C's training with SGD and StepLR"))
LESSONS = (
    Lesson(Message("Lesson B's training"), _B, (1, 28, 28), "", Adam, Constant, "kaiming"),
    Lesson(_SAYS_C[0], _C, (3, 32, 32), CIFAR, Adam, Constant, "torch", 0.7051),
    Lesson(_SAYS_C[1], _C, (3, 32, 32), CIFAR, SGD, StepLR, "torch", 0.7016),
)


def lessons(recipe: Recipe) -> list[Lesson]:
    """The lessons' trainings whose network it is, or one of the same layers with other sizes."""
    own = kinds(recipe.network)
    return [one for one in LESSONS if kinds(one.network) == own]


def kinds(network: Network) -> list[type[Layer]]:
    """The classes of its layers, one after the other, but for batch norm, which lesson B's class may have or not."""
    return [type(layer) for _, layer in network.stages if not isinstance(layer, BatchNorm)]


def beside(history: History) -> list[str]:
    """Sentences: what a lesson reached with this network, what is reached here, and each thing that differs.

    Of lesson C the training with the same kind of optimiser comes first. There are none of a network of no lesson.
    """
    found = lessons(history.recipe)
    found.sort(key=lambda one: not isinstance(history.recipe.optimiser, one.optimiser))
    return [" ".join([reached(one), *differences(one, history)]) for one in found]


def reached(lesson: Lesson) -> str:
    """What a lesson's training was, and how good it became, if that is told."""
    if lesson.accuracy is None:
        return _("{lesson} used {optimiser}.", lesson=lesson.title, optimiser=lesson.optimiser.torch_name)
    return _(
        "{lesson} was right in {accuracy:.2%} of the test examples of {data}.",
        lesson=lesson.title,
        accuracy=lesson.accuracy,
        data=lesson.data,
    )


def differences(lesson: Lesson, history: History) -> Iterator[str]:
    """What is reached here, and a sentence for each known thing in which this training is another."""
    recipe, moment = history.recipe, history.last
    yield _(
        "Here it is {accuracy:.2%} of {count:,} test examples of {data} after {steps:,} steps.",
        accuracy=moment.accuracy_test,
        count=history.measured[1],
        data=recipe.data.title,
        steps=moment.step,
    )
    if lesson.shape != recipe.data.shape:
        own, here = lesson.shape, recipe.data.shape
        yield _("The lesson's examples have the shape {own}, those here {here}.", own=own, here=here)
    if in_eval_mode(recipe.network) != lesson.network:
        own_size, size = (learned(one) for one in (lesson.network, recipe.network))
        yield _("Its network has {own:,} weights and biases, this one {count:,}.", own=own_size, count=size)
    names = [(kind.torch_name or _("a constant rate")) for kind in (lesson.schedule, type(recipe.schedule))]
    if lesson.optimiser is not type(recipe.optimiser):
        own_name, name = lesson.optimiser.torch_name, recipe.optimiser.torch_name
        yield _("It used {own}, here it is {name}.", own=own_name, name=name)
    if lesson.schedule is not type(recipe.schedule):
        yield _("Its schedule is {own}, here it is {name}.", own=names[0], name=names[1])
    if lesson.start != recipe.start:
        yield _("It begins with weights of {own}, here they are of {name}.", own=lesson.start, name=recipe.start)


def learned(network: Network) -> int:
    """Weights and biases of all layers."""
    return sum(one.numel() for one in network.module().parameters())
