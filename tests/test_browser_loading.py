"""What a page fetches of ours: one script, once."""

import re

from page_objects import Screen
from playwright.sync_api import Page, expect

# Addresses and bytes that travelled, of all scripts and style sheets that are not Streamlit's own. Parts of blobs
# have no ending, and tests of their own.
FETCHED = """() => performance.getEntriesByType("resource")
    .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])
    .filter(([path]) => /^.(app|media).*[.]/.test(path) && !/[.](png|webp|gif)$/.test(path))"""


def fetched(page: Page) -> list[tuple[str, int]]:
    return [(path, size) for path, size in page.evaluate(FETCHED)]


def test_the_script_comes_in_one_request_and_from_then_on_out_of_the_browsers_cache(page, app_url):
    screen = Screen(page, app_url).open()
    [(path, size)] = fetched(page)
    assert size > 10_000
    screen.open("stride=2", path="/pooling")  # two players
    assert fetched(page) in ([], [(path, 0)])
    page.goto(f"{app_url}/network")
    expect(page.locator("[data-role=overview]")).to_have_attribute("data-ready", re.compile("."))
    assert fetched(page) in ([], [(path, 0)])


def test_a_script_that_does_not_come_is_said(browser, app_url):
    page = browser.new_page()  # unwatched: the console complains, too
    page.route("**/media/*", lambda route: route.abort())
    page.goto(f"{app_url}/convolution")
    expect(page.get_by_text("This part of the page could not start")).to_be_visible()
    page.close()
