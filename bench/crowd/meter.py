"""What the processes of a site take: processor time, memory, files that are open. From ``/proc``, so on Linux alone."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cnnviz.cli.serve.replica import PROCESS

SERVER, WORKERS, PROXY = "server", "workers", "proxy"
MARKS = {
    "cnnviz.jobs.worker": WORKERS,
    "nginx": PROXY,
    "streamlit": SERVER,
    PROCESS: SERVER,
}  # in the words that started it
GONE = (FileNotFoundError, ProcessLookupError)  # it has ended meanwhile
TICK = 1000 // os.sysconf("SC_CLK_TCK")  # ms
# Places behind the name in /proc/PID/stat: its own time, and that of its children who have ended.
USED, REAPED = slice(11, 13), slice(13, 15)


class Meter:
    """Looks at a process and all below it.

    Parameters
    ----------
    pid : int
        Of the process that started the others, or is the only one.
    """

    def __init__(self, pid: int):
        self.pid = pid

    def processes(self) -> Iterator[tuple[int, str]]:
        """Numbers and roles."""
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            with suppress(*GONE):
                words = Path(f"/proc/{pid}/cmdline").read_text()
                waiting += [child for task in Path(f"/proc/{pid}/task").iterdir() for child in children(task)]
                if role := next((role for mark, role in MARKS.items() if mark in words), ""):
                    yield pid, role

    def processor(self) -> Counter[str]:
        """Milliseconds by role since they were started; workers that have ended are counted, too."""
        found: Counter[str] = Counter()
        for pid, role in self.processes():
            with suppress(*GONE):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                found[role] += TICK * sum(map(int, fields[USED]))
                if role == SERVER:
                    found[WORKERS] += TICK * sum(map(int, fields[REAPED]))
        return found

    def memory(self, role: str = SERVER) -> int:
        """Bytes that are the processes' own, shared ones in proportion (PSS)."""
        found = 0
        for pid, its in self.processes():
            with suppress(*GONE):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                found += next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")) * (its == role)
        return found

    def files(self, role: str = SERVER) -> int:
        """Descriptors that are open."""
        found = 0
        for pid, its in self.processes():
            with suppress(*GONE):
                found += len(list(Path(f"/proc/{pid}/fd").iterdir())) * (its == role)
        return found


def children(task: Path) -> list[int]:
    with suppress(*GONE):
        return [int(pid) for pid in (task / "children").read_text().split()]
    return []
