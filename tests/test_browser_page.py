"""The page round the player: first request, knobs, settings that cannot work, the address, themes, moving about."""

import re
from urllib.parse import parse_qs, urlsplit

import looped
import pytest
from asking import request_of
from page_objects import Screen, page_of, place_words, query
from playwright.sync_api import expect
from serving import serve
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.visitors import visit
from bench.visitors.screen import Screen as VisitorsScreen
from cnnviz.core.layers import Conv, GroupNorm, LeakyReLU, Linear, MaxPool
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.build import show

PLAIN = request_of(Conv(), Digit(), "sobel_x")
DEEP = request_of(
    Conv(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), groups=2, bias=False), Random(size=9, channels=4, seed=8), seed=5
)


def advances(screen: Screen) -> None:
    """Wait until the playhead has moved on."""
    expect(screen.root).to_have_attribute("data-playing", "true")
    expect(screen.root).not_to_have_attribute("data-step", str(screen.step()))


# --- the first requests ---


@pytest.fixture(scope="module")
def new_app():
    """Address of an app that nobody has visited before this file's tests."""
    with serve() as server:
        yield server.url


@pytest.fixture
def visitor(new_app, open_tab) -> Screen:
    """Somebody who has never been there."""
    return Screen(open_tab(), new_app)


def test_a_deep_link_as_a_new_servers_first_request_shows_its_scene_in_the_frame(visitor):
    screen, page = visitor.open(DEEP), visitor.page
    expect(page.get_by_role("link", name="Home", exact=True)).to_be_visible()
    expect(page).to_have_title("cnnviz")
    expect(screen.knob("stride_rows")).to_have_value("2")
    expect(screen.knob("padding_columns")).to_have_value("2")
    expect(screen.knob("input_channels")).to_have_value("4")
    expect(screen.knob("bias")).not_to_be_checked()
    advances(screen)
    screen.press("End")
    screen.says("output channel 2,")
    assert screen.read().torch == pytest.approx(float(show(DEEP).done.y[0, 2, -1, -1]))


DEEPER = {
    "pooling": request_of(MaxPool(3, (2, 1), 1, ceil_mode=True), Random(size=7, channels=2, seed=8)),
    "gating": request_of(LeakyReLU(0.35), Random(size=5, channels=2, seed=8)),
    "normalisation": request_of(GroupNorm(num_groups=2, num_channels=4), Random(size=5, channels=4, seed=8)),
    "shapes": request_of(Linear(size=(2, 5, 5), out_features=3), Random(size=5, channels=2, seed=8), seed=5),
}


@pytest.mark.parametrize("name", DEEPER)
def test_a_deep_link_as_a_pages_first_request_brings_its_scene(name, new_app):
    """What stands round it in a browser is the same for all pages, and its numbers are Python's."""

    async def seen() -> VisitorsScreen:
        visitor = await visit(new_app, page_of(DEEPER[name]), query(DEEPER[name]))
        visitor.close()
        return visitor.screen

    screen = looped.run(seen())
    assert screen.known  # a player
    assert screen.warned == []  # no word of the address is left out


def test_the_home_page_as_its_first_request_plays(visitor):
    screen = visitor.open(path="/")
    expect(screen.page.get_by_role("link", name="Convolution", exact=True)).to_be_visible()
    advances(screen)
    expect(screen.badge).to_contain_text("✓ = torch")
    expect(screen.act("share")).to_be_hidden()  # there is nothing to share


# --- knobs ---


def test_a_changed_knob_keeps_the_player_and_its_place_or_pulls_it_inside(screen):
    screen.open()
    screen.press("ArrowDown", "ArrowDown", "ArrowRight")
    screen.says(f"output {place_words((2, 1))}:")
    screen.root.evaluate("(root) => (root.mark = 'the same element')")
    screen.set("padding", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, padding=2)")
    screen.says(f"output {place_words((2, 1))}:")
    screen.press("End", "ArrowUp")
    screen.says(f"output {place_words((8, 9))}:")
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=2)")
    screen.says(f"output {place_words((4, 4))}:")  # 5 x 5 now
    assert screen.root.evaluate("(root) => root.mark") == "the same element"
    expect(screen.root).to_have_attribute("data-playing", "false")


