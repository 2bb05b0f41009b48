"""Networks that are too large for the server's own process run in a worker, on all cores."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from cnnviz.core.cache import Cache
from cnnviz.core.cost import total
from cnnviz.core.layers import Shape
from cnnviz.core.run import MAX_MACS, BudgetError
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import key, read
from cnnviz.jobs import Job, JobError
from cnnviz.networks.batching import may_share, wanted
from cnnviz.networks.forward import check_network, memory
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Blob
from cnnviz.scenes.build import show, show_on_all_cores, show_together
from cnnviz.scenes.network import Flow
from cnnviz.scenes.request import AttributionView, LayerView, NetworkView, Request
from cnnviz.text import Message, Problem
from cnnviz.web.parties import Parties
from cnnviz.web.pools import NETWORKS, Refusals, visitor
from cnnviz.web.shared_jobs import Done, Seat, SharedJobs, waiting
from cnnviz.web.store import shared, store
from cnnviz.web.turns import UPLOADS

MOST_MEMORY = 64 * 2**20  # bytes of weights and maps that the server itself makes
MOST_SECONDS = 120.0  # that a run may take
EVERY = 0.3  # s between two looks at a run; at each, the page may begin anew
RUNS = Message("The network runs …")

running, parties = SharedJobs(), Parties()
answers: Cache[Any] = Cache()
refused = Refusals(
    {
        "memory": Message("This run took too much memory and was stopped. Use a smaller input, or fewer filters."),
        "deadline": Message("This run took too long and was stopped. Use a smaller input, or fewer filters."),
        "crash": Message("What runs this network broke down. Use a smaller input, or fewer filters."),
    }
)


def large(network: Network, shape: Shape, back: bool = False) -> bool:
    """Does a network that can run take more than the server's own process has room or time for, or its gradients?"""
    more_memory, more_time = (2, 3) if back else (1, 1)
    macs = more_time * total(network.measures(shape)).macs
    return more_memory * memory(network, shape) > MOST_MEMORY or macs > MAX_MACS


def heavy(view: LayerView | NetworkView | AttributionView) -> bool:
    """Does a view take gradients, or a pass for each window?"""
    return isinstance(view, AttributionView) or view.back is not None


def show_large(request: Request, view: LayerView | NetworkView | AttributionView) -> Any:
    """As `cnnviz.scenes.build.show`; a large run in a worker.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        As `show`; `BudgetError` too where the run comes to no end.
    """
    shape = request.input.shape if isinstance(request.input, Fitted) else read(request.input).values.shape
    check_network(request.network, shape, request.network.budget)
    if not large(request.network, shape, heavy(view)):
        return show(request, view)
    which = key((request, view))
    found = answers.find(which)
    return known_apart(which, request, view) if found is None else found


def known_apart(which: str, request: Request, view: LayerView | NetworkView | AttributionView) -> Any:
    """What another server knows already, or runs now, if it is the whole network; else it is run."""
    if not (store() and isinstance(view, NetworkView)):
        return run_apart(which, request, view)
    place = st.empty()
    try:
        told = shared(which, lambda: packed(run_apart(which, request, view)), lambda: place.caption(str(RUNS)))
    finally:
        place.empty()
    return answers.get(which, lambda: unpacked(told))


def packed(shown: Flow) -> bytes:
    """Words, their length before them (8 bytes, little-endian), and the blob."""
    words = json.dumps({one.name: getattr(shown, one.name) for one in fields(shown) if one.name != "blob"}).encode()
    return len(words).to_bytes(8, "little") + words + shown.blob


def unpacked(told: bytes) -> Flow:
    end = 8 + int.from_bytes(told[:8], "little")
    return Flow(Blob(told[end:]), **json.loads(told[8:end]))


def run_apart(which: str, request: Request, view: LayerView | NetworkView | AttributionView) -> Any:
    """Wait for a worker's answer with all who want it; when whoever is last presses something else, the run ends."""
    if told := refused.get(which):
        raise BudgetError(told)
    if wanted() and may_share(request.network):
        with suppress(JobError):  # what breaks may be somebody else's: this one is tried by itself
            shown = in_parts(run_in_party(request, view))
            return answers.get(which, lambda: shown)
    seat = running.join(
        which, lambda: NETWORKS.submit(visitor(), show_on_all_cores, request, view, seconds=MOST_SECONDS)
    )
    try:
        with awaited(seat) as job:
            return answers.get(which, lambda: in_parts(job.result()))
    except JobError as error:
        if told := refused.remember(which, error.reason):
            raise BudgetError(told) from error
        raise BudgetError("This network cannot be run now. {why}", why=error) from error


@contextmanager
def awaited(seat: Seat) -> Iterator[Job | Done]:
    """A job that is over; meanwhile it is said how far it is, and whatever is pressed ends the waiting."""
    place = st.empty()
    try:
        with UPLOADS.away():
            while not seat.job.wait(EVERY):
                give_way()
                place.caption(words(seat.job))
        yield seat.job
    finally:
        seat.leave()
        place.empty()


def give_way() -> None:
    """Let whatever was pressed meanwhile end this run: Streamlit would have a part of the page wait for its end."""
    context = get_script_run_ctx()
    if requests := context and context.script_requests:
        with requests._lock:
            if requests._state is ScriptRequestType.RERUN:
                requests._rerun_data = replace(requests._rerun_data, is_fragment_scoped_rerun=True)


def run_in_party(request: Request, view: LayerView | NetworkView | AttributionView) -> Any:
    """Wait for a worker's answer, in which others who run the same network have their part."""

    def submit(asks: Sequence[Any]) -> Job:
        return NETWORKS.submit(visitor(), show_together, asks, seconds=MOST_SECONDS)

    seat, which = parties.join(key((request.network, request.weights)), (request, view), show_together, submit)
    with awaited(seat) as job:
        shown = job.result()[which]
    if isinstance(shown, Problem):
        raise shown
    return shown


def in_parts(shown: Any) -> Any:
    """What a worker shows, with a blob that knows its large parts."""
    return replace(shown, blob=Blob(shown.blob))


def words(job: Job | Done) -> str:
    """How far it is."""
    ahead = job.ahead
    return str(RUNS) if ahead is None else waiting(ahead)
