"""Moving one number a little: how much the loss changes, and how much its gradient promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from cnnviz.core.back import way
from cnnviz.core.back.places import index_of
from cnnviz.core.back.way import INPUT
from cnnviz.core.layers import Array, Shape
from cnnviz.core.run import Run, build

BY = 0.01  # by how much a number is moved
KEPT = 0.01  # of a change, that it may differ from the promise
ROUNDED = 1e-6


@dataclass(frozen=True)
class Nudged:
    """One number was moved.

    Attributes
    ----------
    of : str
        "input", or the parameter by its name.
    index : where in it
    by : float
        How far it was moved.
    change : float
        Of ``(dY * y).sum()``, from one pass to the other.
    promised : float
        Gradient times `by`.
    """

    of: str
    index: Shape
    by: float
    change: float
    promised: float

    @property
    def kept(self) -> bool:
        """Is the change the promised one, but for a hundredth of it, and what float32 rounds a gradient by?"""
        return abs(self.change - self.promised) <= KEPT * max(abs(self.change), abs(self.promised)) + ROUNDED


def nudge(done: Run, back: Run, dy: Array, name: str, at: Sequence[int], seed: int = 0, by: float = BY) -> Nudged:
    """Move the number whose gradient a pass gives at one of its cells, and run torch's module once more.

    Parameters
    ----------
    done, back : the pass forward, and the one back that `go_back` gave for `dy`, `name` and `seed`
    at : index (channel, *cell) into the example that ``back.y`` holds
    """
    of, index = way(done.layer, name).of, index_of(done, name, at)
    change = output(done, seed, of, index, by) - output(done, seed, of, index, 0)
    return Nudged(of, index, by, float((change.reshape(dy.shape) * dy).sum()), float(back.y[0, *at]) * by)


def output(done: Run, seed: int, of: str, index: Shape, by: float) -> Array:
    """Torch's output with one number moved; in double precision, where no other mask is drawn then."""
    exact = torch.float32 if done.layer.random else torch.float64
    module, x = build(done.layer, seed, done.state).to(exact), torch.tensor(done.x, dtype=exact)
    with torch.no_grad():
        moved = x[0] if of == INPUT else module.get_parameter(of)
        moved[index] += by
        return done.layer.only(module, x, seed)["output"].double().numpy()
