"""Questions of the page *Flatten & Linear*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

SHAPES = on_page(
    "shapes",
    Preset(
        "layer=Permute&input=photo&input_rows=16&input_colour=rgb",
        Message("What does torch see in a picture that is stored as rows, columns, channels?"),
        Message("Rows for channels: 16 maps of 24 × 3. permute(0, 3, 1, 2) puts the channels first."),
    ),
    Preset(
        "layer=Linear",
        Message("Is a dense layer a convolution?"),
        Message("Yes, with a kernel as large as the input: there is one place for it, so no weight is shared."),
    ),
)
