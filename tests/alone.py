"""The browser's side by itself: the player, the viewer and the overview on an empty page, with no app behind it.

Nothing listens anywhere: the page and its one script are answered from here, and scenes are handed over as the app
hands them over. What a part of the page tells its server is written down.
"""

import base64
from collections.abc import Sequence
from typing import Any

from page_objects import Screen, title_of
from playwright.sync_api import Browser, Page, Route
from tabs import FORGET, Tab

from cnnviz.export.html import look
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.request import Request
from cnnviz.web.components.component import program
from cnnviz.web.components.matrix import ROOM as MATRIX_ROOM
from cnnviz.web.components.player import ROOM
from cnnviz.web.components.training import ROOM as TRAINING_ROOM

ADDRESS = "http://127.0.0.1/"  # of nobody
PLAYER, MATRIX, TRAINING = "player/player", "matrix/matrix", "training/training"

# As wide as the app leaves room for on a laptop, in a frame that scrolls, each part in a shadow tree of its own.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>cnnviz</title>
<style>
LOOK
body { margin: 0; padding: 0; max-width: none; }
main { display: block; height: 100vh; overflow-y: auto; }
main > div { display: flex; gap: 16px; padding: 90px clamp(16px, 6vw, 80px) 60vh; }
main > div > * { flex: 1; min-width: 0; }
@media (max-width: 640px) { main > div { flex-direction: column; } }
</style></head>
<body><main><div></div></main>
<script type="module">
import * as program from "/program.js";
window.cnnviz = new Map([["/program.js", Promise.resolve(program)]]); // where the app's loader keeps it
const running = [];
window.told = [];

/** Make room for parts of the page, in the place of those that are there: [their attributes]. */
window.clear = (rooms) => {
  for (const { stop } of running.splice(0)) stop?.();
  window.told = [];
  document.querySelector("main > div").replaceChildren(...rooms.map((room) => {
    const host = document.createElement("div");
    host.attachShadow({ mode: "open" }).innerHTML = `<style></style><div class="cnnviz" ${room}></div>`;
    running.push({ root: host.shadowRoot.lastChild });
    return host;
  }));
};

/** Hand data to a part of the page. */
window.give = (module, at, data) => {
  const room = running[at];
  room.root.previousSibling.textContent = program.styles[module];
  room.stop = program.parts[module].play(room.root, data, { tell: (name, value) => told.push([name, value]) });
};

