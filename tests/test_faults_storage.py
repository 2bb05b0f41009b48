"""A browser that keeps nothing: storage is denied or full, cookies are blocked. The page and its player work on."""

import json
from contextlib import closing

import pytest
from find_browser import find
from page_objects import Screen
from playwright.sync_api import expect
from serving import BRIEF
from test_browser_uploads import UNKEPT

DENY = """for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"])
    Object.defineProperty(globalThis, name, { get() { throw new DOMException("denied", "SecurityError"); } });"""
KEPT = "caches.open('cnnviz').then((shelf) => shelf.keys()).then((kept) => kept.length)"
FULL = 1  # byte


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


def test_where_storage_is_denied_the_player_plays_and_a_low_screen_begins_with_the_stage(browser, app_url, errors):
    with closing(browser.new_context()) as context:
        context.add_init_script(DENY)
        page = works(context.new_page(), app_url, errors).page
        page.set_viewport_size({"width": 850, "height": 390})
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
    with closing(kind.launch_persistent_context(str(tmp_path), executable_path=find(), args=BRIEF)) as context:
        page = context.new_page()
        screen = works(page, app_url, errors)
        assert page.evaluate("document.cookie") == ""
        expect(page.get_by_text(UNKEPT)).to_have_count(0)
        screen.open("input=upload")
        expect(page.get_by_text(UNKEPT)).to_be_visible()
