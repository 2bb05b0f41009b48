"""A zip file of a stranger's, held to limits before anything of it is unpacked."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from cnnviz.inputs.base import SourceError

MOST_RATIO = 1032  # to 1: deflate packs no tighter, so whoever declares more is wrong
ENTRY = b"PK\x01\x02"  # begins an entry in the table of contents


@contextmanager
def opened(data: bytes, most_files: int, most_bytes: int) -> Iterator[ZipFile]:
    """The file, to be read from.

    Parameters
    ----------
    data : bytes
    most_files, most_bytes : int
        That it may hold; bytes unpacked, of all files together.

    Raises
    ------
    SourceError
        If it declares more, is packed in another way than numpy packs, or turns out to be damaged while it is read.
    """
    if data.count(ENTRY) > most_files:  # counted before they are unpacked
        raise SourceError("A zip file of more than {most:,} files: save fewer of them.", most=most_files)
    try:
        with ZipFile(BytesIO(data)) as file:
            check(file, most_bytes)
            yield file
    except SourceError:
        raise
    except Exception:  # zipfile, zlib and numpy raise nearly anything for a file that was tampered with
        raise SourceError("A zip file that is cut short or damaged: save it again.") from None


def check(file: ZipFile, most: int) -> None:
    members = file.infolist()
    declared, present = sum(info.file_size for info in members), sum(info.compress_size for info in members)
    if declared > most:
        raise SourceError(
            "A file that declares {declared:,} bytes unpacked: at most {most:,} are read, save a part.",
            declared=declared,
            most=most,
        )
    if declared > MOST_RATIO * present:
        raise SourceError(
            "A file that declares {declared:,} bytes packed into {present:,}: save it again.",
            declared=declared,
            present=present,
        )
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in members):
        raise SourceError("A zip file packed in an unusual way: save it again, stored or deflated.")
    if any(info.flag_bits & 1 for info in members):
        raise SourceError("A zip file with a password: save it without one.")
