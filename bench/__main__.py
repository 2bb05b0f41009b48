"""``python -m bench``: measure everything in one run and print it; ``--json FILE`` also writes the numbers down."""

import json
import os
import platform
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from bench.blobs import blobs
from bench.chromium import chromium, launched
from bench.core import core
from bench.corpus import corpus
from bench.exports import exports
from bench.frames import frames
from bench.gradients import gradients
from bench.knob import knob
from bench.load import load as visitors
from bench.networks import networks
from bench.occlusion import occluded
from bench.requests import requests
from bench.table import Table
from bench.training import training


def main() -> None:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file, too")
    chosen = parser.parse_args()
    done = []
    for table in tables():
        print(table, end="\n\n", flush=True)
        done.append(table)
    print(f"Load at the end: {load()}.")
    if chosen.json:
        chosen.json.write_text(json.dumps({table.title: table.plain() for table in done}, indent=2) + "\n")


def tables() -> Iterator[Table]:
    """Each as soon as it is measured."""
    with chromium() as kind, launched(kind) as browser:
        cores = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        print(f"cnnviz on {cores}; Chromium {browser.version}, headless, no GPU; load {load()}.\n", flush=True)
        yield blobs()
        yield core()
        yield networks()
        yield gradients()
        yield occluded()
        yield training()
        yield corpus()
        yield requests()
        yield exports()
        yield frames(kind)
        yield knob(browser)
        yield visitors()


def load() -> str:
    """Processes that wanted a core, on average over the last minute; above the number of cores, times suffer."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
