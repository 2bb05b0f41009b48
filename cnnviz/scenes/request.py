"""What is asked for: what to run, and what is seen of it; frozen values, the keys of every cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cnnviz.core.layers import Array, Layer
from cnnviz.inputs import Source
from cnnviz.networks.checkpoint import Checkpoint, load
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import kaiming
from cnnviz.scenes.weights import Seeded, fit_of, opened

Start = Literal["torch", "kaiming"]
TORCHS = Seeded()  # torch's own start after seed 0


@dataclass(frozen=True)
class Request:
    """What to run: two equal requests give the same numbers.

    Whether a layer trains stands in the layer: a network may have some in train and some in eval mode.

    Attributes
    ----------
    network : Network
        A single layer is a `networks.chain.Chain` of one; what runs before it are stages before it.
    """

    network: Network
    input: Source
    weights: Seeded = TORCHS

    @property
    def names(self) -> list[str]:
        """The stages, in order."""
        return [name for name, _ in self.network.stages]


@dataclass(frozen=True)
class LayerView:
    """One stage at work, window by window.

    Attributes
    ----------
    stage : str
        Its name; empty for the last one.
    at : (channel, *cell), or None
        Where the playhead stands when the scene opens; pulled back inside the output.
    turned : bool
        Draw torch's rows to the right and its columns upwards.
    axes : names of one row and of one column, or None
        What the sentences call them.
    """

    stage: str = ""
    at: tuple[int, ...] | None = None
    turned: bool = False
    axes: tuple[str, str] | None = None


@dataclass(frozen=True)
class StageView:
    """All channels of one stage, in time with the sound.

    Attributes
    ----------
    channel : int
        The one that is drawn large; pulled back to the last one where the stage has fewer.
    unit : (frame, mel) or None
        A cell of the stage, pulled back inside as well.
    """

    stage: str
    channel: int = 0
    unit: tuple[int, int] | None = None

    @property
    def window(self) -> LayerView:
        """The same stage at work, at the selected unit."""
        at = (self.channel, *(self.unit or (0, 0))) if self.unit or self.channel else None
        return LayerView(self.stage, at, turned=True, axes=("frame", "mel"))


@dataclass(frozen=True)
class NetworkView:
    """All maps of every stage."""


View = LayerView | StageView | NetworkView


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
        return load(opened(self.checkpoint).weights, self.network) if self.checkpoint else {}


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
