"""Try property tests with fresh examples for as long as there is time: ``python tests/fuzz.py --minutes 10``.

They come in another order each time, so that a short time is fair to all. It stops at the first round with a failure,
and fails where the time was too short for a single test.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

# How a round tells its workers, and they it: which tests they began, a line each.
ORDER, UNTIL, BEGUN = "CNNVIZ_FUZZ_ORDER", "CNNVIZ_FUZZ_UNTIL", "CNNVIZ_FUZZ_BEGUN"


def main() -> int:
    parser = argparse.ArgumentParser(description="Try property tests with fresh examples.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("tests", nargs="*", default=["tests"], help="files; all if none is named")
    asked = parser.parse_args()
    until = time.time() + 60 * asked.minutes
    command = [sys.executable, "-m", "pytest", "-n", "2", "-m", "hypothesis", "--hypothesis-profile=fuzz", *asked.tests]
    with tempfile.NamedTemporaryFile("r") as begun:
        while time.time() < until:
            env = os.environ | {ORDER: str(secrets.randbits(32)), UNTIL: str(until), BEGUN: begun.name}
            if code := subprocess.call(command, cwd=Path(__file__).parent.parent, env=env):
                return code
        tried = len(set(begun))
    print(f"{tried} tests were tried with fresh examples in {asked.minutes:g} minutes.")
    return 0 if tried else 1


def shuffle(items: list[Any]) -> None:
    """Put tests into this round's order, the same one for all workers."""
    if ORDER in os.environ:
        Random(os.environ[ORDER]).shuffle(items)


def begin(test: str) -> None:
    """Leave a test out when the time is up, else write down that it begins."""
    if time.time() > float(os.environ.get(UNTIL, "inf")):
        pytest.skip("The time is up.")
    if BEGUN in os.environ:
        with Path(os.environ[BEGUN]).open("a") as begun:
            begun.write(f"{test}\n")


if __name__ == "__main__":
    raise SystemExit(main())
