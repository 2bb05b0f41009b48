"""Files of a convolution as matrices: pictures, films, the page for offline use, arrays, code."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.cli.open_link import staged_at
from cnnviz.export import Look, Plan, Wanted, make
from cnnviz.export.told import Told
from cnnviz.scenes.build import ShownMatrix, show
from cnnviz.scenes.query import from_query

FORMS = ("forward", "dW", "dX", "Toeplitz")
LINK = "out_channels=2&groups=2&input=random&input_size=4&input_channels=2&kernel=random"
BEGINS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
SMALL = Look(width_px=500)


def link(form: str) -> str:
    return f"matrix?{LINK}&form={form}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", BEGINS)
def test_a_step_is_a_picture(form, kind):
    data = make(staged_at(link(form)), kind, Wanted(SMALL, 1))
    assert data.startswith(BEGINS[kind])
    assert data == make(staged_at(link(form)), kind, Wanted(SMALL, 1))


def test_its_words_are_text_and_say_the_product():
    drawn = make(staged_at(link("forward")), "svg", Wanted(SMALL, 2)).decode()
    for words in (
        "columns",
        "W @ columns + bias",
        "Row 0 of W times column 2 is output channel 0",
        "=\u00a0torch",
    ):
        assert words in drawn


@pytest.mark.parametrize("form", FORMS)
def test_a_film_shows_column_after_column(form):
    film = Image.open(BytesIO(make(staged_at(link(form)), "gif", Wanted(SMALL, None, Plan(most=10)))))
    assert film.n_frames == 4
    pictures = []
    for step in range(4):
        film.seek(step)
        pictures.append(np.asarray(film.convert("RGB")))
    assert all((a != b).any() for a, b in pairwise(pictures))


def test_what_is_added_up_is_drawn_as_far_as_it_is():
    request, view = from_query("matrix", {"form": "dX", "kernel": "ones"}).at_work()
    told = Told(show(request, view).blob, SMALL)
    levels = [
        next(
            mark.told[4]["levels"]
            for mark in told.record(step).moving
            if mark.kind == "image" and mark.told[4]["panel"] == "input"
        )
        for step in range(4)
    ]
    sums = [np.array(one).reshape(4, 4) for one in levels]
    assert sums[0][0, 0] > sums[0][3, 3]  # the first window alone
    assert (np.diff([one.sum() for one in sums]) > 0).all()
    assert sums[3][1, 1] == sums[3].max()


def test_the_arrays_are_those_on_stage():
    staged = staged_at(link("dX"))
    request, view = from_query("matrix", dict(part.split("=") for part in f"{LINK}&form=dX".split("&"))).at_work()
    shown = show(request, view)
    assert isinstance(shown, ShownMatrix)
    with np.load(BytesIO(make(staged, "npz", Wanted())), allow_pickle=False) as found:
        for name, values in shown.numbers.arrays().items():
            assert np.array_equal(found[name], values)
        np.testing.assert_allclose(
            found["matrix"] @ found["columns"] + found["state.bias"][:, None], found["output"].reshape(2, -1), atol=1e-5
        )


@pytest.mark.parametrize("kind", ["py", "ipynb"])
def test_the_code_is_the_products(kind):
    assert b"im2col" in make(staged_at(link("forward")), kind, Wanted())


def test_the_page_for_offline_use_is_alive(page: Page, tmp_path):
    file = tmp_path / "matrix.html"
    file.write_bytes(make(staged_at(link("dW")), "html", Wanted()))
    page.goto(file.as_uri())
    root = page.locator(".cnnviz")
    expect(root).to_have_attribute("data-ready", "nn.Conv2d(2, 2, kernel_size=3, groups=2)")
    root.locator(".stage").focus()
    page.keyboard.press("End")
    expect(root.get_by_test_id("step")).to_have_text("step 4 of 4")
    root.locator("[data-panel=matrix]").focus()
    expect(root.get_by_test_id("readout")).to_contain_text("= torch")
    page.locator("#theme").click()
    expect(root.get_by_test_id("readout")).to_contain_text("Column 3")  # the panel has lost the keys
