"""Gradients: what keeping those of every stage adds to torch's own forward and backward pass."""

from collections.abc import Callable

import torch
from torch.nn import functional as F

from bench.core import race
from bench.networks import NETWORKS
from bench.table import Figure, Table
from cnnviz.networks.backward import run_backward
from cnnviz.networks.loss import CrossEntropy
from cnnviz.networks.network import MOST_BYTES

ROUNDS = 10
BARE, KEPT = "AlexNet: built, forward and backward, by torch", "AlexNet: the gradients of every stage kept"


def gradients() -> Table:
    network, x = NETWORKS["AlexNet"]()

    def bare() -> None:
        module = network.seeded(0).eval()
        given = torch.from_numpy(x)[None].requires_grad_()
        F.cross_entropy(module(given), torch.tensor([3])).backward()  # type: ignore[no-untyped-call]

    ways: dict[str, Callable[[], object]] = {
        BARE: bare,
        KEPT: lambda: run_backward(network, x, CrossEntropy(target=3), budget=MOST_BYTES),
    }
    times = race(ways, ROUNDS)
    rows: dict[str, list[Figure | None]] = {
        BARE: [Figure(times[BARE], 0), None],
        KEPT: [Figure(times[KEPT], 0), Figure(times[KEPT] / times[BARE], 2, most=1.5)],
    }
    return Table(f"Gradients: a photograph, 224x224; median of {ROUNDS}", ("ms", "× torch"), rows)
