"""What a machine has no more of now: memory, room for files, a place for them, open files, threads; in a sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from cnnviz.text import Message, Problem

FULL = ("can't allocate memory", "not enough memory", "cannot allocate memory")  # torch's words, and the system's
BUSY = ("can't start new thread",)  # Python's
MEMORY = Message("This machine has no memory left for this now. Use a smaller input, or try again in a minute.")
ROOM = Message("The disk of this machine is full, so no file can be made. What needs none goes on.")
FILES = Message("This machine has no more files to open now. Try again in a minute.")
THREADS = Message("This machine can begin nothing more now. Try again in a minute.")
NOWHERE = Message(
    "This machine has no folder now that files can be written to, so no file can be made. What needs none goes on; "
    "whoever runs it may let TMPDIR name one."
)
BY_NUMBER = {
    errno.ENOMEM: MEMORY,
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EFBIG: ROOM,
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.EAGAIN: THREADS,
    errno.EROFS: NOWHERE,
}


class MachineError(Problem):
    """What was asked for is right, and this machine cannot do it now."""


def out_of_memory(error: BaseException) -> bool:
    """Does an error say that this process may have no more memory?"""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in FULL)


def lacks(error: BaseException) -> Message | None:
    """What the machine has no more of, by an error that says so, in a sentence.

    >>> str(lacks(OSError(errno.ENOSPC, "No space left on device")))
    'The disk of this machine is full, so no file can be made. What needs none goes on.'
    >>> lacks(KeyError("ours"))
    """
    if out_of_memory(error):
        return MEMORY
    if isinstance(error, OSError):
        nameless = error.errno == errno.ENOENT and error.filename is None  # so says Python that it finds no folder
        return NOWHERE if nameless else BY_NUMBER.get(error.errno or 0)
    return THREADS if isinstance(error, RuntimeError) and str(error) in BUSY else None


@contextmanager
def told(
    problem: type[Problem] = MachineError, of: tuple[type[Exception], ...] = (MemoryError, OSError, RuntimeError)
) -> Iterator[None]:
    """Raise a problem for what lacks in here, as errors of these kinds say it; all else as it is."""
    try:
        yield
    except of as error:
        if sentence := lacks(error):
            raise problem(sentence) from error
        raise
