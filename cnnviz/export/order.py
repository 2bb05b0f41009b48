"""In which order the cells are visited, as static/drawing/order.js has it."""

from dataclasses import dataclass
from math import prod

import numpy as np

Cell = tuple[int, int, int]
Block = tuple[int, int, int, int]  # row, column, rows, columns


@dataclass(frozen=True)
class Order:
    """One turn per output channel of a group, in each turn every cell once.

    Attributes
    ----------
    turns : int
        Output channels per group; all groups take their turn together.
    shape : (depth, rows, columns)
        Cells that are visited.
    serpentine : bool
        Every other row is walked backwards.

    Examples
    --------
    >>> order = Order(2, (1, 2, 3), serpentine=True)
    >>> order.steps, order.at(3), order.step_of(1, (0, 0, 1))
    (12, (0, (0, 1, 2)), 7)
    >>> order.hidden(3, 0, 0)  # of the second row, walked backwards, two cells are left
    [(1, 0, 1, 2)]
    """

    turns: int
    shape: Cell
    serpentine: bool = False

    @property
    def cells(self) -> int:
        return prod(self.shape)

    @property
    def steps(self) -> int:
        return self.cells * self.turns

    def at(self, step: int) -> tuple[int, Cell]:
        """Turn and cell of a step."""
        turn, flat = divmod(step, self.cells)
        return turn, self._fold(np.unravel_index(flat, self.shape))

    def step_of(self, turn: int, cell: Cell) -> int:
        return turn * self.cells + int(np.ravel_multi_index(self._fold(cell), self.shape))

    def _fold(self, cell: tuple[int | np.intp, ...]) -> Cell:
        d, r, c = map(int, cell)
        return d, r, self.shape[2] - 1 - c if self._backwards(d, r) else c

    def _backwards(self, d: int, r: int) -> bool:
        return self.serpentine and (d * self.shape[1] + r) % 2 == 1

    def hidden(self, step: int, turn: int, depth: int) -> list[Block]:
        """The part of one plane that is not reached yet."""
        rows, columns = self.shape[1:]
        now, (d, r, c) = self.at(step)
        if (turn, depth) != (now, d):
            return [(0, 0, rows, columns)] if (turn, depth) > (now, d) else []
        rest = (r, 0, 1, c) if self._backwards(d, r) else (r, c + 1, 1, columns - c - 1)
        return [block for block in (rest, (r + 1, 0, rows - r - 1, columns)) if block[2] and block[3]]
