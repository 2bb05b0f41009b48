"""Break the code in small ways, one at a time, and see whether a test notices: ``python tests/mutate.py --count 100``.

Each breakage is made in a copy of the checkout. First the tests of each part of the house run on it as it is, and it is
noted which of them call which function, and how long each takes. A broken function is met by those that call it, the
quick ones first, until one fails; a broken module of JavaScript, whose calls nobody sees, by all tests of its part.
What no test notices is listed at the end: it wants a test, or changes nothing that anybody could see.
"""

import argparse
import contextlib
import importlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

from breakages import Breakage, breakages

ROOT = Path(__file__).parent.parent
# What is imported once for all; each try is a fork of this process, and imports the broken code by itself.
HEAVY = [
    "torch",
    "numpy",
    "streamlit.testing.v1",
    "hypothesis",
    "pytest",
    "playwright.sync_api",
    "matplotlib.figure",
    "librosa",
    "sklearn.datasets",
]
# Of each part: its files, and its tests.
AREAS: dict[str, tuple[list[str], str]] = {
    "core": (
        ["cnnviz/core/**/*.py"],
        "geometry layers measure run pooling norms gates flatten rates reasons scene messages back nudge columns "
        "fields",
    ),
    "drawing": (
        ["static/drawing/*.js"],
        "player_helpers export_drawing words browser_player browser_readout browser_turned browser_gating "
        "browser_pooling browser_norms",
    ),
    "matrix": (
        ["static/matrix/*.js", "cnnviz/scenes/matri*.py", "cnnviz/scenes/numpy_code.py"],
        "matrix_scene matrix_helpers browser_matrix export_matrix",
    ),
    "training": (
        ["static/training/*.js", "cnnviz/scenes/training.py", "cnnviz/scenes/learned.py", "cnnviz/scenes/answers.py"],
        "training_scene training_helpers browser_training",
    ),
    "query": (
        ["cnnviz/scenes/query/*.py", "cnnviz/scenes/opening.py", "cnnviz/content/address.py"],
        "query opening link saved_addresses compare spectrogram training_page training_recipe",
    ),
    "pages": (
        ["pages/*.py", "cnnviz/web/*.py"],
        "pages vocabulary clean history output_size input_notices networks_page spectrogram share opening presets "
        "compare training_page nudge trained choices",
    ),
}
FEW = 12  # of a test's settings
SURVIVED = "SURVIVED"
Calls = dict[str, list[str]]  # by file and first line of a function, the tests that call it, the quick ones first


# --- which tests call what ---


class Callers:
    """Writes down, for each function below a folder, which tests call it. A pytest plugin."""

    def __init__(self, place: Path):
        self.below = f"{place}/"
        self.seen: set[CodeType] = set()
        self.calls: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.began = 0.0

    def notice(self, frame: FrameType, event: str, _: object) -> None:
        self.seen.add(frame.f_code)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.seen.clear()
        self.began = time.monotonic()
        threading.settrace(self.notice)
        sys.settrace(self.notice)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        seconds = time.monotonic() - self.began
        for code in self.seen.copy():
            if code.co_filename.startswith(self.below):
                file = code.co_filename.removeprefix(self.below)
                self.calls[f"{file}:{code.co_firstlineno}"].append((seconds, nodeid))

    def pytest_sessionfinish(self) -> None:
        found = {name: [test for _, test in sorted(tests)] for name, tests in self.calls.items()}
        Path(self.below, "calls.json").write_text(json.dumps(found))


class Chosen:
    """Runs these tests alone, in this order. A pytest plugin."""

    def __init__(self, tests: Sequence[str]):
        self.order = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self.order), key=lambda one: self.order[one.nodeid])


def callers(calls: Calls, one: Breakage) -> list[str]:
    """The tests that call the innermost function round a breakage that anybody calls; of each test a few settings."""
    known = (calls.get(f"{one.file}:{line}") for line in one.within)
    found: dict[str, list[str]] = defaultdict(list)
    for test in next(filter(None, known), []):
        found[test.partition("[")[0]].append(test)
    few = {test for tests in found.values() for test in tests[:FEW]}
    return [test for tests in found.values() for test in tests if test in few]


