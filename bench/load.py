"""Ten visitors turn knobs, alone, while somebody has a film made, and while a network is trained."""

import asyncio
import time
from collections.abc import Sequence

from bench.crowd.classes import ALONE
from bench.crowd.crowd import Crowd
from bench.crowd.people import Kind
from bench.crowd.result import at
from bench.crowd.scenarios.beside import filmed
from bench.crowd.scenarios.scenario import BRISK, warm
from bench.crowd.site import Site, alone
from bench.table import Figure, Table
from bench.visitors import visit

VISITORS, ROUNDS = 10, 3
SECONDS = 12.0  # of a round alone
QUIET, FILM, TRAINING = "alone", "while a film is made", "while a network is trained"
MOST = 2.0  # times as slow at the 95th percentile
TRAIN = "data=fashion-mnist&steps=1000&seed={seed}&train=true"


def load() -> Table:
    kinds = [ALONE[i % len(ALONE)] for i in range(VISITORS)]
    with alone("app.py") as site:
        asyncio.run(warm(site, kinds))
        found, errors = asyncio.run(measured(site, kinds))
    rows: dict[str, list[Figure | None]] = {}
    for name, times in found.items():
        rows[name] = [Figure(1000 * at(times, percent)) for percent in (50, 95)]
        if name != QUIET:
            slower = [at(times, percent) / at(found[QUIET], percent) for percent in (50, 95)]
            rows[f"× alone, {name}"] = [Figure(slower[0], 2), Figure(slower[1], 2, most=MOST)]
    title = f"Load: {VISITORS} visitors turn knobs, {ROUNDS} rounds of each kind"
    note = f"From a turn to the page's last message, without a browser; {errors} errors."
    return Table(title, ("median ms", "p95 ms"), rows, (note,))


async def measured(site: Site, kinds: Sequence[Kind]) -> tuple[dict[str, list[float]], int]:
    """Seconds of all turns, alone, beside a film of 300 pictures and beside a training; how many went wrong?"""
    crowd = Crowd(site.url, site.meter)
    found: dict[str, list[float]] = {QUIET: [], FILM: [], TRAINING: []}
    async with crowd.here(kinds, VISITORS / 3):
        await crowd.turn(crowd.people, SECONDS, BRISK, into=[])  # warms up
        for number in range(ROUNDS):
            await crowd.turn(crowd.people, SECONDS, BRISK, into=found[QUIET])
            await crowd.turn_beside([filmed(site.url)], BRISK, into=found[FILM])
            await crowd.turn_beside([trained(site.url, number)], BRISK, into=found[TRAINING])
    return found, len(crowd.met.errors)


async def trained(url: str, number: int) -> float:
    """Seconds that a training takes that nobody has asked for before."""
    began = time.perf_counter()
    visitor = await visit(url, "training", TRAIN.format(seed=number))
    await visitor.look_on()
    visitor.close()
    return time.perf_counter() - began
