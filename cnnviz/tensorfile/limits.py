"""What a file of tensors may claim, and the error for those that claim more."""

import torch

from cnnviz.text import Message, Problem

MOST_BYTES = 64 * 2**20  # of the file, and again of all its tensors together
MOST_STEPS = 200_000  # of a pickle: a recipe's checkpoint with student, teacher and optimiser takes some 20,000
MOST_MEMBERS = 10_000  # of a zip: one per tensor
MOST_HEADER = 2**20  # bytes of a safetensors header: some hundred per tensor
MOST_ITEMS = 100_000  # dictionaries, lists, numbers and texts, those used twice counted twice
MOST_DEPTH = 32  # containers in each other
MOST_AXES = 8
MOST_PICKLE = 16 * 2**20  # bytes of one pickle, which holds names and settings, no numbers
MOST_NAME = 1_000  # characters of a key; the longest of a recipe's have some 60
MOST_NAMES = 4 * 2**20  # characters of all keys, each with those that lead to it
MOST_GIVEN = 10  # arguments of a call; torch's longest takes 8

NUMBERS = (
    *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
    *(torch.int64, torch.int32, torch.int16, torch.int8),
    *(torch.uint64, torch.uint32, torch.uint16, torch.uint8, torch.bool),
)


class TensorError(Problem):
    """A file that is refused: one plain sentence on what it is and what was expected."""


DAMAGED = Message("This torch file is damaged or cut off: save it again with torch.save.")
