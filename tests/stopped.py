"""A process whose wall clock stands or jumps, by a shim that is compiled when a test first asks."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="compiles a clock that stands")


def clock(folder: Path) -> tuple[dict[str, str], Callable[[float, float], None]]:
    """Variables for a process, and what sets its clock: rate times the real time, plus seconds; (0, 0) is 1970."""
    shim, says = folder / "clock.so", folder / "clock"
    source = Path(__file__).parent / "clock.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)

    def put(rate: float, seconds: float) -> None:
        (folder / "new").write_text(f"{rate} {seconds}")
        (folder / "new").replace(says)  # never half written

    put(1, 0)
    return {"LD_PRELOAD": str(shim), "CNNVIZ_CLOCK": str(says)}, put
