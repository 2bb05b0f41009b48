"""Parts of the machine that are missing: letters, libsndfile, folders for files. What needs them says so."""

import io
import sys
import tempfile

import numpy as np
import pytest
import soundfile
from test_pages import opened
from test_share import staged

from cnnviz.core.machine import NOWHERE
from cnnviz.export import KINDS, ExportError, Look, Plan, Wanted, fonts, make
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.logmel import Features
from cnnviz.inputs.sndfile import MISSING as NO_SNDFILE
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.upload import read_upload
from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.patches import read_patch

DRAWN = [ending for ending, kind in KINDS.items() if kind.family in ("picture", "film")]
SMALL = Wanted(Look(width_px=300), None, Plan(last=0))
FONTS = (fonts.properties, fonts.font_of, fonts.file_of, fonts.widths)


@pytest.fixture(params=["missing", "damaged"])
def letters(request, monkeypatch, tmp_path):
    """None of the name that we want, or in a file that is none of a font."""
    if request.param == "missing":
        monkeypatch.setattr(fonts, "FAMILY", "No Such Letters")
    else:
        (tmp_path / "letters.ttf").write_bytes(b"\0\1\0\0" + bytes(100))
        monkeypatch.setattr(fonts, "findfont", lambda *_, **__: str(tmp_path / "letters.ttf"))
    for one in FONTS:
        one.cache_clear()
    yield
    for one in FONTS:
        one.cache_clear()


@pytest.mark.parametrize("ending", DRAWN)
def test_without_letters_no_picture_is_made_and_all_else_is(ending, letters):
    with pytest.raises(ExportError) as ended:
        make(staged(), ending, SMALL)
    assert str(ended.value) == str(fonts.MISSING)
    assert make(staged(), "html", SMALL) and make(staged(), "npz", SMALL)


def test_without_letters_the_tab_share_says_so_before_anybody_waits(letters):
    app = opened("convolution", tab="Share")
    assert [one.value for one in app.warning] == [str(fonts.MISSING)]
    app.selectbox(key="_file").set_value("npz").run()
    assert not app.warning and not app.exception


@pytest.fixture
def silent(monkeypatch):
    """An import of soundfile finds nothing."""
    monkeypatch.setitem(sys.modules, "soundfile", None)


def test_without_libsndfile_a_sound_is_refused_and_no_other_file(monkeypatch):
    file, array = io.BytesIO(), io.BytesIO()
    soundfile.write(file, np.sin(np.arange(8000) / 9) / 2, 16_000, format="WAV")
    np.save(array, np.eye(4, dtype=np.float32))
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(SourceError) as refused:
        read_upload(file.getvalue(), "a.wav", 2)
    assert str(refused.value) == str(NO_SNDFILE)
    assert read_upload(array.getvalue(), "a.npy", 2)


def test_without_libsndfile_sounds_are_made_at_their_own_rate(silent):
    assert LogMel(seconds=1).grid().values.size
    with pytest.raises(SourceError) as refused:
        LogMel(seconds=1, features=Features(rate=8000, f_max=4000)).grid()
    assert str(refused.value) == str(NO_SNDFILE)


def test_without_libsndfile_patches_of_a_corpus_say_so(silent):
    with pytest.raises(CorpusError) as refused:
        read_patch(lambda name: b"", 0)
    assert str(refused.value) == str(NO_SNDFILE)


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_without_any_folder_for_files_a_film_says_so(ending, tmp_path, monkeypatch):
    """As where Python finds none of those that it knows."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(ExportError) as ended:
        make(staged(), ending, SMALL)
    assert str(ended.value) == str(NOWHERE)
