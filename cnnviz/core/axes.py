"""The axes of maps: torch's order, the names that settings and tables use, and what a person calls them."""

from cnnviz.text import Message, Plural

AXES = {1: ("length",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}
SIDES = {n: ("left", "right", "top", "bottom", "front", "back")[: 2 * n] for n in AXES}  # in torch's order
LETTERS = {0: "NC", 1: "NCL", 2: "NCHW", 3: "NCDHW"}  # the field's, the batch first

NAMED = {
    "length": Message("length"),
    "rows": Message("rows"),
    "columns": Message("columns"),
    "depth": Message("depth"),
    "channels": Message("channels"),
    "examples": Message("examples"),
    "steps": Message("steps"),
    "left": Message("left"),
    "right": Message("right"),
    "top": Message("top"),
    "bottom": Message("bottom"),
    "front": Message("front"),
    "back": Message("back"),
}
PLACES = {"length": "position", "rows": "row", "columns": "column", "depth": "slice"}  # one place, for the browser
COUNTED = {
    "length": Plural("{n:,} cell of length", "{n:,} cells of length", 1),
    "rows": Plural("{n:,} row", "{n:,} rows", 1),
    "columns": Plural("{n:,} column", "{n:,} columns", 1),
    "depth": Plural("{n:,} cell of depth", "{n:,} cells of depth", 1),
    "channels": Plural("{n:,} channel", "{n:,} channels", 1),
    "examples": Plural("{n:,} example", "{n:,} examples", 1),
    "steps": Plural("{n:,} step", "{n:,} steps", 1),
}


def named(axis: str) -> Message:
    """An axis or a side, as a person calls it."""
    return NAMED[axis]


def counted(number: int, axis: str) -> Message:
    """So many cells along an axis.

    >>> str(counted(4, "rows")), str(counted(1, "columns")), str(counted(4, "depth"))
    ('4 rows', '1 column', '4 cells of depth')
    """
    return COUNTED[axis].of(number)


def place_with_padding(number: int, axis: str, padding: int) -> Message:
    """So many cells along an axis, and the padding on each side of them, if there is any.

    >>> str(place_with_padding(4, "rows", 1))
    '4 rows with padding 1'
    """
    cells = counted(number, axis)
    return Message("{cells} with padding {padding}", cells=cells, padding=padding) if padding else cells


def axis_latex(axis: str) -> str:
    """An axis before its line of a formula."""
    return rf"\text{{{named(axis)}}}"
