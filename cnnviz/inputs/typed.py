"""Numbers typed by hand."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.settings import knob
from cnnviz.inputs.base import Array, Grid, Source, SourceError
from cnnviz.inputs.literal import tensor_code

MAX_TEXT = 65_536  # characters
MAX_CELLS = 4096

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

EXAMPLES = {
    1: "0 0 1 2 3 2 1 0 0",
    2: "0 0 0 0 0\n0 1 1 1 0\n0 1 2 1 0\n0 1 1 1 0\n0 0 0 0 0",
    3: "0 0 0\n0 1 0\n0 0 0\n\n0 1 0\n1 2 1\n0 1 0\n\n0 0 0\n0 1 0\n0 0 0",
}

Rows = list[list[float]]
Channels = list[list[Rows]]  # channels of planes of rows of numbers; lower dimensions have one plane, or one row


def parse_numbers(text: str, ndim: int) -> Array:
    """Read numbers typed by hand.

    Parameters
    ----------
    text : str
        Numbers separated by spaces or a comma; a new line or ``;`` for each row; a blank line between planes (3-D); a
        line of ``---`` between channels.
    ndim : 1, 2 or 3
        Axes besides the channels.

    Returns
    -------
    float32 array, shape (channels, *axes)

    Raises
    ------
    SourceError
        If a word is not a finite number, the counts are uneven, there are more rows or planes than `ndim` has, or
        more than `MAX_CELLS` numbers.

    Examples
    --------
    >>> parse_numbers("1 2; 3 4", ndim=2)
    array([[[1., 2.],
            [3., 4.]]], dtype=float32)
    """
    if len(text) > MAX_TEXT:
        raise SourceError(f"A text of {len(text):,} characters: at most {MAX_TEXT:,} are read, upload a .npy array.")
    if not text.strip():
        raise SourceError("Nothing is typed yet: type numbers separated by spaces, each row on its own line.")
    channels = [_planes(part, c, ndim) for c, part in enumerate(re.split(r"(?m)^[ \t]*-{3,}[ \t]*\r?$", text), 1)]
    _check_even(channels)
    values = np.array(channels, np.float32)  # (channels, planes, rows, numbers)
    if values.size > MAX_CELLS:
        raise SourceError(f"{values.size:,} numbers are typed: at most {MAX_CELLS:,} are read, upload a .npy array.")
    return values.reshape(len(values), *values.shape[4 - ndim :])


def _planes(text: str, channel: int, ndim: int) -> list[Rows]:
    """One channel, cut into planes, rows and numbers."""
    blocks = re.split(r"\n\s*\n", text.strip())
    if len(blocks) > 1 and ndim < 3:
        raise SourceError(f"A blank line starts a new plane, but {ndim}-D has one: use a line of --- between channels.")
    lines = [re.split(r"[;\n]", block) for block in blocks]
    if len(lines[0]) > 1 and ndim < 2:
        raise SourceError(f"{len(lines[0])} rows are typed, but 1-D has one: use a line of --- between channels.")
    return [
        [_numbers(line, _where(channel, p if len(lines) > 1 else 1, r)) for r, line in enumerate(plane, 1)]
        for p, plane in enumerate(lines, 1)
    ]


def _where(channel: int, plane: int, row: int) -> str:
    """Words for a row, the channel and plane named only past the first."""
    parts = [f"channel {channel}"] * (channel > 1) + [f"plane {plane}"] * (plane > 1) + [f"row {row}"]
    return ", ".join(parts).capitalize()


def _numbers(line: str, where: str) -> list[float]:
    words = re.split(r"\s*,\s*|\s+", line.strip().replace("−", "-"))
    if words == [""]:
        raise SourceError(f"{where} is empty: type its numbers, or take the separator away.")
    return [_number(word, where) for word in words]


def _number(word: str, where: str) -> float:
    if not word:
        raise SourceError(f"{where} has a comma without a number beside it: separate numbers by one comma or spaces.")
    if word.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise SourceError(f"{where} holds {word[:20]}: only finite numbers can be typed.")
    if not NUMBER.fullmatch(word):
        raise SourceError(f"{where} holds “{word[:20]}”, which is not a number: type decimals such as -0.5.")
    with np.errstate(over="ignore"):
        number = float(np.float32(word))
    if np.isinf(number):
        raise SourceError(f"{where} holds {word[:20]}, too large for float32: stay below 3.4e38.")
    return number


def _check_even(channels: Channels) -> None:
    """Compare every part with the first of its kind."""
    for c, planes in enumerate(channels, 1):
        _check_count(f"Channel {c}", len(planes), "channel 1", len(channels[0]), "plane", "channel")
        for p, rows in enumerate(planes, 1):
            first = len(channels[0][0])
            whole = "plane" if len(planes) > 1 else "channel"
            name = f"Plane {p}" + f" of channel {c}" * (c > 1) if whole == "plane" else f"Channel {c}"
            _check_count(name, len(rows), f"{whole} 1", first, "row", whole)
            for r, row in enumerate(rows, 1):
                _check_count(_where(c, p, r), len(row), "row 1", len(channels[0][0][0]), "number", "row")


def _check_count(name: str, count: int, other: str, expected: int, unit: str, whole: str) -> None:
    if count != expected:
        plural = "s" * (count != 1)
        raise SourceError(
            f"{name} has {count} {unit}{plural}, {other} has {expected}: give every {whole} the same count."
        )


@dataclass(frozen=True)
class Typed(Source):
    """Numbers typed by hand; see `parse_numbers`. Left blank, it is a small example."""

    title: ClassVar[str] = "Typed by hand"

    text: str = knob("", help="numbers; a line for each row, a blank line between planes, --- between channels")

    def grid(self) -> Grid:
        return Grid(parse_numbers(self.text.strip() or EXAMPLES[self.ndim], self.ndim), "signed", "typed by hand")

    def code(self) -> str:
        return tensor_code(self.grid().values)
