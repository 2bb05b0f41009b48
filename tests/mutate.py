"""Break the code in small ways, one at a time, and see whether a test notices: ``python tests/mutate.py --count 100``.

Each breakage is made in a copy of the checkout, and met by the tests of its part of the house until one of them fails.
What no test notices is listed at the end: it wants a test, or changes nothing that anybody could see.
"""

import argparse
import ast
import contextlib
import importlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
# What is imported once for all; each try is a fork of this process, and imports the broken code by itself.
HEAVY = [
    "torch",
    "numpy",
    "streamlit.testing.v1",
    "hypothesis",
    "pytest",
    "playwright.sync_api",
    "matplotlib.figure",
    "librosa",
]
# Of each part: its files, and its tests, the quick ones first.
AREAS: dict[str, tuple[list[str], str]] = {
    "core": (
        ["cnnviz/core/**/*.py"],
        "geometry layers measure run pooling norms gates flatten rates reasons scene messages",
    ),
    "drawing": (
        ["static/drawing/*.js"],
        "player_helpers browser_player browser_readout browser_turned browser_gating browser_pooling browser_norms",
    ),
    "query": (
        ["cnnviz/scenes/query/*.py", "cnnviz/scenes/opening.py", "cnnviz/content/address.py"],
        "query opening link saved_addresses pages",
    ),
    "pages": (
        ["pages/*.py", "cnnviz/web/*.py"],
        "pages vocabulary clean history output_size input_notices networks_page spectrogram share opening presets",
    ),
}


@dataclass(frozen=True)
class Breakage:
    """Bytes of a file, and what is put in their place."""

    file: Path
    line: int
    old: str
    start: int
    end: int
    new: str
    what: str

    def broken(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}: {' '.join(self.old.split())}  ->  {' '.join(self.new.split())}"


def breakage(file: Path, source: bytes, start: int, end: int, new: str, what: str) -> Breakage:
    line = source[:start].count(b"\n") + 1
    return Breakage(file, line, source[start:end].decode(), start, end, new, what)


# --- Python ---

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is},
}


def broken_nodes(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Expressions at this node, each with another one for its place."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITE:
            yield node, changed(node, ops=[OPPOSITE[type(op)]()]), "comparison"
        case ast.BoolOp(op=op):
            yield node, changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And()), "and for or"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield node, operand, "sign or not dropped"
        case (
            ast.BinOp(left=ast.Constant(value=str()) | ast.JoinedStr())
            | ast.BinOp(right=ast.Constant(value=str()) | ast.JoinedStr())
        ):
            return
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left):
            yield node, changed(node, op=ast.Sub() if isinstance(op, ast.Add) else ast.Add()), "plus for minus"
            yield node, left, "dropped term"
        case ast.BinOp(op=ast.Mult() | ast.FloorDiv() | ast.Mod(), left=left):
            yield node, left, "dropped factor"
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare):
            yield test, ast.UnaryOp(ast.Not(), test), "negated condition"
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            yield node, ast.Constant(number + 1), "off by one"
        case ast.Tuple(elts=[ast.Name() | ast.Attribute() as one, ast.Name() | ast.Attribute() as two], ctx=ast.Load()):
            yield node, ast.Tuple([two, one], ast.Load()), "swapped"


