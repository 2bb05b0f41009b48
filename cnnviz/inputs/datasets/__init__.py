"""Data sets: labelled examples that a network learns from, by name. A new kind is one class and one line here."""

from cnnviz.inputs.datasets.base import Dataset
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.fashion_mnist import FashionMNIST
from cnnviz.inputs.datasets.own import OwnData
from cnnviz.inputs.datasets.signals import Signals1D
from cnnviz.inputs.datasets.sound_events import SoundEvents

__all__ = ["DATASETS", "Dataset"]

# In the order of the select box; the first is where a page starts.
DATASETS: dict[str, type[Dataset]] = {
    "digits": Digits,
    "fashion-mnist": FashionMNIST,
    "signals": Signals1D,
    "events": SoundEvents,
    "own": OwnData,
}
