"""Code as people write it: torch runs the same text, and gives the same numbers with the same weights."""

import numpy as np
import pytest
import torch
from pasted import IMPORTS, TORCH_READS_THEM_ALIKE
from strategies import values
from torch import nn

from cnnviz.network import run_network
from cnnviz.nncode import reading


def by_torch(text, shape):
    """The module that the text makes, run by Python itself, once its Lazy layers have seen an input."""
    space = {"device": "cpu", "__name__": "pasted"}
    exec(IMPORTS + text, space)
    made = [one for one in space.values() if isinstance(one, nn.Module) and not type(one).__name__.endswith("Loss")]
    own = [one for one in space.values() if isinstance(one, type) and one.__module__ == "pasted"]
    module = (made[-1] if made else own[-1]()).eval()
    with torch.no_grad():
        module(torch.zeros(2, *shape))
    return module


def assert_alike(text, shape):
    torch.manual_seed(1)
    theirs, network = by_torch(text, shape), reading(text, shape).network
    state = {key: value.numpy() for key, value in theirs.state_dict().items()}
    state |= {key: values(one.shape) for key, one in state.items() if key.endswith("running_mean")}
    theirs.load_state_dict({key: torch.from_numpy(np.array(value)) for key, value in state.items()})
    x = values(shape)
    with torch.no_grad():
        y = theirs(torch.from_numpy(x)[None])[0].numpy()
    mine = network.state(0)
    flat = {key.replace(".", "_"): value for key, value in state.items()}  # where parts run at several places
    weights = {key: state.get(key, flat.get(key.replace(".", "_"))) for key in mine}
    assert {key: value.shape for key, value in mine.items()} == {key: one.shape for key, one in weights.items()}
    done = list(run_network(network, x, weights=weights).values())[-1]
    assert network.shapes(shape)[-1] == y.shape
    np.testing.assert_allclose(done.y.ravel(), y.ravel(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("text", "shape"), TORCH_READS_THEM_ALIKE.values(), ids=TORCH_READS_THEM_ALIKE)
def test_what_people_write_gives_what_torch_gives(text, shape):
    assert_alike(text, shape)
