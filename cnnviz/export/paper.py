"""An empty page for pictures of maps: words, axes and colour bars at places given in units."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from cnnviz.export.look import POINT, UNITS, WIDTH, Look
from cnnviz.export.pens import PLAIN, colours, paper
from cnnviz.text.numbers import brief

LEGEND = 132.0  # colours with the numbers of both ends [units]
ENDS = 38.0  # of it, that each of these numbers has


class Box(NamedTuple):
    x: float
    y: float
    w: float
    h: float


class Paper(NamedTuple):
    """A figure, and what is written on it; places are counted from its upper left corner."""

    figure: Figure
    look: Look

    @property
    def height(self) -> float:
        return float(self.figure.get_figheight() * UNITS)

    def write(self, words: str, x: float, y: float, size: float, colour: str = "", **how: Any) -> Text:
        """Words of a size [units]; soft where no colour is given."""
        style = {"fontsize": size * POINT, "color": colour or self.look.grey(0.7), "va": "center", **PLAIN, **how}
        return self.figure.text(x / WIDTH, 1 - y / self.height, words, **style)

    def name(self, words: str, note: str, box: Box) -> None:
        """A map's name over its box and, as large as it fits, a note under the name."""
        self.write(words, box.x, box.y + 10, 14, self.look.text, weight="bold")
        self.write(note, box.x, box.y + 28, min(11.0, box.w / (0.57 * max(len(note), 1))))

    def axes(self, box: Box, across: float, down: float) -> Axes:
        """Axes over a box of the page, without anything of their own."""
        place = (box.x / WIDTH, 1 - (box.y + box.h) / self.height, box.w / WIDTH, box.h / self.height)
        axes = self.figure.add_axes(place)
        axes.set_axis_off()
        axes.set(xlim=(0, across), ylim=(down, 0))
        return axes

    def legend(self, right: float, y: float, scale: str, ends: tuple[float, float]) -> None:
        """The colours of a map between the numbers of both ends, up to a point at the right."""
        box = Box(right - LEGEND + ENDS, y - 4.5, LEGEND - 2 * ENDS, 9)
        axes = self.axes(box, 64, 1)
        shades = np.linspace(*ends, 64)[None]
        # else viewers of vectors show lines between the steps
        seamless: dict[str, Any] = {"edgecolors": "face", "linewidth": 0.4}
        axes.pcolormesh(np.arange(65), [0, 1], shades, cmap=colours(scale, self.look.dark), gid="legend", **seamless)
        axes.set(xlim=(0, 64), ylim=(1, 0))
        for value, x, side in ((ends[0], box.x - 4, "right"), (ends[1], box.x + box.w + 4, "left")):
            self.write(brief(value), x, y, 10, ha=side)


def new_paper(height: float, look: Look) -> Paper:
    face = "none" if look.transparent else paper(look.dark)
    figure = Figure((WIDTH / UNITS, height / UNITS), dpi=look.dpi, facecolor=face)
    FigureCanvasAgg(figure)
    return Paper(figure, look)
