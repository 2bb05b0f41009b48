"""The error of a checkpoint that does not do, and how a stranger's keys are named in sentences."""

from collections.abc import Sequence

from cnnviz.text import Message, Problem, some


class CheckpointError(Problem):
    """A checkpoint that holds no network of the recipes, or does not fit one: one plain sentence."""


def few(names: Sequence[str], most: int = 3) -> Message:
    """The first names, without control characters or undue length, and how many more there are.

    >>> str(few(["rnn.weight", "rnn.bias", "dense.weight", "dense.bias"]))
    'rnn.weight, rnn.bias, dense.weight and 1 more'
    """
    return some(["".join(c for c in name[:60] if c.isprintable()) for name in names], most)


def named(tensors: Sequence[str]) -> Message:
    """What a file has instead of what was looked for."""
    return few(tensors) if tensors else Message("no tensors under names")
