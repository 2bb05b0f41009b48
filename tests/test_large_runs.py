"""Large networks run in a worker: the same numbers, and what breaks there is a sentence."""

import os
from threading import Thread
from time import monotonic, sleep
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from test_pages import opened

from cnnviz.core.run import BudgetError
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.samples import Photo
from cnnviz.jobs import JobError
from cnnviz.networks.zoo import lesson_c
from cnnviz.scenes.build import show
from cnnviz.scenes.request import LayerView, NetworkView, Request
from cnnviz.web import large_runs
from tests import work

SHAPE = (3, 32, 32)
PHOTOS = Photo(), Photo(name="flower.jpg"), Photo(rows=40)
REQUEST = Request(lesson_c(), Fitted(whole=Photo(), shape=SHAPE))


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch):
    monkeypatch.setattr(large_runs, "MOST_MEMORY", 0)
    large_runs.answers.clear()
    large_runs.refused.known.clear()


def overviews(app) -> list[bytes]:
    return [one.proto.bytes for one in app.get("bidi_component") if one.proto.component_name.endswith("overview_en")]


@pytest.mark.parametrize("view", [NetworkView(), LayerView("4")], ids=["network", "layer"])
def test_a_worker_gives_the_numbers_that_the_server_gives(view):
    assert large_runs.large(REQUEST.network, SHAPE)
    apart = large_runs.show_large(REQUEST, view)
    assert apart.blob == show(REQUEST, view).blob
    assert large_runs.show_large(REQUEST, view) is apart


def test_a_small_network_stays_in_the_server(monkeypatch):
    monkeypatch.setattr(large_runs, "NETWORKS", None)
    monkeypatch.setattr(large_runs, "MOST_MEMORY", 2**26)
    assert not large_runs.large(REQUEST.network, SHAPE)
    assert large_runs.show_large(REQUEST, NetworkView()).blob == show(REQUEST, NetworkView()).blob


def test_what_breaks_its_worker_is_refused_once_for_all(monkeypatch):
    monkeypatch.setattr(large_runs, "show_on_all_cores", work.breaking_run)
    for _ in range(2):
        with pytest.raises(BudgetError, match=r"broke down\. Use a smaller input"):
            large_runs.show_large(REQUEST, NetworkView())
        monkeypatch.setattr(large_runs, "NETWORKS", None)  # nobody runs it a second time


def test_a_run_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(large_runs, "show_on_all_cores", work.endless_run)
    monkeypatch.setattr(large_runs, "MOST_SECONDS", 0.2)
    with pytest.raises(BudgetError, match="took too long"):
        large_runs.show_large(REQUEST, NetworkView())


def test_those_who_wait_for_a_worker_go_there_as_one_job_and_each_gets_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_BATCH", "1")
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    held = [large_runs.NETWORKS.submit("", work.held, str(gate), seconds=60) for _ in range(large_runs.NETWORKS.most)]
    submitted, found = [], {}
    submit = large_runs.NETWORKS.submit
    monkeypatch.setattr(
        large_runs.NETWORKS, "submit", lambda *more, **how: submitted.append(more) or submit(*more, **how)
    )
    asked = [(Request(lesson_c(), Fitted(whole=photo, shape=SHAPE)), LayerView("4")) for photo in PHOTOS]
    threads = [Thread(target=lambda ask=ask: found.update({ask: large_runs.show_large(*ask)})) for ask in asked]
    for thread in threads:
        thread.start()
        late = monotonic() + 30
        while sum(len(one.asks) for one in large_runs.parties._parties.values()) <= threads.index(thread):
            assert monotonic() < late
            sleep(0.01)
    gate.write_text("go")
    for thread in threads:
        thread.join(60)
    assert len(submitted) == 1 and all(one.wait(60) for one in held)
    monkeypatch.setenv("CNNVIZ_BATCH", "0")
    alone = [show(*ask).done.y for ask in asked]
    for ask, y in zip(asked, alone, strict=True):
        np.testing.assert_allclose(found[ask].done.y, y, rtol=1e-4, atol=1e-5)
    assert not np.allclose(alone[0], alone[1])


class Pressed(BaseException):
    """As Streamlit ends a script when something is pressed."""


def ends_when(pressed, monkeypatch):
    """A run without an end is looked at by `pressed`, again and again, until this raises."""
    monkeypatch.setattr(large_runs, "show_on_all_cores", work.endless_run)
    monkeypatch.setattr(large_runs, "words", pressed)
    with pytest.raises(Pressed):
        large_runs.show_large(REQUEST, NetworkView())


def test_whatever_is_pressed_ends_the_run(monkeypatch):
    jobs = []

    def pressed(job):
        if job.progress == (0, 1):  # it is at work
            jobs.append(job)
            raise Pressed

    ends_when(pressed, monkeypatch)
    assert jobs[0].wait(30)
    with pytest.raises(JobError) as ended:
        jobs[0].result()
    assert ended.value.reason == "cancelled"


def test_a_part_of_the_page_that_is_asked_for_ends_the_run(monkeypatch):
    requests, jobs = ScriptRequests(), []
    monkeypatch.setattr(large_runs, "get_script_run_ctx", lambda: SimpleNamespace(script_requests=requests))

    def pressed(job):
        if job.progress == (0, 1) and not jobs:
            jobs.append(job)
            requests.request_rerun(RerunData(fragment_id="stage"))
            assert not requests.on_scriptrunner_yield()  # Streamlit has it wait
        elif requests.on_scriptrunner_yield():
            raise Pressed

    ends_when(pressed, monkeypatch)
    assert jobs[0].wait(30)


def test_the_page_runs_it_when_it_is_asked_to_and_says_what_broke(monkeypatch):
    app = opened("network", preset="LeNet-5")
    assert not overviews(app)
    next(one for one in app.button if one.label == "Run it").click().run()
    assert not app.exception
    assert len(overviews(app)) == 1
    monkeypatch.setattr(large_runs, "show_on_all_cores", work.breaking_run)
    app.number_input(key="seed").set_value(1).run()
    assert not app.exception
    assert any("broke down" in one.value for one in app.warning)
    assert len(overviews(app)) == 1  # the last one stays