/** Hand a scene to a part of the page, as bytes that begin at no round place. */
window.hand = (module, at, text) => {
  const data = atob(text);
  const bytes = new Uint8Array(new ArrayBuffer(data.length + 1), 1);
  for (let i = 0; i < data.length; i++) bytes[i] = data.charCodeAt(i);
  give(module, at, bytes);
};
document.documentElement.dataset.ready = "";
</script></body></html>
"""


def answer(route: Route) -> None:
    """The page, and its script."""
    if route.request.url == f"{ADDRESS}program.js":
        route.fulfill(body=program(), content_type="text/javascript")
    else:
        route.fulfill(body=PAGE.replace("LOOK", look()), content_type="text/html")


def empty(page: Page) -> Page:
    """The same page, on which nothing stands yet."""
    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    page.locator("html[data-ready]").wait_for()
    return page


class Bare(Tab):
    """A tab with the empty page, which stays; what was put there goes."""

    def __init__(self, browser: Browser, device: dict[str, Any]):
        super().__init__(browser, device)
        empty(self.page)
        self.watch.forget()

    def clear(self) -> None:
        self.page.evaluate(f"() => {{ clear([]); {FORGET}; }}")
        asked = self.watch.requests[:]
        self.watch.check()
        assert not asked, asked


def put(page: Page, module: str, scenes: Sequence[tuple[str, bytes]]) -> None:
    """Show scenes beside each other, each in a part of the page with these attributes; what was there goes."""
    page.evaluate("(rooms) => clear(rooms)", [room for room, _ in scenes])
    for at, (_, blob) in enumerate(scenes):
        hand(page, module, blob, at)


def hand(page: Page, module: str, blob: bytes, at: int = 0) -> None:
    """Another scene for a part that is there, as after a changed knob."""
    page.evaluate("(given) => hand(...given)", [module, at, base64.b64encode(blob).decode()])


class PlayerAlone(Screen):
    """A player, or two that are compared, with a scene each: ``player.open(request_of(...))``."""

    def __init__(self, page: Page, role: str = ":not([data-role=follows])"):
        super().__init__(page, ADDRESS, role)

    @property
    def follower(self) -> "PlayerAlone":
        return PlayerAlone(self.page, "[data-role=follows]")

    def wait_idle(self) -> None:
        """Nothing runs elsewhere."""

    def open(self, scene: Request | bytes, beside: Request | bytes | None = None) -> "PlayerAlone":  # type: ignore[override]
        """Put a scene on a new player, pointing nowhere; and another one on a player that follows."""
        self.leave()
        scenes = {"": scene} if beside is None else {"leads": scene, "follows": beside}
        put(self.page, PLAYER, [(ROOM.format(role=role), blob_of(one)) for role, one in scenes.items()])
        self.wait_ready(title_of(scene) if isinstance(scene, Request) else "")
        if beside is not None:
            self.follower.wait_ready(title_of(beside) if isinstance(beside, Request) else "")
        return self

    def change(self, scene: Request | bytes, at: int = 0) -> None:
        """Another scene for the same player, as after a changed knob."""
        hand(self.page, PLAYER, blob_of(scene), at)
        self.settle()

    def told(self) -> list[Any]:
        """What was told to the server."""
        return list(self.page.evaluate("told"))


class MatrixAlone(Screen):
    """A convolution as matrices: ``matrix.open(blob)``."""

    def __init__(self, page: Page):
        super().__init__(page, ADDRESS, "[data-role=matrix]")

    def wait_idle(self) -> None:
        """Nothing runs elsewhere."""

    def open(self, blob: bytes) -> "MatrixAlone":  # type: ignore[override]
        self.leave()
        put(self.page, MATRIX, [(MATRIX_ROOM, blob)])
        self.wait_ready()
        return self

    def point(self, panel: str, *at: int) -> str:
        """Hover a number; what the sentence says of it then."""
        self.stage.scroll_into_view_if_needed()
        x, y = self.ask("(matrix, [panel, at]) => matrix.locate(panel, at)", [panel, at])
        self.page.mouse.move(x, y)
        self.settle()
        return self.readout.inner_text()

    def lit(self) -> dict[str, Any]:
        """What is shown, as the address would have it."""
        return dict(self.ask("(matrix) => ({ shown: matrix.shown(), step: matrix.step, row: matrix.row })"))


class TrainingAlone(Screen):
    """A network while it learns: ``watched.open(blob)``."""

    def __init__(self, page: Page):
        super().__init__(page, ADDRESS, "[data-role=training]")

    def wait_idle(self) -> None:
        """Nothing runs elsewhere."""

    def open(self, blob: bytes) -> "TrainingAlone":  # type: ignore[override]
        self.leave()
        put(self.page, TRAINING, [(TRAINING_ROOM, blob)])
        self.wait_ready()
        return self

    def change(self, blob: bytes) -> None:
        """More of the same training."""
        hand(self.page, TRAINING, blob)
        self.settle()

    def point(self, name: str, r: int, *at: int) -> str:
        """Hover a number of a picture: filter, channel, row and column; what the sentence says then."""
        spot = dict(zip(("filter", "channel", "row", "column"), at, strict=True)) | {"name": name, "r": r}
        _, y = self.ask("(watching, spot) => watching.locate(spot)", spot)
        self.page.evaluate("(by) => document.querySelector('main').scrollBy(0, by)", y - 250)  # above what sticks below
        x, y = self.ask("(watching, spot) => watching.locate(spot)", spot)
        self.page.mouse.move(x, y)
        self.settle()
        return self.readout.inner_text()

    def told(self) -> list[Any]:
        """What was told to the server."""
        return list(self.page.evaluate("told"))


def blob_of(scene: Request | Shown | bytes) -> bytes:
    if isinstance(scene, bytes):
        return scene
    return (scene if isinstance(scene, Shown) else show(scene)).blob
