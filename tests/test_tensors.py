"""Files of tensors: what is read exactly, what wants to run a program, and what claims more than it holds."""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.tensorfile import MOST_BYTES, TensorError, kind_of, read_tensors
from cnnviz.tensorfile.limits import MOST_AXES, MOST_DEPTH, MOST_ITEMS, MOST_MEMBERS, MOST_STEPS
from cnnviz.tensorfile.torchfile import MAGIC

NEW, OLD = {"_use_new_zipfile_serialization": True}, {"_use_new_zipfile_serialization": False}
both_formats = pytest.mark.parametrize("form", [NEW, OLD], ids=["zip", "pickles"])


def saved(value: Any, form: dict[str, bool] = NEW, **options: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, **form, **options)
    return stream.getvalue()


def refusal(data: bytes) -> str:
    """The sentence with which a file is refused: one paragraph, and nothing of this machine in it."""
    with pytest.raises(TensorError) as caught:
        read_tensors(data)
    sentence = str(caught.value)
    assert sentence.endswith((".", ")"))
    assert len(sentence) < 500
    assert not any(word in sentence for word in ("Traceback", "/", "\n", "weights_only", "Error"))
    assert caught.value.__cause__ is None
    return sentence


@pytest.fixture
def torch_unasked(monkeypatch):
    """Fail if a file gets as far as torch."""
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("torch saw the file"))


