"""The examples in docstrings give what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# By hand: pytest would load all our files, and search each, for the few that have examples.
HAVING = [path for path in sorted((ROOT / "cnnviz").rglob("*.py")) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", HAVING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_examples_of_a_module_give_what_they_say(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    failed, tried = doctest.testmod(import_module(name))
    assert tried
    assert not failed
