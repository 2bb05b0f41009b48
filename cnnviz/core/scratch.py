"""Where files go for a while, on a machine that has no folder for them: into its memory.

Python looks for a folder that can be written to, and so do Matplotlib, numba and all workers, none of which can do
without. A container whose disk is read-only may have no other than Linux's for memory that is shared.
"""

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")


def find() -> None:
    """Let ``TMPDIR`` name that one, if Python finds none, and it can be written to."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        if MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK):
            os.environ["TMPDIR"] = str(MEMORY)


find()
