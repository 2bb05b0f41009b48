"""Around the code: fences of a chat, prompts of a shell, a notebook's own commands. Lines keep their numbers."""

import re
from textwrap import dedent

FENCE = re.compile(r"\s*(?:```|~~~)")
PROMPT = re.compile(r"(\s*(?:>>>|\.\.\.|In \[\d{1,6}\]:|\.\.\.:)(?: |$))(.*)")  # python, and IPython
COMMAND = re.compile(r"\s*[%!]")  # %matplotlib inline, !pip install
SPACES = str.maketrans({"\u00a0": " ", "\u2028": "\n", "\u200b": None, "\ufeff": None})  # as web pages mix in


def tidied(text: str) -> tuple[str, str]:
    """The code alone, and what a shell printed below it; both with as many lines as the text.

    Examples
    --------
    >>> tidied(">>> net = nn.Sequential(\\n...     nn.ReLU())\\n>>> net\\nSequential(")
    ('net = nn.Sequential(\\n    nn.ReLU())\\nnet\\n', '\\n\\n\\nSequential(')
    """
    lines = text.translate(SPACES).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = within_fences(lines)
    said = [""] * len(lines)
    if any(PROMPT.fullmatch(line) for line in lines):
        said = ["" if PROMPT.fullmatch(line) else line for line in lines]
        lines = [behind_prompt(line) for line in lines]
    lines = ["" if COMMAND.match(line) else line for line in lines]
    return dedent("\n".join(lines)), "\n".join(said)


def within_fences(lines: list[str]) -> list[str]:
    """What stands between lines of three back-ticks; everything, if there are none."""
    if not any(map(FENCE.match, lines)):
        return lines
    inside, kept = False, list[str]()
    for line in lines:
        fence = FENCE.match(line)
        kept.append(line if inside and not fence else "")
        inside ^= bool(fence)
    return kept


def behind_prompt(line: str) -> str:
    """The line with spaces for its prompt; empty if it has none, for then a shell printed it."""
    found = PROMPT.fullmatch(line)
    return " " * len(found[1]) + found[2] if found else ""
