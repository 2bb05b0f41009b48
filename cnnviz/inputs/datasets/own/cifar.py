"""CIFAR-10's binary batches: one alone, or the archive of all.

A record is a byte for the class and 3,072 for a picture: 32 rows of red, then green, then blue.
"""

import io
import re
import tarfile
import zlib

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples, Split
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets.own.limits import Labels, check_cells, check_classes, chosen, divided
from cnnviz.text import listed

RECORD = 1 + 3 * 32 * 32  # bytes
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCH, TEST = re.compile(r"data_batch_\d\.bin"), "test_batch.bin"
MOST_TAR = 256_000_000  # bytes; the archive of all has 184,380,000 in its batches
MOST_FILES = 100

Records = NDArray[np.uint8]


def read_batch(data: bytes, most: int) -> Split:
    """One batch, of which the last fifth of each class is kept for testing."""
    x, y = examples(records(data), most)
    return divided(x, y, CLASSES)


def read_tar(data: bytes, most: int) -> Split:
    """All batches in a .tar or .tar.gz file; `most` of those to learn from, and a quarter as many to test on.

    Raises
    ------
    SourceError
        If it is damaged, unpacks to more than `MOST_TAR` bytes, or holds no batch.
    """
    found = members(unpacked(data) if data.startswith(b"\x1f\x8b") else data)
    learned = [records(found[name]) for name in sorted(found) if BATCH.fullmatch(name)]
    if not learned:
        raise SourceError(
            "A tar file without CIFAR-10's data_batch_1.bin, but with {names}: upload the binary version.",
            names=listed(sorted(found)[:5] or ["nothing"]),
        )
    train = np.concatenate(learned)
    if TEST not in found:
        return divided(*examples(train, most), CLASSES)
    (x, y), (x_test, y_test) = examples(train, most), examples(records(found[TEST]), max(1, most // 4))
    return Split(Examples(x, y), Examples(x_test, y_test), CLASSES)


def records(data: bytes) -> Records:
    """A batch as rows of bytes."""
    if not data or len(data) % RECORD:
        raise SourceError(
            "A batch of {count:,} bytes, which are not {record:,} for each picture: upload CIFAR-10's binary version.",
            count=len(data),
            record=RECORD,
        )
    return np.frombuffer(data, np.uint8).reshape(-1, RECORD)


def examples(rows: Records, most: int) -> tuple[NDArray[np.float32], Labels]:
    """Pictures from 0 to 1, (N, 3, 32, 32), and their classes."""
    kept = rows[chosen(len(rows), most)]
    check_cells(len(kept), RECORD - 1)
    y = kept[:, 0].astype(np.int64)
    check_classes(y, len(CLASSES))
    return kept[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255), y


def unpacked(data: bytes) -> bytes:
    """What a gzip file holds, up to `MOST_TAR` bytes."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        made = unpacker.decompress(data, MOST_TAR + 1)
    except zlib.error:
        raise SourceError("A .tar.gz file that is damaged: download it again.") from None
    if len(made) > MOST_TAR:
        raise SourceError("A .tar.gz file of more than {most:,} bytes unpacked: upload one batch.", most=MOST_TAR)
    if not unpacker.eof:
        raise SourceError("A .tar.gz file that is cut short: download it again.")
    return made


def members(tar: bytes) -> dict[str, bytes]:
    """Plain files of an archive by their names without folders; nothing is written anywhere."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
            for member in archive:
                if len(found) == MOST_FILES:
                    raise SourceError("A tar file of more than {most} files: upload CIFAR-10's own.", most=MOST_FILES)
                stream = archive.extractfile(member) if member.isreg() and member.size <= len(tar) else None
                if stream:
                    found[member.name.rpartition("/")[2][:60]] = stream.read()
    except SourceError:
        raise
    except Exception:  # tarfile meets a stranger's bytes with all kinds of errors
        raise SourceError("A tar file that is damaged: download it again.") from None
    return found
