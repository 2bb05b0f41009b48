"""Runs that wait for one device at the same time go through their network together, as one batch.

A class opens one network with thirty pictures of its own. A GPU takes thirty examples in about the time of one; a CPU
does not, so there each runs by itself, unless ``CNNVIZ_BATCH=1`` says otherwise.
"""

import os
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core import device
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, BatchNorm, MaxUnpool
from cnnviz.core.run import Run
from cnnviz.networks.forward import check_network, memory, run_checked, run_network
from cnnviz.networks.network import Network

VARIABLE = "CNNVIZ_BATCH"
WINDOW = 0.005  # s that the first one waits for others
MOST = 32  # examples of one batch
ROOM = 2**30  # bytes of one batch, weights included

See = Callable[[str, Run], None]
Kept = dict[str, Run]


def wanted() -> bool:
    """Do runs go together here?"""
    said = os.environ.get(VARIABLE, "")
    return said == "1" if said else device.pick() != "cpu"


def may_share(network: Network) -> bool:
    """Is what becomes of an example its own, whoever goes along with it?

    Not where a layer trains, or has trained on the batch before, for then it draws at random or mixes examples; and not
    where places of winners are put back, which are one example's.
    """
    return not any(
        getattr(layer, "training", False)
        or (isinstance(layer, BatchNorm) and layer.steps)
        or layer.mixes_examples
        or isinstance(layer, MaxUnpool)
        for _, layer in network.stages
    )


@dataclass(frozen=True, eq=False)
class Order:
    """What one of them wants; see `cnnviz.networks.forward.run_network`.

    Attributes
    ----------
    x : float array, shape (N, channels, *axes)
    """

    x: Array
    full: Collection[str] | None = None
    see: See | None = None


def run_beside(
    which: Callable[[], Hashable],
    network: Network,
    order: Order,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
) -> Kept:
    """As `run_network`, within the network's budget; together with others of the same `which`, if that may be.

    Parameters
    ----------
    which : gives what is the same for the same network and weights alone
        Asked where it is needed.

    Raises
    ------
    GeometryError
        As `run_network`; what is wrong with one is nothing to the others.
    """
    if not (wanted() and may_share(network)):
        return run_network(network, order.x, seed, weights, order.full, order.see, network.budget)
    return DESK.take((which(), order.x.shape[1:]), order, partial(run_together, network, seed=seed, weights=weights))


def run_together(
    network: Network, orders: Sequence[Order], seed: int = 0, weights: Mapping[str, Array] | None = None
) -> list[Kept | Exception]:
    """What each of them wants, or what is wrong with it. All have inputs of one shape but for N.

    Whatever has a notice (a full device, a number that is none) is run once more by itself, so that it is told to
    whom it concerns.
    """
    made: list[Kept | Exception] = []
    for group in groups(network, orders):
        found = merged(network, group, seed, weights) if len(group) > 1 else None
        made += found or [alone(network, order, seed, weights) for order in group]
    return made


def groups(network: Network, orders: Sequence[Order]) -> Iterator[list[Order]]:
    """As many at once as there is room for, in their order."""
    group: list[Order] = []
    for order in orders:
        n = sum(len(one.x) for one in (*group, order))
        if group and (n > MOST or memory(network, order.x.shape[1:], n) > ROOM):
            yield group
            group = []
        group.append(order)
    yield group


def alone(network: Network, order: Order, seed: int, weights: Mapping[str, Array] | None) -> Kept | Exception:
    try:
        return run_network(network, order.x, seed, weights, order.full, order.see, network.budget)
    except Exception as error:
        return error


