"""The folder of a run: what is found is kept part by part, so that a run that was stopped goes on."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.columns import CHANNELS_FILE

WORK = "work"


class Kept:
    """What a run has found so far, below ``OUT/work``.

    Parameters
    ----------
    out : Path
    key : str
        Of all that the result depends on: what was found for another is not used.

    Raises
    ------
    CorpusError
        If the folder holds something else than a result.
    """

    def __init__(self, out: Path, key: str):
        if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or ours(out))):
            raise CorpusError("{out} holds something else already. Choose a new name for --out.", out=out)
        self.out, self.here = out, out / WORK / key
        self.here.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> bytes | None:
        """What was kept under a name; None if nothing was."""
        with suppress(FileNotFoundError):
            return (self.here / name).read_bytes()
        return None

    def has(self, names: Iterable[str]) -> bool:
        return all((self.here / name).exists() for name in names)

    def keep(self, name: str, data: bytes) -> None:
        """Keep all of it, or nothing."""
        path = self.here / name
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(data)
        part.replace(path)

    def finish(self) -> None:
        """Put the result, which lies here with the rest, into its place, the channels last; and let the rest go."""
        (self.out / CHANNELS_FILE).unlink(missing_ok=True)  # of a run before: without it, nobody takes it for one
        shutil.rmtree(self.out / "patches", ignore_errors=True)
        (self.here / "patches").mkdir(exist_ok=True)
        (self.here / "patches").replace(self.out / "patches")
        tables = sorted(self.here.glob("*.parquet"), key=lambda path: path.name == CHANNELS_FILE)
        for path in tables:
            path.replace(self.out / path.name)
        shutil.rmtree(self.out / WORK, ignore_errors=True)


def ours(folder: Path) -> bool:
    """Is a folder the result of a run, or of one that was stopped?"""
    return (folder / CHANNELS_FILE).exists() or (folder / WORK).is_dir()
