"""Where a network's weights come from: a small family of frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Channels, ConvTranspose
from cnnviz.inputs import kernels
from cnnviz.networks.checkpoint import Checkpoint, Fit, Opened, load
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import kaiming
from cnnviz.scenes import shipped
from cnnviz.text import Message


@dataclass(frozen=True)
class Seeded:
    """Torch's own start of the whole network after ``torch.manual_seed(seed)``, of which all others make a part.

    Attributes
    ----------
    seed : int
        Of what a layer draws at random in the pass, too.
    """

    whole: ClassVar[bool] = False  # do a stage's numbers depend on the stages behind it?

    seed: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """What the network's last numbers stand for, in their order; empty where nobody has said so."""
        return ()

    def state(self, network: Network) -> Mapping[str, Array]:
        """What is loaded over torch's own start, by key of the `state_dict`; may be partial."""
        return {}


@dataclass(frozen=True)
class Kaiming(Seeded):
    """Kaiming-normal weights and zero biases, as in lesson B: drawn when torch has drawn its own for all stages."""

    whole: ClassVar[bool] = True

    def state(self, network: Network) -> Mapping[str, Array]:
        return kaiming(network, self.seed)


@dataclass(frozen=True)
class Named(Seeded):
    """A kernel by name, with a bias of 0, for a convolution: the last stage of a network.

    Attributes
    ----------
    kernel, text : str
        A name in `cnnviz.inputs.kernels.TITLES`, and what is typed where that is "typed". "random" is torch's own.
    flipped : bool
        Turn the kernel round first: a true convolution.
    """

    seed: int = field(default=0, kw_only=True)
    kernel: str = "random"
    text: str = ""
    flipped: bool = False

    def weight(self, network: Network) -> Array | None:
        """What was chosen, in torch's own shape and before any flip; None where torch's own start is kept."""
        _, layer = convolution(network)
        read, transposed = layer.in_channels // layer.groups, isinstance(layer, ConvTranspose)
        return kernels.weights(self.kernel, layer.weight_shape(), read, self.text, transposed=transposed)

    def state(self, network: Network) -> Mapping[str, Array]:
        (start, layer), chosen = convolution(network), self.weight(network)
        bias = {} if chosen is None or not layer.bias else {f"{start}bias": np.zeros(layer.out_channels, np.float32)}
        if not self.flipped:
            return {} if chosen is None else {f"{start}weight": chosen, **bias}
        plain = network.state(self.seed)[f"{start}weight"] if chosen is None else chosen
        return {f"{start}weight": kernels.flip(plain), **bias}


@dataclass(frozen=True)
class Loaded(Seeded):
    """Those of a checkpoint, where they fit the network exactly.

    Raises
    ------
    TensorError, CheckpointError
        By `state`: if the file is refused, or holds no weights of this network.
    """

    seed: int = field(default=0, kw_only=True)
    checkpoint: Checkpoint

    def state(self, network: Network) -> Mapping[str, Array]:
        if isinstance(network, Desed):  # of whose recipes a file may hold several networks
            return load(opened(self.checkpoint).weights, network)
        return fit_of(self.checkpoint, network).weights

    def notes(self, network: Network) -> tuple[Message, ...]:
        """What to say of weights that were found for a network of any kind."""
        return () if isinstance(network, Desed) else fit_of(self.checkpoint, network).notes


@dataclass(frozen=True)
class Trained(Seeded):
    """Those that ship with the project: what a training by a recipe of this name left at one of its moments.

    Attributes
    ----------
    moment : int
        Which of the card's moments; the last by default.

    Raises
    ------
    KeyError, IndexError
        By all but `seed`: if there are no such weights.
    """

    seed: int = field(default=0, kw_only=True)
    name: str
    moment: int = -1

    @property
    def kept(self) -> shipped.Kept:
        """What is known about them."""
        return shipped.card(self.name).moments[self.moment]

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.kept.by_class)

    @property
    def words(self) -> Message:
        """Whose weights they are, and how good."""
        places = {
            "title": shipped.title_of(self.name),
            "step": self.kept.step,
            "percent": 100 * self.kept.accuracy,
        }
        if isinstance(shipped.network_of(self.name), Desed):
            return Message("{title}, trained for {step:,} steps, F1 {percent:.1f} % on unseen clips", **places)
        return Message("{title}, trained for {step:,} steps, {percent:.1f} % of unseen examples right", **places)

    def state(self, network: Network) -> Mapping[str, Array]:
        """Those of the stages that a network has."""
        own = tuple(network.start(name) for name, _ in network.stages)
        return {key: array for key, array in shipped.state(self.name, self.moment).items() if key.startswith(own)}


@dataclass(frozen=True)
class Front(Trained):
    """Those of the first layers of a network whose weights ship, for a chain of the same layers."""

    def state(self, network: Network) -> Mapping[str, Array]:
        learned = shipped.state(self.name, self.moment)
        return {
            own + key.removeprefix(start): array
            for own, start in self.starts(network)
            for key, array in learned.items()
            if key.startswith(start)
        }

    def starts(self, network: Network) -> list[tuple[str, str]]:
        """How the keys of each layer begin: here, and in the file."""
        whole = shipped.network_of(self.name)
        pairs = zip(network.stages, whole.stages, strict=False)
        return [(network.start(own), whole.start(name)) for (own, _), (name, _) in pairs]


@dataclass(frozen=True)
class Cam(Seeded):
    """Those of a network, and behind some of its stages the weights of a Grad-CAM, as a convolution of 1 × 1.

    Attributes
    ----------
    network, own : the whole network, and its weights
    stage : str
        How the convolution is called.
    means : tuple of float
        One for each channel.
    """

    seed: int = field(default=0, kw_only=True)
    network: Network
    own: Seeded
    stage: str
    means: tuple[float, ...]

    def state(self, network: Network) -> Mapping[str, Array]:
        shape = (1, len(self.means), *(1,) * network.layer(self.stage).ndim)
        weight = np.array(self.means, np.float32).reshape(shape)
        return {**self.own.state(self.network), f"{network.start(self.stage)}weight": weight}


def convolution(network: Network) -> tuple[str, Channels]:
    """The last stage, for which a kernel has a name: how its keys begin, and its layer."""
    name, layer = network.stages[-1]
    if not isinstance(layer, Channels):
        raise GeometryError(
            "A kernel has a name for convolutions alone, and {name} is {called}. Use a seed.",
            name=name,
            called=layer.called,
        )
    return network.start(name), layer


@lru_cache(maxsize=4)
def opened(checkpoint: Checkpoint) -> Opened:
    """A checkpoint's network and weights, read once."""
    return checkpoint.open()


@lru_cache(maxsize=2)
def fit_of(checkpoint: Checkpoint, network: Network) -> Fit:
    """A network's weights out of a checkpoint, and what to say about them, read once."""
    return checkpoint.fit(network)
