"""The code behind a scene: lines that, run as they stand, give the very same output."""

import re
from collections.abc import Sequence

from cnnviz.core.layers import Array, Layer, MaxUnpool
from cnnviz.inputs.literal import tensor_code
from cnnviz.networks.code.imports import imports_first
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Front, Named

READS_SHIPPED = "from importlib.resources import files\nfrom safetensors.torch import load_file"


def snippet(request: Request, gradient: Sequence[str] = ()) -> str:
    """Python for input, layers, weights and the output of the last stage.

    Parameters
    ----------
    gradient : lines
        What is asked of autograd once ``y`` is there; see `scenes.gradient`.

    Returns
    -------
    str
        Lines that define ``x``, ``layer`` and ``y``, imports first. Numbers that are too many to be written down are
        loaded from ``input.npy`` and ``weight.npy``.
    """
    layers = [layer for _, layer in request.network.stages]
    *front, layer = layers
    weight, seeded = weight_of(request), f"torch.manual_seed({request.weights.seed})"
    names = names_of(layers)
    made = [f"{name} = {one.code()}" for one, name in zip(layers, names, strict=True) if is_module(one)]
    drawn = [*front, *([layer] if weight is None else [])]
    shipped = shipped_steps(request)
    learned = not shipped and any(True for one in drawn if is_module(one) for _ in one.module().parameters())
    seed = [seeded] if learned or layer.random else []
    again = [seeded] if layer.random and (learned or any(one.random for one in front)) else []
    kernel = "" if weight is None else kernel_code(weight)
    steps = [*shipped]
    steps += [line for one, name in zip(front, names, strict=False) for line in front_steps(one, name, seeded)]
    steps += weight_steps(layer, weight is not None, isinstance(request.weights, Named) and request.weights.flipped)
    steps += again
    use = layer.use()
    definitions = dict.fromkeys(one.definition() for one in layers)
    x = "\n".join(filter(None, (request.input.code(), request.batch.code(layer.ndim))))
    made_of = [x, "\n".join([*seed, *made]), kernel]
    parts = [
        "from torch import nn",
        *([READS_SHIPPED] if shipped else []),
        *definitions,
        *made_of,
        *applied(steps, use, gradient),
    ]
    return imports_first("\n\n".join(filter(None, parts)))


def applied(steps: Sequence[str], use: Sequence[str], gradient: Sequence[str]) -> list[str]:
    """Lines that call the layer, last of all steps, and look at what comes out; or go back through it."""
    indented = [f"    {line}" for line in (steps if gradient else [*steps, *use])]
    before = "\n".join(["with torch.no_grad():", *indented]) if indented else ""
    if not gradient:
        return [f"{before}\nprint(y.shape)"]
    *moves, call = use  # what brings x into torch's shape, and the call
    x = read_by(call)
    return [before, "\n".join([*moves, f"{x} = {x}.detach().requires_grad_()", call, *gradient])]


def read_by(call: str) -> str:
    """The tensor that a line which calls the layer reads.

    >>> read_by("y = layer(x.flatten(1))"), read_by("y = x.permute(0, 2, 1)")
    ('x', 'x')
    """
    found = re.search(r"layer\((\w+)", call)
    return found[1] if found else "x"


def weight_of(request: Request) -> Array | None:
    """The kernel that was chosen by its name; None keeps torch's own start."""
    return request.weights.weight(request.network) if isinstance(request.weights, Named) else None


def shipped_steps(request: Request) -> list[str]:
    """Lines that load what a network has learned into its first layers; none for other weights."""
    weights, network = request.weights, request.network
    if not isinstance(weights, Front):
        return []
    layers = [layer for _, layer in network.stages]
    held = zip(names_of(layers), layers, weights.starts(network), strict=True)
    loaded = [(name, start) for name, one, (_, start) in held if is_module(one) and one.module().state_dict()]
    return [
        f'learned = load_file(files("cnnviz") / "../weights/{weights.kept.file}")',
        "for module, start in (",
        *(f'    ({name}, "{start}"),' for name, start in loaded),
        "):",
        "    own = {key.removeprefix(start): value for key, value in learned.items() if key.startswith(start)}",
        "    module.load_state_dict(own)",
    ]


def is_module(layer: Layer) -> bool:
    """Or is it a call of the tensor's own?"""
    return layer.use() != [f"y = {layer.code()}"]


def names_of(layers: Sequence[Layer]) -> list[str]:
    """What the layers are called: the last one layer, a pooling that it undoes pool, and the others front."""
    pools = len(layers) > 1 and isinstance(layers[-1], MaxUnpool)
    front = len(layers) - 1 - pools
    names = [f"front{place}" for place in range(1, front + 1)] if front > 1 else ["front"] * front
    return [*names, *["pool"] * pools, "layer"]


def front_steps(layer: Layer, name: str, seeded: str) -> list[str]:
    """Lines that put what a layer makes of the input in its place; a pooling that is undone is called with the last."""
    if name == "pool":
        return []
    steps = [re.sub(r"\by\b", "x", re.sub(r"\blayer\b", name, line)) for line in layer.use()]
    return [*([seeded] if layer.random else []), *steps]


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
