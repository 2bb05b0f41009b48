"""Files that were made before: a class that takes the same file away has it made once."""

import pickle
from dataclasses import replace
from hashlib import sha256

from cnnviz.core.cache import Cache
from cnnviz.export import Staged, Wanted, make
from cnnviz.text import spoken

_files: Cache[bytes] = Cache(64 * 2**20, len)


def bare(staged: Staged) -> Staged:
    """Without what it has worked out for itself since."""
    return replace(staged)


def key(staged: Staged, ending: str, wanted: Wanted) -> str:
    """All that decides what is in a file, as a digest."""
    return sha256(pickle.dumps((spoken().code, bare(staged), ending, wanted), 5)).hexdigest()


def file(staged: Staged, ending: str, wanted: Wanted) -> bytes:
    """As `cnnviz.export.make`, once."""
    return _files.get(key(staged, ending, wanted), lambda: make(staged, ending, wanted))
