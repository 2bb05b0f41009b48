"""Arrays of a stranger's that hold one map: .npy, .npz and text, held to limits before anything is unpacked."""

import re
from array import array
from collections.abc import Iterator, Mapping
from csv import reader
from io import BytesIO, TextIOWrapper
from itertools import chain, islice
from math import prod
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import torch

from cnnviz.inputs.base import MAX_VALUES, Array, SourceError, plain_name
from cnnviz.inputs.npy import as_numbers, checked_header, is_numbers, read_header, type_note
from cnnviz.tensorfile import TensorError, read_tensors
from cnnviz.tensorfile.signatures import identify, text_encoding
from cnnviz.text import Message, listed, some

HEAD = 16_384  # bytes; numpy reads headers of at most 10,000
BLOCK = 65_536  # numbers unpacked at a time
MAX_MEMBERS = 64  # files in one .npz
MAX_UNPACKED = 16 * MAX_VALUES  # bytes that a .npz may declare, all members together
MAX_RATIO = 1032  # to 1: deflate packs no tighter, so whoever declares more is wrong
MAX_DEPTH = 4  # lists in lists, each of which makes the names of tensors longer
MAX_LINE = 1_000_000  # characters
MAX_LINES = 200_000  # of text, blank ones included: an hour at 16 ms a frame has 225,000, but then of 17 mels at most

# Headings of a column that counts and holds no values, a unit behind them or none.
COUNT = re.compile(r"(|index|frames?|times?|mel|frequency|unnamed: 0)( *[\[(/].{1,12})?", re.IGNORECASE)
TOLD = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # a first line of Excel's
QUOTED = re.compile(r'"[^"]*"')
BLANKS = {0xA0: None, 0x202F: None, 0x2212: "-"}  # spaces between thousands, and the sign that is not a hyphen

Shape = tuple[int, ...]


def is_plane(shape: Shape) -> bool:
    """Two axes, after up to two of length 1.

    >>> is_plane((1, 1, 626, 128)), is_plane((2, 626, 128))
    (True, False)
    """
    return 2 <= len(shape) <= 4 and prod(shape[:-2]) == 1


def check_plane(shape: Shape) -> None:
    """Refuse an array that is not one map."""
    if not is_plane(shape):
        raise SourceError(
            "An array of {shape}: a spectrogram has two axes, save one channel of one clip alone.", shape=shown(shape)
        )


def shown(shape: Shape) -> Message:
    """A shape in words that stay short.

    >>> str(shown((3, 4))), str(shown((1,) * 64))
    ('shape (3, 4)', '64 axes')
    """
    if len(shape) > 5:
        return Message("{count} axes", count=len(shape))
    return Message("shape {shape}", shape=shape)


def choose(shapes: Mapping[str, Shape]) -> str:
    """Name of the only array, or of the only one that is a map; where there is a choice, five are named."""
    planes = [name for name, shape in shapes.items() if is_plane(shape)]
    if len(shapes) == 1 or len(planes) == 1:
        return (planes or list(shapes))[0]
    if not shapes:
        raise SourceError("A file without an array: save one of shape (frames, mels).")
    raise SourceError(
        "A file of {count:,} arrays, {planes} of them with two axes: save one alone, out of {names}.",
        count=len(shapes),
        planes=len(planes) or Message("none"),
        names=some([Message("{name} of {shape}", name=array_name(n), shape=shown(s)) for n, s in shapes.items()], 5),
    )


def array_name(name: str) -> str:
    """A member's name as numpy and a reader know it.

    >>> array_name("a/b/mel.npy")
    'mel'
    """
    return plain_name(name).removesuffix(".npy")


def read_stream(stream: IO[bytes], length: int) -> tuple[Array, Message]:
    """The map in a .npy file of `length` bytes, shape (rows, columns), read block after block; and a note."""
    shape, fortran_order, dtype, start = checked_header(stream.read(HEAD), length)
    check_plane(shape)
    flat = np.empty(prod(shape), np.float32)
    stream.seek(start)
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(0, flat.size, BLOCK):
            part = flat[at : at + BLOCK]
            part[:] = as_numbers(np.frombuffer(stream.read(part.size * dtype.itemsize), dtype, part.size))
    return flat.reshape(shape[-2:], order="F" if fortran_order else "C"), type_note(dtype)


