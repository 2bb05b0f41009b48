"""A machine that lacks nearly everything: what cannot be done is said in a sentence, and all else goes on."""

import os
import sys
from functools import partial
from pathlib import Path
from subprocess import run as run_

import looped
import pytest
import soundfile
from confined import READ_ONLY, needs_mounts, with_mounts
from serving import ROOT, serve

from bench.visitors import visit
from bench.visitors.screen import Screen
from cnnviz.core.scratch import NOWHERE

pytestmark = needs_mounts
run = partial(run_, capture_output=True, text=True, check=False)
slow = pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: compiles for 11 s")
MEMORY, ROOM = "/dev/shm", "16m"  # the only folder that can be written


@pytest.fixture(scope="module")
def variables():
    """No home that is there, no name, letters of ASCII alone, and no word about where to keep what is compiled."""
    gone = ("USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | plain | {"HOME": f"/{ROOT.parts[1]}/nobody"}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A folder that will have no room for anything."""
    return tmp_path_factory.mktemp("full")


def libsndfile() -> list[str]:
    """Where it may be: beside soundfile, and the system's."""
    found = [
        *Path(soundfile.__file__).parent.glob("_soundfile_data/*sndfile*"),
        *Path("/usr/lib").glob("*/libsndfile.so*"),
    ]
    return [str(one) for one in found if not one.is_symlink()]


@pytest.fixture(scope="module")
def within(full):
    """Nothing can be written to but some memory, nobody knows who we are, and libsndfile cannot be loaded."""
    folders = [one for one in ("/tmp", "/var/tmp", "/usr/tmp") if Path(one).is_dir()]
    return with_mounts([*READ_ONLY, *folders], {MEMORY: ROOM, str(full): "4k"}, ["/etc/passwd", *libsndfile()])


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


@pytest.mark.parametrize("program", ["cnnviz", "cnnviz.cli.serve.process"])
def test_where_no_folder_at_all_can_be_written_programs_say_so(program, variables):
    folders = [one for one in ("/tmp", "/var/tmp", "/usr/tmp", MEMORY) if Path(one).is_dir()]
    nowhere = with_mounts([*READ_ONLY, *folders])
    done = run([*nowhere, sys.executable, "-m", program, "export", "convolution", "x.html"], env=variables)
    assert (done.returncode, done.stderr) == (1, f"{NOWHERE}\n")


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


EXPORTS = """
import sys
from cnnviz.__main__ import main
for file in sys.argv[1:]:
    sys.argv[1:] = ["export", "convolution", file]
    try:
        main()
    except SystemExit as end:
        print(end)
"""


def test_the_command_says_what_it_cannot_write_and_leaves_no_half_of_it(within, variables, full):
    read_only, no_room = Path("/etc/left.html"), Path(full) / "left.html"
    look = ["sh", "-c", '"$@"; ls -A "$0" /etc', str(full)]
    done = run([*within, *look, sys.executable, "-c", EXPORTS, str(read_only), str(no_room)], env=variables)
    assert done.stdout.splitlines()[:2] == [
        f"{read_only} cannot be written: Read-only file system.",
        f"{no_room} cannot be written: No space left on device.",
    ]
    assert "left.html" not in done.stdout.split()
