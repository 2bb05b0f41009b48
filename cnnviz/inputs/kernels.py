"""Kernels: weights by name, so that a window can be seen to blur, or to find an edge.

All are written as torch applies them, as cross-correlation; `flip` turns one round for a true convolution.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.axes import AXES, named
from cnnviz.core.settings import Size
from cnnviz.inputs.base import Array, SourceError
from cnnviz.inputs.taps import Taps, box, emboss, gaussian, identity, laplacian, sharpen, sobel
from cnnviz.inputs.typed import parse_numbers
from cnnviz.text import Message


def _needs_difference(axis: int) -> Callable[[Size], Message | None]:
    """A difference needs two taps along the axis that it differentiates."""

    def why_not(size: Size) -> Message | None:
        if len(size) < -axis:
            return Message("Sobel y compares rows, and a 1-D kernel has none: choose Sobel x.")
        if size[axis] < 2:
            along = named(AXES[len(size)][axis])
            return Message(
                "Sobel compares cells along one axis, and along this one ({axis}) the kernel has 1: "
                "choose a kernel_size of 2 or more there.",
                axis=along,
            )
        return None

    return why_not


def _needs_neighbours(size: Size) -> Message | None:
    """A second difference needs a cell on both sides."""
    if 2 in size or max(size) < 3:
        return Message(
            "A kernel of {size} has no cell with neighbours on both sides: make each axis 1, or 3 or more.",
            size=times(size),
        )
    return None


def _needs_centre(size: Size) -> Message | None:
    """A weight for the cell itself needs a middle."""
    if max(size) < 3 or any(n % 2 == 0 for n in size):
        return Message(
            "A kernel of {size} has no centre with neighbours: make each axis odd, one of them 3 or more.",
            size=times(size),
        )
    return None


@dataclass(frozen=True)
class Filter:
    """A kernel by name: its title, its taps for a size, and why a size does not suit it (None if it does)."""

    title: Message
    taps: Callable[[Size], Taps]
    why_not: Callable[[Size], Message | None] = lambda size: None


KERNELS: dict[str, Filter] = {
    "identity": Filter(Message("Identity"), identity),
    "sobel_x": Filter(Message("Sobel x (vertical edges)"), lambda size: sobel(size, -1), _needs_difference(-1)),
    "sobel_y": Filter(Message("Sobel y (horizontal edges)"), lambda size: sobel(size, -2), _needs_difference(-2)),
    "laplacian": Filter(Message("Laplacian (all edges)"), laplacian, _needs_neighbours),
    "gaussian": Filter(Message("Gaussian blur"), gaussian),
    "box": Filter(Message("Box blur (mean)"), box),
    "sharpen": Filter(Message("Sharpen"), sharpen, _needs_centre),
    "emboss": Filter(Message("Emboss"), emboss, _needs_centre),
    "ones": Filter(Message("Ones (sum)"), np.ones),
}

# What a select box offers: torch's own start, each filter, a different filter per output channel, numbers by hand.
TITLES: dict[str, Message] = {
    "random": Message("Random (torch's own start)"),
    **{name: kernel.title for name, kernel in KERNELS.items()},
    "bank": Message("A bank: one filter per output channel"),
    "typed": Message("Typed by hand"),
}


def times(size: Size) -> str:
    """A size in words.

    >>> times((3, 5))
    '3 × 5'
    """
    return " × ".join(map(str, size))


def applies(name: str, kernel_size: Size) -> Message | None:
    """Why a choice of `TITLES` makes no sense for a kernel size: one sentence with the way out, or None if it does.

    >>> applies("laplacian", (3, 3)) is None
    True
    """
    return KERNELS[name].why_not(kernel_size) if name in KERNELS else None


def filter_taps(name: str, kernel_size: Size) -> Array:
    """The taps of one filter.

    Parameters
    ----------
    name : a name in `KERNELS`
    kernel_size : one to three ints > 0 [cells]

    Returns
    -------
    float32 array, shape `kernel_size`

    Raises
    ------
    SourceError
        The sentence of `applies`.

    Examples
    --------
    >>> filter_taps("sobel_x", (3, 3))
    array([[-1.,  0.,  1.],
           [-2.,  0.,  2.],
           [-1.,  0.,  1.]], dtype=float32)
    """
    reason = applies(name, kernel_size)
    if reason:
        raise SourceError(reason)
    return KERNELS[name].taps(kernel_size).astype(np.float32)


def weights(name: str, shape: Size, channels_read: int, text: str = "", *, transposed: bool = False) -> Array | None:
    """A whole weight for a choice of `TITLES`.

    Parameters
    ----------
    name : a name in `TITLES`
    shape : (a, b, *kernel_size)
        As torch has it: (out, in / groups, ...) for a convolution, (in, out / groups, ...) for a transposed one.
    channels_read : int > 0
        Input channels that one output channel reads. A filter is divided by it, and so averages the channels.
    text : str
        For "typed"; see `typed_weights`.
    transposed : bool
        Which of the two shapes it is.

    Returns
    -------
    float32 array of `shape`, or None
        None for "random": torch's own seeded start stays.

    Raises
    ------
    SourceError
        If the filter does not suit the size, or what is typed does not fill the shape.
    """
    if name == "random":
        return None
    if name == "typed":
        return typed_weights(text, shape)
    size = shape[2:]
    names = [n for n in KERNELS if applies(n, size) is None] if name == "bank" else [name]
    taps = np.stack([filter_taps(n, size) for n in names])  # (filters, *kernel_size)
    chosen = output_channel(shape, channels_read, transposed) % len(names)  # (a, b)
    return taps[chosen] / np.float32(channels_read)


def output_channel(shape: Size, channels_read: int, transposed: bool) -> NDArray[np.intp]:
    """Output channel to which each kernel of a weight belongs, shape (a, b).

    >>> output_channel((4, 1, 3), channels_read=2, transposed=True)  # 4 channels in, 2 groups: 2 channels out
    array([[0],
           [0],
           [1],
           [1]])
    """
    first, second = np.indices(shape[:2])
    channel: NDArray[np.intp] = first // channels_read * shape[1] + second if transposed else first
    return channel


def typed_weights(text: str, shape: Size) -> Array:
    """A weight typed by hand, used exactly as typed.

    Parameters
    ----------
    text : str
        As `parse_numbers` reads it: one kernel, which then serves every pair of channels, or all ``a * b`` kernels in
        torch's order (the second index runs fastest), each after a line of ``---``.
    shape : (a, b, *kernel_size)

    Returns
    -------
    float32 array of `shape`

    Examples
    --------
    >>> typed_weights("1 2 --- 3 4".replace(" --- ", chr(10) + "---" + chr(10)), (1, 2, 2))
    array([[[1., 2.],
            [3., 4.]]], dtype=float32)
    """
    kernels = parse_numbers(text, ndim=len(shape) - 2)  # (typed, *kernel_size)
    count, size = prod(shape[:2]), shape[2:]
    if kernels.shape[1:] != size:
        typed = kernels.shape[1:]
        raise SourceError(
            "The typed kernel is {typed}, kernel_size is {size}: make them the same.",
            typed=times(typed),
            size=times(size),
        )
    if len(kernels) not in (1, count):
        raise SourceError(
            "{count} kernels are typed: type 1 for all channels, or {all} ({times}).",
            count=len(kernels),
            all=count,
            times=times(shape[:2]),
        )
    return np.broadcast_to(kernels, (count, *size)).reshape(shape).copy()


def flip(weight: Array) -> Array:
    """A weight reversed along every tap axis: what a true convolution multiplies by.

    >>> flip(np.array([[[1, 2, 3]]]))
    array([[[3, 2, 1]]])
    """
    return np.flip(weight, axis=tuple(range(2, weight.ndim))).copy()
