"""What many visitors ask for at the same moment is computed once, and what is in the way of that."""

import gc
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cnnviz.cli.open_link import staged_at
from cnnviz.core.cache import TOGETHER
from cnnviz.core.run import once
from cnnviz.export import Look, Wanted
from cnnviz.jobs import JobError, Kind, Pool
from cnnviz.networks import forward as network
from cnnviz.scenes import blob, query
from cnnviz.scenes.build import show
from cnnviz.web import large_runs, made_files
from cnnviz.web.shared_jobs import SharedJobs
from tests import work

VISITORS = 12
LINKS = {
    "a layer": ("convolution", "input=digit&stride=2&padding=1"),
    "a pass back": ("convolution", "input=digit&pass=dX"),
    "matrices": ("matrix", ""),
    "a stage": ("spectrogram", "input_seconds=1&stage=conv1"),
    "a network": ("network", "preset=LeNet-5"),
    "gradients": ("network", "preset=LeNet-5&view=gradients"),
    "an attribution": ("network", "preset=LeNet-5&view=attribution"),
}


@pytest.fixture
def counted(monkeypatch) -> Counter[str]:
    """How often stages run, and how often a blob is packed: the real ones, counted."""
    counts: Counter[str] = Counter()
    pack = blob.Scene.to_bytes

    def ran(*arguments: Any, **how: Any) -> Any:
        counts["stages"] += 1
        return once(*arguments, **how)

    def packed(scene: blob.Scene) -> blob.Blob:
        counts["blobs"] += 1
        return pack(scene)

    monkeypatch.setattr(network, "once", ran)
    monkeypatch.setattr(blob.Scene, "to_bytes", packed)
    return counts


def together(ask: Callable[[], Any]) -> list[Any]:
    """What all visitors get, who ask at the same moment."""
    start = Barrier(VISITORS)

    def one() -> Any:
        start.wait()
        return ask()

    with ThreadPoolExecutor(VISITORS) as visitors:
        return [each.result() for each in [visitors.submit(one) for _ in range(VISITORS)]]


def asked(link: tuple[str, str]) -> Any:
    page, words = link
    said = query.from_query(page, dict(parse_qsl(words)))
    made = said.made.make()
    return show(*(made if isinstance(made, tuple) else (made,)))


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_class_with_one_link_has_it_computed_once(link, counted):
    TOGETHER.forget()
    asked(link)
    one = counted.copy()
    assert one["blobs"] >= 1
    TOGETHER.forget()
    counted.clear()
    seen = together(lambda: asked(link))
    assert counted == one
    assert len({id(shown.blob) for shown in seen}) == 1  # one blob, and no copies


@pytest.fixture
def pool():
    one = Pool(Kind(memory=2**30), 1)
    yield one
    one.close()


def test_who_comes_while_a_job_is_at_work_joins_it(pool, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    shared, begun = SharedJobs(), []

    def begin():
        begun.append(1)
        return pool.submit("ann", work.held, str(gate), seconds=60)

    seats = together(lambda: shared.join("one", begin))
    while seats[0].job.progress != (1, 3):
        seats[0].job.wait(0.01)
    late = shared.join("one", begin)
    for seat in seats[:-1]:
        seat.leave()  # one of them stays
    gate.write_text("done")
    assert (late.job.result(), seats[-1].job.result(), len(begun)) == ("done", "done", 1)
    assert shared.join("one", begin).job is late.job  # it is done, and somebody has it


def test_the_last_to_go_calls_a_job_off(pool):
    shared = SharedJobs()
    one, other = (shared.join("one", lambda: pool.submit("ann", work.endless, seconds=60)) for _ in range(2))
    job = one.job
    one.leave()
    assert not job.wait(0.2)
    other.leave()
    assert job.wait(30)
    assert shared.join("one", lambda: pool.submit("ann", work.twice, 4, seconds=60)).job.result() == 8


def test_a_session_that_is_gone_wants_no_job(pool):
    shared = SharedJobs()
    seat = shared.join("one", lambda: pool.submit("ann", work.endless, seconds=60))
    task = seat.job._task
    del seat
    gc.collect()
    pool.submit("bob", work.twice, 2, seconds=60).wait()
    assert task.ended.wait(30)


def test_a_job_that_failed_is_tried_again(pool):
    shared = SharedJobs()
    first = shared.join("one", lambda: pool.submit("ann", work.endless, seconds=0.1))
    with pytest.raises(JobError):
        first.job.result()
    assert shared.join("one", lambda: pool.submit("ann", work.twice, 2, seconds=60)).job.result() == 4


def test_visitors_of_a_large_network_wait_for_one_worker(monkeypatch):
    monkeypatch.setattr(large_runs, "MOST_MEMORY", 0)
    large_runs.answers.clear()
    begun = []
    submit = large_runs.NETWORKS.submit
    monkeypatch.setattr(large_runs.NETWORKS, "submit", lambda *args, **how: begun.append(1) or submit(*args, **how))
    request, view = query.from_query("network", {"preset": "LeNet-5"}).made.make()
    seen = together(lambda: large_runs.show_large(request, view))
    assert len(begun) == 1
    assert len({id(shown) for shown in seen}) == 1


def test_a_file_that_a_class_takes_away_is_made_once(monkeypatch):
    made = []
    real = made_files.make
    monkeypatch.setattr(made_files, "make", lambda *how: made.append(how) or real(*how))
    made_files._files.clear()
    files = together(lambda: made_files.file(staged_at("convolution?input=digit"), "png", Wanted(Look(width_px=300))))
    assert len(made) == len(set(files)) == 1
    assert made_files.file(staged_at("convolution?input=digit"), "png", Wanted(Look(width_px=320))) != files[0]
