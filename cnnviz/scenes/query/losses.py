"""Which number of a network its gradients are of: words of the pages of networks."""

from collections.abc import Callable

from cnnviz.core.geometry import GeometryError
from cnnviz.networks.loss import LOSSES, CrossEntropy, Loss, Mean, Unit
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import Number, OneOf, Text
from cnnviz.text import Message
from cnnviz.text.typed import counted, shown

MOST = 9999  # channels, cells and classes
EACH = ":"  # in the place of an index: the mean along that axis
LOSS = OneOf("loss", "cross-entropy", Message("loss"), options=tuple(LOSSES), row=True)
TARGET = Number("target", 0, Message("class"), low=0, high=MOST)
UNIT = Text(
    "unit",
    "0",
    Message("unit"),
    Message("its channel and cell, as torch counts them: 3, 0, 7; a colon for the mean along an axis"),
)
ASKED = tuple(word.key for word in (LOSS, TARGET, UNIT))


def ask_loss(form: Form) -> Callable[[], Loss]:
    """What flows back; a function that gives it."""
    match form.now(LOSS):
        case "cross-entropy":
            _, target = form.row(LOSS, TARGET)
            return lambda: CrossEntropy(target=target)
        case "unit":
            _, text = form.row(LOSS, UNIT)
            return lambda: Unit(at=read_unit(text))
    form.ask(LOSS)
    return Mean


def read_unit(text: str) -> tuple[int | None, ...]:
    """The indices of a unit.

    >>> read_unit("3, :, 7")
    (3, None, 7)

    Raises
    ------
    GeometryError
        If they are none.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    read = [None if word == EACH else counted(word, 0, MOST) for word in words]
    if len(words) > 4 or any(number is None and word != EACH for number, word in zip(read, words, strict=True)):
        raise GeometryError("A unit is written as in 3, 0, 7, and “{text}” is none.", text=shown(text))
    return tuple(read)


def spelled_unit(at: tuple[int | None, ...]) -> str:
    """
    >>> spelled_unit((3, None, 7))
    '3, :, 7'
    """
    return ", ".join(EACH if one is None else str(one) for one in at)


def spelled_loss(loss: Loss) -> dict[str, str]:
    """A loss as an address has it."""
    words = {LOSS.key: next(name for name, kind in LOSSES.items() if type(loss) is kind)}
    match loss:
        case CrossEntropy():
            words[TARGET.key] = str(loss.target)
        case Unit() if type(loss) is Unit:
            words[UNIT.key] = spelled_unit(loss.at)
    return words
