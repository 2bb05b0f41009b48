"""A scene as it is told: its panels, the order of the steps, and what a step lights on each panel."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cnnviz.core.geometry import Axis
from cnnviz.core.layers import KINDS, Array, PReLU
from cnnviz.core.layers.activation import Activation
from cnnviz.export.look import ExportError
from cnnviz.export.order import Cell, Order
from cnnviz.export.panel import Panel, axes_of, make_panel
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.palette import limits

FUNCTIONS = {kind.torch_name: kind for kind in KINDS.values() if issubclass(kind, Activation)}
Places = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]  # depths, rows and columns of a panel's lines


@dataclass(frozen=True)
class Lit:
    """A set of places: every combination of three lists, on the maps of some channels (first, end)."""

    channels: tuple[int, int]
    places: Places


@dataclass(frozen=True)
class Here:
    """Where the playhead stands: an output channel and its cell."""

    step: int
    turn: int
    channel: int
    cell: Cell


@dataclass(frozen=True, eq=False)
class Stage:
    """All that a drawing asks of a scene.

    Attributes
    ----------
    axes : the scene's tables, or None where cells are only moved
    gate : Panel or None
        Between signal and product.
    """

    scene: Scene
    axes: tuple[Axis, Axis, Axis] | None
    input: Panel
    gate: Panel | None
    output: Panel
    order: Order

    @property
    def meta(self) -> dict[str, Any]:
        return self.scene.meta

    @property
    def veiled(self) -> bool:
        """Is the output covered where the playhead has not been? What needs no window is there at once."""
        return bool(self.meta["view"] == "work" or self.meta["rule"] == "move")

    @property
    def broken(self) -> bool:
        """Are there gaps between the taps of a window?"""
        return any(bool((np.diff(np.sort(axis.offset)) > 1).any()) for axis in self.axes or ())

    def here(self, step: int, channel: int | None = None) -> Here:
        """The output cell of a step.

        Parameters
        ----------
        step : int
            In the order of all steps, from 0; words for people count from 1, as the player does.
        channel : int or None
            The output channel to look at instead, at the same cell; None is the step's own, in the first group.

        Raises
        ------
        ExportError
            If there is no such step or channel.
        """
        if not 0 <= step < self.order.steps:
            raise ExportError(f"There is no step {step + 1:,}. Choose one from 1 to {self.order.steps:,}.")
        if channel is not None and not 0 <= channel < self.output.channels:
            raise ExportError(f"There is no output channel {channel}. Choose one from 0 to {self.output.channels - 1}.")
        turn, cell = self.order.at(step)
        if channel is not None:
            turn = channel % self.order.turns
        return Here(self.order.step_of(turn, cell), turn, turn if channel is None else channel, cell)

    def group_of(self, channel: int, channels: int) -> int:
        return channel // (channels // int(self.meta["groups"]))

    def reads(self, channel: int) -> tuple[int, int]:
        """Input channels that an output channel reads: first, and one past the last."""
        first, end = self.scene.tensors["reads"][channel]
        return int(first), int(end)

    def twin(self, here: Here, group: int) -> Here:
        """What another group computes at the same time."""
        return Here(here.step, here.turn, group * self.order.turns + here.turn, here.cell)

    def lit_output(self, here: Here) -> Lit:
        d, r, c = here.cell
        return Lit((here.channel, here.channel + 1), ((d,), (r,), (c,)))

    def lit_input(self, here: Here) -> Lit | None:
        """Places of the input that an output cell reads: taps outside the tables' lines are nowhere."""
        if self.axes is None:
            source = self.moved_from(here.channel, here.cell)
            return self.one_cell(source) if source else None
        d, r, c = (self.taps(axis, o) for axis, o in zip(self.axes, here.cell, strict=True))
        return Lit(self.reads(here.channel), (d, r, c))

    @staticmethod
    def taps(axis: Axis, window: int) -> tuple[int, ...]:
        """Places of the taps of one window along one axis, as the tables have them."""
        taps = axis.n_taps if axis.count is None else int(axis.count[window])
        places = axis.position[window][:taps] + axis.low
        return tuple(sorted(int(place) for place in places if 0 <= place < len(axis.line)))

    def moved_from(self, channel: int, cell: Cell) -> tuple[int, ...] | None:
        """Channel and cell of the input that was put here; None where nothing was."""
        index = int(self.scene.tensors["from"][channel, *cell])
        return None if index < 0 else tuple(map(int, np.unravel_index(index, self.scene.tensors["input"].shape)))

    def one_cell(self, source: tuple[int, ...]) -> Lit:
        """The place of one input cell, given by channel and cell."""
        channel, *cell = source
        d, r, c = (at + low for at, low in zip(cell, self.input.low, strict=True))
        return Lit((channel, channel + 1), ((d,), (r,), (c,)))

    def limits(self, name: str) -> tuple[float, float]:
        """Ends of the colours, the same for all maps of a panel."""
        if name == "gate":
            return 0, 1
        if name == "weight":
            return limits("weight", self.scene.tensors.get("weight", np.ones(1)))  # a blend's add up to 1
        own = "signal.range" if name == "input" and "signal.range" in self.scene.tensors else f"{name}.range"
        return limits(self.meta["scales"][name], self.scene.tensors[own])


def make_stage(scene: Scene, serpentine: bool = False) -> Stage:
    """The scene told by its windows: each output cell from the cells it reads."""
    axes, gating = axes_of(scene), scene.meta["gating"]
    out = scene.tensors["output"]
    depth, rows, columns = out.shape[1:]
    order = Order(len(out) // int(scene.meta["groups"]), (depth, rows, columns), serpentine)
    gated = scene.meta["view"] == "gate"
    return Stage(
        scene,
        axes,
        make_panel(
            scene,
            "input",
            axes if scene.meta["view"] == "work" else None,
            taken(scene, gating.get("signal", {})) if gated else None,
        ),
        make_panel(scene, "gate", None, taken(scene, gating["gate"])) if gated else None,
        make_panel(scene, "output", None),
        order,
    )


def taken(scene: Scene, how: dict[str, Any]) -> Callable[[int], Array]:
    """Where signal or gate come from: a tensor, the first of its channels that counts, a function it goes through."""
    tensor, first = scene.tensors[how.get("tensor", "input")], int(how.get("first", 0))
    if "through" not in how:
        return lambda channel: tensor[channel + first]

    def through(channel: int) -> Array:
        function = getattr(function_at(scene, channel, how["through"]), how["take"])
        own: Array = np.vectorize(function, otypes=[np.float64])(tensor[channel + first].astype(np.float64))
        return own

    return through


def function_at(scene: Scene, channel: int, name: str = "") -> Activation:
    """The function of a channel, as the layer that knows it; the scene's own, or that of another name."""
    kind, constants = FUNCTIONS[name or scene.meta["function"]], scene.meta["constants"]
    own: dict[str, Any] = {f.name: constants[f.name] for f in fields(kind) if f.name in constants}
    if issubclass(kind, PReLU):  # its slopes are learned, and so no constants
        slopes = scene.tensors["weight"]
        own["init"] = float(slopes[channel % len(slopes)])
    own |= {"approximate": "tanh"} if constants.get("tanh") else {}
    return kind(**own)
