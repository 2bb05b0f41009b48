"""Ask torch once: build a layer, seed it, load weights, apply it, keep what came out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np
import torch
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
    state : arrays by name, as in torch's `state_dict`
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


def run(layer: Layer, x: Array, seed: int = 0, weights: Mapping[str, Array] | None = None) -> Run:
    """Apply the real torch layer to one input.

    Parameters
    ----------
    x : floating-point array, shape (channels, *axes)
    seed : int
        For torch's own initialisation; ``torch.manual_seed(seed)`` before building the module gives the same.
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
        y, where, seconds, notice = apply(module, torch.from_numpy(x)[None])
    return Run(layer, x, y[0].numpy(), state, where, seconds, notice)


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
        module = layer.module().eval()
    own = module.state_dict()
    for name, value in weights.items():
        if name not in own or tuple(value.shape) != tuple(own[name].shape):
            wanted = ", ".join(f"{key} {tuple(t.shape)}" for key, t in own.items())
            raise GeometryError(f"The weights give {name} {tuple(value.shape)}; {layer.code()} has {wanted}.")
    loaded = {name: torch.tensor(np.asarray(value, np.float32)) for name, value in weights.items()}
    module.load_state_dict(loaded, strict=False)
    return module


def apply(module: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, str, float, str]:
    """Output, device, seconds and notice; a full device falls back to the CPU."""
    where = devices.pick()
    try:
        y, seconds = forward(module, x, where)
    except RuntimeError as error:
        if where == "cpu" or not devices.out_of_memory(error):
            raise
        y, seconds = forward(module, x, "cpu")
        return y, "cpu", seconds, f"The {where} device ran out of memory, so this ran on the CPU."
    return y, where, seconds, ""


def forward(module: nn.Module, x: torch.Tensor, where: str) -> tuple[torch.Tensor, float]:
    """One pass in full float32: TensorFloat-32 keeps ten bits, and the check by hand would see it."""
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        module, x = module.to(where), x.to(where)
        begin = time.perf_counter()
        y = module(x).cpu()  # the copy waits for the device
        return y, time.perf_counter() - begin
