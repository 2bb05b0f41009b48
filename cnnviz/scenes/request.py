"""What is asked for: frozen values, the keys of every cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cnnviz.core.layers import Array, Layer
from cnnviz.inputs import Source
from cnnviz.networks.checkpoint import Checkpoint, Fit, Opened, load
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import kaiming

Start = Literal["torch", "kaiming"]


@dataclass(frozen=True)
class Choice:
    """Everything that a scene depends on; two equal choices give the same picture.

    Attributes
    ----------
    kernel, kernel_text : str
        Of a convolution: a name in `cnnviz.inputs.kernels.TITLES`, and what is typed where that is "typed".
    flipped : bool
        Turn the kernel round first: a true convolution.
    front : tuple of Layer
        Layers that run before; what comes out of them is the input on stage.
    unpool : bool
        The layer is a `MaxPool`; on stage is its output, and the `MaxUnpool` that puts it back.
    """

    layer: Layer
    source: Source
    kernel: str = "random"
    kernel_text: str = ""
    seed: int = 0
    flipped: bool = False
    front: tuple[Layer, ...] = ()
    unpool: bool = False


@dataclass(frozen=True)
class StageChoice:
    """One stage of a network on an input.

    Attributes
    ----------
    stage : str
        Its name in the network.
    seed : int
        Of torch's own initialisation of the whole network.
    checkpoint : Checkpoint or None
        Whose weights it has instead.
    """

    network: Desed
    source: Source
    stage: str
    seed: int = 0
    checkpoint: Checkpoint | None = None

    def weights(self) -> Mapping[str, Array]:
        """The checkpoint's weights, if they fit the network; none without a checkpoint."""
        return load(opened(self.checkpoint).weights, self.network.network) if self.checkpoint else {}


@dataclass(frozen=True)
class NetChoice:
    """One stage of any network on an input.

    Attributes
    ----------
    seed : int
        Of the initialisation of the whole network.
    start : str
        "torch" for torch's own initialisation, "kaiming" for kaiming-normal weights and zero biases, as in lesson B.
    checkpoint : Checkpoint or None
        Whose weights it has instead.
    """

    network: Network
    source: Source
    stage: str
    seed: int = 0
    start: Start = "torch"
    checkpoint: Checkpoint | None = None

    def weights(self) -> Mapping[str, Array]:
        """What is loaded over torch's own initialisation."""
        if self.checkpoint:
            return fit_of(self.checkpoint, self.network).weights
        return kaiming(self.network, self.seed) if self.start == "kaiming" else {}


@dataclass(frozen=True)
class MapsChoice:
    """What the viewer shows of one stage.

    Attributes
    ----------
    at : StageChoice
    channel : int
        Pulled back to the last one where the stage has fewer.
    unit : (frame, mel) or None
        A cell of the stage, pulled back inside as well.
    """

    at: StageChoice
    channel: int = 0
    unit: tuple[int, int] | None = None


@lru_cache(maxsize=4)
def opened(checkpoint: Checkpoint) -> Opened:
    """A checkpoint's network and weights, read once."""
    return checkpoint.open()


@lru_cache(maxsize=2)
def fit_of(checkpoint: Checkpoint, network: Network) -> Fit:
    """A network's weights out of a checkpoint, and what to say about them, read once."""
    return checkpoint.fit(network)