def test_a_changed_stride_does_not_stop_a_playing_player(moving):
    moving.open()
    moving.set("stride", 2)
    moving.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    expect(moving.root).to_have_attribute("data-playing", "true")


def test_numbers_per_axis_are_those_before_and_one_that_cannot_work_has_a_sentence_and_a_button(screen):
    """Every button of every such setting is pressed in test_pages.py."""
    screen.open("kernel=random&kernel_size=2&stride=2")
    screen.switch("per_axis")
    expect(screen.knob("stride_rows")).to_have_value("2")
    screen.set("stride_columns", 3)
    works = "nn.Conv2d(1, 1, kernel_size=2, stride=(2, 3))"
    screen.wait_ready(works)
    screen.set("kernel_size_columns", 9)
    expect(screen.alert).to_have_count(1)
    screen.wait_idle()
    sentence = screen.alert.inner_text()
    assert all(re.search(rf"\b{number}\b", sentence) for number in (9, 8))
    assert "Traceback" not in sentence
    expect(screen.root).to_have_attribute("data-ready", works)
    expect(screen.badge).to_contain_text("= torch")
    screen.page.locator("[class*=st-key-fix] button").last.click()
    expect(screen.alert).to_have_count(0)


# --- the address ---


def test_what_is_set_stands_in_the_address_and_opens_the_same_scene_elsewhere(screen):
    """A number, a list, a switch and a tab; all knobs are tried in test_query.py."""
    screen.open("padding_mode=circular&padding=1&seed=11")
    screen.set("out_channels", 3)
    screen.wait_ready("nn.Conv2d(1, 3, kernel_size=3, padding=1, padding_mode='circular')")
    screen.choose("kernel", "random")
    screen.switch("bias")
    code = "nn.Conv2d(1, 3, kernel_size=3, padding=1, bias=False, padding_mode='circular')"
    screen.wait_ready(code)
    screen.page.get_by_role("tab", name="Code").click()
    expect(screen.page.get_by_test_id("stCode")).to_be_visible()
    screen.press("End")
    screen.says("output channel 2,")

    words = parse_qs(urlsplit(screen.page.url).query)
    assert words["out_channels"] == ["3"] and "stride" not in words  # what is at its default is left out
    read = screen.read()
    screen.open_elsewhere(screen.page.url)
    screen.wait_ready(code)
    expect(screen.page.get_by_test_id("stCode")).to_be_visible()
    screen.press("End")
    screen.says("output channel 2,")
    assert screen.read() == read


NONSENSE = (
    "layer=Foo&ndim=9d&input=nope&kernel=nope&kernel_size=99&stride=0&padding=abc&padding_rule=all&groups=-1"
    "&bias=perhaps&flip=7&per_axis=x&input_index=99999&padding_mode=mirror&tab=Nothing&dilation=1e9&unknown=1"
)


def test_nonsense_in_the_address_is_dropped_with_a_sentence(screen):
    screen.open(NONSENSE)
    expect(screen.root).to_have_attribute("data-ready", "nn.Conv2d(1, 1, kernel_size=3)")
    expect(screen.alert).to_contain_text("cannot be set here")
    expect(screen.alert).to_contain_text("unknown, which is no setting of this page")
    expect(screen.page).to_have_url(re.compile(r"/convolution$"))


def test_undo_and_reset_move_widgets_and_address_by_key(screen):
    screen.open("padding=1")
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1)")
    screen.set("kernel_size", 5)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=5, stride=2, padding=1)")
    undo, reset = (screen.page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Reset"))
    undo.press("Enter")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1)")
    expect(screen.knob("kernel_size")).to_have_value("3")
    expect(screen.page).to_have_url(re.compile(r"/convolution\?padding=1&stride=2$"))
    reset.press("Enter")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3)")
    expect(screen.page).to_have_url(re.compile(r"/convolution$"))
    expect(screen.knob("padding")).to_have_value("0")
    undo.press("Enter")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1)")
    expect(screen.knob("stride")).to_have_value("2")
    screen.set("stride", 3)  # a widget that was moved goes on working
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=3, padding=1)")


