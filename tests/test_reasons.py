"""Where numbers become what is no number, it is said why, and the way out leads out."""

import re
from dataclasses import replace

import numpy as np
import pytest
from marks import record_of, sentence
from strategies import values

from cnnviz.core.layers import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LPPool, MaxPool, ReLU
from cnnviz.core.run import run
from cnnviz.core.trace import trace
from cnnviz.scenes.layer import make_scene

NEGATIVE = -np.abs(values((1, 4, 4))) - 0.1
EQUAL = np.full((1, 4, 4), 3, np.float32)
REASONS = {
    "broken power": (LPPool(norm_type=2.3), NEGATIVE, "norm_type = 2.3 is not a whole number", "has no power 2.3"),
    "half power": (LPPool(norm_type=0.5), NEGATIVE, "norm_type = 0.5 is not a whole number", "has no power 0.5"),
    "odd power": (LPPool(norm_type=3.0), NEGATIVE, "norm_type = 3 is odd", "has no such root"),
    "odd power 1-d": (LPPool(3, norm_type=5.0, ndim=1), NEGATIVE[0], "norm_type = 5 is odd", "has no such root"),
    "no eps": (
        GroupNorm(eps=0.0, num_channels=1),
        EQUAL,
        "eps = 0, and where all cells are equal",
        "0 ÷ 0 is no number",
    ),
    "no eps, layer": (LayerNorm(eps=0.0, normalized_shape=(4,)), EQUAL, "eps = 0", "0 ÷ 0 is no number"),
    "eps below 0": (
        GroupNorm(eps=-9.0, num_channels=1),
        NEGATIVE,
        "eps = -9, and where variance + eps is below 0",
        "no root",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_is_no_number_has_its_reason(name):
    layer, x, told, said = REASONS[name]
    done = run(layer, x)
    assert np.isnan(done.y[0]).all()
    assert told in str(done.notice)
    assert f"{said}) = nan   ✓ = torch nan" in sentence(record_of(make_scene(done).to_bytes()))


@pytest.mark.parametrize("name", REASONS)
def test_the_way_out_leads_out(name):
    layer, x, *_ = REASONS[name]
    field, number = re.search(r"[Uu]se (\w+) = ([\d.e-]*\d)", str(run(layer, x).notice)).groups()
    assert np.isfinite(run(replace(layer, **{field: float(number)}), x).y[0]).all()
    if isinstance(layer, LPPool):
        assert np.isfinite(run(layer, run(ReLU(ndim=layer.ndim), x).y[0]).y[0]).all()


@pytest.mark.parametrize("layer", [LPPool(norm_type=2.3), MaxPool(), BatchNorm(num_features=1)])
def test_what_was_no_number_before_gets_no_reason(layer):
    assert run(layer, np.full((1, 4, 4), np.nan, np.float32)).notice == ""


def test_numbers_have_no_reason():
    assert run(LPPool(norm_type=2.3), np.abs(NEGATIVE)).notice == ""


def test_an_instance_norm_without_eps_makes_zeros_of_equal_cells_as_torch_does():
    done = run(InstanceNorm(eps=0.0, num_features=1), EQUAL)
    assert not done.y[0].any()
    assert trace(done, 0, (1, 1)).value == 0
    assert "(0 ÷ 0, for which torch has 0 here)" in sentence(record_of(make_scene(done).to_bytes(), 5))
