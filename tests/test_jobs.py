"""Jobs: limits hold, visitors take turns, and whatever a job does, the server and the next job do not notice."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from cnnviz.core.geometry import GeometryError
from cnnviz.jobs import JobError, Kind, Pool
from cnnviz.jobs.fair import FairQueue
from cnnviz.jobs.wire import unpacked
from cnnviz.text import speaking
from tests import work

ROOT = Path(__file__).parent.parent
MEMORY = 256 * 2**20
LONG = 60.0  # s that no job here should need
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and deaths are Linux's")


@contextmanager
def pool(most=1, **more):
    made = Pool(Kind(MEMORY), most, **more)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def shared():
    """One worker for all jobs that leave it alive, or of which the next has to find another."""
    with pool() as made:
        yield made


@pytest.fixture
def do(shared):
    return lambda work, *arguments, seconds=LONG: shared.submit("ann", work, *arguments, seconds=seconds)


@pytest.fixture
def gate(tmp_path):
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def why(job) -> str:
    with pytest.raises(JobError) as caught:
        job.result()
    assert str(caught.value).endswith(".")
    return caught.value.reason


def gone(pid: int) -> bool:
    """Is the process dead? One that nobody has buried yet is."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def until(true) -> None:
    """Ask again until it is so; for what only the system knows."""
    for _ in range(2000):
        if true():
            return
        Event().wait(0.005)
    raise AssertionError("It did not come about within ten seconds.")


# --- what a job gives back ---


def test_work_is_done_in_another_process(do):
    assert do(work.twice, 21).result() == 42
    assert do(work.process).result() != os.getpid()


def test_one_worker_does_one_job_after_another(do):
    assert do(work.process).result() == do(work.process).result()


def test_arrays_come_back_as_they_are(do):
    given = np.arange(12, dtype=np.float32).reshape(3, 4).T
    found = do(work.doubled, given).result()
    np.testing.assert_array_equal(found, 2 * given)
    assert found.dtype == np.float32


def test_an_error_of_our_own_comes_back_with_its_ways_out(do):
    with pytest.raises(GeometryError, match="A window of 7 cells") as caught:
        do(work.refusing).result()
    assert caught.value.fixes == ({"padding": 2},)


def test_what_a_job_says_is_said_in_the_language_that_was_spoken_when_it_was_asked_for(do):
    with speaking("en-XA"):
        job = do(work.speech)
    assert job.result() == "⁅A window. one⁆"
    with pytest.raises(GeometryError) as caught, speaking("en-XA"):
        do(work.refusing).result()
    assert str(caught.value).startswith("A window of 7")


def test_any_other_error_is_one_plain_sentence(do):
    assert why(do(work.faulty)) == "fault"


def test_what_is_printed_does_not_mix_with_the_answer(do):
    assert do(work.printing).result() == "done"


def test_an_answer_that_would_run_something_is_not_unpacked(do):
    left = Path("/tmp/cnnviz-jobs-sly")
    left.unlink(missing_ok=True)
    assert why(do(work.sly)) == "crash"
    assert not left.exists()
    assert do(work.twice, 1).result() == 2


@pytest.mark.parametrize("name", ["os\nsystem", "builtins\neval", "subprocess\nPopen", "cnnviz.jobs.process\nProcess"])
def test_an_answer_names_nothing_that_acts(name):
    with pytest.raises(Exception, match="may not hold"):
        unpacked(f"c{name}\n.".encode())


# --- limits ---


