"""All numbers of a convolution as matrices: columns, kernels as rows, the way back, and autograd's own beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import torch

from cnnviz.core import columns as matrices
from cnnviz.core.geometry import GeometryError, Ints
from cnnviz.core.layers import Array, Conv, Shape
from cnnviz.core.run import BudgetError, Run, build
from cnnviz.scenes.blob import Tensors
from cnnviz.scenes.request import MatrixView

MOST_SIDE = 16_384  # rows or columns of a matrix: no browser draws wider pictures
MOST_COLUMNS = 2_000_000  # numbers in the columns
MOST_SPARSE = 1_000_000  # places of the matrix of the whole layer
MOST_PRODUCTS = 200_000_000  # that the browser adds up on the way back

Arrays = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Matrices:
    """All numbers of a convolution as matrices.

    Attributes
    ----------
    table : int array, shape (channels * taps, positions)
        As `core.columns.sources` gives it.
    columns, matrix : arrays
        What the windows read, and the kernels as rows; NaN outside the blocks of groups.
    dy : array of the output's shape
    back : Back
    torch : arrays by name
        ``input``, ``weight`` and ``bias``: autograd's own gradients.
    """

    done: Run
    x: Array
    y: Array
    table: Ints
    columns: Array
    matrix: Array
    dy: Array
    back: matrices.Back
    torch: Arrays

    @property
    def layer(self) -> Conv:
        assert isinstance(self.done.layer, Conv)
        return self.done.layer

    def arrays(self) -> Tensors:
        """For those who compute on."""
        return {
            "columns": self.columns,
            "matrix": np.nan_to_num(self.matrix),
            "source": self.table,
            "dy": self.dy,
            "dcolumns": self.back.columns,
            "dweight": self.back.weight,
            "dbias": self.back.bias,
            "dinput": self.back.input,
            "dinput_overwritten": self.back.overwritten,
            **{f"torch.d{name}": values for name, values in self.torch.items()},
        }


def matrices_of(done: Run, view: MatrixView) -> Matrices:
    """The numbers of one run.

    Raises
    ------
    GeometryError
        If the layer is no convolution.
    BudgetError
        If there are more numbers than can be drawn.
    """
    layer, x, y = done.layer, done.x[0], done.y[0]
    if not isinstance(layer, Conv):
        raise GeometryError("Only a convolution is shown as a matrix, and this is {called}.", called=layer.called)
    check_size(layer, x.shape, view)
    weight, table = done.state["weight"], matrices.sources(layer, x.shape)
    dy = view.upstream.dy(done)[0]
    back = matrices.backward(layer, x, weight, dy)
    kernels = matrices.matrix_of(layer, weight, np.nan)
    theirs = gradients(done, x, dy)
    return Matrices(done, x, y, table, matrices.im2col(x, table), kernels, dy, back, theirs)


def check_size(layer: Conv, shape: Shape, view: MatrixView) -> None:
    """Raise `BudgetError` if a matrix is larger than what is drawn."""
    made = layer.output_shape(shape)
    rows, positions = shape[0] * prod(layer.kernel_size), prod(made[1:])
    if max(rows, positions) > MOST_SIDE or rows * positions > MOST_COLUMNS:
        raise BudgetError(
            "The columns would be {rows:,} × {positions:,} and this page draws {most:,} numbers, {side:,} along a "
            "side. Use a smaller input, a larger stride or fewer channels.",
            rows=rows,
            positions=positions,
            most=MOST_COLUMNS,
            side=MOST_SIDE,
        )
    tall, wide = prod(made), prod(shape)
    if view.form == "Toeplitz" and (max(tall, wide) > MOST_SIDE or tall * wide > MOST_SPARSE):
        raise BudgetError(
            "The matrix of the whole layer would have {rows:,} × {columns:,} places and this page draws {most:,}. Use "
            "a smaller input or fewer out_channels.",
            rows=tall,
            columns=wide,
            most=MOST_SPARSE,
        )
    if view.form == "dW" and tall * rows > MOST_PRODUCTS:
        raise BudgetError(
            "dW adds up {products:,} products and this page stops at {most:,}. Use a smaller input or fewer channels.",
            products=tall * rows,
            most=MOST_PRODUCTS,
        )


def gradients(done: Run, x: Array, dy: Array) -> Arrays:
    """Autograd's own: of the real layer, with the weights of the run."""
    module = build(done.layer, 0, done.state)
    taken = torch.tensor(x[None], requires_grad=True)
    module(taken).backward(torch.tensor(dy[None]))
    assert taken.grad is not None
    found = {name: one.grad.numpy() for name, one in module.named_parameters() if one.grad is not None}
    return {"input": taken.grad[0].numpy(), **found}
