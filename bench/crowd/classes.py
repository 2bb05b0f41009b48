"""Links that a school follows, and what it turns there."""

from bench.crowd.people import Kind

WINDOW = ("kernel_size", "stride", "padding", "dilation")
CLASSROOM = Kind("convolution", "input=photo&kernel=sobel_x", (*WINDOW, "input_rows"))

CONVOLUTION = [
    Kind("convolution", "", (*WINDOW, "input_index")),
    Kind("convolution", "input=ramp&input_size=7&kernel=box", (*WINDOW, "input_size")),
    Kind("convolution", "input=photo&kernel=emboss", (*WINDOW, "kernel", "input_rows")),
    Kind("convolution", "input=random&input_size=16&input_channels=3&kernel=random&out_channels=8", (*WINDOW, "seed")),
]
POOLING = [
    Kind("pooling", "", ("kernel_size", "stride", "padding", "input_index", "ceil_mode")),
    Kind("pooling", "layer=AvgPool&input=ramp&compare=false", ("kernel_size", "stride", "input_size")),
]
OTHERS = [
    Kind("gating", "", ("seed", "maps", "input_rows")),
    Kind("gating", "layer=ReLU&compare=LeakyReLU", ("input_rows", "input_colour")),
    Kind("normalisation", "", ("input_seed", "input_mean", "training", "steps")),
    Kind("shapes", "", ("input_index", "start_dim")),
    Kind("output_size", "", ("size", "kernel_size", "stride", "padding")),
    Kind("matrix", "", ("kernel_size", "stride", "padding", "kernel")),
]
HEARD = ("stage", "channel", "frame", "mel")
SPECTROGRAM = [
    Kind("spectrogram", "", (*HEARD, "input_number")),
    Kind("spectrogram", "input=log-mel&network=baseline", HEARD),
]
LISTENING = Kind("spectrogram", "input=upload", HEARD, uploads=10)
NETWORKS = [
    Kind("network", "", ("layer", "input_index", "channel")),
    Kind("network", "preset=LeNet-5", ("layer", "input_index", "seed")),
]
FILM = Kind("convolution", "tab=Share", ("stride", "padding"), film=True)
VGG = Kind("network", "preset=VGG16", button="Run it")

# Of twenty-five visitors: ten convolve, four pool, six are at other layers, four listen or have a network, one of them
# uploads a clip of its own, and one has a film made.
MIXED = [
    *CONVOLUTION[:2],
    POOLING[0],
    OTHERS[0],
    SPECTROGRAM[0],
    *CONVOLUTION[2:],
    POOLING[1],
    OTHERS[1],
    NETWORKS[0],
    *CONVOLUTION[:2],
    POOLING[0],
    OTHERS[2],
    LISTENING,
    *CONVOLUTION[2:],
    POOLING[1],
    OTHERS[3],
    FILM,
    *CONVOLUTION[:2],
    OTHERS[4],
    OTHERS[5],
    SPECTROGRAM[1],
    NETWORKS[1],
]
ALONE = [CONVOLUTION[0], POOLING[0], CONVOLUTION[2], OTHERS[0], CONVOLUTION[3]]
