"""Read what people paste: an ``nn.Sequential``, a class of their own, or what Python printed. Nothing is run."""

import ast
from collections.abc import Mapping
from textwrap import dedent

from cnnviz.layers import Flatten, Linear
from cnnviz.network import Network
from cnnviz.nncode.calls import Called, Part, dotted, error_at, part
from cnnviz.nncode.chain import flat, network_of
from cnnviz.nncode.classes import read_class
from cnnviz.nncode.known import definitions, example
from cnnviz.nncode.printed import is_printed, read_printed
from cnnviz.nncode.screen import MAX_CHARACTERS, parse
from cnnviz.nncode.words import CodeError

PLAIN_HOLDERS = ("Sequential", "Module")  # they run what they hold as it stands, or nothing besides
NOTHING = "There is nothing to read yet: paste an nn.Sequential, or what Python prints for one."


def read_code(text: str) -> Network:
    """The network that a text describes.

    Parameters
    ----------
    text : str
        Python with one ``nn.Sequential(...)`` or one layer, with or without ``torch.nn.`` and a name before ``=``; or a
        class that holds such and calls them in a plain chain; or what ``print(module)`` gives.

    Returns
    -------
    Network
        In eval mode. Stages are called as torch calls them, those of an `nn.Sequential` in another by both names with
        a dot between. The prefix is the name of the one `nn.Sequential` that the outermost holds; else it is empty.

    Raises
    ------
    CodeError
        One sentence that says where the text has something else than layers with plain numbers, or a layer or an
        argument that is not shown here.

    Examples
    --------
    >>> [(name, layer.code()) for name, layer in read_code("nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())").stages]
    [('0', 'nn.Conv2d(3, 8, kernel_size=3)'), ('1', 'nn.ReLU()')]
    """
    if len(text) <= MAX_CHARACTERS:  # longer ones are refused by the screen
        text = without_own_classes(dedent(text))
        if is_printed(text):
            kind, held = read_printed(text)
            return network_of(held if kind in PLAIN_HOLDERS or len(held) == 1 else with_flatten(held))
    found: dict[str, list[Part]] = {}
    for statement in parse(text).body:
        found |= of_statement(statement, found)
    if len(found) != 1:
        raise CodeError(
            "There are several networks in it: paste one nn.Sequential, or one class." if found else NOTHING
        )
    return network_of(next(iter(found.values())))


def without_own_classes(text: str) -> str:
    """The text without the sources of our own gates, whose names are known; lines keep their numbers."""
    text = text.replace("\r\n", "\n")
    for source in map(str.strip, definitions()):
        text = text.replace(source, "\n" * source.count("\n"))
    return text


def of_statement(node: ast.stmt, found: Mapping[str, list[Part]]) -> dict[str, list[Part]]:
    """The layers that a statement makes, by the name it gives them; imports, ``net.eval()`` and ``Net()`` make none."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {}
    if isinstance(node, ast.ClassDef):
        return {node.name: read_class(node)}
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and dotted(node.targets[0]):
        return made(dotted(node.targets[0]), node.value, found)
    if isinstance(node, ast.Expr):
        return made("", node.value, found)
    raise error_at(node, "This is not read here: only imports, one nn.Sequential with its layers, or one class.")


def made(name: str, node: ast.expr, found: Mapping[str, list[Part]]) -> dict[str, list[Part]]:
    """An ``nn.Sequential``, or one layer alone."""
    if isinstance(node, ast.Call) and not node.args and not node.keywords:
        owner, _, method = dotted(node.func).partition(".")
        if owner in found and method in ("", "eval", "train"):
            return {}
    one = part(node)
    return {name: one if isinstance(one, list) else [("0", one)]}


def with_flatten(held: list[Part]) -> list[Part]:
    """Layers that a class of one's own holds; where maps reach a part with nn.Linear, its forward flattens them."""
    maps = False
    for i, (_, one) in enumerate(held):
        kinds = [example(call) for _, call in flat([("0", one)])]
        if maps and any(isinstance(kind, Linear) for kind in kinds):
            return [*held[:i], ("flatten", Called("Flatten")), *held[i:]]
        maps = (maps or any(kind.dimensioned for kind in kinds)) and not any(isinstance(k, Flatten) for k in kinds)
    return held
