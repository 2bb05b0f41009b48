"""Commands that start a program where something is missing: what cannot be written, held or opened, for real.

A namespace of its own (Linux, by root) mounts folders read-only or small; nobody else sees that.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from serving import ROOT

READ_ONLY = tuple(dict.fromkeys(f"/{path.split('/')[1]}" for path in (str(ROOT), sys.prefix, sys.base_prefix, "/etc")))


@cache
def mounts() -> bool:
    """May this process mount?"""
    try:
        command = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
        tried = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


needs_mounts = pytest.mark.skipif(not mounts(), reason="mounts folders, which takes root on Linux")


def with_mounts(
    read_only: Sequence[str] = (), small: Mapping[str, str] | None = None, empty: Sequence[str] = ()
) -> list[str]:
    """A command that becomes the one behind it.

    Parameters
    ----------
    read_only : folders
        That are there and cannot be written.
    small : sizes by folder
        New and empty, with so much room.
    empty : files
        That are there and hold nothing.
    """
    lines = [f"mount --bind {one} {one} && mount -o remount,bind,ro {one}" for one in read_only]
    lines += [f"mount -t tmpfs -o size={size} none {folder}" for folder, size in (small or {}).items()]
    lines += [f"mount --bind /dev/null {file}" for file in empty]
    script = " && ".join(["mount --make-rprivate /", *lines, f'cd "{ROOT}"', 'exec "$@"'])
    return ["unshare", "-m", "sh", "-c", script, "sh"]
