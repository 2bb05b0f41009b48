"""Results of ``python -m cnnviz corpus`` that are opened: those on this server by their names, and uploaded ones."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cnnviz.core.cache import Cache
from cnnviz.networks.network import Network
from cnnviz.scenes.corpus import About, CorpusError, fingerprint
from cnnviz.scenes.corpus.columns import CHANNELS_FILE
from cnnviz.scenes.corpus.told import Told, about, tidy, told
from cnnviz.scenes.corpus.where import Shelved, Where
from cnnviz.scenes.query.exciting import NOBODY, REST
from cnnviz.scenes.weights import Seeded
from cnnviz.tensorfile.apart import read_apart

VARIABLE = "CNNVIZ_CORPORA"
MOST_NAMES = 200  # results that are offered by name

_told: Cache[Told] = Cache()
_about: Cache[About] = Cache()


def names() -> dict[str, Path]:
    """The results on this server, by name: folders within the one that the administrator names."""
    folder = os.environ.get(VARIABLE)
    try:
        inside = sorted(Path(folder).iterdir()) if folder else []
    except OSError:
        return {}
    found = [one for one in inside if one.name == tidy(one.name) and one.name != NOBODY and one.name[0] != "."]
    return {one.name: one for one in [each for each in found if (each / CHANNELS_FILE).is_file()][:MOST_NAMES]}


@lru_cache(maxsize=4)
def print_of(network: Network, weights: Seeded) -> str:
    """By which a result knows its network; see `fingerprint`."""
    return fingerprint(network, network.state(weights.seed) | dict(weights.state(network)))


@dataclass(frozen=True)
class Result:
    """A result that has been opened.

    Attributes
    ----------
    where : Where
    about : About
        In a stranger's words.
    """

    where: Where
    about: About

    @classmethod
    def opened(cls, where: Where) -> "Result":
        """
        Raises
        ------
        CorpusError
            One sentence on what is wrong with it.
        """
        return cls(where, _about.get(repr(where), lambda: read_apart(CorpusError, about, where)))

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, each another one."""
        found: list[str] = []
        for i, name in enumerate(map(tidy, self.about.classes)):
            taken = not name or name in (*found, NOBODY, REST)
            found.append(f"{name} ({i})" if taken else name)
        return tuple(found)

    @property
    def weights(self) -> str:
        """Whose, as whoever made it says."""
        return tidy(self.about.weights)

    def of(self, network: Network, weights: Seeded) -> bool:
        """Is it a result of this network, with these weights?"""
        return self.about.digest == print_of(network, weights)

    def told(self, source: str) -> Told:
        """What a stage's channels answer to.

        Raises
        ------
        CorpusError
            If that cannot be read.
        """
        return _told.get(repr((self.where, source)), lambda: read_apart(CorpusError, told, self.where, source))


def shelved(name: str) -> Shelved:
    """The result of this name on this server.

    Raises
    ------
    CorpusError
        If there is none.
    """
    folder = names().get(name)
    if folder is None:
        raise CorpusError("This server has no result {name}.", name=tidy(name))
    return Shelved.at(folder)
