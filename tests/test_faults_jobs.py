"""Work in other processes where something runs out: each job ends with a sentence, and behind it all is as it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from confined import READ_ONLY, needs_mounts, with_mounts
from serving import ROOT
from stopped import clock, needs_compiler

from cnnviz.core.machine import ROOM as FULL

linux = pytest.mark.skipif(sys.platform != "linux" or os.geteuid(), reason="sets limits as root on Linux")
# A user of whom the system counts threads, with root's rights to files.
COUNTED = ["setpriv", "--ruid", "12345", "--bounding-set", "-sys_resource,-sys_admin"]
needs_setpriv = pytest.mark.skipif(not shutil.which("setpriv"), reason="takes util-linux")


def strained(name, room, within=(), log=subprocess.PIPE, **more):
    """What `tests.strained` prints, started by a command under which something is short."""
    command = [*within, sys.executable, "-m", "tests.strained", name]
    variables = os.environ | {"ROOM": str(room)} | more
    done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, *said, last = done.stdout.splitlines()
    return first.split()[1:], said, last


def left(before, last):
    """Files, what lies in the folder for them, and processes are as many as before; threads are no more."""
    word, now, *others = last.split()
    assert word == "left"
    assert int(now) <= int(before[0]) and others == before[1:]


@linux
@needs_setpriv
def test_without_threads_or_processes_a_job_ends_with_a_sentence(tmp_path):
    before, said, last = strained("no_threads", tmp_path, COUNTED)
    assert said[0] == "0 start" and said[-1].endswith("done 42")
    left(before, last)


@linux
def test_without_files_to_open_a_job_ends_with_a_sentence(tmp_path):
    before, said, last = strained("no_files", tmp_path)
    assert said[0] == "0 start" and said[-1].endswith("done 42")
    left(before, last)


@needs_mounts
def test_a_full_disk_ends_the_job_that_needs_it_and_no_other(tmp_path):
    before, said, last = strained("full_disk", tmp_path, with_mounts(small={str(tmp_path): "256k"}))
    assert said == [f"lacking {FULL}", "done 2"]
    left(before, last)


@linux
def test_a_job_finds_a_folder_for_files_where_its_own_or_that_for_all_was_cleared_away(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    before, said, last = strained("gone_folder", room)
    assert said == ["done 4", "done 4", "done 4"]
    left(before, last)


EVERYWHERE = ("/tmp", "/var/tmp", "/dev/shm", *READ_ONLY)


@needs_mounts
@pytest.mark.parametrize(("everywhere", "comes"), [(False, "done 4"), (True, "start")])
def test_where_the_folder_for_files_is_read_only_a_job_finds_another_or_says_so(everywhere, comes, tmp_path):
    kept = [one for one in EVERYWHERE if Path(one).is_dir()] if everywhere else [str(tmp_path)]
    _, *said = strained("lost_folder", tmp_path, with_mounts(kept))
    assert said == [[], comes]


@linux
def test_a_full_log_takes_no_job_with_it(tmp_path):
    with Path("/dev/full").open("w") as log:
        _, *said = strained("full_log", tmp_path, log=log)
    assert said == [["fault"], "done 2"]


@linux
@needs_compiler
def test_deadlines_and_progress_keep_their_own_time(tmp_path):
    variables, _ = clock(tmp_path)
    _, said, last = strained("jumping_clock", tmp_path, **variables)
    assert {*said, last} == {"deadline done 2 (0, 1)"}
