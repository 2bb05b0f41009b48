"""A page in a frame of another page: the player, what is wrong with its settings, and a way out."""

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import said

PLAYERS = [
    "",
    "convolution",
    "matrix",
    "pooling",
    "gating",
    "normalisation",
    "shapes",
    "output_size",
    "spectrogram",
    "network",
]
SMALL = {"spectrogram": {"input_seconds": "1"}}


def framed(page: str, **query: str) -> AppTest:
    """The app in a frame, at a page."""
    app = AppTest.from_file("../app.py", default_timeout=60)
    app.context["is_embedded"] = True
    app.context["url"] = f"https://example.org/{page}"
    for name, value in query.items():
        app.query_params[name] = value
    if page:
        app.switch_page(f"pages/{page}.py")
    return app.run()


@pytest.mark.parametrize("page", PLAYERS)
def test_a_frame_shows_the_player_and_little_else(page):
    app = framed(page, **SMALL.get(page, {}))
    assert not app.exception
    assert app.main.get("bidi_component")
    for other in ("title", "tab", "segmented_control", "button", "dataframe", "image"):
        assert not app.main.get(other), other


def test_the_way_out_of_a_frame_leads_to_the_same_screen_without_the_frame():
    app = framed("pooling", layer="AvgPool", stride="3")
    [way_out] = [html.proto.body for html in app.main.get("html") if "<a" in html.proto.body]
    assert 'href="https://example.org/pooling?layer=AvgPool&amp;stride=3"' in way_out
    assert 'target="_blank"' in way_out
    assert 'rel="noopener"' in way_out


def test_a_frame_still_says_what_is_wrong_with_its_settings():
    app = framed("convolution", kernel_size="9")
    assert "does not fit" in app.warning[0].value
    assert [line.startswith("Still showing ") for _, line in said(app)] == [True]


def test_outside_a_frame_nothing_leads_out():
    app = AppTest.from_file("../app.py", default_timeout=60).run()
    assert not [html for html in app.main.get("html") if "Open in cnnviz" in html.proto.body]
