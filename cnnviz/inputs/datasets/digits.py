"""Handwritten digits, small enough to learn in seconds."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import Shape
from cnnviz.inputs.datasets.base import Dataset
from cnnviz.inputs.samples import digits
from cnnviz.text import Message

TRAINING = 1437  # of 1,797, four of five


@dataclass(frozen=True)
class Digits(Dataset):
    """1,797 digits of 8 × 8 from 0 (paper) to 1 (ink), shuffled once: 1,437 to learn from, 360 to test on.

    The same hands wrote both parts.

    References
    ----------
    Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.
    """

    title: ClassVar[Message] = Message("Handwritten digits")
    licence: ClassVar[Message] = Message(
        "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0; "
        "as scikit-learn ships it."
    )

    @property
    def shape(self) -> Shape:
        return 1, 8, 8

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple("0123456789")

    def made(self) -> Split:
        order = np.random.default_rng(0).permutation(len(digits().target))
        x = (digits().images[order, None] / 16).astype(np.float32)  # (N, 1, rows, columns)
        y = digits().target[order].astype(np.int64)
        return Split(Examples(x[:TRAINING], y[:TRAINING]), Examples(x[TRAINING:], y[TRAINING:]), self.classes)

    def code(self) -> str:
        return f"""\
import numpy as np
import torch
from sklearn.datasets import load_digits

digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.target))
images = torch.tensor(digits.images[order, None] / 16, dtype=torch.float32)  # (N, 1, rows, columns)
labels = torch.tensor(digits.target[order])
x, x_test = images[:{TRAINING}], images[{TRAINING}:]
y, y_test = labels[:{TRAINING}], labels[{TRAINING}:]"""
