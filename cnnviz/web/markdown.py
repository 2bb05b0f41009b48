"""Words and formulas on their way into Streamlit's Markdown."""

import re

from cnnviz.core.axes import LETTERS
from cnnviz.core.layers import Shape


def plain(words: object) -> str:
    """Words in which a stranger's file may have had a say, for Streamlit's Markdown: no pictures, no links.

    >>> plain("a ![picture](http:example.org) of mine")
    'a !\\\\[picture](http:example.org) of mine'
    """
    return re.sub(r"[\\\[*]|__", lambda found: "".join(f"\\{sign}" for sign in found[0]), str(words))


def axis_letters(shape: Shape) -> tuple[str, ...]:
    """The field's letters for the axes of a batch."""
    return tuple(LETTERS[len(shape) - 2])


def merged(lines: list[str]) -> list[str]:
    """One line for all axes that have the same numbers."""
    axes: dict[str, list[str]] = {}
    for line in lines:
        name, rule = line.split(": ", 1) if line.startswith(r"\text") and ": " in line else ("", line)
        axes.setdefault(rule, []).append(name)
    return [(r",\ ".join(names) + r":\quad " if any(names) else "") + rule for rule, names in axes.items()]
