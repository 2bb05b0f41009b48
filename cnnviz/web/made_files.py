"""Files that were made before: a class that takes the same file away has it made once."""

from dataclasses import replace
from hashlib import sha256

import numpy as np

from cnnviz.core.cache import Cache
from cnnviz.export import Staged, Wanted, make
from cnnviz.text import spoken
from cnnviz.web.store import shared, store

_files: Cache[bytes] = Cache()


def bare(staged: Staged) -> Staged:
    """Without what it has worked out for itself since."""
    return replace(staged)


def key(staged: Staged, ending: str, wanted: Wanted) -> str:
    """All that decides what is in a file, as a digest; not how long the pass has taken, which differs by server."""
    done = staged.done
    told = (spoken().code, ending, wanted, staged.caption, staged.seed, staged.code, staged.address, staged.opens)
    digest = sha256(repr((*told, done.layer, done.device, str(done.notice))).encode() + staged.blob + staged.beside)
    arrays = ({"x": done.x, "y": done.y}, done.state, done.parts, staged.loads, staged.more)
    for i, group in enumerate(arrays):
        for name, array in sorted(group.items()):
            digest.update(f"{i} {name} {array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def file(staged: Staged, ending: str, wanted: Wanted) -> bytes:
    """As `cnnviz.export.make`, once."""
    which = key(staged, ending, wanted)
    return _files.get(which, lambda: shared(which, lambda: make(staged, ending, wanted)))


def found(which: str) -> bytes | None:
    """A film that was made before, here or elsewhere."""
    here, elsewhere = _files.find(which), store()
    return elsewhere.find(which) if here is None and elsewhere else here


def keep(which: str, film: bytes) -> bytes:
    """Let others have a film that was made in a worker."""

    def put() -> bytes:
        if elsewhere := store():
            elsewhere.put(which, film)
        return film

    return _files.get(which, put)
