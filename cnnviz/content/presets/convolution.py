"""Questions of the page *Convolution*."""

from cnnviz.content.links import Preset
from cnnviz.text import Message

CONVOLUTION = [
    Preset(
        "input=ramp&input_size=7&kernel=box",
        Message("7 × 7 input, kernel 3: how large is the output?"),
        Message("5 × 5: (7 − 3) / 1 + 1 windows fit along each axis."),
    ),
    Preset(
        "input=ramp&input_size=7&kernel=box&stride=2",
        Message("The same with stride 2?"),
        Message("3 × 3: (7 − 3) / 2 + 1. Windows still overlap by one cell."),
    ),
    Preset(
        "input=ramp&input_size=4&kernel=box&padding=1",
        Message("4 × 4 input, kernel 3: which padding keeps the size?"),
        Message("Padding (3 − 1) / 2 = 1: the 4 × 4 input becomes 6 × 6, and 4 × 4 comes out."),
    ),
    Preset(
        "input=ramp&input_size=4&input_channels=3&kernel=bank&kernel_size=1&padding=3&out_channels=3",
        Message("(3, 4, 4) with padding 3: what does the kernel slide over?"),
        Message("(3, 10, 10): padding goes on both sides, 4 + 2 · 3. A 1 × 1 kernel shows every place of it."),
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&kernel_size=5",
        Message("A 32 × 32 × 3 image, one 5 × 5 × 3 filter: how many maps come out?"),
        Message("One, of 28 × 28. The kernel has as many channels as the input and adds all of them up."),
    ),
    Preset(
        "input=random&input_size=4&input_channels=128&kernel=random&out_channels=64",
        Message("128 channels in, 64 out, kernel 3: how many weights?"),
        Message("3 · 3 · 128 · 64 = 73,728, and 64 biases: 73,792 parameters."),
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&out_channels=32",
        Message("32 × 32 × 3 into 32 kernels of 3 × 3: which shape?"),
        Message("32 maps of 30 × 30, one for each kernel."),
    ),
    Preset(
        "input=random&input_size=15&input_channels=32&kernel=random&kernel_size=4&out_channels=64",
        Message("32 maps of 15 × 15 into 64 kernels of 4 × 4?"),
        Message("64 maps of 12 × 12."),
    ),
    Preset(
        "input=impulse&input_size=7&kernel=emboss&flip=true",
        Message("Is it a convolution?"),
        Message(
            "No: networks do not flip the kernel, so it is a cross-correlation. With the flip, an impulse gives the "
            "kernel itself; without, the kernel turned round."
        ),
    ),
    Preset(
        "kernel=box&dilation=2",
        Message("Does dilation blur?"),
        Message("No. The taps move apart and skip the cells between them; the number of weights stays."),
    ),
    Preset(
        "stride=2",
        Message("8 × 8 input, kernel 3, stride 2: is every cell read?"),
        Message(
            "No. (8 − 3) / 2 = 2.5 is rounded down, and the last row and column are never read. Tick “times read”."
        ),
    ),
    Preset(
        "kernel=box&kernel_size=2&stride=3",
        Message("What happens when the stride is larger than the kernel?"),
        Message("Whole rows and columns between the windows are skipped. Tick “times read”."),
    ),
    Preset(
        "kernel=box&kernel_size=4&padding_rule=same",
        Message("padding='same' with an even kernel: where does the odd zero go?"),
        Message("After the last cell: 4 taps need 3 cells of padding, 1 before and 2 after."),
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        Message("Four channels, two groups: what does a kernel see?"),
        Message("Two channels. Both groups step together and never meet; half the weights are gone."),
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=bank&out_channels=4&groups=4",
        Message("What is a depthwise convolution?"),
        Message("groups = in_channels: every channel has a kernel of its own and no other channel is read."),
    ),
    Preset(
        "input=photo&input_colour=rgb&kernel=random&kernel_size=1&out_channels=2",
        Message("What can a 1 × 1 kernel do?"),
        Message("Mix channels, cell by cell. It never looks at a neighbour."),
    ),
    Preset(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=box&stride=2&padding=1&output_padding=1",
        Message("Does output_padding add zeros?"),
        Message(
            "Not here: one row and column more come out, and the kernel paints them. They are the ones that padding "
            "= 1 would have cropped. With padding = 0 no kernel reaches so far, and they hold the bias alone, which "
            "is 0."
        ),
    ),
    Preset(
        "layer=ConvTranspose&input=edge&input_size=6&kernel=ones&stride=2",
        Message("Why do transposed convolutions leave checkerboards?"),
        Message(
            "Kernel 3 is not a multiple of stride 2: cells are painted 1, 2 or 4 times in turn. Tick “times painted”."
        ),
    ),
    Preset(
        "pass=dX&input=ramp&input_size=7&kernel=box",
        Message("The loss is the sum of a blurred map: on which input cells does it depend most?"),
        Message(
            "Those in the middle: nine windows read them, and nine weights of 1/9 add up to 1. A corner is read by one "
            "window: 1/9."
        ),
    ),
    Preset(
        "pass=dX&dy=cell&input=ramp&input_size=7",
        Message("The loss is one output cell: what does dX look like?"),
        Message("Like the kernel, where the window of that cell stood, and 0 elsewhere: nothing else was read."),
    ),
    Preset(
        "pass=dW&dy=cell&input=ramp&input_size=5",
        Message("The loss is one output cell: what is dW?"),
        Message("The cells that its window read: each weight was multiplied with one of them."),
    ),
    Preset(
        "pass=dX&input=ramp&kernel=box&stride=2",
        Message("Stride 2 leaves a row and a column unread: what is their gradient?"),
        Message("0: no window reads them, so whatever they hold, the loss stays the same."),
    ),
]
