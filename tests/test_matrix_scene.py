"""The scene of a convolution as matrices: its numbers are torch's, and its code gives the same."""

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import conv, values

from cnnviz.core.layers import Conv
from cnnviz.core.run import BudgetError, run
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.typed import Typed
from cnnviz.networks.chain import chain
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.build import ShownMatrix, show
from cnnviz.scenes.matrices import matrices_of
from cnnviz.scenes.matrix import make_matrix
from cnnviz.scenes.numpy_code import numpy_code
from cnnviz.scenes.request import MatrixView, Request
from cnnviz.scenes.upstream import Cell, Ones, Target, Upstream
from cnnviz.scenes.weights import Named

CLOSE: dict[str, Any] = {"rtol": 1e-4, "atol": 1e-4}  # float32
FORMS = ("forward", "dW", "dX", "Toeplitz")
UPSTREAMS: dict[str, Upstream] = {"ones": Ones(), "output": Target("0"), "cell": Cell()}
cases = st.sampled_from((1, 2, 3)).flatmap(conv)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(case=cases, form=st.sampled_from(FORMS), dy=st.sampled_from(("ones", "output", "cell")), seed=st.integers(0, 9))
def test_the_matrices_of_a_scene_give_torchs_own_numbers(case, form, dy, seed):
    layer, shape = case
    view = MatrixView(form=form, upstream=UPSTREAMS[dy])
    numbers = matrices_of(run(layer, values(shape, seed), seed), view)
    found = make_matrix(numbers, view).tensors
    matrix, bias = np.nan_to_num(found["matrix"][0, 0]), numbers.done.state.get("bias", np.zeros(layer.out_channels))
    if form == "Toeplitz":
        product = np.nan_to_num(found["toeplitz"][0, 0]) @ found["vector"][0, 0, 0]
        np.testing.assert_allclose(
            product + np.repeat(bias, len(product) // len(bias)), found["result"][0, 0, :, 0], **CLOSE
        )
        return
    columns, product = found["columns"][0, 0], found["product"][0, 0]
    if form == "forward":
        np.testing.assert_allclose(matrix @ columns + bias[:, None], product, **CLOSE)
    elif form == "dW":
        blocks = np.isfinite(found["matrix"][0, 0])
        np.testing.assert_allclose(np.where(blocks, product @ columns.T, 0), matrix, **CLOSE)
    else:
        np.testing.assert_allclose(matrix.T @ product, columns, **CLOSE)
        np.testing.assert_allclose(numbers.back.input, numbers.torch["input"], **CLOSE)


def request_with(layer: Conv, source: Any = None, kernel: str = "random") -> Request:
    return Request(chain(layer), source or Ramp(size=(6,) * layer.ndim, ndim=layer.ndim), Named(kernel))


def ran(code: str) -> dict[str, Any]:
    """The names that lines of Python define; they say how far they are from torch."""
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        exec(compile(code, "code", "exec"), names)
    return names


CODES = {
    "plain": (Conv(kernel_size=(3, 3)), "ones"),
    "not square": (Conv(kernel_size=(2, 3), stride=(2, 1), padding=(0, 1)), "output"),
    "groups": (Conv(2, 4, (3, 2), groups=2, dilation=(2, 1), bias=False), "cell"),
    "same": (Conv(kernel_size=(2, 4), padding="same"), "ones"),
    "mirrored": (Conv(kernel_size=(3, 3), padding=(2, 1), padding_mode="reflect"), "cell"),
    "round": (Conv(kernel_size=(3, 3), padding=(2, 2), padding_mode="circular", stride=(1, 2)), "output"),
    "signal": (Conv(kernel_size=(3,), stride=(2,), padding=(1,), ndim=1), "ones"),
    "volume": (Conv(1, 2, kernel_size=(2, 3, 2), padding=(0, 1, 1), ndim=3), "output"),
}


@pytest.mark.parametrize("name", CODES)
def test_the_code_runs_as_it_stands_and_gives_these_numbers(name):
    layer, dy = CODES[name]
    size = (5, 6, 4)[: layer.ndim]
    request = request_with(layer, Random(size=size, channels=layer.in_channels, ndim=layer.ndim))
    view = MatrixView(form="dX", upstream=UPSTREAMS[dy])
    shown = show(request, view)
    assert isinstance(shown, ShownMatrix)
    names, numbers = ran(numpy_code(request, view, shown.done)), shown.numbers
    assert names["difference"] < 1e-4
    np.testing.assert_array_equal(names["columns"][0], numbers.columns)
    np.testing.assert_array_equal(names["matrix"], np.nan_to_num(numbers.matrix))
    np.testing.assert_allclose(names["Y"][0], numbers.y, **CLOSE)
    np.testing.assert_allclose(names["dY"][0], numbers.dy, **CLOSE)
    np.testing.assert_allclose(names["dX"][0], numbers.torch["input"], **CLOSE)
    flat = numbers.torch["weight"].reshape(layer.out_channels, -1)
    blocks = np.isfinite(numbers.matrix)
    np.testing.assert_allclose(names["dmatrix"][blocks].reshape(flat.shape), flat, **CLOSE)
    if layer.bias:
        np.testing.assert_allclose(names["db"], numbers.torch["bias"], **CLOSE)


def test_columns_share_their_colours_with_the_cells_that_they_are_copies_of():
    panels = Scene.from_bytes(show(request_with(Conv(kernel_size=(3, 3))), MatrixView()).blob).meta["matrix"]["panels"]
    assert panels["columns"]["lim"] == panels["input"]["lim"]
    assert panels["columns"]["scale"] == panels["input"]["scale"]
    assert panels["product"]["lim"] == panels["output"]["lim"]


@pytest.mark.parametrize(
    ("layer", "size", "form", "words"),
    [
        (Conv(kernel_size=(3, 3)), (200, 200), "forward", "The columns would be 9 × 39,204"),
        (Conv(1, 32, (3, 3)), (32, 32), "Toeplitz", "28,800 × 1,024 places"),
        (Conv(1, 128, (11, 11)), (130, 130), "dW", "dW adds up 223,027,200 products"),
    ],
)
def test_what_is_too_large_is_told_with_its_numbers(layer, size, form, words):
    with pytest.raises(BudgetError, match=words):
        show(request_with(layer, Random(size=size)), MatrixView(form=form))


def test_the_notes_say_how_much_is_copied_and_how_much_of_the_whole_matrix_is_filled():
    request = request_with(Conv(kernel_size=(3, 3)), Typed(text="1 2 3 4\n5 6 7 8\n9 1 2 3\n4 5 6 7"))
    notes = {
        form: {
            name: one["note"]
            for name, one in Scene.from_bytes(show(request, MatrixView(form=form)).blob)
            .meta["matrix"]["panels"]
            .items()
        }
        for form in FORMS
    }
    assert notes["forward"]["columns"] == "9 × 4, 2.25 times the input's numbers"
    assert notes["Toeplitz"]["toeplitz"] == "4 × 16, 56.2\xa0% filled"
    assert prod((4, 9)) / prod((4, 16)) == 0.5625


def test_a_true_convolution_has_its_kernel_turned_round_in_the_matrix():
    request = request_with(Conv(kernel_size=(3, 3)), kernel="emboss")
    turned = replace(request, weights=Named("emboss", flipped=True))
    plain, other = (
        Scene.from_bytes(show(one, MatrixView()).blob).tensors["matrix"][0, 0, 0] for one in (request, turned)
    )
    assert np.array_equal(plain, other[::-1])
