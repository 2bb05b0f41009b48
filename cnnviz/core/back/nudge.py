"""Moving one number a little: how much the loss changes, and how much its gradient promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.back import way
from cnnviz.core.back.way import INPUT
from cnnviz.core.layers import Array, Shape
from cnnviz.core.run import Run, run

BY = 0.01  # by how much a number is moved
KEPT = 0.01  # of a change, that it may differ from the promise


@dataclass(frozen=True)
class Nudged:
    """One number was moved.

    Attributes
    ----------
    of : str
        "input", or the parameter by its name.
    index : where in it
    by : float
        How far it was moved, as float32 allows.
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
        """Is the change the promised one, as near as a hundredth of it, and float32, allow?"""
        return abs(self.change - self.promised) <= KEPT * max(abs(self.change), abs(self.promised)) + 1e-5


def nudge(done: Run, back: Run, dy: Array, name: str, at: Sequence[int], seed: int = 0, by: float = BY) -> Nudged:
    """Move the number whose gradient a pass gives at one of its cells, and run torch's module once more.

    Parameters
    ----------
    done, back : the pass forward, and the one back that `go_back` gave for `dy`, `name` and `seed`
    at : index (channel, *cell) into the example that ``back.y`` holds
    """
    of = way(done.layer, name).of
    before = np.asarray(done.x[0] if of == INPUT else done.state[of])
    index = index_of(done, dy, name, at)
    after = before.copy()
    after[index] += np.float32(by)
    moved = float(after[index]) - float(before[index])
    x, state = (after[None], done.state) if of == INPUT else (done.x, {**done.state, of: after})
    change = run(done.layer, x, seed, state).y.astype(np.float64) - run(done.layer, done.x, seed, done.state).y
    return Nudged(of, index, moved, float((change * dy).sum()), float(back.y[0, *at]) * moved)


def index_of(done: Run, dy: Array, name: str, at: Sequence[int]) -> Shape:
    """Where in its tensor the number stands whose gradient a pass gives at one of its cells.

    A pass lays torch's gradient out on its maps; given numbers that count instead, it says which went where.
    """
    asked, forth = way(done.layer, name), done.example()
    tensors = {INPUT: forth.x, **done.state}
    counted = {key: np.arange(one.size, dtype=np.float64).reshape(one.shape) for key, one in tensors.items()}
    flat = int(asked.replay(forth, dy[0], counted).y[tuple(at)])
    return tuple(int(i) for i in np.unravel_index(flat, tensors[asked.of].shape))
