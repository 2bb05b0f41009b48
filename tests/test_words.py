"""Every sentence is a message: what has two words or more, and is none, stands in one of the lists below."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# What a message is called by, as `make messages` has it.
MESSAGES = set(re.findall(r"([A-Za-z_]+)(?::[\d,]+)?", re.search(r"MESSAGES :=((?:.*\\\n)*.*)", MAKEFILE)[1]))
FORMS = {"plural": 2, "Plural": 2}  # arguments that are messages, of those that have more than one
PROGRAMMERS = {"ValueError", "TypeError", "NotImplementedError", "RuntimeError", "AssertionError", "compile"}
TWO_WORDS = re.compile(r"[A-Za-z][a-z']+,? [a-z(“][a-z']*")
CODE = re.compile(  # of Python, JavaScript, LaTeX, HTML, style sheets, addresses
    r"^\s*(import |<|with torch|export const|python -m|:root|# |.use strict)|from [\w.]+ import |\\[a-z]|\n.* = |"
    r"for [\w, ]+ in |[?&]\w+=|[\w\]] = "
)
# Names of files' kinds, of torch's own, of widgets and options in addresses, and what systems say.
NAMES = {
    *("zip or npz", "something else", "Ogg video", "git-annex pointer", "torch device", "out of memory"),
    *("model name", "cpu family"),
    *("can't allocate memory", "not enough memory", "cannot allocate memory", "can't start new thread"),
    *(
        "frames x mels",
        "mels x frames",
        "channels first",
        "channels last",
        "all maps",
        "all stages",
        "one layer",
        "at work",
        "over the input",
    ),
    *("all channels", "one window", "Paste code", "Running statistics", "ContextGating (DESED)"),
    *("AlexNet, two towers", "AlexNet, one tower", "AlexNet, torchvision"),
    "ankle boot",  # a class of Fashion-MNIST
    *("the number of examples", "what only the input tells"),
}
# The command line speaks English; the others hold code, or words of addresses.
LATER = (
    "cnnviz/__main__.py",
    "cnnviz/cli/corpus/command.py",
    "cnnviz/cli/serve/",
    "cnnviz/cli/train.py",
    "cnnviz/text/catalogue.py",
    "cnnviz/jobs/wire.py",
)
LATER += ("cnnviz/web/vocabulary.py", "cnnviz/web/components/component.py")
FILES = [
    path
    for path in sorted([*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")])
    if not str(path.relative_to(ROOT)).startswith(LATER)
]


def unwrapped(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each literal with two or more words that is no message."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in PROGRAMMERS or logs(node.func):
            return
        if name in MESSAGES:
            said = 1 if name == "error_at" else 0  # its first argument is a place in the code
            for i, one in enumerate([node.func, *node.args, *(keyword.value for keyword in node.keywords)]):
                if not (said < i <= said + FORMS.get(name, 1) and is_text(one)):
                    yield from unwrapped(one)
            return
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = shown(node)
        if TWO_WORDS.search(text) and not CODE.search(text) and text not in NAMES:
            yield node.lineno, text
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    for child in ast.iter_child_nodes(node):
        yield from unwrapped(child)


def logs(function: ast.expr) -> bool:
    """Is it said to whoever keeps the server?"""
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "log"


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def shown(node: ast.Constant | ast.JoinedStr) -> str:
    """The text, {} where a value is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


@pytest.fixture(scope="module")
def trees():
    """What each file says, by its name."""
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in FILES}


def test_every_sentence_is_a_message(trees):
    assert {path: found for path, tree in trees.items() if (found := [*unwrapped(tree)])} == {}


def hiding(tree: ast.Module) -> Iterator[str]:
    """Names of functions in which ``_`` is a loop's variable and a message, too."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "_"]
            if len({isinstance(node.ctx, ast.Store) for node in names}) == 2:
                yield function.name


def test_no_function_calls_its_own_underscore_a_message(trees):
    """Where a loop's variable is ``_``, the message of that name is hidden."""
    assert {path: found for path, tree in trees.items() if (found := [*hiding(tree)])} == {}
    assert [*hiding(ast.parse("def f(): return [_(x) for _ in x]"))] == ["f"]


def said_at_import(node: ast.AST) -> Iterator[int]:
    """Lines where a message is said as a module is read: in the language of nobody."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "plural"):
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from said_at_import(child)


def test_no_message_is_said_before_it_is_read(trees):
    """Modules are read once, for readers of all languages; a page's file is, for each of them."""
    modules = {path: tree for path, tree in trees.items() if path.startswith("cnnviz/")}
    assert {path: found for path, tree in modules.items() if (found := [*said_at_import(tree)])} == {}
    assert [*said_at_import(ast.parse('def f(): return _("a")\nB = _("b")'))] == [2]


@pytest.mark.parametrize(
    "text", ['f"A window of {n} cells."', '"two windows" if n else ""', 'st.title("a long title")']
)
def test_what_is_not_wrapped_is_found(text):
    assert [*unwrapped(ast.parse(text))]


@pytest.mark.parametrize("text", ['_("A window of {n} cells.", n=n)', 'plural("one cell", "many cells", n)'])
def test_what_is_wrapped_is_not(text):
    assert not [*unwrapped(ast.parse(text))]


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_says_a_word(path):
    """Their contents are in no catalogue."""
    assert re.findall(r"content: \"[^\"]*[A-Za-z]{2}[^\"]*\"", path.read_text("utf-8")) == []
