"""A recipe: all that decides which weights come out of a training."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal, get_args

from cnnviz.core.cost import total
from cnnviz.core.examples import Data
from cnnviz.core.geometry import GeometryError
from cnnviz.core.run import BudgetError
from cnnviz.core.settings import Setting, knob
from cnnviz.networks.chain import Chain
from cnnviz.networks.forward import memory
from cnnviz.networks.modes import in_train_mode
from cnnviz.networks.network import Network
from cnnviz.networks.training.augment import Augment
from cnnviz.networks.training.objective import Objective, objective
from cnnviz.networks.training.optimisers import Adam, Optimiser
from cnnviz.networks.training.schedules import Constant, Schedule
from cnnviz.text import Message

MOST_MACS = 20_000_000_000_000  # of all steps: about half an hour of one core
MOST_BYTES = 2**30  # of what a batch leaves in all stages, for the way back needs it
PASSES = 3  # the way back costs about twice the way there

Start = Literal["torch", "kaiming"]


@dataclass(frozen=True)
class Recipe(Setting):
    """What is trained, on what, and how: a frozen value, the same weights each time.

    Attributes
    ----------
    start : "torch" or "kaiming"
        Torch's own initial weights, or kaiming-normal ones with biases 0; see `networks.start`.
    """

    starts: ClassVar[tuple[Start, ...]] = get_args(Start)

    network: Network
    data: Data
    optimiser: Optimiser = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    batch: int = knob(64, 1, 512, Message("examples that one step learns from"))
    steps: int = knob(1000, 1, 20_000, Message("steps: how often the weights are changed"))
    seed: int = knob(0, 0, 999, Message("what all random numbers begin with"))
    augment: Augment = field(default_factory=Augment)
    start: Start = knob("torch", choices=get_args(Start), help=Message("which random weights it begins with"))

    @cached_property
    def objective(self) -> Objective:
        """What is learned, which the network's output decides.

        Raises
        ------
        GeometryError
            If the network cannot work on the data, or its output does not fit the classes.
        """
        return objective(self.network.shapes(self.data.shape)[-1], len(self.data.classes))

    @property
    def macs(self) -> int:
        """Multiply-adds of all steps, there and back."""
        return PASSES * self.steps * self.batch * total(self.network.measures(self.data.shape)).macs

    def check(self, most_macs: int | None = MOST_MACS) -> None:
        """Raise what is wrong with it, before anything runs.

        Parameters
        ----------
        most_macs : int, or None
            None allows any amount of work.

        Raises
        ------
        GeometryError
            If a setting cannot work, or the network does not fit the data.
        BudgetError
            If it takes more work or memory than cnnviz attempts.
        """
        if isinstance(self.network, Chain):
            raise GeometryError("Lines of Python that call one layer after the other do not train. Use a network.")
        for name in ("batch", "steps"):
            if (value := getattr(self, name)) < 1:
                raise GeometryError(
                    "{name} = {value} teaches nothing. Use 1 or more.", {name: 1}, name=name, value=value
                )
        if not self.network.stages or not total(self.network.measures(self.data.shape)).parameters:
            raise GeometryError("Nothing in this network learns. Add a convolution or a dense layer.")
        self.augment.check(self.data.shape, self.objective.events)
        self.optimiser.check()
        self.schedule.check(self.steps)
        for layer, taken in in_train_mode(self.network).placed(self.data.shape):
            layer.check_batch(taken, self.batch)
        self._check_work(most_macs)

    def _check_work(self, most_macs: int | None) -> None:
        if most_macs is not None and self.macs > most_macs:
            raise BudgetError(
                "Training takes {macs:,} multiply-adds and cnnviz stops at {most:,}. Use {steps:,} steps or fewer, a "
                "smaller batch or a smaller network.",
                {"steps": max(1, self.steps * most_macs // self.macs)},
                macs=self.macs,
                most=most_macs,
                steps=max(1, self.steps * most_macs // self.macs),
            )
        needs, fixed = (memory(self.network, self.data.shape, n) for n in (self.batch, 0))
        if needs > MOST_BYTES:
            fits = max(1, self.batch * max(0, MOST_BYTES - fixed) // max(1, needs - fixed))
            raise BudgetError(
                "What a batch of {batch:,} leaves in all stages takes {needs:,.0f} MiB and cnnviz stops at {most:,} "
                "MiB. Use a batch of {fits:,} or fewer.",
                {"batch": fits},
                batch=self.batch,
                needs=needs / 2**20,
                most=MOST_BYTES >> 20,
                fits=fits,
            )
