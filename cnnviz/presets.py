"""Questions worth asking: each is a link that sets the page up, a question, and its answer."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Link:
    """A scene of the convolution page.

    Attributes
    ----------
    query : str
        The address of the scene, after the question mark.
    """

    query: str

    @property
    def params(self) -> dict[str, str]:
        return dict(part.split("=") for part in self.query.split("&"))

    def html(self, words: str) -> str:
        """A link that loads the page anew: Streamlit's own would keep the knobs that this scene does not name."""
        return f'<a class="scene" href="convolution?{escape(self.query)}" target="_self">{escape(words)}</a>'


@dataclass(frozen=True)
class Preset(Link):
    """A scene with a question and its answer."""

    question: str
    answer: str

    def answer_html(self) -> str:
        """The answer, folded away."""
        return f"<details><summary>answer</summary><p>{escape(self.answer)}</p></details>"


@dataclass(frozen=True)
class Card(Link):
    """A way into the app, with a recorded picture.

    Attributes
    ----------
    name : str
        Of the picture's files in ``static/cards``.
    alt : str
        What the picture shows.
    """

    name: str
    title: str
    words: str
    alt: str


CARDS = [
    Card(
        "padding=1&kernel=bank&out_channels=4",
        "kernels",
        "One map per kernel",
        "Edges, blur, sharpening: the same digit through a bank of filters.",
        "A handwritten digit, a kernel, and four feature maps.",
    ),
    Card(
        "input=photo&input_colour=rgb&input_rows=200&kernel=sobel_x&padding=1&padding_mode=reflect",
        "photo",
        "A photograph, in colour",
        "Three channels in, one sum out; a lens shows the numbers. Upload your own.",
        "The red, green and blue channels of a photograph and one feature map.",
    ),
    Card(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        "groups",
        "Groups, in lock-step",
        "From one group to depthwise: who reads which channel.",
        "Two groups of channels, each with its own window.",
    ),
    Card(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=ones&stride=2",
        "transposed",
        "Transposed convolution",
        "Every input cell paints the kernel. See where the paint overlaps.",
        "A stamp of nine cells painted on a larger output.",
    ),
    Card(
        "ndim=1d&input=sine&kernel=box&padding=1",
        "signal",
        "Signals, in 1-D",
        "A sine or a chirp under a sliding window.",
        "A sine wave, a window of three samples, and the smoothed signal.",
    ),
    Card(
        "ndim=3d&input=moving-square&input_size=5&kernel=box&kernel_size=3",
        "video",
        "Video, in 3-D",
        "The kernel slides through time as well.",
        "Frames of a moving square under a three-dimensional kernel.",
    ),
]


CONVOLUTION = [
    Preset(
        "input=ramp&input_size=7&kernel=box",
        "7 × 7 input, kernel 3: how large is the output?",
        "5 × 5: (7 − 3) / 1 + 1 windows fit along each axis.",
    ),
    Preset(
        "input=ramp&input_size=7&kernel=box&stride=2",
        "The same with stride 2?",
        "3 × 3: (7 − 3) / 2 + 1. Windows still overlap by one cell.",
    ),
    Preset(
        "input=ramp&input_size=4&kernel=box&padding=1",
        "4 × 4 input, kernel 3: which padding keeps the size?",
        "Padding (3 − 1) / 2 = 1: the 4 × 4 input becomes 6 × 6, and 4 × 4 comes out.",
    ),
    Preset(
        "input=ramp&input_size=4&input_channels=3&kernel=bank&kernel_size=1&padding=3&out_channels=3",
        "(3, 4, 4) with padding 3: what does the kernel slide over?",
        "(3, 10, 10): padding goes on both sides, 4 + 2 · 3. A 1 × 1 kernel shows every place of it.",
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&kernel_size=5",
        "A 32 × 32 × 3 image, one 5 × 5 × 3 filter: how many maps come out?",
        "One, of 28 × 28. The kernel has as many channels as the input and adds all of them up.",
    ),
    Preset(
        "input=random&input_size=4&input_channels=128&kernel=random&out_channels=64",
        "128 channels in, 64 out, kernel 3: how many weights?",
        "3 · 3 · 128 · 64 = 73,728, and 64 biases: 73,792 parameters.",
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&out_channels=32",
        "32 × 32 × 3 into 32 kernels of 3 × 3: which shape?",
        "32 maps of 30 × 30, one for each kernel.",
    ),
    Preset(
        "input=random&input_size=15&input_channels=32&kernel=random&kernel_size=4&out_channels=64",
        "32 maps of 15 × 15 into 64 kernels of 4 × 4?",
        "64 maps of 12 × 12.",
    ),
    Preset(
        "input=impulse&input_size=7&kernel=emboss&flip=true",
        "Is it a convolution?",
        "No: networks do not flip the kernel, so it is a cross-correlation. With the flip, an impulse gives the kernel "
        "itself; without, the kernel turned round.",
    ),
    Preset(
        "kernel=box&dilation=2",
        "Does dilation blur?",
        "No. The taps move apart and skip the cells between them; the number of weights stays.",
    ),
    Preset(
        "stride=2",
        "8 × 8 input, kernel 3, stride 2: is every cell read?",
        "No. (8 − 3) / 2 = 2.5 is rounded down, and the last row and column are never read. Tick “times read”.",
    ),
    Preset(
        "kernel=box&kernel_size=2&stride=3",
        "What happens when the stride is larger than the kernel?",
        "Whole rows and columns between the windows are skipped. Tick “times read”.",
    ),
    Preset(
        "kernel=box&kernel_size=4&padding_rule=same",
        "padding='same' with an even kernel: where does the odd zero go?",
        "After the last cell: 4 taps need 3 cells of padding, 1 before and 2 after.",
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        "Four channels, two groups: what does a kernel see?",
        "Two channels. Both groups step together and never meet; half the weights are gone.",
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=bank&out_channels=4&groups=4",
        "What is a depthwise convolution?",
        "groups = in_channels: every channel has a kernel of its own and no other channel is read.",
    ),
    Preset(
        "input=photo&input_colour=rgb&kernel=random&kernel_size=1&out_channels=2",
        "What can a 1 × 1 kernel do?",
        "Mix channels, cell by cell. It never looks at a neighbour.",
    ),
    Preset(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=box&stride=2&output_padding=1",
        "Does output_padding add zeros?",
        "No. It makes the output one row and column larger at the far end, and the kernel paints there, too.",
    ),
    Preset(
        "layer=ConvTranspose&input=edge&input_size=6&kernel=ones&stride=2",
        "Why do transposed convolutions leave checkerboards?",
        "Kernel 3 is not a multiple of stride 2: cells are painted 1, 2 or 4 times in turn. Tick “times painted”.",
    ),
]
