"""Workers that take jobs in turn. Each is looked after by a thread of the server, which starts it and buries it."""

import atexit
import pickle
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Condition, Thread, current_thread
from typing import Any
from weakref import finalize

from cnnviz.core.machine import THREADS
from cnnviz.jobs.clock import clock
from cnnviz.jobs.errors import JobError, Reason
from cnnviz.jobs.fair import FairQueue
from cnnviz.jobs.process import Kind, Process
from cnnviz.jobs.task import Task
from cnnviz.text import spoken

MOST_WAITING = 32  # jobs of all visitors
IDLE = 300.0  # s that a worker waits for its next job before it is let go
PATIENCE = 5.0  # s that an end may take
START = 120.0  # s that a worker may take until it is ready, on a busy machine


class Job:
    """What a visitor has of a job. When nobody has it any more, it is called off."""

    def __init__(self, pool: "Pool", task: Task):
        self._pool, self._task = pool, task
        finalize(self, pool.dropped.put, task).atexit = False

    @property
    def ended(self) -> bool:
        return self._task.ended.is_set()

    @property
    def ahead(self) -> int | None:
        """How many jobs come before it; None once it is at work."""
        return self._pool.ahead(self._task)

    @property
    def progress(self) -> tuple[int, int]:
        """Parts that are done, and parts in all; no parts as long as it has not said."""
        return self._task.progress

    @property
    def parts(self) -> tuple[Any, ...]:
        """What the work has sent ahead of its answer; it stays, however the job ends."""
        return tuple(self._task.parts)

    def tell(self, word: str) -> None:
        """Say a word to the work, which finds it in `progress.words`; one that waits hears it when it begins."""
        self._pool.tell(self._task, word)

    def amend(self, work: Callable[..., Any], *arguments: Any) -> bool:
        """Have other work done in its place, if it still waits; does it?"""
        with self._pool.change:
            if waits := self._task in self._pool.queue.waiting.get(self._task.visitor, ()):
                self._task.packed = pickle.dumps((spoken().code, work, arguments), 5)
            return waits

    def cancel(self) -> None:
        """Call it off; one that has ended stays as it is."""
        self._pool.stop(self._task, "cancelled")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end, so long at most; is it there?"""
        return self._task.ended.wait(seconds)

    def result(self) -> Any:
        """What the work gave back, when it is done.

        Raises
        ------
        JobError
            If it did not come to its end.
        Exception
            Any of our own errors that the work raised.
        """
        self.wait()
        how, what = self._task.outcome
        if how == "failed":
            raise what
        return what


class Pool:
    """Worker processes, started when there is work and let go when there is none.

    Parameters
    ----------
    kind : Kind
        What they are like.
    most : int
        Workers at most.
    """

    def __init__(self, kind: Kind, most: int, idle: float = IDLE):
        self.kind, self.most, self.idle = kind, most, idle
        self.queue: FairQueue[Task] = FairQueue()
        self.dropped: SimpleQueue[Task] = SimpleQueue()  # by the garbage collector, which may come at any moment
        self.change = Condition()
        self.processes: set[Process] = set()
        self.threads: set[Thread] = set()  # each looks after a worker
        self.free = 0  # of these, how many have no task
        self.open = True
        atexit.register(self.close)

    def submit(self, visitor: str, work: Callable[..., Any], *arguments: Any, seconds: float) -> Job:
        """Have ``work(*arguments, progress)`` done in a worker, in the language that is spoken here.

        Parameters
        ----------
        visitor : str
            Who asks: visitors take turns.
        work : a function with a name of its own in a module
            Its last argument is a function, which it may call with parts done and parts in all, and with what it has
            so far; `words` of it are those that the job was told.
        seconds : float
            That it may take once it is at work.
        """
        task = Task(visitor, pickle.dumps((spoken().code, work, arguments), 5), seconds)
        self.sweep()
        with self.change:
            if len(self.queue) >= MOST_WAITING or not self.open:
                told = JobError("{n:,} jobs are waiting already. Try again in a minute.", "busy", n=len(self.queue))
                self.settle(task, ("failed", told))
                return Job(self, task)
            self.queue.put(visitor, task)
            self.change.notify()
            if len(self.queue) > self.free:
                self.grow()
            if not self.threads and self.queue.remove(visitor, task):
                self.settle(task, ("failed", self.failure(task, "", None)))
        return Job(self, task)

    def warm(self) -> None:
        """Start a worker if there is none, so that the first job need not wait for it."""
        with self.change:
            if self.open and not self.threads:
                self.grow()

    def grow(self) -> None:
        """One more worker, if there may be one; whoever calls holds the lock."""
        if len(self.threads) < self.most:
            thread = Thread(target=self.look_after, name="cnnviz-jobs", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # there are no more threads to be had; those at work come to this task
                return
            self.threads.add(thread)
            self.free += 1

    def look_after(self) -> None:
        """Start a worker, give it one task after another, and let it go. A new one takes the place of one that died."""
        process = self.begin()
        while task := self.next_task():
            if not (process and process.alive):
                process = self.replaced(process)
            if not self.do(task, process):
                process = self.replaced(process)
        self.end(process)

    def replaced(self, process: Process | None) -> Process | None:
        self.end(process)
        return self.begin()

    def begin(self) -> Process | None:
        """A worker that is ready; None if there is none to be had."""
        try:
            process = Process(self.kind)
        except OSError:
            return None
        with self.change:
            self.processes.add(process)
        with clock(START, process.kill) as runs:
            if runs and self.open and next(process.messages(), None):
                return process
        self.end(process)
        return None

    def end(self, process: Process | None) -> None:
        if process:
            process.bury()
            with self.change:
                self.processes.discard(process)

    def next_task(self) -> Task | None:
        """The task whose turn it is; None when there was none for a while, or the pool is closed."""
        self.sweep()
        with self.change:
            self.change.wait_for(lambda: len(self.queue) or not self.open, self.idle)
            self.free -= 1
            if self.open and len(self.queue):
                return self.queue.take()
            self.threads.discard(current_thread())
            return None

    def do(self, task: Task, process: Process | None) -> bool:
        """Have a task done; is the process still of use?"""
        with self.change:
            task.process = None if task.stopped else process
        how, what = self.followed(task, process) if process and task.process else ("", None)
        with self.change:
            told, used = how in ("done", "failed"), task.process is not None
            task.process = None
            self.free += 1
            self.queue.done(task.visitor)
            self.settle(task, (how, what) if told else ("failed", self.failure(task, how, process)))
            return not used or (told and not task.stopped)

    def followed(self, task: Task, process: Process) -> tuple[str, Any]:
        """How a task ended, by its process; nothing if that is gone."""
        with clock(task.seconds, self.stop, task, "deadline") as runs:
            return self.heard(task, process) if runs else ("failed", JobError(THREADS, "lacking"))

    def heard(self, task: Task, process: Process) -> tuple[str, Any]:
        """Hand a task over, and take in what its process says of it until it ends."""
        process.start(task.packed)
        with self.change:
            task.begun = True
            for word in task.words:
                process.tell(word)
        ended: tuple[str, Any] = ("", None)
        for message in process.messages():
            match message:
                case ("progress" | "part", int(done), int(of), *parts):
                    task.progress = (done, of)
                    task.parts += parts
                    self.sweep()
                    continue
                case ("done" | "full" as how, what):
                    ended = (how, what)
                case ("failed", Exception() as error):
                    ended = ("failed", error)
            break
        return ended

    def sweep(self) -> None:
        """Call off what nobody has any more."""
        with suppress(Empty):
            while True:
                self.stop(self.dropped.get_nowait(), "cancelled")

    def failure(self, task: Task, how: str, process: Process | None) -> JobError:
        """Why a task has no outcome of its own."""
        if task.stopped == "deadline":
            return JobError("This took longer than {seconds:,g} s and was stopped.", "deadline", seconds=task.seconds)
        if task.stopped:
            return JobError("This was called off.", task.stopped)
        if how == "full":
            most = self.kind.memory >> 20
            return JobError("This took more than {most:,} MiB of memory and was stopped.", "memory", most=most)
        if process is None:
            return JobError(
                "No process can be started for this now. All else works on; try again in a minute.", "start"
            )
        return JobError("The process that worked on this ended by itself.", "crash")

    def stop(self, task: Task, why: Reason) -> None:
        """End a task that has not ended: take it out of the queue, or kill the process that works on it."""
        with self.change:
            if task.ended.is_set() or task.stopped:
                return
            task.stopped = why
            if self.queue.remove(task.visitor, task):
                self.settle(task, ("failed", self.failure(task, "", None)))
            elif task.process:
                task.process.kill()

    def tell(self, task: Task, word: str) -> None:
        """Say a word to a task's process, now or once it has it."""
        with self.change:
            if task.begun and task.process:
                task.process.tell(word)
            else:
                task.words.append(word)

    def settle(self, task: Task, outcome: tuple[str, Any]) -> None:
        """The end of a task; whoever calls holds the lock."""
        task.outcome, task.packed = outcome, b""
        task.ended.set()

    def ahead(self, task: Task) -> int | None:
        with self.change:
            return self.queue.ahead(task) if task in self.queue.waiting.get(task.visitor, ()) else None

    def close(self) -> None:
        """End all workers, and call off all that waits."""
        with self.change:
            self.open = False
            while len(self.queue):
                self.settle(self.queue.take(), ("failed", JobError("The server is stopping.", "cancelled")))
            for process in self.processes:
                process.kill()
            threads = list(self.threads)
            self.change.notify_all()
        for thread in threads:
            thread.join(PATIENCE)
