"""The overview's pure modules, run in node on real blobs: where a unit leads to is what autograd says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_player_helpers as player
import torch
from test_fields import stages_of

from cnnviz.core.layers import (
    AvgPool,
    ChannelShuffle,
    CircularPad,
    Conv,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    ReflectionPad,
    ReLU,
    ReplicationPad,
    Shape,
    ZeroPad,
)
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT
from cnnviz.scenes import network as flow
from cnnviz.scenes.network import Glance, four, make_flow

HERE = Path(__file__).parent
STATIC = HERE.parent / "static" / "overview"
NODE_TESTS = sorted((HERE / "overview").glob("*.test.mjs"))
PURE = ["chain", "places", "words"]

# Windows without gaps and of positive weights, so that what is lit goes from a first cell to a last one.
CASES: dict[str, tuple[Shape, tuple[Layer, ...]]] = {
    "picture": (
        (3, 12, 11),
        (
            *(Conv(3, 4, (3, 3), padding=(1, 1)), ReLU(), AvgPool((2, 2), (2, 2))),
            *(
                Conv(4, 6, (3, 2), groups=2),
                LeakyReLU(),
                Flatten(),
                ReLU(),
                Linear((6, 4, 4), 40),
                Linear((40, 1, 1), 5),
            ),
        ),
    ),
    "unread": ((1, 8, 9), (Conv(1, 2, (3, 3), (2, 2)), AvgPool((2, 2), (2, 2)), Flatten())),  # the last row and column
    "padding": ((1, 5, 5), (Conv(1, 2, (3, 3), padding=(4, 4)), Conv(2, 2, (2, 2), (2, 2)))),
    "signal": ((2, 30), (Conv(2, 3, 5, 2, ndim=1), AvgPool(3, 3, ndim=1), Flatten(), Linear((3, 4, 1), 40))),
    "volume": ((1, 5, 6, 7), (Conv(1, 2, (2, 3, 3), ndim=3), AvgPool((2, 2, 2), (2, 2, 2), ndim=3), Flatten())),
    "vector": ((36,), (Linear((36, 1, 1), 4), ReLU(), Linear((4, 1, 1), 3))),
    "mirrored": ((1, 5, 6), (ReflectionPad((2, 3, 1, 2)), Conv(1, 2, (2, 3)), ReplicationPad((1, 2, 0, 3)), AvgPool())),
    "round": ((1, 6, 5), (CircularPad((2, 1, -1, 2)), Conv(1, 2, (3, 2)), ZeroPad((1, 0, 2, 0)), Conv(2, 1, (2, 2)))),
    "shuffled": ((4, 6), (ChannelShuffle(groups=2, ndim=1), Conv(4, 4, 3, groups=2, ndim=1))),
    "levels": ((2, 31, 18), (Conv(2, 3, (3, 3)), AvgPool((2, 2), (2, 2)), Flatten())),
}


def network_of(name: str) -> Network:
    return Network(tuple((f"{type(layer).__name__.lower()}{i}", layer) for i, layer in enumerate(CASES[name][1])))


def input_of(name: str) -> np.ndarray:
    return np.random.default_rng(1).normal(size=CASES[name][0]).astype(np.float32)


def hull(lit: torch.Tensor, size: tuple[int, ...]) -> list[list[int]] | None:
    """First and last cell along each axis that is not 0."""
    cells = lit.reshape(size).nonzero()
    return [[int(axis.min()), int(axis.max())] for axis in cells.T] if len(cells) else None


def units(size: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Corners, and some between."""
    cells = np.stack(np.meshgrid(*(sorted({0, n // 3, n - 1}) for n in size), indexing="ij"), axis=-1)
    yield from (tuple(map(int, cell)) for cell in cells.reshape(-1, len(size))[::2])


def truth(name: str) -> dict[str, Any]:
    """What autograd says that units read, and what an impulse in their place lights."""
    network, shape = network_of(name), CASES[name][0]
    shapes = [shape, *network.shapes(shape)]
    sizes, found = [four(one) for one in shapes], []
    for at, size in enumerate(sizes):
        for unit in units(size):
            outs = stages_of(network, torch.ones(1, *shape, dtype=torch.float64, requires_grad=True))
            outs[at].reshape(size)[unit].backward()
            before = [hull(out.grad, one) for out, one in zip(outs[:at], sizes, strict=False)]
            impulse = torch.zeros(1, *shapes[at], dtype=torch.float64)
            impulse.reshape(size)[unit] = 1
            lit = stages_of(Network(network.stages[at:]), impulse.requires_grad_())
            behind = [hull(out.detach(), one) for out, one in zip(lit, sizes[at:], strict=True)]
            found.append({"at": at, "unit": unit, "spans": before + behind})
    done = run_network(network, input_of(name)[None])
    outs = [input_of(name), *(one.y for one in done.values())]
    return {"units": found, "values": [out.ravel().tolist() for out in outs], "names": [INPUT, *done]}


def blob_of(name: str) -> bytes:
    network, x = network_of(name), input_of(name)
    glance = Glance(network, x.shape)
    run_network(network, x[None], full=(), see=glance)
    return make_flow(network, x, "picture" if len(x) == 3 else "signed", glance).to_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Blobs of the overview, and the truth of each."""
    made = tmp_path_factory.mktemp("overview")
    with pytest.MonkeyPatch.context() as patch:
        for name in CASES:
            if name == "levels":
                patch.setattr(flow, "EXACT", 0)
                patch.setattr(flow, "SIDE", 10)
            (made / f"{name}.blob").write_bytes(blob_of(name))
            (made / f"{name}.json").write_text(json.dumps(truth(name)))
    return made


@pytest.mark.parametrize("file", NODE_TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_node(file, folder):
    player.test_in_node(file, folder)


def test_every_pure_module_has_tests():
    assert {*PURE, "pictures", "filling", "grid"} == {file.name.removesuffix(".test.mjs") for file in NODE_TESTS}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_touches_no_page(name):
    assert not re.findall(r"\b(document|window|canvas|getContext)\b", player.code(STATIC / f"{name}.js"))


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_the_overview_fetches_nothing_and_writes_no_markup(path):
    player.test_the_player_fetches_nothing_and_writes_no_markup(path)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_the_overview_never_derives_a_window_again(path):
    player.test_the_browser_never_derives_a_window_again(path)


def test_the_cases_have_what_the_tests_look_for():
    assert any(one["spans"][0] is None for one in truth("padding")["units"])
    assert any(one["spans"][-1] is None for one in truth("unread")["units"])
