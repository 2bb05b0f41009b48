"""Networks: what looking at every stage adds to the forward pass, and how long ten seconds of sound take."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
import torch

from bench.core import race
from bench.table import Figure, Table
from cnnviz.core.cache import TOGETHER
from cnnviz.core.layers import Array
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.samples import Photo
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.upload import Upload
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import MOST_BYTES, Network
from cnnviz.networks.zoo import ZOO
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.stage import Watch

Case = tuple[Network, Array]  # and what it reads


def sound(given: Desed) -> Case:
    return given, LogMel(seconds=10).grid().values


def photo(name: str) -> Case:
    preset = ZOO[name]
    return preset.network, Fitted(whole=Photo(), shape=preset.shape).grid().values


NETWORKS: dict[str, Callable[[], Case]] = {
    "lesson": lambda: sound(Desed()),
    "lesson, glu": lambda: sound(Desed(activation="glu")),
    "baseline": lambda: sound(BASELINE),
    "AlexNet": lambda: photo("AlexNet, torchvision"),
}
BARE, KEPT, SEEN = "built and run by torch", "every stage kept", "one stage kept, all pictured"


def networks() -> Table:
    rows: dict[str, list[Figure | None]] = {}
    for name, given in NETWORKS.items():
        times = race(ways(*given()))
        for way, ms in times.items():
            aim = 1.3 if way == KEPT else None
            rows[f"{name}: {way}"] = [Figure(ms), Figure(ms / times[BARE], 2, most=aim), None]
        rows[f"{name}: every stage kept, peak memory"] = [None, None, Figure(peak(name), 0)]
    upload = race({"upload": uploaded})["upload"]
    rows["baseline: from 10 s of stereo FLAC at 44.1 kHz to all maps of a stage"] = [
        Figure(upload, 0, most=2000),
        None,
        None,
    ]
    return Table(
        "Networks: 10 s of sound, 626x128; AlexNet on a photograph, 224x224; medians",
        ("ms", "× torch", "MB"),
        rows,
        ("Memory: what the largest moment of a fresh process takes above its size with torch and the clip loaded.",),
    )


def ways(network: Network, x: Array) -> dict[str, Callable[[], object]]:
    last = network.stages[-1][0]

    def kept() -> object:
        found = {}
        run_network(network, x[None], full=(), see=lambda name, done: found.update({name: done.y}), budget=MOST_BYTES)
        return found

    return {
        BARE: lambda: plain(network, [x]),
        KEPT: kept,
        SEEN: lambda: run_network(network, x[None], full={last}, see=Watch(network, x.shape), budget=MOST_BYTES),
    }


def plain(network: Network, inputs: Sequence[Array]) -> None:
    """Built by torch, and run on one input after the other."""
    module = network.seeded(0).eval()
    with torch.inference_mode():
        for x in inputs:
            module(torch.from_numpy(x)[None])


@cache
def flac() -> bytes:
    rng, file = np.random.default_rng(0), BytesIO()
    soundfile.write(file, 0.1 * rng.normal(size=(441_000, 2)), 44_100, format="FLAC")
    return file.getvalue()


def uploaded() -> None:
    """As the page does it when a file arrives: read, resample, log-mel, network, blob."""
    TOGETHER.forget()
    show(Request(BASELINE, Upload(data=flac(), name="sound.flac")), StageView("conv0"))


def peak(name: str) -> float:
    """Megabytes that keeping every stage takes, by a process that does nothing else."""
    done = subprocess.run([sys.executable, "-m", "bench.networks", name], capture_output=True, text=True, check=True)
    return float(done.stdout)


def measured(name: str) -> float:
    """In the fresh process: how far its largest moment lies above where it stood. Linux alone keeps this mark."""
    kept = ways(*NETWORKS[name]())[KEPT]
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark starts anew from here
    before = memory("VmRSS")
    kept()
    return memory("VmHWM") - before


def memory(which: str) -> float:
    """Of this process, in megabytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    print(measured(sys.argv[1]))
