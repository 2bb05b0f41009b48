"""The code behind a scene: lines that, run as they stand, give the very same output."""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace

from cnnviz.core.layers import Array, Layer, MaxPool, MaxUnpool
from cnnviz.inputs import Source
from cnnviz.inputs.literal import tensor_code


def snippet(
    layer: Layer,
    source: Source,
    seed: int,
    weight: Array | None = None,
    flipped: bool = False,
    front: Sequence[Layer] = (),
) -> str:
    """Python for input, layer, weights and output.

    Parameters
    ----------
    seed : int
        For torch's own initialisation, and for what is drawn at random.
    weight : array in torch's own shape, or None
        None keeps torch's initialisation; otherwise the bias is 0.
    flipped : bool
        Turn the kernels round, which makes this a true convolution. `weight` is given as it is before that.
    front : layers that run before
        What comes out of them is the input; last, before a `MaxUnpool`, its pooling.

    Returns
    -------
    str
        Lines that define ``x``, ``layer`` and ``y``, imports first. Numbers that are too many to be written down are
        loaded from ``input.npy`` and ``weight.npy``.
    """
    seeded = f"torch.manual_seed({seed})\n"
    before = "".join(front_code(one, seeded, isinstance(layer, MaxUnpool)) for one in front)
    make = "" if layer.use() == [f"y = {layer.code()}"] else f"layer = {layer.code()}"
    if weight is None and (layer.random or any(True for _ in layer.module().parameters())):
        make = seeded + make
    kernel = "" if weight is None else kernel_code(weight)
    steps = [*weight_steps(layer, weight is not None, flipped), *layer.use()]
    apply = "\n    ".join(["with torch.no_grad():", *steps])
    definitions = dict.fromkeys(one.definition() for one in (*front, layer))
    parts = ["from torch import nn", *definitions, source.code(), before, make, kernel, apply]
    return imports_first("\n\n".join(filter(None, parts)) + "\nprint(y.shape)")


def front_code(layer: Layer, seeded: str, unpooled: bool) -> str:
    """Lines that put what a layer makes of the input in its place; a pooling that is undone is only made."""
    if unpooled and isinstance(layer, MaxPool):
        return f"pool = {replace(layer, return_indices=True).code()}\n"
    if layer.use() == [f"y = {layer.code()}"]:
        return f"x = {layer.code()}\n"
    steps = [re.sub(r"\by\b", "x", re.sub(r"\blayer\b", "front", line)) for line in layer.use()]
    apply = "\n    ".join(["with torch.no_grad():", *steps])
    return f"{seeded}front = {layer.code()}\n{apply}\n"


def kernel_code(weight: Array) -> str:
    """Lines that define ``kernel``: one where all pairs of channels share it, else all. Axis 0 is 1 long."""
    shared = (weight == weight[0, 0]).all()
    return tensor_code(weight[0, 0] if shared else weight, "kernel").replace("input.npy", "weight.npy")


def weight_steps(layer: Layer, given: bool, flipped: bool) -> list[str]:
    """Lines that put the kernels into the layer; leading axes of length 1 are broadcast."""
    kernel = "kernel" if given else "layer.weight"
    axes = ", ".join(map(str, range(-layer.ndim, 0)))
    steps = []
    if flipped:
        steps.append(f"layer.weight[:] = {kernel}.flip({axes})  # turned round: a true convolution")
    elif given:
        steps.append(f"layer.weight[:] = {kernel}")
    if given and getattr(layer, "bias", False):
        steps.append("layer.bias[:] = 0")
    return steps


def imports_first(code: str) -> str:
    """The same lines with every import once, on top, Python's own before the others."""
    lines = code.splitlines()
    imports = {line for line in lines if line.startswith(("import ", "from "))}
    own = {line for line in imports if line.split()[1] in sys.stdlib_module_names}
    blocks = [sorted(block, key=plain_first) for block in (own, imports - own)]
    blocks.append([line for line in lines if line not in imports])
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(map("\n".join, blocks))).strip()


def plain_first(line: str) -> tuple[bool, str]:
    """Order of imports in a block: ``import a`` before ``from a import b``."""
    return line.startswith("from"), line
