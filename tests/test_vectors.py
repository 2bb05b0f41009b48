"""Long vectors on stage: every window still gives torch's numbers, and what is left out is said."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import values

from cnnviz.core.layers import BatchNorm, Dropout, DropoutNd, Flatten, Linear, PReLU, ReLU, Softmax, Tanh
from cnnviz.core.run import run
from cnnviz.core.trace import steps
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.samples import Photo
from cnnviz.networks.network import Network
from cnnviz.scenes.build import show
from cnnviz.scenes.layer import MOST_MAPS, check_stage
from cnnviz.scenes.request import LayerView, Request
from cnnviz.scenes.vector_rows import in_rows, laid_out, lay_out, words

LONG = st.integers(MOST_MAPS + 1, 1500)
EACH = [ReLU(), Tanh(), Dropout(0.3, training=True), Dropout(0.3, training=False)]


@pytest.mark.parametrize("layer", [*EACH, Linear(out_features=5)], ids=repr)
@given(n=LONG, ndim=st.integers(1, 3))
def test_a_laid_out_vector_still_replays_to_torchs_output(layer, n, ndim):
    shape = (n, *(1,) * ndim)
    size = {"size": shape} if isinstance(layer, Linear) else {}
    done = run(type(layer)(**{**vars(layer), **size, "ndim": ndim}), values(shape))
    drawn = lay_out(done)
    check_stage(drawn.layer, drawn.shape)
    by_hand = [step.value for channel in range(drawn.y.shape[1]) for step in steps(drawn, channel)]
    np.testing.assert_allclose(by_hand, done.y.ravel(), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(drawn.y.ravel(), done.y.ravel())


def test_of_many_outputs_the_first_are_kept_and_the_rest_is_said():
    done = run(Linear((600, 1, 1), 700), values((600, 1, 1)))
    drawn = lay_out(done)
    np.testing.assert_array_equal(drawn.y[0], done.y[0, :MOST_MAPS])
    by_hand = [step.value for channel in (0, 7, 511) for step in steps(drawn, channel)]
    np.testing.assert_allclose(by_hand, done.y[0, [0, 7, 511], 0, 0], rtol=1e-4, atol=1e-5)
    meta, said = words(done, drawn)
    assert meta["title"] == "nn.Linear(600, 700)"
    assert "Outputs 0 to 511 of 700" in said
    assert "600 numbers" in said


def test_the_weights_of_one_blob_are_bounded():
    layer, _ = laid_out(Linear((25_088, 1, 1), 4096), (25_088, 1, 1))
    assert layer.out_features * 25_088 <= 2**22 < (layer.out_features + 1) * 25_088


def test_one_output_stays_however_long_the_vector():
    assert laid_out(Linear(out_features=3), (2**22 + 1, 1, 1))[0].out_features == 1


@pytest.mark.parametrize("n", [513, 521, 3136, 9216])
def test_rows_hold_all_numbers(n):
    rows = in_rows((n, 1, 1))
    assert rows[0] == 1
    assert rows[1] * rows[2] == n
    assert rows[1] <= rows[2]


@pytest.mark.parametrize(
    "layer",
    [Softmax(), PReLU(), DropoutNd(), BatchNorm(num_features=600, training=False, steps=0)],
    ids=lambda layer: layer.torch_name,
)
def test_what_mixes_or_knows_its_channels_stays(layer):
    assert laid_out(layer, (600, 1, 1)) == (layer, (600, 1, 1))


@pytest.mark.parametrize("shape", [(600, 2, 1), (600, 1, 2), (600,), (512, 1, 1), (4, 9, 9)])
def test_what_fits_or_is_no_vector_stays(shape):
    assert laid_out(ReLU(), shape) == (ReLU(), shape)


def test_a_dense_layer_of_a_network_is_entered_as_torch_names_it():
    stages = (("flat", Flatten()), ("dense", Linear((768, 1, 1), 600)), ("relu", ReLU()))
    network, source = Network(stages, prefix=""), Fitted(whole=Photo(), shape=(3, 16, 16))
    for stage, title, made in (("dense", "nn.Linear(768, 600)", "(1, 600)"), ("relu", "nn.ReLU()", "(1, 600, 1, 1)")):
        shown = show(Request(network, source), LayerView(stage))
        header = json.loads(shown.blob[8 : 8 + int.from_bytes(shown.blob[:8], "little")])
        meta = json.loads(header["__metadata__"]["scene"])
        assert (meta["title"], meta["shapes"]["output"]) == (title, made)
        assert "600" in shown.notice