def test_a_changed_knob_redraws_what_depends_on_it_alone(screen, told):
    """The menu and the title are sent once; the first change brings the way back as well."""
    page = screen.open(PLAIN).page
    told.clear()
    screen.set("stride", 2)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()
    assert not drawn(told, "number_input")
    screen.wait_idle()
    told.clear()
    screen.set("padding", 1)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1)")
    screen.wait_idle()
    assert [message.WhichOneof("type") for message in told].count("new_session") == 1  # one run
    assert "script_finished" in {message.WhichOneof("type") for message in told}
    assert "navigation" not in {message.WhichOneof("type") for message in told}
    assert not [message for message in told if message.delta.new_element.heading.body == "Convolution"]
    assert drawn(told, "bidi_component") == 1
    assert not drawn(told, "number_input")  # the widgets stay as they are
    told.clear()
    screen.choose("kernel", "typed")
    expect(page.locator(".st-key-kernel_text textarea")).to_be_visible()
    screen.wait_idle()
    assert drawn(told, "number_input")  # and are drawn where others come
    assert "navigation" not in {message.WhichOneof("type") for message in told}
    page.get_by_role("radio", name="ConvTranspose").or_(page.get_by_role("button", name="ConvTranspose")).click()
    expect(page.get_by_text("painted on the output", exact=False)).to_be_visible()  # so is what stands round the stage
    expect(screen.root).to_have_attribute("data-ready", re.compile("ConvTranspose2d"))
    screen.says("paints 4 cells (5 cropped)")


def drawn(told: list[ForwardMsg], kind: str) -> int:
    """How many elements of a kind were sent."""
    return sum(message.delta.new_element.WhichOneof("type") == kind for message in told)


def test_an_address_that_cannot_work_gets_its_sentence_and_a_way_out(screen):
    screen.page.goto(f"{screen.url}/convolution?kernel=random&kernel_size=11")
    expect(screen.alert).to_have_count(1)
    screen.wait_idle()
    screen.page.locator("[class*=st-key-fix] button").first.click()
    expect(screen.alert).to_have_count(0)
    screen.wait_ready()


# --- themes and motion ---


def test_the_stage_is_drawn_in_the_pages_theme_and_anew_in_another_one_at_its_place(screen):
    screen.open("input=impulse&kernel=box")
    screen.press("ArrowDown")
    for theme, veil in (("light", "#f1f2f5"), ("dark", "#1a1e27"), ("light", "#f1f2f5")):
        screen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        screen.wait_until("({ stage }, veil) => stage.colours && stage.look.veil === veil", veil)
        screen.at_step(6)
        background = screen.page.get_by_test_id("stApp").evaluate("(app) => getComputedStyle(app).backgroundColor")
        assert numbers(background)[0] < 60 if theme == "dark" else numbers(background)[0] > 200
        zero = screen.ask(  # the upper left corner of input cell (0, 0), clear of its number
            """({ stage, ui }) => {
                const { port } = stage.inputs[0];
                const [x, y] = [port.x + 4, port.y + 4].map((at) => Math.round(at * stage.ratio));
                return [...ui.base.getContext("2d").getImageData(x, y, 1, 1).data];
            }"""
        )
        assert zero[:3] == pytest.approx(numbers(background)[:3], abs=2)  # zero is the page itself
        ink = screen.readout.evaluate("(readout) => getComputedStyle(readout).color")
        assert contrast(numbers(ink), numbers(background)) > 7


def numbers(colour: str) -> list[float]:
    """The parts of ``rgb(14, 17, 23)``."""
    return [float(part) for part in re.findall(r"[\d.]+", colour)]


