"""Questions of the page *Training*: each trains what it asks about."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

TRAINING = on_page(
    "training",
    Preset(
        "seed=6&steps=400&adam_weight_decay=0.02&example=32&train=true&at=400&stage=conv1&open=1",
        Message("What did kernel 0 of conv1 learn?"),
        Message(
            "Edges that are bright above and dark below: its cosine with Sobel's filter is about 0.87, and was 0 at "
            "the start. The bar of a 7 has such an edge: the mean of its map behind the ReLU is higher for a 7 than "
            "for another digit in about 81 of 100 pairs. At the start it was in 49: no better than a coin."
        ),
    ),
    Preset(
        "data=signals&signals_examples=1000&net=flatten=Flatten();hidden=Linear(40,128);relu=ReLU();dense=Linear(128,10)"
        "&steps=600&against=dropout&train=true&at=600",
        Message("What does dropout do to the loss of training, and to that of unseen signals?"),
        Message(
            "Half of the hidden numbers are dropped in each step, so the batches' loss is higher: about 0.9 in the end "
            "instead of 0.15. On unseen signals it is lower, about 1.6 instead of 2.5, for less is learned by heart. "
            "It is right no more often here, in about 44 % with or without: it is wrong with less certainty."
        ),
    ),
    Preset(
        "steps=60&against=norm&train=true&at=10",
        Message("With batch norm the loss of a batch falls at once: why not that of unseen digits?"),
        Message(
            "In training it takes the batch's own mean and variance; unseen digits get the running ones, which begin "
            "at 0 and 1 and go a tenth of the way in each step. After 10 steps 0.9¹⁰ = 35 % of the beginning is left: "
            "a batch has a loss of about 1.1, unseen digits of about 2, as without batch norm. After 60 it is 0.2 %."
        ),
    ),
    Preset(
        "data=signals&schedule=one-cycle&adam_lr=0.02&steps=800&against=dense&train=true&at=800",
        Message("Why does a convolution beat a dense net with as many parameters?"),
        Message(
            "A shape may lie anywhere along the signal. A kernel looks for it in all places with the same weights; a "
            "dense net has to learn each place by itself. So one is right in about 80 % of unseen signals, the other "
            "in half."
        ),
    ),
    Preset(
        "data=signals&signals_shuffled=true&schedule=one-cycle&adam_lr=0.02&steps=800&against=dense&train=true&at=800",
        Message("And when does it not?"),
        Message(
            "When neighbours have nothing to do with each other. With the 40 positions in another order, the same for "
            "all signals, both are right in about half; to the dense net, order never mattered."
        ),
    ),
)
