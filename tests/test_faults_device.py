"""A device that fails or is full, in the middle of work: the CPU takes over, and a sentence says so.

There is no such device where these run, so torch's own errors are raised at the seam where torch would raise them. The
device is torch's `meta`, from which, as from one that failed, no number comes back.
"""

import numpy as np
import pytest
import torch
from test_pages import blobs, opened, scene

from cnnviz.core import device
from cnnviz.core.cache import TOGETHER
from cnnviz.core.layers import Conv
from cnnviz.core.run import run
from cnnviz.scenes import build

X = np.random.default_rng(0).normal(size=(1, 6, 7)).astype(np.float32)
FAILED = torch.AcceleratorError("CUDA error: unspecified launch failure")
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")
SAID = {
    FAILED: "The meta device failed, so this ran on the CPU, as all will from now on.",
    FULL: "The meta device ran out of memory, so this ran on the CPU.",
}


@pytest.fixture(params=SAID, ids=["failed", "full"])
def broken(request, monkeypatch):
    """A device that takes weights and input, and then raises."""
    call = Conv.call

    def fail(self, module, x, seed):
        if x.device.type == "meta":
            raise request.param
        return call(self, module, x, seed)

    monkeypatch.setattr(device, "available", lambda: ["meta", "cpu"])
    monkeypatch.setattr(device, "lost", set())
    monkeypatch.setattr(Conv, "call", fail)
    TOGETHER.forget()
    yield request.param
    TOGETHER.forget()


def test_what_a_device_held_is_not_asked_of_it_again(broken):
    done = run(Conv(1, 2), X, seed=3)
    assert (done.device, str(done.notice)) == ("cpu", SAID[broken])
    torch.manual_seed(3)
    expected = torch.nn.Conv2d(1, 2, 3)(torch.from_numpy(X))
    np.testing.assert_allclose(done.y[0], expected.detach(), rtol=1e-5)


def test_one_that_failed_is_asked_no_more_and_one_that_was_full_is(broken):
    run(Conv(1, 2), X)
    again = run(Conv(1, 2), X)
    assert device.pick() == ("cpu" if broken is FAILED else "meta")
    assert (str(again.notice) == "") == (broken is FAILED)


def test_the_page_says_so_below_its_stage_and_goes_on(broken):
    app = opened("convolution")
    assert [one.value for one in app.info] == [SAID[broken]]
    before = blobs(app)
    app.number_input(key="stride").set_value(2).run()
    assert not app.exception and blobs(app) != before


def test_a_server_without_memory_says_so_and_keeps_the_stage(monkeypatch):
    app = opened("convolution")
    before = blobs(app)
    real = build.layer_at_work

    def starved(request, view):
        if request.layer.stride == (2, 2):
            torch.empty(2**50)  # more than any machine has
        return real(request, view)

    monkeypatch.setattr(build, "layer_at_work", starved)
    app.number_input(key="stride").set_value(2).run()
    assert not app.exception
    assert ["no memory left for this now" in one.value for one in app.warning] == [True]
    assert [*map(scene, blobs(app))] == [*map(scene, before)]
    app.number_input(key="stride").set_value(3).run()
    assert not app.warning and blobs(app) != before
