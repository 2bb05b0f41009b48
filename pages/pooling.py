"""Pooling: one number is kept of each window."""

from cnnviz.content.presets import POOLING
from cnnviz.core.layers import MaxPool
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import PageSpec
from cnnviz.web.shell import inside_frame

EXPLANATION = _("""
**One step.** The window stands on one map and keeps one number: the largest cell, the mean, or a power mean. Channels
do not meet, and there are no weights to learn.

**Padding.** A maximum pads with −inf, which never wins. An average pads with 0, and whether those zeros count is a
setting: `count_include_pad` divides by all places of the window, or by its real cells alone.

**`ceil_mode`.** Rounding the size up adds a last window that reaches beyond the padding; what lies there is not read
and not counted. A window that would *start* beyond the input is left out: it is drawn dashed and crossed.

**Adaptive.** You say how large the output is. The windows follow, and where the sizes do not divide, they overlap and
are not equally long. One output cell is global pooling.

**Unpooling** puts each winner back where it came from; all other cells become 0.

**Upsampling** makes a map larger without learning anything: each cell is a blend of those that lie nearest, and the
weights, which add up to 1, follow from where it lies. `nn.UpsamplingNearest2d` is this with mode "nearest",
`nn.UpsamplingBilinear2d` with mode "bilinear" and `align_corners=True`.

**✓ = torch.** Value and index are worked out by hand, in your browser, and compared with what PyTorch returned.
""")


PAGE = PageSpec(
    name="pooling",
    presets=POOLING,
    first=Request(chain(MaxPool()), Digit()),
    explanation=lambda _: EXPLANATION,
)

inside_frame()
draw(PAGE)
