"""The list of a network's layers, alive in the browser; see ``static/network``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnviz.core.layers import Shape
from cnnviz.text.catalogue import for_browser
from cnnviz.text.language import ENGLISH, spoken
from cnnviz.web.components.component import component, message, whole

_mount = component("cnnviz_layer_list", "layer_list/layer_list", 'data-role="list" style="min-height: 320px"')


def layer_list(
    rows: Sequence[Mapping[str, Any]],
    given: Shape,
    selected: int,
    totals: Mapping[str, int],
    hidden: str,
    key: str,
    on_act: Callable[[str, int], None],
) -> None:
    """Show layers in a table.

    Parameters
    ----------
    rows : one for each layer
        ``name, code, shape, shown`` (the shape as torch prints it), ``parameters, macs, sees, error``; without a shape
        where a layer before it does not work.
    given : (channels, *axes) of the network's input
    selected : int
    totals : ``parameters`` and ``macs`` of all layers
    hidden : "", "shape", "parameters", "MACs" or "field"
        What of the selected row is asked in the quiz.
    on_act : callback
        Gets what was done, ``"select", "up", "down", "copy"`` or ``"remove"``, and to which layer.
    """

    def done() -> None:
        match message(key, "done"):
            case {"act": str(act), "at": at} if whole(at, len(rows)):
                on_act(act, at)

    language = spoken()
    words = None if language == ENGLISH else for_browser(language)
    shown = {"rows": list(rows), "input": list(given), "selected": selected, "totals": dict(totals), "hidden": hidden}
    _mount(key=key, data=shown | {"words": words}, on_done_change=done)
