"""As a matrix: the windows of a convolution as columns, and one product of matrices."""

from cnnviz.content.presets import MATRIX
from cnnviz.core.columns import copies
from cnnviz.core.layers import Conv
from cnnviz.inputs.typed import Typed
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import Shown, ShownMatrix
from cnnviz.scenes.query import to_query
from cnnviz.scenes.query.matrix import BACK
from cnnviz.scenes.request import Back, LayerView, MatrixView, Request
from cnnviz.scenes.weights import Named
from cnnviz.text import _
from cnnviz.text.part import Part, part, parts
from cnnviz.web import about
from cnnviz.web.components.matrix import matrix
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import PageSpec
from cnnviz.web.shell import inside_frame

EXPLANATION = _("""
**forward.** Each window of the input is written down as a column (*im2col*). Each kernel is a row of W. One product of
matrices, `W @ columns + bias`, then makes all outputs at once, and each of its rows is folded back into a map. Many
libraries compute so: a product of matrices is what processors do best. The price is memory, for a cell is copied into
every window that reads it.

**dW.** Backwards, `dW = dY @ columns.T`: each column, times what the loss asks of its output, is added to dW.

**dX.** `W.T @ dY` has a column for each window. Each of its numbers goes back to the cell that it is a copy of
(*col2im*), and copies of one cell are **added up**. The map beside it shows what `=` instead of `+=` leaves: the last
copy alone.

**Toeplitz.** The input stays as it is, in one long row, and the layer is a matrix with the same few weights again and
again. Nothing is copied; most of the matrix is empty.

**Point at things.** A number of any panel lights what it goes with in all others. Click to hold on to it, Esc to let
go. Tab goes from panel to panel, and arrows walk the numbers of one.
""")


def facts(shown: Shown) -> list[Part]:
    """Shapes and cost, and how often cells are copied."""
    told = about.facts(shown)
    if not told:
        return []
    assert isinstance(shown, ShownMatrix)
    counts = copies(shown.numbers.table, shown.numbers.x.shape)
    rows, positions = shown.numbers.table.shape
    words = _(
        "**{rows:,} × {positions:,}** numbers in the columns, **{factor:.2f}** times the input's · a cell is copied"
        " **{low:,}** to **{high:,}** times",
        rows=rows,
        positions=positions,
        factor=shown.numbers.table.size / counts.size,
        low=int(counts.min()),
        high=int(counts.max()),
    )
    return [*told, part("p", *parts(words))]


def ways(request: Request, view: LayerView) -> list[Part]:
    """To where the window slides, in the same pass."""
    assert isinstance(view, MatrixView)
    back = Back(view.form, view.upstream) if view.form in BACK else None
    words = to_query("convolution", (request, LayerView(back=back)))
    return about.elsewhere(request, "convolution", words, _("See this setting window by window"))


PAGE = PageSpec(
    name="matrix",
    presets=MATRIX,
    first=(Request(chain(Conv()), Typed(), Named("sobel_x")), MatrixView()),
    explanation=lambda request: EXPLANATION,
    facts=facts,
    ways=ways,
    stage=matrix,
    compares=False,
)

inside_frame()
draw(PAGE)
