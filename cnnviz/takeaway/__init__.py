"""Maps to take away: as arrays for those who compute on, and as pictures for a slide.

The whole network runs, although stages behind the chosen one do not count: how many cores torch takes depends on the
work in all, and with them its last bits. So the files hold what the viewer shows, to the bit.
"""

from cnnviz.ink import limits
from cnnviz.takeaway.arrays import centres, npz, tensors
from cnnviz.takeaway.gallery import gallery, gallery_figure
from cnnviz.takeaway.ink import png
from cnnviz.takeaway.picture import picture, picture_figure
from cnnviz.takeaway.taken import Taken, file_name, take, weights_words

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