# --- trying ---


def drawn(root: Path, areas: Sequence[str], count: int, seed: str) -> list[tuple[str, Breakage]]:
    """So many breakages of all areas in turn, from all over their files."""
    each = []
    for area in areas:
        found: list[Breakage] = []
        for path in sorted(path for pattern in AREAS[area][0] for path in root.glob(pattern)):
            found += breakages(root, path.relative_to(root))
        each.append([(area, one) for one in Random(f"{seed} {area}").sample(found, min(count, len(found)))])
    return [one for turn in zip_longest(*each) for one in turn if one][:count]


def copied(place: Path) -> Path:
    """A copy of what git knows of the checkout, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(".venv"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    (place / ".venv").symlink_to(ROOT / ".venv")
    return place


def passes(place: Path, area: str, seconds: float, plugin: Callers | Chosen | None) -> bool | None:
    """Do the tests of an area pass in this copy? None if they do not end in time."""
    tests = [f"tests/test_{name}.py" for name in AREAS[area][1].split()]
    if isinstance(plugin, Chosen):
        tests = [file for file in tests if any(one.startswith(file) for one in plugin.order)]
    if (child := os.fork()) == 0:
        run_tests(place, tests, plugin)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def run_tests(place: Path, tests: list[str], plugin: object) -> None:
    """Run tests in this process, which ends with them."""
    os.setsid()
    os.chdir(place)
    sys.path[:0] = [str(place), str(place / "tests")]
    log = os.open(place / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    how = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    with contextlib.suppress(BaseException):
        code = int(importlib.import_module("pytest").main([*how, *tests], plugins=[plugin] if plugin else []))
    os._exit(code)


def called(place: Path, area: str, seconds: float) -> Calls | None:
    """Which tests of an area call what; None if they do not pass as it is."""
    calls = place / "calls.json"
    calls.unlink(missing_ok=True)
    if not passes(place, area, seconds, Callers(place)):
        return None
    found: Calls = json.loads(calls.read_text())
    return found


def met(place: Path, area: str, one: Breakage, calls: Calls, seconds: float) -> str:
    """What the tests say of a breakage. Hung: they went on and on, or the machine is too busy for them."""
    source = (place / one.file).read_bytes()
    (place / one.file).write_bytes(one.broken(source))
    tests = callers(calls, one)
    found = passes(place, area, seconds, Chosen(tests) if tests else None)
    (place / one.file).write_bytes(source)
    return {True: SURVIVED, False: "noticed", None: "hung"}[found]


def main() -> int:
    parser = argparse.ArgumentParser(description="Break the code in small ways and see whether a test notices.")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--area", action="append", choices=AREAS, help="all if none is named")
    parser.add_argument("--seed", default=secrets.token_hex(3), help="the same breakages again")
    parser.add_argument("--seconds", type=float, default=300, help="after which tests count as hung")
    asked = parser.parse_args()
    areas = asked.area or list(AREAS)
    for name in HEAVY:
        importlib.import_module(name)
    survivors, calls = [], {}
    with tempfile.TemporaryDirectory(prefix="cnnviz-mutate-") as made:
        place = copied(Path(made))
        for area in areas:
            began, found = time.monotonic(), called(place, area, 10 * asked.seconds)
            if found is None:
                print((place / "log.txt").read_text()[-9000:], f"The tests of {area} fail as it is.", sep="\n")
                return 1
            calls[area] = found
            print(f"The tests of {area} take {time.monotonic() - began:.0f} s.", flush=True)
        for i, (area, one) in enumerate(drawn(place, areas, asked.count, asked.seed), 1):
            began, found = time.monotonic(), met(place, area, one, calls[area], asked.seconds)
            print(f"{i} {found} in {time.monotonic() - began:.0f} s: {one}", flush=True)
            survivors += [one] if found == SURVIVED else []
    print(f"\n{len(survivors)} of {asked.count} survived (seed {asked.seed}):", *survivors, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
