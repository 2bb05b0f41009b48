"""The gallery: scenes worth a film."""

from cnnviz.content.exhibit import Exhibit
from cnnviz.content.gallery.back import BACK
from cnnviz.content.gallery.forward import CHANNELS, GATES, PADDING, POOLING, STEPS, TRANSPOSED
from cnnviz.text import Message

SECTIONS: dict[Message, list[Exhibit]] = {
    Message("Padding"): PADDING,
    Message("Strides and gaps"): STEPS,
    Message("Transposed"): TRANSPOSED,
    Message("Channels and axes"): CHANNELS,
    Message("Pooling"): POOLING,
    Message("Gates, dropout, norm"): GATES,
    Message("The way back, and as a matrix"): BACK,
}
EXHIBITS = [exhibit for section in SECTIONS.values() for exhibit in section]
