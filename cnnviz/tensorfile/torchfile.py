"""What `torch.save` writes, a zip or (before 2020, or on request) a row of pickles: checked, then read by torch."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import torch

from cnnviz.tensorfile.claims import Storage
from cnnviz.tensorfile.foreign import Tell, cleaned
from cnnviz.tensorfile.limits import DAMAGED, MOST_MEMBERS, MOST_PICKLE, TensorError
from cnnviz.tensorfile.pickles import ITEMSIZE, Step, foreign_names, refuse_programs, steps_of
from cnnviz.tensorfile.walk import Walk

ZIP = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"  # begins a member's line in the directory
HEADER = 30  # bytes before a member, and its name
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch's own number, as a pickle


def read_torch(data: bytes, tell: Tell) -> Any:
    """The object in a torch file, as ``torch.load(weights_only=True)`` gives it; nothing else ever reads one.

    `tell` gets a sentence on what stood beside its plain values and tensors, if anything did.

    Raises
    ------
    TensorError
        Before torch sees the file, if it asks for more than plain tensors or claims more than it holds.
    """
    try:
        checked = repacked(data, tell) if data.startswith(ZIP) else checked_stream(data, tell)
        return torch.load(io.BytesIO(checked), map_location="cpu", weights_only=True)
    except TensorError:
        raise
    except Exception:  # zipfile and torch meet a stranger's bytes with all kinds of errors, torch with advice to trust
        raise TensorError(DAMAGED) from None


def walked(steps: list[Step]) -> tuple[Any, dict[str, Storage]]:
    """What a pickle says, and the storages that it claims."""
    refuse_programs(steps)
    return Walk.over(steps)


# --- zip ---


def repacked(data: bytes, tell: Tell) -> bytes:
    """A new zip of the checked parts alone, so that torch reads the very bytes that were checked.

    Two readers may see two things in one zip: it may have a second directory, or one name twice.
    """
    if data.count(ENTRY) > MOST_MEMBERS:  # before Python makes an object of each
        raise TensorError(
            "A zip of more than {most_members:,} files: save the weights alone, with torch.save.",
            most_members=MOST_MEMBERS,
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = checked_members(archive, len(data))
        pickle = archive.read(members["data.pkl"])
        steps = steps_of(io.BytesIO(pickle))
        if foreign_names(steps):
            pickle = cleaned(steps, tell)
            steps = steps_of(io.BytesIO(pickle))
        _, claims = walked(steps)
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
    if members["data.pkl"].file_size > MOST_PICKLE:
        raise TensorError(
            "A torch file with more than {most_pickle:,} bytes of names and settings: save fewer.",
            most_pickle=MOST_PICKLE,
        )
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


def checked_stream(data: bytes, tell: Tell) -> bytes:
    """The same bytes, if they are magic number, protocol, system, object, keys; for each key a count and numbers.

    Where something has to be passed over, a zip of what is left.
    """
    stream = io.BytesIO(data)
    first = steps_of(stream)
    if not data.startswith(MAGIC):
        refuse_programs(first)
        raise TensorError("A pickle that torch.save did not write: upload what it writes, or safetensors.")
    for _ in ("protocol", "system"):
        walked(steps_of(stream))
    steps = steps_of(stream)
    pickle = cleaned(steps, tell) if foreign_names(steps) else b""
    _, claims = (Walk.over if pickle else walked)(steps)
    keys, _ = walked(steps_of(stream))
    if type(keys) is not list or not all(type(key) is str for key in keys):  # others may take for ever to hash
        raise TensorError(DAMAGED)
    if len(keys) != len(claims) or set(keys) != claims.keys():  # torch leaves a storage that is not there unwritten
        refuse_programs(steps)  # numbers of a kind that is passed over lie between the others
        raise TensorError(DAMAGED)
    parts = {"data.pkl": pickle, "version": b"3\n", "byteorder": b"little"}
    for key in keys:
        numbers = stream.read(int.from_bytes(stream.read(8), "little") * ITEMSIZE[claims[key].kind])
        agree(claims[key], len(numbers))
        parts |= {f"data/{key}": numbers} if pickle else {}
    return stored(parts) if pickle else data


def agree(claim: Storage, present: int) -> None:
    """Refuse numbers that are not there."""
    if claim.nbytes != present:
        raise TensorError(
            "This torch file claims {nbytes:,} bytes of numbers where it has {present:,}: save it again.",
            nbytes=claim.nbytes,
            present=present,
        )
