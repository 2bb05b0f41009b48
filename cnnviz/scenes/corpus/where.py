"""Where a result lies: in a folder of the server, or in a zip of one that somebody has uploaded."""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from cnnviz.scenes.corpus.columns import CHANNELS_FILE, CLIPS_FILE
from cnnviz.scenes.corpus.result import CorpusError, Files
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message

MOST_ZIP = 20_000_000  # bytes that are uploaded
MOST_FILE = 128 * 2**20  # bytes of one file, unpacked
MOST_MEMBERS = 50_000  # of a zip
WANTED = Message("a zip of the folder that python -m cnnviz corpus has written")


@dataclass(frozen=True)
class Shelved:
    """A result in a folder of the server.

    Attributes
    ----------
    folder : str
    stamp : str
        When its tables were written, and how large they are: a result that takes its place is another one.
    """

    folder: str
    stamp: str

    @classmethod
    def at(cls, folder: Path) -> "Shelved":
        """
        Raises
        ------
        CorpusError
            If there is none.
        """
        try:
            known = [(folder / name).stat() for name in (CHANNELS_FILE, CLIPS_FILE)]
        except OSError:
            raise CorpusError("There is no result in {folder} any more.", folder=folder.name) from None
        return cls(str(folder), " ".join(f"{one.st_mtime_ns}:{one.st_size}" for one in known))

    @property
    def name(self) -> str:
        """By which it is offered."""
        return Path(self.folder).name

    def files(self) -> Files:
        """What the folder holds, each file up to `MOST_FILE`."""

        def read(name: str) -> bytes:
            path = Path(self.folder) / name
            check(name, path.stat().st_size)
            return path.read_bytes()

        return read


@dataclass(frozen=True)
class Zipped:
    """A zip from a stranger.

    Attributes
    ----------
    name : str
        As the browser sent it.
    digest : str
        Of the data, by which two are told apart.
    """

    name: str
    data: bytes = field(repr=False, compare=False)
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    def files(self) -> Files:
        """What lies beside the table of channels. Nothing is unpacked onto a disk, and nothing else is looked at.

        Raises
        ------
        CorpusError
            If it is no zip, is damaged, or holds no table of channels, or more than one.
        """
        if len(self.data) > MOST_ZIP:
            raise CorpusError(
                "A file of {count:,} bytes: at most {most:,} are read. Leave patches out of the zip, or have the "
                "folder put on the server, where CNNVIZ_CORPORA names it.",
                count=len(self.data),
                most=MOST_ZIP,
            )
        kind = identify(self.data)
        if kind.name == "Parquet":
            raise CorpusError("This is one table of a result: upload {wanted}.", wanted=WANTED)
        if not self.data.startswith(b"PK"):
            raise CorpusError("This file is {kind}: upload {wanted}.", kind=kind.words, wanted=WANTED)
        try:
            archive = zipfile.ZipFile(BytesIO(self.data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, OverflowError):
            raise broken() from None
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise CorpusError("A zip of {n:,} files: at most {most:,} are read.", n=len(members), most=MOST_MEMBERS)
        tables = [one.filename for one in members if one.filename.rsplit("/", 1)[-1] == CHANNELS_FILE]
        if len(tables) != 1:
            raise CorpusError(
                "This zip holds {n:,} files {name}, not one: upload {wanted}.",
                n=len(tables),
                name=CHANNELS_FILE,
                wanted=WANTED,
            )
        start = tables[0].removesuffix(CHANNELS_FILE)

        def read(name: str) -> bytes:
            member = archive.getinfo(start + name)  # KeyError where there is none
            check(name, member.file_size)
            try:
                with archive.open(member) as file:
                    found = file.read(MOST_FILE + 1)
            except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError, OverflowError):
                raise broken() from None
            check(name, len(found))  # which may be more than was declared
            return found

        return read


Where = Shelved | Zipped


def check(name: str, size: int) -> None:
    """Raise `CorpusError` if a file is too large."""
    if size > MOST_FILE:
        raise CorpusError("{name} has {size:,} bytes: at most {most:,} are read.", name=name, size=size, most=MOST_FILE)


def broken() -> CorpusError:
    return CorpusError("This zip is damaged, or packed in a way that is not read: make it again, with deflate.")
