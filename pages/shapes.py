"""Flatten, Linear, permute, paddings and shuffles: what goes where in layers that move cells."""

from cnnviz.content.presets import SHAPES
from cnnviz.core.layers import Flatten
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import PageSpec
from cnnviz.web.shell import inside_frame

EXPLANATION = _("""
**Flatten** lays the cells out in one line: column after column of a row, row after row of a map, map after map.

**Linear** has one weight for every cell that it reads, and one output for each row of its matrix. It is a convolution
whose kernel is as large as the whole input: there is one place for it, so nothing slides and nothing is shared.

**Permute** changes the order of the axes and no value. Pictures come as rows, columns, channels (BHWC); torch wants the
channels before the rows (BCHW). Read as they come, the rows would pass for channels.

**Padding** puts cells round the input: (left, right, top, bottom), the last axis first, as torch has it. A negative
number cuts cells away. A convolution's own `padding` does the same on both sides at once.

**PixelShuffle** and **PixelUnshuffle** trade channels for rows and columns, **ChannelShuffle** reorders channels. Each
output cell is an input cell, so nothing is computed and nothing is lost. Point at a cell to see where it comes from.
""")


PAGE = PageSpec(
    name="shapes",
    presets=SHAPES,
    first=Request(chain(Flatten()), Digit()),
    explanation=lambda _: EXPLANATION,
)

inside_frame()
draw(PAGE)
