"""What every layer answers: its torch module, its windows, and the arithmetic of one output cell by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from inspect import Parameter, signature
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import AXES
from cnnviz.core.geometry import Axis, GeometryError, Ints, point_axis
from cnnviz.core.layers.cell import Array, Example, Shape, Step, Window, gather
from cnnviz.core.settings import Setting, knob, knobs, plain
from cnnviz.text import Message, Plural, either

Extent = tuple[int | Fraction, int | Fraction, int | Fraction] | None
POSITIONAL = ("in_channels", "out_channels", "in_features", "out_features")  # what people write without its name


@dataclass(frozen=True, kw_only=True)
class Layer(Setting):
    """A torch layer as a frozen value. Fields are spelled as torch spells them."""

    torch_name: ClassVar[str] = ""  # without its dimension: "Conv" for Conv1d, Conv2d, Conv3d
    dimensioned: ClassVar[bool] = True  # False for nn.ReLU and others that are the same for any number of axes
    ndims: ClassVar[tuple[int, ...]] = (1, 2, 3)  # along how many axes torch has it
    vectors: ClassVar[bool] = True  # does it read a vector, too, if it is not dimensioned?
    rule: ClassVar[str] = ""  # how a window becomes a value; see static/drawing/rules.js
    pad_value: ClassVar[float] = 0.0
    random: ClassVar[bool] = False  # does it draw at random?
    out_scale: ClassVar[str] = "signed"  # how its output is coloured; "same" as its input, or a name in the palette

    ndim: int = knob(2, choices=(1, 2, 3), help=Message("axes that the kernel slides along"))

    @property
    def name(self) -> str:
        """Torch's own name, with its dimension."""
        return f"{self.torch_name}{self.ndim}d" if self.dimensioned else self.torch_name

    @property
    def gate_scale(self) -> str:
        """How its gate is coloured, if it has one."""
        return "gate"

    def torch_class(self) -> type[nn.Module]:
        kind: type[nn.Module] = getattr(nn, self.name)
        return kind

    def arguments(self) -> dict[str, Parameter]:
        """Torch's own parameters that this layer sets, in torch's order."""
        kind: Any = self.torch_class()
        return {name: p for name, p in parameters(kind).items() if hasattr(self, name)}

    def argument(self, name: str) -> Any:
        """A field as torch takes it: ``3`` for the same number along each axis, else ``(3, 5)``."""
        value, k = getattr(self, name), knobs(self).get(name)
        return plain(value) if k and k.per_axis else value

    def module(self) -> nn.Module:
        """The torch module with torch's own initialisation."""
        return self.torch_class()(**{name: self.argument(name) for name in self.arguments()})

    def code(self) -> str:
        """The torch call, without the arguments that are at torch's defaults."""
        words = []
        for name, parameter in self.arguments().items():
            value = repr(self.argument(name))
            if value != repr(parameter.default):
                words.append(value if name in POSITIONAL else f"{name}={value}")
        where = "nn." if hasattr(nn, self.name) else ""
        return f"{where}{self.torch_class().__name__}({', '.join(words)})"

    @property
    def called(self) -> str:
        """What stands before the brackets of `code`."""
        return self.code().split("(")[0]

    def use(self) -> list[str]:
        """Lines of Python that make ``y`` of ``layer`` and ``x``, as `call` does."""
        return ["y = layer(x)"]

    def apply(self, module: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """What the module makes of x, (N, channels, *axes)."""
        y: torch.Tensor = module(x)
        return y

    def definition(self) -> str:
        """The module's own source, where it is not one of torch's."""
        return ""

    def gating(self, shape: Shape) -> dict[str, Any] | None:
        """Where signal and gate come from, if the layer is a product of the two.

        Returns
        -------
        dict or None
            ``signal`` and ``gate`` each name a ``tensor`` of the scene (the signal is the input if it is not named);
            of it the ``first`` channel that is taken, and the function ``through`` which it goes. ``mixes`` says which
            of the two an nn.Linear over the channels makes.
        """
        return None

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        """Apply the module to a batch: ``output``, (N, channels, *axes), and by name what else there is to see.

        What there is of each example has as many axes as the output, N first, which is 1 where all share it.

        Parameters
        ----------
        x : tensor, shape (N, channels, *axes)
        seed : int
            For a layer that draws at random.
        """
        return self.only(module, x, seed)

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        """The same ``output`` as `call` gives, and nothing else, where that is less work."""
        return {"output": self.apply(module, x)}

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        """One table per axis for an input of this shape. By default each cell of the output reads that in its place."""
        self.check(shape)
        return tuple(map(point_axis, shape[1:]))

    def output_shape(self, shape: Shape) -> Shape:
        """(channels, *axes) of the output; by default those of the input."""
        self.check(shape)
        return shape

    def channels_read(self, shape: Shape) -> Ints:
        """Which input channels each output channel reads: rows of (first, one past the last). By default its own."""
        first = np.arange(self.output_shape(shape)[0])
        return np.stack([first, first + 1], axis=1)

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        """Shapes of input and output of n examples as torch prints them."""
        return (n, *shape), (n, *self.output_shape(shape))

    @property
    def mixes_examples(self) -> bool:
        """Does a cell of one example read those of the others?"""
        return False

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        """What a rule needs besides the window, ready to be looked up by output channel and tap.

        Parameters
        ----------
        state : torch's own `state_dict`
        parts : what `call` gave besides the output
        """
        return {}

    def constants(self) -> dict[str, float]:
        """Single numbers that a rule needs, by the name that torch gives them."""
        return {}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        """The arithmetic of one output cell, from the input itself."""
        channels = self.channels_read(done.x.shape)[channel]
        window = gather(done.batch if self.mixes_examples else done.x, axes, channels, cell, self.pad_value)
        if done.x.shape == done.y.shape:
            window = replace(window, own=float(done.x[channel, *cell]))
        return self.step(window, done.state, channel)

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        """The arithmetic of one output cell, from what its window reads."""
        raise NotImplementedError

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        """Along each axis: cells that a window reaches beyond its first, cells that it moves, cells of padding before.

        None where an output cell depends on the whole axis. The windows of adaptive pooling follow from the input's
        shape; where it is not given, they may be as long as the axis.
        """
        return ((0, 1, 0),) * self.ndim

    def along(self, shape: Shape) -> "Layer":
        """The same layer along as many axes as there are, where torch's module works along any number of them."""
        ndim = len(shape) - 1
        return self if self.dimensioned or ndim not in AXES else self.over(ndim)

    def over(self, ndim: int) -> "Layer":
        """The same layer along so many axes."""
        return replace(self, ndim=ndim)

    def takes(self, shape: Shape) -> Shape:
        """The shape in which a network hands over what has this one: (channels, *axes), or a vector, (features,).

        Torch has a vector behind nn.Flatten and nn.Linear. A layer sees it as so many channels of one cell each.

        Raises
        ------
        GeometryError
            If torch's module, in a row with others, would refuse it or do something else than here.
        """
        if len(shape) != 1:
            return shape
        if self.dimensioned or not self.vectors:
            raise GeometryError(
                "{called} reads maps, and here is a vector of {channels:,} numbers. Put it before nn.Flatten.",
                called=self.called,
                channels=shape[0],
            )
        return (*shape, *(1,) * self.ndim)

    def remark(self, x: Array, y: Array) -> Message | None:
        """Why cells are nan, and the way out; None where none is, or nothing can be said."""
        return None

    def formula(self, shape: Shape) -> list[str]:
        """LaTeX: the output-size rule with the numbers filled in, one line per axis; else what one cell becomes."""
        raise NotImplementedError

    def macs(self, shape: Shape) -> int:
        """Multiply-adds of one forward pass; the bias is not counted. A layer without weights has none."""
        self.check(shape)
        return 0

    def check(self, shape: Shape) -> None:
        """Raise `GeometryError` unless the settings work on an input of this shape."""
        for name, k in knobs(self).items():
            self._check_word(name, k.words or k.choices)
            self._check_range(name, k.low)
        if self.ndim not in self.ndims:
            raise GeometryError(
                "nn.{layer} reads inputs with {axes} axes besides the channels, and this one has {ndim}. "
                "Choose another input.",
                layer=self.torch_name,
                axes=either(self.ndims),
                ndim=self.ndim,
            )
        if len(shape) != self.ndim + 1:
            raise self._wrong_axes(shape)
        if min(shape) < 1:
            raise GeometryError("The input {shape} is empty. Give every axis at least 1 cell.", shape=shape)

    def check_batch(self, shape: Shape, n: int = 1) -> None:
        """Raise `GeometryError` unless the settings work on n examples of this shape."""
        self.check(shape)

    def _wrong_axes(self, shape: Shape) -> GeometryError:
        axes = len(shape) - 1
        slides = Plural("{layer} slides along {n} axis", "{layer} slides along {n} axes", self.ndim, layer=self.called)
        places = {"slides": slides, "shape": shape, "axes": axes}
        if axes in AXES and self.dimensioned:
            return GeometryError(
                "{slides}, and the input {shape} has {axes} besides its channels. Choose nn.{other}, or another input.",
                **places,
                other=f"{self.torch_name}{axes}d",
            )
        return GeometryError(
            "{slides}, and the input {shape} has {axes} besides its channels. Choose another input.", **places
        )

    def _check_word(self, name: str, known: tuple[Any, ...]) -> None:
        value = getattr(self, name)
        if isinstance(value, str) and value not in known:
            raise GeometryError(
                "{name} = {value!r} is not known. Use {known}.",
                *({name: word} for word in known),
                name=name,
                value=value,
                known=either(map(repr, known)) if known else Message("a number"),
            )

    def _check_range(self, name: str, low: float | None) -> None:
        value = getattr(self, name)
        if low is None or value is None or isinstance(value, str):
            return
        numbers = value if isinstance(value, tuple) else (value,)
        if any(v is not None and v < low for v in numbers):
            mended = tuple(v if v is None else max(v, int(low)) for v in numbers)
            raise GeometryError(
                "{name} = {value} is too small. Use {low} or more.",
                {name: mended if isinstance(value, tuple) else mended[0]},
                name=name,
                value=value,
                low=int(low),
            )

    def axis_names(self) -> tuple[str, ...]:
        return AXES[self.ndim]

    def out_axis_names(self) -> tuple[str, ...]:
        """Names of the output's axes; fewer than it has if the first ones are 1 long and not torch's."""
        return self.axis_names()


@cache
def parameters(kind: type[Any]) -> Mapping[str, Parameter]:
    """Those of torch's own class, in torch's order."""
    return signature(kind).parameters