def read_npz(data: bytes) -> tuple[Array, Message]:
    """The only map in a .npz file, shape (rows, columns), and a note of its name if there are other arrays.

    Raises
    ------
    SourceError
        If the file is damaged, declares more than `MAX_MEMBERS` or `MAX_UNPACKED`, holds several maps or none, or the
        map is none that `checked_header` lets pass.
    """
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:  # entries of the table of contents, counted before they are unpacked
        raise SourceError("A zip file of more than {most} members: save the spectrogram alone.", most=MAX_MEMBERS)
    try:
        with ZipFile(BytesIO(data)) as file:
            check_members(file)
            shapes = npz_shapes(file)
            name = choose(shapes)
            with file.open(name) as stream:
                values, note = read_stream(stream, file.getinfo(name).file_size)
    except SourceError:
        raise
    except Exception:  # zipfile, zlib and numpy raise nearly anything for a file that was tampered with
        raise SourceError("A .npz file that is cut short or damaged: save it again with numpy.savez.") from None
    return values, listed([*one_of(name, len(shapes)), *([note] if note else [])])


def check_members(file: ZipFile) -> None:
    """Refuse what is declared beyond the limits, before anything is unpacked."""
    members = file.infolist()
    declared, present = sum(info.file_size for info in members), sum(info.compress_size for info in members)
    if declared > MAX_UNPACKED:
        raise SourceError(
            "A .npz file that declares {declared:,} bytes unpacked: at most {most:,} are read, save a part.",
            declared=declared,
            most=MAX_UNPACKED,
        )
    if declared > MAX_RATIO * present:
        raise SourceError(
            "A .npz file that declares {declared:,} bytes packed into {present:,}: save it again.",
            declared=declared,
            present=present,
        )
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in members):
        raise SourceError("A zip file packed in a way that numpy does not use: save it with numpy.savez_compressed.")


def npz_shapes(file: ZipFile) -> dict[str, Shape]:
    """Shapes of the arrays in a .npz file; of those that are numbers, unless none are."""
    found = {}
    for name in file.namelist():
        with file.open(name) as stream:
            head = stream.read(HEAD)
        if identify(head).name == "npy":
            found[name] = read_header(head)
    numbers = {name: header for name, header in found.items() if is_numbers(header[2])}
    return {name: shape for name, (shape, *_) in (numbers or found).items()}


def read_torch(data: bytes) -> tuple[Array, Message]:
    """The only map among the tensors of a .pt or .safetensors file, as `read_npz` gives it."""
    try:
        passed: list[Message] = []
        tensors = dict(tensors_in(read_tensors(data, tell=passed.append)))
    except TensorError as error:
        raise SourceError(error.message) from None
    name = choose({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    shape = tuple(tensors[name].shape)
    check_plane(shape)
    if not 0 < prod(shape) <= MAX_VALUES:
        raise SourceError(
            "A tensor of {shape}, {cells:,} numbers: 1 to {most:,} are read.",
            shape=shown(shape),
            cells=prod(shape),
            most=MAX_VALUES,
        )
    values = tensors[name].to(torch.float32).reshape(shape[-2:]).numpy()
    left = [Message("passed over, and nothing of it was run: {names}", names=names) for names in passed]
    return values, listed([*one_of(name, len(tensors)), *left])


def one_of(name: str, count: int) -> list[Message]:
    """Which of several arrays was taken."""
    return [Message("array {name} of {count}", name=array_name(name), count=count)] if count > 1 else []


def tensors_in(found: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and tensors of the tree that `read_tensors` gives, at most `MAX_DEPTH` containers deep."""
    if isinstance(found, torch.Tensor):
        yield name, found
    elif isinstance(found, dict | list | tuple) and depth < MAX_DEPTH:
        for key, value in found.items() if isinstance(found, dict) else enumerate(found):
            yield from tensors_in(value, f"{name}.{str(key)[-100:]}".lstrip("."), depth + 1)


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
