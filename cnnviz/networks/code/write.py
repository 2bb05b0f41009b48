"""A network as Python that makes the same torch modules under the same names."""

from collections.abc import Sequence
from itertools import groupby
from keyword import iskeyword
from textwrap import indent
from typing import Union

from cnnviz.core.layers import Layer, Permute
from cnnviz.networks.code.assemble import named
from cnnviz.networks.code.signatures import definition
from cnnviz.networks.network import Network

TAB = "    "

Tree = list[tuple[str, Union[Layer, "Tree"]]]


def sequential(network: Network) -> str:
    """Lines that define ``net``, an ``nn.Sequential`` with the keys of ``Network.state``.

    Raises
    ------
    CodeError
        If a layer has a name that no code should hold.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv, ReLU
    >>> print(sequential(Network((("0", Conv(3, 8, 3)), ("1", ReLU())), prefix="")))
    from torch import nn
    <BLANKLINE>
    net = nn.Sequential(
        nn.Conv2d(3, 8, kernel_size=3),
        nn.ReLU(),
    )
    """
    return with_imports(network, f"net = {held(network)}")


def class_code(network: Network) -> str:
    """Lines that define an ``nn.Module`` with the keys of ``Network.state``, and its ``forward``."""
    whole = tree(network.stages)
    parts: Tree = [(network.prefix, whole)] if network.prefix else whole
    if not all(usable(key) for key, _ in parts):
        inside = f"super().__init__{held(network).removeprefix('nn.Sequential')}"
        return with_imports(network, f"class Net(nn.Sequential):\n{method('__init__(self)', [inside])}")
    makes = [f"self.{key} = {written(part)}" for key, part in parts]
    *before, last = [f"self.{key}(x)" for key, _ in parts]
    forward = [*(f"x = {step}" for step in before), f"return {last}"]
    init = method("__init__(self)", ["super().__init__()", *makes])
    return with_imports(network, f"class Net(nn.Module):\n{init}\n\n{method('forward(self, x)', forward)}")


def method(head: str, lines: list[str]) -> str:
    return indent(f"def {head}:\n" + indent("\n".join(lines), TAB), TAB)


def usable(name: str) -> bool:
    """Can an attribute be called so? Names of torch's own attributes are no names of layers."""
    return name.isidentifier() and not iskeyword(name)


def tree(stages: Sequence[tuple[str, Layer]]) -> Tree:
    """Stages by the first part of their names; a list stands for an `nn.Sequential` within."""
    found: Tree = []
    for head, group in groupby(stages, key=lambda stage: stage[0].split(".")[0]):
        inner = list(group)
        if inner[0][0] == head:
            found.append((named(head), inner[0][1]))
        else:
            found.append((named(head), tree([(name.partition(".")[2], layer) for name, layer in inner])))
    return found


def held(network: Network) -> str:
    """The whole network; a prefix is the name of an `nn.Sequential` in an `nn.Sequential`."""
    whole = tree(network.stages)
    return written([(named(network.prefix), whole)] if network.prefix else whole)


def written(one: Layer | Tree) -> str:
    """The call of a layer, or of an `nn.Sequential`, with names only where torch's own 0, 1, 2, ... will not do."""
    if isinstance(one, Layer):
        return call(one)
    if all(name == str(i) for i, (name, _) in enumerate(one)):
        return "nn.Sequential(\n" + "".join(indent(f"{written(part)},\n", TAB) for _, part in one) + ")"
    pairs = "".join(indent(f'("{name}", {written(part)}),\n', TAB) for name, part in one)
    return f"nn.Sequential(OrderedDict([\n{pairs}]))"


def call(layer: Layer) -> str:
    """The torch call; an order of axes is a module here, too."""
    return f"PermuteModule({', '.join(map(str, layer.dims))})" if isinstance(layer, Permute) else layer.code()


def with_imports(network: Network, code: str) -> str:
    """The lines with what they need before them: imports, and modules that are not torch's, each once."""
    sources = list(dict.fromkeys(filter(None, (definition(layer) for _, layer in network.stages))))
    imports = [f"{'import torch' + chr(10) if sources else ''}from torch import nn"]
    if "OrderedDict(" in code:
        imports.insert(0, "from collections import OrderedDict")
    blocks = ["\n\n".join(imports), *(source.strip() for source in sources), code]
    gap = "\n\n\n" if sources or code.startswith("class") else "\n\n"
    return gap.join(blocks)
