"""Arrays to take away: every number of a run as torch gave it, and enough words to get it again."""

from io import BytesIO

import numpy as np
import pytest
import torch
from asking import request_of, undoing
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load
from strategies import any_case, values
from torch import nn
from torch.nn import functional

from cnnviz.core.layers import GLU, AvgPool, BatchNorm, Conv, MaxPool
from cnnviz.core.run import Run, run
from cnnviz.export.arrays import npz, tensors
from cnnviz.inputs.patterns import Random
from cnnviz.scenes.build import show

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

NORM = run(BatchNorm(num_features=2, steps=3), values((2, 4, 5)))
CONV = run(Conv(2, 3, 3, stride=2), values((2, 7, 6), 1), seed=5)
POOL = run(MaxPool(), values((2, 6, 7), 2))


def unpacked(data: bytes) -> dict[str, np.ndarray]:
    return dict(np.load(BytesIO(data), allow_pickle=False))


def words(data: bytes, folder) -> dict[str, str]:
    path = folder / "a.safetensors"
    path.write_bytes(data)
    with safe_open(path, "np") as opened:
        return opened.metadata()


def expected(done: Run) -> dict[str, np.ndarray]:
    named = {f"state.{name}": found for name, found in done.state.items()}
    named |= {f"part.{name}": found for name, found in done.parts.items()}
    return {"input": done.x, "output": done.y, **named}


def assert_holds(found: dict[str, np.ndarray], done: Run) -> None:
    for name, wanted in expected(done).items():
        assert (found[name].dtype, found[name].shape) == (wanted.dtype, wanted.shape), name
        np.testing.assert_array_equal(found[name], wanted, err_msg=name)


@given(case=any_case, seed=st.integers(0, 99))
def test_any_run_is_kept_bit_for_bit_in_its_own_types(case, seed):
    layer, shape = case
    done = run(layer, values(shape, seed), seed)
    for found in (unpacked(npz(done, seed)), load(tensors(done, seed))):
        assert_holds(found, done)


def test_both_files_hold_the_same_arrays_and_words(tmp_path):
    archive, blob = unpacked(npz(CONV, 5, "noise")), tensors(CONV, 5, "noise")
    told = words(blob, tmp_path)
    assert set(archive) == set(load(blob)) | set(told)
    assert {name: str(archive[name]) for name in told} == told
    assert all(archive[name].ndim == 0 for name in told)


def test_the_arrays_give_torchs_output_again():
    found = load(tensors(CONV))
    x, weight, bias = (torch.from_numpy(found[name]) for name in ("input", "state.weight", "state.bias"))
    again = functional.conv2d(x, weight, bias, stride=2).numpy()
    np.testing.assert_array_equal(again, found["output"])


def test_the_state_loads_into_torchs_own_module():
    found = load(tensors(NORM))
    state = {k.removeprefix("state."): torch.from_numpy(v) for k, v in found.items() if k.startswith("state.")}
    nn.BatchNorm2d(2).load_state_dict(state, strict=True)
    assert (state["num_batches_tracked"].shape, state["num_batches_tracked"].dtype) == ((), torch.int64)
    assert found["part.running_mean"].shape == (4, 2)  # before the first pass, and after each of three


def test_the_places_of_the_winners_are_whole_numbers_into_the_input():
    found = load(tensors(POOL))
    assert found["part.indices"].dtype == np.int64
    flat = found["input"].reshape(2, -1)
    np.testing.assert_array_equal(
        np.take_along_axis(flat, found["part.indices"].reshape(2, -1), 1), found["output"].reshape(2, -1)
    )


def test_a_pooling_undone_comes_with_the_places_that_it_was_told():
    shown = show(undoing(MaxPool(), Random(size=6)))
    found = load(tensors(shown))
    x, places = (torch.from_numpy(found[name]) for name in ("input", "part.indices"))
    again = functional.max_unpool2d(x, places, 2, output_size=(6, 6)).numpy()
    np.testing.assert_array_equal(again, found["output"])


def test_what_is_shown_is_packed_like_its_run():
    shown = show(request_of(GLU(channels=2), Random(size=4, channels=2), seed=3))
    assert npz(shown, 3) == npz(shown.done, 3)
    assert_holds(load(tensors(shown)), shown.done)


def test_the_words_say_what_it_takes_to_get_the_numbers_again(tmp_path):
    told = words(tensors(CONV, 5, "noise, 7 × 6"), tmp_path)
    assert told | {"readme": ""} == {
        "layer": "nn.Conv2d(2, 3, kernel_size=3, stride=2)",
        "seed": "5",
        "caption": "noise, 7 × 6",
        "input_shape": "(1, 2, 7, 6)",
        "output_shape": "(1, 3, 3, 2)",
        "device": CONV.device,
        "torch": torch.__version__,
        "readme": "",
    }
    assert "(N, channels, rows, columns)" in told["readme"]


def test_several_examples_come_first_as_torch_has_them(tmp_path):
    done = run(BatchNorm(num_features=2), values((3, 2, 4, 5)))
    found = load(tensors(done))
    assert found["input"].shape == found["output"].shape == (3, 2, 4, 5)
    assert words(tensors(done), tmp_path)["input_shape"] == "(3, 2, 4, 5)"
    assert_holds(found, done)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_kept(value):
    x = values((1, 4, 4))
    x[0, 1, 2] = value
    done = run(AvgPool(), x)
    for found in (unpacked(npz(done)), load(tensors(done))):
        assert_holds(found, done)


def test_the_same_run_gives_the_same_archive():
    assert npz(CONV, 5, "a") == npz(CONV, 5, "a")
