"""A school's pages."""

from dataclasses import dataclass
from typing import ClassVar

from bench.crowd.classes import MIXED
from bench.crowd.result import Result, held
from bench.crowd.scenarios.scenario import Scenario, both
from bench.crowd.site import Sites
from bench.table import Figure

MOST_MEMORY = 10  # MB for each visitor


@dataclass(frozen=True)
class Mixed(Scenario):
    """A school's pages, some with clips of their own, some with a film."""

    title: ClassVar[str] = "mixed pages"

    def run(self, sites: Sites) -> Result:
        found, bare = both([MIXED[i % len(MIXED)] for i in range(self.visitors)], self, sites)
        limits = {
            "p95 of a change, s": held(found.changes, 95, 1),
            "errors": Figure(len(found.errors), 0, most=0),
            "memory for each visitor, MB": Figure(found.memory / 1e6, most=MOST_MEMORY),
        }
        return Result({self.title: found, "the empty page": bare}, limits)
