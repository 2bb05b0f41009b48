"""Who shows a file that has just come takes turns; whoever waits for a worker keeps nobody from theirs."""

import time
from contextlib import nullcontext
from queue import SimpleQueue
from threading import Event, Thread

import pytest
from test_pages import opened

from bench.crowd.people import clip
from cnnviz.core.cache import Budget, Cache
from cnnviz.web import turns
from cnnviz.web.turns import Turns


class Visitor(Thread):
    """Takes a turn, is away until an answer is there, and goes on."""

    def __init__(self, all_: Turns, told: SimpleQueue, name: str):
        super().__init__(name=name, daemon=True)
        self.turns, self.told, self.answer = all_, told, Event()
        self.start()

    def run(self):
        with self.turns.taking():
            self.told.put(f"{self.name} begins")
            with self.turns.away():
                self.told.put(f"{self.name} waits")
                self.answer.wait(60)
            self.told.put(f"{self.name} shows")


def said(told, count):
    return [told.get(timeout=60) for _ in range(count)]


def test_one_shows_at_a_time_and_who_was_away_comes_first():
    all_, told = Turns(), SimpleQueue()
    ann = Visitor(all_, told, "ann")
    assert said(told, 2) == ["ann begins", "ann waits"]
    with all_.taking():  # ann lets others go on
        bob = Visitor(all_, told, "bob")
        ann.answer.set()
        while not all_.back:
            time.sleep(0.01)
        assert told.empty()
    assert said(told, 3) == ["ann shows", "bob begins", "bob waits"]
    bob.answer.set()
    assert said(told, 1) == ["bob shows"]
    ann.join(60), bob.join(60)
    assert (all_.taken, all_.back) == (False, 0)


def test_a_class_that_uploads_the_same_file_has_it_read_once_and_shown_to_all(monkeypatch):
    """One waits for the worker, the others for what it makes of that, and for their turns."""
    monkeypatch.setattr(turns, "PATIENCE", 1e6)
    all_, read, asked, together = Turns(), Event(), SimpleQueue(), Budget()
    together.waiting = all_.away
    cache: Cache[str] = Cache(budget=together)

    def make():
        asked.put("asked")
        with all_.away():
            read.wait(60)
        return "made"

    def show():
        with all_.taking():
            assert cache.get("file", make) == "made"

    threads = [Thread(target=show, daemon=True) for _ in range(5)]
    for thread in threads:
        thread.start()
    said(asked, 1)
    while cache._gates["file"][1] < 2:
        time.sleep(0.01)
    read.set()
    for thread in threads:
        thread.join(5)
    assert [thread.is_alive() for thread in threads] == [False] * 5
    assert asked.empty()


def test_who_has_waited_long_goes_on_without_its_turn(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    all_, ended = Turns(), Event()

    def show():
        with all_.taking(), all_.away():
            ended.set()

    with all_.taking():
        Thread(target=show, daemon=True).start()
        assert ended.wait(60)
        assert all_.taken
    assert not all_.taken


def test_who_has_no_turn_lets_nobody_in():
    all_ = Turns()
    with all_.taking():
        other = Thread(target=lambda: [all_.away().__enter__()])
        other.start()
        other.join()
        assert all_.taken


def test_a_run_that_ends_in_the_middle_leaves_its_turn():
    all_ = Turns()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), all_.taking():
            _ = 1 // 0
    assert not all_.taken


def test_the_run_that_shows_a_file_waits_for_its_turn_and_others_do_not(monkeypatch):
    taken = []
    monkeypatch.setattr(turns.UPLOADS, "taking", lambda: taken.append(1) or nullcontext())
    app = opened("spectrogram", input="upload")
    assert not taken
    app.file_uploader[0].set_value(("clip.wav", clip(0.5, 1), "audio/wav"))
    app.run(timeout=60)
    assert (taken, [one.value for one in app.warning]) == ([1], [])
    app.run(timeout=60)
    assert taken == [1]
