"""Files of an attribution: what is at work like any layer, and its maps as a picture and as numbers."""

from dataclasses import replace

from cnnviz.core.run import Run
from cnnviz.export import Look, Staged
from cnnviz.export.arrays import Words, packed
from cnnviz.export.atlas import atlas
from cnnviz.export.on_stage import on_stage
from cnnviz.inputs.literal import tensor_code
from cnnviz.inputs.read import read
from cnnviz.networks.code.imports import imports_first
from cnnviz.scenes.blob import Tensors
from cnnviz.scenes.build import show
from cnnviz.scenes.explain import Explained
from cnnviz.scenes.request import Request
from cnnviz.scenes.whose import whose

SUM = """\
layer = {layer}
with torch.no_grad():
    layer.weight[:] = kernel
    y = layer(x)
print(y.shape)"""


def explained_at_work(request: Request, shown: Explained, address: str = "", opens: int | None = None) -> Staged | None:
    """A Grad-CAM's sum, or an occlusion's window; of a gradient, in which nothing slides, None."""
    if isinstance(shown.work, tuple):
        longer, view = shown.work
        at_work = show(longer, view)
        staged = on_stage(longer, view, at_work, address, opens)
        code, loads = sum_code(at_work.done)
        return replace(staged, caption=f"{staged.caption}: {shown.told}", code=code, loads=loads)
    if shown.work is None or shown.run is None:
        return None
    caption = f"{caption_of(request)}: {shown.told}"
    return Staged(shown.work, shown.run, caption, request.weights.seed, address=address, opens=opens)


def sum_code(done: Run) -> tuple[str, Tensors]:
    """Lines that add up the maps of a Grad-CAM, and what they load."""
    arrays = {"input.npy": done.x[0], "weight.npy": done.state["weight"][0]}
    maps, weights = arrays.values()
    kernel = tensor_code(weights, "kernel").replace("input.npy", "weight.npy")
    parts = ["from torch import nn", tensor_code(maps), kernel, SUM.format(layer=done.layer.code())]
    code = imports_first("\n\n".join(parts))
    return code, {name: values for name, values in arrays.items() if name in code}


def caption_of(request: Request) -> str:
    """What the network reads, and whose weights it has."""
    return f"{read(request.input).caption}, {whose(request)}"


def maps_picture(request: Request, shown: Explained, look: Look) -> bytes:
    """All columns beside each other, as a PNG."""
    return atlas(shown.blob, look, title=caption_of(request))


def maps_numbers(request: Request, shown: Explained) -> bytes:
    """The arrays of all columns by their names, (channels, *axes), as an archive for ``np.load``."""
    words: Words = {"caption": caption_of(request), "target": shown.told, "seed": request.weights.seed}
    return packed(dict(shown.columns), words)
