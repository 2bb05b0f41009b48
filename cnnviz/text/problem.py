"""What cannot be: a message with its values, put into words where it is shown, and the repairs."""

from collections.abc import Mapping
from typing import Any

from cnnviz.text.message import Message


class Problem(ValueError):
    """Something that cannot work, told to whoever asked for it.

    Parameters
    ----------
    message : str or Message
        What does not fit, with the numbers, and the way out: whole sentences, with named places.
    *fixes : mappings of field name to value
        The smallest changes that mend it, best first; ``dataclasses.replace(layer, **error.fixes[0])`` applies one.
    **places
        Values of the places in `message`.

    Examples
    --------
    >>> str(Problem("A window of {window} cells does not fit in {cells}.", {"kernel_size": 4}, window=7, cells=4))
    'A window of 7 cells does not fit in 4.'
    """

    def __init__(self, message: str | Message, /, *fixes: Mapping[str, Any], **places: Any):
        self.message = message if isinstance(message, Message) else Message(message, **places)
        super().__init__(self.message)
        self.fixes = fixes

    def __str__(self) -> str:
        return str(self.message)
