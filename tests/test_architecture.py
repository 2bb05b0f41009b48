"""The arrow of docs/architecture.md: modules import only from their left, and the core knows no Streamlit."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Left to right. A package (layers, sources, ...) is one place; inside it, modules are free.
ARROW = [
    "knobs",
    "geometry",
    "layers",
    "measure",
    "device",
    "run",
    "network",
    "suited",
    "pattern",
    "fields",
    "table",
    "zoo",
    "nncode",
    "edit",
    "trace",
    "signatures",
    "tensors",
    "checkpoint",
    "sources",
    "taps",
    "kernels",
    "scene",
    "vectors",
    "maps",
    "flow",
    "figures",
    "snippet",
    "show",
    "ink",
    "bundle",
    "export",
    "takeaway",
    "link",
    "clean",
    "vocabulary",
    "presets",
    "gallery",
    "opening",
    "component",
    "player",
    "viewer",
    "overview",
    "layer_list",
    "share",
    "cached",
    "panels",
    "screen",
    "clips",
    "nets",
    "builder",
    "quiz",
    "history",
    "frame",
    "pages",
    "app",
    "linked",
    "__main__",
]
PURE = ARROW[: ARROW.index("trace") + 1]
MAY_IMPORT_STREAMLIT = ARROW[ARROW.index("component") :]

FILES = [*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
MODULES = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES if path.exists())
MODULES.remove("cnnviz.__init__")


def place(module: str) -> str:
    """Where on the arrow: ``cnnviz.core.layers.conv`` is in ``layers``, ``pages.convolution`` in ``pages``."""
    return module.removeprefix("cnnviz.").split(".")[0]


def imports(module: str) -> Iterator[str]:
    """Full names of all that a module imports, wherever in it."""
    path = ROOT / Path(*module.split(".")).with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []  # from . import, from .base import
            start = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{start}.{name.name}" for name in node.names)


def libraries(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module)} - set(sys.stdlib_module_names)


def test_every_module_has_a_place_on_the_arrow():
    assert {place(module) for module in MODULES} - set(ARROW) == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_left(module):
    ours = {place(name) for name in imports(module) if name.split(".")[0] in {"cnnviz", "pages", "app"}}
    assert ours - {place(module)} <= set(ARROW[: ARROW.index(place(module))])


@pytest.mark.parametrize("module", [module for module in MODULES if place(module) in PURE])
def test_the_core_needs_torch_and_numpy_alone(module):
    assert libraries(module) <= {"cnnviz", "torch", "numpy"}


@pytest.mark.parametrize("module", [module for module in MODULES if place(module) not in MAY_IMPORT_STREAMLIT])
def test_streamlit_stays_on_the_right(module):
    assert "streamlit" not in libraries(module)


def test_importing_the_core_does_not_load_streamlit():
    core = ", ".join(module for module in MODULES if place(module) in PURE)
    code = f"import sys, {core}; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
