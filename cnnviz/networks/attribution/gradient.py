"""The gradient of one number by every cell of the input, and that times the cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.layers import Array
from cnnviz.networks.backward import Backward, run_backward
from cnnviz.networks.loss import Loss
from cnnviz.networks.network import INPUT, Network


@dataclass(frozen=True, eq=False)
class Slope:
    """How much one number changes with each cell of the input, for small changes.

    Attributes
    ----------
    x, dx : float32 arrays, shape (channels, *axes)
    done : Backward
        The pass that it comes from; its loss is the number.
    """

    x: Array
    dx: Array
    done: Backward

    @property
    def product(self) -> Array:
        """Input times gradient: what each cell adds, were the network linear."""
        return self.x * self.dx


def gradient(
    network: Network,
    x: Array,
    target: Loss,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    budget: int | None = None,
) -> Slope:
    """The gradient of a target by the input; it keeps its sign.

    Raises
    ------
    GeometryError, BudgetError
        As `run_backward`.

    References
    ----------
    Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2014; Shrikumar, Greenside and Kundaje,
    "Learning important features through propagating activation differences", 2017 (times the input).
    """
    done = run_backward(network, x, target, seed, weights, {INPUT}, (), budget=budget)
    return Slope(done[INPUT].y, done[INPUT].dy, done)
