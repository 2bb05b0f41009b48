"""Pictures in a zip file, in a folder for each class."""

from collections import Counter
from pathlib import PurePosixPath
from zipfile import ZipFile

import numpy as np
from PIL import Image

from cnnviz.core.examples import Examples, Split
from cnnviz.inputs.base import Array, SourceError
from cnnviz.inputs.datasets.own.limits import check_cells, check_classes, chosen, divided
from cnnviz.inputs.picture import Colour, read_picture
from cnnviz.tensorfile.signatures import identify

PICTURES = ("PNG", "JPEG", "WEBP")
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
TESTING = {"test", "val", "valid", "validation"}  # folders above those of classes


def read_folders(file: ZipFile, most: int, size: int, colour: Colour) -> Split:
    """Every picture, cut to a square and scaled to `size`, with the name of its folder as its class.

    Parameters
    ----------
    file : as `zipped.opened` opens it
    most : int > 0
        Pictures of all parts, evenly spread over what there is.
    size : int > 0
        Rows and columns.
    """
    names = sorted(name for name in file.namelist() if is_picture(name))
    names = [names[i] for i in chosen(len(names), most)]
    classes = tuple(sorted({folder(name) for name in names}))
    if len(classes) < 2:
        raise SourceError(
            "A zip file with pictures in {folders} folders: put those of each class into a folder with its name.",
            folders=len(classes),
        )
    y = np.array([classes.index(folder(name)) for name in names], np.int64)
    check_classes(y, len(classes))
    check_cells(len(names), size * size * (3 if colour == "rgb" else 1))
    x = np.stack([square(file.read(name), name, size, colour) for name in names])
    tested = np.array([bool(TESTING & set(PurePosixPath(name.lower()).parts[:-2])) for name in names])
    if tested.any() and not tested.all():
        return Split(Examples(x[~tested], y[~tested]), Examples(x[tested], y[tested]), short(classes))
    return divided(x, y, short(classes))


def is_picture(name: str) -> bool:
    """Whether a member is a picture in a folder, by its name; what systems put beside them is none."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in ENDINGS and len(path.parts) > 1 and not hidden


def folder(name: str) -> str:
    """The folder that a picture is in.

    >>> folder("pets/train/cat/1.png")
    'cat'
    """
    return PurePosixPath(name).parts[-2]


def short(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Names as they are shown: printable, not long, and no two alike."""
    names = ["".join(c for c in name if c.isprintable())[:40] or "?" for name in classes]
    alike = Counter(names)
    return tuple(name if alike[name] == 1 else f"{name} {i}" for i, name in enumerate(names))


def square(data: bytes, name: str, size: int, colour: Colour) -> Array:
    """The middle square of a picture, scaled, (channels, size, size)."""
    kind = identify(data).name
    if kind not in PICTURES:
        raise SourceError("{name} is no PNG, JPEG or WebP picture: take it out.", name=PurePosixPath(name).name[:60])
    try:
        values = read_picture(data, kind, colour).values
    except SourceError as error:
        raise SourceError("{name}: {why}", name=PurePosixPath(name).name[:60], why=error.message) from None
    rows, columns = values.shape[1:]
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    middle = values[:, top : top + side, left : left + side]
    if side == size:
        return np.ascontiguousarray(middle)
    bands = [Image.fromarray(band).resize((size, size), Image.Resampling.LANCZOS) for band in middle]
    return np.stack([np.asarray(band, np.float32) for band in bands]).clip(0, 1)
