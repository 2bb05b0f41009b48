"""A network run once, with every stage kept, or those that are wanted."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from torch import nn

from cnnviz.core.cost import FLOAT_BYTES, total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Layer, MaxPool, MaxUnpool, Shape
from cnnviz.core.run import (
    MAX_MACS,
    BudgetError,
    Run,
    check_budget,
    check_input,
    check_windows,
    load,
    once,
)
from cnnviz.networks.network import MOST_BYTES, Network
from cnnviz.text import Message

MOST_MACS = 16_000_000_000  # of a network that is asked for by itself; VGG16 takes a few seconds on two cores


def memory(network: Network, shape: Shape, n: int = 1) -> int:
    """Bytes of float32 that a run of n examples takes which keeps every stage: the input, all weights and all outputs.

    Counted before anything is made. On top come what else a stage has to show (places of winners, gates, running
    statistics), and for the time of one stage its weights once more, for its `Run` has a copy of them.
    """
    cost = total(network.measures(shape))
    return FLOAT_BYTES * cost.parameters + n * (cost.input_bytes + cost.output_bytes)


def run_network(
    network: Network,
    x: Array,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    full: Collection[str] | None = None,
    see: Callable[[str, Run], None] | None = None,
    budget: int | None = None,
) -> dict[str, Run]:
    """One forward pass: of the stages that are wanted in full, each with its own input, weights and output.

    Behind nn.Flatten and nn.Linear torch has a vector; input and output of such a `Run` have axes of one cell besides,
    as its layer sees them.

    Parameters
    ----------
    x : floating-point array, shape (N, channels, *axes), or (N, features)
    seed : int
        For torch's own initialisation of the whole network.
    weights : arrays by key of the `state_dict`
        Loaded over the initialisation; may be partial.
    full : names of stages
        Those that come back; all of them by default. The tensors of the others are freed once the next has read them,
        and those behind the last are not run if nobody sees them.
    see : called with the name and the `Run` of every stage
        Without state and parts where the stage is not wanted in full. Tensors that it keeps are not freed.
    budget : int [bytes], or None
        None holds each stage to `MAX_BYTES`, as if it ran alone. A number allows a network with larger stages, as long
        as its `memory` is no more than that, and its multiply-adds no more than `MOST_MACS`.

    Raises
    ------
    GeometryError
        If a stage cannot work on what reaches it; the sentence begins with its name.
    BudgetError
        If a stage, or all together, would be larger than cnnviz attempts.
    """
    x = check_input(x)
    _, placed = check_network(network, x.shape[1:], budget, len(x))
    return run_checked(network, placed, x, seed, weights, full, see)


def run_checked(
    network: Network,
    placed: Sequence[tuple[Layer, Shape]],
    x: Array,
    seed: int,
    weights: Mapping[str, Array] | None,
    full: Collection[str] | None,
    see: Callable[[str, Run], None] | None,
) -> dict[str, Run]:
    """As `run_network`, once it is known that it may run, and what reaches each stage."""
    names = [name for name, _ in network.stages]
    wanted = set(names if full is None else full)
    ends = len(names) if see else max((names.index(name) + 1 for name in wanted), default=0)
    kept: dict[str, Run] = {}
    places: list[Array] = []  # of winners, which an nn.MaxUnpool has not put back yet
    modules = modules_of(network, seed)[::-1]
    for name, (stage, taken) in zip(names[:ends], placed, strict=False):
        layer = told(stage, taken, places)
        hands = isinstance(layer, MaxPool) and layer.return_indices
        own = own_weights(network, name, weights or {})
        # a module is let go when it has been used, so that its weights are not held beside those that are kept
        done = once(layer, load(layer, modules.pop(), own), x.reshape(len(x), *taken), seed, name in wanted or hands)
        places += [done.parts["indices"]] if hands else []
        if see:
            see(name, done)
        kept |= {name: done} if name in wanted else {}
        x = done.y
    return kept


def told(layer: Layer, shape: Shape, places: list[Array]) -> Layer:
    """An nn.MaxUnpool with the last places that were handed over, which it takes; any other layer as it is."""
    if not isinstance(layer, MaxUnpool) or layer.indices is not None:
        return layer
    found = layer.handed(places.pop())
    found.check(shape)  # where the places lie is known only now
    return found


def own_weights(network: Network, name: str, weights: Mapping[str, Array]) -> dict[str, Array]:
    """Those of one stage, as its own module calls them."""
    start = network.start(name)
    return {key.removeprefix(start): value for key, value in weights.items() if key.startswith(start)}


def modules_of(network: Network, seed: int) -> list[nn.Module]:
    """Torch's module of each stage."""
    return [module for _, module in network.inside(network.seeded(seed))]


def may_run(network: Network, shape: Shape) -> bool:
    """Do all stages work, and is none of them too large?"""
    try:
        check_network(network, shape, network.budget)
    except GeometryError:
        return False
    return True


@lru_cache(maxsize=64)
def check_network(
    network: Network, shape: Shape, budget: int | None = None, n: int = 1
) -> tuple[int, list[tuple[Layer, Shape]]]:
    """Raise what is wrong with a stage on what reaches it of n examples, before anything runs.

    Returns
    -------
    int
        The multiply-adds of all stages.
    list of (layer, shape)
        See `Network.placed`.
    """
    placed, alone = network.placed(shape), budget is None
    for layer, taken in placed:
        layer.check_batch(taken, n)
        if alone:
            check_budget(layer, taken, n)
    cost = total(network.measures(shape))
    needs = FLOAT_BYTES * cost.parameters if budget is None else memory(network, shape, n)
    most = MOST_BYTES if budget is None else budget
    if needs > most:
        what = Message("The weights of all stages") if alone else Message("Input, weights and all outputs")
        raise BudgetError(
            "{what} take {needs:,.0f} MiB and {most:,.0f} MiB are allowed. Use a smaller input, or fewer filters.",
            what=what,
            needs=needs / 2**20,
            most=most / 2**20,
        )
    for layer, taken in placed:
        check_windows(layer, taken, n)
    most_macs = MAX_MACS if alone else MOST_MACS
    if n * cost.macs > most_macs:
        raise BudgetError(
            "All stages together take {macs:,} multiply-adds and cnnviz stops at {most_macs:,}. Use a smaller input, "
            "fewer filters, or pool earlier.",
            macs=n * cost.macs,
            most_macs=most_macs,
        )
    return n * cost.macs, placed
