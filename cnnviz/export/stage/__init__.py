"""Maps to take away: as arrays for those who compute on, and as pictures for a slide.

They are made of the forward pass that the viewer shows, and so hold its numbers to the bit.
"""

from cnnviz.export.stage.all_channels import gallery, gallery_figure
from cnnviz.export.stage.arrays import centres, npz, tensors
from cnnviz.export.stage.figure import png
from cnnviz.export.stage.named import file_name
from cnnviz.export.stage.one_channel import picture, picture_figure
from cnnviz.scenes.palette import limits

__all__ = [
    "centres",
    "file_name",
    "gallery",
    "gallery_figure",
    "limits",
    "npz",
    "picture",
    "picture_figure",
    "png",
    "tensors",
]
