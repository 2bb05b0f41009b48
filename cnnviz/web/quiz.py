"""The quiz on a network: a number of a layer is hidden, typed by the reader, and graded by what torch counts."""

import re

import streamlit as st

from cnnviz.core.layers import Channels, ConvTranspose, Layer, Linear, Shape
from cnnviz.networks.receptive_field import printed
from cnnviz.networks.table import Row
from cnnviz.scenes.query.labels import label
from cnnviz.text import Message, _
from cnnviz.web.choices import labelled
from cnnviz.web.markdown import merged
from cnnviz.web.widgets import BIND

ASKED = {
    "shape": Message("output shape"),
    "parameters": Message("parameters"),
    "MACs": Message("multiply-adds"),
    "field": Message("rows or frames seen"),
}


def question(found: list[Row], selected: int, placed: list[tuple[Layer, Shape]], of: str) -> str:
    """The widgets of the quiz on the selected layer.

    Parameters
    ----------
    found, placed : one for each layer that works
    of : str
        Which network it is: another one is another question.

    Returns
    -------
    str
        What is to be hidden in the list; empty if nothing is asked, or the answer is shown.
    """
    with labelled("quiz", {one: label(one) for one in ASKED}) as said:
        asked = st.segmented_control(
            _("quiz"), list(ASKED), format_func=said, key="quiz", bind=BIND, help=_("hide it in the list, and type it")
        )
    if not asked or selected >= len(found):
        return ""
    row = found[selected]
    answer = answers(row)[asked]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _("{asked} of {name}", asked=ASKED[asked], name=row.name), key=f"answer_{asked}_{selected}_{of}"
        )
        shown = st.toggle(_("show the answer"), key=f"shown_{asked}_{selected}")
    if typed.strip():
        right = numbers_in(typed) in accepted(asked, answer)
        st.markdown(_("✓ **Right.**") if right else _("✗ **Not yet.** Try again, or show the answer."))
    if not shown:
        return str(asked)
    st.markdown(f"**{answer}**")
    for line in formula(asked, found, selected, *placed[selected]):
        st.markdown(f"${line}$")
    return ""


def formula(asked: str, found: list[Row], selected: int, layer: Layer, taken: Shape) -> list[str]:
    """How the answer comes about, in LaTeX with its numbers; nothing where it is not counted in one step."""
    if asked == "shape":
        return merged(layer.formula(taken))
    if asked == "field":
        return field_formula(found, selected, layer, taken)
    if not isinstance(layer, Channels | Linear):
        return []
    each, outputs = (
        ((layer.in_features,), layer.out_features)
        if isinstance(layer, Linear)
        else ((layer.in_channels // layer.groups, *layer.kernel_size), layer.out_channels)
    )
    weights = r" \cdot ".join(map(str, (*each, outputs)))
    if asked == "parameters":
        bias = f" + {outputs}" if layer.bias else ""
        return [rf"{weights}{bias} = {found[selected].cost.parameters}"]
    if isinstance(layer, ConvTranspose):
        return []
    cells = r" \cdot ".join(map(str, layer.output_shape(taken)[1:])) if isinstance(layer, Channels) else "1"
    return [rf"{weights} \cdot {cells} = {found[selected].cost.macs}"]


def field_formula(found: list[Row], selected: int, layer: Layer, taken: Shape) -> list[str]:
    """What the layer adds to the field of the one before: its window's reach, each a jump long.

    Nothing where units differ, as behind a transposed convolution: there the largest is looked for.
    """
    reach = next(iter(layer.extent(taken)), None)
    now = found[selected].field[0]
    size, jump = (found[selected - 1].field[0].size, found[selected - 1].field[0].jump) if selected else (1, 1)
    if now.whole or not reach or size + reach[0] * jump != now.size:
        return []
    return [rf"{size} + {reach[0]} \cdot {printed(jump)} = {now.size}"]


def answers(row: Row) -> dict[str, str]:
    """What torch counts, by what is asked."""
    return {
        "shape": str((1, *row.shape)),
        "parameters": str(row.cost.parameters),
        "MACs": str(row.cost.macs),
        "field": "all" if row.field[0].whole else str(row.field[0].size),
    }


def accepted(asked: str, answer: str) -> list[list[str]]:
    """The right answers: of a shape also the one without the batch.

    >>> accepted("shape", "(1, 32, 5, 5)")
    [['1', '32', '5', '5'], ['32', '5', '5']]
    """
    numbers = numbers_in(answer)
    return [numbers, numbers[1:]] if asked == "shape" else [numbers]


def numbers_in(text: str) -> list[str]:
    """The numbers of an answer, or the word "all", however they are set apart.

    >>> numbers_in("119,530"), numbers_in("(1, 32, 5)"), numbers_in("32 x 5")
    (['119530'], ['1', '32', '5'], ['32', '5'])
    """
    if re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text):
        return [re.sub(r"\D", "", text)]
    return re.findall(r"\d+|all", text.lower())