def changed(node: ast.expr, **fields: object) -> ast.expr:
    other = deepcopy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """What is computed below a node: no annotations, and no words, which other tests hold."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from inside(one)


def of_python(file: Path, source: bytes) -> Iterator[Breakage]:
    ends = [0]
    for line in source.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    functions = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)]
    for node in {id(one): one for function in functions for body in function.body for one in inside(body)}.values():
        for old, new, what in broken_nodes(node):
            assert old.end_lineno is not None and old.end_col_offset is not None
            start, end = ends[old.lineno - 1] + old.col_offset, ends[old.end_lineno - 1] + old.end_col_offset
            yield breakage(file, source, start, end, f"({ast.unparse(ast.fix_missing_locations(new))})", what)


# --- JavaScript: no tree, but words that mean the same everywhere ---

WORDS = {
    **{r" < ": " <= ", r" <= ": " < ", r" > ": " >= ", r" >= ": " > ", r" === ": " !== ", r" !== ": " === "},
    **{r" && ": " || ", r" \|\| ": " && ", r" \+ ": " - ", r" - ": " + ", r" \* ": " + ", r" \?\? ": " && "},
    **{r"Math\.floor": "Math.ceil", r"Math\.ceil": "Math.floor", r"Math\.max": "Math.min", r"Math\.min": "Math.max"},
    **{r"(?<=\.)w\b": "h", r"(?<=\.)h\b": "w", r"(?<=\.)x\b": "y", r"(?<=\.)y\b": "x", r"(?<=\.)sx\b": "sy"},
    **{r"(?<=\.)rows\b": "columns", r"(?<=\.)columns\b": "rows", r"(?<=[(\[ ])!(?=\w)": "", r"(?<=[(\[ ,])-(?=\w)": ""},
    **{r"(?<=[\[(, ])0(?=[\]),; ])": "1", r"(?<=[\[(, ])1(?=[\]),; ])": "2", r"(?<=[\[(, ])2(?=[\]),; ])": "3"},
}
SAID = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|^(?:import|export \{)[^\n]*", re.DOTALL | re.MULTILINE)


def of_javascript(file: Path, source: bytes) -> Iterator[Breakage]:
    text = source.decode()
    code = SAID.sub(lambda found: re.sub(r"[^\n]", "·", found[0]), text)
    for old, new in WORDS.items():
        for found in re.finditer(old, code):
            start = len(text[: found.start()].encode())
            yield breakage(file, source, start, start + len(found[0].encode()), new, "token")


# --- trying ---


def drawn(root: Path, areas: Sequence[str], count: int, seed: str) -> list[tuple[str, Breakage]]:
    """So many breakages of all areas in turn, from all over their files."""
    each = []
    for area in areas:
        found: list[Breakage] = []
        for path in sorted(path for pattern in AREAS[area][0] for path in root.glob(pattern)):
            broken = of_python if path.suffix == ".py" else of_javascript
            found += broken(path.relative_to(root), path.read_bytes())
        each.append([(area, one) for one in Random(f"{seed} {area}").sample(found, min(count, len(found)))])
    return [one for turn in zip_longest(*each) for one in turn if one][:count]


def copied(place: Path) -> Path:
    """A copy of what git knows of the checkout, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(".venv"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    (place / ".venv").symlink_to(ROOT / ".venv")
    return place


def passes(place: Path, area: str, seconds: float) -> bool | None:
    """Do the tests of an area pass in this copy? None if they do not end in time."""
    tests = [f"tests/test_{name}.py" for name in AREAS[area][1].split() if (place / f"tests/test_{name}.py").exists()]
    if (child := os.fork()) == 0:
        run_tests(place, tests)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def run_tests(place: Path, tests: list[str]) -> None:
    """Run tests in this process, which ends with them."""
    os.setsid()
    os.chdir(place)
    os.environ["CNNVIZ_MUTATING"] = "1"
    sys.path[:0] = [str(place), str(place / "tests")]
    log = os.open(place / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    with contextlib.suppress(BaseException):
        code = int(
            importlib.import_module("pytest").main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests])
        )
    os._exit(code)


def main() -> int:
    parser = argparse.ArgumentParser(description="Break the code in small ways and see whether a test notices.")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--area", action="append", choices=AREAS, help="all if none is named")
    parser.add_argument("--seed", default=secrets.token_hex(3), help="the same breakages again")
    parser.add_argument("--seconds", type=float, default=300, help="after which tests count as hung, and so as failed")
    parser.add_argument("--trust", action="store_true", help="do not look first whether the tests pass as it is")
    asked = parser.parse_args()
    areas = asked.area or list(AREAS)
    for name in HEAVY:
        importlib.import_module(name)
    survivors = []
    with tempfile.TemporaryDirectory(prefix="cnnviz-mutate-") as made:
        place = copied(Path(made))
        for area in areas if not asked.trust else []:
            if not passes(place, area, 10 * asked.seconds):
                print((place / "log.txt").read_text()[-3000:], f"The tests of {area} fail as it is.", sep="\n")
                return 1
        for i, (area, one) in enumerate(drawn(place, areas, asked.count, asked.seed), 1):
            source = (place / one.file).read_bytes()
            (place / one.file).write_bytes(one.broken(source))
            found = passes(place, area, asked.seconds)
            (place / one.file).write_bytes(source)
            print(f"{i} {'SURVIVED' if found else 'noticed'} {one}", flush=True)
            survivors += [one] if found else []
    print(f"\n{len(survivors)} of {asked.count} survived (seed {asked.seed}):", *survivors, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
