"""The taps of named filters by their formulas, for any size.

All are written as torch applies them, as cross-correlation.
"""

from functools import reduce
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.settings import Size

Taps = NDArray[np.float64]


def outer(lines: list[Taps]) -> Taps:
    """The separable kernel ``k[i, j, ...] = lines[0][i] * lines[1][j] * ...``."""
    return reduce(np.multiply.outer, lines)


def binomial(n: int) -> Taps:
    """Row of Pascal's triangle with `n` numbers: the whole-number blur 1 2 1, 1 3 3 1, ..."""
    return np.array([comb(n - 1, i) for i in range(n)], float)


def centre(n: int) -> Taps:
    """No blur: 1 in the middle."""
    return np.asarray(np.eye(1, n, n // 2)[0])


def identity(size: Size) -> Taps:
    """A single 1, at the tap that stands on the output's own cell under ``padding="same"``."""
    taps = np.zeros(size)
    taps[tuple((n - 1) // 2 for n in size)] = 1
    return taps


def box(size: Size) -> Taps:
    """The mean."""
    return np.full(size, 1 / prod(size))


# What OpenCV has in place of the bell where few taps would not sum to its width: 1/4, 1/16, 1/32 and 1/256 of these.
SMALL_BELLS = {
    1: (1,),
    3: (1, 2, 1),
    5: (1, 4, 6, 4, 1),
    7: (2, 7, 14, 18, 14, 7, 2),
    9: (4, 13, 30, 51, 60, 51, 30, 13, 4),
}


def gaussian(size: Size) -> Taps:
    """Normal bell along each axis, sum 1, with ``sigma = 0.3 * ((n - 1) / 2 - 1) + 0.8`` cells; odd sizes up to 9 from
    a table of whole numbers. In two dimensions 3 taps are the textbook's 1/16 [1 2 1; 2 4 2; 1 2 1].

    References
    ----------
    OpenCV, `getGaussianKernel` with a sigma of 0, for odd sizes; for even ones, which it does not define, the formula
    in its documentation.
    """

    def bell(n: int) -> Taps:
        sigma = 0.3 * ((n - 1) / 2 - 1) + 0.8
        curve = np.exp(-((np.arange(n) - (n - 1) / 2) ** 2) / (2 * sigma**2))
        weights = np.asarray(SMALL_BELLS.get(n, curve), float)
        return np.asarray(weights / weights.sum())

    return outer([bell(n) for n in size])


def sobel(size: Size, axis: int) -> Taps:
    """Difference along `axis`, binomial blur along the others; for 3 taps, -1 0 1 and 1 2 1.

    References
    ----------
    OpenCV, `getDerivKernels`, for odd sizes; even ones follow from its rule.
    """
    lines = [binomial(n) for n in size]
    lines[axis] = np.convolve(binomial(size[axis] - 1), [-1, 1])
    return outer(lines)


def laplacian(size: Size) -> Taps:
    """Sum of second differences along every axis longer than 1: of 3 taps 1 -2 1 alone, of more with a binomial blur.

    References
    ----------
    OpenCV, `Laplacian`: for 3 taps that of its own default, ``ksize=1``; for larger odd sizes the sum of both second
    derivatives of `getDerivKernels`, in whole numbers.
    """
    blur = centre if max(size) == 3 else binomial
    taps = np.zeros(size)
    for axis, n in enumerate(size):
        if n > 1:
            lines = [blur(m) for m in size]
            lines[axis] = np.convolve(binomial(n - 2), [1, -2, 1])
            taps += outer(lines)
    return taps


def sharpen(size: Size) -> Taps:
    """The picture minus its Laplacian, which is divided by what it makes of a unit of curvature."""
    curvature = 1 if max(size) == 3 else 2.0 ** (sum(n - 1 for n in size) - 2)
    return identity(size) - laplacian(size) / curvature


def emboss(size: Size) -> Taps:
    """Light from one corner: each tap is its distance from the centre, summed over the axes; the centre is 1."""
    distance: Taps = np.indices(size).sum(axis=0) - sum(n // 2 for n in size)
    return distance + identity(size)
