"""Running torch: seeds, weights, devices, limits."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_case, as_ours, cases, every_kind, torch_gives, values
from torch import nn

import cnnviz.core.run
from cnnviz.core import device
from cnnviz.core.cost import measure
from cnnviz.core.device import DeviceError
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, ConvTranspose, Dropout
from cnnviz.core.run import MAX_BYTES, MAX_MACS, BudgetError, build, check_budget, once, run

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

X = values((2, 6, 7))
LAYER = Conv(2, 3)


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """Bit-for-bit comparisons hold on one device."""
    monkeypatch.setenv(device.VARIABLE, "cpu")


# --- seeds and weights ---


@given(case=any_case, seed=st.integers(0, 2**32))
def test_the_output_is_what_torch_gives_after_manual_seed(case, seed):
    layer, shape = case
    done, expected = run(layer, values(shape), seed), torch_gives(layer, values(shape), seed)
    np.testing.assert_array_equal(done.y[0], as_ours(layer, expected).reshape(done.y.shape[1:]))


@every_kind
@given(data=st.data(), seed=st.integers(0, 99))
def test_what_is_not_kept_in_full_has_the_same_output(name, data, seed):
    layer, shape = data.draw(cases(name))
    x = values(shape)
    bare = once(layer, build(layer, seed, {}), x[None], seed, full=False)
    np.testing.assert_array_equal(bare.y[0], run(layer, x, seed).y[0])
    assert (bare.state, bare.parts) == ({}, {})


def test_another_seed_gives_other_weights():
    assert not np.array_equal(run(LAYER, X, seed=0).state["weight"], run(LAYER, X, seed=1).state["weight"])


def test_running_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    run(LAYER, X, seed=3)
    assert torch.equal(torch.get_rng_state(), before)


def test_sessions_side_by_side_do_not_mix_their_seeds():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda seed: run(LAYER, X, seed).state["weight"], range(200)))
    finally:
        sys.setswitchinterval(interval)
    np.testing.assert_array_equal(together, [run(LAYER, X, seed).state["weight"] for seed in range(200)])


def test_weights_are_loaded_over_the_initialisation():
    weights = {"weight": values((3, 2, 3, 3), 1), "bias": values((3,), 2)}
    expected = torch.conv2d(torch.from_numpy(X), *map(torch.from_numpy, weights.values()))
    np.testing.assert_array_equal(run(LAYER, X, weights=weights).y[0], expected)


def test_weights_that_are_not_given_stay_as_seeded():
    done = run(LAYER, X, seed=5, weights={"bias": np.zeros(3, np.float32)})
    assert not done.state["bias"].any()
    np.testing.assert_array_equal(done.state["weight"], run(LAYER, X, seed=5).state["weight"])


def test_the_state_does_not_change_with_the_arrays_it_came_from():
    weight = np.ones((3, 2, 3, 3), np.float32)
    done = run(LAYER, X, weights={"weight": weight})
    weight[:] = 0
    assert done.state["weight"].all()


@pytest.mark.parametrize(
    ("weights", "given"),
    [
        ({"weight": np.ones((3, 2, 3), np.float32)}, "weight (3, 2, 3)"),
        ({"bias": np.ones(4, np.float32)}, "bias (4,)"),
        ({"kernel": np.ones(1, np.float32)}, "kernel (1,)"),
    ],
)
def test_weights_of_another_shape_or_name_are_refused_with_both_shapes(weights, given):
    with pytest.raises(GeometryError) as error:
        run(LAYER, X, weights=weights)
    assert str(error.value) == (
        f"The weights give {given}; nn.Conv2d(2, 3, kernel_size=3) has weight (3, 2, 3, 3), bias (3,)."
    )


# --- inputs ---


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.complex64])
def test_numbers_that_are_not_floats_are_refused_by_name(dtype):
    with pytest.raises(GeometryError) as error:
        run(LAYER, X.astype(dtype))
    assert str(error.value) == (
        f"The input holds {np.dtype(dtype)} numbers and a layer reads float32. Convert it to float32."
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floats_are_read_as_float32(dtype):
    done = run(LAYER, X.astype(dtype))
    assert done.x.dtype == done.y.dtype == np.float32


def test_an_input_may_be_laid_out_in_any_order():
    turned = np.asfortranarray(X)
    np.testing.assert_array_equal(run(LAYER, turned).y[0], run(LAYER, X).y[0])


@pytest.mark.filterwarnings("error")
def test_an_input_may_be_read_only():
    locked = X.copy()
    locked.flags.writeable = False
    np.testing.assert_array_equal(run(LAYER, locked).y[0], run(LAYER, X).y[0])


@pytest.mark.parametrize("shape", [(), (2,), (2, 6), (2, 6, 7, 1), (1, 2, 3, 4, 5, 6), (3, 6, 7), (2, 0, 7), (2, 2, 7)])
def test_an_input_that_does_not_fit_is_refused_before_torch_is_asked(shape, monkeypatch):
    forbid(monkeypatch)
    with pytest.raises(GeometryError, match=r"\.$"):
        run(LAYER, np.zeros(shape, np.float32))


# --- limits ---


def forbid(monkeypatch):
    """From here on a module that is built or applied fails the test."""

    def never(*_):
        raise AssertionError("torch was asked")

    monkeypatch.setattr(cnnviz.core.run, "build", never)
    monkeypatch.setattr(cnnviz.core.run, "apply", never)


@pytest.mark.parametrize(
    ("layer", "shape", "numbers"),
    [
        (Conv(64, 64, 11, padding=5), (64, 100, 100), ["4,956,160,000", f"{MAX_MACS:,}"]),
        (Conv(1, 1, 1, padding=1_000_000), (1, 4, 4), ["4,000,016,000,016", f"{MAX_MACS:,}"]),
        (Conv(1, 64, 1), (1, 600, 600), ["89 MiB", f"{MAX_BYTES >> 20} MiB"]),
        (Conv(1, 1, 5000, padding=2500), (1, 1, 1), ["95 MiB", f"{MAX_BYTES >> 20} MiB"]),
        (ConvTranspose(1, 8, 1, stride=64), (1, 32, 32), ["120 MiB", f"{MAX_BYTES >> 20} MiB"]),
    ],
)
def test_what_is_too_large_is_refused_with_both_numbers_and_never_built(layer, shape, numbers, monkeypatch):
    forbid(monkeypatch)
    with pytest.raises(BudgetError) as error:
        run(layer, np.zeros(shape, np.float32))
    assert all(number in str(error.value) for number in numbers)


def test_as_many_multiply_adds_as_are_allowed_are_allowed():
    layer = Conv(100, 100, 20)
    assert measure(layer, (100, 59, 44)).macs == MAX_MACS
    check_budget(layer, (100, 59, 44))
    with pytest.raises(BudgetError):
        check_budget(layer, (100, 59, 45))


# --- devices ---


def test_the_variable_picks_the_device(monkeypatch):
    monkeypatch.setattr(device, "available", lambda: ["cuda", "cpu"])
    assert device.pick() == "cpu"
    monkeypatch.setenv(device.VARIABLE, " CUDA ")
    assert device.pick() == "cuda"


def test_without_the_variable_the_best_device_is_picked(monkeypatch):
    monkeypatch.delenv(device.VARIABLE)
    monkeypatch.setattr(device, "available", lambda: ["cuda", "cpu"])
    assert device.pick() == "cuda"


def test_one_of_several_devices_is_picked_by_its_number(monkeypatch):
    monkeypatch.setattr(device, "available", lambda: ["cuda", "cpu"])
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv(device.VARIABLE, "cuda:1")
    assert device.pick() == "cuda:1"


def test_cpu_is_always_there_and_comes_last():
    assert device.available()[-1] == "cpu"


@pytest.mark.parametrize("name", ["abacus", "cuda", "mps:1", "cpu:", "cpu:x", "cpu,mps"])
def test_a_device_that_is_not_here_is_refused_with_those_that_are(name, monkeypatch):
    monkeypatch.setenv(device.VARIABLE, name)
    monkeypatch.setattr(device, "available", lambda: ["mps", "cpu"])
    with pytest.raises(DeviceError) as error:
        run(LAYER, X)
    assert str(error.value) == f"CNNVIZ_DEVICE={name} is not on this machine, which has mps, cpu."


def fail_on_cuda(monkeypatch, error):
    """Pretend that there is a graphics card, and that it raises `error`."""
    real = cnnviz.core.run.forward

    def forward(layer, module, x, seed, where):
        if where == "cuda":
            raise error
        return real(layer, module, x, seed, where)

    monkeypatch.setattr(device, "pick", lambda: "cuda")
    monkeypatch.setattr(cnnviz.core.run, "forward", forward)


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("Tried to allocate 9 GiB"), RuntimeError("MPS backend out of memory (MPS allocated: 9)")],
)
def test_a_full_device_falls_back_to_the_cpu_and_says_so(error, monkeypatch):
    expected = run(LAYER, X).y[0]
    fail_on_cuda(monkeypatch, error)
    done = run(LAYER, X)
    np.testing.assert_array_equal(done.y[0], expected)
    assert (done.device, str(done.notice)) == ("cpu", "The cuda device ran out of memory, so this ran on the CPU.")


def test_other_failures_of_a_device_are_not_hidden(monkeypatch):
    fail_on_cuda(monkeypatch, RuntimeError("device-side assert triggered"))
    with pytest.raises(RuntimeError, match="device-side assert"):
        run(LAYER, X)


def test_an_ordinary_run_has_no_notice():
    done = run(LAYER, X)
    assert (done.device, done.notice) == ("cpu", "")
    assert done.seconds > 0


class Spy(nn.Module):
    """Notes how torch is set while it runs."""

    def forward(self, x):
        self.tf32 = torch.backends.cudnn.allow_tf32
        self.inference = torch.is_inference_mode_enabled()
        return x


def test_tensorfloat_32_is_off_during_a_run():
    spy = Spy()
    with torch.backends.cudnn.flags(allow_tf32=True):
        cnnviz.core.run.apply(LAYER.call, spy, torch.zeros(1), 0)
    assert spy.tf32 is False


@dataclass(frozen=True)
class Held(Conv):
    """Runs only when it is let."""

    def call(self, module, x, seed):
        BEGUN.set()
        assert GO_ON.wait(60)
        return super().call(module, x, seed)


BEGUN, GO_ON = Event(), Event()


def test_a_pass_does_not_wait_for_another():
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(run, Held(2, 3), X)
        assert BEGUN.wait(60)
        short = run(LAYER, X)
        assert not long.done()
        GO_ON.set()
        np.testing.assert_array_equal(long.result().y, short.y)


def test_passes_at_the_same_time_give_the_numbers_that_each_gives_alone():
    x = np.random.default_rng(0).normal(size=(64, 24, 24)).astype(np.float32)
    layers = [Conv(64, 64, padding=1), Dropout(training=True)]
    jobs = [(layer, x, seed) for seed in range(60) for layer in layers]
    alone = [run(*job).y[0] for job in jobs]
    with ThreadPoolExecutor(4) as threads:
        together = [done.result().y[0] for done in [threads.submit(run, *job) for job in jobs]]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_gradients_are_kept():
    spy = Spy()
    cnnviz.core.run.forward(LAYER.call, spy, torch.zeros(1), 0, "cpu")
    assert spy.inference


@pytest.mark.parametrize("layer", [LAYER, Dropout(training=False)])
def test_a_module_is_built_for_evaluation(layer):
    assert not build(layer, 0, {}).training


def test_a_module_that_is_to_train_is_built_for_training():
    assert build(Dropout(), 0, {}).training
