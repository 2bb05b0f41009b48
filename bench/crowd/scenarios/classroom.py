"""One link, many visitors, then knobs."""

from dataclasses import dataclass
from typing import ClassVar

from bench.crowd.classes import CLASSROOM
from bench.crowd.result import Result, held
from bench.crowd.scenarios.scenario import Scenario, both
from bench.crowd.site import Sites
from bench.table import Figure


@dataclass(frozen=True)
class Classroom(Scenario):
    """All follow one link within half a minute, and then turn its knobs."""

    visitors: int = 200
    arrival: float = 30
    seconds: float = 40
    title: ClassVar[str] = "classroom"

    def run(self, sites: Sites) -> Result:
        found, bare = both([CLASSROOM] * self.visitors, self, sites)
        limits = {"p95 of a change, s": held(found.changes, 95, 1), "errors": Figure(len(found.errors), 0, most=0)}
        return Result({self.title: found, "the empty page": bare}, limits)
