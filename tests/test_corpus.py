"""Whatever strangers send is read or refused in one sentence, within the limits of `limits`.

`make test` replays the corpus and changes it a little; `make fuzz` changes it a lot, and more cleverly, by what code an
input reaches (`fuzz_coverage.py`).
"""

import ast
import importlib
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from limits import MEBI, Limit, LimitError, held
from targets import CORPUS, TARGETS, inputs

ROOT = Path(__file__).parent.parent

# Widgets that take what no list limits, each with what reads it.
TAKES = {"file_uploader", "audio_input", "camera_input", "text_area", "text_input", "chat_input", "data_editor"}
TAKEN = {
    ("cnnviz/web/form.py", "file_uploader"): ("upload", "sound", "spectrogram", "own", "weights", "result"),
    ("cnnviz/web/form.py", "audio_input"): ("upload", "sound"),
    ("cnnviz/web/form.py", "text_area"): ("address", "numbers"),
    ("cnnviz/web/form.py", "text_input"): ("address", "name"),
    ("cnnviz/web/network_code.py", "text_area"): ("code", "json"),
    ("cnnviz/web/network_code.py", "file_uploader"): ("json",),
    ("cnnviz/web/quiz.py", "text_input"): ("answer",),
    ("cnnviz/web/judged_input.py", "file_uploader"): ("upload",),
    ("cnnviz/web/compare.py", "text_input"): ("address",),
}


# --- nothing is left out ---


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for room in ("cnnviz", "pages") for path in (ROOT / room).rglob("*.py")}


@cache
def calls() -> dict[str, list[tuple[Path, ast.Call]]]:
    """By its name, where a function or method is called in cnnviz, whatever it is called on."""
    found: dict[str, list[tuple[Path, ast.Call]]] = defaultdict(list)
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                found[name].append((path, node))
    return found


def named(path: Path, name: str) -> Any:
    """What a name of a module stands for."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return getattr(importlib.import_module(module), name)


def apart() -> set[Callable[..., Any]]:
    """All readers of strangers' files: what goes to a worker."""
    there = calls()["read_apart"]
    found = [named(path, call.args[1].id) for path, call in there if isinstance(call.args[1], ast.Name)]
    assert len(found) >= 6
    assert len(found) == len(there)
    return set(found)


def test_every_reader_of_files_is_tried():
    tried = {read for target in TARGETS.values() for read in target.reads}
    assert apart() - tried == set()


def test_every_widget_that_takes_any_text_or_file_has_readers_that_are_tried():
    found = {(path.relative_to(ROOT).as_posix(), name) for name in TAKES for path, _ in calls()[name]}
    assert found == TAKEN.keys()
    assert {name for names in TAKEN.values() for name in names} <= TARGETS.keys()


def test_every_target_has_a_folder_and_every_folder_a_target():
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} == TARGETS.keys()
    assert sum(path.stat().st_size for path in CORPUS.rglob("*")) < 2**20


# --- limits hold ---


def test_a_trial_that_takes_too_much_fails():
    with pytest.raises(LimitError, match="s of processor"), held(Limit(0.01, 64)):
        sum(range(3_000_000))
    with pytest.raises(LimitError, match="MiB more"), held(Limit(60, 64)):
        mmap(-1, 96 * MEBI)[::4096] = bytes(24 * 1024)  # taken from the system, and given back: the peak counts
    with held(Limit(60, 64)):
        np.ones(2**20)


# --- trials ---


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_read_or_refused(name):
    read = {path.name: TARGETS[name].trial(path.read_bytes()) for path in inputs(name)}
    assert sum(read.values()) >= 2  # else nothing is fuzzed behind the first check


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """A file of the corpus with changes: bits, bytes, numbers of four bytes, cuts, and pieces of another."""
    files = sorted(inputs(name))
    data = bytearray(draw(st.sampled_from(files)).read_bytes())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)) | st.integers(0, min(200, len(data))))
        match draw(st.sampled_from(["bit", "byte", "number", "cut", "insert", "splice", "repeat"])):
            case "bit" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "byte" if at < len(data):
                data[at] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x2F, 0x30, 0x39]) | st.integers(0, 255))
            case "number":
                sign = draw(st.sampled_from(["little", "big"]))
                length = draw(st.sampled_from([2, 4, 8]))
                many = draw(st.sampled_from([0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1]))
                data[at : at + length] = (many % 256**length).to_bytes(length, sign)
            case "cut":
                del data[at : at + draw(st.sampled_from([1, 2, 4, 100, 10**9]))]
            case "insert":
                data[at:at] = draw(
                    st.binary(max_size=8) | st.sampled_from([b"\0", b"9" * 400, b"\xed\xa0\x80", b"nan"])
                )
            case "splice":
                other = draw(st.sampled_from(files)).read_bytes()
                start = draw(st.integers(0, len(other)))
                data[at : at + draw(st.integers(0, 64))] = other[start : start + draw(st.integers(0, 400))]
            case "repeat":
                data[at:at] = data[at : at + 40] * draw(st.sampled_from([1, 2, 100]))
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
@examples(5)
@given(data=st.data())
def test_what_is_changed_is_read_or_refused(name, data):
    TARGETS[name].trial(data.draw(changed(name)))
