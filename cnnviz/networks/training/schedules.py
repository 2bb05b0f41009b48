"""Schedules: how the learning rate changes from step to step. One class each, and one line in `SCHEDULES`.

Torch's own classes stand behind them. Each is asked once after every step, so that they count steps, not epochs.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch.optim import Optimizer, lr_scheduler

from cnnviz.core.geometry import GeometryError
from cnnviz.core.settings import Setting, knob
from cnnviz.networks.training.arguments import call
from cnnviz.text import Message


@dataclass(frozen=True)
class Schedule(Setting):
    """A schedule as a frozen value; fields are spelled as torch spells them."""

    torch_name: ClassVar[str] = ""

    def arguments(self, steps: int, rate: float) -> dict[str, Any]:
        """What torch's class takes, for a run of so many steps whose optimiser begins with a rate."""
        return {}

    def make(self, optimiser: Optimizer, steps: int, rate: float) -> lr_scheduler.LRScheduler | None:
        """None where the rate stays as it is."""
        if not self.torch_name:
            return None
        made: lr_scheduler.LRScheduler = getattr(lr_scheduler, self.torch_name)(
            optimiser, **self.arguments(steps, rate)
        )
        return made

    def code(self, steps: int, rate: float) -> str:
        """The torch call, for ``optimiser``; empty where the rate stays as it is."""
        if not self.torch_name:
            return ""
        return call(f"torch.optim.lr_scheduler.{self.torch_name}", "optimiser", self.arguments(steps, rate))

    def check(self, steps: int) -> None:
        """Raise `GeometryError` unless torch takes these numbers for so many steps."""


@dataclass(frozen=True)
class Constant(Schedule):
    """The rate stays as it is."""


@dataclass(frozen=True)
class StepLR(Schedule):
    """Every few steps, the rate is multiplied by `gamma`."""

    torch_name: ClassVar[str] = "StepLR"

    step_size: int = knob(500, 1, 100_000, Message("steps until the rate is multiplied, and again"))
    gamma: float = knob(0.1, 0.0, 1.0, Message("what the rate is multiplied by"), step=0.1)

    def arguments(self, steps: int, rate: float) -> dict[str, Any]:
        return {"step_size": self.step_size, "gamma": self.gamma}

    def check(self, steps: int) -> None:
        if self.step_size < 1:
            raise GeometryError(
                "step_size = {step_size} is no number of steps. Use 1 or more.",
                {"step_size": 1},
                step_size=self.step_size,
            )
        check_share("gamma", self.gamma, 0.1)


@dataclass(frozen=True)
class Cosine(Schedule):
    """The rate falls along half a cosine, from its own to a share of it at the last step.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5; without restarts.
    """

    torch_name: ClassVar[str] = "CosineAnnealingLR"

    last: float = knob(0.0, 0.0, 1.0, Message("share of the rate that is left at the last step"), step=0.01)

    def arguments(self, steps: int, rate: float) -> dict[str, Any]:
        return {"T_max": steps, "eta_min": self.last * rate}

    def check(self, steps: int) -> None:
        check_share("last", self.last, 0.0)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """The rate rises from a 25th of its own, and falls to nearly nothing: the optimiser's rate is the highest.

    References
    ----------
    Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.
    """

    torch_name: ClassVar[str] = "OneCycleLR"

    pct_start: float = knob(0.3, 0.0, 1.0, Message("share of all steps in which the rate rises"), step=0.1)
    cycle_momentum: bool = knob(False, help=Message("let the momentum fall while the rate rises, and rise again"))

    def arguments(self, steps: int, rate: float) -> dict[str, Any]:
        words = {"max_lr": rate, "total_steps": steps, "pct_start": self.pct_start}
        return {**words, "cycle_momentum": self.cycle_momentum}

    def check(self, steps: int) -> None:
        check_share("pct_start", self.pct_start, 0.3)
        if not self.pct_start * steps > 1 or self.pct_start == 1:  # torch divides by the steps of each part
            possible = 0 < self.pct_start < 1
            share = self.pct_start if possible else 0.3
            least = int(1 / share) + 1
            raise GeometryError(
                "Of {steps} steps the rate rises in {rising:g}, and OneCycleLR needs more than 1 of them, and some to "
                "fall. Use {least} steps or more, with pct_start = {share:g}.",
                {"steps": least} if possible else {"pct_start": share},
                steps=steps,
                rising=self.pct_start * steps,
                least=least,
                share=share,
            )


SCHEDULES: dict[str, type[Schedule]] = {"none": Constant, "step": StepLR, "cosine": Cosine, "one-cycle": OneCycle}


def check_share(name: str, value: float, instead: float) -> None:
    """Raise `GeometryError` unless a number is a share of something."""
    if not 0 <= value <= 1:
        raise GeometryError(
            "{name} = {value:g} is no share. Use a number from 0 to 1.", {name: instead}, name=name, value=value
        )
