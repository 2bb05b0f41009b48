"""Running statistics taken anew, held against means over batches."""

from functools import cache

import numpy as np
import pytest
import torch

from cnnviz.core.examples import Examples
from cnnviz.core.layers import BatchNorm, Conv, Dropout, ReLU
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.events import UNSEEN
from cnnviz.networks.network import Network
from cnnviz.scenes.shipped import cards, data_of, state
from cnnviz.scenes.shipped.settling import TOGETHER, settled

NET = Network(
    (
        ("conv", Conv(1, 3, (3, 3))),
        ("norm", BatchNorm(num_features=3, momentum=0.99)),
        ("relu", ReLU()),
        ("dropout", Dropout(0.5)),
        ("again", Conv(3, 2, (3, 3))),
        ("norm2", BatchNorm(num_features=2, momentum=0.99)),
    )
)
X = np.random.default_rng(0).normal(size=(3 * TOGETHER, 1, 8, 8)).astype(np.float32)


def test_statistics_are_the_means_over_batches_with_dropout_at_rest():
    start = NET.state(0)
    found = settled(NET, start, Examples(X, np.zeros(len(X), int)))
    module = NET.seeded(0).eval()
    module.norm.train(), module.norm2.train()
    seen = {"norm": [], "norm2": []}
    for name, kept in seen.items():
        module.get_submodule(name).register_forward_pre_hook(lambda _, args, kept=kept: kept.append(args[0]))
    with torch.no_grad():
        for batch in torch.from_numpy(X).split(TOGETHER):
            module(batch)
    for name, batches in seen.items():
        for key, numbers in (
            ("running_mean", [one.mean((0, 2, 3)) for one in batches]),
            ("running_var", [one.var((0, 2, 3)) for one in batches]),
        ):
            expected = torch.stack(numbers).mean(0).numpy()
            np.testing.assert_allclose(found[f"cnn.{name}.{key}"], expected, rtol=1e-4, atol=1e-6)


def test_weights_stay_as_they_are():
    start = NET.state(0)
    found = settled(NET, start, Examples(X, np.zeros(len(X), int)))
    assert found.keys() == start.keys()
    for key in start:
        if "running" not in key and "tracked" not in key:
            np.testing.assert_array_equal(found[key], start[key])


@cache  # most have learned the same data
def unseen(data: SoundEvents) -> torch.Tensor:
    return torch.from_numpy(data.examples(range(UNSEEN, UNSEEN + 8)).x)


@pytest.mark.parametrize("name", [name for name in cards() if name.startswith("desed")])
def test_running_statistics_that_ship_are_those_of_unseen_clips_too(name):
    own = state(name)
    first = torch.nn.Conv2d(1, len(own["cnn.conv0.bias"]), 3, padding=1)
    first.load_state_dict({key: torch.tensor(own[f"cnn.conv0.{key}"]) for key in ("weight", "bias")})
    with torch.no_grad():
        made = first(unseen(data_of(name)))
    spread = np.sqrt(own["cnn.batchnorm0.running_var"])
    assert (abs(made.mean((0, 2, 3)).numpy() - own["cnn.batchnorm0.running_mean"]) < 0.3 * spread).all()
    assert np.median(made.std((0, 2, 3)).numpy() / spread) == pytest.approx(1, abs=0.2)
