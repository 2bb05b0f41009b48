"""Parts of what is said on screen: texts, and elements with parts in them. A browser makes them as they are."""

import re
from typing import Any

Part = str | dict[str, Any]  # a text, or ``{"tag": name, "children": parts}``, and "attributes" if it has any

MARKED = re.compile(r"\\(?P<sign>.)|`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*", re.DOTALL)


def part(tag: str, *children: Part, **attributes: str) -> Part:
    """An element."""
    return {"tag": tag, "children": list(children)} | ({"attributes": attributes} if attributes else {})


def parts(words: str) -> list[Part]:
    r"""A line in which messages mark what is code and what is strong, as in Markdown.

    >>> parts("`nn.ReLU()` on **two** pictures named \\*")
    [{'tag': 'code', 'children': ['nn.ReLU()']}, ' on ', {'tag': 'strong', 'children': ['two']}, ' pictures named *']
    """
    found: list[Part] = []
    at = 0
    for match in MARKED.finditer(words):
        found += [words[at : match.start()], match["sign"] or part(match.lastgroup or "", match[match.lastgroup or 0])]
        at = match.end()
    return joined([*found, words[at:]])


def joined(found: list[Part]) -> list[Part]:
    """Texts that stand side by side as one."""
    done: list[Part] = []
    for one in found:
        if isinstance(one, str) and done and isinstance(done[-1], str):
            done[-1] += one
        elif one:
            done.append(one)
    return done
