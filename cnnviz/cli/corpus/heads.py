"""How long the sounds of a corpus are, read from their heads where a file that ends its reader costs nobody else."""

from collections.abc import Sequence

from cnnviz.cli.corpus.engines import Engine
from cnnviz.jobs import JobError
from cnnviz.scenes.corpus.reading import Entry
from cnnviz.scenes.corpus.stretches import lengths_of

SOME = 256  # sounds whose heads are read at a time


def heads(folder: str, entries: Sequence[Entry], engine: Engine) -> list[float]:
    """The length of each sound [s]; 0 of one whose head says none, or brings a worker to an end."""
    names = [one.name for one in entries]
    some = [names[i : i + SOME] for i in range(0, len(names), SOME)]
    given = dict(engine(lengths_of, folder, some))
    found: list[float] = []
    for i, few in enumerate(some):
        found += alone(folder, few, engine) if isinstance(given[i], JobError) else given[i]
    return found


def alone(folder: str, names: Sequence[str], engine: Engine) -> list[float]:
    """The same, each read by itself."""
    given = dict(engine(lengths_of, folder, [[name] for name in names]))
    return [0.0 if isinstance(given[i], JobError) else given[i][0] for i in range(len(names))]
