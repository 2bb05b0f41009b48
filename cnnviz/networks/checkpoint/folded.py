"""Weights that a file keeps in several tensors, worked into the one that the layer uses.

Normed, pruned or divided by their largest singular value: in eval mode torch multiplies with the product of the parts.
"""

from collections.abc import Callable
from math import prod

import torch

from cnnviz.core.layers import Shape

Tensors = dict[str, torch.Tensor]
Recipe = Callable[..., torch.Tensor | None]


def normed(g: torch.Tensor, v: torch.Tensor) -> torch.Tensor | None:
    """`torch.nn.utils.weight_norm`: a length for each row of v, or one for all of it."""
    if g.ndim and (g.ndim != v.ndim or any(n not in (1, m) for n, m in zip(g.shape, v.shape, strict=True))):
        return None
    axes = [i for i in range(v.ndim) if not g.ndim or g.shape[i] == 1]
    length = torch.linalg.vector_norm(v, dim=axes, keepdim=True) if axes else v.abs()
    return v * (g / length)


def pruned(whole: torch.Tensor, mask: torch.Tensor) -> torch.Tensor | None:
    """`torch.nn.utils.prune`: 0 where the mask is."""
    return whole * mask if whole.shape == mask.shape else None


def spectral(whole: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor | None:
    """`torch.nn.utils.spectral_norm`: divided by ``u @ matrix @ v``, rows being the outputs."""
    if whole.ndim < 2 or u.ndim != 1 or v.ndim != 1:
        return None
    if not fits(whole.shape, u, v):
        whole = whole.transpose(0, 1)  # of a transposed convolution the outputs are the second axis
        found = spectral(whole, u, v) if fits(whole.shape, u, v) else None
        return None if found is None else found.transpose(0, 1)
    return whole / (u @ whole.flatten(1) @ v)


def fits(shape: Shape, u: torch.Tensor, v: torch.Tensor) -> bool:
    return (len(u), len(v)) == (shape[0], prod(shape[1:]))


# Ends of keys -> how their tensors become one weight. The first is that of the key which is replaced.
FORMS: dict[tuple[str, ...], Recipe] = {
    ("{}_g", "{}_v"): normed,
    ("parametrizations.{}.original0", "parametrizations.{}.original1"): normed,
    ("{}_orig", "{}_mask"): pruned,
    ("{}_orig", "{}_u", "{}_v"): spectral,
    ("parametrizations.{}.original", "parametrizations.{}.0._u", "parametrizations.{}.0._v"): spectral,
}
ENDS = [
    (name, [end.format(name) for end in form], recipe) for name in ("weight", "bias") for form, recipe in FORMS.items()
]
FIRST = tuple(ends[0] for _, ends, _ in ENDS)


def folded(tensors: Tensors) -> tuple[Tensors, list[str]]:
    """The same tensors with such weights in one piece, and the keys that were put together."""
    found, made = dict(tensors), list[str]()
    for key in (key for key in tensors if key.endswith(FIRST)):
        for name, ends, recipe in ENDS:
            start = key.removesuffix(ends[0])
            if start != key and start[-1:] in ("", ".") and fold(found, start, name, ends, recipe):
                made.append(start + name)
    return found, made


def fold(found: Tensors, start: str, name: str, ends: list[str], recipe: Recipe) -> bool:
    """Put one weight together, if all its parts are there and fit."""
    parts = [found[start + end].to(torch.float32) for end in ends if start + end in found]
    whole = recipe(*parts) if len(parts) == len(ends) and start + name not in found else None
    if whole is not None:
        for end in ends:
            del found[start + end]
        found[start + name] = whole.contiguous()
    return whole is not None
