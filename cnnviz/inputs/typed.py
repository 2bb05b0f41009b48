"""Numbers typed by hand."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.axes import counted
from cnnviz.core.settings import knob
from cnnviz.inputs.base import Array, Grid, Source, SourceError
from cnnviz.inputs.literal import tensor_code
from cnnviz.text import Message, Plural

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
        raise SourceError(
            "A text of {count:,} characters: at most {most:,} are read, upload a .npy array.",
            count=len(text),
            most=MAX_TEXT,
        )
    if not text.strip():
        raise SourceError("Nothing is typed yet: type numbers separated by spaces, each row on its own line.")
    channels = [_planes(part, c, ndim) for c, part in enumerate(re.split(r"(?m)^[ \t]*-{3,}[ \t]*\r?$", text), 1)]
    _check_even(channels)
    values = np.array(channels, np.float32)  # (channels, planes, rows, numbers)
    if values.size > MAX_CELLS:
        raise SourceError(
            "{size:,} numbers are typed: at most {most:,} are read, upload a .npy array.",
            size=values.size,
            most=MAX_CELLS,
        )
    return values.reshape(len(values), *values.shape[4 - ndim :])


def _planes(text: str, channel: int, ndim: int) -> list[Rows]:
    """One channel, cut into planes, rows and numbers."""
    blocks = re.split(r"\n\s*\n", text.strip())
    if len(blocks) > 1 and ndim < 3:
        raise SourceError(
            "A blank line starts a new plane, but {ndim}-D has one: use a line of --- between channels.", ndim=ndim
        )
    lines = [re.split(r"[;\n]", block) for block in blocks]
    if len(lines[0]) > 1 and ndim < 2:
        raise SourceError(
            "{count} rows are typed, but 1-D has one: use a line of --- between channels.", count=len(lines[0])
        )
    return [
        [_numbers(line, _where(channel, p if len(lines) > 1 else 1, r)) for r, line in enumerate(plane, 1)]
        for p, plane in enumerate(lines, 1)
    ]


def _where(channel: int, plane: int, row: int) -> Message:
    """Words for a row, the channel and plane named only past the first."""
    if channel > 1 and plane > 1:
        return Message("Channel {channel}, plane {plane}, row {row}", channel=channel, plane=plane, row=row)
    if channel > 1:
        return Message("Channel {channel}, row {row}", channel=channel, row=row)
    if plane > 1:
        return Message("Plane {plane}, row {row}", plane=plane, row=row)
    return Message("Row {row}", row=row)


def _numbers(line: str, where: Message) -> list[float]:
    words = re.split(r"\s*,\s*|\s+", line.strip().replace("−", "-"))
    if words == [""]:
        raise SourceError("{where} is empty: type its numbers, or take the separator away.", where=where)
    return [_number(word, where) for word in words]


def _number(word: str, where: Message) -> float:
    if not word:
        raise SourceError(
            "{where} has a comma without a number beside it: separate numbers by one comma or spaces.", where=where
        )
    if word.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise SourceError("{where} holds {word}: only finite numbers can be typed.", where=where, word=word[:20])
    if not NUMBER.fullmatch(word):
        raise SourceError(
            "{where} holds “{word}”, which is not a number: type decimals such as -0.5.", where=where, word=word[:20]
        )
    with np.errstate(over="ignore"):
        number = float(np.float32(word))
    if np.isinf(number):
        raise SourceError(
            "{where} holds {word}, too large for float32: stay below 3.4e38.", where=where, word=word[:20]
        )
    return number


def _check_even(channels: Channels) -> None:
    """Compare every part with the first of its kind."""
    planes_first, rows_first, numbers_first = len(channels[0]), len(channels[0][0]), len(channels[0][0][0])
    for c, planes in enumerate(channels, 1):
        if len(planes) != planes_first:
            raise SourceError(
                "Channel {channel} has {planes}, channel 1 has {first}: give every channel the same count.",
                channel=c,
                planes=Plural("{n} plane", "{n} planes", len(planes)),
                first=planes_first,
            )
        for p, rows in enumerate(planes, 1):
            if len(rows) != rows_first:
                raise _uneven_rows(c, p if len(planes) > 1 else 0, len(rows), rows_first)
            for r, row in enumerate(rows, 1):
                if len(row) != numbers_first:
                    raise SourceError(
                        "{where} has {numbers}, row 1 has {first}: give every row the same count.",
                        where=_where(c, p, r),
                        numbers=Plural("{n} number", "{n} numbers", len(row)),
                        first=numbers_first,
                    )


def _uneven_rows(channel: int, plane: int, rows: int, first: int) -> SourceError:
    """That a plane, or a channel where it has no planes, has another number of rows."""
    places = {"channel": channel, "plane": plane, "rows": counted(rows, "rows"), "first": first}
    if not plane:
        return SourceError(
            "Channel {channel} has {rows}, channel 1 has {first}: give every channel the same count.", **places
        )
    if channel > 1:
        return SourceError(
            "Plane {plane} of channel {channel} has {rows}, plane 1 has {first}: give every plane the same count.",
            **places,
        )
    return SourceError("Plane {plane} has {rows}, plane 1 has {first}: give every plane the same count.", **places)


@dataclass(frozen=True)
class Typed(Source):
    """Numbers typed by hand; see `parse_numbers`. Left blank, it is a small example."""

    title: ClassVar[Message] = Message("Typed by hand")

    text: str = knob(
        "", help=Message("numbers; a line for each row, a blank line between planes, --- between channels")
    )

    def grid(self) -> Grid:
        return Grid(
            parse_numbers(self.text.strip() or EXAMPLES[self.ndim], self.ndim), "signed", Message("typed numbers")
        )

    def code(self) -> str:
        return tensor_code(self.grid().values)
