"""The line to the server is cut while the player plays: it plays on, knobs say so, and the screen comes back."""

import os
from contextlib import closing

import numpy as np
import pytest
from page_objects import Screen
from playwright.sync_api import expect
from relay import relayed
from serving import serve
from test_uploads import npy

slow = pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: starts a server of its own")
SAYS = "Streamlit server is not responding. Are you connected to the internet?"
OUTPUT = "({ scene }) => [...scene.tensors.output.data]"
LONG = 60_000  # ms


@pytest.fixture
def line(app_url):
    with relayed(app_url) as relay:
        yield relay


@pytest.fixture
def screen(browser, line):
    """On a line that will be cut; a console that says so is no failure here."""
    with closing(browser.new_context(viewport={"width": 1440, "height": 900})) as context:
        yield Screen(context.new_page(), line.url)


def back(screen: Screen) -> None:
    app = screen.page.locator("[data-testid=stApp]")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=LONG)
    expect(screen.page.get_by_text(SAYS)).to_have_count(0, timeout=LONG)
    screen.wait_idle()  # whoever comes back is drawn the page, and a box that is typed in meanwhile may be a new one


def test_the_player_goes_on_without_a_line_and_the_next_knob_works_with_it(screen, line):
    screen.open("stride=2&input=upload")
    file = {"name": "a.npy", "mimeType": "application/octet-stream", "buffer": npy(np.ones((9, 7), np.float32))}
    screen.page.locator("input[type=file]").set_input_files(files=[file])
    screen.wait_until("({ scene }) => scene.meta.shapes.input.includes('9, 7')")
    line.cut()
    expect(screen.page.get_by_text(SAYS)).to_be_visible(timeout=LONG)
    expect(screen.knob("stride")).to_be_disabled()
    screen.page.keyboard.press("Escape")
    screen.pause()
    screen.press("ArrowRight")
    screen.at_step(1)
    line.mend()
    back(screen)
    screen.set("stride", 1)  # the file is still there: it is the same session
    screen.wait_until("({ scene }) => scene.meta.shapes.output.includes('7, 5')")


@slow
def test_after_the_time_that_a_session_is_kept_the_screen_is_rebuilt_from_its_address(browser):
    kept = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}
    with (
        serve(variables=os.environ | kept) as server,
        relayed(server.url) as line,
        closing(browser.new_context()) as context,
    ):
        screen = Screen(context.new_page(), line.url)
        screen.open("stride=2&padding=1")
        before = screen.ask(OUTPUT)
        line.cut()
        expect(screen.page.get_by_text(SAYS)).to_be_visible(timeout=LONG)
        screen.page.wait_for_timeout(4000)  # longer than the server waits
        line.mend()
        back(screen)
        assert screen.ask(OUTPUT) == before
        screen.set("stride", 1)
        screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, padding=1)")
