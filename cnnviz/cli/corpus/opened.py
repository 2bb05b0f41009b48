"""What a link of the pages Spectrogram and Networks asks for, as the work on a corpus."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from cnnviz.core.layers import Shape
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.logmel import DESED
from cnnviz.inputs.part import Part
from cnnviz.networks.code import to_text
from cnnviz.networks.exciting import evaluated
from cnnviz.scenes.corpus import About, CorpusError, fingerprint
from cnnviz.scenes.corpus.search import Search
from cnnviz.scenes.query import PAGES
from cnnviz.scenes.query.form import File, Reader
from cnnviz.scenes.request import Request
from cnnviz.scenes.whose import whose
from cnnviz.text import Message
from cnnviz.web import linked

NETWORKS = ("spectrogram", "network")  # pages


class WithFile(Reader):
    """Answers from an address, and with a file where one is asked for."""

    def __init__(self, said: Mapping[str, str], given: File | None):
        super().__init__(said)
        self.given = given

    def file(self, key: str, label: Message, megabytes: int | None = None) -> File | None:
        return self.given


def opened(link: str, weights: Path | None, folder: Path) -> tuple[Search, About]:
    """The network of a link in eval mode, how it reads sounds, and what to say about it.

    Parameters
    ----------
    link : str
        An address of the app, or from the page's name on: ``"spectrogram?weights=trained"``.
    weights : path of a checkpoint, or None
        For a link whose weights are a file.

    Raises
    ------
    Problem, OSError
        What is wrong with it.
    """
    name, query = linked.asked(link)
    if name not in NETWORKS:
        raise CorpusError("The page {name} has no network. Take the link of a Spectrogram or of Networks.", name=name)
    given = (weights.read_bytes(), weights.name) if weights else None
    request, _ = PAGES[name].ask(WithFile(query, given)).make()
    source = request.input
    shape = size_of(source.shape) if isinstance(source, Fitted) else None
    whole = source.whole if isinstance(source, Fitted | Part) else source
    features = getattr(whole, "features", DESED)
    network = evaluated(request.network)
    channels = source.shape[0] if isinstance(source, Fitted) else 1
    search = Search(str(folder.resolve()), network, request.weights, features, shape, channels)
    search.check()
    about = About(
        f"{name}?{urlencode(query)}",
        to_text(network),
        fingerprint(network, search.state()),
        whose(Request(network, source, request.weights)),
        features,
        shape,
    )
    return search, about


def size_of(shape: Shape) -> tuple[int, int]:
    """The frames and mels that a network of the page *Networks* reads."""
    if len(shape) != 3:
        raise CorpusError(
            "This network reads {axes} axes, and a spectrogram has frames and mels: choose an input shape such as "
            "1, 626, 128.",
            axes=len(shape) - 1,
        )
    return shape[1], shape[2]
