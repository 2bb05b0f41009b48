"""Visitors arrive, turn knobs and go, all at once; whatever goes wrong for one is counted, and holds up nobody."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.crowd.meter import Meter
from bench.crowd.people import Kind, Person
from bench.visitors import Visitor

Pause = tuple[float, float]  # s between two changes of one visitor, at least and at most
LONGEST = 90.0  # s of one change, or of coming; whoever waits longer is an error


@dataclass
class Met:
    """What visitors met.

    Attributes
    ----------
    changes, views, uploads : seconds of each
    errors : list of str
    received : int [bytes]
        During the changes.
    processor : milliseconds by role
        During the changes.
    own : float [s]
        The visitors' own processor time during the changes: it was taken from the same cores.
    memory : float [bytes]
        That the servers have grown by for each visitor.
    """

    visitors: int = 0
    changes: list[float] = field(default_factory=list)
    views: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0
    processor: Counter[str] = field(default_factory=Counter)
    own: float = 0
    memory: float = 0


class Crowd:
    """Some visitors of one site, and what they have met so far."""

    def __init__(self, url: str, meter: Meter):
        self.url, self.meter, self.random = url, meter, Random(0)
        self.people: list[Person] = []
        self.met = Met()

    @asynccontextmanager
    async def here(self, kinds: Sequence[Kind], seconds: float, files: bool = True) -> AsyncIterator[None]:
        """All arrive within some seconds, and go at the end."""
        before = self.meter.memory()
        self.met.visitors = len(kinds)
        try:
            people = [self.person(kind) for kind in kinds]  # what they bring is made before anything is measured
            every = seconds / len(kinds)
            await asyncio.gather(*(self.come(person, i * every, files) for i, person in enumerate(people)))
            yield
            self.met.memory = (self.meter.memory() - before) / len(kinds)
        finally:
            for person in self.people:
                person.visitor.close()

    def person(self, kind: Kind) -> Person:
        return Person(kind, Visitor(self.url, kind.page, kind.query), self.random.randrange(2**32))

    async def come(self, person: Person, delay: float, files: bool) -> bool:
        """Is the page there?"""
        await asyncio.sleep(delay)
        if await self.tried(person.visitor.open(files), self.met.views):
            self.people.append(person)
            return True
        person.visitor.close()
        return False

    async def begin(self, person: Person) -> None:
        """What somebody does before it turns knobs."""
        if person.kind.uploads:
            await self.tried(person.upload(), self.met.uploads)
        if person.kind.film:
            await self.tried(person.make_film(), [])

    async def tried(self, doing: Coroutine[Any, Any, float], seconds: list[float]) -> bool:
        """Does it work out, and how long does it take?"""
        try:
            async with asyncio.timeout(LONGEST):
                seconds.append(await doing)
        except Exception as wrong:  # whatever it is, it is this visitor's alone
            self.met.errors.append(f"{type(wrong).__name__}: {wrong}")
            return False
        return True

    @asynccontextmanager
    async def measured(self) -> AsyncIterator[None]:
        """What the site takes meanwhile."""
        used, own = self.meter.processor(), time.process_time()
        received = sum(person.visitor.received for person in self.people)
        yield
        self.met.processor += self.meter.processor() - used
        self.met.own += time.process_time() - own
        self.met.received += sum(person.visitor.received for person in self.people) - received

    async def turn(
        self, people: Sequence[Person], seconds: float, pause: Pause, into: list[float] | None = None
    ) -> None:
        """Everybody turns a knob every now and then, for so long."""
        enough = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, enough.set)
        await self.turn_until(enough, people, pause, into)

    async def turn_until(
        self, enough: asyncio.Event, people: Sequence[Person], pause: Pause, into: list[float] | None = None
    ) -> None:
        """The same, until it is enough."""
        found = self.met.changes if into is None else into
        await asyncio.gather(*(self.turning(person, enough, pause, found) for person in people))

    async def turn_beside(
        self, works: Sequence[Coroutine[Any, Any, float]], pause: Pause, into: list[float] | None = None
    ) -> list[bool]:
        """The same, until what others have at work is done; which of it worked out?"""
        enough = asyncio.Event()
        turning = asyncio.create_task(self.turn_until(enough, self.people, pause, into))
        done = await asyncio.gather(*(self.tried(work, []) for work in works))
        enough.set()
        await turning
        return done

    async def turning(self, person: Person, enough: asyncio.Event, pause: Pause, found: list[float]) -> None:
        """Somebody whose change goes wrong turns no more."""
        wait = person.random.uniform(0, pause[1])  # they do not begin together
        while await self.rest(person, wait, enough):
            if not await self.tried(person.turn(), found):
                return
            wait = person.random.uniform(*pause)

    async def rest(self, person: Person, seconds: float, enough: asyncio.Event) -> bool:
        """Look on; what asks to be run now and then is run, as a browser does. Does it go on after that?"""
        end = time.monotonic() + seconds
        polls = person.visitor.screen.polls
        while (left := end - time.monotonic()) > 0 and not enough.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, *polls.values()) if polls else left):
                    await enough.wait()
            polls = person.visitor.screen.polls
            if polls and time.monotonic() < end and not await self.tried(person.visitor.poll(), []):
                return False
        return not enough.is_set()
