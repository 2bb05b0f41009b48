"""Read what people paste: an ``nn.Sequential``, a class of their own, or what Python printed. Nothing is run."""

from collections.abc import Sequence

from cnnviz.core.layers import Shape
from cnnviz.networks.code.assemble import Reading, flat, network_of
from cnnviz.networks.code.errors import CodeError
from cnnviz.networks.code.guard import check_length
from cnnviz.networks.code.printed import is_printed, read_printed
from cnnviz.networks.code.program import network_in
from cnnviz.networks.code.signatures import definitions
from cnnviz.networks.code.tidy import tidied
from cnnviz.networks.network import Network


def read_code(text: str) -> Network:
    """The network that a text describes.

    Parameters
    ----------
    text : str
        Python with one ``nn.Sequential(...)`` or one layer, with or without ``torch.nn.`` and a name before ``=``; or a
        class whose forward calls layers one after the other; or what ``print(module)`` gives for an ``nn.Sequential``.
        Prompts, imports, training code and more may stand around it.

    Returns
    -------
    Network
        In eval mode. Stages are called as torch calls them, those of an `nn.Sequential` in another by both names with
        a dot between. The prefix is the name of the one `nn.Sequential` that the outermost holds; else it is empty.

    Raises
    ------
    CodeError
        One sentence that says where the text has something else than layers in a row, or a layer or an argument that
        is not shown here.

    Examples
    --------
    >>> [(name, layer.code()) for name, layer in read_code("nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())").stages]
    [('0', 'nn.Conv2d(3, 8, kernel_size=3)'), ('1', 'nn.ReLU()')]
    """
    return reading(text).network


def reading(text: str, shape: Shape = ()) -> Reading:
    """The network that a text describes, and what has to be said about it; raises as `read_code` does.

    Parameters
    ----------
    shape : tuple of int
        Of the input at hand, on which Lazy layers count where the text tells no other.
    """
    check_length(text)
    shapes = [shape] if shape else []
    try:
        code, said = tidied(text)
        code = without_own_classes(code)
        if is_printed(code):
            return of_printed(code, shapes)
        if is_printed(said):
            return of_printed(said, shapes)
        return network_in(code, shapes)
    except RecursionError:
        raise CodeError("This is nested more deeply than is read: write the layers one after the other.") from None


def of_printed(text: str, shapes: Sequence[Shape]) -> Reading:
    """What Python prints for an nn.Sequential."""
    held, notes = read_printed(text)
    return network_of(list(flat(held)), notes, shapes)


def without_own_classes(text: str) -> str:
    """The text without the sources of our own gates, whose names are known; lines keep their numbers."""
    for source in map(str.strip, definitions()):
        text = text.replace(source, "\n" * source.count("\n"))
    return text
