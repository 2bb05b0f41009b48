"""A browser that keeps nothing: storage is denied or full, cookies are blocked. The page and its player work on."""

import json
from contextlib import closing

import numpy as np
import pytest
from find_browser import find
from page_objects import WAIT, Screen
from playwright.sync_api import expect
from serving import QUIET
from test_uploads import npy

DENY = """for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"])
    Object.defineProperty(globalThis, name, { get() { throw new DOMException("denied", "SecurityError"); } });"""
KEPT = "caches.open('cnnviz').then((shelf) => shelf.keys()).then((kept) => kept.length)"
UNKEPT = "This browser keeps no cookie of this page"
FULL = 1  # byte
GIVEN = {"name": "a.npy", "mimeType": "application/octet-stream", "buffer": npy(np.ones((9, 7), np.float32))}


@pytest.fixture
def errors():
    found = []
    yield found
    assert not found


def works(page, url: str, errors: list[str], address: str = "stride=2") -> Screen:
    """The player plays, and the next knob is heard."""
    page.on("pageerror", lambda error: errors.append(str(error)))
    screen = Screen(page, url).open(address)
    screen.press("Home", "ArrowRight")
    screen.at_step(1)
    screen.set("stride", 1)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3)")
    return screen


def test_where_storage_is_denied_the_player_plays(browser, app_url, errors):
    with closing(browser.new_context()) as context:
        context.add_init_script(DENY)
        works(context.new_page(), app_url, errors)


def test_where_storage_is_denied_a_low_screen_still_begins_with_the_stage(browser, app_url, errors):
    with closing(browser.new_context(viewport={"width": 850, "height": 390})) as context:
        context.add_init_script(DENY)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        Screen(page, app_url).open("stride=2")
        expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_where_there_is_no_room_the_player_plays(browser, app_url, errors):
    with closing(browser.new_context()) as context:
        page = context.new_page()
        limits = {"origin": app_url, "quotaSize": FULL}
        context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", limits)
        screen = works(page, app_url, errors)
        assert screen.page.evaluate(KEPT) == 0


def test_where_cookies_are_blocked_all_works_but_a_file_which_is_said(browser, app_url, tmp_path, errors):
    """As a reader blocks them: in the browser's own settings, with storage."""
    settings = tmp_path / "Default" / "Preferences"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    kind = browser.browser_type
    with closing(kind.launch_persistent_context(str(tmp_path), executable_path=find(), args=QUIET)) as context:
        page = context.new_page()
        screen = works(page, app_url, errors)
        assert page.evaluate("document.cookie") == ""
        expect(page.get_by_text(UNKEPT)).to_have_count(0)
        screen.open("input=upload")
        expect(page.get_by_text(UNKEPT)).to_be_visible()


def test_a_browser_that_keeps_cookies_is_told_nothing_of_them(browser, app_url):
    with closing(browser.new_context()) as context:
        screen = Screen(context.new_page(), app_url).open("input=upload")
        screen.page.locator("input[type=file]").set_input_files(files=[GIVEN])
        screen.wait_until("({ scene }) => scene.meta.shapes.input.includes('9, 7')")
        expect(screen.page.get_by_text(UNKEPT)).to_have_count(0, timeout=WAIT)
