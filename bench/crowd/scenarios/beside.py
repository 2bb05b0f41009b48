"""What takes long, beside others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bench.crowd.classes import ALONE, VGG
from bench.crowd.crowd import Crowd, Met
from bench.crowd.people import Kind, Person
from bench.crowd.result import Result, at
from bench.crowd.scenarios.scenario import BRISK, Scenario, lesson, plain, warm
from bench.crowd.site import Site, Sites
from bench.table import Figure
from bench.visitors import visit

MOST_RISE = 1.5  # times the p95 in quiet


@dataclass(frozen=True)
class Beside(Scenario):
    """Ten turn knobs: in quiet, and while a film is made and VGG16 is run; three rounds of each, in turns."""

    visitors: int = 10
    arrival: float = 3
    seconds: float = 20
    rounds: int = 3
    title: ClassVar[str] = "one film and one VGG16 beside ten"

    def run(self, sites: Sites) -> Result:
        kinds = [ALONE[i % len(ALONE)] for i in range(self.visitors)]
        with sites.app(self.processes) as site:
            widgets = asyncio.run(warm(site, kinds))
            quiet, busy, done = asyncio.run(self.lesson(site, kinds))
        with sites.empty(self.processes, widgets) as site:
            asyncio.run(warm(site, [plain(widgets)]))
            bare = asyncio.run(lesson(site, [plain(widgets)] * self.visitors, self, BRISK))
        rise = at(busy.changes or [float("inf")], 95) / at(quiet.changes or [1], 95)
        limits = {
            "p95 of a change, times that in quiet": Figure(rise, 2, most=MOST_RISE),
            "errors": Figure(len(quiet.errors) + len(busy.errors), 0, most=0),
        }
        rows = {"ten in quiet": quiet, self.title: busy, "the empty page in quiet": bare}
        told = f"Beside ten: {done[0]} films of 300 pictures and {done[1]} runs of VGG16."
        return Result(rows, limits, [told])

    async def lesson(self, site: Site, kinds: Sequence[Kind]) -> tuple[Met, Met, tuple[int, int]]:
        crowd = Crowd(site.url, site.meter)
        quiet, busy = Met(), Met()
        films = runs = 0
        async with crowd.here(kinds, self.arrival):
            quiet.views, quiet.errors = crowd.met.views, crowd.met.errors
            await crowd.turn(crowd.people, self.seconds / 2, BRISK, into=[])
            for number in range(self.rounds):
                crowd.met = quiet
                async with crowd.measured():
                    await crowd.turn(crowd.people, self.seconds, BRISK)
                crowd.met = busy
                async with crowd.measured():
                    made, has_run = await crowd.turn_beside([filmed(site.url), ran(site.url, number)], BRISK)
                films, runs = films + made, runs + has_run
            crowd.met = quiet
        quiet.visitors = busy.visitors = len(kinds)
        busy.memory = quiet.memory
        return quiet, busy, (films, runs)


async def filmed(url: str) -> float:
    """Seconds that a film of 300 pictures takes."""
    person = Person(ALONE[0], await visit(url, "convolution", "input=photo&tab=Share"), 0)
    began = asyncio.get_running_loop().time()
    await person.make_film(300)
    await person.visitor.look_on()
    person.visitor.close()
    return asyncio.get_running_loop().time() - began


async def ran(url: str, number: int) -> float:
    """Seconds that VGG16 takes; weights of its own, so that nobody has run it before."""
    visitor = await visit(url, VGG.page, f"{VGG.query}&seed={number + 1}")
    seconds = await visitor.run(VGG.button)
    visitor.close()
    return seconds
