"""Samples: digits and photographs that come with scikit-learn."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from cnnviz.core.settings import knob
from cnnviz.inputs.base import Grid, Source, SourceError
from cnnviz.inputs.picture import MODES, Colour, columns_at, to_values
from cnnviz.text import Message, listed


@lru_cache(maxsize=1)
def digits() -> Any:
    """The set itself: ``images`` (1797, 8, 8) and ``target`` (1797,)."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 -- takes a second, and only samples need it

    return load_digits()


@lru_cache(maxsize=2)
def photo(name: str) -> Image.Image:
    """A photograph, 427 rows by 640 columns in RGB."""
    from sklearn.datasets import load_sample_image  # noqa: PLC0415

    return Image.fromarray(load_sample_image(name))


@dataclass(frozen=True)
class Digit(Source):
    """A handwritten digit, 8 rows by 8 columns of whole numbers from 0 (paper) to 16 (ink).

    References
    ----------
    Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.
    """

    title: ClassVar[Message] = Message("Digit")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    index: int = knob(0, 0, 1796, Message("which of the 1797 digits"))

    def grid(self) -> Grid:
        if self.index >= len(digits().images):
            raise SourceError(
                "Digit {index} does not exist: choose from 0 to {count}.",
                index=self.index,
                count=len(digits().images) - 1,
            )
        values = digits().images[self.index][None].astype(np.float32)  # (1, rows, columns)
        return Grid(values, "signed", Message("a handwritten {digit}", digit=digits().target[self.index]))

    def code(self) -> str:
        return f"""\
import torch
from sklearn.datasets import load_digits

x = torch.tensor(load_digits().images[{self.index}], dtype=torch.float32)[None, None]"""


@dataclass(frozen=True)
class Photo(Source):
    """A photograph from 0 (black) to 1 (white), scaled to `rows` with its aspect kept."""

    title: ClassVar[Message] = Message("Photo")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    name: str = knob("china.jpg", choices=("china.jpg", "flower.jpg"), help=Message("which photograph"))
    rows: int = knob(64, 16, 427, Message("height to scale to; 427 is the original"))
    colour: Colour = knob("grey", choices=("grey", "rgb"), help=Message("one channel, or red, green and blue"))

    def grid(self) -> Grid:
        values = to_values(list(photo(self.name).convert(MODES[self.colour]).split()), self.rows)
        return Grid(values, "picture", listed((self.name, self.colour)))

    def code(self) -> str:
        size = (columns_at(photo(self.name).size, self.rows), self.rows)
        mode, axes = ("L", "[None, None]") if self.colour == "grey" else ("RGB", ".permute(2, 0, 1)[None]")
        return f"""\
import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_image

photo = Image.fromarray(load_sample_image("{self.name}")).convert("{mode}")
photo = photo.resize({size}, Image.Resampling.LANCZOS)  # (columns, rows)
x = torch.tensor(np.asarray(photo), dtype=torch.float32){axes} / 255"""
