"""Questions of the page *As a matrix*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

MATRIX = on_page(
    "matrix",
    Preset(
        "input=ramp&input_size=5&kernel=box",
        Message("5 × 5 input, kernel 3: how many columns, and how long is each?"),
        Message("9 columns of 9: one for each place of the window, 3 × 3, and in each the 9 cells that it reads."),
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&out_channels=32",
        Message("32 kernels of 3 × 3 × 3 on 32 × 32 × 3: how large are the two matrices?"),
        Message("W is 32 × 27, the columns are 27 × 900: 24,300 numbers of 3,072, almost eight times as many."),
    ),
    Preset(
        "input=random&input_size=16&kernel=random&stride=3",
        Message("Kernel 3, stride 3: how large is the memory factor?"),
        Message(
            "Less than one, 225 : 256. Windows do not overlap, so no cell is copied twice, and the last is unread."
        ),
    ),
    Preset(
        "input=ramp&input_size=4&kernel=ones&form=dX",
        Message("How often are a corner and a middle cell of 4 × 4 copied, with kernel 3?"),
        Message(
            "A corner once, a middle cell four times: all four windows read it. With a kernel and a dY of ones, dX "
            "holds just these counts."
        ),
    ),
    Preset(
        "input=ramp&input_size=4&kernel=ones&padding=1",
        Message("And with padding 1?"),
        Message("The corner 4 times, a middle cell 9 times. Of the 144 numbers, 44 are padding and hold zero."),
    ),
    Preset(
        "input=ramp&input_size=5&kernel=ones&form=dX",
        Message("What does = instead of += lose on the way back?"),
        Message(
            "All copies but the last. A middle cell is in nine windows, and keeps 1 of 9. Only where windows do not "
            "overlap is = as good as +=."
        ),
    ),
    Preset(
        "input=ramp&input_size=6&kernel=ones&kernel_size=2&stride=2&form=dX",
        Message("When is = not wrong?"),
        Message("When the stride is at least the span of the kernel: each cell then has one copy at most."),
    ),
    Preset(
        "input=ramp&input_size=4&kernel=box&form=dX",
        Message("Padding 0: why does dX[:, :, p:-p, p:-p] come out empty?"),
        Message(
            "With p = 0 it is [0:-0], and −0 is 0: from the first cell up to the first. Take [p : p + n], as in the "
            "tab Code."
        ),
    ),
    Preset(
        "input=ramp&per_axis=true&input_size_rows=4&input_size_columns=6&kernel=ones&kernel_size_rows=2",
        Message("4 × 6 input, kernel 2 × 3: which shape does a row of the product fold into?"),
        Message(
            "3 × 4: rows 4 − 2 + 1, columns 6 − 3 + 1. Folded as (4, 3) it has the same numbers in wrong places, "
            "and no error: square maps hide this."
        ),
    ),
    Preset(
        "input=random&input_size=5&input_channels=4&kernel=random&out_channels=4&groups=2",
        Message("Two groups: what becomes of W?"),
        Message(
            "Two blocks on its diagonal; half of it is empty. Each kernel meets only the rows of its own channels."
        ),
    ),
    Preset(
        "input=ramp&input_size=5&form=Toeplitz",
        Message("And if the input is left as it is?"),
        Message(
            "Then the matrix is 9 × 25, and its 81 weights are the 9 of the kernel over and over: shared weights. The "
            "rest is empty."
        ),
    ),
    Preset(
        "form=dW",
        Message("What does one step add to dW?"),
        Message("One number of dY times a whole column: a weight learns from every cell that it has met."),
    ),
)
