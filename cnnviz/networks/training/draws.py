"""Random numbers of a training: its batches have a generator of their own, and dropout borrows torch's one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from cnnviz.core.seed import DRAWING
from cnnviz.networks.training.augment import Augment


class Draws:
    """What dropout draws: torch's one generator as this training left it, while other threads wait.

    Parameters
    ----------
    used : bool
        Does anything draw? If not, nobody waits.
    """

    def __init__(self, used: bool, device: str):
        self.used, self.device = used, device
        self.state = self._now()

    def _now(self) -> torch.Tensor:
        if self.device.startswith("cuda"):
            return torch.cuda.get_rng_state(self.device)
        return torch.mps.get_rng_state() if self.device == "mps" else torch.default_generator.get_state()

    def _set(self, state: torch.Tensor) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.set_rng_state(state, self.device)
        elif self.device == "mps":
            torch.mps.set_rng_state(state)
        else:
            torch.default_generator.set_state(state)

    @contextmanager
    def own(self) -> Iterator[None]:
        """This training draws; behind it, torch's generator is as it was."""
        if not self.used:
            yield
            return
        with DRAWING:
            outside = self._now()
            self._set(self.state)
            try:
                yield
            finally:
                self.state = self._now()
                self._set(outside)


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples that one step learns from, (N, channels, *axes), with their labels, and what is mixed in of others."""

    x: torch.Tensor
    y: torch.Tensor
    mixed: tuple[float, torch.Tensor] | None


class Batches:
    """Batches without an end: each round goes through all examples in a new order, but for a last few that fill none.

    Parameters
    ----------
    x, y : tensors
        All examples.
    """

    def __init__(self, x: torch.Tensor, y: torch.Tensor, size: int, augment: Augment, seed: int, events: bool):
        self.x, self.y, self.size, self.augment, self.events = x, y, size, augment, events
        self.generator = torch.Generator().manual_seed(seed)
        self.order = torch.empty(0, dtype=torch.int64)  # what is left of this round

    def next(self) -> Batch:
        if len(self.order) < self.size:
            self.order = torch.randperm(len(self.x), generator=self.generator)
        rows, self.order = self.order[: self.size], self.order[self.size :]
        x = self.augment.augmented(self.x[rows], self.generator, self.events)
        mixed = self.augment.mixed(len(x), self.generator)
        if mixed:
            share, other = mixed
            x = (1 - share) * x + share * x[other]
        return Batch(x, self.y[rows], mixed)
