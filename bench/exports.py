"""A film of a scene, against Matplotlib drawing the same marks for each of its pictures."""

import time
from tempfile import TemporaryDirectory

from matplotlib.animation import FuncAnimation, PillowWriter

from bench.scenes import SMALL, blob
from bench.table import Figure, Table
from cnnviz.export import Look, Plan
from cnnviz.export.animation import animate
from cnnviz.export.html import page
from cnnviz.export.painter import Drawing
from cnnviz.export.picture import FORMATS, figure_of, still
from cnnviz.export.plan import steps_of
from cnnviz.export.told import Told
from cnnviz.scenes.blob import Scene

LEAST = 8.0  # times as fast as Matplotlib
SAME = 20  # pictures that Matplotlib draws; its time for each is the same for all


def exports() -> Table:
    data, look = blob(SMALL), Look()
    steps = steps_of(Scene.from_bytes(data)).count
    theirs = by_matplotlib(data, look) * steps / SAME
    rows: dict[str, list[Figure | None]] = {}
    for form in ("gif", "mp4"):
        began = time.perf_counter()
        film = animate(data, look, Plan(), form)
        seconds = time.perf_counter() - began
        faster = Figure(theirs / seconds, least=LEAST if form == "gif" else None)
        rows[form.upper()] = [Figure(seconds), Figure(len(film) / 1000, 0), faster]
    for kind in FORMATS:
        began = time.perf_counter()
        picture = still(data, look, steps - 1, kind)
        rows[kind.upper()] = [Figure(time.perf_counter() - began, 3), Figure(len(picture) / 1000, 0), None]
    began = time.perf_counter()
    offline = page(data, SMALL)
    rows["the player as a page"] = [Figure(time.perf_counter() - began, 3), Figure(len(offline) / 1000, 0), None]
    rows["its scene's blob"] = [None, Figure(len(data) / 1000, 0), None]
    rows["FuncAnimation with PillowWriter"] = [Figure(theirs), None, None]
    note = f"Matplotlib: from {SAME} pictures of the same marks; it draws all of them each time, numbers included."
    title = f"Film: {SMALL}, {steps} steps, {look.width_px:,} pixels wide, with numbers"
    return Table(title, ("s", "kB", "× as fast as Matplotlib"), rows, (note,))


def by_matplotlib(data: bytes, look: Look) -> float:
    """Seconds for a few pictures."""
    told, figure = Told(data, look), figure_of(data, look, 0)
    figure.set_dpi(look.dpi)
    (drawing,) = (artist for artist in figure.get_children() if isinstance(artist, Drawing))

    def show(step: int) -> list[Drawing]:
        record = told.record(step)
        drawing.marks = [*record.still, *record.moving]
        return [drawing]

    film = FuncAnimation(figure, show, frames=SAME, blit=False)
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        film.save(f"{folder}/film.gif", writer=PillowWriter(fps=2))
        return time.perf_counter() - began
