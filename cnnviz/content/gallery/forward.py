"""Films of layers at work, forward."""

from cnnviz.content.exhibit import Exhibit
from cnnviz.content.links import on_page
from cnnviz.text import Message

PADDING = [
    Exhibit(
        "input=typed",
        "no-padding",
        Message("No padding"),
        Message("A window of 3 fits at 5 − 3 + 1 = 3 places along each axis: 5 × 5 becomes 3 × 3."),
        Message("A 3 × 3 window walks over a 5 × 5 input and fills a 3 × 3 output."),
    ),
    Exhibit(
        "input=ramp&input_size=3&kernel=ones&padding=1",
        "same-padding",
        Message("Half padding: the size stays"),
        Message("Padding (3 − 1) / 2 = 1 on each side: 3 × 3 in, 3 × 3 out. At the rim the sums take in zeros."),
        Message("A 3 × 3 window begins half outside a 3 × 3 input, among zeros, and fills a 3 × 3 output."),
    ),
    Exhibit(
        "input=ramp&input_size=3&kernel=ones&kernel_size=2&padding=1",
        "full-padding",
        Message("Full padding: the output grows"),
        Message(
            "Padding k − 1 = 1: the window stands wherever it touches a cell, so 3 × 3 becomes 4 × 4. "
            "Each corner of the output reads one cell alone."
        ),
        Message("A 2 × 2 window begins with one cell on a 3 × 3 input and fills a 4 × 4 output."),
        0.4,
    ),
    Exhibit(
        "input=ramp&input_size=3&kernel=ones&padding=1&padding_mode=circular",
        "circular",
        Message("Circular padding"),
        Message(
            "What leaves at one side comes in at the other, so here every window sees all nine cells, and every sum "
            "is 36."
        ),
        Message("A 3 × 3 input inside a frame of its own cells from the opposite sides."),
    ),
    Exhibit(
        "input=ramp&input_size=3&kernel=ones&padding=1&padding_mode=reflect",
        "reflect",
        Message("Reflecting padding"),
        Message(
            "The rim is a mirror, and is not repeated: beyond the cell 0 lie 1 to the left, 3 above, 4 in the corner."
        ),
        Message("A 3 × 3 input inside a frame of its own cells, mirrored at the rim."),
    ),
]

STEPS = [
    Exhibit(
        "input=ramp&input_size=7&kernel=ones&stride=2",
        "strides",
        Message("Strides"),
        Message(
            "The window moves by 2 cells: (7 − 3) / 2 + 1 = 3 places along each axis. Neighbours share one column."
        ),
        Message("A 3 × 3 window jumps over a 7 × 7 input, two cells at a time, and fills a 3 × 3 output."),
    ),
    Exhibit(
        "input=typed&stride=2&padding=1",
        "strides-padding",
        Message("Strides with padding"),
        Message("(5 + 2 · 1 − 3) / 2 + 1 = 3: the first and the last window stand half on zeros."),
        Message("A 3 × 3 window jumps over a padded 5 × 5 input and fills a 3 × 3 output."),
    ),
    Exhibit(
        "input=ramp&input_size=6&kernel=ones&stride=2",
        "unread",
        Message("Rounded down: cells left unread"),
        Message("(6 − 3) / 2 = 1.5 is rounded down, so the last row and the last column, 11 cells, are never read."),
        Message("A 3 × 3 window takes four places on a 6 × 6 input and never reaches its last row and column."),
        0.9,
    ),
    Exhibit(
        "input=ramp&input_size=7&kernel=ones&dilation=2",
        "dilation",
        Message("Dilation"),
        Message("Nine taps, two cells apart, span 5 × 5 cells. The cells between them are not read by this window."),
        Message("Nine separate taps walk over a 7 × 7 input and fill a 3 × 3 output."),
    ),
]

TRANSPOSED = [
    Exhibit(
        "layer=ConvTranspose&input=ramp&input_size=2&kernel=ones",
        "transposed",
        Message("Transposed convolution"),
        Message(
            "2 × 2 becomes 4 × 4: a window, turned round, over an input with two rows and columns of zeros on each "
            "side. The app shows the same as stamps that the input paints."
        ),
        Message("A 3 × 3 window over a 2 × 2 input with wide padding fills a 4 × 4 output."),
        0.4,
    ),
    Exhibit(
        "layer=ConvTranspose&input=ramp&input_size=2&kernel=ones&stride=2&padding=1&output_padding=1",
        "transposed-stride",
        Message("Transposed, with stride 2"),
        Message(
            "The stride makes holes between the input's cells, and the window still moves by one: 2 × 2 becomes 4 × 4."
        ),
        Message("Four input cells with empty rows and columns between them, and a 4 × 4 output that fills up."),
        0.4,
    ),
    Exhibit(
        "layer=ConvTranspose&input=typed&input_text=1+1;1+1&kernel=ones&stride=2",
        "checkerboard",
        Message("A checkerboard"),
        Message(
            "Every input cell is 1, and yet the output is 1, 2 and 4: of cells that lie 2 apart "
            "a window of 3 meets one, two or four."
        ),
        Message("A 5 × 5 output fills up with ones, crossed by a row and a column of twos and a four in the middle."),
        0.3,
    ),
]

