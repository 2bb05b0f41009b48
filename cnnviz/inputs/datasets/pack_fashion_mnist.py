"""Make the part of Fashion-MNIST that ships, from the whole set.

``python -m cnnviz.inputs.datasets.pack_fashion_mnist`` writes a .npz file, which numpy opens, compressed by LZMA: a
seventh smaller than numpy would make it. The same set gives the same bytes.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.inputs.datasets.fashion_mnist import CLASSES, NAMES, PART, FashionMNIST

EACH = (1000, 200)  # pictures of each class: to learn from, to test on


def first(labels: NDArray[np.uint8], each: int) -> NDArray[np.intp]:
    """Where the first so many of each class stand, in order.

    >>> first(np.array([1, 0, 1, 1, 0, 0], np.uint8), 2).tolist()
    [0, 1, 2, 4]
    """
    return np.sort(np.concatenate([np.flatnonzero(labels == kind)[:each] for kind in range(len(CLASSES))]))


def packed(arrays: dict[str, NDArray[np.uint8]]) -> bytes:
    """Arrays as a .npz file in which nothing says when it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as into:
        for name, values in arrays.items():
            file = io.BytesIO()
            np.save(file, np.ascontiguousarray(values))
            head = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            head.create_system, head.compress_type = 3, zipfile.ZIP_LZMA
            into.writestr(head, file.getvalue())
    return made.getvalue()


def part() -> dict[str, NDArray[np.uint8]]:
    """What the file holds."""
    x, y, x_test, y_test = FashionMNIST(whole=True).arrays()
    chosen, tested = first(y, EACH[0]), first(y_test, EACH[1])
    return dict(zip(NAMES, (x[chosen], y[chosen], x_test[tested], y_test[tested]), strict=True))


def main(into: Path = PART) -> None:
    into.write_bytes(packed(part()))
    print(f"{into}: {into.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
