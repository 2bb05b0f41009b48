"""What else the page of networks offers: pictures of all maps, and the first convolution as a dense layer."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from math import prod

import streamlit as st

from cnnviz.core.cost import dense_instead
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Channels, Shape
from cnnviz.export import STILLS, Look, atlas
from cnnviz.networks.network import Network
from cnnviz.networks.table import Row
from cnnviz.text import _
from cnnviz.web import downloads
from cnnviz.web.network_table import parameters_words


def take_maps(blob: bytes, title: str) -> None:
    """One map of every layer, as a file; drawn when it is asked for."""
    channel = int(st.number_input(_("channel"), 0, 511, 0, key="_atlas", help=_("of every layer that has it")))
    look = Look(dark=st.context.theme.type == "dark")
    for form in STILLS:
        downloads.offer(f"network.{form}", partial(atlas, blob, look, channel, title, form), f"network.{form}")


def what_if(network: Network, shape: Shape, found: Sequence[Row]) -> None:
    """The first convolution, if it were dense."""
    if not found or not isinstance(network.stages[0][1], Channels):
        return
    name, layer = network.stages[0]
    with suppress(GeometryError):  # more weights than torch can count
        dense = dense_instead(layer, shape)
        st.markdown(
            _(
                "**What if `{name}` were dense?** {cells:,} inputs, each with a weight to every output: {parameters}, "
                "instead of {now:,}.",
                name=name,
                cells=prod(shape),
                parameters=parameters_words(dense.parameters),
                now=found[0].cost.parameters,
            )
        )
