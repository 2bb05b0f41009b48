"""A convolution as matrices: the scene of its layer, with the columns, the kernels as rows, and what comes of them.

Whoever draws it decides nothing: which cell a number of the columns is a copy of stands in the layer's own tables. A
matrix is a tensor (1, 1, rows, columns), so that it is drawn as any map is.
"""

from math import prod
from typing import Any

import numpy as np

from cnnviz.core import columns as matrices
from cnnviz.core.layers import Array
from cnnviz.scenes.blob import Scene, Tensors
from cnnviz.scenes.layer import make_scene, padding_words, volume
from cnnviz.scenes.matrices import Matrices
from cnnviz.scenes.palette import coloured, limits, ranges
from cnnviz.scenes.request import MatrixView
from cnnviz.text import _


def make_matrix(numbers: Matrices, view: MatrixView, scale: str = "signed", flipped: bool = False) -> Scene:
    """The scene of a convolution as matrices.

    Parameters
    ----------
    scale : "signed", "picture" or another name in the palette
        How the input is coloured.
    flipped : bool
        The weights were turned round beforehand.

    Returns
    -------
    Scene
        That of the layer, in which ``columns`` (channels * taps, positions), ``matrix`` (out_channels, channels *
        taps) and ``product`` (out_channels, positions) stand as maps. In the ways back, ``input``, ``matrix``,
        ``bias`` or ``output`` are gradients, by autograd. ``meta["matrix"]`` holds names, colours and words.
    """
    layer, back = numbers.layer, numbers.back
    scene = make_scene(numbers.done, scale, flipped)
    tensors = {**scene.tensors, **flat(FORM[view.form](numbers))}
    if view.form in ("dW", "dX"):
        tensors["output"] = volume(numbers.dy, layer.ndim)
    if view.form == "dX":
        tensors["input"] = volume(numbers.torch["input"], layer.ndim)
        tensors["overwritten"] = volume(back.overwritten, layer.ndim)
        tensors |= {"input.range": ranges(numbers.torch["input"])}
    panels = painted(numbers, view, tensors, "signed" if view.form == "dX" else scale)
    used = {one["scale"] for one in panels.values()} | {"weight", "groups", "count"}
    meta = {
        "view": "matrix",
        "matrix": {"form": view.form, "panels": panels},
        "charts": [],
        **coloured(used),
        "scales": {**scene.meta["scales"], "input": panels["input"]["scale"], "output": "signed"},
    }
    return Scene(tensors, scene.meta | meta)


def flat(found: Tensors) -> Tensors:
    """Matrices as maps."""
    return {name: x[None, None].astype(np.float32) for name, x in found.items()}


def rows_of(x: Array) -> Array:
    """Maps as the rows of a matrix."""
    return x.reshape(len(x), -1)


def offsets(numbers: Matrices) -> Tensors:
    """The bias as a column beside the product, if there is one."""
    return {"added": numbers.done.state["bias"][:, None]} if numbers.layer.bias else {}


def forwards(numbers: Matrices) -> Tensors:
    made = {"columns": numbers.columns, "matrix": numbers.matrix, "product": rows_of(numbers.y)}
    return made | offsets(numbers)


def weights_back(numbers: Matrices) -> Tensors:
    dw = matrices.matrix_of(numbers.layer, numbers.torch["weight"], np.nan)
    found = {"columns": numbers.columns, "matrix": dw, "product": rows_of(numbers.dy)}
    return found | ({"added": numbers.torch["bias"][:, None]} if numbers.layer.bias else {})


def input_back(numbers: Matrices) -> Tensors:
    return {"columns": numbers.back.columns, "matrix": numbers.matrix, "product": rows_of(numbers.dy)}


def whole_layer(numbers: Matrices) -> Tensors:
    weight = numbers.done.state["weight"]
    sparse = matrices.toeplitz(numbers.layer, weight, numbers.x.shape).dense(np.nan)
    return {
        "toeplitz": sparse,
        "vector": numbers.x.reshape(1, -1),
        "result": numbers.y.reshape(-1, 1),
        "matrix": numbers.matrix,
        **offsets(numbers),
    }


