"""A disk that is full or read-only while a film is made: one sentence whatever the film, and nothing is left."""

import subprocess
import tempfile

import pytest
from confined import needs_mounts
from test_share import staged

from cnnviz.core.machine import NOWHERE, ROOM
from cnnviz.export import ExportError, Look, Plan, Wanted, make

MANY = Wanted(Look(width_px=600), None, Plan(last=30, seconds=0.1))


@pytest.fixture
def small(tmp_path, request, monkeypatch):
    """The folder for files of this process: a disk of its own, with so much room, or for so few files."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", request.param, "none", tmp_path], check=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


ROOMS = [(ending, room) for ending in ("mp4", "gif") for room in ("size=4k", "size=16k", "ro")]


@needs_mounts
@pytest.mark.parametrize(("ending", "small"), [*ROOMS, ("mp4", "nr_inodes=2")], indirect=["small"])
def test_a_film_for_which_there_is_no_room_says_so_and_leaves_none_of_it(ending, small, request):
    with pytest.raises(ExportError) as ended:
        make(staged(), ending, MANY)
    assert str(ended.value) == str(NOWHERE if "ro" in request.node.callspec.params.values() else ROOM)
    assert not list(small.iterdir())
