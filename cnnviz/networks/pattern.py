"""Which cells of a network's input each unit sees along one axis, exactly, where steps are no whole cells.

Behind a transposed convolution, an upsampling or uneven windows, units differ in how many cells they see, and after so
many units the same comes again. Borders are left out: of a unit near one, the cells beyond it count, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, floor, gcd

MOST_UNITS = 256  # that may differ from each other
MOST_LOOKED_AT = 100_000  # cells of windows, in one layer

Span = tuple[int, int] | None  # first and last cell; None where a unit sees none


@dataclass(frozen=True)
class Pattern:
    """What units see, until it comes again.

    Attributes
    ----------
    spans : of so many units in a row
    step : int [cells of the input]
        How far on the same comes again.
    """

    spans: tuple[Span, ...] = ((0, 0),)
    step: int = 1

    @property
    def size(self) -> int:
        """The largest number of cells from the first to the last that any unit sees."""
        return max((last - first + 1 for first, last in filter(None, self.spans)), default=0)

    def of(self, unit: int) -> Span:
        """What any unit sees."""
        turns, at = divmod(unit, len(self.spans))
        span = self.spans[at]
        return (span[0] + turns * self.step, span[1] + turns * self.step) if span else None

    @cached_property
    def forwards(self) -> bool:
        """Does no unit see cells before those of one that stands before it?"""
        row = [*filter(None, self.spans)]
        row += [(first + self.step, last + self.step) for first, last in row[:1]]
        return all(a <= c and b <= d for (a, b), (c, d) in pairwise(row))

    def joined(self, units: Sequence[int]) -> Span:
        """All that these units see, from the first cell to the last."""
        if self.forwards:
            ends = (self.some(units), self.some(units[::-1]))
            return (ends[0][0], ends[1][1]) if ends[0] and ends[1] else None
        spans = [*filter(None, map(self.of, units))]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def some(self, units: Sequence[int]) -> Span:
        """What the first of them sees that sees anything."""
        return next(filter(None, map(self.of, units)), None)


@lru_cache(maxsize=256)  # rows and columns are mostly alike, and a page asks again at every change
def after(pattern: Pattern, reach: Fraction, step: Fraction, before: Fraction, gap: int = 1) -> Pattern | None:
    """The pattern behind one more layer; see `Layer.extent`.

    Parameters
    ----------
    reach, step, before : fractions [units]
        Window *v* reads the units from ``v * step - before`` on, up to `reach` further.
    gap : int > 0
        Of a dilated window; it reads every so many of its places, which lie as close as its steps are fine.

    Returns
    -------
    Pattern or None
        None where more than `MOST_UNITS` units would differ.
    """
    turns = len(pattern.spans) // gcd(len(pattern.spans), step.numerator)
    count = step.denominator * turns
    ends = gap == 1 and pattern.forwards and None not in pattern.spans
    looked = 2 if ends else int(reach * step.denominator / gap) + 1
    if count > MOST_UNITS or count * looked > MOST_LOOKED_AT:
        return None
    windows = (window(v * step - before, reach, Fraction(gap, step.denominator), gap) for v in range(count))
    return Pattern(tuple(map(pattern.joined, windows)), pattern.step * step.numerator * turns // len(pattern.spans))


def window(start: Fraction, reach: Fraction, gap: Fraction, dilation: int) -> Sequence[int]:
    """Whole units that a window reads, which begins at `start`.

    >>> list(window(Fraction(-1, 2), Fraction(2), Fraction(1, 2), 1))
    [0, 1]
    >>> list(window(Fraction(-4, 3), Fraction(4, 3), Fraction(2, 3), 2))  # -4/3, -2/3, 0
    [0]
    """
    if dilation == 1:
        return range(ceil(start), floor(start + reach) + 1)
    places = (start + t * gap for t in range(int(reach / gap) + 1))
    return [place.numerator for place in places if place.denominator == 1]


ITSELF = Pattern()  # each cell sees itself
