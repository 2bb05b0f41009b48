"""What `torch.save` writes, a zip or (before 2020, or on request) a row of pickles: checked, then read by torch."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import torch

from cnnviz.tensors.claims import Storage
from cnnviz.tensors.limits import DAMAGED, MOST_MEMBERS, TensorError
from cnnviz.tensors.pickles import ITEMSIZE, Step, refuse_programs, steps_of
from cnnviz.tensors.walk import Walk

ZIP = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"  # begins a member's line in the directory
HEADER = 30  # bytes before a member, and its name
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch's own number, as a pickle


def read_torch(data: bytes) -> Any:
    """The object in a torch file, as ``torch.load(weights_only=True)`` gives it; nothing else ever reads one.

    Raises
    ------
    TensorError
        Before torch sees the file, if it asks for more than plain tensors or claims more than it holds.
    """
    try:
        checked = repacked(data) if data.startswith(ZIP) else checked_stream(data)
        return torch.load(io.BytesIO(checked), map_location="cpu", weights_only=True)
    except TensorError:
        raise
    except Exception:  # zipfile and torch meet a stranger's bytes with all kinds of errors, torch with advice to trust
        raise TensorError(DAMAGED) from None


def walked(steps: list[Step]) -> tuple[Any, dict[str, Storage]]:
    """What a pickle says, and the storages that it claims."""
    refuse_programs(steps)
    walk = Walk()
    return walk.run(steps), walk.claims


# --- zip ---


def repacked(data: bytes) -> bytes:
    """A new zip of the checked parts alone, so that torch reads the very bytes that were checked.

    Two readers may see two things in one zip: it may have a second directory, or one name twice.
    """
    if data.count(ENTRY) > MOST_MEMBERS:  # before Python makes an object of each
        raise TensorError(f"A zip of more than {MOST_MEMBERS:,} files: save the weights alone, with torch.save.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = checked_members(archive, len(data))
        pickle = archive.read(members["data.pkl"])
        _, claims = walked(steps_of(io.BytesIO(pickle)))
        parts = {"data.pkl": pickle, "version": b"3\n"}
        if "byteorder" in members:
            parts["byteorder"] = archive.read(members["byteorder"])
        for key, claim in claims.items():
            name = f"data/{key}"
            parts[name] = archive.read(members[name]) if name in members else b""
            agree(claim, len(parts[name]))
    return stored(parts)


def checked_members(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Members by name inside the one folder of a torch zip: stored as they are, each in its own place.

    Raises
    ------
    TensorError
        If one is compressed, two share bytes, or it is another kind of zip.
    """
    found = sorted(archive.infolist(), key=lambda member: member.header_offset)
    members = {member.filename.partition("/")[2]: member for member in found}
    if "constants.pkl" in members:
        raise TensorError("A TorchScript archive, which holds a program: save its weights, with torch.save.")
    if "data.pkl" not in members:
        raise TensorError("A zip without torch's data.pkl: upload what torch.save wrote, or safetensors.")
    if any(member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size for member in found):
        raise TensorError("A compressed zip, which torch.save never writes: save the weights again with torch.save.")
    ends = [member.header_offset + HEADER + len(member.filename) + member.file_size for member in found]
    starts = [member.header_offset for member in found[1:]] + [size]
    if len(members) < len(found) or any(end > start for end, start in zip(ends, starts, strict=True)):
        raise TensorError("A zip in which files overlap, which torch.save never writes: save the weights again.")
    return members


def stored(parts: Mapping[str, bytes]) -> bytes:
    """A zip as `torch.save` writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(f"archive/{name}", content)
    return stream.getvalue()


# --- a row of pickles ---


def checked_stream(data: bytes) -> bytes:
    """The same bytes, if they are magic number, protocol, system, object, keys; for each key a count and numbers."""
    stream = io.BytesIO(data)
    first = steps_of(stream)
    if not data.startswith(MAGIC):
        refuse_programs(first)
        raise TensorError("A pickle that torch.save did not write: upload what it writes, or safetensors.")
    for _ in ("protocol", "system"):
        walked(steps_of(stream))
    _, claims = walked(steps_of(stream))
    keys, _ = walked(steps_of(stream))
    if type(keys) is not list or sorted(keys) != sorted(claims):  # torch leaves a storage that is not there unwritten
        raise TensorError(DAMAGED)
    for key in keys:
        count = int.from_bytes(stream.read(8), "little") * ITEMSIZE[claims[key].kind]
        agree(claims[key], min(count, len(stream.read(count))))
    return data


def agree(claim: Storage, present: int) -> None:
    """Refuse numbers that are not there."""
    if claim.nbytes != present:
        raise TensorError(
            f"This torch file claims {claim.nbytes:,} bytes of numbers where it has {present:,}: save it again."
        )
