"""Which steps of a scene a film shows, and how long each is seen."""

from dataclasses import dataclass
from math import ceil, prod

from cnnviz.export.look import ExportError
from cnnviz.scenes.blob import Scene

SHORTEST, LONGEST = 0.02, 60.0  # that a step may be seen [s]; browsers slow down a GIF that is faster


@dataclass(frozen=True)
class Steps:
    """How far a scene goes: one turn per output channel of a group, in each turn every cell once."""

    turns: int
    cells: int

    @property
    def count(self) -> int:
        return self.turns * self.cells


def steps_of(scene: Scene) -> Steps:
    shape = scene.tensors["output"].shape
    turns = (
        1 if scene.meta["view"] == "matrix" else shape[0] // int(scene.meta["groups"])
    )  # all kernels take a column at once
    return Steps(turns, prod(shape[1:]))


@dataclass(frozen=True)
class Plan:
    """Which steps a film shows.

    Attributes
    ----------
    channel : int or None
        One output channel, from its first cell to its last; None is all of them, one after the other.
    first, last : int
        Steps from and to, both counted, from 0; None is the very last. Of one channel they count its cells. Words for
        people count from 1, as the player does.
    seconds : float [s]
        That each step is seen; the last is seen a little longer.
    most : int
        Pictures at most: of more steps every second, third, ... is shown, and the last.

    Raises
    ------
    ExportError
        If a step would be too short or too long, or nothing would move.
    """

    channel: int | None = None
    first: int = 0
    last: int | None = None
    seconds: float = 0.4
    most: int = 400

    def __post_init__(self) -> None:
        if not SHORTEST <= self.seconds <= LONGEST:
            raise ExportError(
                "A step cannot be seen for {seconds:g} s. Choose from {shortest:g} to {longest:g} s.",
                seconds=self.seconds,
                shortest=SHORTEST,
                longest=LONGEST,
            )
        if self.most < 2:
            raise ExportError("A film of {most} pictures does not move. Allow 2 or more.", most=self.most)

    def steps(self, scene: Steps) -> list[int]:
        """The steps that are shown, in the order of the player.

        >>> Plan(most=4).steps(Steps(1, 9))
        [0, 3, 6, 8]
        >>> Plan(channel=1, first=2).steps(Steps(2, 4))
        [6, 7]
        """
        every, (first, last) = self.every(scene), self.ends(scene)
        shown = list(range(first, last, every))
        return [*shown, last]

    def ends(self, scene: Steps) -> tuple[int, int]:
        """First and last step.

        Raises
        ------
        ExportError
            If there are none.
        """
        count = scene.count if self.channel is None else scene.cells
        last = count - 1 if self.last is None else self.last
        if not 0 <= self.first <= last < count:
            raise ExportError(
                "There are no steps {first:,} to {last:,}. Choose a first and a last from 1 to {count:,}.",
                first=self.first + 1,
                last=last + 1,
                count=count,
            )
        before = 0 if self.channel is None else self.channel % scene.turns * scene.cells
        return before + self.first, before + last

    def every(self, scene: Steps) -> int:
        """How many steps go by from one picture to the next."""
        first, last = self.ends(scene)
        return max(1, ceil((last - first) / (self.most - 1)))

    def note(self, scene: Steps) -> str:
        """What is left out, in words; empty where nothing is."""
        every, (first, last) = self.every(scene), self.ends(scene)
        return f"{ordinal(every)} of {last - first + 1:,} steps" if every > 1 else ""


def ordinal(n: int) -> str:
    """As it is said of every so many steps.

    >>> ordinal(2), ordinal(7), ordinal(11), ordinal(23)
    ('every 2nd', 'every 7th', 'every 11th', 'every 23rd')
    """
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"every {n:,}{ending}"
