"""Ask torch once: build a layer, seed it, load weights, apply it, keep what came out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz import device as devices
from cnnviz.geometry import GeometryError
from cnnviz.layers import Array, Layer, Shape
from cnnviz.measure import measure

MAX_MACS = 4_000_000_000  # about a second on two cores
MAX_BYTES = 64 * 2**20  # input and output together: what one blob may carry
ONE_AT_A_TIME = Lock()  # torch's seed and precision are global, and the sessions of a server are threads
CORES = torch.get_num_threads()
SMALL = 20_000_000  # MACs below which one core is faster than waking the others up


class BudgetError(GeometryError):
    """A run that would work, but is larger than cnnviz attempts."""


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass.

    Attributes
    ----------
    x, y : float32 arrays, shape (channels, *axes)
    state : arrays by name, as in torch's `state_dict` before the pass
    parts : arrays by name
        What else there is to see; see `Layer.call`.
    device : str
        Where it ran.
    seconds : float
    notice : str
        Empty, or what a person should know about how it ran.
    """

    layer: Layer
    x: Array
    y: Array
    state: Mapping[str, Array]
    device: str
    seconds: float
    notice: str = ""
    parts: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def run(layer: Layer, x: Array, seed: int = 0, weights: Mapping[str, Array] | None = None) -> Run:
    """Apply the real torch layer to one input.

    Parameters
    ----------
    x : floating-point array, shape (channels, *axes)
    seed : int
        For torch's own initialisation; ``torch.manual_seed(seed)`` before building the module gives the same. A layer
        that draws at random starts from it, too.
    weights : arrays by name
        Loaded over the initialisation, as a `state_dict`; may be partial.

    Raises
    ------
    GeometryError
        If the settings cannot work on this input, or a weight has another shape.
    BudgetError
        If the run would be larger than `MAX_MACS` or `MAX_BYTES`.
    """
    x = check_input(x)
    layer.check(x.shape)
    check_budget(layer, x.shape)
    with ONE_AT_A_TIME:
        torch.set_num_threads(1 if layer.macs(x.shape) < SMALL else CORES)
        module = build(layer, seed, weights or {})
        state = {name: tensor.numpy().copy() for name, tensor in module.state_dict().items()}
        made, where, seconds, notice = apply(layer, module, torch.from_numpy(x)[None], seed)
    parts = {name: tensor.numpy() for name, tensor in made.items()}
    return Run(layer, x, parts.pop("output"), state, where, seconds, notice, parts)


def check_input(x: Array) -> Array:
    """The input as float32 that torch may share; other kinds of numbers are refused, not silently rounded."""
    if not np.issubdtype(x.dtype, np.floating):
        raise GeometryError(f"The input holds {x.dtype} numbers and a layer reads float32. Convert it to float32.")
    return np.require(x, np.float32, ["C_CONTIGUOUS", "WRITEABLE"])


def check_budget(layer: Layer, shape: Shape) -> None:
    """Raise `BudgetError` if the run is larger than cnnviz attempts."""
    size = measure(layer, shape)
    if size.macs > MAX_MACS:
        raise BudgetError(
            f"This run takes {size.macs:,} multiply-adds and cnnviz stops at {MAX_MACS:,}. "
            "Use a smaller input, fewer channels, a larger stride or more groups."
        )
    total = size.input_bytes + size.output_bytes + 4 * size.parameters
    if total > MAX_BYTES:
        raise BudgetError(
            f"Input, weights and output take {total / 2**20:.0f} MiB and cnnviz stops at {MAX_BYTES >> 20} MiB. "
            "Use a smaller input, fewer out_channels or a larger stride."
        )


def build(layer: Layer, seed: int, weights: Mapping[str, Array]) -> nn.Module:
    """The module on the CPU, seeded without touching the global generator, with `weights` loaded over it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = layer.module().train(getattr(layer, "training", False))
    own = module.state_dict()
    for name, value in weights.items():
        if name not in own or tuple(value.shape) != tuple(own[name].shape):
            wanted = ", ".join(f"{key} {tuple(t.shape)}" for key, t in own.items())
            raise GeometryError(f"The weights give {name} {tuple(value.shape)}; {layer.code()} has {wanted}.")
    loaded = {name: torch.tensor(np.asarray(value, np.float32)) for name, value in weights.items()}
    module.load_state_dict(loaded, strict=False)
    return module


Made = dict[str, torch.Tensor]


def apply(layer: Layer, module: nn.Module, x: torch.Tensor, seed: int) -> tuple[Made, str, float, str]:
    """What came out, device, seconds and notice; a full device falls back to the CPU."""
    where = devices.pick()
    try:
        made, seconds = forward(layer, module, x, seed, where)
    except RuntimeError as error:
        if where == "cpu" or not devices.out_of_memory(error):
            raise
        made, seconds = forward(layer, module, x, seed, "cpu")
        return made, "cpu", seconds, f"The {where} device ran out of memory, so this ran on the CPU."
    return made, where, seconds, ""


def forward(layer: Layer, module: nn.Module, x: torch.Tensor, seed: int, where: str) -> tuple[Made, float]:
    """One pass in full float32: TensorFloat-32 keeps ten bits, and the check by hand would see it."""
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        module, x = module.to(where), x.to(where)
        begin = time.perf_counter()
        made = layer.call(module, x, seed)
        return {name: tensor.cpu() for name, tensor in made.items()}, time.perf_counter() - begin  # copies wait
