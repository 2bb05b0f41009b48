"""What a scenario is, and what all of them do: serve the app, let people come; the same with the empty page."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from bench.crowd.crowd import Crowd, Met, Pause
from bench.crowd.people import Kind, Person
from bench.crowd.result import Result
from bench.crowd.site import Site, Sites
from bench.visitors import Visitor
from cnnviz.cli.serve.proxy import COOKIE

PROCESSES = 2
CALM, BRISK = (2.0, 4.0), (0.5, 1.5)  # s between two changes of one visitor
MARKS = {  # widgets of a page, as the empty page knows them
    "number_input": "stNumberInput",
    "selectbox": "stSelectbox",
    "checkbox": "stCheckbox",
    "button_group": "stButtonGroup",
    "button": "stButton",
    "tab_container": "stTabs",
    "file_uploader": "stFileUploader",
}


@dataclass(frozen=True)
class Scenario:
    """What happens.

    Attributes
    ----------
    visitors : int
    arrival, seconds : float
        In which they come; for which they turn knobs.
    """

    visitors: int = 100
    arrival: float = 20
    seconds: float = 50
    processes: int = PROCESSES
    title: ClassVar[str] = ""

    def run(self, sites: Sites) -> Result:
        """Serve, and let them come."""
        raise NotImplementedError


async def lesson(site: Site, kinds: Sequence[Kind], scenario: Scenario, pause: Pause = CALM) -> Met:
    """All come, and turn knobs."""
    crowd = Crowd(site.url, site.meter)
    async with crowd.here(kinds, scenario.arrival):
        await asyncio.gather(*(crowd.begin(person) for person in crowd.people))
        async with crowd.measured():
            await crowd.turn(crowd.people, scenario.seconds, pause)
    return crowd.met


async def warm(site: Site, kinds: Sequence[Kind]) -> dict[str, int]:
    """Visit a site as on other days, every process of it; how many widgets its first page has."""
    found: Counter[str] = Counter()
    for kind in dict.fromkeys(replace(one, uploads=0, film=False) for one in kinds):
        for process in range(site.processes):
            visitor = Visitor(site.url, kind.page, kind.query)
            visitor.browser.cookies[COOKIE] = f"p{process}"
            await visitor.open()
            if kind.knobs:
                await Person(kind, visitor, 0).turn()
            here = (widget.kind for widget in visitor.screen.widgets.values())
            found = found or Counter(MARKS[one] for one in here if one in MARKS)
            visitor.close()
    return dict(found)


def plain(widgets: dict[str, int], uploads: float = 0) -> Kind:
    """Somebody on the empty page."""
    return Kind("", knobs=tuple(f"stnumberinput{i}" for i in range(widgets["stNumberInput"])), uploads=uploads)


def both(kinds: Sequence[Kind], scenario: Scenario, sites: Sites) -> tuple[Met, Met]:
    """The same with the app and with the empty page."""
    with sites.app(scenario.processes) as site:
        widgets = asyncio.run(warm(site, kinds))
        found = asyncio.run(lesson(site, kinds, scenario))
    with sites.empty(scenario.processes, widgets) as site:
        asyncio.run(warm(site, [plain(widgets)]))
        brief = replace(scenario, arrival=scenario.arrival / 2, seconds=scenario.seconds / 2)
        return found, asyncio.run(lesson(site, [plain(widgets)] * len(kinds), brief))
