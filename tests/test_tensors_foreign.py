"""What stands beside tensors in a file: numbers, classes, objects. It is passed over by name, and never built."""

import argparse
import collections
import datetime
import decimal
import functools
import io
import os
import pathlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from test_tensors import NEW, OLD, Evil, asked, both_formats, called, refusal, saved, storage, tensor, text, zipped
from torch import nn

from cnnviz.inputs.arrays import read_torch
from cnnviz.networks.checkpoint import Checkpoint
from cnnviz.networks.code import read_code
from cnnviz.tensorfile import read_tensors
from cnnviz.text import Message

CASES = Path(__file__).parent / "cases"
W = torch.arange(4.0)


def passed_over(data: bytes) -> tuple[Any, str]:
    """What is read, and the names of what is not."""
    told: list[Message] = []
    found = read_tensors(data, tell=told.append)
    assert len(told) <= 1
    return found, "".join(map(str, told))


class Settings(dict):
    """As Lightning's AttributeDict: a dictionary of a class of its own."""


class Callback:
    def __init__(self) -> None:
        self.best = torch.ones(2)


BESIDE = {
    "a number of numpy": (lambda: np.float64(0.5), r"beside \(numpy\._?core\.multiarray\.scalar\)"),
    "an array of numpy": (lambda: np.arange(3), r"beside \(numpy\._?core\.multiarray\._reconstruct\)"),
    "a class": (lambda: nn.ReLU, r"beside \(torch\.nn\.modules\.activation\.ReLU\)"),
    "a class as key": (lambda: {nn.ReLU: 1}, r"what beside has under torch\.nn\.modules\.activation\.ReLU"),
    "a function": (lambda: os.getcwd, r"beside \(posix\.getcwd\)"),
    "an object": (Callback, r"beside \(test_tensors_foreign\.Callback\)"),
    "a module": (lambda: nn.Linear(2, 2), r"beside \(torch\.nn\.modules\.linear\.Linear\)"),
    "a set": (lambda: {1, 2}, r"beside \(builtins\.set\)"),
    "a path": (lambda: pathlib.PurePosixPath("a/b"), r"beside \(pathlib.*PurePosixPath\)"),
    "bytes": (lambda: b"ab", r"beside \(_codecs\.encode\)"),
    "a date": (lambda: datetime.date(2024, 1, 2), r"beside \(datetime\.date\)"),
    "a decimal": (lambda: decimal.Decimal("0.1"), r"beside \(decimal\.Decimal\)"),
    "a namespace": (lambda: argparse.Namespace(lr=1), r"beside \(argparse\.Namespace\)"),
    "a partial": (lambda: functools.partial(os.system, "true"), r"beside \(functools\.partial\)"),
    "in a list": (lambda: [1, np.float32(2)], r"beside\[1\] \(numpy\._?core\.multiarray\.scalar\)"),
    "deep inside": (lambda: {"a": [{"b": np.int64(2)}]}, r"beside\.a\[0\]\.b \(numpy"),
    "a random state": (lambda: np.random.RandomState(0), r"beside \(numpy\.random\._pickle\.__randomstate_ctor\)"),
}  # fmt: skip


@both_formats
@pytest.mark.parametrize("name", BESIDE)
def test_tensors_are_taken_and_what_is_beside_them_is_named(form, name):
    make, words = BESIDE[name]
    found, told = passed_over(saved({"state": {"w": W}, "beside": make(), "epoch": 3}, form))
    assert torch.equal(found["state"]["w"], W)
    assert found["epoch"] == 3
    assert re.search(words, told)


@both_formats
def test_numbers_of_kinds_that_are_not_read_are_named(form):
    data = saved({"w": W, "c": torch.ones(2, dtype=torch.complex64), "s": torch.eye(2).to_sparse()}, form)
    if form is OLD:  # their numbers lie between the others
        assert "torch.ComplexFloatStorage" in refusal(data)
    else:
        found, told = passed_over(data)
        assert list(found) == ["w"]
        assert "c (torch.ComplexFloatStorage), s (torch._utils._rebuild_sparse_tensor)" in told


@both_formats
@pytest.mark.parametrize("kind", [Settings, functools.partial(collections.defaultdict, list)])
def test_what_is_in_a_dictionary_of_a_class_of_its_own_is_taken(form, kind):
    inside = kind()
    inside.update(w=W, net={"dropout": 0.5})
    found, told = passed_over(saved({"settings": inside}, form))
    assert torch.equal(found["settings"]["w"], W)
    assert found["settings"]["net"] == {"dropout": 0.5}
    assert "the class of settings (" in told


@both_formats
def test_what_is_left_is_read_exactly(form):
    shared = torch.randn(3, 4)
    beside = {
        "views": [shared[1:, ::2], shared.t(), shared.t()],
        "p": nn.Parameter(torch.ones(2, dtype=torch.bfloat16)),
        "kinds": (torch.tensor(True), torch.tensor([1, 2], dtype=torch.int8), torch.zeros(0, 3)),
        "size": torch.Size([2, 3]),
        "type": torch.float16,
        "plain": {"é": [None, True, -(2**40), 0.5, (1,)], 7: "seven"},
    }
    plain, foreign = saved(beside, form), saved({**beside, "odd": np.float64(1)}, form)
    found, _ = passed_over(foreign)
    wanted = read_tensors(plain)
    for name in ("size", "type", "plain"):
        assert found.pop(name) == wanted.pop(name)
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)


def test_wide_unsigned_numbers_are_read_beside_others():
    found, _ = passed_over(saved({"u": torch.arange(3).to(torch.uint16), "odd": np.float64(1)}))
    assert (found["u"].dtype, found["u"].tolist()) == (torch.uint16, [0, 1, 2])


