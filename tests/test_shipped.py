"""Weights that ship: what their cards say, measured again from the files."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.__main__ import main, parser
from cnnviz.cli.train import table
from cnnviz.core.cache import TOGETHER
from cnnviz.inputs.datasets import fashion_mnist
from cnnviz.inputs.datasets.base import Split
from cnnviz.inputs.events import UNSEEN
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.networks.small import digits_net
from cnnviz.networks.training import in_train_mode
from cnnviz.scenes.shipped import card, cards, network_of, split_of, state, suiting
from cnnviz.scenes.shipped.card import WEIGHTS
from cnnviz.scenes.shipped.making import make, spelled
from cnnviz.scenes.shipped.measuring import measured, overall
from cnnviz.scenes.shipped.recipes import RECIPES

ROOT = Path(__file__).parents[1]
MEBIBYTES = 12
MOMENTS = [(name, place) for name in cards() for place in range(len(card(name).moments))]

# What each is held to on examples that it did not learn from.
LEAST = {"lesson-b": 0.88, "lenet5": 0.86, "digits": 0.97, "signals": 0.9}
LEAST |= {name: 0.85 for name in cards() if name.startswith("desed")}
MOST = {"signals-shuffled": 0.7}


@cache
def split(name: str) -> Split:
    """Clips are made once."""
    return split_of(name)


@cache
def by_class(name: str, place: int) -> np.ndarray:
    """Measured now, from the file."""
    return measured(network_of(name), state(name, place), split(name).test)


def at_last(name: str) -> float:
    """What is known when the training ends."""
    return overall(by_class(name, len(card(name).moments) - 1), split(name).test)


def test_every_recipe_has_its_weights():
    assert cards() == tuple(RECIPES)


@pytest.mark.parametrize("name", ["lesson-b", "lenet5"])
def test_a_training_is_kept_at_four_moments_and_each_knows_more(name):
    known = [one.accuracy for one in card(name).moments]
    assert len(known) == 4 and known == sorted(known)


def test_all_files_together_are_small():
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= MEBIBYTES * 2**20


@pytest.mark.parametrize("name", cards())
def test_files_are_those_of_the_card(name):
    for one in card(name).moments:
        assert hashlib.sha256((WEIGHTS / one.file).read_bytes()).hexdigest() == one.sha256


def test_every_file_is_named_by_a_card():
    named = {one.file for name in cards() for one in card(name).moments}
    assert named == {path.name for path in WEIGHTS.glob("*.safetensors") if ".exciting." not in path.name}


@pytest.mark.parametrize("name", cards())
def test_the_card_has_the_recipe_as_it_is_now(name):
    assert card(name).recipe == spelled(RECIPES[name].recipe)


@pytest.mark.parametrize(("name", "place"), MOMENTS)
def test_weights_are_those_of_the_network(name, place):
    module = network_of(name).module()
    module.load_state_dict({key: torch.tensor(value) for key, value in state(name, place).items()})


@pytest.mark.parametrize(("name", "place"), MOMENTS)
def test_the_card_says_what_is_measured(name, place):
    """To the last example; another processor may add up in another order, which lets one on the edge fall."""
    one, test = card(name).moments[place], split(name).test
    found = by_class(name, place)
    near = 0.002 if test.events else 1.5 / len(test)
    assert overall(found, test) == pytest.approx(one.accuracy, abs=near)
    assert tuple(one.by_class) == split(name).classes
    counts = [1] * len(found) if test.events else np.bincount(test.y)
    for said, now, count in zip(one.by_class.values(), found, counts, strict=True):
        assert now == pytest.approx(said, abs=1.5 / count if count > 1 else near)


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_what_was_learned_holds_on_unseen_examples(name, least):
    assert at_last(name) >= least


@pytest.mark.parametrize(("name", "most"), MOST.items())
def test_what_cannot_be_learned_is_not(name, most):
    assert at_last(name) <= most


@pytest.mark.parametrize("name", [name for name in cards() if "desed" not in name])
def test_no_example_to_test_on_was_learned_from(name):
    data = RECIPES[name].recipe.data
    if getattr(data, "whole", False) and not fashion_mnist.folder():
        pytest.skip("the whole of Fashion-MNIST is not on this machine")
    learned = {one.tobytes() for one in data.split().train.x}
    assert not any(one.tobytes() in learned for one in split(name).test.x)


@pytest.mark.parametrize("name", [name for name in cards() if "desed" in name])
def test_clips_to_test_on_have_other_seeds(name):
    assert RECIPES[name].recipe.data.clips < UNSEEN and len(split(name).test) == RECIPES[name].data.tested


def test_a_dense_network_of_as_many_parameters_is_worse_at_signals():
    """And so is the convolutional one, where neighbours are none."""
    convolutional, dense, shuffled = map(card, ("signals", "signals-dense", "signals-shuffled"))
    counts = [sum(array.size for array in state(one.name).values()) for one in (convolutional, dense)]
    assert counts[1] == pytest.approx(counts[0], rel=0.01)
    assert convolutional.accuracy > max(dense.accuracy, shuffled.accuracy) + 0.2


def test_the_readme_has_the_cards_as_a_table():
    assert table() in (ROOT / "README.md").read_text("utf-8"), f"Put this into README.md:\n{table()}"


def test_the_command_makes_the_shipped_weights_again(tmp_path):
    made, shipped = make("digits", tmp_path), card("digits")
    if made.made_with == shipped.made_with:  # elsewhere sums are added up in another order, and steps drift apart
        assert made == shipped
    assert [one.step for one in made.moments] == [one.step for one in shipped.moments]
    assert made.accuracy == pytest.approx(shipped.accuracy, abs=0.01)


@pytest.mark.parametrize("name", cards())
def test_weights_suit_their_own_network_in_either_mode(name):
    for network in (network_of(name), in_train_mode(network_of(name))):
        assert name in [one.name for one in suiting(network)]


def test_weights_suit_no_other_network():
    (first, layer), *rest = digits_net().stages
    assert not suiting(Network((("other", layer), *rest), ""))
    assert not suiting(Network(((first, layer),), ""))
    assert not suiting(Desed(nb_filters=(8, 8, 8)))


def test_weights_are_read_once_and_stay_as_they_are():
    assert state("digits") is state("digits")
    with pytest.raises(ValueError, match="read-only"):
        next(iter(state("digits").values()))[...] = 0


@pytest.mark.parametrize("name", cards())
def test_the_command_of_the_card_is_one(name):
    _, _, _, *words = card(name).command.split()
    assert parser().parse_args(words).recipe == name


def test_what_a_recipe_needs_and_is_not_here_is_said_in_a_sentence(tmp_path, monkeypatch):
    TOGETHER.forget()  # of what was read before
    monkeypatch.setattr(fashion_mnist, "PACKAGE", tmp_path)
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    monkeypatch.setattr("sys.argv", ["cnnviz", "train", "lenet5", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="not on this machine"):
        main()
    assert not [*tmp_path.iterdir()]


def test_git_takes_weights_as_bytes():
    said = subprocess.run(
        ["git", "check-attr", "text", "weights/digits-600.safetensors"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert said.stdout.strip().endswith("text: unset")


@pytest.mark.parametrize("name", cards())
def test_data_ships_with_the_project(name):
    assert len(split(name).test) == card(name).tested_on
