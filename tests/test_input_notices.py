"""What is odd about an input, on the pages: the sentence, and buttons that mend it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_oddities import NOISE, encoded
from test_pages import blobs, opened, said

CASES = Path(__file__).parent / "cases"
PLAIN = (CASES / "a6_same_noise_unit_range.wav").read_bytes()
LOUD = (CASES / "a6_float_int16_range_noise.wav").read_bytes()


def given(page: str, data: bytes, name: str = "clip.wav", **query: str) -> AppTest:
    app = opened(page, input="upload", **query)
    return app.file_uploader[0].set_value((name, data, "application/octet-stream")).run()


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    return button.click().run()


@pytest.mark.parametrize("page", ["convolution", "spectrogram"])
def test_floats_in_the_range_of_int16_are_said_and_divided_by_a_button(page):
    app = given(page, LOUD)
    assert any(info.value.startswith("Samples reach 13,308.7") for info in app.info)
    app = press(app, "Divide by 32,768")
    assert app.selectbox(key="file_full_scale").value == 32_768
    assert app.query_params["file_full_scale"] == "32768"
    assert not [info for info in app.info if "Samples" in info.value]
    assert not app.exception


def test_a_file_does_not_go_on_with_what_a_made_up_sound_was_set_to():
    app = opened("convolution", input="log-mel", input_seconds="2")
    app = app.selectbox(key="input").set_value("upload").run()
    app = app.file_uploader[0].set_value(("five.wav", encoded(NOISE.repeat(5)), "audio/wav")).run()
    assert "5 s at 16,000 Hz" in said(app)[0][1]
    assert not [info for info in app.info if "are read" in info.value]


def test_a_picture_does_not_go_on_with_the_rows_of_a_photograph():
    app = opened("convolution", input="photo", input_rows="20")
    app = app.selectbox(key="input").set_value("upload").run()
    app = app.file_uploader[0].set_value(("p1.PNG", (CASES / "p1_grey16.png").read_bytes(), "image/png")).run()
    assert "(1, 1, 8, 8)" in "".join(line for _, line in said(app))
    assert len(blobs(app)) == 1


def test_a_long_sound_is_read_on_by_a_button():
    app = given("spectrogram", encoded(NOISE.repeat(12)), file_seconds="2")
    assert any(info.value.startswith("Of 12 s, 0 s to 2 s are read") for info in app.info)
    app = press(app, "Read 10 s")
    assert any(info.value.startswith("Of 12 s, 0 s to 10 s are read") for info in app.info)
    app = press(app, "Go on at 10 s")
    assert app.number_input(key="file_start").value == 10
    assert any(info.value.startswith("Of 12 s, 10 s to 12 s are read") for info in app.info)
