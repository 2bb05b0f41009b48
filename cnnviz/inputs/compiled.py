"""Where numba keeps what it compiles of librosa: by itself beside librosa, or at home.

Where neither can be written, numba refuses to compile, and with it librosa's import fails. Then it is given a folder of
this process's own, which its workers share: one that others can write to may hold anybody's code.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

VARIABLE = "NUMBA_CACHE_DIR"


def writable(folder: Path) -> bool:
    """Can files be made in this folder, or the folder itself?

    >>> writable(Path("/dev/null/none")), writable(Path.cwd())
    (False, True)
    """
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def places() -> list[Path]:
    """Where numba would look, best first."""
    found = find_spec("librosa")
    beside = [Path(found.origin).parent / "core" / "__pycache__"] if found and found.origin else []
    cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return [*beside, Path(cache) / "numba"]


def give_room() -> TemporaryDirectory[str] | None:
    """A folder that goes with this process, if there is no other; it is named in the environment."""
    if VARIABLE in os.environ or any(map(writable, places())):
        return None
    folder = TemporaryDirectory(prefix="cnnviz-numba-", ignore_cleanup_errors=True)
    os.environ[VARIABLE] = folder.name
    return folder


FOLDER = give_room()
