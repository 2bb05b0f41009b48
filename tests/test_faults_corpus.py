"""A disk that is full while a corpus is searched: it is said, and with more room the same command goes on."""

import subprocess
from contextlib import nullcontext

import pytest
from confined import needs_mounts
from corpora import LINK, TABLE, here, make_clips

from cnnviz.__main__ import parser
from cnnviz.cli.corpus.engines import ENGINES
from cnnviz.scenes.corpus import in_folder, read_corpus

CLIPS = 3


@pytest.fixture
def small(tmp_path):
    """A disk of its own, with no room for a result."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@needs_mounts
def test_a_corpus_without_room_says_so_and_goes_on_with_more(small, tmp_path, monkeypatch):
    monkeypatch.setitem(ENGINES, "local", lambda processes: nullcontext(here))
    clips, out = make_clips(tmp_path / "clips", CLIPS), small / "out"
    command = ["corpus", str(clips), "--network", LINK, "--labels", str(clips / TABLE), "--top", "2", "--out", str(out)]
    chosen = parser().parse_args(command)
    with pytest.raises(SystemExit) as ended:
        chosen.run(chosen)
    said = f"{out} cannot be written: No space left on device. Make room; the same command goes on from here."
    assert ended.value.code == said
    assert not (out / "channels.parquet").exists()  # nobody takes it for a result
    subprocess.run(["mount", "-o", "remount,size=16m", small], check=True)
    chosen.run(chosen)
    assert read_corpus(in_folder(out)).about.clips == CLIPS
