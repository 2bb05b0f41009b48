"""Where strangers' files are read: in this process, or wherever whoever runs a server says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cnnviz.text import Problem

T = TypeVar("T")


class Reader(Protocol):
    """Gives ``read(*arguments)``; where that has no end of its own, a problem of the kind `refusal`."""

    def __call__(self, refusal: type[Problem], read: Callable[..., Any], *arguments: Any) -> Any: ...


def here(refusal: type[Problem], read: Callable[..., Any], *arguments: Any) -> Any:
    """Read in this process."""
    return read(*arguments)


@dataclass
class Place:
    """Where files are read from now on, in all threads."""

    reader: Reader = here


PLACE = Place()


def read_apart(refusal: type[Problem], read: Callable[..., T], *arguments: Any) -> T:
    """What a reader makes of a stranger's file.

    Parameters
    ----------
    refusal : type of Problem
        Raised where the reader comes to no end: it crashed, hung, or took too much memory.
    read : a function with a name of its own in a module
    *arguments : frozen values
    """
    found: T = PLACE.reader(refusal, read, *arguments)
    return found


def job(read: Callable[..., T], *arguments: Any) -> T:
    """The same as work for `cnnviz.jobs`, whose last argument reports progress: a reader has none."""
    *given, _ = arguments
    return read(*given)
