"""Record the moving picture of the README and the cards of the home page, from the app itself.

    .venv/bin/python docs/record.py [URL]

URL is a running app, http://127.0.0.1:8501 by default.
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from find_browser import find  # noqa: E402

from cnnviz.content.links import Card  # noqa: E402
from cnnviz.content.presets import CARDS  # noqa: E402

CARD_WIDTH = 640  # pixels
WIDE = ("spectrogram", "network")  # pages whose pictures lie in a row
GIF_WIDTH = 900
GAP = 12  # pixels between two parts of a card
STEPS = 30  # of the moving picture


def open_scene(browser: Browser, url: str, theme: str, scene: str, size: tuple[int, int]) -> Page:
    """A scene, given as page and query, paused at its first step."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{url}/{scene}")
    page.locator(".cnnviz[data-ready]:not([data-role=list])").wait_for()
    page.evaluate("document.fonts.ready")
    page.locator('.cnnviz[data-playing="false"], .cnnviz:has(.viewer)').wait_for()
    return page


def picture(page: Page, selector: str) -> Image.Image:
    return Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")


def record_card(browser: Browser, url: str, card: Card, theme: str) -> None:
    """A still from the middle of the scene."""
    page = open_scene(browser, url, theme, card.address, (1600 if card.page in WIDE else 1180, 900))  # no foot sticks
    if page.locator(".overview").count():
        save(picture(page, ".columns"), card, theme)
        page.close()
        return
    if page.locator(".viewer").count():
        parts = [picture(page, part) for part in (".clip", ".planes")]
        still = Image.new("RGB", (parts[0].width, sum(part.height for part in parts) + GAP), parts[0].getpixel((0, 0)))
        still.paste(parts[0], (0, 0))
        still.paste(parts[1], (0, parts[0].height + GAP))
        save(still, card, theme)
        page.close()
        return
    scrub = page.locator("[data-act=scrub]")
    scrub.fill(str(int(int(scrub.get_attribute("max") or 0) * 0.42)))
    page.wait_for_timeout(400)  # the canvas is drawn with the next frame
    save(picture(page, ".stage"), card, theme)
    page.close()


def save(still: Image.Image, card: Card, theme: str) -> None:
    still.thumbnail((CARD_WIDTH, CARD_WIDTH))
    still.save(ROOT / "static" / "cards" / f"{card.name}-{theme}.webp", quality=85)


def record_gif(browser: Browser, url: str) -> None:
    """The first scene, step by step, with its sentence."""
    page = open_scene(browser, url, "light", "convolution?input=digit", (1280, 900))
    frames = []
    for _ in range(STEPS):
        page.wait_for_timeout(120)
        frames.append(picture(page, ".cnnviz"))
        page.locator("[data-act=next]").click()
    width, height = (
        frames[0].width,
        page.locator(".options:not(.gates)").bounding_box()["y"] - page.locator(".cnnviz").bounding_box()["y"],
    )
    frames = [f.crop((0, 0, width, int(height))) for f in frames]
    small = [f.resize((GIF_WIDTH, round(f.height * GIF_WIDTH / f.width)), Image.Resampling.LANCZOS) for f in frames]
    palette = Image.fromarray(np.concatenate([np.asarray(f) for f in small[::6]])).quantize(128)
    small = [f.quantize(palette=palette, dither=Image.Dither.NONE) for f in small]
    small[0].save(
        ROOT / "docs" / "convolution.gif", save_all=True, append_images=small[1:], duration=550, loop=0, optimize=True
    )
    page.close()


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for one in CARDS:
            for mode in ("light", "dark"):
                record_card(chromium, address, one, mode)
        record_gif(chromium, address)
