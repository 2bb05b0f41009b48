"""Training: what keeping all that is shown adds to a plain loop in torch."""

import time
from dataclasses import dataclass
from typing import Any

import torch

from bench.core import timed
from bench.table import Figure, Table
from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import Shape
from cnnviz.networks.training import Recipe, code, train
from cnnviz.networks.zoo import LessonB
from cnnviz.text import Message

STEPS, ROUNDS = 400, 3
BARE, KEPT = "plain loop", "with all that is shown"


@dataclass(frozen=True)
class Noise:
    """Random pictures, shaped as Fashion-MNIST has them."""

    shape: Shape = (1, 28, 28)
    classes: tuple[str, ...] = tuple("0123456789")

    @property
    def title(self) -> Message:
        return Message("noise")

    @property
    def licence(self) -> Message:
        return Message("nobody's")

    def split(self) -> Split:
        found = defined(self.code())
        x, y, x_test, y_test = (found[name].numpy() for name in ("x", "y", "x_test", "y_test"))
        return Split(Examples(x, y), Examples(x_test, y_test), self.classes)

    def code(self) -> str:
        drawn = "generator = torch.Generator().manual_seed(5)\n"
        drawn += "y, y_test = torch.arange(4000) % 10, torch.arange(1000) % 10\n"
        return drawn + "".join(
            f"{name} = torch.rand({count}, 1, 28, 28, generator=generator)\n"
            for name, count in (("x", 4000), ("x_test", 1000))
        )


def training() -> Table:
    recipe = Recipe(LessonB().network, Noise(), steps=STEPS)
    split, loop = recipe.data.split(), code(recipe)
    before, steps = loop.split("\nnet.eval()")[0].split("\nfor step in")  # what is measured ends with the last step
    bare, given = compile(f"for step in{steps}", "loop", "exec"), compile(f"import torch\n{before}", "start", "exec")

    def looped() -> float:
        names = defined(given)
        return timed(lambda: exec(bare, names), time.thread_time)  # of this thread alone, whatever the machine does

    def kept() -> float:
        return timed(lambda: train(recipe, split), time.thread_time)

    spent = [(looped(), kept()) for _ in range(ROUNDS)]
    loops, keeps = (min(times) for times in zip(*spent, strict=True))
    rows: dict[str, list[Figure | None]] = {
        BARE: [Figure(loops / STEPS), None],
        KEPT: [Figure(keeps / STEPS), Figure(keeps / loops, 2, most=1.15)],
    }
    title = f"Training: lesson B's net on 28x28, {STEPS} steps of 64, one thread; its own time, least of {ROUNDS}"
    return Table(title, ("ms a step", "× plain"), rows)


def defined(lines: Any) -> dict[str, Any]:
    """What lines of Python define."""
    found: dict[str, Any] = {"torch": torch}
    exec(lines, found)
    return found
