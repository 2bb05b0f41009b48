"""How much a scene's blob adds to its numbers."""

from bench.rival import animated
from bench.scenes import GATE, LAYERS, PHOTO, SMALL, blob, done
from bench.table import Figure, Table

MOST = 6.0  # kB that tables, words and colours may add


def blobs() -> Table:
    plotly = len(animated(done(SMALL), numbers=True).to_json())
    rows = {name: figures(name) for name in LAYERS}
    return Table(
        "Blob: bytes that travel when a knob changes",
        ("numbers kB", "blob kB", "added kB"),
        {**rows, "Plotly 16x16": [None, Figure(plotly / 1000), None]},
        ("Numbers: input, weights, bias, gate and output as float32. Plotly: the figure with its frames as JSON.",),
    )


def figures(name: str) -> list[Figure]:
    run = done(name)
    numbers = sum(x.nbytes for x in (run.x, run.y, *run.state.values(), *run.parts.values()))
    whole = len(blob(name))
    return [
        Figure(numbers / 1000),
        Figure(whole / 1000),
        Figure((whole - numbers) / 1000, 2, most=None if name in (PHOTO, GATE) else MOST),
    ]
