"""Questions of the page *Gating*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

GATING = on_page(
    "gating",
    Preset(
        "layer=nn.GLU",
        Message("Four channels through nn.GLU: how many come out?"),
        Message("Two: the second half gates the first. DESED's GLU mixes and gates all four, and four come out."),
    ),
    Preset(
        "layer=ReLU&compare=LeakyReLU",
        Message("Is ReLU a gate?"),
        Message(
            "Yes: x times a mask that is 1 where x is positive and 0 elsewhere. The leaky mask is 0.2 elsewhere: "
            "never quite closed."
        ),
    ),
    Preset(
        "compare=ContextGating&input=log-mel",
        Message("GLU and ContextGating: which one decides about a cell by itself?"),
        Message("GLU: the gate is the cell's own sigmoid. In ContextGating all channels decide together."),
    ),
    Preset(
        "layer=Mask&maps=0",
        Message("Can you cut a picture out with a gate?"),
        Message("Yes. Type a mask: 4 is nearly open, −4 nearly closed, 0 half."),
    ),
    Preset(
        "layer=SiLU&compare=GELU&maps=0&input=random",
        Message("How do SiLU and GELU differ?"),
        Message(
            "Both gate a cell by itself: one with σ(x), the other with the chance Φ(x) that a normal number is smaller."
        ),
    ),
    Preset(
        "layer=Softmax&maps=3&input=digit",
        Message("What do the channels of a softmax add up to?"),
        Message("1, at every pixel: each channel has its share."),
    ),
    Preset(
        "layer=ReLU&maps=0&input=random&pass=dX",
        Message("dY is 1 everywhere: where does it come back through a ReLU?"),
        Message("Where x is above 0, and unchanged. A closed cell gets nothing: it cannot learn from this input."),
    ),
    Preset(
        "layer=Sigmoid&maps=0&input=random&pass=dX",
        Message("How much of dY comes back through a sigmoid, at most?"),
        Message("A quarter, where x is 0. Far from 0 the curve is flat, and almost nothing comes back."),
    ),
)
