"""The CNN of the DCASE and DESED recipes, and the one that the challenge's baseline uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import GLU, AvgPool, BatchNorm, ContextGating, Conv, Dropout, GroupNorm, Layer, LeakyReLU, ReLU
from cnnviz.networks.network import Network

Activation = Literal["relu", "leakyrelu", "glu", "cg"]
Normalization = Literal["batch", "layer", "none"]
HEAD = "head"  # the stage that scores classes


@dataclass(frozen=True)
class Desed(Network):
    """The CNN of the DCASE and DESED recipes: a network that follows from the arguments of its own class.

    Each block is a convolution, a normalisation, an activation or a gate, dropout, and average pooling. Its input is
    (n_in_channel, frames, mels).

    Attributes
    ----------
    kernel_size, padding, stride, nb_filters : one number per block
    pooling : (frames, mels) per block
    normalization : str
        Of each block: "batch", "layer" (one group of all channels), or "none".
    training : bool
        Batch norm takes the batch's own statistics, and dropout drops.
    classes : int
        With more than 0, a last stage, head, gives each class a score for each frame, (classes, frames, 1): a linear
        layer over the channels of all mels that are left, the same at every frame. 0 has no such stage.
    head_mels : int
        How many mels are left behind the last block.
    """

    budget: ClassVar[int | None] = None  # each stage is held to what a layer by itself may take

    stages: tuple[tuple[str, Layer], ...] = field(init=False, repr=False, compare=False, default=())
    prefix: str = field(init=False, repr=False, compare=False, default="cnn")
    n_in_channel: int = 1
    activation: Activation = "relu"
    conv_dropout: float = 0.0
    kernel_size: tuple[int, ...] = (3, 3, 3)
    padding: tuple[int, ...] = (1, 1, 1)
    stride: tuple[int, ...] = (1, 1, 1)
    nb_filters: tuple[int, ...] = (64, 64, 64)
    pooling: tuple[tuple[int, int], ...] = ((1, 4), (1, 4), (1, 4))
    normalization: Normalization = "batch"
    training: bool = False
    classes: int = 0
    head_mels: int = 1

    def __post_init__(self) -> None:
        lengths = {len(one) for one in (self.kernel_size, self.padding, self.stride, self.nb_filters, self.pooling)}
        if len(lengths) > 1:
            raise GeometryError("kernel_size, padding, stride, nb_filters and pooling need one entry for each block.")
        stages = tuple(stage for i in range(len(self.nb_filters)) for stage in self._block(i))
        if self.classes:
            stages += ((HEAD, Conv(self.nb_filters[-1], self.classes, (1, self.head_mels), (1, 1), (0, 0))),)
        object.__setattr__(self, "stages", stages)  # the names are those of the recipes' checkpoints
        super().__post_init__()

    @cached_property
    def network(self) -> Network:
        """The same stages, which no arguments stand for any more."""
        return Network(self.stages, self.prefix)

    def _block(self, i: int) -> Sequence[tuple[str, Layer]]:
        made, read = self.nb_filters[i], (self.n_in_channel, *self.nb_filters)[i]
        kernel, stride, padding = ((one[i],) * 2 for one in (self.kernel_size, self.stride, self.padding))
        return (
            (f"conv{i}", Conv(read, made, kernel, stride, padding)),
            *self._norm(i, made),
            self._activation(i, made),
            (f"dropout{i}", Dropout(self.conv_dropout, self.training)),
            (f"pooling{i}", AvgPool(self.pooling[i], self.pooling[i], (0, 0))),
        )

    def _norm(self, i: int, channels: int) -> Sequence[tuple[str, Layer]]:
        if self.normalization == "none":
            return ()
        if self.normalization == "layer":
            return ((f"layernorm{i}", GroupNorm(num_groups=1, num_channels=channels)),)
        mode: dict[str, Any] = {"training": self.training, "steps": int(self.training)}
        return ((f"batchnorm{i}", BatchNorm(eps=0.001, num_features=channels, momentum=0.99, **mode)),)

    def _activation(self, i: int, channels: int) -> tuple[str, Layer]:
        made: dict[str, tuple[str, Layer]] = {
            "relu": (f"relu{i}", ReLU()),
            "leakyrelu": (f"relu{i}", LeakyReLU(0.2)),
            "glu": (f"glu{i}", GLU(channels=channels)),
            "cg": (f"cg{i}", ContextGating(channels=channels)),
        }
        return made[self.activation]


# The CNN of the DESED baselines of 2021 to 2024, in front of their recurrent part.
BASELINE = Desed(
    activation="glu",
    conv_dropout=0.5,
    kernel_size=(3,) * 7,
    padding=(1,) * 7,
    stride=(1,) * 7,
    nb_filters=(16, 32, 64, 128, 128, 128, 128),
    pooling=((2, 2), (2, 2), *((1, 2),) * 5),
)
