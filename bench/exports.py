"""A film of a scene, against Matplotlib's own way to write the same figure."""

import time
from tempfile import TemporaryDirectory

from matplotlib.animation import FuncAnimation, PillowWriter

from bench.scenes import SMALL, blob
from bench.table import Figure, Table
from cnnviz.export import Look, Plan
from cnnviz.export.animation import animate
from cnnviz.export.cast import cast_of
from cnnviz.export.drawn_stage import make_stage
from cnnviz.export.html import page
from cnnviz.export.page import Page
from cnnviz.scenes.blob import Scene

LEAST = 5.0  # times as fast as Matplotlib
SAME = 20  # pictures that Matplotlib draws; its time for each is the same for all


def exports() -> Table:
    scene, look = Scene.from_bytes(blob(SMALL)), Look()
    steps = make_stage(scene).order.steps
    theirs = by_matplotlib(scene, look) * steps / SAME
    rows: dict[str, list[Figure | None]] = {}
    for form in ("gif", "mp4"):
        began = time.perf_counter()
        film = animate(scene, look, Plan(), form)
        seconds = time.perf_counter() - began
        faster = Figure(theirs / seconds, least=LEAST if form == "gif" else None)
        rows[form.upper()] = [Figure(seconds), Figure(len(film) / 1000, 0), faster]
    began = time.perf_counter()
    offline = page(blob(SMALL), SMALL)
    rows["the player as a page"] = [Figure(time.perf_counter() - began, 3), Figure(len(offline) / 1000, 0), None]
    rows["its scene's blob"] = [None, Figure(len(blob(SMALL)) / 1000, 0), None]
    rows["FuncAnimation with PillowWriter"] = [Figure(theirs), None, None]
    note = f"Matplotlib: from {SAME} pictures of the same figure; it draws all of it each time, numbers included."
    title = f"Film: {SMALL}, {steps} steps, {look.width_px:,} pixels wide, with numbers"
    return Table(title, ("s", "kB", "× as fast as Matplotlib"), rows, (note,))


def by_matplotlib(scene: Scene, look: Look) -> float:
    """Seconds for a few pictures."""
    stage = make_stage(scene)
    page = Page(stage, cast_of(stage, stage.here(0)), look)
    film = FuncAnimation(page.figure, lambda step: page.show(stage.here(step)), frames=SAME, blit=False)
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        film.save(f"{folder}/film.gif", writer=PillowWriter(fps=2))
        return time.perf_counter() - began