def merged(
    network: Network, group: Sequence[Order], seed: int, weights: Mapping[str, Array] | None
) -> list[Kept | Exception] | None:
    """One pass of all; None if one of them may not run, the device has no room, or there is something to be told."""
    names = [name for name, _ in network.stages]
    parts = [Part(place) for place in places([len(order.x) for order in group])]

    def see(name: str, done: Run) -> None:
        for order, part in zip(group, parts, strict=True):
            if order.see:
                order.see(name, part.of(done))

    full = {name for order in group for name in (names if order.full is None else order.full)}
    x = np.concatenate([order.x for order in group])
    try:
        for order in group:  # each is held to what it may take by itself
            _, placed = check_network(network, order.x.shape[1:], network.budget, len(order.x))
        seen = see if any(order.see for order in group) else None
        kept = run_checked(network, placed, x, seed, weights, full, seen)
    except (GeometryError, RuntimeError, MemoryError):
        return None
    if any(done.notice for done in kept.values()):
        return None
    return [
        {name: part.kept(done) for name, done in kept.items() if order.full is None or name in order.full}
        for order, part in zip(group, parts, strict=True)
    ]


def places(counts: Sequence[int]) -> list[slice]:
    """Which examples of a batch are whose."""
    ends = np.cumsum(counts)
    return [slice(int(end) - n, int(end)) for n, end in zip(counts, ends, strict=True)]


@dataclass
class Part:
    """Some examples of a batch, and copies of them: a tensor that two stages share is copied once."""

    place: slice
    copies: dict[tuple[Any, ...], tuple[Array, NDArray[Any]]] = field(default_factory=dict)

    def of(self, done: Run) -> Run:
        """Their part of a run, as views."""
        n = len(done.x)
        parts = {
            name: part[self.place] if part.ndim == done.x.ndim and len(part) == n else part
            for name, part in done.parts.items()
        }
        return replace(done, x=done.x[self.place], y=done.y[self.place], parts=parts)

    def kept(self, done: Run) -> Run:
        """The same as copies, so that the batch as a whole can be let go."""
        part = self.of(done)
        parts = {name: self.own(x) for name, x in part.parts.items()}
        return replace(part, x=self.own(part.x), y=self.own(part.y), parts=parts)

    def own(self, x: NDArray[Any]) -> NDArray[Any]:
        which = x.__array_interface__["data"][0], x.shape, x.strides
        if which not in self.copies:
            self.copies[which] = x.copy(order="K"), x  # x too, or another might take its place in memory
        return self.copies[which][0]


@dataclass(eq=False)
class Seat:
    """One who waits."""

    order: Order
    outcome: Kept | BaseException | None = None
    ended: Event = field(default_factory=Event)


class Desk:
    """Where threads wait for the device, which one group has at a time.

    Whoever comes first for a network waits a moment, and until the device is free; those who come for the same network
    until then go along. No thread is started for it.
    """

    def __init__(self, window: float = WINDOW) -> None:
        self.window = window
        self.device, self.lock = Lock(), Lock()
        self.waiting: dict[Hashable, list[Seat]] = {}

    def take(
        self, which: Hashable, order: Order, work: Callable[[Sequence[Order]], Sequence[Kept | BaseException]]
    ) -> Kept:
        """What `work` makes of this order, done together with those that wait under the same name."""
        seat = Seat(order)
        with self.lock:
            leads = which not in self.waiting
            self.waiting.setdefault(which, []).append(seat)
        if leads:
            time.sleep(self.window)
            with self.device:
                with self.lock:
                    group = self.waiting.pop(which)
                serve(group, work)
        seat.ended.wait()
        if isinstance(seat.outcome, BaseException):
            raise seat.outcome
        assert seat.outcome is not None
        return seat.outcome


def serve(group: Sequence[Seat], work: Callable[[Sequence[Order]], Sequence[Kept | BaseException]]) -> None:
    """Have the work done; nobody is left waiting, whatever becomes of it."""
    try:
        for seat, outcome in zip(group, work([seat.order for seat in group]), strict=True):
            seat.outcome = outcome
    except BaseException as error:
        for seat in group:
            seat.outcome = error
        raise
    finally:
        for seat in group:
            seat.ended.set()


DESK = Desk()
