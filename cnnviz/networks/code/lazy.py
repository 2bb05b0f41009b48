"""Layers whose channels or features torch counts at the first input: here they follow from a shape."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.networks.code.errors import CodeError
from cnnviz.networks.code.signatures import SYNCED, read_layer
from cnnviz.networks.code.syntax import Called
from cnnviz.networks.network import Network, after
from cnnviz.networks.suited_input import CUSTOMARY, channels_of

LAZY = "Lazy"

Calls = Sequence[tuple[str, Called]]


def is_lazy(call: Called) -> bool:
    return call.name.startswith(LAZY)


def filled(calls: Calls, axes: int, shapes: Sequence[Shape]) -> tuple[list[tuple[str, Called]], Shape]:
    """The layers with all numbers, and the shape of the input from which they follow.

    Parameters
    ----------
    axes : int
        Along which the layers slide.
    shapes : in the order in which they are tried
        Customary ones are tried after these.

    Raises
    ------
    CodeError
        What is wrong with the first shape, if the layers work on none.
    """
    first: Exception | None = None
    before = list(takewhile(lambda one: not is_lazy(one[1]), calls))
    told = channels_of(Network(tuple((str(i), read_layer(call, axes)) for i, (_, call) in enumerate(before)), ""))
    for shape in tried(axes, shapes, told):
        try:
            return list(numbered(calls, axes, shape)), shape
        except GeometryError as error:
            first = first or error
    raise CodeError("Its Lazy layers count on an input that fits, and none was found: {first}", first=first)


def tried(axes: int, shapes: Sequence[Shape], told: int) -> Iterator[Shape]:
    """Shapes with as many axes and the channels that a layer tells, or their own; then customary ones."""
    yield from ((told or shape[0], *shape[1:]) for shape in shapes if len(shape) == axes + 1)
    channels = told or next((shape[0] for shape in shapes), 1)
    for size in CUSTOMARY:
        yield (channels, *(size,) * axes)


def numbered(calls: Calls, axes: int, shape: Shape) -> Iterator[tuple[str, Called]]:
    """Layer after layer, with what reaches it counted."""
    for name, call in calls:
        one = with_count(call, shape)
        yield name, one
        here = len(shape) - 1 if one.name == SYNCED and len(shape) > 1 else axes
        shape = after(read_layer(one, here), shape)


def with_count(call: Called, shape: Shape) -> Called:
    """``LazyConv2d(8, 3)`` on three channels as ``Conv2d(3, 8, 3)``."""
    if not is_lazy(call):
        return call
    kwargs = {**call.kwargs}
    if call.name.startswith("LazyInstanceNorm"):  # its defaults are not those of nn.InstanceNorm
        places = ("eps", "momentum", "affine", "track_running_stats")
        kwargs = {name: True for name in places[2:] if name not in places[: len(call.args)]} | kwargs
    return replace(call, name=call.name.removeprefix(LAZY), args=(shape[0], *call.args), kwargs=kwargs)
