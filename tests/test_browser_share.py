"""Taking a scene away in a real browser: the step on stage, films made and called off, a link that comes back."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from alone import PlayerAlone
from asking import request_of
from page_objects import Screen
from PIL import Image
from playwright.sync_api import expect

from cnnviz.content.address import PACKED
from cnnviz.core.layers import Conv, ConvTranspose
from cnnviz.inputs.samples import Digit

PLAIN = request_of(Conv(), Digit(), "sobel_x")


def tab(screen: Screen):
    return screen.page.get_by_role("tab", name="Share")


def saved(screen: Screen, ending: str = "") -> Path:
    """What the browser gets when the file is asked for; its button may still be that of another kind."""
    with screen.page.expect_download() as found:
        screen.page.get_by_role("button", name=re.compile(f"Download .*{ending}$")).click()
    return found.value.path()


def shared(player: PlayerAlone) -> int:
    """The step that a player asks its page to share, as people count."""
    player.act("share").click()
    [name, said] = player.told()[-1]
    assert name == "shared"
    return int(said["step"]) + 1


def test_of_a_walk_there_and_back_files_count_the_rows_one_way(alone):
    alone.open(PLAIN)
    alone.page.get_by_label("serpentine").check()
    alone.press("Home", *["ArrowDown"] * 6)  # row 6 does not exist; the last one is walked backwards
    place = alone.ask("(player) => player.here().cell")
    assert shared(alone) == place[1] * 6 + place[2] + 1


@pytest.mark.parametrize(
    ("layer", "keys", "step"),
    [
        (Conv(), "Home", 1),
        (Conv(1, 2), "End ArrowLeft", 71),  # of the second channel, behind all 36 cells of the first
        (ConvTranspose(), "Home", 100),  # of stamps all: a cell is painted several times
    ],
)
def test_every_step_that_a_file_can_have_is_shared(alone, layer, keys, step):
    alone.open(request_of(layer, Digit()))
    alone.press(*keys.split())
    assert shared(alone) == step


def test_of_a_pinned_cell_its_own_step_is_shared(alone):
    alone.open(PLAIN)
    alone.page.mouse.click(*alone.locate("output", 0, (2, 3)))
    assert shared(alone) == 2 * 6 + 3 + 1


def test_a_shared_step_and_its_pinned_cell_stand_in_the_link_and_open_there(screen):
    screen.open("stride=2")
    screen.press("Home", "ArrowRight", "ArrowRight")
    screen.page.mouse.click(*screen.locate("input", 0, (2, 3)))
    screen.leave()
    screen.act("share").click()
    expect(screen.page).to_have_url(re.compile(r"step=3"))
    code = screen.page.get_by_test_id("stCode").first
    expect(code).to_contain_text("step=3")
    link = code.inner_text()
    said = dict(parse_qsl(urlsplit(link).query))
    assert said == {"stride": "2", "step": "3", "pin": "input-0-0-2-3"}
    expect(screen.page.get_by_label("step", exact=True)).to_have_value("3")  # people count from 1
    picture = Image.open(saved(screen))
    assert (picture.format, picture.width) == ("PNG", 1600)
    read = screen.readout.inner_text()
    assert read.startswith("pinned")
    screen.page.emulate_media(reduced_motion="no-preference")  # where it would play
    screen.open_elsewhere(f"{screen.url}/convolution?{urlsplit(link).query}")
    screen.at_step(2)
    screen.says("pinned")
    assert not screen.is_playing()
    assert screen.readout.inner_text() == read
    screen.set("stride", 1)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3)")
    expect(screen.page).to_have_url(re.compile(r"/convolution$"))


def test_a_link_carries_the_players_own_knobs(screen):
    """Told by windows, with colours of each map, and with the second of two maps alone."""
    screen.open("layer=ConvTranspose&kernel=ones&stride=2&input=random&input_size=4&input_channels=2&tab=Share")
    screen.act("view").select_option("gather")
    screen.act("scale").select_option("map")
    screen.press("m")
    screen.press("m")
    screen.act("share").click()
    expect(screen.page).to_have_url(re.compile(r"look=view-gather_scale-map_enlarged-1"))
    for link in (screen.page.url, ""):
        expect(screen.act("view")).to_have_value("gather")
        expect(screen.act("scale")).to_have_value("map")
        looks = "(player) => [player.stage.stamping, player.stage.scaleChoice, player.stage.enlarged]"
        assert screen.ask(looks) == [False, "map", 1]
        if link:
            screen.open_elsewhere(link)


def test_a_film_goes_on_while_a_knob_is_turned_and_is_called_off_and_made(screen):
    screen.open("input=photo&tab=Share")
    screen.choose("_file", "Film for slides and chats (GIF)")
    told = screen.page.get_by_text("pictures,")
    screen.set("_most", 3000)
    expect(told).to_contain_text("2,9")
    screen.wait_idle()
    screen.page.get_by_role("button", name="Make the film").click()
    expect(screen.page.get_by_text("Picture ").first).to_be_visible()
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    screen.press("End")
    expect(screen.badge).to_contain_text("= torch")
    expect(screen.page.get_by_text("Picture ").first).to_be_visible()
    screen.page.get_by_role("button", name="Cancel").click()
    expect(screen.page.get_by_role("button", name="Cancel")).to_have_count(0)
    screen.wait_idle()
    expect(screen.page.get_by_role("button", name="Download")).to_have_count(0)

    screen.set("_most", 5)
    expect(told).to_contain_text("5 pictures, ")
    screen.wait_idle()
    screen.page.get_by_role("button", name="Make the film").click()
    expect(screen.page.get_by_role("button", name="Download")).to_be_visible()
    film = Image.open(BytesIO(saved(screen).read_bytes()))
    assert (film.format, film.n_frames, film.width) == ("GIF", 5, 800)


def test_the_link_brings_the_screen_back(screen):
    rows = "\n".join(" ".join(str((i * 3 + j) % 10) for j in range(24)) for i in range(24))
    screen.open("input=typed&tab=Share&stride=2")
    screen.page.get_by_role("textbox", name="text", exact=True).fill(rows)
    screen.page.get_by_role("textbox", name="text", exact=True).press("Control+Enter")
    expect(screen.page.locator("[data-testid=stCode]").first).to_contain_text(f"{PACKED}=")
    screen.wait_until("({ scene }) => scene.meta.shapes.input === '(1, 1, 24, 24)'")
    link = screen.page.locator("[data-testid=stCode]").first.inner_text().strip()
    shown = screen.ask("(player) => [...player.scene.tensors.output.data]")
    screen.open_elsewhere(link)
    assert screen.ask("(player) => [...player.scene.tensors.output.data]") == shown
    expect(screen.knob("stride")).to_have_value("2")
    expect(tab(screen)).to_have_attribute("aria-selected", "false")


def test_the_player_as_a_page_a_code_for_phones_and_a_frame_for_other_pages(screen):
    screen.open("stride=3&tab=Share")
    screen.choose("_file", "This player as a page that works offline (HTML)")
    page = saved(screen, "html").read_text()
    assert "nn.Conv2d(1, 1, kernel_size=3, stride=3)" in page
    assert f"{screen.url}/convolution?stride=3" in page
    screen.page.get_by_role("button", name="QR code").click()
    expect(screen.page.locator("[data-testid=stPopoverBody] img, [data-testid=stPopoverBody] svg").last).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("button", name="Embed").click()
    frame = screen.page.locator("[data-testid=stPopoverBody] code").last
    expect(frame).to_contain_text("embed=true")
    expect(frame).to_contain_text("stride=3")
