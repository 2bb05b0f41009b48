"""A person's own data: a .npz file of x and y, a zip file with a folder for each class, CIFAR-10's batches."""

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar
from zipfile import ZipFile

from cnnviz.core.examples import Split
from cnnviz.core.layers import Shape
from cnnviz.core.settings import knob
from cnnviz.inputs.base import SourceError, check_size, plain_name
from cnnviz.inputs.datasets.base import Dataset
from cnnviz.inputs.datasets.own.cifar import RECORD, read_batch, read_tar
from cnnviz.inputs.datasets.own.folders import read_folders
from cnnviz.inputs.datasets.own.limits import MOST_FILE, MOST_MEMBERS, MOST_UNPACKED
from cnnviz.inputs.datasets.own.npz import read_npz
from cnnviz.inputs.picture import Colour
from cnnviz.inputs.zipped import opened
from cnnviz.tensorfile.apart import read_apart
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message

MEGABYTES = MOST_FILE // 1_000_000
WANTED = Message("a .npz file with x and y, a zip file with a folder of pictures for each class, or CIFAR-10's batches")
TAR = b"ustar"  # at byte 257


def read_own(data: bytes, most: int, size: int, colour: Colour) -> Split:
    """Examples in a file of a stranger's.

    Parameters
    ----------
    data : bytes
        The file.
    most : int > 0
        Examples that are read, evenly spread over what there is; of each part where the file has two.
    size, colour :
        Of pictures in folders: rows and columns, and channels.

    Raises
    ------
    SourceError
        One sentence on what the file is and what was expected.
    """
    check_size(data, MOST_FILE, WANTED)
    if data.startswith(b"PK"):
        return read_zip(data, most, size, colour)
    if data.startswith(b"\x1f\x8b") or data[257:262] == TAR:
        return read_tar(data, most)
    if len(data) % RECORD == 0 and max(data[::RECORD]) < 10:
        return read_batch(data, most)
    raise SourceError(identify(data).refused(WANTED))


def read_zip(data: bytes, most: int, size: int, colour: Colour) -> Split:
    """Arrays, or pictures in folders."""
    with opened(data, MOST_MEMBERS, MOST_UNPACKED) as file:
        return read_npz(file, most) if arrays_in(file) else read_folders(file, most, size, colour)


def arrays_in(file: ZipFile) -> bool:
    return any(name.endswith(".npy") for name in file.namelist())


@dataclass(frozen=True)
class OwnData(Dataset):
    """What is in a file of the reader's own; two of the same bytes are equal.

    Where the file does not say which examples are for testing, they are the last fifth of each class.
    """

    title: ClassVar[Message] = Message("Your own data")
    licence: ClassVar[Message] = Message("Your own data: it stays on this server while you use it.")

    data: bytes = field(default=b"", repr=False, compare=False)
    name: str = "data"
    most: int = knob(10_000, 100, 20_000, Message("examples that are read, evenly spread over the file"), step=100)
    size: int = knob(32, 8, 128, Message("rows and columns to which pictures in folders are scaled"))
    colour: Colour = knob("rgb", choices=("grey", "rgb"), help=Message("of pictures in folders: one channel, or three"))
    digest: str = field(init=False, default="")  # sha256 of the data, which stands for it in == and hash()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())
        object.__setattr__(self, "name", plain_name(self.name))

    @property
    def shape(self) -> Shape:
        return self.split().train.x.shape[1:]

    @property
    def classes(self) -> tuple[str, ...]:
        return self.split().classes

    def made(self) -> Split:
        if not self.data:
            raise SourceError("Choose a file first: {wanted}.", wanted=WANTED)
        return read_apart(SourceError, read_own, self.data, self.most, self.size, self.colour)

    def code(self) -> str:
        return f"""\
from pathlib import Path

import torch

from cnnviz.inputs.datasets.own import read_own

split = read_own(Path({self.name!r}).read_bytes(), {self.most}, {self.size}, {self.colour!r})  # as cnnviz reads it
x, y = torch.tensor(split.train.x), torch.tensor(split.train.y)
x_test, y_test = torch.tensor(split.test.x), torch.tensor(split.test.y)"""
