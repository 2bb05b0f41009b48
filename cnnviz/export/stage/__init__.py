"""Maps to take away: as arrays for those who compute on, and as pictures for a slide.

The whole network runs, although stages behind the chosen one do not count: how many cores torch takes depends on the
work in all, and with them its last bits. So the files hold what the viewer shows, to the bit.
"""

from cnnviz.export.stage.all_channels import gallery, gallery_figure
from cnnviz.export.stage.arrays import centres, npz, tensors
from cnnviz.export.stage.figure import png
from cnnviz.export.stage.one_channel import picture, picture_figure
from cnnviz.export.stage.stage import Taken, file_name, take, weights_words
from cnnviz.scenes.palette import limits

__all__ = [
    "Taken",
    "centres",
    "file_name",
    "gallery",
    "gallery_figure",
    "limits",
    "npz",
    "picture",
    "picture_figure",
    "png",
    "take",
    "tensors",
    "weights_words",
]
