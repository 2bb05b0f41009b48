"""Keys of a stranger's `state_dict`: where in them a network's own stand, whatever wrappers put around and between."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

# What torch's own wrappers put into a key wherever they stand: DataParallel, compile, FSDP, checkpointing, Lightning.
PURE = frozenset(
    ("module", "_module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
)
# What people call the attribute that holds the network.
WRAPPERS = PURE | {"model", "net", "network", "student", "teacher", "ema", "ema_model", "wrapped", "inner"}

# Words of the last name of a counter: total_ops (thop), n_averaged (a model of averages), num_updates, global_step.
COUNTING = re.compile(r"(^|_)(total|num|n|count|counts|counter|step|steps|epoch|updates|averaged|calls)(_|$)")
LEARNED = ("weight", "bias", "running_mean", "running_var")  # never counters, however small
FILLED_IN = "num_batches_tracked"  # torch does without, and begins it at 0

Parts = tuple[str, ...]
Pair = tuple[str, str]  # a key of the file, and the network's


@dataclass(frozen=True)
class Place:
    """The keys of a file that belong together, by the network's own.

    Attributes
    ----------
    start : str
        What stands before each of them in the file.
    keys : of the file, by those of the network
    beside : of the file, by what is behind the start
        Those that begin alike and are none of the network's.
    others : starts
        Behind each of these the file has as many of the network's keys.
    """

    start: str
    keys: Mapping[str, str]
    beside: Mapping[str, str]
    others: Sequence[str] = ()


def place_of(keys: Collection[str], wanted: Collection[str]) -> Place | None:
    """Where in a file most of a network's keys are; None if it has none of them.

    Wrappers' words between the parts of a key are passed over only where that finds more keys.

    Parameters
    ----------
    keys : of the file
    wanted : the network's, without the name of the `nn.Sequential` that holds it
    """
    there = {part for key in (*keys, *wanted) for part in key.split(".")}
    ways = dict.fromkeys((frozenset[str](), PURE & there, WRAPPERS & there))  # where there are none, one way is enough
    found = [place for words in ways for place in _places(keys, wanted, words)]
    return max(found, key=lambda place: len(place.keys), default=None)  # of equal ones the first


def _places(keys: Collection[str], wanted: Collection[str], words: frozenset[str]) -> Iterator[Place]:
    """Where most keys match once these words are left out of both: with one start in the file, or with one left."""
    own = {without(key, words): key for key in wanted}
    if len(own) < len(wanted):  # the network's keys differ in these words alone
        return
    lengths = sorted({len(one) for one in own}, reverse=True)
    exact, loose = defaultdict[str, list[Pair]](list), defaultdict[str, list[Pair]](list)
    for key in keys:
        parts = key.split(".")
        for at, name in _matches(parts, own, lengths, words):
            exact[joined(parts[:at])].append((key, name))
            loose[joined(part for part in parts[:at] if part not in words)].append((key, name))
    yield from _largest(exact, {key: key for key in keys})
    if words:  # a wrapper may stand around some of the layers only
        yield from _largest(loose, {".".join(without(key, words)): key for key in keys})


def _largest(found: Mapping[str, list[Pair]], named: Mapping[str, str]) -> Iterator[Place]:
    """The place with most keys, unless it has one of the network's twice; keys of the file by how they are told."""
    start, pairs = max(found.items(), key=lambda item: len(item[1]), default=("", []))
    keys = {name: key for key, name in pairs}
    if pairs and len(keys) == len(pairs):
        used = set(keys.values())
        beside = {short: key for short, key in named.items() if short.startswith(start) and key not in used}
        others = [one for one, pairs in found.items() if one != start and len(pairs) == len(keys)]
        yield Place(start, keys, {short.removeprefix(start): key for short, key in beside.items()}, others)


def _matches(
    parts: list[str], own: Mapping[Parts, str], lengths: Iterable[int], words: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Where in a key one of the network's begins, which then goes to its end; and that one."""
    kept = [i for i, part in enumerate(parts) if part not in words]
    for length in lengths:  # those of the network's keys: a stranger's key may have very many parts
        tail = kept[-length:]
        name = own.get(tuple(parts[i] for i in tail)) if len(tail) == length else None
        if name is not None:
            yield tail[0], name


def around(start: str, keys: Iterable[str]) -> Iterator[str]:
    """Keys right beside torch's own wrappers, one within the other, in which a place lies.

    >>> [*around("model.module.", ["model.n_averaged", "model.module.0.weight", "epoch"])]
    ['model.n_averaged']
    """
    parts = start.split(".")[:-1]
    while parts and parts[-1] in PURE:
        parts.pop()
        outer = joined(parts)
        yield from (key for key in keys if key.startswith(outer) and "." not in key.removeprefix(outer))


def without(key: str, words: frozenset[str]) -> Parts:
    """
    >>> without("features.module.0.weight", PURE)
    ('features', '0', 'weight')
    """
    return tuple(part for part in key.split(".") if part not in words)


def joined(parts: Iterable[str]) -> str:
    """With a dot behind each."""
    return "".join(f"{part}." for part in parts)


def counter(key: str, value: torch.Tensor) -> bool:
    """Is it one number that somebody counts in, beside the weights?"""
    last = key.rpartition(".")[2]
    return value.numel() == 1 and last not in LEARNED and (not value.is_floating_point() or bool(COUNTING.search(last)))
