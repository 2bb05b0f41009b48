"""The arguments of the recipe's CNN: read off its weights, or off the settings saved with them, or guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.checkpoint.errors import CheckpointError
from cnnviz.networks.desed import BASELINE, Desed, Normalization
from cnnviz.text import Message

MOST_BLOCKS = 32
LESSON_POOLING = (1, 4)
MOST_DROPOUT = 0.95  # what its widget takes
RANGES = {"padding": (0, 16), "stride": (1, 16), "pooling": (1, 16)}  # what a file may say [cells]


@dataclass(frozen=True)
class Architecture:
    """What a checkpoint's network is.

    Attributes
    ----------
    desed : Desed
        In eval mode. Where a field is not known it is a guess: padding (k - 1)/2, stride 1, relu, and the baseline's
        pooling if the filters are the baseline's, the lesson's otherwise.
    unknown : names of fields
        Neither weights nor settings say these: ask.
    notes : sentences
        Settings that were not believed.
    """

    desed: Desed
    unknown: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


def architecture(weights: Mapping[str, Array], hyper_parameters: Any = None) -> Architecture:
    """The recipe's arguments that a network was made with.

    Parameters
    ----------
    weights : arrays by key
        One of `networks`.
    hyper_parameters : object
        What Lightning saved under this name; its "net" may say what weights cannot show: padding, stride, pooling, and
        which of the two relus. Its dropout counts, too, while training.

    Raises
    ------
    CheckpointError
        If a block is missing, or a kernel is not square.

    References
    ----------
    `CNN` and ``confs/default.yaml`` of the DESED baselines, DCASE challenge, task 4, 2021 to 2024.
    """
    shapes = conv_shapes(weights)
    filters, kernels = tuple(shape[0] for shape in shapes), tuple(shape[2] for shape in shapes)
    guessed = guesses(filters, kernels, gate(weights))
    open_fields = [name for name in guessed if name != "activation" or not gate(weights)]
    said = net_settings(hyper_parameters)
    checked = {name: believable(name, said[name], len(kernels)) for name in open_fields if name in said}
    dropout = next((name for name in ("dropout", "conv_dropout") if name in said), "")
    if dropout:
        checked["conv_dropout"] = share(said[dropout])
    known = {name: value for name, value in checked.items() if value is not None}
    desed = Desed(
        n_in_channel=shapes[0][1],
        kernel_size=kernels,
        nb_filters=filters,
        normalization=normalization(weights),
        **guessed | known,
    )
    notes = tuple(
        Message("The checkpoint's own setting of {name} makes no sense here.", name=name.removeprefix("conv_"))
        for name in checked
        if name not in known
    )
    return Architecture(desed, tuple(name for name in open_fields if name not in known), notes)


def conv_shapes(weights: Mapping[str, Array]) -> list[Shape]:
    """Shapes (made, read, kernel, kernel) of the convolutions' weights, block after block."""
    count = next(i for i in range(len(weights) + 1) if f"cnn.conv{i}.weight" not in weights)
    if not 1 <= count <= MOST_BLOCKS:
        raise CheckpointError(
            "A network of {count} blocks in a row from conv0 on: 1 to {most} are shown.", count=count, most=MOST_BLOCKS
        )
    shapes = [weights[f"cnn.conv{i}.weight"].shape for i in range(count)]
    for i, shape in enumerate(shapes):
        if len(shape) != 4 or shape[2] != shape[3] or 0 in shape:
            raise CheckpointError(
                "conv{i}.weight has the shape {shape}: the recipe's is (channels made, channels read, k, k), none 0.",
                i=i,
                shape=shape,
            )
    return shapes


def gate(weights: Mapping[str, Array]) -> str:
    """The gate, which has weights, or nothing: a relu has none."""
    return next((name for name in ("glu", "cg") if f"cnn.{name}0.linear.weight" in weights), "")


def normalization(weights: Mapping[str, Array]) -> Normalization:
    """Which of the recipes', whose layers all have weights; they add none where another word is set."""
    starts = {key.split(".")[1] for key in weights}
    return "layer" if "layernorm0" in starts else "batch" if "batchnorm0" in starts else "none"


def guesses(filters: Sequence[int], kernels: Sequence[int], gate: str) -> dict[str, Any]:
    """What weights cannot show, as it mostly is."""
    lessons = (LESSON_POOLING,) * len(kernels)
    return {
        "activation": gate or "relu",
        "padding": tuple((k - 1) // 2 for k in kernels),
        "stride": (1,) * len(kernels),
        "pooling": BASELINE.pooling if filters == BASELINE.nb_filters else lessons,
    }


def net_settings(hyper_parameters: Any) -> Mapping[str, Any]:
    """The part on the network of what Lightning saved; empty if there is none."""
    net = hyper_parameters.get("net") if isinstance(hyper_parameters, dict) else None
    return net if isinstance(net, dict) else {}


def share(value: Any) -> float | None:
    """A dropout, or None if it is none."""
    return float(value) if type(value) in (int, float) and 0 <= value <= MOST_DROPOUT else None


def believable(name: str, value: Any, blocks: int) -> Any:
    """A setting as `Desed` has it, or None if it is of another kind, length or range."""
    if name == "activation":
        lower = value.lower() if isinstance(value, str) else ""
        return lower if lower in ("relu", "leakyrelu") else None
    if not isinstance(value, (list, tuple)) or len(value) != blocks:
        return None
    numbers = value
    if name == "pooling":
        if not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in value):
            return None
        numbers = [number for pair in value for number in pair]
    low, high = RANGES[name]
    if not all(type(number) is int and low <= number <= high for number in numbers):
        return None
    return tuple(map(tuple, value)) if name == "pooling" else tuple(value)