KIN = (  # panels that hold the same numbers, or add them up
    ("matrix", "toeplitz"),
    ("added",),
    ("product", "output", "result"),
    ("input", "overwritten", "columns", "vector"),
)
FORM = {"forward": forwards, "dW": weights_back, "dX": input_back, "Toeplitz": whole_layer}


def painted(numbers: Matrices, view: MatrixView, tensors: Tensors, scale: str) -> dict[str, dict[str, Any]]:
    """Of each panel: the name of its colours and their ends, its title, and a note."""
    words = titles(numbers, view)
    scales = {"matrix": "weight", "toeplitz": "weight", "added": "weight", "input": scale, "vector": scale}
    scales["columns"] = scale
    found = {}
    for name, (title, note) in words.items():
        own = scales.get(name, "signed")
        found[name] = {"scale": own, "title": title, "note": note, "lim": ends(name, own, tensors)}
    return found


def ends(name: str, scale: str, tensors: Tensors) -> tuple[float, float]:
    """Ends of the colours: those that hold the same numbers, or add them up, share them."""
    kin = next(some for some in KIN if name in some)
    values = np.concatenate([tensors[one].ravel() for one in kin if one in tensors])
    return limits(scale, values)


def titles(numbers: Matrices, view: MatrixView) -> dict[str, tuple[str, str]]:
    """Name and note of each panel, in the order in which Tab visits them."""
    layer, (kernels, rows) = numbers.layer, numbers.matrix.shape
    positions = numbers.table.shape[1]
    read, made = layer.torch_shapes(numbers.x.shape)
    factor = _(
        "{rows:,} × {positions:,}, {factor:.2f} times the input's numbers",
        rows=rows,
        positions=positions,
        factor=matrices.memory_factor(numbers.table, numbers.x.shape),
    )
    size = f"{kernels} × {rows}"
    padded = padding_words(layer)
    taken = " · ".join(filter(None, (str(read), padded)))
    bias = {"added": (_("bias"), "")} if layer.bias else {}
    if view.form == "forward":
        return {
            "input": (_("input"), taken),
            "columns": (_("columns: one window each"), factor),
            "matrix": (_("W: one kernel each row"), size),
            **bias,
            "product": (_("W @ columns + bias") if layer.bias else "W @ columns", f"{kernels} × {positions:,}"),
            "output": (_("output: rows folded back"), str(made)),
        }
    if view.form == "Toeplitz":
        whole = (prod(numbers.y.shape), numbers.x.size)
        filled = numbers.layer.out_channels * int((numbers.table >= 0).sum()) // layer.groups
        share = _(
            "{rows:,} × {columns:,}, {share:.1%} filled", rows=whole[0], columns=whole[1], share=filled / prod(whole)
        )
        return {
            "input": (_("input"), taken),
            "vector": (_("x, as it is"), ""),
            "toeplitz": (_("T: the whole layer"), share),
            "result": ("y", ""),
            "matrix": (_("W: where T has its numbers from"), size),
            **bias,
            "output": (_("output: T @ x + bias") if layer.bias else _("output: T @ x"), str(made)),
        }
    asked = {
        "product": (_("dY: a row for each kernel"), f"{kernels} × {positions:,}"),
        "output": (_("dY: what the loss asks"), str(made)),
    }
    if view.form == "dW":
        sums = {"added": ("db", "")} if layer.bias else {}
        return {
            "input": (_("input"), taken),
            "columns": (_("columns: one window each"), factor),
            "matrix": ("dW: dY @ columns.T", size),
            **sums,
            **asked,
        }
    return {
        "input": (_("dX: copies added up, +="), str(read)),
        "overwritten": (_("the same with = alone"), _("wrong where windows overlap")),
        "columns": ("W.T @ dY", f"{rows:,} × {positions:,}"),
        "matrix": (_("W: one kernel each row"), size),
        **asked,
    }
