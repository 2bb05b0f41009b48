"""Results of a corpus, as small as they can be, and in a zip."""

import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.columns import CHANNELS_FILE
from cnnviz.scenes.corpus.told import about, patches, sound, told
from cnnviz.scenes.corpus.where import Zipped

CORPUS = Path(__file__).parent / "corpus" / "result"


def zipped(folder: Path, inside: str = "lab/", method: int = zipfile.ZIP_DEFLATED, patches: bool = True) -> bytes:
    """A result's folder as somebody would send it."""
    found = BytesIO()
    with zipfile.ZipFile(found, "w", method) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and (patches or path.suffix == ".parquet"):
                archive.writestr(zipfile.ZipInfo(inside + path.relative_to(folder).as_posix()), path.read_bytes())
    return found.getvalue()


class Bare:
    """A table of channels alone, beside clips that are sound: no zip's sum of its bytes stands before its reader."""

    def __init__(self, data: bytes):
        self.data = data

    def files(self):
        clips = Zipped("", (CORPUS / "deflated.zip").read_bytes()).files()
        return lambda name: self.data if name == CHANNELS_FILE else clips(name)


def opened(data: bytes) -> None:
    """As the page of sounds opens a result: what was run, a stage, its patches."""
    where = Bare(data) if data.startswith(b"PAR1") else Zipped("a.zip", data)
    known = about(where)
    for stage in list(known.stages)[:2]:
        one = told(where, stage)
        windows = one.window[0][one.patch[0] >= 0]
        sizes = tuple((int(b - a), known.features.n_mels) for a, b in windows)
        numbers = tuple(map(int, one.patch[0][one.patch[0] >= 0]))
        patches(where, numbers, sizes)
    with suppress(CorpusError):  # of a result without patches
        sound(where, 0)
