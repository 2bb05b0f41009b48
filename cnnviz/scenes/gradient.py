"""A backward pass as lines of Python, which ask torch's autograd for the same numbers."""

from cnnviz.core.back import way
from cnnviz.core.run import Run
from cnnviz.scenes.request import Back
from cnnviz.scenes.snippet import read_by
from cnnviz.scenes.upstream import FromLoss


def gradient(wanted: Back, forward: Run, done: Run) -> list[str]:
    """Lines behind those that define ``y`` with a gradient.

    Parameters
    ----------
    forward, done : the pass forward, and the one back

    Returns
    -------
    list of str
        Lines that define ``dY`` and the gradient, under its name, in torch's own shape.
    """
    assert not isinstance(wanted.upstream, FromLoss)  # a stage of a network has no code of its own
    asked = way(forward.layer, wanted.of)
    lines = ["import torch", *wanted.upstream.code(forward).splitlines()]
    if asked.code:
        return [*lines, *asked.code.splitlines(), f"print({asked.name}.shape)"]
    if not asked.of:  # no tensor of the forward pass has this gradient
        lines += [f"back = {done.layer.code()}", "with torch.no_grad():", "    back.weight[:] = layer.weight"]
        return [*lines, f"    {asked.name} = back(dY)", f"print({asked.name}.shape)"]
    of = read_by(forward.layer.use()[-1]) if asked.of == "input" else f"layer.{asked.of}"
    return [*lines, f"({asked.name},) = torch.autograd.grad(y, {of}, dY)", f"print({asked.name}.shape)"]
