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
from bench.crowd.scenarios.scenario import CALM, warm
from bench.crowd.site import Site, app

AT_A_TIME = 15
STAYS = (20.0, 60.0)  # s that somebody stays
EVERY = 15.0  # s between two samples
FORGOTTEN = 150.0  # s after which Streamlit has forgotten the last one to leave: it keeps a session for two minutes
FLAT = 1.05  # times the first half: what counts as flat


@dataclass(frozen=True)
class Sample:
    """What the processes hold at some time."""

    seconds: float
    visitors: int  # who have come so far
    memory: int  # bytes
    workers: int  # bytes
    files: int


def soak(minutes: float, processes: int, at_a_time: int = AT_A_TIME) -> str:
    """Let them come and go; a table."""
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
    """The table, and whether it is flat."""
    lines = [f"{'s':>6}{'visitors':>10}{'server MB':>11}{'workers MB':>12}{'files':>7}"]
    lines += [line(sample) for sample in found]
    lines += [f"all gone, and forgotten by Streamlit:\n{line(after)}"]
    halves = found[1 : len(found) // 2 + 1], found[len(found) // 2 + 1 :]
    for name, unit in (("memory", 1e6), ("files", 1)):
        first, second = (mean(getattr(sample, name) for sample in half or found) / unit for half in halves)
        flat = "flat" if second <= FLAT * first else "not flat"
        lines.append(f"{name}: first half {first:,.0f}, second half {second:,.0f}: {flat}")
    met = crowd.met
    lines.append(f"{len(met.views)} visitors, {len(met.changes)} changes, {len(met.errors)} errors")
    return "\n".join([*lines, *sorted(set(met.errors))[:5]])


def line(sample: Sample) -> str:
    memory, workers = sample.memory / 1e6, sample.workers / 1e6
    return f"{sample.seconds:6.0f}{sample.visitors:10}{memory:11,.0f}{workers:12,.0f}{sample.files:7}"
