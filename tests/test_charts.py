"""Charts hold the numbers that they are of."""

import numpy as np
import pytest
from test_pages import opened

from cnnviz.web.charts import running_figure


@pytest.mark.parametrize("momentum", [0.1, 0.9])
def test_running_statistics_stand_beside_what_the_momentum_gives_as_the_olds_share(momentum):
    batch = np.random.default_rng(0).normal(3, 2, (2, 50))
    kept, other = [np.zeros(2)], [np.array([0.0, 1.0])]
    aim = np.array([batch[0].mean(), batch[0].var(ddof=1)])
    for _ in range(4):
        kept.append(kept[-1] + 1)
        other.append(momentum * other[-1] + (1 - momentum) * aim)
    means, variances = np.stack(kept) * [1, 5], 10 + np.stack(kept) * [1, 7]
    figure = running_figure(means, variances, batch, momentum, dark=False)
    mean, mean_otherwise, var, var_otherwise = (line.y for line in figure.data)
    np.testing.assert_array_equal(mean, means[:, 0])
    np.testing.assert_array_equal(var, variances[:, 0])
    np.testing.assert_allclose(mean_otherwise, np.stack(other)[:, 0])
    np.testing.assert_allclose(var_otherwise, np.stack(other)[:, 1])
    np.testing.assert_allclose([line.y0 for line in figure.layout.shapes], aim)


def test_the_table_of_a_batch_norm_has_each_channels_own_statistics():
    table = opened("normalisation", layer="BatchNorm", steps="2", tab="Running statistics").dataframe[0].value
    assert list(table["channel"]) == [0, 1, 2]
    new = 1 - 0.9**2  # the share of the batch after two passes of torch's momentum
    np.testing.assert_allclose(table["running mean"], new * table["batch mean"], rtol=1e-5)
    np.testing.assert_allclose(table["running variance"], 1 - new + new * table["unbiased"], rtol=1e-5)
    assert (table["unbiased"] > table["batch variance"]).all()
