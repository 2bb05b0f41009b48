"""Ten visitors turn knobs, alone and while somebody has a film made."""

import asyncio
import random
from statistics import quantiles

from bench.table import Figure, Table
from bench.visitors import Visitor, visit
from tests.serving import serve

VISITORS = 10
TURNS = 12  # of each visitor in a round
PAUSE = (0.5, 1.5)  # s from one turn to the next
ROUNDS = 3  # of each kind, in turns
POLL = 0.5  # s from one look at the film to the next, as the page asks for
MOST = 2.0  # times as slow at the 95th percentile
FILM = "Film for slides and chats (GIF)"


def load() -> Table:
    with serve(quiet=True) as server:
        quiet, busy, films = asyncio.run(measured(server.url))
    rows: dict[str, list[Figure | None]] = {
        name: [Figure(1000 * quantiles(found, n=100)[percent - 1]) for percent in (50, 95)]
        for name, found in (("alone", quiet), ("while a film is made", busy))
    }
    rows["ratio"] = [
        Figure(quantiles(busy, n=100)[percent - 1] / quantiles(quiet, n=100)[percent - 1], 2, most=most)
        for percent, most in ((50, None), (95, MOST))
    ]
    title = f"Load: {VISITORS} visitors turn knobs, {ROUNDS} rounds of {TURNS} turns each"
    note = f"From a turn to the page's last message, without a browser; {films} films of 300 pictures were done."
    return Table(title, ("median ms", "p95 ms"), rows, (note,))


async def measured(url: str) -> tuple[list[float], list[float], int]:
    """Seconds of all turns, alone and beside a film; and how many films were done."""
    visitors = [await visit(url, "convolution", f"input=photo&input_rows={32 + n}") for n in range(VISITORS)]
    maker = await visit(url, "convolution", "input=photo&tab=Share")
    for label, value in (("file", FILM), ("part", "from … to"), ("last step", 300.0)):
        maker.set(label, value)
        await maker.run()
    quiet: list[float] = []
    busy: list[float] = []
    films = 0
    await turns(visitors, 2 * ROUNDS)  # warms up
    for number in range(ROUNDS):
        quiet += await turns(visitors, 2 * number)
        stop = asyncio.Event()
        making = asyncio.create_task(make(maker, stop))
        busy += await turns(visitors, 2 * number + 1)
        stop.set()
        films += await making
    return quiet, busy, films


async def make(maker: Visitor, stop: asyncio.Event) -> int:
    """Have one film after another made, and look on, until it is enough; how many were done?"""
    films = 0
    while not stop.is_set():
        await maker.run("Make the film")
        while maker.fragment and not stop.is_set():
            await asyncio.sleep(POLL)
            await maker.run(fragment=maker.fragment)
        films += "Cancel" not in maker.widgets
    if "Cancel" in maker.widgets:
        await maker.run("Cancel")
    return films


async def turns(visitors: list[Visitor], number: int) -> list[float]:
    """A round: each visitor turns knobs for itself."""
    found = await asyncio.gather(*(turn(one, number) for one in visitors))
    return [seconds for one in found for seconds in one]


async def turn(visitor: Visitor, number: int) -> list[float]:
    """Seconds of each turn; every picture is a new one."""
    found = []
    for i in range(TURNS):
        await asyncio.sleep(random.uniform(*PAUSE))
        visitor.set("stride", float(1 + number))
        visitor.set("padding", float(i))
        found.append(await visitor.run())
    return found
