"""Tensors and words of one picture, as one binary blob."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from cnnviz.core.cache import Cache
from cnnviz.text.catalogue import for_browser
from cnnviz.text.language import ENGLISH, spoken

BLOBS: Cache[bytes] = Cache(384 * 2**20, len)  # of scenes that were made before
VERSION = 1  # of the blob; a player that knows another one asks for a reload
Tensors = dict[str, NDArray[Any]]


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

    def to_bytes(self) -> bytes:
        """A safetensors file whose metadata holds the words under ``scene``.

        In another language than English, they hold the browser's own messages, too: see `for_browser`.
        """
        language = spoken()
        own = {} if language == ENGLISH else {"words": for_browser(language)}
        words = json.dumps(self.meta | own, separators=(",", ":"), ensure_ascii=False)
        return save({k: np.ascontiguousarray(v) for k, v in self.tensors.items()}, metadata={"scene": words})

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Scene":
        """What `to_bytes` packed; its own blobs alone, for nothing in them is doubted."""
        size = int.from_bytes(blob[:8], "little")
        header = json.loads(blob[8 : 8 + size])
        return cls(load(blob), json.loads(header["__metadata__"]["scene"]))


def also(blob: bytes, words: Mapping[str, Any]) -> bytes:
    """The blob of the same scene with more words, or others in place of those that it has."""
    size = int.from_bytes(blob[:8], "little")  # of the header, as safetensors has it
    header = json.loads(blob[8 : 8 + size])
    scene = json.loads(header["__metadata__"]["scene"]) | dict(words)
    header["__metadata__"]["scene"] = json.dumps(scene, separators=(",", ":"), ensure_ascii=False)
    told = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    told += b" " * (-len(told) % 8)  # tensors begin at multiples of eight bytes
    return len(told).to_bytes(8, "little") + told + blob[8 + size :]
