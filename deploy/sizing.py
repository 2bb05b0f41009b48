"""How many processes and how much memory a school takes, from what was measured: writes a table in deploy/README.md.

``python -m deploy.sizing``; ``make load`` runs it once it has measured.
"""

import re
from collections.abc import Mapping
from math import ceil
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEASURED, README = ROOT / "docs/performance.md", ROOT / "deploy/README.md"
ROW = "mixed pages"
PLACE = re.compile(r"(<!-- sizing -->\n).*?(<!-- /sizing -->)", re.DOTALL)
VISITORS = (30, 200, 1000)

PAUSE = 3.0  # s from one turn of a knob to the next, of everybody
BUSY = 0.6  # of a core's time; above it answers wait for one another
PROCESS = 1.0  # GB of a process whose caches have filled: 384 MiB, see `cnnviz.core.cache`
WORKER = 0.5  # GB of a worker at work, of which each process has two on an ordinary day
WORKERS = 2


def main() -> None:
    README.write_text(filled(README.read_text(), MEASURED.read_text()))


def filled(readme: str, measured: str) -> str:
    """The file with the table of what was measured."""
    return PLACE.sub(lambda found: found[1] + table(row(measured)) + found[2], readme)


def row(measured: str) -> dict[str, float]:
    """The figures of mixed pages by their columns, as `bench.crowd` writes them.

    Raises
    ------
    LookupError
        If there is no such row.
    """
    lines = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in measured.splitlines() if "|" in line]
    heads = next((line for line in lines if line[0] == "scenario"), [])
    cells = next((line for line in lines if line[0] == ROW), None)
    if cells is None or not heads:
        raise LookupError(f"docs/performance.md has no row of {ROW}. Make it with make load.")
    pairs = zip(heads[1:], cells[1:], strict=True)
    return {head: float(cell.replace(",", "")) for head, cell in pairs if cell}


def table(found: Mapping[str, float]) -> str:
    """What each number of visitors takes."""
    lines = [f"| {n:,} | {' | '.join(sized(n, found))} |\n" for n in VISITORS]
    return "| visitors at once | cores | processes | memory, GB |\n| ---: | ---: | ---: | ---: |\n" + "".join(lines)


def sized(visitors: int, found: Mapping[str, float]) -> tuple[str, str, str]:
    """Cores, processes (one core each: Python's threads take turns) and gigabytes."""
    changes = visitors / PAUSE  # in a second
    server, rest = found["server, ms"], found["workers, ms"] + found["nginx, ms"]
    processes = max(1, ceil(changes * server / 1000 / BUSY))
    cores = max(processes, ceil(changes * (server + rest) / 1000 / BUSY))
    memory = processes * (PROCESS + WORKERS * WORKER) + visitors * found["MB each"] / 1000
    return f"{cores:,}", f"{processes:,}", f"{memory:.0f}"


if __name__ == "__main__":
    main()
