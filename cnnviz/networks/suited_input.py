"""The input that a network is made for: as many axes and channels as its first layer reads, and sizes that fit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import islice, takewhile
from math import isqrt, prod

from cnnviz.core.axes import counted
from cnnviz.core.layers import Flatten, Linear, MaskGate, Permute, Shape
from cnnviz.networks.network import Network
from cnnviz.text import Message, Plural

MOST_CELLS = 4096  # of an input along one axis
CUSTOMARY = (28, 32, 64, 224, 227, 96, 128, 256, 299, 384, 512, 40, 80, 1_024, 4_096)  # sizes that people use
COUNTED = ("in_channels", "num_features", "num_channels", "channels")  # fields that count channels
FLATTEN = "flatten"
MOST_TRIES = 8_000  # layers whose output is sized while an input is looked for
TRIES_OF_ONE = 40  # of one way to grow: twice to the limit and back, by halves


@dataclass(frozen=True)
class Suited:
    """A network, and the shape of an input on which all its layers work.

    Attributes
    ----------
    notes : tuple of Message
        What follows from what; empty where the given input fits as it is.
    """

    network: Network
    shape: Shape
    notes: tuple[Message, ...] = ()


@lru_cache(maxsize=64)
def suited(network: Network, shape: Shape, told: Shape = ()) -> Suited:
    """The network with an input that fits; if there is none, with as many channels and axes as it reads.

    Parameters
    ----------
    shape : tuple of int
        (channels, *axes) of the input at hand, which stays if all layers work on it.
    told : tuple of int
        A shape that comes with the network, tried first.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv
    >>> suited(Network((("0", Conv(3, 8, 5)), ("1", Flatten()), ("2", Linear((6272, 1, 1), 10)))), (1, 28, 28)).shape
    (3, 32, 32)
    """
    network, notes = begun_with_maps(network)
    for one in (told, shape):
        if len(one) > 1 and max(one) <= MOST_CELLS and works(network, one):
            now = () if one == shape else (Message("The input is now {shape}.", shape=spelled(one)),)
            return Suited(network, one, (*notes, *now))
    found, why = searched(network, shape)
    if found == shape:
        return Suited(network, found, (*notes, Message("No input was found: {why}.", why=why)))
    return Suited(network, found, (*notes, Message("The input is now {shape}: {why}.", shape=spelled(found), why=why)))


def spelled(shape: Shape) -> str:
    return ", ".join(map(str, shape))


def works(network: Network, shape: Shape) -> bool:
    """Can every layer work on it?"""
    return network.sound(shape)[1] is None


def begun_with_maps(network: Network) -> tuple[Network, tuple[Message, ...]]:
    """A network of vectors gets an nn.Flatten in front: the input here always has channels and axes."""
    for _, layer in network.stages:
        if isinstance(layer, Linear):
            break
        if layer.dimensioned or isinstance(layer, (Flatten, Permute, MaskGate)):
            return network, ()
    else:
        return network, ()
    names = {name.partition(".")[0] for name, _ in network.stages}
    name = next(one for one in (FLATTEN, *(f"{FLATTEN}{i}" for i in range(len(names) + 1))) if one not in names)
    stages = ((name, Flatten()), *network.stages)
    note = Message("An nn.Flatten is put in front, because the network reads a vector.")
    return Network(stages, network.prefix), (note,)


def searched(network: Network, shape: Shape) -> tuple[Shape, Message]:
    """A shape on which the layers work, and why it is this one; see `suited`."""
    axes, channels = axes_of(network), channels_of(network)
    place, dense = first_dense(network)
    if dense and not any(layer.dimensioned for _, layer in network.stages[:place]):
        return flat_shape(dense.in_features, channels), reading(network, place, dense)
    axes = axes or len(shape) - 1
    start = (channels or shape[0], *(shape[1:] if len(shape) == axes + 1 else (CUSTOMARY[0],) * axes))
    channels_read = counted(start[0], "channels")
    why = Plural(
        "its layers read {channels} of {n} axis", "its layers read {channels} of {n} axes", axes, channels=channels_read
    )
    if works(network, start):
        return start, why
    if not dense:
        fit = next((one for size in CUSTOMARY if works(network, one := (start[0], *(size,) * axes))), None)
        return fit or start, why if fit else Message("{why}, but no size fits all layers", why=why)
    reads = reading(network, place, dense)
    tries = MOST_TRIES // place  # a try goes through all layers in front of the dense one
    for make in islice(ways(start), max(1, tries // TRIES_OF_ONE)):
        sizes = fitting(network, place, dense.in_features, make)
        size = next((one for one in customary(sizes) if works(network, make(one))), None)
        if size:
            if len(sizes) == 1:
                return make(size), Message("{reads}, as this size alone gives", reads=reads)
            ends = {"first": sizes[0], "last": sizes[-1]}
            return make(size), Message("{reads}, as each size from {first:,} to {last:,} gives", reads=reads, **ends)
    return start, Message("{reads}, which no size up to {most:,} gives", reads=reads, most=MOST_CELLS)


def reading(network: Network, place: int, dense: Linear) -> Message:
    """How much a dense layer reads, in words."""
    name = network.stages[place][0]
    if name.isdecimal():
        return Message("layer {name} reads {count:,} numbers", name=name, count=dense.in_features)
    return Message("{name} reads {count:,} numbers", name=name, count=dense.in_features)


def axes_of(network: Network) -> int:
    """Along how many axes the layers slide; 0 where none says."""
    partial = [layer for _, layer in takewhile(lambda stage: not stage[1].dimensioned, network.stages)]
    axes = next((layer.ndim for _, layer in network.stages if layer.dimensioned), 0)
    for layer in reversed(partial):
        if axes and isinstance(layer, Flatten) and not layer.is_whole(2):
            axes = layer.axes_before(axes)
    return axes


def channels_of(network: Network) -> int:
    """Channels of the first layer that counts them, if those before it keep their number; else 0."""
    for _, layer in network.stages:
        counted = [getattr(layer, one.name) for one in fields(layer) if one.name in COUNTED]
        if counted:
            return int(counted[0])
        if isinstance(layer, (Linear, Permute)) or (isinstance(layer, Flatten) and layer.start_dim < 2):
            break
    return 0


def first_dense(network: Network) -> tuple[int, Linear | None]:
    for i, (_, layer) in enumerate(network.stages):
        if isinstance(layer, Linear):
            return i, layer
    return len(network.stages), None


def flat_shape(count: int, channels: int = 0) -> Shape:
    """So many numbers as a square of one channel or three, or as one row.

    >>> flat_shape(784), flat_shape(3072), flat_shape(13)
    ((1, 28, 28), (3, 32, 32), (1, 13))
    """
    for many in (channels,) if channels else (1, 3):
        side = isqrt(count // many)
        if many * side * side == count:
            return (many, side, side)
    return (1, count)


def ways(start: Shape) -> Iterator[Callable[[int], Shape]]:
    """How a shape may grow with one number: all axes alike, then only the last, then only the first."""
    channels, *axes = start
    yield lambda size: (channels, *(size,) * len(axes))
    if len(axes) == 2:  # spectrograms are seldom square
        for fixed in (axes[0], *CUSTOMARY):
            yield lambda size, fixed=fixed: (channels, fixed, size)  # type: ignore[misc]
        for fixed in (axes[1], *CUSTOMARY):
            yield lambda size, fixed=fixed: (channels, size, fixed)  # type: ignore[misc]


def fitting(network: Network, place: int, count: int, make: Callable[[int], Shape]) -> range:
    """All sizes, from 1 on, for which so many numbers reach the stage at this place; more cells never give fewer."""
    before = Network(network.stages[:place], network.prefix)

    def reach(size: int) -> int:
        found, error = before.sound(make(size))
        return prod(found[-1]) if not error else -1

    first = least(lambda size: reach(size) >= count)
    if not first or reach(first) != count:
        return range(0)
    after = least(lambda size: size > first and reach(size) != count)
    return range(first, after or MOST_CELLS + 1)


def least(holds: Callable[[int], bool]) -> int:
    """The smallest size for which it holds, and for all larger ones; 0 if there is none within limits."""
    high = 1
    while not holds(high):
        if high == MOST_CELLS:
            return 0
        high *= 2
    low = high // 2 + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def customary(sizes: range) -> Iterator[int]:
    """Those that people use, and the smallest."""
    yield from (one for one in CUSTOMARY if one in sizes)
    yield from sizes[:1]
