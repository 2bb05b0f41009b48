"""Weights under the keys of people's own wrappers: what torch loads once the wrapper is off, is loaded."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from strategies import values
from test_checkpoint import FRAMES, GLU, MELS, assert_gives, output, saved, trained
from test_network import SMALL, Recipe, last
from torch import nn
from torch.nn.utils import parametrizations, prune

from cnnviz.core.layers import Shape
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError, Fit, load
from cnnviz.networks.code import read_code
from cnnviz.networks.forward import run_network

CASES = Path(__file__).parent / "cases"
CODE = "nn.Sequential(nn.Conv2d(1,4,3),nn.BatchNorm2d(4),nn.ReLU(),nn.MaxPool2d(2),nn.Flatten(),nn.Linear(676,10))"
NETWORK = read_code(CODE)
INPUT: Shape = (1, 28, 28)


def sequential(seed: int = 0) -> nn.Sequential:
    """The same network as torch has it, with running statistics of its own."""
    torch.manual_seed(seed)
    row = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10)
    )
    row(torch.rand(3, *INPUT))
    return row.eval()


def assert_runs_as(data: bytes, module: nn.Module) -> Fit:
    """Output of the file's weights in our network, and of the module itself."""
    fit = Checkpoint(data).fit(NETWORK)
    x = values(INPUT)
    with torch.no_grad():
        expected = module(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(
        last(run_network(NETWORK, x[None], weights=fit.weights)).ravel(), expected, rtol=1e-4, atol=1e-5
    )
    return fit


# --- the counter of batches ---


def test_weights_without_the_count_of_batches_load_as_torch_loads_them():
    data = (CASES / "w1_no_num_batches_tracked.pt").read_bytes()
    module = sequential(seed=1)
    state = torch.load(CASES / "w1_no_num_batches_tracked.pt", weights_only=True)
    module.load_state_dict(state, strict=True)
    fit = assert_runs_as(data, module)
    (counter,) = (key for key in fit.weights if "num_batches" in key)
    assert fit.weights[counter] == nn.BatchNorm2d(4).num_batches_tracked == 0


def test_a_recipes_weights_without_the_count_load_too():
    recipe = trained(Recipe(GLU))
    state = {key: value for key, value in recipe.state_dict().items() if "num_batches" not in key}
    assert_gives(saved(state), recipe, GLU)
    assert load(Checkpoint(saved(state)).open().weights, GLU.network)["cnn.batchnorm0.num_batches_tracked"] == 0


def test_other_statistics_may_not_be_missing():
    state = {key: value for key, value in sequential().state_dict().items() if "running_var" not in key}
    with pytest.raises(CheckpointError, match="running_var are missing"):
        Checkpoint(saved(state)).fit(NETWORK)


# --- wrappers ---


def around(word: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda state: {f"{word}{key}": value for key, value in state.items()}


def inside(word: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A wrapper around each layer."""
    return lambda state: {key.replace(".", f".{word}", 1): value for key, value in state.items()}


def some(word: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A wrapper around the convolution and its norm, and none around the head."""
    return lambda state: {key if key.startswith("5") else f"{word}{key}": value for key, value in state.items()}


WORDS = ("module.", "_orig_mod.", "model.", "net.", "_forward_module.", "student.", "_fsdp_wrapped_module.")


@pytest.mark.parametrize("how", [around, inside, some])
@pytest.mark.parametrize("word", WORDS)
def test_a_wrappers_word_may_stand_anywhere_in_a_key(how, word):
    module = sequential()
    state = how(word)(module.state_dict())
    assert assert_runs_as(saved(state), module).notes == ()
    assert assert_runs_as(saved({"epoch": 1, "state_dict": around("a.b.")(state)}), module).notes == ()


class Compiled(nn.Module):
    """What torch.compile puts around a module, without loading the compiler."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self._orig_mod = module


def test_real_wrappers():
    module = sequential()
    compiled = nn.DataParallel(Compiled(module))
    assert "module._orig_mod.0.weight" in compiled.state_dict()
    average = torch.optim.swa_utils.AveragedModel(module)
    for wrapped in (compiled, average):
        assert_runs_as(saved(wrapped.state_dict()), module)
    layers = nn.Sequential(nn.DataParallel(module[0]), Compiled(module[1]), *module[2:])
    assert {"0.module.weight", "1._orig_mod.weight", "5.weight"} <= layers.state_dict().keys()
    assert_runs_as(saved(layers.state_dict()), module)


def test_words_inside_a_recipes_keys():
    recipe = trained(Recipe(SMALL))
    for state in (
        inside("_orig_mod.")(recipe.cnn.state_dict()),
        around("cnn._orig_mod.cnn.")(recipe.cnn.state_dict()),
        around("state_dict.sed_student.module.cnn.")(inside("module._orig_mod.")(recipe.cnn.state_dict())),
    ):
        opened = Checkpoint(saved(state)).open()
        x = values((1, FRAMES, MELS))
        done = run_network(SMALL.network, x[None], weights=load(opened.weights, SMALL.network))
        np.testing.assert_allclose(last(done), output(recipe, x), rtol=1e-4, atol=1e-5)
        assert opened.notes == ()


def test_a_networks_own_names_may_be_wrappers_words():
    network = read_code(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3))\n"
        "    def forward(self, x):\n        return self.model(x)\n"
    )
    own = {key: torch.from_numpy(value) for key, value in network.state(3).items()}
    for state in (own, around("module.")(own), around("net.model.")(own)):
        given = Checkpoint(saved(state)).fit(network).weights
        assert all(np.array_equal(given[key], value) for key, value in own.items())


def test_student_and_teacher_are_never_mixed():
    student, teacher = sequential(1), sequential(2)
    both = around("student.")(student.state_dict()) | around("teacher.")(teacher.state_dict())
    fit = assert_runs_as(saved(both), student)
    assert tuple(map(str, fit.notes)) == (
        "The file has these keys 2 times: those behind student are taken, not those behind teacher.",
    )
    inner = inside("student.")(student.state_dict()) | inside("teacher.")(teacher.state_dict())
    with pytest.raises(CheckpointError):
        Checkpoint(saved(inner)).fit(NETWORK)


def test_of_weights_and_their_average_the_first_is_taken_and_it_is_said():
    now, average = sequential(1), sequential(2)
    file = {"epoch": 3, "arch": "x", "state_dict": now.state_dict(), "state_dict_ema": average.state_dict()}
    (note,) = assert_runs_as(saved(file), now).notes
    assert str(note) == (
        "The file has these keys 2 times: those behind state_dict are taken, not those behind state_dict_ema."
    )


def test_an_optimizer_with_a_moment_for_each_weight_is_not_taken_for_it():
    module = sequential()
    rate = torch.optim.Adam(module.parameters())
    module(torch.rand(2, *INPUT)).sum().backward()
    rate.step()
    assert_runs_as(saved({"optimizer": rate.state_dict(), "model": module.state_dict()}), module)


# --- weights in parts ---


def normed_old(row: nn.Sequential) -> None:
    nn.utils.weight_norm(row[0])
    nn.utils.weight_norm(row[5], dim=None)


def normed_new(row: nn.Sequential) -> None:
    parametrizations.weight_norm(row[0], dim=1)
    parametrizations.weight_norm(row[5])


def pruned(row: nn.Sequential) -> None:
    prune.random_unstructured(row[0], "weight", 0.5)
    prune.l1_unstructured(row[5], "bias", 0.3)


def spectral_old(row: nn.Sequential) -> None:
    nn.utils.spectral_norm(row[0])


def spectral_new(row: nn.Sequential) -> None:
    parametrizations.spectral_norm(row[0])
    parametrizations.spectral_norm(row[5])


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated")
@pytest.mark.parametrize("form", [normed_old, normed_new, pruned, spectral_old, spectral_new])
@pytest.mark.parametrize("start", ["", "module."])
def test_weights_in_parts_are_put_together_as_torch_does(form, start):
    row = sequential()
    form(row)
    with torch.no_grad():
        for parameter in row.parameters():
            parameter.mul_(1.5)  # so that a length is not that of the weight it began with
    row.train()(torch.rand(2, *INPUT))
    fit = assert_runs_as(saved(around(start)(row.eval().state_dict())), row)
    assert str(fit.notes[0]).startswith("Put together from their parts, as torch does: ")


def test_a_transposed_convolution_is_divided_along_its_outputs():
    network = read_code("nn.Sequential(nn.ConvTranspose2d(2, 3, 3))")
    row = nn.Sequential(parametrizations.spectral_norm(nn.ConvTranspose2d(2, 3, 3)))
    given = Checkpoint(saved(row.eval().state_dict())).fit(network).weights
    np.testing.assert_allclose(given[network.start() + "0.weight"], row[0].weight.detach(), rtol=1e-5)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated")
def test_a_recipes_normed_weights_are_put_together():
    recipe = trained(Recipe(GLU))
    normed = copy.deepcopy(recipe)
    nn.utils.weight_norm(normed.cnn.conv0)
    assert_gives(saved(normed.state_dict()), recipe, GLU)


@pytest.mark.parametrize(
    "parts",
    [
        {"0.weight_g": torch.ones(10**6, 1), "0.weight_v": torch.ones(1, 10**6)},
        {"0.weight_g": torch.ones(4, 1, 1, 1)},
        {"0.weight_orig": torch.ones(10**6, 1), "0.weight_mask": torch.ones(1, 10**6)},
        {"0.weight_orig": torch.ones(4), "0.weight_u": torch.ones(4), "0.weight_v": torch.ones(1)},
        {"0.weight_orig": torch.ones(4, 9), "0.weight_u": torch.ones(5), "0.weight_v": torch.ones(9)},
        {"0.weight_orig": torch.ones(4, 9), "0.weight_u": torch.ones(()), "0.weight_v": torch.ones(9)},
    ],
)
def test_parts_that_do_not_fit_are_left_as_they_are(parts):
    state = {key: value for key, value in sequential().state_dict().items() if key != "0.weight"}
    with pytest.raises(CheckpointError, match=r"0\.weight are missing.*have no place"):
        Checkpoint(saved(state | parts)).fit(NETWORK)
