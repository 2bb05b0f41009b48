"""Words for a step, as the player has them: static/drawing/readout.js and sentences.js."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cnnviz.core.geometry import NONE, PAD
from cnnviz.core.layers import Array
from cnnviz.export.drawn_stage import Here, Stage
from cnnviz.export.numbers import brief, exact
from cnnviz.export.worked import Worked

SINGULAR = {"rows": "row", "columns": "column", "length": "position", "examples": "example", "steps": "step"}
PLURAL = {"depth": "depths", "length": "positions", "frame": "frames", "mel": "mels"}


def one_of(axis: str) -> str:
    """One cell of an axis: "row" of "rows"."""
    return SINGULAR.get(axis, axis)


def many_of(axis: str) -> str:
    return PLURAL.get(axis, axis)


def place_words(cell: Sequence[int], axes: Sequence[str]) -> str:
    """Where a cell is.

    >>> place_words((0, 2, 3), ("", "rows", "columns"))
    'row 2, column 3'
    """
    return ", ".join(f"{one_of(name)} {at}" for name, at in zip(axes, cell, strict=True) if name)


def where_words(stage: Stage, here: Here) -> str:
    """Which output cell this is, with the axes' own names."""
    channel = f"channel {here.channel}" if stage.output.channels > 1 else ""
    place = ", ".join(filter(None, [channel, place_words(here.cell, stage.meta["outAxes"])]))
    return " ".join(filter(None, [stage.meta["names"].get("output", "output"), place]))


def sentence(stage: Stage, here: Here, worked: Worked, most: int) -> str:
    """How one output cell comes about, its value, and torch's own.

    Parameters
    ----------
    most : int [characters]
        The longest of a rule's ways to say it that fits is taken, or its shortest.
    """
    ok = worked.agrees(**stage.meta["tolerance"])
    says = f"✓ = torch {exact(worked.torch)}" if ok else f"✗ torch says {exact(worked.torch)}"
    ways = SENTENCES[stage.meta["rule"]](stage, worked)
    end = f"= {exact(worked.value)}   {says}".replace(" ", "\N{NO-BREAK SPACE}")  # a line is not broken in it
    whole = [f"{where_words(stage, here)}: {way} {end}" for way in ways]
    return next((text for text in whole if len(text) <= most), whole[-1])


Ways = list[str]  # to say the same, the longest first


def drawn_order(stage: Stage, terms: Array) -> Array:
    """Terms (channels, *taps) as the window lies on the input: the taps of a transposed kernel run backwards."""
    assert stage.axes is not None
    d, r, c = (np.argsort(axis.offset, kind="stable") for axis in stage.axes)
    return terms[:, d][:, :, r][:, :, :, c]


def dot(stage: Stage, worked: Worked) -> Ways:
    assert worked.window is not None
    assert worked.weights is not None
    reads, weights = (drawn_order(stage, part) for part in (worked.window.values, worked.weights))
    bias = "" if worked.bias is None else f" + bias {exact(worked.bias)}"
    pairs = zip(reads.ravel(), weights.ravel(), strict=True)
    products = (
        " + ".join(f"{exact(float(read))}×{exact(float(weight))}" for read, weight in pairs) if reads.size <= 40 else ""
    )
    sums = [float(part.sum()) for part in worked.products]
    channels = " + ".join(map(exact, sums)) if 1 < len(sums) <= 16 else ""
    count = f"{reads.size} product{'s' * (reads.size > 1)}"
    return [
        *([products + bias] if products else []),
        *([f"{count}, by input channel: {channels}{bias}"] if channels else []),
        f"{count}, Σ {exact(sum(sums))}{bias}",
    ]


def blend(stage: Stage, worked: Worked) -> Ways:
    """As a sum of products, without the taps that are not there."""
    assert worked.window is not None
    assert worked.weights is not None
    kind = np.broadcast_to(worked.window.kind, worked.window.values.shape)
    given = (worked.window.values, worked.weights, kind.astype(np.float64))
    parts = [drawn_order(stage, part).ravel() for part in given]
    pairs = [(read, weight) for read, weight, k in zip(*parts, strict=True) if k != NONE]
    products = " + ".join(f"{exact(float(read))}×{exact(float(weight))}" for read, weight in pairs)
    return [products, f"{len(pairs)} product{'s' * (len(pairs) > 1)}, Σ {exact(worked.facts['sum'])}"]


def window_cells(stage: Stage, worked: Worked, kinds: Callable[[int], bool]) -> list[str]:
    """What the window reads, in the order in which it lies, of the kinds of cells that count."""
    assert worked.window is not None
    values = drawn_order(stage, worked.window.values).ravel()
    kind = drawn_order(stage, np.broadcast_to(worked.window.kind, worked.window.values.shape)).ravel()
    return [exact(float(value)) for value, k in zip(values, kind, strict=True) if kinds(int(k))]


def largest(stage: Stage, worked: Worked) -> Ways:
    cells = window_cells(stage, worked, lambda kind: kind != NONE)
    where = f", at index {worked.index}" if worked.source else ", and no cell among them"
    return [f"max of {', '.join(cells)}{where}", f"max of {len(cells)} cells{where}"]


def mean(stage: Stage, worked: Worked) -> Ways:
    assert worked.window is not None
    constants, cells = stage.meta["constants"], window_cells(stage, worked, lambda kind: kind != NONE)
    padded = (worked.window.kind == PAD).any()
    counts = " (padding counts)" if constants.get("count_include_pad") else " (cells alone)"
    why = " (divisor_override)" if constants.get("divisor_override") else counts if padded else ""
    by = f" ÷ {exact(worked.facts['divisor'])}{why}"
    return [f"({' + '.join(cells)}){by}", f"Σ {exact(worked.facts['sum'])} of {len(cells)} cells{by}"]


