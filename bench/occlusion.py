"""Occlusion: a photograph in 7 x 7 windows, against one forward pass for each."""

from collections.abc import Callable
from itertools import product

from bench.core import race
from bench.networks import NETWORKS, photo, plain
from bench.table import Figure, Table
from cnnviz.core.layers import Array
from cnnviz.networks.attribution import Occlusion, occlusion
from cnnviz.networks.forward import run_network
from cnnviz.networks.loss import Unit
from cnnviz.networks.network import MOST_BYTES, Network

ROUNDS = 3
EACH, BARE, BATCHED = "one pass of the network each", "one call of the same module each", "many windows at a time"


def occluded() -> Table:
    cases = {"lesson C, 32x32": (photo("lesson C"), 5), "AlexNet, 224x224": (NETWORKS["AlexNet"](), 32)}
    rows: dict[str, list[Figure | None]] = {}
    for name, ((network, x), size) in cases.items():
        times = race(ways(network, x, size), ROUNDS)
        times[EACH] *= 49
        for way, ms in times.items():
            ratio, aim = ms / times[BATCHED], 4 if way == EACH else None
            rows[f"{name}: {way}"] = [Figure(ms, 0), Figure(ratio, 1, least=aim) if way != BATCHED else None]
    return Table(f"Occlusion: 49 windows of a photograph; median of {ROUNDS}", ("ms", "× batched"), rows)


def ways(network: Network, x: Array, size: int) -> dict[str, Callable[[], object]]:
    layer, target = Occlusion(kernel_size=(size, size), stride=(size, size)), Unit(at=(0,))
    hidden = []
    for row, column in product(range(7), repeat=2):
        one = x.copy()
        one[:, row * size : (row + 1) * size, column * size : (column + 1) * size] = 0
        hidden.append(one)
    last = network.stages[-1][0]

    return {
        EACH: lambda: run_network(network, hidden[0][None], full={last}, budget=MOST_BYTES),  # one of them
        BARE: lambda: plain(network, hidden),
        BATCHED: lambda: occlusion(network, x, target, layer, budget=MOST_BYTES),
    }
