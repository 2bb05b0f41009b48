"""The core without a browser: what the checks and the scene add to torch's own forward pass."""

import time
from collections.abc import Callable, Mapping
from statistics import median

import torch

from bench.scenes import CHANNELS, LAYERS, done, values
from bench.table import Figure, Table
from cnnviz.core.run import build, run
from cnnviz.core.trace import steps
from cnnviz.scenes.layer import make_scene

ROUNDS = 30


def core() -> Table:
    torch.set_num_threads(1)  # on a busy machine threads mostly wait for one another
    layer, x = LAYERS[CHANNELS], values(CHANNELS)
    module, batch = build(layer, 0, {}), torch.from_numpy(x)[None]

    def forward() -> None:
        with torch.inference_mode():
            module(batch)

    ways: dict[str, Callable[[], object]] = {
        "torch's forward pass": forward,
        "run: build, seed, check, forward": lambda: run(layer, x),
        "run and scene, to bytes": lambda: make_scene(run(layer, x)).to_bytes(),
    }
    times = race(ways)
    bare = times["torch's forward pass"]
    rows: dict[str, list[Figure | None]] = {name: [Figure(ms, 2), Figure(ms / bare)] for name, ms in times.items()}
    rows["one channel replayed by hand, in Python"] = [Figure(timed(lambda: list(steps(done(CHANNELS), 0))), 0), None]
    return Table(
        f"Core: {CHANNELS}, one thread, median of {ROUNDS}",
        ("ms", "× torch"),
        rows,
    )


def race(ways: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median milliseconds of each, taken in turns; the first turn warms up and does not count."""
    turns = [[timed(way) for way in ways.values()] for _ in range(rounds + 1)][1:]
    return dict(zip(ways, map(median, zip(*turns, strict=True)), strict=True))


def timed(way: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds that it takes, by a clock of seconds."""
    begin = clock()
    way()
    return 1000 * (clock() - begin)
