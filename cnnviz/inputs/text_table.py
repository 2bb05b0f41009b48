"""Tables written as text, by hand or by a spreadsheet."""

import re
from array import array
from collections.abc import Iterator
from csv import reader
from io import BytesIO, TextIOWrapper
from itertools import chain, islice

import numpy as np

from cnnviz.inputs.base import MAX_VALUES, Array, SourceError
from cnnviz.tensorfile.signatures import text_encoding
from cnnviz.text import Message, listed

MAX_LINE = 1_000_000  # characters
MAX_LINES = 200_000  # of text, blank ones included: an hour at 16 ms a frame has 225,000, but then of 17 mels at most


# Headings of a column that counts and holds no values, a unit behind them or none.
COUNT = re.compile(r"(|index|frames?|times?|mel|frequency|unnamed: 0)( *[\[(/].{1,12})?", re.IGNORECASE)
TOLD = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # a first line of Excel's
QUOTED = re.compile(r'"[^"]*"')
BLANKS = {0xA0: None, 0x202F: None, 0x2212: "-"}  # spaces between thousands, and the sign that is not a hyphen


def read_text(data: bytes) -> tuple[Array, Message]:
    """Numbers as text, a row on each line: the map, shape (rows, columns), and what was passed over.

    Between the numbers are tabs, semicolons, commas or spaces. Passed over are lines that start with #, a first line
    of words or of column numbers, and the column below a heading of `INDEX`. A comma is read as a decimal point where
    tabs or semicolons separate, unless other numbers have a point.

    Raises
    ------
    SourceError
        With the line, if it holds what is no number, or more or fewer than the first; if a line is longer than
        `MAX_LINE`, or there are more than `MAX_LINES`, more than `MAX_VALUES` numbers, or none.
    """
    flat, width, notes = array("f"), 0, list[Message]()
    for number, row in text_rows(data, notes):
        width = width or len(row)
        if len(row) != width:
            raise SourceError(
                "Line {number:,} has {count:,} numbers, those before have {width:,}: make rows even.",
                number=number,
                count=len(row),
                width=width,
            )
        flat.extend(row)
        if len(flat) > MAX_VALUES:
            raise SourceError("A text of more than {most:,} numbers: save a part.", most=MAX_VALUES)
    if not flat:
        raise SourceError("A text without numbers: write each row as a line of numbers.")
    return np.frombuffer(flat, np.float32).reshape(-1, width), listed(notes)


def text_rows(data: bytes, notes: list[Message]) -> Iterator[tuple[int, list[float]]]:
    """Line numbers and the numbers on them; notes are added as they arise."""
    lines = text_lines(data)
    start, skip, marks = list(islice(lines, 3)), 0, set[str]()
    told = TOLD.fullmatch(start[0][1]) if start else None
    separator = told[1] if told else None
    start = start[1:] if told else start
    if start and is_header(*(line for _, line in start[:2])):
        number, line = start.pop(0)
        skip = int(bool(COUNT.fullmatch(cells(line)[0])))
        notes.append(Message("line {number} left out as a heading", number=number))
        notes += [Message("column 1 left out as a count")] * skip
    separator = separator or (separator_of(start[0][1]) if start else None)
    for number, line in chain(start, lines):
        words = words_of(line, separator)[skip:]
        if separator in ("\t", ";") or '"' in line:
            marks.update(mark for mark in ",." if any(mark in word for word in words))
            if len(marks) > 1:
                raise SourceError(
                    "Line {number:,}: decimals have a comma here and a point there, write points alone.", number=number
                )
        if words:
            yield number, numbers_of([word.replace(",", ".") for word in words] if "," in marks else words, number)
    notes += [Message("commas read as decimal points")] * ("," in marks)


def words_of(line: str, separator: str | None) -> list[str]:
    """The cells of a line, without the empty ones at its end that spreadsheets leave.

    >>> words_of('"1,5","2"', ","), words_of("1;2;;", ";")
    (['1,5', '2'], ['1', '2'])
    """
    line = line.translate(BLANKS)
    words = next(reader([line], delimiter=separator or " ")) if '"' in line else line.split(separator)
    while words and not words[-1].strip():
        words.pop()
    return words


def text_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not blank or a comment, with their numbers from 1, never more than one of them in memory."""
    stream = TextIOWrapper(BytesIO(data), text_encoding(data) or "utf-8-sig", errors="replace")
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), ""), 1):
        if len(line) > MAX_LINE:
            raise SourceError(
                "Line {number:,} has more than {most:,} characters: save the array as .npy.",
                number=number,
                most=MAX_LINE,
            )
        if number > MAX_LINES:
            raise SourceError("A text of more than {most:,} lines: save a part, or the array as .npy.", most=MAX_LINES)
        bare = line.strip(" \r\n")
        if bare.strip('" \t') and not bare.lstrip('"').startswith("#"):
            yield number, bare


def separator_of(line: str) -> str | None:
    """What is between the numbers of a line; None stands for spaces."""
    outside = QUOTED.sub("", line)
    return next((mark for mark in "\t;," if mark in outside), None)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in words_of(line, separator_of(line))] or [""]


def is_header(line: str, below: str = "") -> bool:
    """Whether a first line starts with a word or an empty cell, or counts the columns above numbers with a point."""
    first = cells(line)[0]
    counts = cells(line) == [str(i) for i in range(len(cells(line)))]
    return not first or (first[0].isalpha() and not is_number(first)) or (counts and "." in below)


def is_number(word: str) -> bool:
    try:
        return "_" not in word and float(word) is not None
    except ValueError:
        return False


def numbers_of(words: list[str], number: int) -> list[float]:
    """Words of a line as numbers; "1_000", which Python takes for a number, is none."""
    try:
        numbers = list(map(float, words))
    except ValueError:
        numbers = []
    if numbers and "_" not in "".join(words):
        return numbers
    wrong = next((word for word in words if not is_number(word)), "").strip()
    shown = "".join(c for c in wrong if c.isprintable())[:20]
    if shown:
        raise SourceError(
            "Line {number:,} holds “{word}”, which is not a number: write decimals such as -0.5, and nan for what is "
            "missing.",
            number=number,
            word=shown,
        )
    raise SourceError(
        "Line {number:,} holds an empty cell: write decimals such as -0.5, and nan for what is missing.", number=number
    )
