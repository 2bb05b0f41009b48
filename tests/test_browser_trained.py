"""Random or trained in a real browser: what a page opens with, what the switch shows, and what a reload brings back."""

import re

from page_objects import Screen, wait_for_part
from playwright.sync_api import expect


def goto(screen: Screen, path: str) -> None:
    screen.page.goto(f"{screen.url}/{path}")
    wait_for_part(screen.page, at=0)


def test_the_page_of_sounds_opens_trained_and_the_switch_takes_what_it_hears_away_and_back(screen):
    goto(screen, "spectrogram")
    expect(screen.page).to_have_url(re.compile("weights=trained"))
    belief = screen.page.locator(".belief")
    expect(belief).to_be_visible()
    screen.page.get_by_test_id("stSidebar").get_by_text("random", exact=True).click()
    expect(belief).to_be_hidden()
    screen.wait_idle()
    expect(screen.page.get_by_text("random weights, seed 0").first).to_be_visible()
    screen.page.get_by_test_id("stSidebar").get_by_text("trained", exact=True).click()
    expect(belief).to_be_visible()
    screen.wait_idle()
    expect(screen.page).to_have_url(re.compile("weights=trained"))


def test_an_address_of_random_weights_keeps_saying_so(screen):
    goto(screen, "network")
    expect(screen.page).to_have_url(re.compile("weights=trained"))
    expect(screen.page.get_by_text("The network says:")).to_be_visible()
    goto(screen, "network?weights=torch")
    for again in (False, True):
        if again:
            screen.page.reload()
            screen.wait_idle()
        expect(screen.page.get_by_text("random weights, seed 0").first).to_be_visible()
        expect(screen.page).to_have_url(re.compile("weights=torch"))
