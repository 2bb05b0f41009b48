"""Ten visitors turn knobs, alone, while somebody has a film made, and while a network is trained."""

import asyncio
import random
import re
from collections.abc import Callable, Coroutine
from statistics import quantiles

from bench.table import Figure, Table
from bench.visitors import Visitor, visit
from tests.serving import serve

VISITORS = 10
TURNS = 12  # of each visitor in a round
PAUSE = (0.5, 1.5)  # s from one turn to the next
ROUNDS = 3  # of each kind, in turns
ALONE, FILMS, TRAINS = "alone", "while a film is made", "while a network is trained"
POLL = 0.5  # s from one look at the film to the next, as the page asks for
MOST = 2.0  # times as slow at the 95th percentile
STEPS = 20_000  # of a training: more than are made in a round
TRAIN = "data=fashion-mnist&steps={steps}&seed={seed}&train=true"
FILM = "Film for slides and chats (GIF)"


def load() -> Table:
    with serve(quiet=True) as server:
        found, films, steps = asyncio.run(measured(server.url))
    rows: dict[str, list[Figure | None]] = {}
    for name, times in found.items():
        rows[name] = [Figure(1000 * at(times, percent)) for percent in (50, 95)]
        if name != ALONE:
            rows[f"× alone, {name}"] = [
                Figure(at(times, percent) / at(found[ALONE], percent), 2, most=most)
                for percent, most in ((50, None), (95, MOST))
            ]
    title = f"Load: {VISITORS} visitors turn knobs, {ROUNDS} rounds of {TURNS} turns each"
    notes = (
        "From a turn to the page's last message, without a browser.",
        f"Meanwhile {films} films of 300 pictures were done, and {steps:,} steps of training.",
    )
    return Table(title, ("median ms", "p95 ms"), rows, notes)


def at(times: list[float], percent: int) -> float:
    return quantiles(times, n=100)[percent - 1]


async def measured(url: str) -> tuple[dict[str, list[float]], int, int]:
    """Seconds of all turns, alone, beside a film and beside a training; how many films and steps were done."""
    visitors = [await visit(url, "convolution", f"input=photo&input_rows={32 + n}") for n in range(VISITORS)]
    maker = await visit(url, "convolution", "input=photo&tab=Share")
    for label, value in (("file", FILM), ("part", "from … to"), ("last step", 300.0)):
        maker.set(label, value)
        await maker.run()
    found: dict[str, list[float]] = {ALONE: [], FILMS: [], TRAINS: []}
    films = steps = 0
    await turns(visitors, 3 * ROUNDS)  # warms up
    for number in range(ROUNDS):
        found[ALONE] += await turns(visitors, 3 * number)
        times, done = await beside(make, maker, visitors, 3 * number + 1)
        found[FILMS] += times
        films += done
        learner = await visit(url, "training", TRAIN.format(steps=STEPS, seed=number))
        times, done = await beside(learn, learner, visitors, 3 * number + 2)
        found[TRAINS] += times
        steps += done
    return found, films, steps


async def beside(
    work: Callable[[Visitor, asyncio.Event], Coroutine[None, None, int]],
    worker: Visitor,
    visitors: list[Visitor],
    number: int,
) -> tuple[list[float], int]:
    """A round beside somebody's work, and how much of that was done."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(worker, stop))
    found = await turns(visitors, number)
    stop.set()
    return found, await working


async def learn(learner: Visitor, stop: asyncio.Event) -> int:
    """Look on while a network is trained, until it is enough; how many steps were made?"""
    while not stop.is_set():
        await asyncio.sleep(POLL)
        await look(learner)
    await learner.run("Pause")
    made = re.search(r"Step ([\d,]+)", learner.screen.progress)
    return int(made[1].replace(",", "")) if made else 0


async def make(maker: Visitor, stop: asyncio.Event) -> int:
    """Have one film after another made, and look on, until it is enough; how many were done?"""
    films = 0
    while not stop.is_set():
        await maker.run("Make the film")
        while maker.screen.polls and not stop.is_set():
            await asyncio.sleep(POLL)
            await look(maker)
        films += not maker.screen.has("Cancel")
    if maker.screen.has("Cancel"):
        await maker.run("Cancel")
    return films


async def look(visitor: Visitor) -> None:
    """See how far it is."""
    if visitor.screen.polls:
        await visitor.poll()


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
