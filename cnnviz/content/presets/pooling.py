"""Questions of the page *Pooling*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

POOLING = on_page(
    "pooling",
    Preset(
        "kernel_size=3&padding=1",
        Message("What does a maximum read in the padding?"),
        Message("−inf, which never wins. An average reads 0 there, and may count it."),
    ),
    Preset(
        "layer=AvgPool&input=ramp&kernel_size=3&stride=1&padding=1&compare=false",
        Message("An average in the corner: is it divided by 9 or by 4?"),
        Message(
            "By 9: count_include_pad is on, and five of the nine places are padding. Switch it off and it is "
            "divided by 4."
        ),
    ),
    Preset(
        "input=ramp&input_size=5&ceil_mode=true",
        Message("5 × 5 input, kernel 2, stride 2, ceil_mode: how large is the output?"),
        Message("3 × 3: rounded up, a last window reaches beyond the input, and reads what is there."),
    ),
    Preset(
        "input=ramp&input_size=4&stride=3&padding=1&ceil_mode=true",
        Message("ceil_mode asks for a third window: why are there two?"),
        Message(
            "It would start beyond the input, in the padding alone. Torch leaves it out; it is drawn dashed and "
            "crossed."
        ),
    ),
    Preset(
        "stride=3",
        Message("What does pooling lose when the stride is larger than the kernel?"),
        Message("Whole rows and columns between the windows. Tick “times read”."),
    ),
    Preset(
        "layer=AdaptiveAvgPool&compare=false",
        Message("8 cells into 3: how long is each window?"),
        Message("3, 4 and 3 cells, and neighbours overlap: from floor(o · 8 / 3) to ceil((o + 1) · 8 / 3)."),
    ),
    Preset(
        "layer=AdaptiveAvgPool&output_size=1&input=photo&compare=false",
        Message("What is global pooling?"),
        Message("Adaptive pooling to one cell: the mean of the whole map."),
    ),
    Preset(
        "layer=MaxUnpool",
        Message("Can a maximum be undone?"),
        Message("In part: the winners go back to their places, all other cells are lost and become 0."),
    ),
    Preset(
        "layer=LPPool&norm_type=8",
        Message("What lies between a sum and a maximum?"),
        Message("The p-norm. At p = 1 it is the sum; the larger p is, the nearer it comes to the maximum."),
    ),
    Preset(
        "pass=dX&kernel_size=3&stride=1",
        Message("Nine windows read a cell: how large can its gradient be?"),
        Message(
            "Through a maximum 9, if it wins in all of them; here one wins in 8. Through an average 9 · 1/9 = 1, "
            "whatever the cells hold."
        ),
    ),
    Preset(
        "layer=AvgPool&ceil_mode=true&compare=false&input=ramp&input_size=5&pass=dX"
        "&beside=pooling%3Flayer%3DAvgPool%26compare%3Dfalse%26input%3Dramp%26input_size%3D5%26pass%3DdX",
        Message("5 × 5 cells, windows of 2: who gets most of dY from an average with ceil_mode, and who without?"),
        Message(
            "With it the corner, all of its dY: its window has one cell left, and the last row and column get 1/2. All "
            "others get 1/4. Without it no window reads the last row and column, and they get 0."
        ),
    ),
)
