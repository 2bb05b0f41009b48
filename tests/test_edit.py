"""Editing a network: each change gives another network, and what follows from shapes follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    KINDS,
    AvgPool,
    BatchNorm,
    ContextGating,
    Conv,
    Dropout,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    MaxPool,
    PReLU,
    ReLU,
)
from cnnviz.networks.edit import (
    added,
    duplicated,
    fitted,
    fresh,
    moved,
    named,
    refitted,
    removed,
    renamed,
    replaced,
)
from cnnviz.networks.modes import in_mode, moded
from cnnviz.networks.network import Network

NUMBERED = Network((("0", Conv(1, 4)), ("1", ReLU()), ("2", MaxPool((2, 2), (2, 2), (0, 0)))), prefix="")
SHAPE = (1, 12, 12)


def kinds(network):
    return [type(layer).__name__ for _, layer in network.stages]


def names(network):
    return [name for name, _ in network.stages]


def test_a_layer_is_added_where_it_is_wanted_and_names_are_counted_anew():
    network = added(NUMBERED, 1, AvgPool((2, 2), (2, 2), (0, 0)))
    assert kinds(network) == ["Conv", "AvgPool", "ReLU", "MaxPool"]
    assert names(network) == ["0", "1", "2", "3"]


def test_a_network_with_names_of_its_own_keeps_them():
    network = Network((("stem", Conv(1, 4)), ("act", ReLU())))
    assert names(duplicated(network, 1)) == ["stem", "act", "relu0"]
    assert names(moved(duplicated(network, 1), 2, 0)) == ["relu0", "stem", "act"]
    assert names(removed(network, 0)) == ["act"]


@given(st.integers(0, 2), st.integers(-3, 9))
def test_moving_keeps_every_layer(at, to):
    network = moved(NUMBERED, at, to)
    assert sorted(kinds(network)) == sorted(kinds(NUMBERED))
    assert network.stages[max(0, min(2, to))][1] == NUMBERED.stages[at][1]


def test_moving_there_and_back_changes_nothing():
    assert moved(moved(NUMBERED, 0, 2), 2, 0) == NUMBERED


def test_the_last_layer_stays():
    with pytest.raises(GeometryError, match="at least one layer"):
        removed(Network((("0", ReLU()),), prefix=""), 0)


def test_no_more_layers_than_can_be_shown():
    network = named(NUMBERED, tuple((str(i), ReLU()) for i in range(60)))
    with pytest.raises(GeometryError, match="has 60 layers"):
        added(network, 0, ReLU())


@pytest.mark.parametrize(
    ("name", "said"), [("", "no name"), ("a..b", "no name"), ("é", "no name"), ("1", "Another layer is called 1")]
)
def test_a_name_that_torch_would_not_take_is_refused(name, said):
    with pytest.raises(GeometryError, match=said):
        renamed(NUMBERED, 0, name)


def test_a_name_can_be_given():
    assert names(renamed(NUMBERED, 0, "stem")) == ["stem", "1", "2"]


def test_a_layer_can_be_put_in_the_place_of_another():
    assert kinds(replaced(NUMBERED, 1, Conv(4, 4))) == ["Conv", "Conv", "MaxPool"]
    assert names(replaced(NUMBERED, 1, Conv(4, 4))) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "layer",
    [
        Conv(9, 4),
        BatchNorm(num_features=9),
        GroupNorm(num_channels=9),
        ContextGating(channels=9),
        PReLU(num_parameters=9),
        LayerNorm(),
        Linear(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_is_fitted_to_its_input(layer):
    fitted(layer, (6, 8, 8)).check((6, 8, 8))


@pytest.mark.parametrize(
    "kind", [kind for name, kind in KINDS.items() if name not in {"mask_gate", "max_unpool", "linear", "unflatten"}]
)
def test_every_kind_can_be_put_into_a_network(kind):
    network = refitted(added(NUMBERED, 1, fresh(kind)), SHAPE)
    assert len(network.sound(SHAPE)[0]) >= 2


def test_channels_that_follow_from_others_follow():
    network = Network(
        (("0", Conv(3, 8)), ("1", BatchNorm(num_features=1)), ("2", Flatten()), ("3", Linear(out_features=5))),
        prefix="",
    )
    with pytest.raises(GeometryError):
        network.shapes((1, 10, 10))
    assert refitted(network, (1, 10, 10)).shapes((1, 10, 10))[-1] == (5,)


# --- modes ---


def test_a_mode_is_that_of_every_layer_that_has_one():
    network = Network((("conv", Conv(1, 2)), ("norm", BatchNorm(num_features=2)), ("drop", Dropout(0.3))))
    for training in (True, False):
        moved_ = in_mode(network, training)
        assert [layer.training for _, layer in moved_.stages[1:]] == [training, training]
        assert moded(moved_) is training
        assert moved_.stages[0] == network.stages[0]
        moved_.shapes((1, 9, 9))  # and every layer can work


def test_a_network_without_such_layers_has_no_mode():
    assert moded(NUMBERED) is None
    assert in_mode(NUMBERED, True) == NUMBERED


def test_a_network_trains_if_one_of_its_layers_does():
    norm = BatchNorm(num_features=2, training=False, steps=0)
    assert moded(Network((("norm", norm), ("drop", Dropout(0.3, training=True))))) is True
    assert moded(Network((("drop", Dropout(0.3, training=False)),))) is False


def test_in_training_a_batch_norm_has_seen_its_one_batch_and_later_none():
    network = Network((("norm", BatchNorm(num_features=2, training=False, steps=0)),))
    trained = in_mode(network, True)
    assert trained.stages[0][1].steps == 1
    assert in_mode(trained, False) == network


def test_what_is_in_its_mode_stays_as_it_is():
    network = Network((("norm", BatchNorm(num_features=2, training=True, steps=7)),))
    assert in_mode(network, True) == network
