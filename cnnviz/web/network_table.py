"""The list of a network's layers: what each makes, costs and sees."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.networks.forward import memory
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import Field, printed
from cnnviz.networks.table import Row
from cnnviz.scenes.network import mode
from cnnviz.text import _, plural
from cnnviz.text.counts import in_words
from cnnviz.web import network_session as builder
from cnnviz.web.components.layer_list import layer_list

GLANCE = 10_000  # a count that is read as it is


def table(
    network: Network, shape: Shape, found: Sequence[Row], error: GeometryError | None, selected: int, hidden: str
) -> None:
    """The list of layers, and what all that can work cost together."""
    lines: list[dict[str, Any]] = [
        {
            "name": row.name,
            "code": row.layer,
            "mode": mode(layer),
            "shape": list(row.shape),
            "shown": str((1, *row.shape)),
            "parameters": row.cost.parameters,
            "macs": row.cost.macs,
            "sees": sees(row.field),
            "error": "",
        }
        for row, (__, layer) in zip(found, network.stages, strict=False)
    ]
    for name, layer in network.stages[len(found) :]:
        said = str(error).removeprefix(f"{name}: ") if error and len(lines) == len(found) else ""
        blank = {"shape": None, "shown": "", "parameters": 0, "macs": 0, "sees": "", "error": said}
        lines.append({"name": name, "code": layer.code(), "mode": mode(layer), **blank})
    cost = total(row.cost for row in found)
    totals = {"parameters": cost.parameters, "macs": cost.macs}
    layer_list(lines, shape, selected, totals, hidden, "layers", builder.act)
    bytes_ = memory(Network(network.stages[: len(found)], network.prefix), shape) if found else 0
    facts = (
        parameters_words(cost.parameters),
        macs_words(cost.macs),
        _("{bytes:,.1f} MiB to run it and keep every stage", bytes=bytes_ / 2**20),
    )
    st.markdown(" &nbsp;·&nbsp; ".join(facts))


def parameters_words(n: int) -> str:
    """How many parameters there are; also rounded, where there are too many to be read at a glance.

    >>> parameters_words(80), parameters_words(61_706)
    ('**80** parameters', '**61,706** parameters, about 62,000')
    """
    if n < GLANCE:
        return plural("**{n}** parameter", "**{n:,}** parameters", n)
    return _("**{n:,}** parameters, {words}", n=n, words=in_words(n))


def macs_words(n: int) -> str:
    """The same of multiply-adds."""
    return _("**{n:,}** MACs", n=n) if n < GLANCE else _("**{n:,}** MACs, {words}", n=n, words=in_words(n))


def sees(field: tuple[Field, ...]) -> str:
    """The receptive field in a cell of the table."""
    if any(axis.whole for axis in field):
        return _("all")
    sizes, jumps = [printed(axis.size) for axis in field], [steps(axis.jump) for axis in field]
    size, jump = (each[0] if len(set(each)) == 1 else " × ".join(each) for each in (sizes, jumps))
    return _("{size}, jump {jump}", size=size, jump=jump)


def steps(jump: float) -> str:
    """From one unit to the next, in cells of the input: a whole number, or units that lie closer, or uneven ones.

    >>> steps(4), steps(0.5), steps(1.2)
    ('4', '1/2', '1.2 on average')
    """
    if isinstance(jump, int):
        return printed(jump)
    return f"1/{round(1 / jump)}" if jump and (1 / jump).is_integer() else _("{jump:.3g} on average", jump=jump)
