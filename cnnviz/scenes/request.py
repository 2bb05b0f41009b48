"""What is asked for: what to run, and what is seen of it; frozen values, the keys of every cache."""

from dataclasses import dataclass

from cnnviz.core.layers import Layer
from cnnviz.inputs import Source
from cnnviz.inputs.batch import ONE, Batch
from cnnviz.networks.attribution import Occlusion
from cnnviz.networks.loss import Loss, Unit
from cnnviz.networks.network import Network
from cnnviz.scenes.upstream import FromLoss, Ones, Upstream
from cnnviz.scenes.weights import Seeded

TORCHS = Seeded()  # torch's own start after seed 0


@dataclass(frozen=True)
class Request:
    """What to run: two equal requests give the same numbers.

    Whether a layer trains stands in the layer: a network may have some in train and some in eval mode.

    Attributes
    ----------
    network : Network
        A single layer is a `networks.chain.Chain` of one; what runs before it are stages before it.
    batch : Batch
        How many examples the input is; a network reads one.
    """

    network: Network
    input: Source
    weights: Seeded = TORCHS
    batch: Batch = ONE

    @property
    def layer(self) -> Layer:
        """The last stage's."""
        return self.network.stages[-1][1]

    @property
    def front(self) -> list[Layer]:
        """The layers before it."""
        return [layer for _, layer in self.network.stages[:-1]]

    @property
    def names(self) -> list[str]:
        """The stages, in order."""
        return [name for name, _ in self.network.stages]


@dataclass(frozen=True)
class Back:
    """One backward pass of a stage.

    Attributes
    ----------
    of : str
        Its name among the stage's `core.back.passes`: "dX", "dW", "db".
    upstream : where its dY comes from
    """

    of: str
    upstream: Upstream | FromLoss = Ones()  # noqa: RUF009 -- frozen


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
    back : Back or None
        The pass that is seen; None is the one forward.
    """

    stage: str = ""
    at: tuple[int, ...] | None = None
    turned: bool = False
    axes: tuple[str, str] | None = None
    back: Back | None = None


@dataclass(frozen=True)
class MatrixView(LayerView):
    """A convolution, the last stage, as a product of matrices.

    Attributes
    ----------
    form : "forward", "dW", "dX" or "Toeplitz"
        ``W @ columns``; its two ways back; or the whole layer as one sparse matrix.
    upstream : Upstream
        Where dY comes from, in the ways back.
    """

    form: str = "forward"
    upstream: Upstream = Ones()  # noqa: RUF009 -- frozen


@dataclass(frozen=True)
class StageView:
    """All channels of one stage, in time with the sound.

    Attributes
    ----------
    channel : int
        The one that is drawn large; pulled back to the last one where the stage has fewer.
    unit : (frame, mel) or None
        A cell of the stage, pulled back inside as well.
    explained : AttributionView or None
        What the unit owes to the sound, where that is looked at.
    """

    stage: str
    channel: int = 0
    unit: tuple[int, int] | None = None
    explained: "AttributionView | None" = None

    @property
    def window(self) -> LayerView:
        """The same stage at work, at the selected unit."""
        at = (self.channel, *(self.unit or (0, 0))) if self.unit or self.channel else None
        return LayerView(self.stage, at, turned=True, axes=("frame", "mel"))


@dataclass(frozen=True)
class NetworkView:
    """All maps of every stage.

    Attributes
    ----------
    back : Loss or None
        What flows back: the maps are its gradients. None is the way forward.
    """

    back: Loss | None = None


GRADIENT, TIMES_INPUT, GRAD_CAM, OCCLUSION = METHODS = "gradient", "gradient × input", "Grad-CAM", "occlusion"


@dataclass(frozen=True)
class AttributionView:
    """What one number of a network owes to the cells of its input.

    Attributes
    ----------
    target : Unit
        The number.
    method : one of `METHODS`
    stage : str
        Of Grad-CAM: whose maps are added up.
    window : Occlusion or None
        What is hidden, of that method.
    turned : bool
        As of a `LayerView`.
    """

    target: Unit
    method: str = GRADIENT
    stage: str = ""
    window: Occlusion | None = None
    turned: bool = False


View = LayerView | StageView | NetworkView | AttributionView
