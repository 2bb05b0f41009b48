"""The page Output size: its number is torch's, and so is every row of its tables."""

import pytest
import torch
from test_pages import opened, runs, said
from torch import nn

SETTINGS = [
    ("Conv", {"size": "7"}, nn.Conv1d(1, 1, 3)),
    ("Conv", {"size": "224", "kernel_size": "7", "stride": "2", "padding": "3"}, nn.Conv1d(1, 1, 7, 2, 3)),
    ("Conv", {"size": "13", "dilation": "4", "padding": "2"}, nn.Conv1d(1, 1, 3, dilation=4, padding=2)),
    ("Conv", {"size": "9", "padding_rule": "same", "kernel_size": "4"}, nn.Conv1d(1, 1, 4, padding="same")),
    (
        "ConvTranspose",
        {"size": "4", "stride": "3", "padding": "1", "output_padding": "2"},
        nn.ConvTranspose1d(1, 1, 3, 3, 1, 2),
    ),
    ("MaxPool", {"size": "8", "stride": "3", "ceil_mode": "true"}, nn.MaxPool1d(2, 3, ceil_mode=True)),
    ("AvgPool", {"size": "5", "stride": "3", "padding": "1", "ceil_mode": "true"}, nn.AvgPool1d(2, 3, 1, True)),
]
cases = pytest.mark.parametrize(("layer", "query", "module"), SETTINGS, ids=[f"{s[0]} {s[1]}" for s in SETTINGS])


def size_of(module: nn.Module, n: int) -> int | None:
    """Torch's own answer; None where it has none."""
    try:
        return module(torch.zeros(1, 1, n)).shape[-1]
    except RuntimeError:
        return None


def numbers(column) -> list[int | None]:
    """What a column of a table says; None where no window fits."""
    return [None if text == "–" else int(text.strip("→ *")) for text in column]


@cases
def test_the_number_and_the_row_of_every_input_size_are_torchs(layer, query, module):
    app = opened("output_size", layer=layer, **query)
    runs(app)
    n = int(query["size"])
    assert ("h3", f"{n:,} → {size_of(module, n):,}") in said(app)
    rows = app.table[0].value
    sizes = numbers(rows["input size"])
    assert sizes == list(range(max(1, n - 4), n + 5))
    assert [text for text in rows["input size"] if text.startswith("→")] == [f"→ **{n}**"]
    assert numbers(rows["output size"]) == [size_of(module, size) for size in sizes]


@cases
def test_the_row_of_every_padding_is_torchs(layer, query, module):
    if isinstance(module.padding, str):
        return
    rows = opened("output_size", layer=layer, **query).table[1].value
    for padding, made in zip(numbers(rows["padding"]), numbers(rows["output size"]), strict=True):
        module.padding = (padding,) if layer.startswith("Conv") else padding
        assert made == size_of(module, int(query["size"]))


def test_cells_that_no_window_reads_are_those_without_a_gradient():
    rows = opened("output_size", layer="Conv", size="8", stride="3", kernel_size="2").table[0].value
    for n, unread in zip(numbers(rows["input size"]), numbers(rows["never read"]), strict=True):
        x = torch.ones(1, 1, n, requires_grad=True)
        nn.functional.conv1d(x, torch.ones(1, 1, 2), stride=3).sum().backward()
        assert unread == int((x.grad == 0).sum())


def test_a_window_that_does_not_fit_is_told_and_the_last_scene_stays():
    app = opened("output_size", size="5")
    app.number_input(key="dilation").set_value(3).run()
    assert "does not fit" in app.warning[0].value
    assert ("h3", "5 → 3") in said(app)
