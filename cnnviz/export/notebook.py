"""Code to take away: a notebook that runs as it stands, with the arrays that it loads inside, and a plain script.

Title and words may hold the name of a stranger's file. They are text in a notebook and comments in a script, and never
become Markdown, HTML or code.
"""

import ast
import base64
import hashlib
import json
import re
import textwrap
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from cnnviz.text import _

MOST_PACKED = 4_000_000  # characters of base64 in one notebook: an editor in a browser grows slow with more
WIDTH = 100  # characters of a line of base64, or of a comment
# What Markdown would make something of: marks, the start of a line, and of an address that becomes a link.
MARKUP = re.compile(r"[\\`*\[\]~|$<>&@]|(?<![^\W_])_|_(?![^\W_])|^[#+=\d-]|(?<=:)/|(?<=www)\.", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[\w.~:/?#&=%+,;@-]+", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # what no source may hold

Cell = dict[str, Any]


def notebook(code: str, title: str, words: str, files: Mapping[str, bytes]) -> bytes:
    """A Jupyter notebook (nbformat 4.5) of Python lines; equal lines always give equal bytes.

    Parameters
    ----------
    code : str
        As `snippet` gives it; cut into cells where blank lines separate its statements.
    title, words : str
        Plain text above the code; a blank line begins a new paragraph.
    files : bytes by plain name, as ``input.npy``
        Those that the code loads are packed into a cell that writes them beside the notebook. What would make more
        than `MOST_PACKED` characters stays outside, and the text above says so.

    Raises
    ------
    ValueError
        If a name is no plain one.
    """
    packed, left_out = pack({name: data for name, data in files.items() if f'"{name}"' in code})
    for name in packed:
        code = code.replace(f"# download {name} from the page, next to these lines", f"# {name} is written above")
    text = [f"# {plain(title)}", *(plain(part) for part in paragraphs(words))]
    text += [
        _(
            "{name} has {size:,} bytes, too many for a notebook: download it from the page, next to this notebook.",
            name=plain(name),
            size=len(files[name]),
        )
        for name in left_out
    ]
    head, *rest = blocks(code)
    cells = [markdown("\n\n".join(text)), python(head)]
    cells += [python(writes(name, data), hidden=True) for name, data in packed.items()]
    return stored([*cells, *map(python, rest)])


def script(code: str, title: str, words: str) -> str:
    """The same lines as a .py file, with title and words as comments above them."""
    lines = [title, *(line for part in paragraphs(words) for line in ("", part))]
    told = [wrapped for line in lines for wrapped in textwrap.wrap(clean(line), WIDTH) or [""]]
    comments = "\n".join(f"# {line}".rstrip() for line in told)
    # The encoding comes first: Python heeds the first that two lines of comments name, and a title must not.
    return f"# coding: utf-8\n{comments}\n\n{code.rstrip()}\n"


def blocks(code: str) -> list[str]:
    """Pieces of the code for one cell each: all imports, then what blank lines separate outside of statements.

    Examples
    --------
    >>> blocks("import a\\n\\nfrom b import c\\n\\nx = a(1,\\n\\n      2)\\n\\ny = c(x)")
    ['import a\\n\\nfrom b import c', 'x = a(1,\\n\\n      2)', 'y = c(x)']
    """
    statements = ast.parse(code).body
    lines = code.split("\n")  # as ast counts them
    inside = {line for one in statements for line in range(one.lineno, (one.end_lineno or one.lineno) + 1)}
    imports = [one.end_lineno or 0 for one in statements if isinstance(one, ast.Import | ast.ImportFrom)]
    found, begin = [], 0
    for number, line in enumerate([*lines, ""], 1):
        if not line.strip() and number not in inside and number > max(imports, default=0):
            found.append("\n".join(lines[begin : number - 1]).strip("\n"))
            begin = number
    return [block for block in found if block.strip()]


def pack(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[str]]:
    """Files as base64 of zlib while there is room, smallest first; and the names of those for which there is none."""
    packed: dict[str, str] = {}
    left_out: list[str] = []
    for name, data in sorted(files.items(), key=lambda file: (len(file[1]), file[0])):
        if not re.fullmatch(r"[\w-][\w.-]*", name, re.ASCII):
            raise ValueError(f"{name!r} is no plain name of a file: use letters, digits, dots and lines.")
        text = base64.b64encode(zlib.compress(data)).decode()
        if sum(map(len, packed.values())) + len(text) <= MOST_PACKED:
            packed[name] = text
        else:
            left_out.append(name)
    return packed, left_out


def writes(name: str, packed: str) -> str:
    """Lines that write a file beside the notebook."""
    lines = "\n".join(packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH))
    return f'''\
# {name}, as the page had it
import base64
import zlib
from pathlib import Path

packed = """
{lines}
"""
Path("{name}").write_bytes(zlib.decompress(base64.b64decode(packed)))'''


def paragraphs(words: str) -> Iterator[str]:
    """Paragraphs, each in one line."""
    for part in re.split(r"\n\s*\n", words):
        if line := " ".join(part.split()):
            yield line


def clean(text: str) -> str:
    """Text in one line, without what no source may hold."""
    return " ".join(CONTROL.sub("", text).split())


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no picture, formula or HTML in it, and a link only if it is nothing else.

    >>> plain("kernel_size <b>_x_")
    'kernel_size &#60;b&#62;&#95;x&#95;'
    """
    if ADDRESS.fullmatch(text):
        return f"<{text}>"
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", clean(text))


def markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def python(code: str, hidden: bool = False) -> Cell:
    """A cell of code; a hidden one is folded away, as nobody reads base64."""
    metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": code}


def stored(cells: list[Cell]) -> bytes:
    """The notebook's JSON; a cell is called by its place and content."""
    named = []
    for i, cell in enumerate(cells):
        name = hashlib.sha256(cell["source"].encode()).hexdigest()[:8]
        named.append({"id": f"{i}-{name}", **cell, "source": cell["source"].splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": named, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"
