"""Uploads through the page's own file input: what is read is what torch got; what is hostile gets one sentence."""

import re

import numpy as np
import pytest
from asking import request_of
from page_objects import Screen
from PIL import Image
from playwright.sync_api import expect
from test_audio import encoded, tone
from test_uploads import levels, npy, png_header, saved

from cnnviz.core.layers import Conv
from cnnviz.inputs.upload import Upload
from cnnviz.scenes.build import show


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


# Every file has its own shape, by which its scene is told from the one before. All kinds are read in test_uploads.py
# and test_audio.py.
GOOD = {
    "red-green-blue.png": saved(Image.fromarray(levels(8, 11, 3))),
    "numbers.npy": npy(noise(2, 6, 8)),
    "tone.wav": encoded(tone(0.5)),
}


def put_file(screen: Screen, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    screen.page.locator("input[type=file]").first.set_input_files(files=[file])  # of the sidebar, where there are two


def test_a_picture_numbers_and_a_sound_are_shown_as_torch_got_them(screen):
    screen.open("kernel=random&padding=1&input=upload&file_colour=rgb")
    for name, data in GOOD.items():
        put_file(screen, name, data)
        source = Upload(data=data, name=name, colour="rgb")
        channels = len(source.grid().values)
        done = show(request_of(Conv(channels, 1, 3, padding=1), source)).done
        screen.wait_until("({ scene }, shape) => scene.meta.shapes.input === shape", str((1, *done.shape)))
        screen.wait_ready(done.layer.code())
        expect(screen.alert).to_have_count(0)
        output = screen.ask("({ scene }) => [...scene.tensors.output.data]")
        np.testing.assert_allclose(output, done.y.ravel(), rtol=1e-5, atol=1e-6)
        screen.press("End")
        rows, columns = done.y.shape[2:]
        expect(screen.readout).to_contain_text(f"row {rows - 1}, column {columns - 1}")
        expect(screen.badge).to_contain_text("✓ = torch")
        assert screen.read().torch == pytest.approx(float(done.y[0, 0, -1, -1]), rel=1e-5, abs=1e-6)


def test_arrays_of_other_dimensions_are_shown(screen):
    screen.open("ndim=1d&kernel=random&input=upload")
    for ndim, shape, seen in (("1d", (2, 30), (1, 2, 30)), ("3d", (4, 5, 6), (1, 1, 4, 5, 6))):
        screen.page.locator(".st-key-ndim").get_by_text(ndim, exact=True).click()
        put_file(screen, f"{ndim}.npy", npy(noise(*shape)))
        screen.wait_until("({ scene }, shape) => scene.meta.shapes.input === shape", str(seen))
        expect(screen.badge).to_contain_text("✓ = torch")


# name: (bytes, a word of the sentence that only this file gets); more of them in test_uploads.py
HOSTILE = {
    "text.png": (b"this is not a picture", "is text"),
    "huge.png": (png_header(20_000, 20_000), "16,777,216 pixels"),
    "cut.npy": (npy(noise(4, 4))[:-8], "declares"),
    "<img src=x onerror=alert(1)>.png": (b"\x89PNG\r\n\x1a\n", "damaged"),
}
UNKEPT = "This browser keeps no cookie of this page"
GREY = saved(Image.fromarray(levels(9, 12)))


def test_hostile_files_get_one_sentence_each_and_the_scene_stays_and_nan_and_inf_are_shown(screen):
    screen.open("kernel=random&input=upload")
    put_file(screen, "grey.png", GREY)
    screen.wait_until("({ scene }) => scene.meta.shapes.input === '(1, 1, 9, 12)'")
    screen.wait_idle()
    before = screen.read()
    for name, (data, word) in HOSTILE.items():
        put_file(screen, name, data)
        expect(screen.alert.filter(has_text=word)).to_have_count(1)
        screen.wait_idle()
        expect(screen.alert).to_have_count(1)
        sentence = screen.alert.inner_text()
        assert not [bad for bad in ("Traceback", "Error", "/work", "/tmp", ".py", "site-packages") if bad in sentence]
        assert len(sentence.splitlines()) <= 3  # the icon, and one line
        expect(screen.page.get_by_test_id("stException")).to_have_count(0)
        assert screen.read() == before
    put_file(screen, "grey.png", GREY)
    expect(screen.alert).to_have_count(0)
    expect(screen.page.get_by_text(UNKEPT)).to_have_count(0)  # this browser does
    values = noise(5, 6)
    values[1, 1], values[3, 4] = np.nan, np.inf
    put_file(screen, "odd.npy", npy(values))  # which is no bad file: torch has it, too
    expect(screen.page.get_by_text("2 of 30 numbers are NaN or Inf")).to_be_visible()
    expect(screen.badge).to_contain_text(re.compile("✓ = torch nan", re.IGNORECASE))
