"""Notebooks and scripts: valid, runnable as they stand, equal to torch's output, and a stranger's words stay words."""

import io
import json
import subprocess
import sys
import time
import tokenize
from html import unescape
from importlib import import_module

import nbformat
import numpy as np
import pytest
import torch
from asking import request_of, undoing, weighted
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from strategies import any_case, values
from test_snippet import code_of, random_of, ready

from cnnviz.core.device import VARIABLE
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import GLU, BatchNorm, Conv, MaxPool, MaxUnpool
from cnnviz.core.run import Run
from cnnviz.export.notebook import blocks, notebook, plain, script
from cnnviz.inputs import SOURCES
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.scenes.build import show
from cnnviz.scenes.snippet import snippet

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

CODE = snippet(weighted(Conv(), Ramp(size=(4, 5)), 3))
LOADS = """\
import numpy as np
import torch
from torch import nn

# download input.npy from the page, next to these lines
x = torch.from_numpy(np.load("input.npy"))[None]

layer = nn.ReLU()

with torch.no_grad():
    y = layer(x)
print(y.shape)"""
HOSTILE = [
    "![](https://example.org/a.png)",
    "<img src=https://example.org/a.png>",
    "[a](javascript:alert(1))",
    "https://example.org www.example.org a@example.org",
    "# big\n\n- list\n\n1. one\n\n---\n\n===",
    "`code` $x$ *a* _b_ ~~c~~ | d",
    "\nimport os\rx = 1\x0c\x85\u2028y = 2",
    "coding: utf-7 +AAo-x",
    "-*- coding: latin-1 -*-",
    "a\0b\x1b[0m\ud800",
    '"""',
    "\\",
]


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """Where the lines themselves run."""
    monkeypatch.setenv(VARIABLE, "cpu")


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """An empty folder in which everything runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def npy(x: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.save(data, x)
    return data.getvalue()


def read(data: bytes) -> nbformat.NotebookNode:
    """A notebook as Jupyter reads it."""
    found = nbformat.reads(data.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(found)
    return found


def cells(data: bytes, kind: str = "code") -> list[str]:
    return [cell.source for cell in read(data).cells if cell.cell_type == kind]


def y_of(data: bytes) -> torch.Tensor:
    """Run all cells in order, with nothing imported, and return their ``y``."""
    space: dict[str, object] = {}
    with torch.random.fork_rng():
        for cell in cells(data):
            exec(cell, space)
    return space["y"]


def assert_gives(data: bytes, done: Run) -> None:
    y = y_of(data)
    np.testing.assert_array_equal(y.numpy().reshape(done.y.shape), done.y)


# --- runnable ---


@examples(2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=any_case.filter(lambda case: not isinstance(case[0], MaxUnpool)),
    seed=st.integers(0, 99),
)
def test_any_layers_notebook_gives_its_output(inside, case, seed):
    layer, shape = case
    choice = request_of(layer, random_of(layer, shape), seed=seed)
    assert_gives(notebook(code_of(choice), "Any", "", {}), show(choice).done)


@pytest.mark.parametrize(("name", "ndim"), [(name, ndim) for name, kind in SOURCES.items() for ndim in kind.ndims])
def test_any_inputs_notebook_gives_its_output(inside, name, ndim):
    source = ready(name, ndim)
    channels = len(source.grid().values)
    choice = request_of(Conv(channels, 2, 3, stride=2, ndim=ndim), source, seed=4)
    try:
        wanted = show(choice).done
    except GeometryError:
        pytest.skip("The kernel does not fit in this input.")
    files = {"input.npy": npy(source.grid().values)}
    assert_gives(notebook(code_of(choice), name, "", files), wanted)


def test_a_pooling_undone_and_layers_before_it_give_their_output(inside):
    for choice in (
        undoing(MaxPool(), Random(size=6)),
        request_of(GLU(channels=2), Random(size=4, channels=2), seed=2, front=(BatchNorm(num_features=2, steps=3),)),
    ):
        assert_gives(notebook(code_of(choice), "", "", {}), show(choice).done)


def test_weights_and_inputs_too_many_to_write_down_are_inside(inside):
    layer, source = Conv(16, 64, 11), Random(size=12, channels=16)
    weight = values(layer.weight_shape())
    code = snippet(weighted(layer, source, 0, weight))
    data = notebook(code, "Large", "", {"weight.npy": npy(weight)})
    assert (inside / "weight.npy").exists() is False
    y = y_of(data)
    again = torch.nn.functional.conv2d(torch.from_numpy(source.grid().values)[None], torch.from_numpy(weight))
    np.testing.assert_array_equal(y, again)
    assert (inside / "weight.npy").read_bytes() == npy(weight)


def test_the_script_gives_the_same_output(inside):
    choice = request_of(Conv(1, 2, 3, padding=1), Ramp(size=(4, 5)), seed=3)
    (inside / "a.py").write_text(script(code_of(choice), "A", "B") + "torch.save(y, 'y.pt')\n")
    done = subprocess.run([sys.executable, "a.py"], capture_output=True, text=True, check=True)
    assert done.stdout == "torch.Size([1, 2, 4, 5])\n"
    np.testing.assert_array_equal(torch.load(inside / "y.pt")[0], show(choice).done.y[0])


# --- cells ---


def test_the_cells_are_those_that_a_person_would_make():
    assert cells(notebook(CODE, "A", "B", {})) == [
        "import torch\nfrom torch import nn",
        "x = torch.arange(20.0).reshape(1, 1, 4, 5)",
        "torch.manual_seed(3)\nlayer = nn.Conv2d(1, 1, kernel_size=3)",
        "with torch.no_grad():\n    y = layer(x)\nprint(y.shape)",
    ]


def test_a_class_is_one_cell_and_all_imports_are_another():
    code = snippet(weighted(GLU(channels=3), SOURCES["photo"](colour="rgb"), 0))
    first, second, *_ = blocks(code)
    assert first.startswith("import numpy")
    assert all(line.startswith(("import ", "from ")) for line in first.split("\n") if line)
    assert second.startswith("class DesedGLU(nn.Module):")
    assert "\n\n" in second


@examples(1)
@given(case=any_case.filter(lambda case: not isinstance(case[0], MaxUnpool)))
def test_no_line_is_lost_or_moved(case):
    layer, shape = case
    code = code_of(request_of(layer, random_of(layer, shape)))
    assert "\n\n".join(blocks(code)) == code


def test_blank_lines_in_a_text_do_not_cut_it():
    assert blocks('import a\n\nx = """\n1\n\n2\n"""\n\n# two\ny = 3') == [
        "import a",
        'x = """\n1\n\n2\n"""',
        "# two\ny = 3",
    ]


def test_equal_code_gives_equal_bytes_and_cells_have_names_of_their_own():
    make = lambda: notebook(LOADS, "A", "B", {"input.npy": npy(values((1, 3, 3)))})  # noqa: E731
    assert make() == make()
    names = [cell.id for cell in read(make()).cells]
    assert len(set(names)) == len(names)
    twice = "import a\n\nx = 1\n\nx = 1"
    assert len({cell.id for cell in read(notebook(twice, "", "", {})).cells}) == 4


# --- files ---


def test_a_file_is_written_between_the_imports_and_what_loads_it(inside):
    x = values((1, 3, 3))
    data = notebook(LOADS, "A", "B", {"input.npy": npy(x)})
    first, second, third, *_ = read(data).cells[1:]
    assert first.source.startswith("import numpy")
    assert second.source.startswith("# input.npy, as the page had it")
    assert second.metadata == {"jupyter": {"source_hidden": True}}
    assert third.source.startswith("# input.npy is written above\nx = ")
    np.testing.assert_array_equal(y_of(data)[0], np.maximum(x, 0))


def test_files_that_the_code_does_not_load_stay_out():
    assert notebook(CODE, "A", "B", {"input.npy": b"x", "no/name": b""}) == notebook(CODE, "A", "B", {})


def test_a_file_that_is_too_large_stays_out_and_the_text_says_so(monkeypatch):
    code = LOADS.replace('np.load("input.npy"))[None]', 'np.load("input.npy"))[None] + len("weight.npy")')
    files = {"input.npy": npy(values((1, 30, 30))), "weight.npy": npy(values((1, 3, 3)))}
    monkeypatch.setattr(import_module("cnnviz.export.notebook"), "MOST_PACKED", 1000)
    data = notebook(code, "A", "B", files)
    [text] = cells(data, "markdown")
    assert text.split("\n\n")[-1] == (
        f"input.npy has {len(files['input.npy']):,} bytes, too many for a notebook: download it from the page, next to "
        "this notebook."
    )
    assert "# download input.npy from the page" in data.decode()
    assert [cell.split(",")[0] for cell in cells(data) if "as the page had it" in cell] == ["# weight.npy"]


def test_the_bound_counts_all_files_together():
    noise = np.random.default_rng(0).bytes(1_600_000)
    code = 'import a\n\nx = a("1.npy", "2.npy")'
    data = notebook(code, "", "", {"1.npy": noise, "2.npy": noise})
    assert "2&#46;npy has" not in cells(data, "markdown")[0]
    assert "npy has 1,600,000 bytes" in cells(data, "markdown")[0]
    assert 2_000_000 < len(data) < 4_300_000


def test_a_large_notebook_is_made_in_a_moment():
    began = time.perf_counter()
    notebook('x = "1.npy"', "", "", {"1.npy": np.random.default_rng(0).bytes(2_900_000)})
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("name", ["../a.npy", "a/b.npy", '"x', ".hidden", "a\\b", "é.npy"])
def test_a_name_that_is_no_plain_one_is_refused(name):
    with pytest.raises(ValueError, match="no plain name"):
        notebook(f'x = "{name}"', "", "", {name: b""})


# --- strangers' words ---


def test_title_and_words_stand_above_the_code():
    [text] = cells(notebook(CODE, "Edges", "A ramp,\nseed 3.\n\nFree to use.", {}), "markdown")
    assert text == "# Edges\n\nA ramp, seed 3.\n\nFree to use."


@pytest.mark.parametrize("words", HOSTILE)
def test_a_notebook_shows_hostile_words_as_they_are(words):
    data = notebook(CODE, words, words, {})
    [text] = cells(data, "markdown")
    assert not set("<>[]`*$~|\\@") & set(text)
    assert not [line for line in text.split("\n")[1:] if line[:1] in {*"#+-=_", *"0123456789"}]
    assert "://" not in text
    assert "www." not in text
    shown = unescape(text.split("\n\n")[0]).removeprefix("# ")
    assert shown.split() == "".join(c for c in words if c.isprintable() or c.isspace()).split()
    assert cells(data) == cells(notebook(CODE, "A", "B", {}))


def test_an_address_on_its_own_is_a_link_and_no_more():
    link = "https://example.org/cnnviz/convolution?kernel=box+blur&stride=2"
    text = cells(notebook(CODE, "A", f"Seed 3.\n\n{link}", {}), "markdown")[0]
    assert text.split("\n\n") == ["# A", "Seed 3.", f"<{link}>"]
    for odd in (f"{link} [a](b)", f"{link}><img src=x>", "javascript:alert(1)", f"![]({link})"):
        text = cells(notebook(CODE, "A", odd, {}), "markdown")[0]
        assert not set("<>[]") & set(text)


def test_a_call_in_the_words_can_still_be_read_where_it_is_edited():
    call = "nn.Conv2d(1, 2, kernel_size=3), seed 3: (1, 1, 8, 9) → (1, 2, 4, 5)"
    assert plain(call) == call


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_comments_in_a_script_and_nothing_else(words):
    code = script("x = 1", words, words)
    data = code.encode()
    assert tokenize.detect_encoding(io.BytesIO(data).readline)[0] == "utf-8"
    head, _, rest = code.rpartition("\n\n")
    assert rest == "x = 1\n"
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    kinds = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING}
    assert {token.type for token in tokens if token.start[0] <= head.count("\n") + 1} <= kinds
    space: dict[str, object] = {}
    exec(compile(data, "a.py", "exec"), space)
    assert {name for name in space if not name.startswith("__")} == {"x"}


@given(words=st.text(), title=st.text())
def test_any_words_leave_the_code_alone(words, title):
    assert (
        json.loads(notebook(CODE, title, words, {}))["cells"][1:] == json.loads(notebook(CODE, "", "", {}))["cells"][1:]
    )
    space: dict[str, object] = {}
    exec(compile(script("x = 1", title, words).encode(), "a.py", "exec"), space)
    assert {name for name in space if not name.startswith("__")} == {"x"}


def test_a_script_begins_with_its_words():
    assert script("x = 1\n\n", "Edges", "A ramp.\n\nFree to use.") == (
        "# coding: utf-8\n# Edges\n#\n# A ramp.\n#\n# Free to use.\n\nx = 1\n"
    )


def test_long_words_are_wrapped():
    assert max(map(len, script("x = 1", "a " * 300, "b" * 300).split("\n"))) <= 102
