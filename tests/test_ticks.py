"""The tick beside a value: player and files give it to the same cells, and only for torch's value and winner."""

import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from examples import thinned
from marks import record_of, sentence
from test_back import may_go_back
from test_player_helpers import CASES, counts_of, node, noise, runs
from torch import nn

from cnnviz.core.back import go_back, passes
from cnnviz.core.back.hand_back import HandBack
from cnnviz.core.back.norm import Balance
from cnnviz.core.layers import GLU, KINDS, ContextGating, Dropout, HalvingGLU, PReLU, Sigmoid, Softmax, Tanh
from cnnviz.core.run import run
from cnnviz.inputs.patterns import Random
from cnnviz.networks.attribution.occlusion import Occlusion
from cnnviz.networks.checkpoint import Checkpoint
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.build import show
from cnnviz.scenes.layer import make_scene
from cnnviz.scenes.request import LayerView, Request
from cnnviz.scenes.weights import Loaded

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

LARGE = {  # what is bounded, however large the cells that it reads
    "large-sigmoid": Sigmoid(),
    "large-tanh": Tanh(),
    "large-softmax": Softmax(),
    "large-glu": GLU(channels=4),
    "large-context-gating": ContextGating(channels=4),
    "large-halving-glu": HalvingGLU(),
    "large-dropout": Dropout(p=0.4),
}


def scenes() -> dict[str, Scene]:
    """One or more of every rule."""
    large = {name: run(layer, 1e3 * noise((4, 2, 3))) for name, layer in LARGE.items()}
    return {name: make_scene(done) for name, done in (runs() | large).items()}


def spoiled(scene: Scene) -> Iterator[tuple[str, Scene, int]]:
    """The scene with one cell of torch's that is wrong, and with one wrong winner: which, and at which flat index."""
    output = scene.tensors["output"].copy()
    at = output.size // 2
    value = output.flat[at]
    output.flat[at] = value + 0.004 * (1 + abs(value)) if np.isfinite(value) else 0.5
    yield "value", replace(scene, tensors=scene.tensors | {"output": output}), at
    if scene.meta["rule"] == "max":
        indices = scene.tensors["indices"].copy()
        indices.flat[at] += 1
        yield "winner", replace(scene, tensors=scene.tensors | {"indices": indices}), at


def in_file(scene: Scene, at: int) -> bool:
    """Has an output cell, by its flat index, a tick in a file?"""
    shape = scene.tensors["output"].shape
    turns = shape[0] // scene.meta["groups"]
    channel, cell = divmod(at, int(np.prod(shape[1:])))
    step = channel % turns * int(np.prod(shape[1:])) + cell
    said = sentence(record_of(scene.to_bytes(), step, channel=channel))
    assert ("✓ = torch" in said) != ("✗ torch says" in said)
    return "✓ = torch" in said


def in_player(found: dict[str, Scene], folder: Path) -> dict[str, list[bool]]:
    """The same in the browser."""
    for name, scene in found.items():
        (folder / name).write_bytes(scene.to_bytes())
    script = Path(__file__).parent / "drawing" / "ticks.mjs"
    done = subprocess.run([node(), str(script), str(folder)], capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


def test_every_cell_of_every_backward_pass_has_its_tick_in_the_player(tmp_path):
    played, forth = {}, runs()
    for name, (layer, _) in CASES.items():
        done = forth[name]  # with weights of its own
        for one in passes(layer) if may_go_back(done) else ():
            back = go_back(done, noise(done.y.shape, 8), one.name, 3)
            counts = counts_of(done) if back.layer.ndim == done.layer.ndim else ""  # else an axis of the pass
            played[f"{name}-{one.name}"] = make_scene(back, counts=counts)
    ticks = in_player(played, tmp_path)
    assert {name: all(told) for name, told in ticks.items()} == dict.fromkeys(played, True)


def test_a_cell_has_its_tick_in_files_if_and_only_if_it_has_it_in_the_player(tmp_path):
    right = scenes()
    rules = {kind.rule for kind in (*KINDS.values(), HandBack, Balance, Occlusion)}
    assert {scene.meta["rule"] for scene in right.values()} == rules
    wrong = {f"{name}-{what}": one for name, scene in right.items() for what, *one in spoiled(scene)}
    expected = {name: [True] * scene.tensors["output"].size for name, scene in right.items()}
    for name, (scene, at) in wrong.items():
        nowhere = name.endswith("winner") and np.isneginf(scene.tensors["output"].flat[at])  # no winner is said
        expected[name] = [i != at or nowhere for i in range(scene.tensors["output"].size)]
    asked = right | {name: scene for name, (scene, _) in wrong.items()}
    player = in_player(asked, tmp_path)
    assert {name for name in asked if player[name] != expected[name]} == set()
    for name in [*thinned(right, 3), *wrong]:
        scene = asked[name]
        some = wrong[name][1] if name in wrong else scene.tensors["output"].size // 2
        assert in_file(scene, some) == expected[name][some], f"{name}: in a file"


# --- weights from elsewhere ---


def trained(slopes: int) -> tuple[Network, bytes, torch.Tensor]:
    """A network with an nn.PReLU that has learned, its checkpoint, and its weights of the slope."""
    network = Network((("act", PReLU(num_parameters=slopes)), ("0", PReLU())), prefix="")
    module = nn.Sequential()
    module.add_module("act", nn.PReLU(slopes))
    module.add_module("0", nn.PReLU())
    learned = torch.linspace(-1.5, 0.7, slopes + 1)
    module.load_state_dict({"act.weight": learned[:slopes], "0.weight": learned[-1:]})
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return network, file.getvalue(), learned


@pytest.mark.parametrize("slopes", [1, 3])
@pytest.mark.parametrize("stage", ["act", "0"])
def test_a_learned_slope_is_the_one_that_is_shown(slopes, stage, tmp_path):
    network, data, learned = trained(slopes)
    source = Random(size=(3, 4), channels=3)
    blob = show(Request(network, source, Loaded(Checkpoint(data))), LayerView(stage)).blob
    scene = Scene.from_bytes(blob)
    assert in_player({"prelu": scene}, tmp_path)["prelu"] == [True] * 36
    x = torch.from_numpy(source.grid().values)
    after = torch.where(x > 0, x, x * learned[:slopes].reshape(-1, 1, 1))
    theirs = after if stage == "act" else torch.where(after > 0, after, after * learned[-1])
    np.testing.assert_allclose(scene.tensors["output"].squeeze(1), theirs, rtol=1e-6)


def test_a_file_says_the_learned_slope_and_gives_the_tick():
    network, data, learned = trained(3)
    shown = show(Request(network, Random(size=(3, 4), channels=3), Loaded(Checkpoint(data))), LayerView("act"))
    tensors = Scene.from_bytes(shown.blob).tensors
    at = np.argwhere(tensors["input"] < 0)[0]
    step = int(np.ravel_multi_index(at, tensors["output"].shape))
    said = sentence(record_of(shown.blob, step))
    assert f"× −{-learned[at[0]]:g} " in said
    assert "✓" in said
