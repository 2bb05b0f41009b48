"""The weights of a training at one of its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.core.layers import Array
from cnnviz.networks.network import Network
from cnnviz.networks.training import Recipe
from cnnviz.scenes.weights import Seeded
from cnnviz.text import Message


@dataclass(frozen=True)
class AtStep(Seeded):
    """What a recipe had learned after so many steps.

    Attributes
    ----------
    arrays : arrays by key of the `state_dict`
        Recipe and step say them already: the same ones come each time.
    """

    seed: int = field(default=0, kw_only=True)
    recipe: Recipe
    step: int
    arrays: Mapping[str, Array] = field(repr=False, compare=False)

    def state(self, network: Network) -> Mapping[str, Array]:
        """Of a part of the network, its own."""
        starts = tuple(network.start(name) for name, _ in network.stages)
        return {key: array for key, array in self.arrays.items() if key.startswith(starts)}

    @property
    def words(self) -> Message:
        """Whose weights they are."""
        return Message("weights of step {step:,} of this training", step=self.step)