@linux
def test_who_takes_too_much_memory_is_told_so(do):
    assert do(work.hungry, MEMORY // 2).result() == MEMORY // 2
    job = do(work.hungry, 2 * MEMORY)
    assert why(job) == "memory"
    assert do(work.twice, 1).result() == 2


@pytest.mark.parametrize("slow", [work.endless, work.stuck])
def test_who_takes_too_long_is_stopped(do, slow):
    assert why(do(slow, seconds=0.2)) == "deadline"
    assert do(work.twice, 1).result() == 2


@pytest.mark.parametrize("end", [work.crashing, work.killed])
def test_a_process_that_dies_is_replaced(do, end):
    before = do(work.process).result()
    assert why(do(end)) == "crash"
    assert do(work.process).result() != before


def test_a_worker_that_died_while_it_was_idle_harms_nobody(do, shared):
    do(work.twice, 1).result()
    [process] = shared.processes
    os.kill(process.child.pid, 9)
    process.child.wait()
    assert do(work.twice, 1).result() == 2


# --- progress and cancel ---


def test_a_job_tells_how_far_it_is(do, gate):
    job = do(work.held, str(gate))
    until(lambda: job.progress == (1, 3))
    assert not job.ended
    gate.write_text("go on")
    assert job.result() == "go on"


def test_a_job_at_work_is_called_off(do):
    job = do(work.endless)
    until(lambda: job.progress == (0, 1))
    job.cancel()
    assert why(job) == "cancelled"
    assert do(work.twice, 1).result() == 2


def test_a_job_that_waits_is_called_off_and_never_begins(do, gate):
    first, second = do(work.held, str(gate)), do(work.crashing)
    until(lambda: first.ahead is None)
    second.cancel()
    assert why(second) == "cancelled"
    gate.write_text("")
    assert first.result() == ""
    assert do(work.process).result() == do(work.process).result()


def test_what_has_ended_cannot_be_called_off(do):
    job = do(work.twice, 21)
    job.wait()
    job.cancel()
    assert job.result() == 42


def test_a_job_that_nobody_has_any_more_is_called_off(do, shared, gate):
    first, second = do(work.held, str(gate)), do(work.twice, 1)
    until(lambda: first.ahead is None)
    del second
    shared.sweep()
    assert not len(shared.queue)
    gate.write_text("")
    first.wait()


@linux
def test_of_a_job_that_is_called_off_neither_file_nor_program_is_left(do, shared):
    job = do(work.messy)
    until(lambda: job.progress[0])
    child, worker = job.progress
    [process] = shared.processes
    folder = Path(process.folder.name)
    until(lambda: list(folder.rglob("gate")))
    job.cancel()
    job.wait()
    assert do(work.twice, 1).result() == 2  # behind it, all has been cleared away
    assert not folder.exists()
    until(lambda: gone(child) and gone(worker))


# --- what is sent ahead, and what a job is told ---


def test_what_a_job_sends_ahead_is_there_before_its_end(do):
    job = do(work.counting, 5)
    until(lambda: len(job.parts) == 5)
    assert job.parts == (0, 1, 2, 3, 4) and job.progress == (5, 5) and not job.ended
    job.tell("enough")
    assert job.result() == ("enough",)
    assert job.parts == (0, 1, 2, 3, 4)


def test_what_was_sent_ahead_stays_when_a_job_is_called_off(do):
    job = do(work.counting, 3)
    until(lambda: len(job.parts) == 3)
    job.cancel()
    assert why(job) == "cancelled" and job.parts == (0, 1, 2)


def test_a_job_that_waits_hears_a_word_when_it_begins(do, gate):
    first, second = do(work.held, str(gate)), do(work.counting, 1)
    until(lambda: first.ahead is None)
    second.tell("enough")
    gate.write_text("")
    assert second.result() == ("enough",)


def test_a_word_reaches_no_other_job(do, gate):
    first, second = do(work.held, str(gate)), do(work.hearing)
    until(lambda: first.progress == (1, 3))
    first.tell("enough")
    gate.write_text("")
    assert second.result() == ()
    first.tell("too late")
    assert do(work.hearing).result() == ()


# --- turns ---


def test_visitors_take_turns(gate):
    with pool() as one:

        def ask(visitor, number):
            return one.submit(visitor, work.twice, number, seconds=LONG)

        first = one.submit("ann", work.held, str(gate), seconds=LONG)
        until(lambda: first.ahead is None)
        films = [ask("ann", 1), ask("ann", 2), ask("bob", 3), ask("cy", 4), ask("bob", 5)]
        assert [job.ahead for job in films] == [2, 4, 0, 1, 3]
        gate.write_text("")
        assert [job.result() for job in films] == [2, 4, 6, 8, 10]
        assert [job.ahead for job in films] == [None] * 5


def test_one_visitors_job_does_not_hold_up_anothers(gate):
    with pool(most=2) as two:
        long = two.submit("ann", work.held, str(gate), seconds=LONG)
        until(lambda: long.progress == (1, 3))
        assert two.submit("bob", work.twice, 1, seconds=LONG).result() == 2
        gate.write_text("")
        long.wait()


def test_whoever_has_least_at_work_comes_first():
    queue = FairQueue()
    for visitor, item in (("ann", 1), ("ann", 2), ("ann", 3), ("bob", 4)):
        queue.put(visitor, item)
    assert queue.take() == 1
    queue.put("cy", 5)
    assert [queue.ahead(item) for item in (4, 5, 2, 3)] == [0, 1, 2, 3]
    assert [queue.take() for _ in range(2)] == [4, 5]
    queue.done("bob")
    queue.put("bob", 6)
    assert queue.take() == 6


def test_a_queue_has_an_end(gate, monkeypatch):
    monkeypatch.setattr("cnnviz.jobs.pool.MOST_WAITING", 2)
    with pool() as one:
        first = one.submit("ann", work.held, str(gate), seconds=LONG)
        until(lambda: first.ahead is None)
        kept = [one.submit("ann", work.twice, 1, seconds=LONG) for _ in range(2)]
        with pytest.raises(JobError, match="2 jobs are waiting already"):
            one.submit("bob", work.twice, 1, seconds=LONG).result()
        gate.write_text("")
        assert [job.result() for job in kept] == [2, 2]


# --- coming and going ---


def test_workers_come_with_the_first_job_and_go_when_there_is_none():
    with pool(idle=0) as one:
        assert not one.threads
        job = one.submit("ann", work.process, seconds=LONG)
        pid = job.result()
        until(lambda: not one.threads and not one.processes)
        assert gone(pid)
        assert one.submit("ann", work.twice, 1, seconds=LONG).result() == 2


def test_a_warm_pool_has_its_worker_before_the_job():
    with pool() as one:
        one.warm()
        until(lambda: one.processes)
        one.warm()
        assert len(one.threads) == 1


def test_where_no_process_can_be_started_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pool() as one:
        assert why(one.submit("ann", work.twice, 1, seconds=LONG)) == "start"
        monkeypatch.undo()
        assert one.submit("ann", work.twice, 1, seconds=LONG).result() == 2


def test_a_worker_that_cannot_import_what_it_needs_is_none():
    broken = Pool(Kind(MEMORY, modules=("cnnviz.nothing_of_the_kind",)), 1)
    assert why(broken.submit("ann", work.twice, 1, seconds=LONG)) == "start"
    broken.close()


SERVER = """
import sys
from cnnviz.text import speaking
from tests import work
from cnnviz.jobs import Kind, Pool
pool = Pool(Kind(2**28), 2)
busy = pool.submit("ann", work.stuck, seconds=600)
while busy.progress != (0, 1):
    busy.wait(0.01)
print(pool.submit("bob", work.process, seconds=600).result(), [p.child.pid for p in pool.processes], flush=True)
sys.stdin.read()
"""


@linux
@pytest.mark.parametrize("end", ["it ends", "it is killed"])
def test_workers_die_with_the_server_whatever_they_do(end):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    told = server.stdout.readline()
    pids = eval(told.partition(" ")[2])
    assert len(pids) == 2
    assert not any(map(gone, pids))
    if end == "it ends":
        server.stdin.close()
    else:
        server.kill()
    server.wait()
    server.stdout.close()
    until(lambda: all(map(gone, pids)))
