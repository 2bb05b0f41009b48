"""Settings as the keyword arguments of torch's own classes, and as code that calls them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from cnnviz.core.settings import Setting


def given(setting: Setting) -> dict[str, Any]:
    """The fields of a setting by name, in the order of declaration."""
    return {field.name: getattr(setting, field.name) for field in fields(setting)}


def call(name: str, first: str, words: Mapping[str, Any]) -> str:
    """A line of Python that calls something of torch's.

    >>> call("torch.optim.SGD", "net.parameters()", {"lr": 0.1, "nesterov": False})
    'torch.optim.SGD(net.parameters(), lr=0.1, nesterov=False)'
    """
    return f"{name}({', '.join([first, *(f'{word}={value!r}' for word, value in words.items())])})"
