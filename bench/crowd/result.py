"""What a scenario found: rows of figures, and what they are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from bench.crowd.crowd import Met
from bench.crowd.meter import PROXY, SERVER, WORKERS
from bench.table import Figure

COLUMNS = (
    "visitors",
    "changes",
    "change p50, s",
    "its p95, s",
    "longest, s",
    "first view p50, s",
    "view p95, s",
    "errors",
    "server, ms",
    "workers, ms",
    "nginx, ms",
    "visitors' own, ms",
    "kB",
    "MB each",
)


@dataclass(frozen=True)
class Result:
    """What a scenario found.

    Attributes
    ----------
    rows : by name
    limits : figures with their aims, by what they are
    errors : list of str
    """

    rows: Mapping[str, Met]
    limits: Mapping[str, Figure]
    notes: Sequence[str] = field(default=())

    @property
    def errors(self) -> list[str]:
        return [wrong for met in self.rows.values() for wrong in met.errors]


def figures(met: Met) -> list[Figure | None]:
    """A row, as `COLUMNS` are."""
    changes = len(met.changes)

    def each(amount: float, digits: int = 1) -> Figure | None:
        return Figure(amount / changes, digits) if changes else None

    return [
        Figure(met.visitors, 0),
        Figure(changes, 0),
        *(seconds(met.changes, percent) for percent in (50, 95, 100)),
        *(seconds(met.views, percent) for percent in (50, 95)),
        Figure(len(met.errors), 0),
        *(each(met.processor[role]) for role in (SERVER, WORKERS, PROXY)),
        each(1000 * met.own),
        each(met.received / 1000),
        Figure(met.memory / 1e6),
    ]


def seconds(times: Sequence[float], percent: int, most: float | None = None) -> Figure | None:
    return Figure(at(times, percent), 3, most=most) if times else None


def at(times: Sequence[float], percent: int) -> float:
    """The time that so many percent do not exceed; 100 is the longest.

    >>> at([3.0, 1.0, 2.0], 100), at([1.0], 95)
    (3.0, 1.0)
    """
    if percent == 100 or len(times) < 2:
        return max(times)
    return quantiles(times, n=100, method="inclusive")[percent - 1]


def held(times: Sequence[float], percent: int, most: float) -> Figure:
    """A time that is held against a limit; without any, it is missed."""
    return seconds(times, percent, most) or Figure(float("inf"), 3, most=most)
