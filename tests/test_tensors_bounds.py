"""Files of tensors that are small and ask for much: long names, and one long thing used very often."""

import pickle
import struct

import pytest
import torch
from test_tensors import (
    EMPTY,
    FOUR,
    MAGIC,
    START,
    STOP,
    asked,
    entry,
    number,
    refusal,
    saved,
    storage,
    tensor,
    tensors,
    text,
    zipped,
)

from cnnviz.networks.checkpoint import Checkpoint, CheckpointError
from cnnviz.networks.desed import Desed
from cnnviz.tensorfile import TensorError, read_tensors
from cnnviz.tensorfile.limits import MOST_NAME, MOST_NAMES, MOST_PICKLE

ONE = tensor(storage(4), (4,), (1,))
MEGABYTE = text("a" * 10**6)


def put(at: int) -> bytes:
    return b"r" + struct.pack("<I", at)


def get(at: int) -> bytes:
    return b"j" + struct.pack("<I", at)


def row(steps: bytes, keys: bytes, *numbers: bytes) -> bytes:
    """The older format, with the steps of its list of keys."""
    head = MAGIC + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
    return head + START + steps + STOP + START + keys + STOP + b"".join(struct.pack("<q", 4) + n for n in numbers)


def named(key: bytes) -> bytes:
    """A dictionary of one tensor, and the steps of its name."""
    return b"}" + key + ONE + b"s"


AGAIN, NUMBERS = named(get(1)), range(3000)
LONG = {
    "dots": zipped(named(text("x" + "." * 50_000)), _0=FOUR),
    "dots in safetensors": tensors({"x" + "." * 50_000: entry([4], 0, 16)}, FOUR),
    "one name 3,000 times": zipped(
        b"}(" + text("x") + named(MEGABYTE + put(1)) + b"".join(text(str(i)) + AGAIN for i in NUMBERS) + b"u", _0=FOUR
    ),
    "in front of 3,000": zipped(
        b"}" + MEGABYTE + b"}(" + b"".join(text(str(i)) + ONE for i in range(3000)) + b"us", _0=FOUR
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_a_long_name_is_refused_on_every_page(name):
    assert f"at most {MOST_NAME:,} in each" in refusal(LONG[name])
    for read in (Checkpoint.open, lambda file: file.fit(Desed().network)):
        with pytest.raises(TensorError, match="in each"):
            read(Checkpoint(LONG[name]))


def test_a_name_may_be_as_long_as_the_limit():
    for key in ("x" * MOST_NAME, "." * MOST_NAME):
        assert list(read_tensors(saved({key: torch.ones(2)}))) == [key]
    assert "of 1,001 characters" in refusal(saved({"x" * (MOST_NAME + 1): 1}))


def test_names_count_with_what_leads_to_them():
    # joined, each name is as long as all above it: a short file, and 60 MB of names
    inner = b"}(" + b"".join(text(str(i)) + (ONE + put(5) if i == 0 else get(5)) for i in range(60_000)) + b"u"
    outer = b"}" + text("a" * MOST_NAME) + inner + b"s"
    assert f"{MOST_NAMES:,} together" in refusal(zipped(outer, _0=FOUR))


def test_a_name_of_many_parts_in_many_keys_is_looked_through():
    found = {f"{i}" + "." * 900: torch.ones(1) for i in range(1000)}
    with pytest.raises(CheckpointError, match="none of the network's keys"):
        Checkpoint(saved(found)).fit(Desed().network)


# --- one long thing, used very often ---


def test_many_arguments_are_refused_the_first_time():
    rebuild = asked("torch._utils _rebuild_tensor_v2") + put(2)
    long = b"(" + asked("evil C") + b")\x81" + number(1) * 40_000 + b"\x89" + EMPTY + b"t" + put(1)
    steps = b"}(" + text("w") + ONE + text("x") + b"]" + b"(" + rebuild + long + (get(2) + get(1) + b"R") * 10 + b"eu"
    assert "wants to run or build evil.C" in refusal(zipped(steps, _0=FOUR))


def test_names_that_are_asked_for_very_often_stay_short():
    steps = MEGABYTE + put(1) + b"".join(get(1) + get(1) + b"\x93" for _ in range(60_000))
    assert f"build {'a' * 60}. Nothing" in refusal(zipped(steps))


def test_a_key_of_the_older_format_that_takes_for_ever_to_hash_is_refused():
    # 2^60 pairs of pairs, each of the same two; this test ends, or it does not
    pairs = b"](" + b")" + b"".join(put(i) + get(i) + b"\x86" for i in range(60)) + b"e"
    assert "damaged" in refusal(row(tensor(storage(4, "0", "torch FloatStorage", b"N"), (4,), (1,)), pairs, FOUR))


def test_a_pickle_of_many_bytes_is_refused():
    steps = b"".join(text("a" * 2**20) for _ in range(MOST_PICKLE >> 20)) + b"0" * 15
    assert f"more than {MOST_PICKLE:,} bytes" in refusal(zipped(steps))
    assert f"or {MOST_PICKLE:,} bytes" in refusal(row(steps, b"]"))


def test_long_settings_cost_no_more_than_their_length():
    setting = text("x" * 10**6) + put(9)
    words = b"".join(
        text(key) + (setting if key == "stride" else get(9)) for key in ("stride", "padding", "activation")
    )
    weight = text("conv0.weight") + tensor(storage(1), (1, 1, 1, 1), (1,) * 4)
    steps = b"}(" + weight + text("hyper_parameters") + b"}" + text("net") + b"}(" + words + b"us" + b"u"
    opened = Checkpoint(zipped(steps, _0=FOUR[:4])).open()
    assert opened.architecture.unknown == ("activation", "padding", "stride", "pooling")
    assert all(len(str(note)) < 200 for note in opened.notes)
