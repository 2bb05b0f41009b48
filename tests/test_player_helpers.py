"""The player's pure modules, run in node on real scenes: what they look up and add up is what Python and torch say."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import playwright
import pytest
import torch
from torch.nn.functional import pad

from cnnviz.geometry import Axis
from cnnviz.layers import Conv, ConvTranspose, Layer, Shape
from cnnviz.measure import coverage, reach
from cnnviz.run import Run, run
from cnnviz.scene import PALETTE, make_scene, three
from cnnviz.trace import trace

HERE = Path(__file__).parent
STATIC = HERE.parent / "static" / "player"
NODE_TESTS = sorted((HERE / "player").glob("*.test.mjs"))
PURE = ["blob", "tables", "order", "rules", "lights", "stamp", "layout", "clock"]

pytestmark = pytest.mark.filterwarnings("ignore:Using padding=.same.")

CASES: dict[str, tuple[Layer, Shape]] = {
    "1d": (Conv(2, 3, kernel_size=3, padding=1, stride=2, ndim=1), (2, 9)),
    "2d": (Conv(2, 3, kernel_size=(3, 2), stride=(2, 1), padding=(1, 0)), (2, 6, 7)),
    "3d": (Conv(2, 2, kernel_size=(2, 3, 1), stride=(1, 2, 1), padding=1, ndim=3), (2, 3, 4, 3)),
    "one-by-one": (Conv(3, 2, kernel_size=1, bias=False), (3, 4, 5)),
    "dilated": (Conv(1, 1, kernel_size=3, dilation=(2, 3), padding=2), (1, 6, 8)),
    "grouped": (Conv(4, 6, kernel_size=2, groups=2), (4, 4, 5)),
    "depthwise": (Conv(3, 3, kernel_size=3, groups=3, padding=1), (3, 3, 4)),
    "reflect": (Conv(1, 2, kernel_size=3, padding=(2, 1), padding_mode="reflect"), (1, 4, 5)),
    "replicate": (Conv(1, 1, kernel_size=3, padding=3, stride=2, padding_mode="replicate"), (1, 3, 4)),
    "circular": (Conv(1, 1, kernel_size=4, padding=(3, 2), padding_mode="circular"), (1, 3, 4)),
    "circular-3d": (Conv(1, 1, kernel_size=2, padding=1, padding_mode="circular", ndim=3), (1, 2, 2, 3)),
    "same-even": (Conv(1, 1, kernel_size=(4, 2), padding="same", dilation=(1, 3)), (1, 5, 6)),
    "same-even-reflect": (Conv(1, 1, kernel_size=4, padding="same", padding_mode="reflect"), (1, 5, 6)),
    "transposed": (ConvTranspose(2, 3, kernel_size=3, stride=2, padding=1, output_padding=1), (2, 3, 4)),
    "transposed-1d": (ConvTranspose(1, 1, kernel_size=4, stride=3, ndim=1), (1, 5)),
    "transposed-3d": (ConvTranspose(2, 2, kernel_size=2, stride=2, groups=2, bias=False, ndim=3), (2, 2, 2, 3)),
    "transposed-dilated": (ConvTranspose(2, 4, kernel_size=2, dilation=3, stride=2, groups=2), (2, 2, 3)),
    "transposed-cropped": (ConvTranspose(1, 1, kernel_size=2, stride=2, padding=2, output_padding=1), (1, 5, 4)),
}


def place(found: Sequence[int]) -> list[int]:
    """A cell with three coordinates, as a scene has."""
    return [0] * (3 - len(found)) + [int(at) for at in found]


def table(axis: Axis) -> dict[str, Any]:
    position = axis.position + axis.low
    return {"low": axis.low, "places": len(axis.line), "place": position.tolist(), "source": axis.source.tolist()}


def padded(layer: Layer, shape: Shape) -> list[int] | None:
    """Flat input index at every place of the drawn input, -1 for a constant: torch's own padding of the indices."""
    if not isinstance(layer, Conv):
        return None
    cells = torch.arange(np.prod(shape[1:]), dtype=torch.float64).reshape(1, 1, *shape[1:])
    mode = {"zeros": "constant"}.get(layer.padding_mode, layer.padding_mode)
    sides = [int(side) for pair in reversed(layer.pads()) for side in pair]  # torch begins with the last axis
    return pad(cells, sides, mode, -1 if mode == "constant" else None).flatten().int().tolist()


def worked(done: Run, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> dict[str, Any]:
    """One output cell by hand, and which input cells its window reads."""
    step = trace(done, channel, cell, axes)
    read = product(*({int(i) for i in axis.source[o] if i >= 0} for axis, o in zip(axes, cell, strict=True)))
    return {
        "channel": channel,
        "cell": place(cell),
        "terms": step.terms.flatten().tolist(),
        "weights": step.weights.flatten().tolist(),
        "value": step.value,
        "torch": float(done.y[channel, *cell]),
        "read": [place(at) for at in read],
    }


def truth(done: Run) -> dict[str, Any]:
    """All that the browser must find out from the blob alone."""
    layer, shape = done.layer, done.x.shape
    axes = layer.windows(shape)
    steps = list(np.ndindex(done.y.shape))
    scene = make_scene(done)
    return {
        "tensors": {name: {"shape": x.shape, "data": x.flatten().tolist()} for name, x in scene.tensors.items()},
        "axes": [table(axis) for axis in three(axes)],
        "stamps": [table(axis) for axis in three(layer.stamps(shape))] if isinstance(layer, ConvTranspose) else None,
        "padded": padded(layer, shape),
        "steps": [worked(done, axes, channel, cell) for channel, *cell in steps[:: max(1, len(steps) // 40)]],
        "coverage": coverage(axes).flatten().tolist(),
        "reach": [
            {"cell": place(cell), "readers": [[0]] * (3 - len(axes)) + [found.tolist() for found in reach(axes, cell)]}
            for cell in np.ndindex(shape[1:])
        ],
    }


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the blob and the truth of every case, and the palette."""
    folder = tmp_path_factory.mktemp("cases")
    for name, (layer, shape) in CASES.items():
        done = run(layer, np.random.default_rng(7).normal(size=shape).astype(np.float32), seed=3)
        (folder / f"{name}.blob").write_bytes(make_scene(done).to_bytes())
        (folder / f"{name}.json").write_text(json.dumps(truth(done)))
    (folder / "palette.json").write_text(json.dumps(PALETTE))
    return folder


def node() -> str:
    """Playwright brings a node of its own."""
    bundled = Path(playwright.__file__).parent / "driver" / "node"
    found = str(bundled) if bundled.exists() else shutil.which("node")
    return found or pytest.skip("There is no node here.")


@pytest.mark.parametrize("file", NODE_TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_node(file, cases):
    command = [node(), "--test-reporter=spec", str(file)]
    environment = os.environ | {"CNNVIZ_CASES": str(cases), "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def code(path: Path) -> str:
    """A JavaScript file without its comments."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)


def test_every_pure_module_has_tests():
    assert {*PURE, "colour"} == {file.name.removesuffix(".test.mjs") for file in NODE_TESTS}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_touches_no_page(name):
    assert not re.findall(r"\b(document|window|globalThis|canvas|getContext)\b", code(STATIC / f"{name}.js"))


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_the_player_fetches_nothing_and_writes_no_markup(path):
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.findall(r"http|//\w+\.|innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function", text)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_the_browser_never_derives_a_window_again(path):
    assert not re.findall(r"\b(stride|dilation|kernel_size|output_padding)\b", code(path))
