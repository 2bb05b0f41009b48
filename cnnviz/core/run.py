"""Ask torch once: build a layer, seed it, load weights, apply it, keep what came out."""

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz.core import device as devices
from cnnviz.core.cost import measure, reads, table_cells
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Example, Layer, Shape
from cnnviz.core.seed import seeded
from cnnviz.text import Message, in_turn

MAX_MACS = 4_000_000_000  # about a second on two cores
MAX_TABLE = 2**24  # cells of a window table along one axis
MAX_BYTES = 64 * 2**20  # input and output together: what one blob may carry

# Torch counts its cores for the whole process, and the sessions of a server are threads: each pass has one core, which
# takes a quarter of a second for the largest. So all run side by side, and no last bit depends on who else runs.
CORES = torch.get_num_threads()  # for a process with one large pass to do
torch.set_num_threads(1)


class BudgetError(GeometryError):
    """A run that would work, but is larger than cnnviz attempts."""


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass.

    Attributes
    ----------
    x, y : float32 arrays, shape (N, channels, *axes)
    state : arrays by name, as in torch's `state_dict` before the pass
    parts : arrays by name
        What else there is to see; see `Layer.call`.
    device : str
        Where it ran.
    seconds : float
    notice : Message or ""
        What a person should know about how it ran.
    """

    layer: Layer
    x: Array
    y: Array
    state: Mapping[str, Array]
    device: str
    seconds: float
    notice: Message | str = ""
    parts: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """(channels, *axes) of the input, which each example has."""
        return self.x.shape[1:]

    def example(self, n: int = 0) -> Example:
        """What there is of one example."""

        def own(part: NDArray[Any]) -> NDArray[Any]:
            return part[min(n, len(part) - 1)] if part.ndim == self.x.ndim else part

        parts = {name: own(part) for name, part in self.parts.items()}
        return Example(self.layer, self.x[n], self.y[n], self.state, parts, self.x)


def run(layer: Layer, x: Array, seed: int = 0, weights: Mapping[str, Array] | None = None) -> Run:
    """Apply the real torch layer to a batch.

    Parameters
    ----------
    x : floating-point array, shape (N, channels, *axes), or (channels, *axes), which is one example
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
    x = check_input(x if x.ndim == layer.ndim + 2 else x[None])
    n, shape = len(x), x.shape[1:]
    layer.check_batch(shape, n)
    check_budget(layer, shape, n)
    return once(layer, build(layer, seed, weights or {}), x, seed)


def once(layer: Layer, module: nn.Module, x: Array, seed: int, full: bool = True) -> Run:
    """Apply a module that is built already; whoever calls has checked the input.

    What is not `full` has neither state nor parts: input and output alone, for the time of a bare pass.
    """
    state = {name: tensor.numpy().copy() for name, tensor in module.state_dict().items()} if full else {}
    made, where, seconds, notice = apply(layer.call if full else layer.only, module, torch.from_numpy(x), seed)
    parts = {name: tensor.numpy() for name, tensor in made.items()}
    y = parts.pop("output")
    if full and np.isnan(y).any() and np.isfinite(x).all():
        notice = in_turn(filter(None, (notice, layer.remark(x, y))))
    return Run(layer, x, y, state, where, seconds, notice, parts)


def batched(x: torch.Tensor) -> torch.Tensor:
    """A batch whose own stride spans the whole example: ``x[None]`` with channels last would not count as such."""
    return x.as_strided((1, *x.shape), (x.numel(), *x.stride()))


def check_input(x: Array) -> Array:
    """The input as float32 that torch may share; other kinds of numbers are refused, not silently rounded."""
    if not np.issubdtype(x.dtype, np.floating):
        raise GeometryError(
            "The input holds {dtype} numbers and a layer reads float32. Convert it to float32.", dtype=x.dtype
        )
    by_channel = x.ndim > 1 and x.swapaxes(0, 1).flags.c_contiguous  # left so: torch draws in the memory's order
    return np.require(x, np.float32, ["WRITEABLE"] if by_channel else ["C_CONTIGUOUS", "WRITEABLE"])


