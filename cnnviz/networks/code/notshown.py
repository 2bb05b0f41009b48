"""Classes that torch has and that are not shown here: what each is, and what can stand in its place."""

from difflib import get_close_matches

from torch import nn

from cnnviz.networks.code.errors import shown
from cnnviz.text import Message

SEQUENCES = Message(
    "it reads a sequence step by step; the layers before it can be read, up to the line where it comes in"
)
TABLE = Message("it looks words up in a table; begin with what comes behind it, on an input of that shape")
HOLDS = Message("it only holds layers and runs none: write nn.Sequential, or a class whose forward calls them")
MEANS = {
    **dict.fromkeys(("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"), SEQUENCES),
    "Embedding": TABLE,
    "EmbeddingBag": TABLE,
    "MultiheadAttention": Message("it compares every place with every other; only layers in a row are shown"),
    "ModuleList": HOLDS,
    "ModuleDict": HOLDS,
    "Bilinear": Message("it reads two tensors at once, and here there is one"),
    "SyncBatchNorm": Message("write nn.BatchNorm2d, which counts the same on one machine"),
    "CrossMapLRN2d": Message("write nn.LocalResponseNorm"),
    "FractionalMaxPool2d": Message("write nn.AdaptiveMaxPool2d, whose windows do not vary at random"),
}


def is_loss(name: str) -> bool:
    """Is it one of torch's losses, which compare what a network gives with what it should give?"""
    return name.endswith("Loss") and hasattr(nn, name)


def not_shown(name: str, classes: list[str]) -> Message:
    """A sentence on a class that is not among those that are read.

    Parameters
    ----------
    name : str
        As it was written, without ``nn.``.
    classes : list of str
        Those that are read.

    Examples
    --------
    >>> str(not_shown("Conv2D", ["Conv2d", "ReLU"]))
    'nn.Conv2D is not among the layers of torch: did you mean Conv2d?'
    """
    if is_loss(name):
        return Message(
            "nn.{name} is a loss: it compares the output with what it should be. Leave it out, it is no layer.",
            name=name,
        )
    known = getattr(nn, name, None) if name.isascii() else None
    if isinstance(known, type) and issubclass(known, nn.Module):
        return Message("Torch has nn.{name}, and it is not shown here: {means}.", name=name, means=meaning(name))
    alike = {one.lower(): one for one in classes}  # Relu and Conv2D are meant, too
    near = get_close_matches(name[:40].lower(), alike, n=1, cutoff=0.8)
    if near:
        return Message(
            "nn.{name} is not among the layers of torch: did you mean {near}?", name=shown(name), near=alike[near[0]]
        )
    return Message(
        "nn.{name} is not among the layers of torch: convolutions, poolings, activations, norms and others of torch.nn "
        "are read.",
        name=shown(name),
    )


def meaning(name: str) -> Message:
    """What a class of torch's is that is not shown, or what to write in its place."""
    if name in MEANS:
        return MEANS[name]
    if name.startswith("Transformer"):
        return Message("it reads a whole sequence at once; only layers in a row are shown")
    return Message("leave it out, or write another layer in its place")
