"""Gating: a mask lets some of the signal through."""

from cnnviz.content.presets import GATING
from cnnviz.core.layers import ReLU
from cnnviz.inputs.samples import Photo
from cnnviz.networks.chain import chain
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import PageSpec
from cnnviz.web.shell import inside_frame

EXPLANATION = _("""
**A gate is a mask.** It is as large as the signal, and each of its cells lies between 0 (closed) and 1 (open). Signal
times gate is what goes on.

**Strength** opens the mask: at 0 every gate is open and the signal passes as it is, at 1 the gate is as computed.
**Threshold**: the caption of the mask says how much of it lies below. Neither asks the server.

**Who opens it?** In DESED's *GLU* each cell opens its own gate, σ(x), for a mix of all channels. In *ContextGating* a
mix of all channels opens the gate of the cell itself. torch's *nn.GLU* splits the channels in two halves. ReLU is a
gate as well: open where the cell is positive.

**Whose weights?** Torch's random start, where gates look random, too. *trained* takes those of a network that ships,
with the layers that run before its gate, on an example of what it has learned: there the gate opens for something.

**✓ = torch.** Each cell is worked out by hand, in your browser, and compared with what PyTorch returned.
""")


PAGE = PageSpec(
    name="gating",
    presets=GATING,
    first=Request(chain(ReLU()), Photo()),
    explanation=lambda _: EXPLANATION,
    wide=True,
)

inside_frame()
draw(PAGE)