def check_budget(layer: Layer, shape: Shape, n: int = 1) -> None:
    """Raise `BudgetError` if the run on n examples is larger than cnnviz attempts."""
    size = measure(layer, shape)
    if n * size.macs > MAX_MACS:
        raise BudgetError(
            "This run takes {macs:,} multiply-adds and cnnviz stops at {most:,}. Use a smaller input, fewer "
            "channels, a larger stride or more groups.",
            macs=n * size.macs,
            most=MAX_MACS,
        )
    total = n * (size.input_bytes + size.output_bytes) + 4 * size.parameters
    if total > MAX_BYTES:
        raise BudgetError(
            "Input, weights and output take {total:.0f} MiB and cnnviz stops at {most} MiB. Use a smaller "
            "input, fewer out_channels or a larger stride.",
            total=total / 2**20,
            most=MAX_BYTES >> 20,
        )
    check_windows(layer, shape, n)


def check_windows(layer: Layer, shape: Shape, n: int = 1) -> None:
    """Raise `BudgetError` if all windows together read more cells, or have a larger table, than cnnviz attempts."""
    seen, table = (0 if measure(layer, shape).macs else n * reads(layer, shape)), table_cells(layer, shape)
    if seen <= MAX_MACS and table <= MAX_TABLE:
        return
    if seen > MAX_MACS:
        raise BudgetError(
            "The windows of {layer} read {cells:,} cells and cnnviz stops at {most:,}. "
            "Use a smaller kernel_size, a larger stride or a smaller input.",
            layer=layer.called,
            cells=seen,
            most=MAX_MACS,
        )
    raise BudgetError(
        "The windows of {layer} fill a table of {cells:,} cells and cnnviz stops at {most:,}. "
        "Use a smaller kernel_size, a larger stride or a smaller input.",
        layer=layer.called,
        cells=table,
        most=MAX_TABLE,
    )


def build(layer: Layer, seed: int, weights: Mapping[str, Array]) -> nn.Module:
    """The module on the CPU, seeded without touching the global generator, with `weights` loaded over it."""
    with seeded(seed):
        module = layer.module()
    return load(layer, module, weights)


def load(layer: Layer, module: nn.Module, weights: Mapping[str, Array]) -> nn.Module:
    """The module with `weights` loaded over its own, in the layer's mode."""
    own = module.state_dict() if weights else {}
    for name, value in weights.items():
        if name not in own or tuple(value.shape) != tuple(own[name].shape):
            wanted = ", ".join(f"{key} {tuple(t.shape)}" for key, t in own.items())
            raise GeometryError(
                "The weights give {name} {shape}; {layer} has {wanted}.",
                name=name,
                shape=tuple(value.shape),
                layer=layer.code(),
                wanted=wanted,
            )
    loaded = {name: torch.tensor(np.asarray(value, np.float32)) for name, value in weights.items()}
    if loaded:
        module.load_state_dict(loaded, strict=False)
    return module.train(getattr(layer, "training", False))


Made = dict[str, torch.Tensor]
Call = Callable[[nn.Module, torch.Tensor, int], Made]


def apply(call: Call, module: nn.Module, x: torch.Tensor, seed: int) -> tuple[Made, str, float, Message | str]:
    """What came out, device, seconds and notice."""
    (made, seconds), where, notice = somewhere(lambda where: forward(call, module, x, seed, where))
    return made, where, seconds, notice


T = TypeVar("T")


def somewhere(work: Callable[[str], T]) -> tuple[T, str, Message | str]:
    """What work on a device gives, the device, and a notice; a full device falls back to the CPU, as one that failed.

    It is done in full float32: TensorFloat-32 keeps ten bits, and the check by hand would see it.
    """
    # for good, since another thread's pass may be on its way
    torch.backends.cudnn.set_flags(_allow_tf32=False)  # type: ignore[no-untyped-call]
    where = devices.pick()
    try:
        return work(where), where, ""
    except RuntimeError as error:
        if where == "cpu" or not (devices.out_of_memory(error) or devices.fails(error)):
            raise
        notice = Message("The {device} device ran out of memory, so this ran on the CPU.", device=where)
        if not devices.out_of_memory(error):
            devices.lost.add(where)
            notice = Message(
                "The {device} device failed, so this ran on the CPU, as all will from now on.", device=where
            )
    return work("cpu"), "cpu", notice


def forward(call: Call, module: nn.Module, x: torch.Tensor, seed: int, where: str) -> tuple[Made, float]:
    """One pass on a device."""
    with torch.inference_mode():
        own = module if where == "cpu" else copy.deepcopy(module)  # from a device that failed nothing comes back
        module, x = own.to(where), x.to(where)
        begin = time.perf_counter()
        made = call(module, x, seed)
        return {name: tensor.cpu() for name, tensor in made.items()}, time.perf_counter() - begin  # copies wait