def power(stage: Stage, worked: Worked) -> Ways:
    p, facts = exact(worked.facts["p"]), worked.facts
    cells = window_cells(stage, worked, lambda kind: kind == 0)
    cut = f" ÷ {exact(facts['cells'])} × {exact(facts['taps'])}" if facts["cells"] < facts["taps"] else ""
    powers = " + ".join(f"{cell}^{p}" for cell in cells)
    why = powerless(worked, p)
    return [f"({powers}{cut})^(1/{p}){why}", f"({len(cells)} powers{cut})^(1/{p}){why}"]


def powerless(worked: Worked, p: str) -> str:
    """Why numbers have no power mean."""
    assert worked.window is not None
    if not np.isnan(worked.value) or not np.isfinite(worked.window.values).all():
        return ""
    stretched = worked.facts["stretched"]
    return (
        f" (a negative number has no power {p})" if np.isnan(stretched) else f" ({exact(stretched)} has no such root)"
    )


def point(stage: Stage, worked: Worked) -> Ways:
    x = exact(worked.facts["x"])
    own = f"{x} × {exact(worked.facts['gate'])}" if "gate" in worked.facts else ""
    return [own or f"{stage.meta['function']}({x})"]


def gate(stage: Stage, worked: Worked) -> Ways:
    f, mixes = worked.facts, stage.meta["gating"].get("mixes")
    end = f"{exact(f['signal'])} × {exact(f['gate'])}"
    if mixes == "signal":
        return [*(f"({way}) × σ({exact(f['x'])}) = {end}" for way in dot(stage, worked)), end]
    if mixes == "gate":
        return [*(f"{exact(f['x'])} × σ({way}) = {end}" for way in dot(stage, worked)), end]
    return [f"{exact(f['x'])} × σ({exact(f['other'])}) = {end}" if "other" in f else end]


def drop(stage: Stage, worked: Worked) -> Ways:
    f = worked.facts
    scale = "" if f["scale"] == 1 else f" × {exact(f['scale'])}"
    return [f"{exact(f['x'])} × {exact(f['gate'])}{scale}"]


def share(stage: Stage, worked: Worked) -> Ways:
    assert worked.window is not None
    constants, x = stage.meta["constants"], exact(worked.facts["x"])
    minus = "−" if constants.get("sign") == -1 else ""
    powers = [f"e^{minus}{exact(float(read))}" for read in worked.window.values.ravel()]
    own = f"{x} − log" if constants.get("log") else f"e^{minus}{x} ÷ "
    return [f"{own}({' + '.join(powers)})", f"{own}({len(powers)} such powers)"]


def response(stage: Stage, worked: Worked) -> Ways:
    assert worked.window is not None
    k, alpha, beta = (exact(float(stage.meta["constants"][name])) for name in ("k", "alpha", "beta"))
    squares = [f"{exact(float(read))}²" for read in worked.window.values.ravel()]
    own, size = exact(worked.facts["x"]), stage.meta["constants"]["size"]
    sums = (" + ".join(squares), f"{len(squares)} such squares")
    return [f"{own} ÷ ({k} + {alpha} ÷ {size} × ({some}))^{beta}" for some in sums]


def norm(stage: Stage, worked: Worked) -> Ways:
    f = worked.facts
    affine = "" if (f["weight"], f["bias"]) == (1, 0) else f" × {exact(f['weight'])} + {exact(f['bias'])}"
    root = f"√(variance {exact(f['var'])} + {exact(f['eps'])})"
    return [f"({exact(f['x'])} − mean {exact(f['mean'])}) ÷ {root}{affine}{rootless(worked)}"]


def rootless(worked: Worked) -> str:
    """Why a number has no place among those that share its mean and variance."""
    f = worked.facts
    under = f["var"] + f["eps"]
    if under == 0 and np.isfinite(worked.value):
        return " (0 ÷ 0, for which torch has 0 here)"
    if not np.isnan(worked.value) or not np.isfinite(f["x"] + f["var"]):
        return ""
    return f" ({exact(under)} has no root)" if under < 0 else " (0 ÷ 0 is no number)"


def move(stage: Stage, worked: Worked) -> Ways:
    if not worked.source:
        return ["padding" if "fill" in stage.meta["constants"] else "nothing was put here"]
    channel, *cell = worked.source
    of = f"channel {channel}, " if stage.input.channels > 1 else ""
    return [f"input {of}{place_words(cell, stage.meta['axes'])} (cell {worked.index})"]


SENTENCES: dict[str, Callable[[Stage, Worked], Ways]] = {
    "dot": dot,
    "blend": blend,
    "max": largest,
    "mean": mean,
    "power": power,
    "point": point,
    "gate": gate,
    "drop": drop,
    "share": share,
    "response": response,
    "norm": norm,
    "move": move,
}


def sum_words(stage: Stage, worked: Worked) -> str:
    """What the window comes to, in a line under it."""
    f, value = worked.facts, brief(worked.value)
    bias = "" if worked.bias is None else f" + bias {brief(worked.bias)}"
    said: dict[str, Callable[[], Any]] = {
        "dot": lambda: f"Σ {brief(f['sum'])}{bias} = {value}",
        "blend": lambda: f"Σ = {value}",
        "max": lambda: f"max = {value}",
        "mean": lambda: f"Σ {brief(f['sum'])} ÷ {brief(f['divisor'])} = {value}",
        "power": lambda: f"{brief(f['stretched'])}^(1/{brief(f['p'])}) = {value}",
    }
    return str(said[stage.meta["rule"]]())
