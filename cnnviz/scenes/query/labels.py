"""How a choice is said that an address spells in English: options, and the tabs of a page.

What is a name stays as it is: of torch's (``reflect``, ``ReLU``, ``adam``) and Python's, of data sets, files, networks
that were published and whoever they are called after, in any case where a knob of a layer says so (`OneOf.names`).
Everything else stands here, once, as its own English message.
"""

from typing import Any, Final

from cnnviz.text import Message

LABELS: Final = {
    word.message: word
    for word in (
        # tabs
        *(Message("Explanation"), Message("Code"), Message("Compare"), Message("Share"), Message("Weights")),
        *(Message("Running statistics"), Message("Stages"), Message("Files"), Message("Judge")),
        *(Message("Run"), Message("Paste code")),
        # inputs, and what is asked of them
        *(Message("digit"), Message("photo"), Message("example"), Message("signal"), Message("log-mel")),
        *(Message("events"), Message("moving-square"), Message("ramp"), Message("impulse"), Message("edge")),
        *(Message("checkerboard"), Message("random"), Message("typed"), Message("drawn"), Message("upload")),
        *(Message("microphone"), Message("sine"), Message("chirp"), Message("grey"), Message("guess")),
        *(Message("mean"), Message("first"), Message("second"), Message("decibels"), Message("magnitude")),
        *(Message("scaled"), Message("frames x mels"), Message("mels x frames"), Message("none")),
        # sounds
        *(Message("alarm"), Message("speech"), Message("water"), Message("dishes"), Message("vacuum")),
        Message("mixture"),
        # classes of pictures
        *(Message("T-shirt"), Message("trouser"), Message("pullover"), Message("dress"), Message("coat")),
        *(Message("sandal"), Message("shirt"), Message("sneaker"), Message("bag"), Message("ankle boot")),
        # kernels and knobs
        *(Message("identity"), Message("laplacian"), Message("gaussian"), Message("box"), Message("sharpen")),
        *(Message("emboss"), Message("ones"), Message("bank"), Message("trained"), Message("number")),
        *(Message("channels first"), Message("channels last"), Message("all"), Message("axes"), Message("last")),
        # passes, losses, and what explains a number
        *(Message("forward"), Message("all stages"), Message("cell"), Message("target"), Message("unit")),
        *(Message("cross-entropy"), Message("gradient"), Message("gradient × input"), Message("occlusion")),
        # networks, their weights, and how they are looked at
        *(Message("small CNN"), Message("dense"), Message("lesson"), Message("lesson B"), Message("lesson C")),
        *(Message("baseline"), Message("checkpoint"), Message("empty"), Message("DESED block")),
        *(Message("DESED default"), Message("DESED baseline"), Message("AlexNet, two towers")),
        *(Message("AlexNet, one tower"), Message("file"), Message("maps"), Message("at work"), Message("all maps")),
        *(Message("one layer"), Message("gradients"), Message("attribution"), Message("all channels")),
        *(Message("one window"), Message("shape"), Message("parameters"), Message("field")),
        # what is compared, and what is told apart
        *(Message("nothing"), Message("sound"), Message("setting"), Message("rest")),
        *(Message("optimiser"), Message("norm"), Message("dropout"), Message("shuffled")),
        # training
        *(Message("digits"), Message("signals"), Message("own"), Message("step"), Message("cosine")),
        Message("one-cycle"),
    )
}


def label(option: Any) -> str:
    """An option or a tab, as the reader's language says it.

    >>> label("photo"), label("reflect"), label(3)
    ('photo', 'reflect', '3')
    """
    return str(LABELS.get(option, option))
