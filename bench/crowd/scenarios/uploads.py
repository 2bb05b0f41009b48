"""A class uploads, and others go on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bench.crowd.classes import ALONE, LISTENING
from bench.crowd.crowd import Crowd, Met
from bench.crowd.people import Kind
from bench.crowd.result import Result, at, held
from bench.crowd.scenarios.scenario import BRISK, Scenario, plain, warm
from bench.crowd.site import Site, Sites
from bench.table import Figure

LONGEST_UPLOAD = 20  # s


@dataclass(frozen=True)
class Uploads(Scenario):
    """Everybody of a class uploads a clip of ten seconds at once, while ten others turn knobs."""

    visitors: int = 30
    others: int = 10
    arrival: float = 10
    seconds: float = 10  # at least
    title: ClassVar[str] = "thirty uploads of ten seconds"

    def run(self, sites: Sites) -> Result:
        turning = [ALONE[i % len(ALONE)] for i in range(self.others)]
        with sites.app(self.processes) as site:
            widgets = asyncio.run(warm(site, [*turning, LISTENING]))
            found = asyncio.run(self.lesson(site, [*turning, *[LISTENING] * self.visitors]))
        with sites.empty(self.processes, widgets | {"stFileUploader": 1}) as site:
            asyncio.run(warm(site, [plain(widgets)]))
            others = [plain(widgets)] * self.others
            bare = asyncio.run(self.lesson(site, [*others, *[plain(widgets, LISTENING.uploads)] * self.visitors]))
        limits = {
            "the last upload is answered, s": held(found.uploads, 100, LONGEST_UPLOAD),
            "longest change of others meanwhile, s": held(found.changes, 100, 1),
            "errors": Figure(len(found.errors), 0, most=0),
        }
        some, last = (at(found.uploads or [0], percent) for percent in (50, 100))
        plainly = at(bare.uploads or [0], 100)
        note = (
            f"Uploads are answered within {some:.1f} s (p50) and {last:.1f} s (all); by the empty page {plainly:.1f} s."
        )
        return Result({self.title: found, "the empty page": bare}, limits, [note])

    async def lesson(self, site: Site, kinds: Sequence[Kind]) -> Met:
        crowd = Crowd(site.url, site.meter)
        async with crowd.here(kinds, self.arrival):
            sending = [person for person in crowd.people if person.kind.uploads]
            others = [person for person in crowd.people if not person.kind.uploads]
            enough = asyncio.Event()
            async with crowd.measured():
                turning = asyncio.create_task(crowd.turn_until(enough, others, BRISK))
                sent = (crowd.tried(person.upload(), crowd.met.uploads) for person in sending)
                await asyncio.gather(asyncio.sleep(self.seconds), *sent)
                enough.set()
                await turning
        return crowd.met
