"""Where files go for a while, on a machine that has no folder for them: into its memory.

Python looks for a folder that can be written to, and so do Matplotlib, numba and all workers, none of which can do
without. A container whose disk is read-only may have no other than Linux's for memory that is shared. Where there is
not even that, a program of ours ends with a sentence, before others end with a traceback.
"""

import os
import sys
import tempfile
from pathlib import Path

from cnnviz.text import Message

NOWHERE = Message("There is no folder that files can be written to. Let TMPDIR name one.")
MEMORY = Path("/dev/shm")


def find() -> None:
    """Let ``TMPDIR`` name that one, if Python finds none, and it can be written to."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        if MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK):
            os.environ["TMPDIR"] = str(MEMORY)
        elif sys.argv[0] == "-m":  # Python has not found yet which module of ours it is to run
            sys.exit(str(NOWHERE))


find()
