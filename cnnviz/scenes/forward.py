"""One forward pass for all that is seen of a request."""

import time
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from cnnviz.core.cache import Cache
from cnnviz.core.layers import Shape
from cnnviz.core.run import Run
from cnnviz.core.weight import weight
from cnnviz.inputs import Grid
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import key, read
from cnnviz.networks import batching
from cnnviz.networks.batching import Order, run_beside
from cnnviz.networks.forward import check_network, memory
from cnnviz.networks.network import Network
from cnnviz.scenes.request import Request

WHOLE = 64 * 2**20  # bytes of a pass up to which all of its stages are kept
LARGE = 16 * 2**20  # bytes of a pass above which a processor makes one at a time
MOST_KEPT = 128 * 2**20  # of the stages of a larger one that are kept when others are looked at


class Witness(Protocol):
    """Takes of every stage, as it goes by, what there is to show of it, and so needs less room than the stage."""

    def __init__(self, network: Network, shape: Shape) -> None: ...

    def __call__(self, name: str, done: Run) -> None: ...


W = TypeVar("W", bound=Witness)
Kind = type[Witness]


@dataclass(frozen=True, eq=False)
class Forward:
    """One forward pass.

    Attributes
    ----------
    kept : runs by the stage's name
        Input, weights and output: of all stages of a small network, else of those that were wanted last, and of others
        that were wanted before as far as there is room.
    seen : witnesses by kind
    seconds : float
        Of all stages; NaN if the pass ended before.
    """

    network: Network
    shape: Shape  # of its input
    grid: Grid
    kept: Mapping[str, Run]
    seen: Mapping[Kind, Witness] = field(default_factory=dict)
    seconds: float = float("nan")

    def __getitem__(self, stage: str) -> Run:
        return self.kept[stage]

    def saw(self, kind: type[W]) -> W:
        """A witness of this kind, who saw all stages."""
        return cast(W, self.seen[kind])

    @property
    def whole(self) -> bool:
        """Are all stages kept?"""
        return len(self.kept) == len(self.network.stages)

    def witnessed(self, kind: Kind) -> "Forward":
        """With what a witness saw of all stages that are kept."""
        if kind in self.seen:
            return self
        witness = kind(self.network, self.shape)
        for name, done in self.kept.items():
            witness(name, done)
        return replace(self, seen={**self.seen, kind: witness})


_turn = Lock()
_passes: Cache[Forward] = Cache()


def run(request: Request, keep: Collection[str] = (), see: Kind | None = None) -> Forward:
    """The forward pass of a request, run once for all who ask while it is remembered.

    Of a small network every stage is kept. Of a large one, stages that were not wanted before take another pass, which
    ends behind the last of them if no witness has to see the others.

    Parameters
    ----------
    keep : names of stages
        Wanted in full.
    see : a kind of witness, or None
        Wanted of all stages.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the request.
    """

    def wanted(found: Forward | None) -> Forward:
        if found is None or not (found.whole or found.kept.keys() >= set(keep)):
            return made(request, keep, see, found)
        if see is None or see in found.seen:
            return found
        return found.witnessed(see) if found.whole else made(request, keep, see, found)

    return _passes.renewed(key(request), wanted)


def made(request: Request, keep: Collection[str], see: Kind | None, before: Forward | None) -> Forward:
    """Another pass; what witnesses saw before is not looked at again. One that is large waits for its turn."""
    network, grid = request.network, input_of(request)
    (n, shape), seen = request.batch.sizes(grid.values.shape), dict(before.seen) if before else {}
    whole = 2 * memory(network, shape, n) <= WHOLE  # a stage has parts besides its output, as a mask
    witness = see(network, shape) if see and see not in seen and not whole else None
    state = request.weights.state(network)
    full = request.names if whole else keep
    order = Order(request.batch.of(grid.values), full, witness)
    with in_turn(memory(network, shape, n)):
        began = time.perf_counter()
        kept = run_beside(lambda: key((network, request.weights)), network, order, request.weights.seed, state)
        took = time.perf_counter() - began
    seconds = took if whole or witness else before.seconds if before else float("nan")
    done = Forward(network, shape, grid, kept, {**seen, see: witness} if see and witness else seen, seconds)
    if before and weight((before, done)) <= MOST_KEPT:  # whoever goes from stage to stage comes back
        done = replace(done, kept={**before.kept, **kept})
    return done.witnessed(see) if see and whole else done


def in_turn(size: int) -> AbstractContextManager[Any]:
    """Large passes go one after another, or a class's knobs would wait behind as many as there are uploads.

    Parameters
    ----------
    size : int [bytes]
        Of a pass.
    """
    return _turn if size > LARGE and not batching.wanted() else nullcontext()


def input_of(request: Request) -> Grid:
    """The input of a network that can run; where its shape is known before it is made, it is not made for another."""
    network, source = request.network, request.input
    if isinstance(source, Fitted):
        check_network(network, source.shape, network.budget)
    grid = read(source)
    n, shape = request.batch.sizes(grid.values.shape)
    check_network(network, shape, network.budget, n)  # before weights are made
    return grid
