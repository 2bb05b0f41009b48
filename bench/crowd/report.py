"""``docs/performance.md``: nothing in it is written by hand but what the words mean."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.crowd.result import COLUMNS, Result, figures
from bench.table import Figure
from cnnviz.core import cache
from cnnviz.web import tidy
from tests.serving import ROOT

MOST_TOLD = 5  # kinds of errors
PAGE = """\
# Performance: a school at once

Made by `make load` in {minutes} on {machine}, {date}, at {commit}.

Visitors are on the same machine. They have no screen, but to the server they are browsers (`bench/visitors`): a cookie
leads them to one process, they use the real WebSocket and upload endpoints, fetch each file once, and ask for fragments
as Streamlit's page asks. {processes} processes of Python stand behind nginx. The empty page is an otherwise empty page
of Streamlit with as many widgets, served the same way to as many.

| scenario | {columns} |
| --- | {rule} |
{rows}

- *classroom*: all follow one link within half a minute, none of whom has been here before, and then turn its knobs.
- *mixed pages*: all pages of layers, *Spectrogram* and *Networks*; one of 25 uploads a clip of ten seconds, and one
  asks for a film.
- *thirty uploads of ten seconds*: all at once, on *Spectrogram*, clips that nobody else has; ten others turn knobs.
- *one film and one VGG16 beside ten*: the same ten, and in quiet, in turns.

A visitor turns a knob every 2 to 4 s, one of the ten every 0.5 to 1.5 s. A *change* lasts from the turned knob to the
last message and file that comes of it, a *first view* from an empty cache to the page with all its scripts. *Server*,
*workers* (films, uploads, large networks) and *nginx* are milliseconds of processor for each change; so are the
visitors' own, which take the same cores. *kB* come with each change, as they travel. *MB each* is what the servers have
grown by for each visitor while all were there, with what their caches keep for everybody.

| held | measured | limit | |
| --- | ---: | ---: | --- |
{limits}
{notes}
## Memory

A session holds settings and words, which is *MB each* of *classroom*, and is gone when its visitor has been away for
two minutes. What was made for visitors is kept for whoever asks again: up to {most} MiB in each process, all kinds
together, and what nobody has asked for in {minutes_kept} minutes goes.

<!-- soak -->
{soak}<!-- /soak -->
"""
SOAK = re.compile(r"(<!-- soak -->\n)(.*?)(<!-- /soak -->)", re.DOTALL)


def document(done: Mapping[str, Result], minutes: float, processes: int, before: str = "") -> str:
    """The page; what a soak wrote into the one before stays there."""
    soaked = SOAK.search(before)
    rows = [line(name, cells(figures(met))) for one in done.values() for name, met in one.rows.items()]
    limits = [limit(f"{scenario}: {what}", it) for scenario, one in done.items() for what, it in one.limits.items()]
    notes = [note for one in done.values() for note in one.notes] + told(done)
    return PAGE.format(
        minutes=f"{minutes:.0f} minutes",
        machine=machine(),
        date=today(),
        commit=commit(),
        processes=processes,
        most=cache.MOST_BYTES >> 20,
        minutes_kept=round(tidy.KEPT / 60),
        columns=" | ".join(COLUMNS),
        rule=" | ".join("---:" for _ in COLUMNS),
        rows="\n".join(rows),
        limits="\n".join(limits),
        notes="".join(f"\n{note}\n" for note in notes),
        soak=soaked[2] if soaked else "Nobody has measured it yet.\n",
    )


def with_soak(page: str, said: str) -> str:
    """The page with what a soak has found, and when."""
    when = f"By `make load` with `--soak` on {machine()}, {today()}, at {commit()}."
    return SOAK.sub(lambda found: f"{found[1]}{when}\n\n{said}{found[3]}", page)


def table(result: Result) -> str:
    """What is printed when a scenario is done."""
    lines = []
    for name, met in result.rows.items():
        pairs = zip(COLUMNS, cells(figures(met)), strict=True)
        lines.append(f"{name}: {', '.join(f'{column} {cell}' for column, cell in pairs if cell)}")
    lines += [f"  {what}: {figure}" for what, figure in result.limits.items()]
    return "\n".join([*lines, *result.notes, *told({"": result})])


def limit(what: str, it: Figure) -> str:
    return line(what, [f"{it.value:,.{it.digits}f}", f"{it.most:g}", "kept" if it.met else "**missed**"])


def line(name: str, row: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(row)} |"


def cells(row: Sequence[Figure | None]) -> list[str]:
    return [str(figure) if figure else "" for figure in row]


def told(done: Mapping[str, Result]) -> list[str]:
    """What went wrong."""
    errors = [wrong for one in done.values() for wrong in one.errors]
    kinds = sorted(set(errors), key=errors.count, reverse=True)[:MOST_TOLD]
    return [f"{errors.count(kind)} times: {kind}" for kind in kinds]


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """Cores, memory, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in info if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}"


def commit() -> str:
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "no commit"
