"""The page round the player: first request, knobs, settings that cannot work, the address, themes, moving about."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from asking import request_of
from page_objects import Screen, place_words, where
from playwright.sync_api import expect
from serving import serve
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cnnviz.core.layers import Conv, ConvTranspose, GroupNorm, LeakyReLU, Linear, MaxPool
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
def test_a_deep_link_as_a_pages_first_request_shows_its_scene_in_the_frame(name, visitor):
    screen = visitor.open(DEEPER[name])
    expect(screen.page.get_by_role("link", name="Home", exact=True)).to_be_visible()
    screen.press("End")
    done = show(DEEPER[name]).done
    channel, *cell = (n - 1 for n in done.y.shape[1:])
    screen.says(where(done, channel, tuple(cell)))
    assert screen.read().torch == pytest.approx(float(done.y[0, -1, -1, -1]))


def test_the_home_page_as_its_first_request_plays(visitor):
    screen = visitor.open(path="/")
    expect(screen.page.get_by_role("link", name="Convolution", exact=True)).to_be_visible()
    advances(screen)
    expect(screen.badge).to_contain_text("✓ = torch")


# --- knobs ---


def test_a_changed_stride_keeps_the_player_and_pulls_the_playhead_inside(screen):
    screen.open()
    screen.press("End", "ArrowUp")
    screen.says(f"output {place_words((4, 5))}:")
    screen.root.evaluate("(root) => (root.mark = 'the same element')")
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    screen.says(f"output {place_words((2, 2))}:")  # 3 x 3 now
    assert screen.root.evaluate("(root) => root.mark") == "the same element"
    expect(screen.root).to_have_attribute("data-playing", "false")


def test_a_playhead_that_still_fits_stays_where_it_was(screen):
    screen.open()
    screen.press("ArrowDown", "ArrowDown", "ArrowRight")
    screen.says(f"output {place_words((2, 1))}:")
    screen.set("padding", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, padding=2)")
    screen.says(f"output {place_words((2, 1))}:")


def test_a_changed_stride_does_not_stop_a_playing_player(moving):
    moving.open()
    moving.set("stride", 2)
    moving.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    expect(moving.root).to_have_attribute("data-playing", "true")


def test_switching_to_numbers_per_axis_keeps_them(screen):
    screen.open("stride=2")
    screen.switch("per_axis")
    expect(screen.knob("stride_rows")).to_have_value("2")
    screen.set("stride_columns", 3)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=(2, 3))")


# --- settings that cannot work ---


def test_a_setting_that_cannot_work_gets_a_sentence_and_a_button_that_mends_it(screen):
    """Every button of every such setting is pressed in test_pages.py."""
    screen.open("kernel=random&per_axis=true&kernel_size_rows=2")
    works = screen.root.get_attribute("data-ready")
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
    screen.open()
    screen.set("out_channels", 3)
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 3, kernel_size=3, stride=2)")
    screen.choose("kernel", "random")
    screen.set("seed", 11)
    screen.switch("bias")
    screen.wait_ready("nn.Conv2d(1, 3, kernel_size=3, stride=2, bias=False)")
    screen.choose("padding_mode", "circular")
    screen.set("padding", 1)
    screen.page.get_by_role("tab", name="Code").click()
    code = "nn.Conv2d(1, 3, kernel_size=3, stride=2, padding=1, bias=False, padding_mode='circular')"
    screen.wait_ready(code)
    expect(screen.page.get_by_test_id("stCode")).to_be_visible()
    screen.press("End")
    screen.says("output channel 2,")

    words = parse_qs(urlsplit(screen.page.url).query)
    assert words["stride"] == ["2"] and "dilation" not in words  # what is at its default is left out
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


def drawn(told: list[ForwardMsg], kind: str) -> int:
    """How many elements of a kind were sent."""
    return sum(message.delta.new_element.WhichOneof("type") == kind for message in told)


def test_another_layer_brings_its_own_explanation(screen):
    """What stands round the stage is drawn anew where it would be another."""
    page = screen.open(PLAIN).page
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()
    screen.wait_idle()
    page.get_by_role("radio", name="ConvTranspose").or_(page.get_by_role("button", name="ConvTranspose")).click()
    expect(page.get_by_text("painted on the output", exact=False)).to_be_visible()
    expect(screen.root).to_have_attribute("data-ready", re.compile("ConvTranspose2d"))


def test_an_address_that_cannot_work_gets_its_sentence_and_a_way_out(screen):
    screen.page.goto(f"{screen.url}/convolution?kernel=random&kernel_size=11")
    expect(screen.alert).to_have_count(1)
    screen.wait_idle()
    screen.page.locator("[class*=st-key-fix] button").first.click()
    expect(screen.alert).to_have_count(0)
    screen.wait_ready()


# --- themes and motion ---


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stage_is_drawn_in_the_pages_theme(theme, open_tab, app_url):
    screen = Screen(open_tab(color_scheme=theme, reduced_motion="reduce"), app_url).open("input=impulse&kernel=box")
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


def test_another_theme_repaints_the_stage_and_keeps_the_playhead(screen):
    screen.open()
    screen.press("ArrowDown")
    screen.at_step(6)
    for theme in ("dark", "light"):
        screen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        screen.wait_until(
            "({ stage }, dark) => stage.colours && stage.look.veil === (dark ? '#1a1e27' : '#f1f2f5')", theme == "dark"
        )
        screen.at_step(6)


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
    page = moving.page
    moving.open()
    for _ in range(2):
        advances(moving)
        page.get_by_role("link", name="Home", exact=True).click()
        expect(page.get_by_role("heading", name="See convolution happen")).to_be_visible()
        expect(moving.root).to_have_count(1)
        advances(moving)
        page.get_by_role("link", name="Convolution", exact=True).click()
        expect(page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
        expect(moving.root).to_have_count(1)
    advances(moving)
    expect(moving.badge).to_contain_text("✓ = torch")


def test_the_browsers_back_button_returns_to_the_page_before(screen):
    screen.open(path="/")
    screen.page.get_by_role("link", name="Convolution", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    screen.page.go_back()
    expect(screen.page.get_by_role("heading", name="See convolution happen")).to_be_visible()
    screen.wait_ready()


def test_the_way_back_finds_the_knobs_that_the_address_names(screen):
    screen.open("kernel_size=5&stride=2")
    screen.page.get_by_role("link", name="Pooling", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Pooling")).to_be_visible()
    screen.wait_idle()
    screen.page.go_back()
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=5, stride=2)")
    expect(screen.knob("kernel_size")).to_have_value("5")
    assert "kernel_size=5" in screen.page.url


HEADED = "(words) => document.querySelector('[data-testid=stMain] h1')?.textContent.includes(words)"


def go(screen: Screen, page: str) -> None:
    """To another page by the menu on top."""
    screen.page.get_by_role("link", name=page, exact=True).click()
    screen.page.wait_for_function(HEADED, arg=page)
    screen.wait_idle()


def test_going_from_page_to_page_takes_no_knob_along(screen):
    screen.open("layer=ConvTranspose&kernel_size=4&stride=3&kernel=random&seed=7&ndim=1d&input=ramp&input_size=5")
    scenes = {
        "Pooling": "nn.MaxPool2d(kernel_size=2, stride=2)",
        "Gating": "DesedGLU(4)",
        "Norms": "nn.BatchNorm2d(num_features=3)",
        "Flatten & Linear": "nn.Flatten()",
    }
    for page, scene in scenes.items():
        go(screen, page)
        screen.wait_ready(scene)
        expect(screen.alert).to_have_count(0)
        expect(screen.badge).to_contain_text("✓ = torch")


def test_all_pages_stand_in_the_menu_of_a_projector(open_tab, app_url):
    page = open_tab(viewport={"width": 1280, "height": 800})
    Screen(page, app_url).open(path="/pooling")
    expect(page.get_by_test_id("stTopNav").get_by_role("link", name="Gallery")).to_be_in_viewport()
    expect(page.get_by_test_id("stTopNav").get_by_text(" more")).to_have_count(0)


def test_a_page_that_is_left_finds_its_own_knobs_again(screen):
    screen.open("kernel_size=4&stride=3&compare=false", path="/pooling")
    go(screen, "Convolution")
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3)")
    go(screen, "Pooling")
    screen.wait_ready("nn.MaxPool2d(kernel_size=4, stride=3)")
    expect(screen.knob("kernel_size")).to_have_value("4")
    expect(screen.page).to_have_url(re.compile("kernel_size=4"))


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


def test_a_transposed_scene_after_an_ordinary_one_is_told_by_stamps(screen):
    screen.open(request_of(Conv(), Random(), "box"))
    screen.page.get_by_test_id("stSidebar").get_by_text("ConvTranspose").click()
    screen.wait_ready(ConvTranspose().code())
    screen.says("paints 9 cells")


def test_all_passes_of_a_gate_stand_in_one_row(screen):
    screen.page.goto(f"{screen.url}/gating?pass=dX")
    screen.wait_idle()
    passes = screen.page.locator(".st-key-pass button[data-variant]")
    expect(passes).to_have_count(6)
    tops = "(all) => all.map((one) => one.getBoundingClientRect().top)"  # at once: what is above may still arrive
    assert len({*passes.evaluate_all(tops)}) == 1
