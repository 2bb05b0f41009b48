"""Lock what the app needs, each file by its sha256: ``make lock`` writes requirements.lock and requirements-cuda.lock.

Torch comes in two builds of one version. The one for CUDA is where all other packages are, and brings more of them:
requirements-cuda.lock. The one for CPUs alone has an index of its own and is locked by hand: requirements-cpu.lock.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
LOCK, CUDA_LOCK, CPU_LOCK = (ROOT / f"requirements{kind}.lock" for kind in ("", "-cuda", "-cpu"))
OLDEST = "3.11"  # the Python that requirements.txt is tested with
CUDA = re.compile(r"(cuda|nvidia)-|triton\b")  # what torch's build for CUDA brings
HEAD = """\
# {what}, each file by its sha256. Made by `make lock`, which keeps the versions
# that stand here; without this file it takes the newest.
#
#   pip install --require-hashes -r requirements.lock{more}
"""


def main() -> None:
    before = [entry for file in (LOCK, CUDA_LOCK) if file.exists() for entry in entries(file.read_text())]
    # without their digests, which uv would take over unseen
    found = entries(resolved("\n".join(entry.split(" \\\n")[0] for entry in before)))
    write(LOCK, "All that the app needs", "", (one for one in found if not CUDA.match(one)))
    write(
        CUDA_LOCK,
        "All that torch's build for CUDA needs besides",
        " -r requirements-cuda.lock",
        (one for one in found if CUDA.match(one)),
    )


def resolved(before: str) -> str:
    """All packages with their digests, for every Python from the oldest on; versions from before, where they fit."""
    program = shutil.which("uv", path=Path(sys.executable).parent) or "uv"
    with TemporaryDirectory() as folder:
        made = Path(folder) / "requirements.lock"
        made.write_text(before)
        command = [program, "pip", "compile", "requirements.txt", "--universal", "--python-version", OLDEST]
        command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-annotate", "--quiet"]
        # one version for all Pythons: what is tested with one of them is what runs with another
        subprocess.run([*command, "--fork-strategy", "fewest", "-o", made], cwd=ROOT, check=True)
        return made.read_text()


def entries(text: str) -> list[str]:
    """Each package with the lines of its digests."""
    told = re.sub(r"^#.*\n", "", text, flags=re.M)
    return [entry.strip() for entry in re.split(r"\n(?=\w)", told.strip())]


def write(file: Path, what: str, more: str, found: Iterable[str]) -> None:
    file.write_text(HEAD.format(what=what, more=more) + "\n".join(found) + "\n")


if __name__ == "__main__":
    main()
