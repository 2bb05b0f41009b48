"""An empty page: words and colour bars at places given in units."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from cnnviz.export.layout import Box
from cnnviz.export.look import POINT, UNITS, WIDTH, Look
from cnnviz.export.numbers import brief
from cnnviz.export.pens import PLAIN, colours, paper
from cnnviz.export.sheet import add_axes

LEGEND = 132.0  # colours with the numbers of both ends [units]
ENDS = 38.0  # of it, that each of these numbers has


@dataclass(frozen=True, eq=False)
class Paper:
    """A figure, and what is written on it; places are counted from its upper left corner."""

    figure: Figure
    look: Look

    def write(self, words: str, x: float, y: float, size: float, colour: str = "", **how: Any) -> Text:
        """Words of a size [units]; soft where no colour is given."""
        height = self.figure.get_figheight() * UNITS
        style = {"fontsize": size * POINT, "color": colour or self.look.grey(0.7), "va": "center", **PLAIN, **how}
        return self.figure.text(x / WIDTH, 1 - y / height, words, **style)

    def name(self, words: str, note: str, box: Box) -> None:
        """A panel's name over its box and, as large as it fits, a note under the name."""
        self.write(words, box.x, box.y + 10, 14, self.look.text, weight="bold")
        self.write(note, box.x, box.y + 28, min(11.0, box.w / (0.57 * max(len(note), 1))))

    def legend(self, right: float, y: float, scale: str, ends: tuple[float, float]) -> None:
        """The colours of a panel between the numbers of both ends, up to a point at the right."""
        box = Box(right - LEGEND + ENDS, y - 4.5, LEGEND - 2 * ENDS, 9)
        axes = add_axes(self.figure, box, 64, 1)
        shades = np.linspace(*ends, 64)[None]
        seamless: dict[str, Any] = {
            "edgecolors": "face",
            "linewidth": 0.4,
        }  # else viewers of vectors show lines between the steps
        axes.pcolormesh(np.arange(65), [0, 1], shades, cmap=colours(scale, self.look.dark), gid="legend", **seamless)
        axes.set(xlim=(0, 64), ylim=(1, 0))
        for value, x, side in ((ends[0], box.x - 4, "right"), (ends[1], box.x + box.w + 4, "left")):
            self.write(brief(value), x, y, 10, ha=side)


def new_paper(height: float, look: Look) -> Paper:
    """A page of whole pixels, an even number of them each way: a film asks for that."""
    pixels = 2 * round(height * look.width_px / WIDTH / 2)
    face = "none" if look.transparent else paper(look.dark)
    figure = Figure((WIDTH / UNITS, (pixels + 0.001) / look.dpi), dpi=look.dpi, facecolor=face)
    FigureCanvasAgg(figure)
    return Paper(figure, look)
