"""The arrow of docs/architecture.md: rooms import only from rows below their own, and the core knows no Streamlit."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Bottom to top. A room imports from rows below its own: not from its neighbours, and not from above.
ROWS = [
    ["text"],
    ["core", "tensorfile", "content"],
    ["networks", "inputs"],
    ["scenes"],
    ["export", "jobs"],
    ["web"],
    ["pages", "cli"],
    ["app", "__main__"],
]
ROW = {room: number for number, row in enumerate(ROWS) for room in row}
MAY_IMPORT_STREAMLIT = {"web", "pages", "cli", "app"}

FILES = [*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
NAMES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
MODULES = sorted(NAMES.keys() - {"cnnviz"})


def room(module: str) -> str:
    """Where on the arrow: ``cnnviz.core.layers.conv`` is in ``core``, ``pages.convolution`` in ``pages``."""
    return module.removeprefix("cnnviz.").split(".")[0]


def pure(module: str) -> bool:
    """Whether it needs torch and numpy alone; checkpoints are read from files, and that takes more."""
    return room(module) in {"core", "networks", "text"} and not module.startswith("cnnviz.networks.checkpoint")


@cache
def imports(module: str) -> list[str]:
    """Full names of all that a module imports, wherever in it; what it names only to be checked apart."""
    tree = ast.parse(NAMES[module].read_text())
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: name modules in full"
            found += (f"{node.module}.{name.name}" for name in node.names)
    return found


def ours(module: str) -> set[str]:
    """The modules of ours that it imports."""
    found = set()
    for name in imports(module):
        if name in NAMES:
            found.add(name)
        elif name.split(".")[0] in {"cnnviz", "pages", "app"}:
            found.add(name.rpartition(".")[0])
    return found - {"cnnviz"}


def libraries(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module)} - set(sys.stdlib_module_names)


def test_every_module_is_in_a_room():
    assert {room(module) for module in MODULES} == ROW.keys()


def test_a_module_imports_only_from_rooms_below():
    rooms = {(module, room(module), room(other)) for module in MODULES for other in ours(module)}
    assert {(module, other) for module, mine, other in rooms if other != mine and ROW[other] >= ROW[mine]} == set()


def test_modules_do_not_import_one_another_in_a_circle():
    TopologicalSorter({module: ours(module) - {module} for module in MODULES}).prepare()


def test_the_pure_part_needs_torch_and_numpy_alone():
    more = {module: libraries(module) - {"cnnviz", "torch", "numpy"} for module in MODULES if pure(module)}
    assert {module: found for module, found in more.items() if found} == {}


def test_streamlit_stays_above():
    below = [module for module in MODULES if room(module) not in MAY_IMPORT_STREAMLIT]
    assert [module for module in below if "streamlit" in libraries(module)] == []


def test_importing_the_pure_part_does_not_load_streamlit():
    names = ", ".join([module for module in MODULES if pure(module)])
    code = f"import sys, {names}; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("suffix", ["py", "js", "css"])
def test_no_file_is_longer_than_300_lines(suffix):
    files = [
        path
        for folder in ("cnnviz", "pages", "static", "bench", "docs")
        for path in (ROOT / folder).rglob(f"*.{suffix}")
    ]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > 300} == {}