CHANNELS = [
    Exhibit(
        "input=edge&input_size=4&input_channels=4&kernel=bank&out_channels=4&groups=2",
        "grouped",
        Message("Groups"),
        Message(
            "Both groups step together. Each window reads the two channels of its own group and never the other two."
        ),
        Message("Two pairs of channels, each under windows of its own colour."),
    ),
    Exhibit(
        "input=checkerboard&input_size=5&input_channels=3&kernel=bank&out_channels=3&groups=3",
        "depthwise",
        Message("Depthwise"),
        Message(
            "groups = in_channels = 3: one kernel per channel, here a copy and two edges. No channel sees another."
        ),
        Message("Three channels, each with a window and an output map of its own."),
    ),
    Exhibit(
        "input=checkerboard&input_size=4&input_channels=2&kernel=typed&kernel_size=1&kernel_text=1%0A---%0A-1",
        "one-by-one",
        Message("A 1 × 1 kernel"),
        Message(
            "Two weights, 1 and −1: the second channel is taken from the first, cell by cell. No neighbour is read."
        ),
        Message("A window of one cell on two channels at once; their difference fills the output."),
        0.4,
    ),
    Exhibit(
        "ndim=1d&input_size=16&kernel=typed&kernel_text=0.25+0.5+0.25&padding=1",
        "signal",
        Message("In 1-D"),
        Message("A weighted mean of three neighbours takes the tops off a sine: 1 becomes 0.854."),
        Message("A sine of 16 samples under a window of three, and the smoothed signal."),
        0.4,
    ),
    Exhibit(
        "ndim=3d&input=ramp&input_size=3&kernel=ones&kernel_size=2",
        "volume",
        Message("In 3-D"),
        Message("A cube of 2 × 2 × 2 = 8 cells moves along rows, columns and planes: 3 × 3 × 3 becomes 2 × 2 × 2."),
        Message("Three planes of 3 × 3 cells, a window on two of them at once, and two planes of output."),
        0.7,
    ),
]

POOLING = on_page(
    "pooling",
    Exhibit(
        "input_index=2",
        "max-pooling",
        Message("Max pooling"),
        Message("Of every 2 × 2 cells the largest is kept: 8 × 8 becomes 4 × 4. Watch which of the four wins."),
        Message("A 2 × 2 window on a handwritten 2, its largest cell marked, and the pooled map."),
        0.4,
    ),
    Exhibit(
        "layer=AvgPool&input_index=2",
        "average-pooling",
        Message("Average pooling"),
        Message(
            "The same digit and windows, but every cell counts for a quarter: strokes fade, and no cell is left out."
        ),
        Message("A 2 × 2 window on a handwritten 2 and the map of its means."),
        0.4,
    ),
    Exhibit(
        "layer=AvgPool&input=ramp&input_size=3&kernel_size=3&stride=1&padding=1&compare=false",
        "count-padding",
        Message("An average that counts its padding"),
        Message("count_include_pad: in the corner (0 + 1 + 3 + 4) / 9 = 0.89, though only four places are cells."),
        Message("A 3 × 3 window half in the padding of a 3 × 3 ramp, and the map of its means."),
    ),
    Exhibit(
        "input=ramp&input_size=5&ceil_mode=true",
        "ceil-mode",
        Message("ceil_mode"),
        Message(
            "5 / 2 is rounded up: a last window reaches beyond the 5 × 5 input, reads what is there, and 3 × 3 "
            "comes out."
        ),
        Message("A 2 × 2 window whose last place in each row hangs over the edge of a 5 × 5 input."),
    ),
    Exhibit(
        "layer=AdaptiveAvgPool&input=ramp&input_size=5&compare=false",
        "adaptive",
        Message("Adaptive pooling"),
        Message(
            "5 cells into 3: windows of 2, 3 and 2 cells that overlap, from floor(o · 5 / 3) to ceil((o + 1) · 5 / 3)."
        ),
        Message("A window that changes its size on a 5 × 5 input and fills a 3 × 3 output."),
    ),
)

GATES = [
    Exhibit(
        "layer=ReLU&maps=0&input=random&input_size=3",
        "relu",
        Message("ReLU as a gate"),
        Message("The gate is 1 where the cell is positive and 0 elsewhere; signal times gate goes on."),
        Message("A signal of positive and negative cells, a mask of ones and zeros, and their product."),
        page="gating",
    ),
    Exhibit(
        "layer=nn.GLU&maps=0&input=random&input_size=3&input_channels=2",
        "glu",
        Message("A GLU"),
        Message("torch's own: σ of the second channel is the gate of the first, and of two channels one comes out."),
        Message("A signal, a mask between 0 and 1, and their product."),
        page="gating",
    ),
    Exhibit(
        "layer=Dropout&steps=1&input=ramp&input_size=4",
        "dropout",
        Message("A dropout mask"),
        Message(
            "Each cell is dropped with a chance of 0.5; those that stay are doubled, so that the mean stays on average."
        ),
        Message("A 4 × 4 ramp, a random mask, and the cells that are left, doubled."),
        0.4,
        page="normalisation",
    ),
    Exhibit(
        "examples=false&input=typed&input_text=1+3;5+7%0A---%0A2+6;10+14",
        "batch-norm",
        Message("Batch norm"),
        Message(
            "Each channel loses its own mean and is divided by its own deviation: twice the numbers come out the same."
        ),
        Message("Two channels of 2 × 2, the second twice the first, and the same four values in both after."),
        0.7,
        page="normalisation",
    ),
]
