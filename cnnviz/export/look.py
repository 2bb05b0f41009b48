"""How a file looks: theme, size, and what is written into it."""

from dataclasses import dataclass

from cnnviz.export.pens import paper
from cnnviz.scenes.palette import PALETTE, key
from cnnviz.text import Problem

WIDTH = 1000  # of a page [units]; a unit is what a pixel is to the player, and everything is laid out in these
UNITS = 100  # that make an inch
POINT = 72 / UNITS  # of a unit [points]
SIZES = (200, 4000)  # that a page may be wide [pixels]


class ExportError(Problem):
    """A file that cannot be made: in one sentence the numbers, and the way out."""


@dataclass(frozen=True)
class Look:
    """How a scene is drawn.

    Attributes
    ----------
    dark : bool
        The player's dark theme.
    transparent : bool
        Of a picture: no paper behind it. A film always has paper.
    width_px : int [pixels]
        How wide a PNG or a film is; vectors have no pixels.
    numbers : bool
        Write the numbers into cells that have room for them.
    serpentine : bool
        Every other row is walked backwards.

    Raises
    ------
    ExportError
        If the width is out of bounds.
    """

    dark: bool = False
    transparent: bool = False
    width_px: int = 1600
    numbers: bool = True
    serpentine: bool = False

    def __post_init__(self) -> None:
        low, high = SIZES
        if not low <= self.width_px <= high:
            places = {"width": self.width_px, "low": low, "high": high}
            if self.width_px < low:
                raise ExportError(
                    "A picture of {width:,} pixels is too narrow. Choose a width from {low:,} to {high:,} pixels.",
                    **places,
                )
            raise ExportError(
                "A picture of {width:,} pixels is too wide. Choose a width from {low:,} to {high:,} pixels.", **places
            )

    @property
    def dpi(self) -> float:
        """Pixels that an inch of the page becomes."""
        return self.width_px / WIDTH * UNITS

    @property
    def text(self) -> str:
        return "#e7eaf2" if self.dark else "#1f2533"

    @property
    def accent(self) -> str:
        return "#5c7cfa" if self.dark else "#3b5bdb"

    @property
    def veil(self) -> str:
        """Over what is not computed yet."""
        return "#1a1e27" if self.dark else "#f1f2f5"

    @property
    def halo(self) -> str:
        return "#000000" if self.dark else "#ffffff"

    def grey(self, part: float) -> str:
        """So much of the way from paper to ink: opaque, for a file is printed."""
        ends = [[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in (paper(self.dark), self.text)]
        return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(*ends, strict=True))

    def groups(self) -> list[str]:
        """Colours that tell groups apart."""
        return PALETTE["groups"][key(self.dark)]
