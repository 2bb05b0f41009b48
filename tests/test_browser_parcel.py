"""What large scenes fetch: each part once for a browser, and what is gone from the server is sent whole."""

import re

from page_objects import wait_for_part
from playwright.sync_api import Page, Route, expect

PART = re.compile(r"/media/[0-9a-f]{32}$")
SOUND = "/spectrogram?input_seconds=4&stage=conv0&channel={}"
NUMBERS = "(root) => [...root.viewer.scene.tensors['plane.output'].data]"


def parts(page: Page) -> list[str]:
    """Parts that the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if PART.search(request.url) else None)
    return asked


def open_sound(page: Page, url: str, channel: int = 0) -> None:
    page.goto(url + SOUND.format(channel))
    wait_for_part(page, "[data-ready]", f"conv0.{channel}", 0)


def look_at(page: Page, channel: int) -> list[float]:
    """Another channel; its numbers."""
    box = page.locator(".st-key-channel input")
    box.fill(str(channel))
    box.press("Enter")
    root = page.locator("[data-ready]").first
    expect(root).to_have_attribute("data-ready", f"conv0.{channel}")
    return root.evaluate(NUMBERS)


def test_a_browser_fetches_each_part_once(open_tab, app_url):
    page = open_tab()
    asked = parts(page)
    open_sound(page, app_url)
    assert len(asked) == len(set(asked)) >= 4  # sound, spectrogram, the map, all maps small
    before = len(asked)
    first = page.locator("[data-ready]").first.evaluate(NUMBERS)
    other = look_at(page, 3)
    assert len(asked) == before + 1  # the map alone
    assert look_at(page, 0) == first != other
    assert len(asked) == before + 1


def test_what_the_server_has_no_more_it_sends_whole(browser, app_url):
    page = browser.new_page()  # unwatched: the console complains, too
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=404)

    page.route(PART, refuse)
    open_sound(page, app_url)
    root = page.locator("[data-ready]").first
    there = root.evaluate(NUMBERS)
    asked = len(refused)
    assert asked
    page.unroute(PART)
    look_at(page, 1)  # and parts again from then on
    assert look_at(page, 0) == there
    page.close()


def test_a_single_layer_that_is_large_plays_from_parts(screen):
    asked = parts(screen.page)
    screen.open("seed=77", path="/gating")  # which this tab has not met
    assert asked
    assert screen.ask("({ scene }) => scene.tensors.output.data.length") == 4 * 64 * 96
