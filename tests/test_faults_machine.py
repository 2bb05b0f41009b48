"""A machine that lacks nearly everything: what cannot be done is said in a sentence, and all else goes on."""

import os
import sys
from functools import partial
from pathlib import Path
from subprocess import run as run_

import looped
import pytest
from confined import READ_ONLY, needs_mounts, with_mounts
from serving import ROOT, serve

from bench.visitors import visit
from bench.visitors.screen import Screen

pytestmark = needs_mounts
run = partial(run_, capture_output=True, text=True, check=False)
slow = pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: compiles for 11 s")
ROOM = "16m"  # of the only folder that can be written


@pytest.fixture(scope="module")
def variables():
    """No home that is there, no name, letters of ASCII alone, and no word about where to keep what is compiled."""
    gone = ("USER", "LOGNAME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | plain | {"HOME": f"/{ROOT.parts[1]}/nobody"}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A folder that will have no room for anything."""
    return tmp_path_factory.mktemp("full")


@pytest.fixture(scope="module")
def within(tmp_path_factory, full):
    """Checkout, home and libraries cannot be written, nobody knows who we are; a small folder is left for files."""
    room = tmp_path_factory.mktemp("room")
    mounted = with_mounts(READ_ONLY, {str(room): ROOM, str(full): "4k"}, ["/etc/passwd"])
    return [*mounted, "env", f"TMPDIR={room}"]


@pytest.fixture(scope="module")
def bare(within, variables):
    with serve(within=within, variables=variables) as server:
        yield server


def shown(url: str, page: str) -> Screen:
    async def see() -> Screen:
        visitor = await visit(url, page, "")  # raises what broke
        visitor.close()
        return visitor.screen

    return looped.run(see())


PAGES = ["convolution", "network", "training", pytest.param("spectrogram", marks=slow)]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_drawn_where_nothing_can_be_written(page, bare):
    screen = shown(bare.url, page)
    assert not screen.warned
    assert screen.known  # a component is drawn


COMPILES = """
import cnnviz.inputs, librosa, numba
code = "def twice(x):\\n    return 2 * x"
space = {"__name__": "librosa.notation"}
exec(compile(code, librosa.__file__, "exec"), space)
print(numba.njit(cache=True)(space["twice"])(21))
"""


def test_what_librosa_compiles_finds_a_place_where_nothing_can_be_written(within, variables):
    """Without one numba refuses, and no sound is ever shown."""
    done = run([*within, sys.executable, "-c", COMPILES], env=variables)
    assert (done.stdout, done.returncode) == ("42\n", 0), done.stderr


@pytest.mark.parametrize(("folder", "why"), [("/etc", "Read-only file system"), ("", "No space left on device")])
def test_the_command_says_what_it_cannot_write_and_leaves_no_half_of_it(folder, why, within, variables, full):
    file = Path(folder or full) / "left.html"
    command = [sys.executable, "-m", "cnnviz", "export", "convolution", str(file)]
    look = ["sh", "-c", '"$@"; ls -A "$0"', str(file.parent)]
    done = run([*within, *look, *command], env=variables)
    assert done.stderr.splitlines()[-1] == f"{file} cannot be written: {why}."
    assert "left.html" not in done.stdout.split()
