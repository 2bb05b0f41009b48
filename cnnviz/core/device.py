"""Where torch runs: cuda, mps or cpu."""

import os

import torch

from cnnviz.core.machine import MachineError
from cnnviz.text import listed

VARIABLE = "CNNVIZ_DEVICE"


class DeviceError(MachineError):
    """`CNNVIZ_DEVICE` names a device that this machine does not have."""


def available() -> list[str]:
    """Devices of this machine, best first."""
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    return found


def pick() -> str:
    """The device to run on: `CNNVIZ_DEVICE` if it is set, else the best there is.

    Raises
    ------
    DeviceError
        If the variable names a device that is not here.
    """
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    here = available()
    count = {"cuda": torch.cuda.device_count()}
    known = {*here, *(f"{name}:{i}" for name in here for i in range(count.get(name, 1)))}
    if wanted and wanted not in known:
        raise DeviceError(
            "{variable}={wanted} is not on this machine, which has {here}.",
            variable=VARIABLE,
            wanted=wanted,
            here=listed(here),
        )
    return next(name for name in (wanted or here[0], *here) if name not in lost)


lost: set[str] = set()  # devices that failed in the middle of work, for as long as this process lives


def fails(error: BaseException) -> bool:
    """Is this torch saying that the device itself failed? Then nothing of this process runs on it any more."""
    return isinstance(error, torch.AcceleratorError) or (isinstance(error, RuntimeError) and "CUDA error" in str(error))


def out_of_memory(error: BaseException) -> bool:
    """Is this torch saying that the device's memory is full? MPS says so in a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "out of memory" in str(error)
    )
