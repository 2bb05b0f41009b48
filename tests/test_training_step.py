"""A step of a training, opened: the network's own gradients with its weights, and the way to a layer of it."""

import numpy as np
import pytest
import torch
from test_pages import blobs, opened
from test_training_page import said, wait_for
from torch.nn import functional as F

from cnnviz.networks.training import train
from cnnviz.scenes.blob import Scene

STEP = {"steps": "12", "train": "true", "open": "1", "at": "9", "stage": "conv2", "example": "3"}


def scenes(app) -> list[Scene]:
    """What the page's components hold, in order."""
    return [Scene.from_bytes(blob) for blob in blobs(app)]


def at_step(**words: str):
    """The page with an opened step, when the training is over."""
    return wait_for(opened("training", **STEP, **words), said(steps="12").recipe)


@pytest.fixture(scope="module")
def torchs() -> dict[str, torch.Tensor]:
    """Outputs of all stages at that step, with the gradients of the example's cross-entropy by them."""
    recipe = said(steps="12").recipe
    moment = train(recipe).at(9)
    module = recipe.network.module().eval()
    module.load_state_dict({key: torch.tensor(array) for key, array in moment.state.items()})
    test = recipe.data.split().test
    x = torch.tensor(test.x[3:4], requires_grad=True)
    outputs, y = {}, x
    for name, _ in recipe.network.stages:
        y = module.get_submodule(recipe.network.start(name).removesuffix("."))(y)
        y.retain_grad()
        outputs[name] = y
    F.cross_entropy(y, torch.tensor(test.y[3:4])).backward()
    return outputs


@pytest.mark.parametrize("seen", ["all maps", "gradients"])
def test_an_opened_step_shows_torchs_maps_and_gradients(seen, torchs):
    app = at_step(seen=seen)
    assert not app.exception and not app.warning
    tensors, meta = scenes(app)[-1].tensors, scenes(app)[-1].meta
    names = [stage["name"] for stage in meta["stages"]]
    for name, y in torchs.items():
        wanted = (y.grad if seen == "gradients" else y).detach().numpy()
        found = tensors[f"values.{names.index(name)}"]
        np.testing.assert_allclose(found.ravel(), wanted.ravel(), rtol=1e-4, atol=1e-7)


def test_an_opened_step_begins_with_its_layer_at_work(torchs):
    app = at_step()
    scene = scenes(app)[-1]
    np.testing.assert_allclose(
        scene.tensors["output"].ravel(), torchs["conv2"].detach().numpy().ravel(), rtol=1e-4, atol=1e-6
    )
    assert "seen" not in app.query_params
