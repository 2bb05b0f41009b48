"""One training at work: the module, its optimiser and its random numbers, moved one step at a time."""

import io
from typing import Any

import torch
from torch import nn

from cnnviz.core.examples import Split
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array
from cnnviz.core.seed import seeded
from cnnviz.networks.start import kaiming_
from cnnviz.networks.training.draws import Batch, Batches, Draws
from cnnviz.networks.training.history import History
from cnnviz.networks.training.recipe import Recipe

DRAW = (nn.modules.dropout._DropoutNd, nn.RReLU)  # what draws at random in train mode


class Trainer:
    """A module in train mode and all that changes with it.

    Parameters
    ----------
    device : str
        Batches are drawn on the CPU, wherever the module is: two devices learn from the same ones.
    """

    def __init__(self, recipe: Recipe, split: Split, device: str):
        check_split(recipe, split)
        self.recipe, self.device, self.objective = recipe, device, recipe.objective
        with seeded(recipe.seed, device):
            self.module = recipe.network.row()
            if recipe.start == "kaiming":
                kaiming_(self.module)
            self.draws = Draws(any(isinstance(one, DRAW) for one in self.module.modules()), device)
        self.module.to(device).train()
        self.optimiser = recipe.optimiser.make(self.module.parameters())
        self.schedule = recipe.schedule.make(self.optimiser, recipe.steps, recipe.optimiser.rate)
        x, y = torch.from_numpy(split.train.x), self.objective.target(torch.from_numpy(split.train.y))
        self.batches = Batches(x, y, recipe.batch, recipe.augment, recipe.seed, self.objective.events)

    @property
    def rate(self) -> float:
        """Learning rate of the next step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def back(self) -> float:
        """The loss of the next batch, and its gradients in the parameters."""
        batch = self.batches.next()
        self.optimiser.zero_grad()
        with self.draws.own():
            out = self.objective.flat(self.module(batch.x.to(self.device)))
        loss = self._loss(out, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _loss(self, out: torch.Tensor, batch: Batch) -> torch.Tensor:
        y = batch.y.to(self.device)
        if not batch.mixed:
            return self.objective.loss(out, y)
        share, other = batch.mixed
        mixed_in = y[other.to(self.device)]
        return (1 - share) * self.objective.loss(out, y) + share * self.objective.loss(out, mixed_in)

    def follow(self) -> None:
        """Change the weights by their gradients."""
        self.optimiser.step()

    def turn(self) -> None:
        """Change the learning rate, after each step."""
        if self.schedule:
            self.schedule.step()

    def state(self) -> dict[str, Array]:
        """Copies of weights and running statistics, by key of the network's `state_dict`."""
        start = self.recipe.network.start()
        return {start + key: tensor.cpu().numpy().copy() for key, tensor in self.module.state_dict().items()}

    def learned(self) -> dict[str, dict[str, nn.Parameter]]:
        """Weights and biases by key, of each stage that has any."""
        network = self.recipe.network
        inside = {name: one.named_parameters() for name, one in network.inside(self.module)}
        found = {name: {network.start(name) + key: one for key, one in own} for name, own in inside.items()}
        return {name: own for name, own in found.items() if own}

    def rest(self) -> bytes:
        """All that changes from step to step besides the weights."""
        stream = io.BytesIO()
        parts: dict[str, Any] = {
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict() if self.schedule else {},
            "draws": self.draws.state,
            "generator": self.batches.generator.get_state(),
            "order": self.batches.order.clone(),
        }
        torch.save(parts, stream)
        return stream.getvalue()

    def go_on(self, history: History) -> None:
        """Stand where another training of the same recipe stopped."""
        parts = torch.load(io.BytesIO(history.rest), weights_only=True)
        self.recipe.network.load(self.module, history.last.state)
        self.optimiser.load_state_dict(parts["optimiser"])
        if self.schedule:
            self.schedule.load_state_dict(parts["schedule"])
        self.draws.state, self.batches.order = parts["draws"], parts["order"]
        self.batches.generator.set_state(parts["generator"])


def check_split(recipe: Recipe, split: Split) -> None:
    """Raise `GeometryError` unless the examples are those that the recipe tells of."""
    events, shape = recipe.objective.events, recipe.data.shape
    if split.train.x.shape[1:] != shape:
        raise GeometryError(
            "The examples are {found}, and their source said {shape}. Choose another one.",
            found=split.train.x.shape[1:],
            shape=shape,
        )
    if split.train.events and not events:
        raise GeometryError(
            "The network gives one answer for each example, and the labels are events in time. Let its last layer "
            "keep the frames."
        )
    if events and not split.train.events:
        raise GeometryError(
            "The network answers in each frame, and each example has one class. Flatten its output, and add a "
            "dense layer."
        )
    if recipe.batch > len(split.train):
        raise GeometryError(
            "A batch of {batch:,} is more than the {examples:,} examples. Use a batch of {examples:,} or fewer.",
            {"batch": len(split.train)},
            batch=recipe.batch,
            examples=len(split.train),
        )
