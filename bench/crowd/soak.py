"""Visitors come and go for a long time: are memory and open files flat, and do they go back when all have left?"""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import mean

from bench.crowd.classes import MIXED
from bench.crowd.crowd import Crowd
from bench.crowd.meter import SERVER, WORKERS
from bench.crowd.report import limit, line
from bench.crowd.scenarios.scenario import CALM, warm
from bench.crowd.site import Site, app
from bench.table import Figure

AT_A_TIME = 15
STAYS = (20.0, 60.0)  # s that somebody stays
EVERY = 15.0  # s between two samples
FORGOTTEN = 150.0  # s after which Streamlit has forgotten the last one to leave: it keeps a session for two minutes
FLAT = 1.1  # times the second quarter: what counts as flat
ROWS = 12  # about so many samples are told
NAMES = {"memory": "servers' bytes", "files": "open files"}
PAGE = """\
Visitors come and go for {minutes} minutes: {visitors}, with {changes} changes, on all pages of *mixed pages*.

| minutes | visitors so far | servers, MB | workers, MB | open files |
| ---: | ---: | ---: | ---: | ---: |
{rows}

| held | measured | limit | |
| --- | ---: | ---: | --- |
{limits}
{wrong}"""


@dataclass(frozen=True)
class Sample:
    """What the processes hold at some time."""

    seconds: float
    visitors: int  # who have come so far
    memory: int  # bytes
    workers: int  # bytes
    files: int


def soak(minutes: float, processes: int, at_a_time: int = AT_A_TIME) -> str:
    """Let them come and go; what the page says of it."""
    with app(processes) as site:
        asyncio.run(warm(site, MIXED))
        return told(*asyncio.run(soaked(site, 60 * minutes, at_a_time)))


async def soaked(
    site: Site, seconds: float, at_a_time: int, every: float = EVERY, forgotten: float = FORGOTTEN
) -> tuple[list[Sample], Sample, Crowd]:
    """Samples while visitors are there, and one when all are gone and forgotten."""
    crowd = Crowd(site.url, site.meter)
    began = time.monotonic()

    def sample() -> Sample:
        meter, crowd_so_far = site.meter, len(crowd.met.views)
        memory, workers = meter.memory(SERVER), meter.memory(WORKERS)
        return Sample(time.monotonic() - began, crowd_so_far, memory, workers, meter.files(SERVER))

    async def comings(first: int) -> None:
        number = first
        while time.monotonic() - began < seconds:
            await visit_once(crowd, number, seconds - (time.monotonic() - began))
            number += at_a_time

    found = [sample()]
    coming = [asyncio.create_task(comings(number)) for number in range(at_a_time)]
    while not all(task.done() for task in coming):
        await asyncio.wait(coming, timeout=every)
        found.append(sample())
    await asyncio.sleep(forgotten)
    with suppress(OSError):  # whoever comes next has Streamlit look for who is to be forgotten
        await warm(site, MIXED[:1])
    await asyncio.sleep(min(forgotten, every))
    return found, sample(), crowd


async def visit_once(crowd: Crowd, number: int, left: float) -> None:
    """One visitor's time on the site."""
    person = crowd.person(MIXED[number % len(MIXED)])
    if await crowd.come(person, random.uniform(0, 2), files=True):
        await crowd.begin(person)
        await crowd.turn([person], min(random.uniform(*STAYS), max(left, 1)), CALM)
        person.visitor.close()
        crowd.people.remove(person)


def told(found: Sequence[Sample], after: Sample, crowd: Crowd) -> str:
    """What a page says of it: samples, and whether they are flat."""
    met, every = crowd.met, max(1, len(found) // ROWS)
    rows = [row(f"{sample.seconds / 60:.1f}", sample) for sample in found[::every]]
    errors = Figure(len(met.errors), 0, most=0)
    wrong = sorted(set(met.errors))[:5]
    return PAGE.format(
        visitors=f"{len(met.views):,}",
        minutes=f"{found[-1].seconds / 60:.0f}",
        changes=f"{len(met.changes):,}",
        rows="\n".join([*rows, row("all gone", after)]),
        limits="\n".join([*(flat(name, found) for name in NAMES), limit("errors", errors)]),
        wrong="".join(f"\n{each}\n" for each in wrong),
    )


def flat(name: str, found: Sequence[Sample]) -> str:
    """Holds the mean of the last quarter against that of the second, when caches have filled."""
    quarters = [found[i * len(found) // 4 : (i + 1) * len(found) // 4] for i in range(4)]
    second, last = (mean(getattr(one, name) for one in quarters[i] or found) for i in (1, 3))
    what = f"{NAMES[name]} in the last quarter, times those of the second"
    return limit(what, Figure(last / max(second, 1), 2, most=FLAT))


def row(when: str, sample: Sample) -> str:
    numbers = sample.memory / 1e6, sample.workers / 1e6, sample.files
    return line(when, [f"{sample.visitors:,}", *(f"{number:,.0f}" for number in numbers)])
