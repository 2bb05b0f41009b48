"""Questions of the page *Normalisation and dropout*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

NORMALISATION = on_page(
    "normalisation",
    Preset(
        "examples=false&ndim=1d&input=typed&input_text=10+11+12+13&momentum=0.99",
        Message("One training pass over 10, 11, 12, 13 with momentum 0.99: where is the running mean?"),
        Message(
            "At 11.385 and not at 0.115: in torch, momentum is the share of the new batch. The variance is at 1.66."
        ),
    ),
    Preset(
        "layer=GroupNorm",
        Message("One group: what shares a mean?"),
        Message("All channels and cells of one example. So every output depends on the whole input."),
    ),
    Preset(
        "training=false&steps=0",
        Message("Eval mode before any training: what does batch norm do?"),
        Message("Nearly nothing: the running mean is 0 and the running variance 1."),
    ),
    Preset(
        "layer=Dropout",
        Message("Half of the cells are dropped: what happens to the others?"),
        Message("They are doubled, 1 / (1 − 0.5), so that the mean stays the same on average."),
    ),
    Preset(
        "layer=Dropout&training=false",
        Message("What does dropout do in eval mode?"),
        Message("Nothing: no mask, no scale."),
    ),
    Preset(
        "layer=DropoutNd&input_channels=8",
        Message("What does nn.Dropout2d drop?"),
        Message("Whole channels: neighbouring cells are alike, and dropping single ones would hide little."),
    ),
    Preset(
        "pass=dX",
        Message("dY is 1 everywhere: what comes back through a batch norm in training?"),
        Message("Nothing: what moves all cells alike moves their mean as well, and that is taken off."),
    ),
    Preset(
        "pass=dX&dy=cell&beside=normalisation%3Fpass%3DdX%26dy%3Dcell%26training%3Dfalse",
        Message("One cell of dY is 1: how many cells of dX light up in training, and how many in eval mode?"),
        Message(
            "In training all 64 of its channel, in all examples: each has a part in the mean and the variance. In eval "
            "mode that cell alone, for the running ones are fixed numbers."
        ),
    ),
)
