"""Films of the way back, and of a convolution as a product of matrices."""

from cnnviz.content.exhibit import Exhibit
from cnnviz.text import Message

BACK = [
    Exhibit(
        "pass=dX&input=ramp&input_size=5&kernel=ones",
        "convolution-dx",
        Message("dX of a convolution"),
        Message(
            "The backward pass is a transposed convolution: each dY paints the kernel where its window read. With dY "
            "and weights of 1, a cell counts its windows: 1 in a corner, 9 in the middle."
        ),
        Message(
            "Nine cells of dY paint a 3 × 3 kernel of ones each, and fill a 5 × 5 map that is highest in the middle."
        ),
        0.5,
    ),
    Exhibit(
        "pass=dW&input=ramp&input_size=4&stride=2&kernel_size=2",
        "convolution-dw",
        Message("dW of a convolution"),
        Message(
            "dY slides over the input, with stride and dilation exchanged: a weight's gradient sums what that weight "
            "was multiplied with, 0 + 2 + 8 + 10 = 20 for the first."
        ),
        Message("A 2 × 2 dY with gaps between its cells takes four places on a 4 × 4 input and fills a 2 × 2 dW."),
        0.8,
    ),
    Exhibit(
        "pass=dX&compare=false&input=random&input_size=5&kernel_size=3&stride=1",
        "max-pooling-dx",
        Message("dX of max pooling"),
        Message("A window hands its dY to the cell that won, and a cell that won in several windows adds them up."),
        Message("A 5 × 5 map fills with zeros, and with whole numbers where a cell won."),
        0.4,
        page="pooling",
    ),
    Exhibit(
        "layer=ReLU&maps=0&pass=dX&input=random&input_size=3",
        "relu-dx",
        Message("dX of a ReLU"),
        Message(
            "The slope is 1 where the cell is positive and 0 elsewhere: the gate of the way there is that of the way "
            "back."
        ),
        Message("A 3 × 3 dY of ones is multiplied by slopes of 1 and 0."),
        page="gating",
    ),
    Exhibit(
        "pass=dX&dy=cell&examples=false&input=typed&input_text=1+3;5+7",
        "batch-norm-dx",
        Message("dX of batch norm"),
        Message(
            "One cell of y counts, and all cells of x feel it: each of them moves the mean and the variance. The four "
            "gradients sum to 0."
        ),
        Message("A 2 × 2 dY with a single 1, and a 2 × 2 dX without a zero."),
        0.7,
        page="normalisation",
    ),
    Exhibit(
        "input=ramp&input_size=4&kernel=ones&kernel_size=2",
        "matrix",
        Message("A convolution as a product of matrices"),
        Message(
            "Each window becomes a column of 4 numbers. The kernel, as one row, times the 9 columns is the whole "
            "output; a cell in the middle was copied 4 times."
        ),
        Message("A 2 × 2 window on a 4 × 4 input, its column in a 4 × 9 matrix, and the output that fills."),
        0.7,
        page="matrix",
    ),
]
