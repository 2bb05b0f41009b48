"""A convolution written by hand, forward and backward, as one product of matrices: lines of NumPy for a scene."""

from cnnviz.core.layers import Conv
from cnnviz.core.run import Run
from cnnviz.networks.code.imports import imports_first
from cnnviz.scenes.request import MatrixView, Request
from cnnviz.scenes.snippet import snippet

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}

FORWARD = """\
# The same by hand.
X, W = x.numpy(), layer.weight.detach().numpy()
b = {bias}
kernel, stride, dilation, groups = {kernel}, {stride}, {dilation}, {groups}
before, after = {before}, {after}  # padding along each axis
(N, C, *size), F, ndim = X.shape, len(W), len(kernel)

# Pad, and look at every window; nothing is copied yet.
padded = np.pad(X, [(0, 0), (0, 0), *zip(before, after)], mode="{mode}")
span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
windows = sliding_window_view(padded, span, axis=tuple(range(2, 2 + ndim)))
apart = tuple(slice(None, None, step) for step in (*stride, *dilation))
windows = windows[:, :, *apart]  # (N, C, *out, *kernel)
out = windows.shape[2 : 2 + ndim]

# im2col: each window is a column. This copies.
columns = np.moveaxis(windows, range(2, 2 + ndim), range(-ndim, 0))
columns = columns.reshape(N, C * math.prod(kernel), math.prod(out))

# Each kernel is a row; groups leave all but its own channels at zero.
matrix = np.zeros((F, columns.shape[1]), np.float32)
for f, weights in enumerate(W):
    first = f // (F // groups) * weights.size
    matrix[f, first : first + weights.size] = weights.ravel()

Y = (matrix @ columns + b[:, None]).reshape(N, F, *out)
"""

BACKWARD = """\
# The way back.
{dy}
dY = dY.numpy()
flat = dY.reshape(N, F, -1)
dmatrix = (flat @ columns.transpose(0, 2, 1)).sum(axis=0)  # dW, summed over the batch
db = flat.sum(axis=(0, 2))
dcolumns = (matrix.T @ flat).reshape(N, C, *kernel, *out)

# col2im: tap after tap, each copy back to its cell. += adds the copies up; = would keep the last alone.
dpadded = np.zeros_like(padded)
for tap in np.ndindex(*kernel):
    place = tuple(slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, s, n in zip(tap, dilation, stride, out))
    dpadded[:, :, *place] += dcolumns[:, :, *tap]
"""

CROP = """\
dX = dpadded[:, :, *(slice(low, low + n) for low, n in zip(before, size))]  # not [low:-low]: -0 is 0
"""

REPEATED = """\
# The padding holds cells of the input: what reaches it goes back to them.
source = np.pad(np.arange(math.prod(size)).reshape(size), [*zip(before, after)], mode="{mode}")
dX = np.zeros((N, C, math.prod(size)), np.float32)
for n, c in np.ndindex(N, C):
    np.add.at(dX[n, c], source.ravel(), dpadded[n, c].ravel())
dX = dX.reshape(X.shape)
"""

END = """\
difference = abs(Y - y.detach().numpy()).max()
print(Y.shape, difference)  # from torch's own, at most"""


def numpy_code(request: Request, view: MatrixView, done: Run) -> str:
    """Python that makes the layer with torch, and once more by hand, with its way back.

    Parameters
    ----------
    done : the pass that is seen

    Returns
    -------
    str
        Lines that define ``x``, ``layer`` and ``y`` as `snippet` has them, and then ``columns``, ``matrix``, ``Y``,
        ``dY``, ``dmatrix``, ``db``, ``dcolumns`` and ``dX``, all with the batch as the first axis. They load the same
        files as the snippet.
    """
    layer = request.layer
    assert isinstance(layer, Conv)
    before, after = zip(*layer.pads(), strict=True)
    mode = MODES[layer.padding_mode]
    forward = FORWARD.format(
        bias="layer.bias.detach().numpy()" if layer.bias else "np.zeros(len(W), np.float32)",
        kernel=layer.kernel_size,
        stride=layer.stride,
        dilation=layer.dilation,
        groups=layer.groups,
        before=before,
        after=after,
        mode=mode,
    )
    cropped = CROP if layer.padding_mode == "zeros" else REPEATED.format(mode=mode)
    imports = "import math\nimport numpy as np\nfrom numpy.lib.stride_tricks import sliding_window_view"
    own = snippet(request).removesuffix("\nprint(y.shape)")
    return imports_first(
        "\n\n".join([imports, own, forward, BACKWARD.format(dy=view.upstream.code(done)) + cropped, END])
    )