# --- a stranger's pickle, step by step ---


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def group(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


def asked(name: str) -> bytes:
    return b"c" + name.replace(" ", "\n").encode() + b"\n"


def called(name: str, *values: bytes) -> bytes:
    return asked(name) + group(*values) + b"R"


def storage(numel: int, key: str = "0", kind: str = "torch FloatStorage", *more: bytes) -> bytes:
    return group(text("storage"), asked(kind), text(key), text("cpu"), number(numel), *more) + b"Q"


def tensor(store: bytes, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    sizes = (group(*map(number, one)) for one in (size, stride))
    return called("torch._utils _rebuild_tensor_v2", store, number(offset), *sizes, b"\x89", EMPTY)


EMPTY = called("collections OrderedDict")
START, STOP = b"\x80\x02", b"."


def zipped(steps: bytes, compression: int = zipfile.ZIP_STORED, **records: bytes) -> bytes:
    """A zip such as torch.save's, of any pickle and any numbers: ``_0=b"..."`` is ``data/0``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("archive/data.pkl", START + steps + STOP)
        archive.writestr("archive/version", "3\n")
        for key, content in records.items():
            archive.writestr(f"archive/data/{key[1:]}", content)
    return stream.getvalue()


def row(steps: bytes, keys: list[str], *numbers: bytes) -> bytes:
    """The older format, of any pickle and any numbers."""
    head = MAGIC + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
    counted = b"".join(struct.pack("<q", len(one) // 4) + one for one in numbers)
    return head + START + steps + STOP + pickle.dumps(keys, 2) + counted


FOUR = np.arange(4, dtype=np.float32).tobytes()


def test_the_crafted_files_are_such_that_torch_reads_them():
    # so that the refusals below are for what is changed in them
    steps = tensor(storage(4), (2, 2), (2, 1))
    np.testing.assert_array_equal(read_tensors(zipped(steps, _0=FOUR)), [[0, 1], [2, 3]])
    old = tensor(storage(4, "0", "torch FloatStorage", b"N"), (2, 2), (2, 1))
    np.testing.assert_array_equal(read_tensors(row(old, ["0"], FOUR)), [[0, 1], [2, 3]])


# --- what is read exactly ---

FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
WHOLE = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
UNSIGNED = [torch.uint64, torch.uint32, torch.uint16]


@both_formats
@pytest.mark.parametrize("dtype", FLOATS + WHOLE)
def test_a_tensor_is_read_exactly(form, dtype):
    values = torch.arange(-3, 3).reshape(2, 3).to(dtype)
    found = read_tensors(saved({"x": values}, form))["x"]
    assert found.dtype == dtype
    assert torch.equal(found, values)


@pytest.mark.parametrize("dtype", UNSIGNED)
def test_wide_unsigned_numbers_are_read_from_the_newer_format(dtype):
    values = torch.arange(6).reshape(2, 3).to(dtype)
    assert read_tensors(saved(values)).tolist() == values.tolist()


@pytest.mark.parametrize("dtype", FLOATS + WHOLE + UNSIGNED)
def test_safetensors_are_read_exactly(dtype):
    values = torch.arange(6).reshape(2, 3).to(dtype)
    found = read_tensors(safetensors.torch.save({"x": values, "one": values[0, 0].clone()}))
    assert found["x"].dtype == dtype
    assert found["x"].tolist() == values.tolist()
    assert found["one"].shape == ()


@both_formats
def test_views_of_one_storage_are_read_as_their_own_cells(form):
    whole = torch.arange(24.0).reshape(2, 3, 4)
    views = {"turned": whole.permute(2, 0, 1), "part": whole[1, :, 1:3]}
    found = read_tensors(saved(views, form))
    for name, view in views.items():
        assert torch.equal(found[name], view)
        assert found[name].is_contiguous()


@both_formats
def test_plain_values_come_back_as_they_are(form):
    values = {"epoch": 3, "rate": 0.5, "name": "é", "none": None, "on": True, "pair": (1, [2, -(2**63)]), 7: {}}
    assert read_tensors(saved(values, form)) == values


@both_formats
def test_a_modules_state_is_a_plain_dictionary(form):
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    found = read_tensors(saved(module.state_dict(), form))
    assert type(found) is dict
    assert {key: value.shape for key, value in found.items()} == {k: v.shape for k, v in module.state_dict().items()}


@both_formats
def test_parameters_sizes_dtypes_and_devices_become_plain(form):
    given = {"p": nn.Parameter(torch.ones(2)), "s": torch.Size([2, 3]), "t": torch.float32, "d": torch.device("cuda:1")}
    found = read_tensors(saved(given, form))
    assert type(found["p"]) is torch.Tensor
    assert not found["p"].requires_grad
    assert (found["s"], found["t"], found["d"][:4]) == ((2, 3), "torch.float32", "cuda")


@both_formats
def test_what_is_not_finite_stays(form):
    assert str(read_tensors(saved(torch.tensor([float("nan"), float("inf")]), form)).tolist()) == "[nan, inf]"


def test_a_bool_is_0_or_1_whatever_the_byte():
    steps = tensor(storage(4, "0", "torch BoolStorage"), (4,), (1,))
    assert read_tensors(zipped(steps, _0=bytes([0, 1, 2, 255]))).numpy().view(np.uint8).tolist() == [0, 1, 1, 1]


def test_a_file_from_a_machine_with_the_other_byte_order_is_read():
    stream = io.BytesIO(zipped(tensor(storage(4), (4,), (1,)), _0=np.arange(4, dtype=">f4").tobytes()))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("archive/byteorder", "big")
    assert read_tensors(stream.getvalue()).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved({}), "torch"),
        (saved({}, OLD), "torch"),
        (safetensors.torch.save({"x": torch.ones(2)}), "safetensors"),
        ((0x80).to_bytes(8, "little") + b"{", "safetensors"),  # a length that looks like a pickle
        (b"\x80\x02}q\0(X\1{", "torch"),  # a pickle that has the header's brace in its place
        (b"", ""),
        (b"\x89PNG\r\n\x1a\n", ""),
    ],
)
def test_the_kind_is_told_by_the_leading_bytes(data, kind):
    assert kind_of(data) == kind


# --- what wants to run ---


class Evil:
    """Pickled, it is a call."""

    def __init__(self, function: Any, *arguments: Any):
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@both_formats
@pytest.mark.parametrize(("function", "name"), [(os.system, "posix.system"), (eval, "builtins.eval")])
def test_a_program_is_named_and_does_not_run(tmp_path, form, function, name):
    made = tmp_path / "made"
    order = f"touch {made}" if function is os.system else f"open({str(made)!r}, 'w')"
    data = saved({"state_dict": {"w": torch.ones(2)}, "extra": Evil(function, order)}, form)
    assert f"wants to run or build {name}. Nothing was run" in refusal(data)
    assert not made.exists()


@both_formats
def test_torch_is_asked_for_weights_only_on_the_cpu(monkeypatch, form):
    asked = []
    load = torch.load
    monkeypatch.setattr(torch, "load", lambda *given, **options: asked.append(options) or load(*given, **options))
    read_tensors(saved(torch.ones(2), form))
    assert asked == [{"map_location": "cpu", "weights_only": True}]


@both_formats
def test_the_same_file_would_run_if_torch_were_told_to_trust_it(tmp_path, form):
    # the twin of the test above: it fails if the file is harmless
    made = tmp_path / "made"
    torch.load(io.BytesIO(saved(Evil(os.system, f"touch {made}"), form)), weights_only=False)
    assert made.exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_pickle_of_any_protocol_names_what_it_wants(protocol):
    data = b"\x80\x02" * (protocol < 2) + pickle.dumps([Evil(os.system, "true"), Evil(os.system, "true")], protocol)
    assert "run or build posix.system. Nothing" in refusal(data)


def test_a_name_in_the_oldest_manner_is_found():
    assert "run or build posix.system." in refusal(zipped(b"(" + text("true") + b"iposix\nsystem\n"))


@pytest.mark.parametrize("protocol", [2, 4])
def test_names_from_the_memo_are_found(protocol):
    data = pickle.dumps(["system", "posix", Evil(eval, "1"), Evil(os.system, "1"), Evil(os.popen, "1")], protocol)
    assert "builtins.eval, posix.system, os.popen." in refusal(data)


def test_at_most_five_names_are_told():
    steps = b"(" + b"".join(asked(f"evil f{i}") for i in range(1005)) + b"l"
    assert "evil.f0, evil.f1, evil.f2, evil.f3, evil.f4 and 1,000 more." in refusal(zipped(steps))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("<lambda> <locals>.f", "<lambda>.<locals>.f"), ("a<b>&\x1b[1m x", "a<b>???1m.x"), ("m " + "n" * 10**6, "m.nnn")],
)
def test_a_name_is_shown_short_and_in_plain_letters(name, shown):
    for data in (zipped(asked(name)), row(asked(name), [])):
        assert f"build {shown}" in refusal(data)


@both_formats
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: torch.ones(2, dtype=torch.complex64), "torch.ComplexFloatStorage"),
        (lambda: torch.eye(3).to_sparse(), "torch._utils._rebuild_sparse_tensor"),
        (lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "torch._utils._rebuild_qtensor"),
        (lambda: {"best": np.float64(3)}, "multiarray.scalar"),
        (lambda: np.array([None, {}]), "multiarray._reconstruct"),
        (lambda: {1, 2}, "builtins.set"),
        (lambda: b"bytes", "_codecs.encode"),
        (lambda: nn.Linear(2, 2), "torch.nn.modules.linear.Linear"),
    ],
)
@pytest.mark.filterwarnings("ignore:torch.quantize")
def test_what_is_not_a_dense_tensor_is_named(form, make, name):
    assert name in refusal(saved(make(), form))


# --- what claims more than it holds, and never gets to torch ---


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize("numel", [3, 5, 10**12, 2**63])
@pytest.mark.parametrize("craft", [zipped, row])
def test_numbers_that_are_not_there_are_refused(craft, numel):
    if craft is zipped:
        data = zipped(tensor(storage(numel), (1,), (1,)), _0=FOUR)
    else:
        data = row(tensor(storage(numel, "0", "torch FloatStorage", b"N"), (1,), (1,)), ["0"], FOUR)
    assert len(data) < 2000
    assert f"claims {4 * numel:,} bytes of numbers where it has 16" in refusal(data)


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [
        ((10**6, 10**6), (0, 0), 0),
        ((5,), (0,), 0),
        ((2, 2), (2, 1), 1),
        ((2,), (4,), 0),
        ((1,), (1,), 4),
        ((0,), (1,), 5),
    ],
)
def test_a_view_larger_than_its_storage_is_refused(size, stride, offset):
    assert "tensor.contiguous()" in refusal(zipped(tensor(storage(4), size, stride, offset), _0=FOUR))


@both_formats
def test_an_expanded_tensor_is_refused_and_the_advice_works(form):
    wide = torch.ones(1).expand(1000)
    assert "shape (1000,) over 4 bytes, and it reaches 4,000" in refusal(saved(wide, form))
    assert read_tensors(saved(wide.contiguous(), form)).shape == (1000,)


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize(
    "steps",
    [
        tensor(storage(4), (4,), (-1,), 3),
        tensor(storage(4), (-4,), (1,)),
        tensor(storage(4), (4,), (1,), -1),
        tensor(storage(4), (2, 2), (1,)),
        tensor(storage(-4), (4,), (1,)),
        group(tensor(storage(4), (4,), (1,)), tensor(storage(2, "0", "torch DoubleStorage"), (2,), (1,))),
        tensor(storage(4, "7"), (4,), (1,)),
        tensor(storage(4, "0", "torch FloatStorage", number(1)), (4,), (1,)),
        tensor(text("no storage"), (4,), (1,)),
        called("torch._utils _rebuild_parameter", text("no tensor"), b"\x89", EMPTY),
        called("torch._utils _rebuild_tensor_v2", storage(4), number(0), text("ab"), text("cd"), b"\x89", EMPTY),
        called("torch FloatStorage", number(10**12)),
        called("torch Size", b"(" + number(1) * 9 + b"t"),
        called("torch float32", number(1)),
        EMPTY + b"}" + text("items") + number(1) + b"sb",  # would stand in the way of the dictionary's own
        EMPTY + b"]b",
        text("a") + b"(" + number(1) + b"e",
        b"](" + number(1) + b"u",
        b"]Na" + number(0) + b"Ns",
        b"}(" + number(1) + b"u",
        b"R",
        b"t",
        b"h\x07",
        b"\x86",
        b"",
    ],
)
def test_steps_that_torch_save_does_not_write_are_refused(steps):
    assert refusal(zipped(steps, _0=FOUR))


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize("key", [b"N", b")", group(group()), b"]"])
def test_keys_are_texts_or_numbers(key):
    assert "keys are neither texts nor numbers" in refusal(zipped(b"}" + key + b"Ns"))


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize("axes", [MOST_AXES + 1, 10**4])
def test_a_tensor_of_many_axes_is_refused(axes):
    assert f"{axes:,} axes" in refusal(zipped(tensor(storage(1), (1,) * axes, (1,) * axes), _0=FOUR[:4]))


@pytest.mark.usefixtures("torch_unasked")
def test_a_storage_that_the_older_format_leaves_out_is_refused():
    # torch would hand out memory that nobody wrote
    steps = tensor(storage(4, "0", "torch FloatStorage", b"N"), (4,), (1,))
    assert "damaged" in refusal(row(steps, [], FOUR))


@pytest.mark.usefixtures("torch_unasked")
def test_a_compressed_zip_is_refused():
    bomb = zipped(tensor(storage(10**7), (10**7,), (1,)), zipfile.ZIP_DEFLATED, _0=bytes(4 * 10**7))
    assert len(bomb) < 50_000
    assert "compressed zip" in refusal(bomb)


@pytest.mark.usefixtures("torch_unasked")
@pytest.mark.parametrize(("at", "lie"), [(10, b"\x08\0"), (24, struct.pack("<I", 10**9))])
def test_a_member_that_says_it_is_compressed_is_refused(at, lie):
    data = bytearray(zipped(tensor(storage(10**9 // 4), (1,), (1,)), _0=FOUR))
    line = data.rfind(b"PK\x01\x02", 0, data.rfind(b"data/0"))  # in the directory
    data[line + at : line + at + len(lie)] = lie  # its method, or its size
    assert "compressed zip" in refusal(bytes(data))


@pytest.mark.usefixtures("torch_unasked")
def test_a_zip_in_which_members_share_bytes_is_refused():
    data = bytearray(zipped(b"N", _0=FOUR, _1=FOUR))
    first, second = (data.rfind(b"PK\x01\x02", 0, data.rfind(name)) for name in (b"data/0", b"data/1"))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]  # where the member begins
    assert "overlap" in refusal(bytes(data))


@pytest.mark.usefixtures("torch_unasked")
def test_a_name_twice_is_refused():
    stream = io.BytesIO(zipped(b"N"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("other/data.pkl", START + asked("posix system") + STOP)
    assert "overlap" in refusal(stream.getvalue())


@pytest.mark.usefixtures("torch_unasked")
def test_a_zip_of_many_members_is_refused_before_it_is_listed():
    assert f"more than {MOST_MEMBERS:,} files" in refusal(zipped(b"N") + b"PK\x01\x02" * (MOST_MEMBERS + 1))


@pytest.mark.usefixtures("torch_unasked")
def test_a_pickle_of_many_steps_is_refused():
    assert f"more than {MOST_STEPS:,} steps" in refusal(zipped(b"N" * MOST_STEPS))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_other_zips_are_told_what_they_are():
    stream = io.BytesIO()
    np.savez(stream, x=np.ones(2))
    assert "without torch's data.pkl" in refusal(stream.getvalue())
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.ReLU()), script)
    assert "TorchScript" in refusal(script.getvalue())


def test_another_protocol_is_told():
    assert "protocol 3" in refusal(saved({"x": 1}, pickle_protocol=3))


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_plain_pickle_is_told_that_torch_did_not_write_it(protocol):
    assert "torch.save did not write" in refusal(pickle.dumps({"a": 1}, protocol))


def test_an_empty_large_or_other_file_gets_a_sentence():
    assert "empty file" in refusal(b"")
    assert "neither a torch file nor safetensors" in refusal(b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert f"{MOST_BYTES + 1:,} bytes" in refusal(b"\x80" + bytes(MOST_BYTES))


# --- trees ---


@both_formats
def test_nesting_is_limited(form):
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    assert read_tensors(saved(nested(MOST_DEPTH), form)) == nested(MOST_DEPTH)
    assert f"more than {MOST_DEPTH} deep" in refusal(saved(nested(MOST_DEPTH + 1), form))


def test_one_list_in_many_places_counts_each_time():
    value: list[Any] = []
    for _ in range(25):
        value = [value, value]
    assert f"more than {MOST_ITEMS:,} values" in refusal(saved(value))


def test_one_tensor_in_many_places_counts_each_time():
    assert f"more than {MOST_BYTES:,} bytes together" in refusal(saved([torch.ones(2**20)] * 20))
    assert len(read_tensors(saved([torch.ones(2**20)] * 16))) == 16


def test_a_list_that_holds_itself_is_refused():
    value: list[Any] = []
    value.append(value)
    assert "deep" in refusal(saved(value))


def test_no_cells_cannot_make_a_huge_shape():
    assert "bytes together" in refusal(zipped(tensor(storage(0), (0, 10**15), (1, 1)), _0=b""))
    assert read_tensors(saved(torch.zeros(0, 3))).shape == (0, 3)


@both_formats
@pytest.mark.filterwarnings("ignore:TypedStorage")
def test_a_storage_without_a_tensor_is_refused(form):
    assert "holds a TypedStorage" in refusal(saved(torch.ones(2).storage(), form))


# --- safetensors ---


def tensors(header: Any, numbers: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def entry(shape: list[int], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_a_crafted_safetensors_file_is_read():
    assert read_tensors(tensors({"x": entry([4], 0, 16)}, FOUR))["x"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "data",
    [
        tensors({"x": entry([10**12], 0, 4 * 10**12)}, FOUR),
        tensors({"x": entry([10**6, 10**6], 0, 16)}, FOUR),
        tensors({"x": entry([4], 0, 16), "y": entry([4], 0, 16)}, FOUR),
        tensors({"x": entry([3], 4, 16)}, FOUR),
        tensors({"x": entry([3], 0, 12)}, FOUR),
        tensors({"x": entry([2**62, 4], 0, 0)}),
        tensors({"x": entry([-1], 0, 16)}, FOUR),
        tensors({"x": entry([2], 0, 16, "F8_E8M0")}, FOUR),
        tensors({"x": entry([4], 0, 16, "pickle")}, FOUR),
        tensors({"x": entry([0, 2**63], 0, 0)}),
        tensors(b'{"x":' * 100_000),
        tensors(b'{"x":' + b"[" * 100_000),
        tensors(b"{\xff"),
        tensors(b"{"),
    ],
)
def test_a_safetensors_file_that_lies_is_refused(data):
    assert "safetensors" in refusal(data)


@pytest.mark.parametrize("length", [3, 2**20 + 1, 2**40 - 1])
def test_a_safetensors_header_longer_than_the_file_or_the_limit_is_refused(length):
    held = b"{}" if length < 2**20 else b"{" + b" " * 2**21 + b"}"
    assert f"header of {length:,} bytes in a file of {len(held) + 8:,}" in refusal(length.to_bytes(8, "little") + held)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (entry([2], 0, 16, "C64"), "complex64"),
        (entry([16], 0, 16, "F8_E4M3"), "float8"),
        (entry([4, *[1] * 10_000], 0, 16), "10,001 axes"),
        (entry([0, 10**15], 0, 0), "bytes together"),
    ],
)
def test_what_the_safetensors_library_lets_pass_is_refused(made, sentence):
    assert sentence in refusal(tensors({"x": made}, FOUR[: made["data_offsets"][1]]))


# --- damage ---

SOUND = {
    "zip": saved({"x": torch.ones(3), "n": [1, 2.5, "a"]}),
    "pickles": saved({"x": torch.ones(3), "n": [1, 2.5, "a"]}, OLD),
    "safetensors": safetensors.torch.save({"x": torch.ones(3)}, {"n": "a"}),
}


@pytest.mark.parametrize("kind", SOUND)
def test_a_file_cut_off_anywhere_is_refused(kind):
    data = SOUND[kind]
    assert {bool(refusal(data[:end])) for end in range(len(data))} == {True}


@pytest.mark.parametrize("kind", SOUND)
@given(at=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_harmless(kind, at, bit):
    data = bytearray(SOUND[kind])
    data[at % len(data)] ^= 1 << bit
    read_or_refused(bytes(data))


@given(tail=st.binary(max_size=200), start=st.sampled_from([b"\x80\x02", MAGIC, b"PK\x03\x04", b"\0" * 8 + b"{"]))
def test_any_bytes_are_refused_or_read(start, tail):
    read_or_refused(start + tail)


@given(steps=st.lists(st.sampled_from([
    b"N", b"(", b")", b"]", b"}", b"t", b"e", b"a", b"s", b"u", b"R", b"b", b"Q", b"q\0", b"h\0", b"\x85", b"\x88",
    text("storage"), text("0"), number(4), EMPTY, storage(4), tensor(storage(4), (4,), (1,)), asked("torch float32"),
    asked("torch FloatStorage"), asked("torch._utils _rebuild_tensor_v2"), asked("torch.storage UntypedStorage"),
]), max_size=12))  # fmt: skip
def test_any_steps_are_refused_or_read(steps):
    read_or_refused(zipped(b"".join(steps), _0=FOUR))


def read_or_refused(data: bytes) -> None:
    try:
        read_tensors(data)
    except TensorError:
        assert refusal(data)


# --- the worst, in a process of its own with little memory and time ---

LITTLE = """
import resource, sys, time
from pathlib import Path
from cnnviz.tensorfile import TensorError, read_tensors
files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, begin = peak(), time.process_time()
for data in files:
    try:
        print("read", read_tensors(data))
    except TensorError as error:
        print(error)
print((peak() - before) >> 10, time.process_time() - begin)
"""


def bombs() -> dict[str, bytes]:
    pairs = b"](" + b"".join(b"M" + struct.pack("<H", i) + b"N\x86" for i in range(30_000)) + b"eq\0"
    hexed = text("00") + b"".join(b"q\0" + asked("_codecs encode") + b"h\0" + text("hex") + b"\x86R" for _ in range(40))
    doubled = b"]q\0" + b"".join(b"](h\0h\0eq\0" for _ in range(60))
    return {
        "deep": zipped(b"]" * 90_000 + b"a" * 89_999),
        "deep tuples": zipped(b")" + b"\x85" * 190_000),
        "deep key": zipped(b"})" + b"\x85" * 190_000 + b"Ns"),
        "doubled key": zipped(b"})" + b"q\0h\0\x86" * 60 + b"Ns"),
        "doubled": zipped(doubled),
        "memo": zipped(b"Nr\xff\xff\xff\xff"),
        "bytes": zipped(called("__builtin__ bytearray", number(10**12))),
        "hex": zipped(hexed),
        "quadratic": zipped(pairs + b"".join(asked("collections OrderedDict") + b"h\0\x85R" for _ in range(4_000))),
        "tensor": zipped(called("torch FloatTensor", number(10**12))),
        "long": zipped(b"\x8b\xff\xff\xff\x7f"),
        "long text": zipped(b"X\xff\xff\xff\xff"),
        "longer text": zipped(b"\x8d" + b"\xff" * 7 + b"\x7f"),
        "bytearray": zipped(b"\x96" + b"\xff" * 7 + b"\x7f"),
        "digits": zipped(b"L" + b"9" * 10**6 + b"L\n"),
        "number": zipped(b"\x8a\xff" + b"\x7f" * 255),
        "views": zipped(b"](" + tensor(storage(10**5), (10**5,), (1,)) * 5_000 + b"e", _0=bytes(4 * 10**5)),
        "old": row(tensor(storage(10**12, "0", "torch FloatStorage", b"N"), (1,), (1,)), ["0"], FOUR),
        "header": tensors(b'{"x":' * 200_000),
    }


def test_the_worst_files_take_little_memory_and_time(tmp_path):
    for name, data in bombs().items():
        (tmp_path / name).write_bytes(data)
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", LITTLE, tmp_path], cwd=root, check=True, capture_output=True, text=True
    )
    *sentences, last = done.stdout.splitlines()
    megabytes, seconds = map(float, last.split())
    assert len(sentences) == len(bombs())
    assert [sentence for sentence in sentences if sentence.startswith("read")] == [
        "read None"
    ]  # the memo's high number
    assert megabytes < 150
    assert seconds < 10
