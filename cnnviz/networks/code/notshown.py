"""Classes that torch has and that are not shown here: what each is, and what can stand in its place."""

from difflib import get_close_matches

from torch import nn

from cnnviz.networks.code.errors import shown

SEQUENCES = "it reads a sequence step by step; the layers before it can be read, up to the line where it comes in"
MEANS = {
    **dict.fromkeys(("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"), SEQUENCES),
    "Embedding": "it looks words up in a table; begin with what comes behind it, on an input of that shape",
    "EmbeddingBag": "it looks words up in a table; begin with what comes behind it, on an input of that shape",
    "MultiheadAttention": "it compares every place with every other; only layers in a row are shown",
    "ModuleList": "it only holds layers and runs none: write nn.Sequential, or a class whose forward calls them",
    "ModuleDict": "it only holds layers and runs none: write nn.Sequential, or a class whose forward calls them",
    "Bilinear": "it reads two tensors at once, and here there is one",
    "SyncBatchNorm": "write nn.BatchNorm2d, which counts the same on one machine",
    "CrossMapLRN2d": "write nn.LocalResponseNorm",
    "FractionalMaxPool2d": "write nn.AdaptiveMaxPool2d, whose windows do not vary at random",
}


def is_loss(name: str) -> bool:
    """Is it one of torch's losses, which compare what a network gives with what it should give?"""
    return name.endswith("Loss") and hasattr(nn, name)


def not_shown(name: str, classes: list[str]) -> str:
    """A sentence on a class that is not among those that are read.

    Parameters
    ----------
    name : str
        As it was written, without ``nn.``.
    classes : list of str
        Those that are read.

    Examples
    --------
    >>> not_shown("Conv2D", ["Conv2d", "ReLU"])
    'nn.Conv2D is not among the layers of torch: did you mean Conv2d?'
    """
    if is_loss(name):
        return f"nn.{name} is a loss: it compares the output with what it should be. Leave it out, it is no layer."
    known = getattr(nn, name, None) if name.isascii() else None
    if isinstance(known, type) and issubclass(known, nn.Module):
        means = MEANS.get(name) or (
            "it reads a whole sequence at once; only layers in a row are shown"
            if name.startswith("Transformer")
            else "leave it out, or write another layer in its place"
        )
        return f"Torch has nn.{name}, and it is not shown here: {means}."
    alike = {one.lower(): one for one in classes}  # Relu and Conv2D are meant, too
    near = get_close_matches(name[:40].lower(), alike, n=1, cutoff=0.8)
    way = near and f"did you mean {alike[near[0]]}?"
    return f"nn.{shown(name)} is not among the layers of torch: " + (
        way or "convolutions, poolings, activations, norms and others of torch.nn are read."
    )
