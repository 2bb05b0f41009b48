"""Addresses as they were shared once: they open still, and give the same numbers.

``cases/saved_addresses.json`` holds every link of the gallery, the questions and the cards, and a spread of others over
all pages. For each it keeps the torch call, shapes, and of input, weight and output the sum, the sum of sizes and eight
cells. `make test` opens a twelfth of them as pages, too, `make fuzz` all.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import fuzzing
from test_pages import opened

from cnnviz.cli.open_link import asked, staged_at
from cnnviz.core.layers import Array
from cnnviz.web import share

SAVED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "cases" / "saved_addresses.json").read_text())
PAGES = list(dict.fromkeys(address.partition("?")[0] for address in SAVED))
CELLS = 8
HEAVY = "AlexNet"  # its page waits until it is asked to run
ON_PAGES = 1 if fuzzing() else 12


def digest(values: Array) -> list[float]:
    """The sum of the finite numbers, the sum of their sizes, and a few cells from the first to the last."""
    flat = np.asarray(values, np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    places = np.linspace(0, flat.size - 1, min(CELLS, flat.size)).astype(int)
    return [finite.sum(), np.abs(finite).sum(), *flat[places]]


def same(values: Array, saved: list[float]) -> bool:
    """Are these the numbers that were saved, but for the last digits of float32 sums?"""
    total, size, *cells = digest(values)
    near = 1e-5 * max(1.0, size / values.size)  # of one cell
    sums = np.allclose([total, size], saved[:2], rtol=1e-5, atol=near * values.size)
    return sums and np.allclose(cells, np.asarray(saved[2:], float), rtol=1e-4, atol=near, equal_nan=True)


def laid(x: Array) -> Array:
    """Shapes were saved as they stand on stage: (channels, N, *axes), or (channels, *axes) of one example."""
    return x.swapaxes(0, 1) if len(x) > 1 else x[0]


def differences(address: str, saved: dict[str, Any]) -> Iterator[str]:
    """What of this address is not as it was."""
    staged = staged_at(address)
    done = staged.done
    arrays = {"input": laid(done.x), "output": laid(done.y)} | {n: a for n, a in done.state.items() if n == "weight"}
    if done.layer.code() != saved["code"]:
        yield f"code: {done.layer.code()} was {saved['code']}"
    if (staged.seed, staged.opens) != (saved["seed"], saved["opens"]):
        yield f"seed and step: {staged.seed, staged.opens} were {saved['seed'], saved['opens']}"
    for name, shape in saved["shapes"].items():
        if list(arrays[name].shape) != shape:
            yield f"shape of {name}: {arrays[name].shape} was {shape}"
        elif not same(arrays[name], saved[name]):
            yield f"{name}: {digest(arrays[name])} was {saved[name]}"


@pytest.mark.parametrize("page", PAGES)
def test_every_saved_address_gives_the_numbers_that_it_gave(page):
    own = [address for address in SAVED if address.startswith(f"{page}?")]
    odd = {address: found for address in own if (found := [*differences(address, SAVED[address])])}
    assert not odd


@pytest.mark.parametrize("address", [one for one in SAVED if HEAVY not in one][::ON_PAGES])
def test_the_page_shows_what_is_read_without_it(address, monkeypatch):
    """Widgets and the reader answer the same questions; that they answer alike is held here."""
    offered, files = [], share.files
    monkeypatch.setattr(share, "files", lambda staged: (offered.append(staged), files(staged)))
    page, words = asked(address)
    app = opened(page, **words | {"tab": share.TAB})
    assert not app.warning
    (shown,), read = offered, staged_at(address)
    assert shown.blob == read.blob
    for name in ("caption", "seed", "code", "opens"):
        assert getattr(shown, name) == getattr(read, name)
