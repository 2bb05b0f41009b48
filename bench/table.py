"""Measured figures and the tables they are printed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One measured number, with the aim it is held against: `least`, `most`, or none.

    >>> print(Figure(58.2, least=55), Figure(4.68, 2, most=4))
    58.2 (≥ 55) 4.68 (≤ 4, missed)
    """

    value: float
    digits: int = 1
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        number = f"{self.value:,.{self.digits}f}"
        bounds = [f"{sign} {aim:g}" for sign, aim in (("≥", self.least), ("≤", self.most)) if aim is not None]
        return f"{number} ({', '.join([*bounds, *['missed'] * (not self.met)])})" if bounds else number

    @property
    def met(self) -> bool:
        """Is the number, as it is printed, within its aim?"""
        value = round(self.value, self.digits)
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Table:
    """A section of the report; a row is a name and one figure per column, None where there is nothing to say."""

    title: str
    columns: tuple[str, ...]
    rows: Mapping[str, Sequence[Figure | None]]
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [("", *self.columns)]
        lines += [(name, *(str(figure or "") for figure in figures)) for name, figures in self.rows.items()]
        wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
        body = ["   ".join(text.ljust(w) for text, w in zip(line, wide, strict=True)).rstrip() for line in lines]
        return "\n".join([self.title, *(f"  {line}" for line in body), *(f"  {note}" for note in self.notes)])

    def plain(self) -> dict[str, dict[str, float]]:
        """Row -> column -> number, for JSON."""
        return {
            name: {column: f.value for column, f in zip(self.columns, figures, strict=True) if f}
            for name, figures in self.rows.items()
        }
