"""How large a server has to be follows from what was measured, and is written once."""

import re

import pytest

from bench.crowd.report import line
from bench.crowd.result import COLUMNS
from deploy.sizing import BUSY, MEASURED, PAUSE, PROCESS, README, ROW, WORKER, WORKERS, filled, row, sized


def measured(**figures: str) -> str:
    """A table as the bench writes it."""
    rows = {"classroom": {"server, ms": "1"}, ROW: figures}
    lines = [line(name, [cells.get(column, "") for column in COLUMNS]) for name, cells in rows.items()]
    return "\n".join([line("scenario", COLUMNS), *lines, line("held", ["measured"])])


FIGURES = {"server, ms": "20.0", "workers, ms": "9.5", "nginx, ms": "0.5", "MB each": "1,000"}


def test_the_row_of_mixed_pages_is_read_by_its_columns():
    assert row(measured(**FIGURES)) == {"server, ms": 20, "workers, ms": 9.5, "nginx, ms": 0.5, "MB each": 1000}
    with pytest.raises(LookupError, match="make load"):
        row("no table")


def test_processes_keep_up_with_all_who_turn_knobs():
    for visitors in (1, 30, 200, 1000):
        cores, processes, memory = (int(x.replace(",", "")) for x in sized(visitors, row(measured(**FIGURES))))
        turned = visitors / PAUSE
        assert turned * 0.020 <= BUSY * processes < turned * 0.020 + BUSY or processes == 1
        assert cores >= processes and BUSY * cores >= turned * 0.030
        assert memory == round(processes * (PROCESS + WORKERS * WORKER) + visitors)


def test_the_table_is_put_in_its_place():
    before = README.read_text()
    after = filled(before, measured(**FIGURES))
    assert len(re.findall(r"^\| (?:30|200|1,000) \| ", after, re.M)) == 3
    assert filled(after, measured(**FIGURES)) == after and after.splitlines()[0] == before.splitlines()[0]


@pytest.mark.skipif(not MEASURED.exists(), reason="nothing was measured: make load")
def test_the_table_that_stands_there_is_that_of_what_was_measured():
    assert filled(README.read_text(), MEASURED.read_text()) == README.read_text()
