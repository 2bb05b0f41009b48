"""Ways into the app, on the home page."""

from cnnviz.content.links import Card
from cnnviz.text import Message

CARDS = [
    Card(
        "padding=1&kernel=bank&out_channels=4",
        "kernels",
        Message("One map per kernel"),
        Message("Edges, blur, sharpening: the same digit through a bank of filters."),
        Message("A handwritten digit, a kernel, and four feature maps."),
    ),
    Card(
        "input=photo&input_colour=rgb&input_rows=200&kernel=sobel_x&padding=1&padding_mode=reflect",
        "photo",
        Message("A photograph, in colour"),
        Message("Three channels in, one sum out; a lens shows the numbers. Upload your own."),
        Message("The red, green and blue channels of a photograph and one feature map."),
    ),
    Card(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        "groups",
        Message("Groups, in lock-step"),
        Message("From one group to depthwise: who reads which channel."),
        Message("Two groups of channels, each with its own window."),
    ),
    Card(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=ones&stride=2",
        "transposed",
        Message("Transposed convolution"),
        Message("Every input cell paints the kernel. See where the paint overlaps."),
        Message("A stamp of nine cells painted on a larger output."),
    ),
    Card(
        "ndim=1d&input=sine&kernel=box&padding=1",
        "signal",
        Message("Signals, in 1-D"),
        Message("A sine or a chirp under a sliding window."),
        Message("A sine wave, a window of three samples, and the smoothed signal."),
    ),
    Card(
        "ndim=3d&input=moving-square&input_size=5&kernel=box&kernel_size=3",
        "video",
        Message("Video, in 3-D"),
        Message("The kernel slides through time as well."),
        Message("Frames of a moving square under a three-dimensional kernel."),
    ),
    Card(
        "kernel_size=3&padding=1&compare=false",
        "pooling",
        Message("Pooling"),
        Message("The winner of each window, or the mean, and what it is divided by."),
        Message("A window on a digit, its largest cell outlined, and the pooled map."),
        page="pooling",
    ),
    Card(
        "layer=GLU&input_rows=120",
        "gating",
        Message("Gates"),
        Message("A mask between signal and product. Open it with a slider."),
        Message("A signal, a coloured mask, their product, and a histogram of the mask."),
        page="gating",
    ),
    Card(
        "layer=BatchNorm",
        "norm",
        Message("Normalisation and dropout"),
        Message("Which cells share a mean, and what training does to them."),
        Message("Maps before and after batch normalisation, with a histogram of each."),
        page="normalisation",
    ),
    Card(
        "activation=glu&input_sound=mixture&stage=glu1&channel=2&frame=60&mel=14",
        "spectrogram",
        Message("A sound in a network"),
        Message("Upload ten seconds and see, layer by layer and channel by channel, what the DESED block does."),
        Message("A spectrogram with a box on it, and the stages of a network as a row of small pictures."),
        page="spectrogram",
    ),
    Card(
        "preset=lesson C",
        "network",
        Message("A whole network"),
        Message("Build one layer by layer, count it, and watch a photograph go through."),
        Message("A photograph and one map of every layer behind it, down to ten bars."),
        page="network",
    ),
]
