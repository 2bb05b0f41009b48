"""Fashion-MNIST: grey pictures of clothes, as hard for a network as digits were thirty years ago."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import Array, Shape
from cnnviz.core.settings import knob
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets.base import Dataset
from cnnviz.text import Message

PART = Path(__file__).with_suffix(".npz")  # what ships: see pack_fashion_mnist
PACKAGE = Path("/usr/share/datasets/fashion-mnist")  # where Debian's dataset-fashion-mnist puts it
NAMES = ("x", "y", "x_test", "y_test")
FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def read_idx(file: Path) -> NDArray[np.uint8]:
    """Bytes of an IDX file: two zeros, 8 for bytes, the number of axes, each axis as big-endian 4 bytes, then all."""
    data = gzip.decompress(file.read_bytes())
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def folder() -> Path | None:
    """Where the whole set is: a folder `fashion-mnist` in that of CNNVIZ_DATA, that folder itself, or the package."""
    named = os.environ.get("CNNVIZ_DATA")
    places = [Path(named) / "fashion-mnist", Path(named)] if named else []
    return next((place for place in [*places, PACKAGE] if all(map(Path.is_file, files(place)))), None)


def files(place: Path) -> list[Path]:
    """The four files of the set, in the order of `NAMES`."""
    return [place / f"{name}-ubyte.gz" for name in FILES]


@dataclass(frozen=True)
class FashionMNIST(Dataset):
    """Clothes of ten kinds, 28 × 28 from 0 (ground) to 1.

    The part that ships has the first 1,000 training and the first 200 test pictures of each class, in the set's own
    order; the whole set has 6,000 and 1,000.

    References
    ----------
    Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017.
    """

    title: ClassVar[Message] = Message("Fashion-MNIST")
    licence: ClassVar[Message] = Message("Fashion-MNIST, © 2017 Zalando SE, MIT licence.")

    padding: int = knob(0, 0, 8, Message("zeros on each side; 2 make the 32 × 32 of LeNet-5"))
    whole: bool = knob(False, help=Message("all 70,000 pictures, where this machine has them"))

    @property
    def shape(self) -> Shape:
        return 1, 28 + 2 * self.padding, 28 + 2 * self.padding

    @property
    def classes(self) -> tuple[str, ...]:
        return CLASSES

    def arrays(self) -> list[NDArray[Any]]:
        """Bytes: pictures and classes to learn from, and to test on."""
        if not self.whole:
            with np.load(PART) as kept:
                return [kept[name] for name in NAMES]
        return [read_idx(file) for file in files(self.place())]

    def place(self) -> Path:
        """Where the whole set is; `SourceError` if nowhere."""
        found = folder()
        if found is None:
            raise SourceError(
                "The whole of Fashion-MNIST is not on this machine: install Debian's package dataset-fashion-mnist, "
                "name a folder that holds its four .gz files in CNNVIZ_DATA, or take the part that ships."
            )
        return found

    def made(self) -> Split:
        x, y, x_test, y_test = self.arrays()
        return Split(
            Examples(self.values(x), y.astype(int)), Examples(self.values(x_test), y_test.astype(int)), CLASSES
        )

    def values(self, pictures: NDArray[np.uint8]) -> Array:
        """Bytes as an input has them, (N, 1, rows, columns)."""
        sides = (self.padding, self.padding)
        return np.pad(pictures[:, None], ((0, 0), (0, 0), sides, sides)) / np.float32(255)

    def code(self) -> str:
        sides = [self.padding] * 4
        return f"""\
{self.opened()}
x, x_test = (torch.nn.functional.pad(torch.tensor(one)[:, None] / 255, {sides}) for one in (x, x_test))
y, y_test = torch.tensor(y).long(), torch.tensor(y_test).long()"""

    def opened(self) -> str:
        """Lines that define the bytes as arrays."""
        if not self.whole:
            return """\
from importlib.resources import files

import numpy as np
import torch

with np.load(files("cnnviz") / "inputs/datasets/fashion_mnist.npz") as kept:
    x, y, x_test, y_test = (kept[name] for name in ("x", "y", "x_test", "y_test"))"""
        names = "".join(f'    "{name}",\n' for name in FILES)
        return f"""\
import gzip
from pathlib import Path

import numpy as np
import torch

folder = Path("{self.place().as_posix()}")  # of Debian's package dataset-fashion-mnist, or another
names = (
{names})
x, y, x_test, y_test = (
    np.frombuffer(gzip.decompress((folder / f"{{name}}-ubyte.gz").read_bytes()), np.uint8) for name in names
)
x, x_test = (one[16:].reshape(-1, 28, 28).copy() for one in (x, x_test))  # behind the heads of the files
y, y_test = y[8:].copy(), y_test[8:].copy()"""