def test_a_plain_file_is_told_nothing():
    assert passed_over(saved({"w": W}))[1] == ""


def test_three_are_named_and_the_rest_counted():
    _, told = passed_over(saved({"w": W, **{f"n{i}": np.float64(i) for i in range(9)}}))
    assert told.count("multiarray") == 3
    assert told.endswith(" and 6 more")
    assert len(told) < 400


@both_formats
@pytest.mark.parametrize(
    "call", [(os.system, "touch {}"), (eval, "open({!r}, 'w')"), (subprocess.Popen, ["touch", "{}"])]
)
def test_a_program_beside_tensors_never_runs_and_is_named(tmp_path, form, call):
    made = tmp_path / "made"
    function, order = call
    order = [one.format(str(made)) for one in order] if isinstance(order, list) else order.format(str(made))
    for beside in (Evil(function, order), [np.float64(1), Evil(function, order)], {nn.ReLU: Evil(function, order)}):
        assert f"{function.__name__}" in refusal(saved({"w": W, "beside": beside}, form))
    assert not made.exists()


ONE = text("w") + tensor(storage(4), (4,), (1,))
NUMBERS = {"_0": np.arange(4, dtype=np.float32).tobytes()}


@pytest.mark.parametrize(
    "steps",
    [
        asked("posix system") + b"(" + text("true") + b"tR",
        asked("evil f") + b")R",
        asked("evil C") + b")\x81)R",  # an object that is called
        asked("evil C") + b")\x81(" + text("true") + b"tR",
        called("functools partial", asked("posix system")) + b"(" + text("true") + b"tR" + asked("evil f") + b")R",
        called("torch._utils _rebuild_tensor_v2", called("evil f")),
    ],
)
def test_a_call_of_anything_but_a_plain_value_is_refused(steps):
    assert "wants to run or build" in refusal(zipped(b"}(" + ONE + text("beside") + steps + b"u", **NUMBERS))


@pytest.mark.parametrize("module", ["no_such_module_of_anybody", "antigravity"])
def test_no_class_is_imported(module):
    for own in (asked(f"{module} C"), asked(f"{module} C") + b")\x81"):
        found, told = passed_over(zipped(b"}(" + ONE + text("beside") + own + b"u", **NUMBERS))
        assert list(found) == ["w"]
        assert f"beside ({module}.C)" in told
    assert module not in sys.modules


def test_torch_sees_no_name_of_others(monkeypatch):
    seen = []
    load = torch.load
    monkeypatch.setattr(torch, "load", lambda file, **how: seen.append(file.getvalue()) or load(file, **how))
    for form in (NEW, OLD):
        read_tensors(saved({"w": W, "beside": np.float64(1), "class": nn.ReLU}, form))
    assert len(seen) == 2
    assert not any(b"numpy" in one or b"ReLU" in one for one in seen)


def test_what_claims_more_than_it_holds_is_refused_beside_others_too():
    steps = b"}(" + ONE + text("beside") + asked("evil C") + text("x") + tensor(storage(10**9, "1"), (1,), (1,)) + b"u"
    assert "claims 4,000,000,000 bytes" in refusal(zipped(steps, **NUMBERS))


def test_a_list_that_holds_itself_beside_others_is_refused():
    value: list[Any] = [np.float64(1)]
    value.append(value)
    assert refusal(saved({"w": W, "loop": value}))


def test_names_cannot_put_words_on_the_page():
    steps = b"}(" + ONE + text("a\n\x1b[1m" + "b" * 500) + asked("<b>evil&\x1b " + "C" * 500) + b"u"
    _, told = passed_over(zipped(steps, **NUMBERS))
    assert all(c.isprintable() for c in told)
    assert len(told) < 300
    assert "<b>" not in told.replace("<b>evil", "")


# --- where it is said ---

NETWORK = "nn.Sequential(nn.Conv2d(1,4,3),nn.BatchNorm2d(4),nn.ReLU(),nn.MaxPool2d(2),nn.Flatten(),nn.Linear(676,10))"


def test_a_numpy_score_beside_the_weights_is_named():
    fit = Checkpoint((CASES / "w4_numpy_score.pt").read_bytes()).fit(read_code(NETWORK))
    trusted = torch.load(CASES / "w4_numpy_score.pt", weights_only=False)["state_dict"]
    for key, value in trusted.items():
        np.testing.assert_array_equal(fit.weights[key], value.numpy())
    assert tuple(map(str, fit.notes)) == (
        "Passed over, and nothing of it was run: best_accuracy (numpy._core.multiarray.scalar).",
    )


def test_callbacks_keyed_by_class_are_named_and_the_settings_taken():
    opened = Checkpoint((CASES / "w5_lightning_1_2_class_keys.ckpt").read_bytes()).open()
    assert opened.parts == ("student", "teacher")
    assert "what callbacks has under pytorch_lightning.callbacks.early_stopping.EarlyStopping" in str(opened.notes[0])
    assert (opened.architecture.unknown, opened.architecture.desed.conv_dropout) == ((), 0.5)
    assert not any(name.startswith("pytorch_lightning") for name in sys.modules)


def test_an_uploaded_array_says_what_stood_beside_it():
    values, note = read_torch(saved({"mel": torch.rand(4, 6), "rate": np.float64(16000)}))
    assert "passed over, and nothing of it was run: rate (numpy" in str(note)
    assert values.shape == (4, 6)


def test_the_trusted_twin_has_what_is_passed_over():
    # the twin of the tests above: these files hold more than tensors
    data = io.BytesIO(saved({"w": W, "beside": np.float64(0.5)}))
    assert torch.load(data, weights_only=False)["beside"] == 0.5
