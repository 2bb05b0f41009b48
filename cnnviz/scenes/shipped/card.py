"""The card of weights that ship: what they are, how they were made, and how good they are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).parents[3] / "weights"


@dataclass(frozen=True)
class Kept:
    """One moment of a training, as a file.

    Attributes
    ----------
    step : int
        Steps that were made before.
    file : str
        In `WEIGHTS`, a safetensors file with the keys of the `state_dict`.
    sha256 : str
        Of the whole file.
    accuracy : float from 0 to 1
        What the card's `measure` says, of the whole test part.
    by_class : float by class
        The same of each class: of examples of the class alone, or its F1.
    """

    step: int
    file: str
    sha256: str
    accuracy: float
    by_class: Mapping[str, float]

    def __hash__(self) -> int:
        return hash((self.step, self.file, self.sha256))


@dataclass(frozen=True)
class Card:
    """What is known about weights that ship.

    Attributes
    ----------
    data, licence : str
        What they learned from, and whose that is.
    learned_from, tested_on : int
        Examples.
    recipe : str by name
        All that decides which weights come out, as Python writes it.
    command : str
        What makes them again.
    measure : str
        What `Kept.accuracy` counts.
    statistics : str
        Where the running statistics of batch norm come from; empty where there are none.
    made_with : str
        Torch's version and the machine's: on another one the last bits may differ.
    moments : tuple of Kept
        The first is the start of the training, if there are several; the last its end.
    """

    name: str
    data: str
    licence: str
    learned_from: int
    tested_on: int
    recipe: Mapping[str, str]
    command: str
    measure: str
    statistics: str
    made_with: str
    moments: tuple[Kept, ...]

    def __hash__(self) -> int:
        return hash((self.name, self.moments))

    @property
    def accuracy(self) -> float:
        """At the end of the training."""
        return self.moments[-1].accuracy

    @property
    def steps(self) -> tuple[int, ...]:
        """At which moments there are weights."""
        return tuple(one.step for one in self.moments)

    def text(self) -> str:
        """As JSON, for people too."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def path_of(file: str) -> Path:
    """Where a file of weights lies."""
    return WEIGHTS / file


def read_card(name: str) -> Card:
    """The card of weights, as it lies beside them."""
    return read(path_of(f"{name}.json").read_text(encoding="utf-8"))


def read(text: str) -> Card:
    """The card that `Card.text` wrote.

    >>> card = Card("x", "", "", 1, 1, {}, "", "", "", "", (Kept(0, "x-0.safetensors", "", 0.5, {"a": 0.5}),))
    >>> read(card.text()) == card
    True
    """
    found: dict[str, Any] = json.loads(text)
    return Card(**{**found, "moments": tuple(Kept(**one) for one in found["moments"])})
