"""One worker process, as the server sees it."""

import errno
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnnviz.jobs import wire

ROOT = Path(__file__).parents[2]
log = logging.getLogger(__name__)
LOST = (errno.ENOENT, errno.EROFS, errno.EACCES)  # what is said of a folder that is there no more, or read-only


@dataclass(frozen=True)
class Kind:
    """What the workers of a pool are like.

    Attributes
    ----------
    memory : int [bytes]
        That a job may take beyond what the worker itself needs; held on Linux.
    nice : int
        How far it stands back behind the server, as the command ``nice`` counts.
    modules : names
        Imported before the first job.
    """

    memory: int
    nice: int = 0
    modules: tuple[str, ...] = ()


def folder() -> TemporaryDirectory[str]:
    """A new one for files; where that for all is gone or can be written no more, in another one that Python finds."""
    made = partial(TemporaryDirectory, prefix="cnnviz-worker-", ignore_cleanup_errors=True)
    try:
        return made()
    except OSError as error:
        if error.errno not in LOST:
            raise
        tempfile.tempdir = None
        try:
            return made()
        except OSError:
            log.warning("There is no folder that files can be written to, so no worker. Let TMPDIR name one.")
            raise


class Process:
    """A running worker. It ends when the server does, and what it left in its folder for files goes with it.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self, kind: Kind):
        self.folder = folder()
        limits = [str(kind.memory), str(kind.nice)]
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "cnnviz.jobs.worker", str(os.getpid()), *limits, *kind.modules],
                cwd=ROOT,
                env=os.environ | {"TMPDIR": self.folder.name},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is the server's, and what it starts can be ended with it
            )
        except BaseException:
            self.folder.cleanup()
            raise

    @property
    def pid(self) -> int:
        return self.child.pid

    def start(self, job: bytes) -> None:
        """Hand a job over; one that is gone says so by having no messages."""
        assert self.child.stdin is not None
        with suppress(OSError):
            wire.send(self.child.stdin, wire.JOB + job)

    def tell(self, word: str) -> None:
        """Say a word to the job that it is at."""
        assert self.child.stdin is not None
        with suppress(OSError):
            wire.send(self.child.stdin, wire.WORD + word.encode())

    def messages(self) -> Iterator[Any]:
        """What it says, until it is gone or says something that it may not."""
        assert self.child.stdout is not None
        while message := wire.receive(self.child.stdout):
            try:
                yield wire.unpacked(message)
            except Exception:  # a pickle that was tampered with raises nearly anything
                break
        self.kill()

    @property
    def alive(self) -> bool:
        """Does it run, and has it a folder yet? Machines clear away what lies long in the folder for all."""
        return self.child.poll() is None and Path(self.folder.name).is_dir()

    def kill(self) -> None:
        """End it now, with whatever it has started."""
        if self.child.returncode is not None:  # its number may be another's by now
            return
        if sys.platform == "win32":
            self.child.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)

    def bury(self) -> None:
        """End it, and clean up behind it."""
        self.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self.folder.cleanup()
