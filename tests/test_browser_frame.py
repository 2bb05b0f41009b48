"""The page round the player where room is scarce: in a frame of another page, and on a low screen."""

import pytest
from page_objects import Screen
from playwright.sync_api import expect

FRAME = {"viewport": {"width": 800, "height": 450}, "reduced_motion": "reduce"}  # as slides and course pages have it
ON_ITS_SIDE = {"viewport": {"width": 844, "height": 390}, "reduced_motion": "reduce"}  # a phone
OPEN = '[data-testid="stSidebar"][data-collapsed="false"]'


@pytest.fixture
def framed(open_tab, app_url) -> Screen:
    return Screen(open_tab(**FRAME), app_url)


@pytest.fixture
def low(open_tab, app_url) -> Screen:
    return Screen(open_tab(**ON_ITS_SIDE), app_url)


def shows_all(framed: Screen, ratio: float) -> None:
    """Stage, transport and sentence at once; charts, and what is compared, stand below."""
    expect(framed.stage).to_be_in_viewport(ratio=ratio)
    for part in (framed.act("toggle"), framed.badge, framed.page.get_by_text("Open in cnnviz")):
        expect(part).to_be_in_viewport(ratio=1)
    expect(framed.page.get_by_role("link", name="Pooling", exact=True)).to_have_count(0)
    expect(framed.page.locator(OPEN)).to_have_count(0)
    expect(framed.act("share")).to_be_hidden()


@pytest.mark.parametrize(("path", "ratio"), [("/pooling", 0.7), ("/gating", 0.7), ("/shapes", 0.8)])
def test_a_frame_shows_stage_transport_and_sentence_at_once(path, ratio, framed):
    shows_all(framed.open("embed=true", path=path), ratio)


def test_a_frame_has_a_sidebar_that_opens_when_asked_and_a_way_out_to_a_tab_of_its_own(framed):
    framed.page.goto(f"{framed.url}/_stcore/health")
    framed.page.evaluate("localStorage.setItem('stSidebarCollapsed-', 'false')")  # as another visit left it
    shows_all(framed.open("embed=true&stride=3&kernel=box"), 1)
    assert framed.page.evaluate("localStorage.getItem('stSidebarCollapsed-')") == "false"
    with framed.page.expect_popup() as opened:
        framed.page.get_by_text("Open in cnnviz").click()
    out = Screen(opened.value, framed.url)
    out.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=3)")
    expect(out.page.get_by_role("link", name="Pooling", exact=True)).to_be_visible()
    assert "embed" not in out.page.url
    out.page.close()
    framed.page.get_by_test_id("stExpandSidebarButton").click()
    framed.set("stride", 2)
    framed.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    expect(framed.page.locator(OPEN)).to_be_visible()


def test_a_phone_on_its_side_begins_with_the_stage(low):
    low.open()
    expect(low.page.locator(OPEN)).to_have_count(0)
    low.page.get_by_test_id("stExpandSidebarButton").click()
    expect(low.page.locator(OPEN)).to_be_visible()


def test_a_phone_that_is_turned_keeps_its_stage(open_tab, app_url):
    screen = Screen(open_tab(viewport={"width": 390, "height": 844}, reduced_motion="reduce"), app_url).open()
    screen.page.set_viewport_size(ON_ITS_SIDE["viewport"])
    screen.wait_until("({ ui }) => ui.stage.clientWidth > 700")
    expect(screen.page.locator(OPEN)).to_have_count(0)


def test_on_paper_the_stage_keeps_its_shape_and_the_knobs_stay_away(screen):
    screen.open(path="/pooling")
    players = [screen, screen.follower]
    for one in players:
        one.ask("(player) => player.unwatch()")  # nothing is drawn anew for a printer's width
    screen.page.emulate_media(media="print")
    screen.page.set_viewport_size({"width": 718, "height": 1046})  # A4 with its margins
    for knobs in (screen.page.get_by_test_id("stSidebar"), screen.act("toggle"), screen.act("lens")):
        expect(knobs).to_be_hidden()
    expect(screen.badge).to_be_visible()
    for one in players:
        for canvas in one.stage.locator("canvas").all():
            drawn, shown = canvas.evaluate("(it) => [it.width / it.height, it.clientWidth / it.clientHeight]")
            assert shown == pytest.approx(drawn, rel=0.02)