def contrast(ink: list[float], paper: list[float]) -> float:
    """As the web's accessibility guidelines define it, 1 to 21."""

    def luminance(colour: list[float]) -> float:
        parts = [part / 255 for part in colour[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_starts_paused_where_motion_is_unwelcome_and_plays_when_asked(alone):
    alone.open(PLAIN)
    expect(alone.root).to_have_attribute("data-playing", "false")
    alone.at_step(0)
    alone.act("toggle").click()
    advances(alone)


def test_it_pauses_when_motion_becomes_unwelcome(alone_on):
    moving = alone_on().open(PLAIN)
    advances(moving)
    moving.page.emulate_media(reduced_motion="reduce")
    expect(moving.root).to_have_attribute("data-playing", "false")


# --- moving about ---


def test_going_home_and_back_while_it_plays_leaves_a_player_that_plays(moving):
    """By the menu, and by the browser's own button."""
    page = moving.page
    home = page.get_by_role("heading", name="See convolution happen")
    moving.open()
    advances(moving)
    page.get_by_role("link", name="Home", exact=True).click()
    expect(home).to_be_visible()
    expect(moving.root).to_have_count(1)
    advances(moving)
    page.get_by_role("link", name="Convolution", exact=True).click()
    expect(page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    expect(moving.root).to_have_count(1)
    advances(moving)
    expect(moving.badge).to_contain_text("✓ = torch")
    page.go_back()
    expect(home).to_be_visible()
    expect(moving.root).to_have_count(1)
    advances(moving)


HEADED = "(words) => document.querySelector('[data-testid=stMain] h1')?.textContent.includes(words)"


def go(screen: Screen, page: str) -> None:
    """To another page by the menu on top."""
    screen.page.get_by_role("link", name=page, exact=True).click()
    screen.page.wait_for_function(HEADED, arg=page)
    screen.wait_idle()


def test_knobs_stay_with_their_page_whether_by_the_menu_or_by_the_way_back(screen):
    code = "nn.ConvTranspose1d(1, 1, kernel_size=4, stride=3)"
    scenes = {
        "Pooling": "nn.MaxPool2d(kernel_size=2, stride=2)",
        "Gating": "DesedGLU(4)",
        "Norms": "nn.BatchNorm2d(num_features=3)",
        "Flatten & Linear": "nn.Flatten()",
    }

    def is_found_again() -> None:
        screen.wait_ready(code)
        expect(screen.knob("kernel_size")).to_have_value("4")
        expect(screen.page).to_have_url(re.compile("kernel_size=4"))

    screen.open("layer=ConvTranspose&kernel_size=4&stride=3&kernel=random&seed=7&ndim=1d&input=ramp&input_size=5")
    screen.wait_ready(code)
    for page, scene in scenes.items():  # takes no knob along
        go(screen, page)
        screen.wait_ready(scene)
        expect(screen.alert).to_have_count(0)
        expect(screen.badge).to_contain_text("✓ = torch")
        if page == "Pooling":
            screen.page.go_back()
            is_found_again()
    go(screen, "Convolution")
    is_found_again()


def test_two_players_of_a_page_share_a_playhead_after_another_page_with_two(screen):
    screen.open("layer=ReLU&compare=Tanh&input=digit&maps=3", path="/gating")
    screen.press("End")
    screen.at_step(3 * 64 - 1)
    go(screen, "Pooling")
    screen.wait_ready("nn.MaxPool2d(kernel_size=2, stride=2)")
    screen.follower.wait_ready("nn.AvgPool2d(kernel_size=2, stride=2)")
    screen.press("End", "ArrowUp")
    for player in (screen, screen.follower):
        player.at_step(11)
        player.says(f"output {place_words((2, 3))}:")
    screen.page.set_viewport_size({"width": 1280, "height": 800})  # a projector's has room for all pages in the menu
    expect(screen.page.get_by_test_id("stTopNav").get_by_role("link", name="Gallery")).to_be_in_viewport()
    expect(screen.page.get_by_test_id("stTopNav").get_by_text(" more")).to_have_count(0)


def test_all_passes_of_a_gate_stand_in_one_row(screen):
    screen.page.goto(f"{screen.url}/gating?pass=dX")
    screen.wait_idle()
    passes = screen.page.locator(".st-key-pass button[data-variant]")
    expect(passes).to_have_count(6)
    tops = "(all) => all.map((one) => one.getBoundingClientRect().top)"  # at once: what is above may still arrive
    assert len({*passes.evaluate_all(tops)}) == 1
