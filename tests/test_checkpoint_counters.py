"""What only counts, beside the weights of a file: it is left out and named."""

import pytest
import torch
from test_checkpoint import GLU, assert_gives, saved, trained
from test_checkpoint_keys import CASES, NETWORK, assert_runs_as, sequential
from test_network import Recipe

from cnnviz.networks.checkpoint import Checkpoint, CheckpointError


def test_what_a_profiler_left_is_left_out_and_said():
    module = sequential()
    state = torch.load(CASES / "w2_after_thop.pt", weights_only=True)
    module.load_state_dict({key: value for key, value in state.items() if "total" not in key}, strict=True)
    fit = assert_runs_as((CASES / "w2_after_thop.pt").read_bytes(), module)
    assert tuple(map(str, fit.notes)) == (
        "Left out, since they only count: total_ops, total_params, 0.total_ops and 11 more.",
    )


COUNTERS = {
    "n_averaged": torch.tensor(7),
    "0.total_ops": torch.zeros(1, dtype=torch.float64),
    "num_updates": torch.tensor([3]),
    "global_step": torch.tensor(5.0),
    "1.module.step": torch.tensor(5.0),
    "initialized": torch.tensor(True),
}


@pytest.mark.parametrize("key", COUNTERS)
def test_counters_of_one_number_are_left_out(key):
    module = sequential()
    fit = assert_runs_as(saved(module.state_dict() | {key: COUNTERS[key]}), module)
    assert str(fit.notes[0]).startswith("Left out, since they only count: ")


AVERAGED = {
    "alone": (lambda state: state, "n_averaged"),
    "under a name": (lambda state: {"model": state, "epoch": torch.tensor(3)}, "model.n_averaged"),
    "of a compiled network": (
        lambda state: {key.replace("module.", "module._orig_mod."): value for key, value in state.items()},
        "n_averaged",
    ),
    "compiled itself": (
        lambda state: {f"_orig_mod.{key}": value for key, value in state.items()},
        "_orig_mod.n_averaged",
    ),
}


@pytest.mark.parametrize(("wrap", "key"), AVERAGED.values(), ids=AVERAGED)
def test_what_a_model_of_averages_counts_is_named(wrap, key):
    module = sequential()
    fit = assert_runs_as(saved(wrap(torch.optim.swa_utils.AveragedModel(module).state_dict())), module)
    assert tuple(map(str, fit.notes)) == (f"Left out, since they only count: {key}.",)


@pytest.mark.parametrize("key", ["0.alpha", "0.total_weight_map", "2.weight", "2.bias", "scale"])
def test_what_may_be_learned_is_not_left_out(key):
    value = torch.ones(2) if "map" in key else torch.ones(1)
    with pytest.raises(CheckpointError, match="have no place"):
        Checkpoint(saved(sequential().state_dict() | {key: value})).fit(NETWORK)


def test_counters_among_a_recipes_blocks_are_named_as_not_used():
    recipe = trained(Recipe(GLU))
    state = recipe.state_dict() | {"cnn.conv0.total_ops": torch.zeros(1), "cnn.total_ops": torch.zeros(1)}
    assert_gives(saved(state), recipe, GLU)
    assert tuple(map(str, Checkpoint(saved(state)).open().notes)) == (
        "Not used here: cnn.conv0.total_ops, cnn.total_ops.",
    )
