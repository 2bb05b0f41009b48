"""Augmentation: each time an example is learned from, it is a little different.

All of it is drawn from one generator of the recipe's seed, and so is the order of the examples: two networks with the
same seed learn from the same batches. `lines` says the same as `augmented` in plain torch.
"""

from dataclasses import dataclass

import torch

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.core.settings import Setting, knob
from cnnviz.networks.training.schedules import check_share
from cnnviz.text import Message

MOST_MIXED = 0.5  # more of the other one than of itself would only swap the two


@dataclass(frozen=True)
class Augment(Setting):
    """How examples are changed, each by chance; the default changes nothing.

    Attributes
    ----------
    shift : int >= 0 [cells]
        Along each axis, every example is moved by up to so many cells; its border is repeated. Of sounds with events,
        along frequencies alone, since their labels stand in time.
    flip : bool
        Half of the examples are mirrored along the last axis.
    noise : float >= 0
        Standard deviation of Gaussian noise that is added.
    mixup : float from 0 to 0.5
        Of each batch a share up to this, the same for all, is another example's, of input and loss. The paper draws it
        from a Beta distribution; 0.5 here is the paper's alpha = 1.

    References
    ----------
    Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", 2018.
    """

    shift: int = knob(0, 0, 8, Message("cells by which an example is moved at most along each axis"))
    flip: bool = knob(False, help=Message("mirror half of the examples, left to right"))
    noise: float = knob(0.0, 0.0, 1.0, Message("standard deviation of the noise that is added"), step=0.05)
    mixup: float = knob(0.0, 0.0, MOST_MIXED, Message("at most this share of another example is mixed in"), step=0.1)

    def check(self, shape: Shape, events: bool) -> None:
        """Raise `GeometryError` unless examples of this shape can be changed so."""
        if self.shift < 0 or self.noise < 0:
            name = "shift" if self.shift < 0 else "noise"
            raise GeometryError(
                "{name} = {value:g} is no size of a change. Use 0 or more.",
                {name: 0},
                name=name,
                value=getattr(self, name),
            )
        smallest = min(self.axes(shape, events), default=0, key=lambda axis: shape[axis - 1])
        if smallest and self.shift >= shape[smallest - 1]:
            raise GeometryError(
                "A shift of {shift} cells leaves nothing of {cells}. Use {most} or less.",
                {"shift": shape[smallest - 1] - 1},
                shift=self.shift,
                cells=shape[smallest - 1],
                most=shape[smallest - 1] - 1,
            )
        if events and self.flip:
            raise GeometryError(
                "Mirrored frequencies are no sound that there is. Leave flip off, or use a shift.", {"flip": False}
            )
        check_share("mixup", self.mixup, MOST_MIXED)
        if self.mixup > MOST_MIXED:
            raise GeometryError(
                "mixup = {mixup:g} is more of the other example than of itself. Use {most} or less.",
                {"mixup": MOST_MIXED},
                mixup=self.mixup,
                most=MOST_MIXED,
            )

    def axes(self, shape: Shape, events: bool) -> range:
        """Axes of a batch along which an example may be moved."""
        return range(3 if events else 2, 1 + len(shape))

    def augmented(self, x: torch.Tensor, generator: torch.Generator, events: bool) -> torch.Tensor:
        """A batch, (N, channels, *axes), changed by chance, but not yet mixed."""
        n = len(x)
        for axis in self.axes(tuple(x.shape[1:]), events) if self.shift else ():
            by = torch.randint(-self.shift, self.shift + 1, (n, 1), generator=generator)
            cells = (torch.arange(x.shape[axis]) - by).clamp(0, x.shape[axis] - 1)  # (N, cells)
            x = x.gather(axis, cells.view(n, *self.spread(x.dim(), axis)).expand_as(x))
        if self.flip:
            mirrored = torch.rand(n, generator=generator) < 0.5
            x = torch.where(mirrored.view(n, *(1,) * (x.dim() - 1)), x.flip(-1), x)
        if self.noise:
            x = x + self.noise * torch.randn(x.shape, generator=generator)
        return x

    def mixed(self, n: int, generator: torch.Generator) -> tuple[float, torch.Tensor] | None:
        """The share of other examples, and which they are; None where nothing is mixed in."""
        if not self.mixup:
            return None
        return self.mixup * float(torch.rand((), generator=generator)), torch.randperm(n, generator=generator)

    @staticmethod
    def spread(ndim: int, axis: int) -> tuple[int, ...]:
        """The shape of numbers along one axis of a batch, without its first."""
        return tuple(-1 if one == axis else 1 for one in range(1, ndim))

    def lines(self, shape: Shape, events: bool) -> list[str]:
        """Lines of Python that change ``xb`` likewise, drawing from ``generator``."""
        found: list[str] = []
        ndim = 1 + len(shape)
        for axis in self.axes(shape, events) if self.shift else ():
            cells, spread = shape[axis - 1], ", ".join(map(str, self.spread(ndim, axis)))
            found += [
                f"by = torch.randint({-self.shift}, {self.shift + 1}, (len(xb), 1), generator=generator)",
                f"cells = (torch.arange({cells}) - by).clamp(0, {cells - 1})",
                f"xb = xb.gather({axis}, cells.view(len(xb), {spread}).expand_as(xb))",
            ]
        if self.flip:
            found += [
                "mirrored = torch.rand(len(xb), generator=generator) < 0.5",
                f"xb = torch.where(mirrored.view(-1{', 1' * (ndim - 1)}), xb.flip(-1), xb)",
            ]
        if self.noise:
            found.append(f"xb = xb + {self.noise!r} * torch.randn(xb.shape, generator=generator)")
        if self.mixup:
            found += [
                f"share = {self.mixup!r} * torch.rand((), generator=generator).item()",
                "other = torch.randperm(len(xb), generator=generator)",
                "xb = (1 - share) * xb + share * xb[other]",
            ]
        return found
