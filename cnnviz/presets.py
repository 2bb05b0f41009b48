"""Questions worth asking: each is a link that sets the page up, a question, and its answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A scene with a question.

    Attributes
    ----------
    query : str
        The address of the scene, after the question mark.
    """

    question: str
    answer: str
    query: str

    @property
    def params(self) -> dict[str, str]:
        return dict(part.split("=") for part in self.query.split("&"))


CONVOLUTION = [
    Preset(
        "7 × 7 input, kernel 3: how large is the output?",
        "5 × 5: (7 − 3) / 1 + 1 windows fit along each axis.",
        "input=ramp&input_size=7&kernel=box",
    ),
    Preset(
        "The same with stride 2?",
        "3 × 3: (7 − 3) / 2 + 1. Windows still overlap by one cell.",
        "input=ramp&input_size=7&kernel=box&stride=2",
    ),
    Preset(
        "4 × 4 input, kernel 3: which padding keeps the size?",
        "Padding (3 − 1) / 2 = 1: the 4 × 4 input becomes 6 × 6, and 4 × 4 comes out.",
        "input=ramp&input_size=4&kernel=box&padding=1",
    ),
    Preset(
        "(3, 4, 4) with padding 3: what does the kernel slide over?",
        "(3, 10, 10): padding goes on both sides, 4 + 2 · 3. A 1 × 1 kernel shows every place of it.",
        "input=ramp&input_size=4&input_channels=3&kernel=bank&kernel_size=1&padding=3&out_channels=3",
    ),
    Preset(
        "A 32 × 32 × 3 image, one 5 × 5 × 3 filter: how many maps come out?",
        "One, of 28 × 28. The kernel has as many channels as the input and adds all of them up.",
        "input=random&input_size=32&input_channels=3&kernel=random&kernel_size=5",
    ),
    Preset(
        "128 channels in, 64 out, kernel 3: how many weights?",
        "3 · 3 · 128 · 64 = 73,728, and 64 biases: 73,792 parameters.",
        "input=random&input_size=4&input_channels=128&kernel=random&out_channels=64",
    ),
    Preset(
        "32 × 32 × 3 into 32 kernels of 3 × 3: which shape?",
        "32 maps of 30 × 30, one for each kernel.",
        "input=random&input_size=32&input_channels=3&kernel=random&out_channels=32",
    ),
    Preset(
        "32 maps of 15 × 15 into 64 kernels of 4 × 4?",
        "64 maps of 12 × 12.",
        "input=random&input_size=15&input_channels=32&kernel=random&kernel_size=4&out_channels=64",
    ),
    Preset(
        "Is it a convolution?",
        "No: networks do not flip the kernel, so it is a cross-correlation. With the flip, an impulse gives the kernel "
        "itself; without, the kernel turned round.",
        "input=impulse&input_size=7&kernel=emboss&flip=true",
    ),
    Preset(
        "Does dilation blur?",
        "No. The taps move apart and skip the cells between them; the number of weights stays.",
        "input=digit&kernel=box&dilation=2",
    ),
    Preset(
        "8 × 8 input, kernel 3, stride 2: is every cell read?",
        "No. (8 − 3) / 2 = 2.5 is rounded down, and the last row and column are never read. Tick “times read”.",
        "input=digit&stride=2",
    ),
    Preset(
        "What happens when the stride is larger than the kernel?",
        "Whole rows and columns between the windows are skipped. Tick “times read”.",
        "input=digit&kernel=box&kernel_size=2&stride=3",
    ),
    Preset(
        "padding='same' with an even kernel: where does the odd zero go?",
        "After the last cell: 4 taps need 3 cells of padding, 1 before and 2 after.",
        "input=digit&kernel=box&kernel_size=4&padding_rule=same",
    ),
    Preset(
        "Four channels, two groups: what does a kernel see?",
        "Two channels. Both groups step together and never meet; half the weights are gone.",
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
    ),
    Preset(
        "What is a depthwise convolution?",
        "groups = in_channels: every channel has a kernel of its own and no other channel is read.",
        "input=random&input_size=6&input_channels=4&kernel=bank&out_channels=4&groups=4",
    ),
    Preset(
        "What can a 1 × 1 kernel do?",
        "Mix channels, cell by cell. It never looks at a neighbour.",
        "input=photo&input_colour=rgb&kernel=random&kernel_size=1&out_channels=2",
    ),
    Preset(
        "Does output_padding add zeros?",
        "No. It makes the output one row and column larger at the far end, and the kernel paints there, too.",
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=box&stride=2&output_padding=1",
    ),
    Preset(
        "Why do transposed convolutions leave checkerboards?",
        "Kernel 3 is not a multiple of stride 2: cells are painted 1, 2 or 4 times in turn. Tick “times painted”.",
        "layer=ConvTranspose&input=edge&input_size=6&kernel=ones&stride=2",
    ),
]
