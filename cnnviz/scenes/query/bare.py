"""What a page opens with whose address says nothing: trained weights on what they were trained for, where they ship.

An address that says anything means what it always meant: without ``weights`` they are random.
"""

from collections.abc import Mapping
from functools import cache

from cnnviz.content.address import LANG
from cnnviz.inputs.datasets.fashion_mnist import FashionMNIST
from cnnviz.inputs.event_clip import EventClip
from cnnviz.inputs.fitted import Fitted
from cnnviz.networks.desed import Desed
from cnnviz.scenes import shipped
from cnnviz.scenes.query import to_query
from cnnviz.scenes.query.weights import CHOICE, RANDOM, START, example_of
from cnnviz.scenes.request import LayerView, Request, StageView
from cnnviz.scenes.weights import Trained

ANYWHERE = {LANG, "tab"}  # words that say nothing about the scene
RANDOMLY = {"network": {START.key: str(START.default)}, "spectrogram": {CHOICE.key: RANDOM}}


def says_nothing(query: Mapping[str, str]) -> bool:
    """Is there no word about the scene?"""
    return not query.keys() - ANYWHERE


@cache
def bare(page: str) -> Mapping[str, str]:
    """The words that stand for none on a page; none where no trained weights ship for it."""
    for name in shipped.cards():
        network = shipped.network_of(name)
        if page == "spectrogram" and isinstance(network, Desed):
            request = Request(network, EventClip(), Trained(name))
            return to_query(page, (request, StageView(request.names[0])))
        if page == "network" and isinstance(shipped.data_of(name), FashionMNIST):
            return opens(name)
    return {}


def opens(name: str) -> Mapping[str, str]:
    """Words of the page *Networks* for weights that ship, on an example of their data."""
    network, shape = shipped.network_of(name), shipped.data_of(name).shape
    found = example_of(network)
    source = found.source() if found else EventClip()
    request = Request(network, Fitted(whole=source, shape=shape), Trained(name))
    return to_query("network", (request, LayerView(request.names[0])))
