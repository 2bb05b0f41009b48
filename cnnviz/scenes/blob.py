"""Tensors and words of one picture, as one binary blob."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from cnnviz.core.cache import Cache
from cnnviz.text.catalogue import for_browser
from cnnviz.text.language import ENGLISH, spoken

BLOBS: Cache[bytes] = Cache()  # of scenes that were made before
VERSION = 1  # of the blob; a player that knows another one asks for a reload
LARGE = 60_000  # bytes from which on a part of a blob has a name; see `Blob.parts`
Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Part:
    """A stretch of a blob's numbers that is large enough to travel by itself.

    Attributes
    ----------
    digest : str
        SHA-256 of its bytes, in hexadecimal digits.
    start, stop : int [bytes]
        From the end of the header.
    """

    digest: str
    start: int
    stop: int


class Blob(bytes):
    """A scene's bytes, which know their large parts by digest: what others have already need not be sent to them again.

    It travels between processes as plain bytes.
    """

    origin: "Blob | None" = None  # with the same numbers, but other words

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Each large tensor, and small ones that stand in a row and are large together."""
        if self.origin is not None:
            return self.origin.parts
        end, header = header_of(self)
        spans = sorted(one["data_offsets"] for name, one in header.items() if name != "__metadata__")
        return tuple(
            Part(sha256(memoryview(self)[end + start : end + stop]).hexdigest(), start, stop)
            for start, stop in stretches(spans)
        )

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        return bytes, (bytes(self),)


def stretches(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """
    >>> list(stretches([(0, 70_000), (70_000, 130_000), (130_000, 170_000), (170_000, 200_000), (200_000, 290_000)]))
    [(0, 70000), (70000, 130000), (130000, 200000), (200000, 290000)]
    """
    began = at = 0
    for start, stop in spans:
        large = stop - start >= LARGE
        if large and start - began >= LARGE:
            yield began, start
        if large:
            yield start, stop
            began = stop
        at = stop
    if at - began >= LARGE:
        yield began, at


def header_of(blob: bytes) -> tuple[int, dict[str, Any]]:
    """Where the numbers of a safetensors file begin, and what is said of them before."""
    size = int.from_bytes(blob[:8], "little")
    return 8 + size, json.loads(blob[8 : 8 + size])


@dataclass(frozen=True, eq=False)
class Scene:
    """Tensors and words of one picture.

    Attributes
    ----------
    tensors : arrays by name
        ``input``, ``weight``, ``bias`` and ``output`` as float32 with three axes after the channels; their ranges;
        ``reads`` (which input channels an output channel sees); one table per axis, see `tables`.
    meta : dict
        Words, scales and palette; JSON.
    """

    tensors: Tensors
    meta: dict[str, Any]

    def to_bytes(self) -> Blob:
        """A safetensors file whose metadata holds the words under ``scene``.

        In another language than English, they hold the browser's own messages, too: see `for_browser`.
        """
        language = spoken()
        own = {} if language == ENGLISH else {"words": for_browser(language)}
        words = json.dumps(self.meta | own, separators=(",", ":"), ensure_ascii=False)
        return Blob(save({k: np.ascontiguousarray(v) for k, v in self.tensors.items()}, metadata={"scene": words}))

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Scene":
        """What `to_bytes` packed; its own blobs alone, for nothing in them is doubted."""
        _, header = header_of(blob)
        return cls(load(blob), json.loads(header["__metadata__"]["scene"]))


def also(blob: bytes, words: Mapping[str, Any]) -> Blob:
    """The blob of the same scene with more words, or others in place of those that it has."""
    end, header = header_of(blob)
    scene = json.loads(header["__metadata__"]["scene"]) | dict(words)
    header["__metadata__"]["scene"] = json.dumps(scene, separators=(",", ":"), ensure_ascii=False)
    told = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    told += b" " * (-len(told) % 8)  # tensors begin at multiples of eight bytes
    made = Blob(len(told).to_bytes(8, "little") + told + blob[end:])
    if isinstance(blob, Blob):
        made.origin = blob.origin or blob
    return made
