"""Several words in a row."""

from collections.abc import Iterable, Sequence

from cnnviz.text.message import Message


class Joined(Message):
    """Words with the same between them."""

    def __init__(self, between: str, words: Iterable[object]):
        super().__init__("", between=between, words=tuple(words))

    def __bool__(self) -> bool:
        return bool(self.places["words"])

    def __str__(self) -> str:
        return str(self.places["between"]).join(map(str, self.places["words"]))


def listed(words: Iterable[object]) -> Message:
    """All of them, none before the last: of a list that may go on.

    >>> str(listed(["cuda", "cpu"]))
    'cuda, cpu'
    """
    return Joined(", ", words)


def in_turn(sentences: Iterable[object]) -> Message:
    """Whole sentences, one after the other.

    >>> str(in_turn([Message("One is here."), Message("Another is there.")]))
    'One is here. Another is there.'
    """
    return Joined(" ", sentences)


def either(words: Iterable[object]) -> Message:
    """One of them.

    >>> str(either(["zeros", "reflect", "circular"])), str(either([3]))
    ('zeros, reflect or circular', '3')
    """
    *these, last = words
    return Message("{these} or {last}", these=listed(these), last=last) if these else listed([last])


def both(words: Iterable[object]) -> Message:
    """All of them, as one thing.

    >>> str(both(["rows", "columns"])), str(both(["rows"]))
    ('rows and columns', 'rows')
    """
    *these, last = words
    return Message("{these} and {last}", these=listed(these), last=last) if these else listed([last])


def some(words: Sequence[object], most: int = 3) -> Message:
    """The first few of them, and how many more there are.

    >>> str(some(["rnn.weight", "rnn.bias", "dense.weight", "dense.bias"]))
    'rnn.weight, rnn.bias, dense.weight and 1 more'
    """
    first, more = listed(words[:most]), len(words) - most
    return Message("{these} and {count:,} more", these=first, count=more) if more > 0 else first
