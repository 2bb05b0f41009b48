"""Modules of ``static`` as one script: each a function of its own, behind all that it imports.

So a browser asks for one file, which can be named by its content, and a page on its own needs no file at all.
"""

import re
from pathlib import Path
from posixpath import dirname, normpath

STATIC = Path(__file__).parents[2] / "static"
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\./\w+|\.\./\w+/\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class|function\*?) (\w+))", re.MULTILINE)
NOTE = re.compile(r"^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/|//.*)\n", re.MULTILINE)  # comments that fill their lines
BORROWED = re.compile(r'@import url\("([^"]+\.css)"\);')
OTHER = re.compile(r"^\s*(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)


def modules(*names: str) -> dict[str, str]:
    """These modules and all that they import, by name, each as code that sets `variable` to what it exports.

    Parameters
    ----------
    names : str
        As in ``"player/player"``, folder and file below ``static``.

    Raises
    ------
    ValueError
        If modules import one another, or in a way that this does not read.
    """
    found: dict[str, str] = {}
    for name in names:
        take(found, name)
    return found


def style(path: Path) -> str:
    """A style sheet, with those that it imports in their place: in a page their addresses would be the page's."""
    return BORROWED.sub(lambda found: style(path.parent / found[1]), path.read_text("utf-8"))


def variable(name: str) -> str:
    """
    >>> variable("drawing/blob")
    '_drawing_blob'
    """
    return f"_{name.replace('/', '_')}"


def take(found: dict[str, str], name: str, above: tuple[str, ...] = ()) -> None:
    """Add a module behind all that it imports."""
    if name in found:
        return
    if name in above:
        raise ValueError(f"Modules import one another: {' > '.join([*above, name])}.")
    code = NOTE.sub("", (STATIC / f"{name}.js").read_text("utf-8"))
    for one in IMPORT.finditer(code):
        take(found, beside(name, one[2]), (*above, name))
    exported = ", ".join(one[1] for one in EXPORT.finditer(code))
    code = IMPORT.sub(lambda one: f"const {{{one[1].replace(' as ', ': ')}}} = {variable(beside(name, one[2]))};", code)
    code = EXPORT.sub("", code)
    if odd := OTHER.search(code):
        raise ValueError(f"{name}.js says {odd[0].strip()!r}, and only plain named imports and exports are read.")
    found[name] = f"const {variable(name)} = (() => {{\n{code}\nreturn {{ {exported} }};\n}})();"


def beside(name: str, path: str) -> str:
    """The module that another one names.

    >>> beside("viewer/words", "./places"), beside("viewer/words", "../drawing/colour")
    ('viewer/places', 'drawing/colour')
    """
    return normpath(f"{dirname(name)}/{path}")
