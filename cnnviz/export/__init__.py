"""Files of a scene: pictures, films, pages, arrays, code. One kind of file is one line in `KINDS`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Literal

import numpy as np

from cnnviz.core.layers import Array
from cnnviz.core.run import Run
from cnnviz.export.animation import Estimate, Progress, animate, estimate
from cnnviz.export.arrays import npz, tensors
from cnnviz.export.atlas import atlas
from cnnviz.export.engine import INSTALL, available
from cnnviz.export.fonts import STYLES, file_of
from cnnviz.export.html import REUSE, page
from cnnviz.export.look import ExportError, Look
from cnnviz.export.notebook import notebook, script
from cnnviz.export.picture import FORMATS as STILLS
from cnnviz.export.picture import figure_of, still
from cnnviz.export.plan import Plan, steps_of
from cnnviz.scenes.blob import Scene
from cnnviz.text import Message, _, listed, speaking

__all__ = ["KINDS", "STILLS", "Estimate", "ExportError", "Look", "Plan", "Staged", "Wanted"]
__all__ += ["atlas", "estimate", "figure_of", "make", "ready", "saved"]

Family = Literal["picture", "film", "page", "numbers", "code"]


@dataclass(frozen=True, eq=False)
class Staged:
    """What is on stage, and what its files say of it.

    Attributes
    ----------
    blob : bytes
        The player's; see `Scene.to_bytes`.
    done : Run
    caption : str
        Of the input.
    seed : int
    code : str
        As `snippet` gives it; empty where there is none.
    loads : arrays by the file's name
        What the code loads.
    address : str
        Where this scene is found again; may be empty.
    opens : int or None
        The step at which a link opens it, of a scene that is told by its windows.
    more : arrays by name
        Numbers on stage besides those of the pass.
    beside : bytes
        The blob of the scene that follows this one under its playhead: in pictures, films and the page. May be empty.
    """

    blob: bytes
    done: Run
    caption: str = ""
    seed: int = 0
    code: str = ""
    loads: Mapping[str, Array] = field(default_factory=dict)
    address: str = ""
    opens: int | None = None
    more: Mapping[str, Array] = field(default_factory=dict)
    beside: bytes = b""

    @cached_property
    def scene(self) -> Scene:
        return Scene.from_bytes(self.blob)

    @property
    def language(self) -> str:
        """Code of the language in which the scene is told."""
        return str(self.scene.meta.get("words", {}).get("code", ""))

    @property
    def steps(self) -> int:
        """Of the player, from the first cell to the last."""
        return steps_of(self.scene).count

    @property
    def step(self) -> int:
        """Where the scene opens; else the last, when all is computed."""
        at, steps = self.scene.meta["at"], steps_of(self.scene)
        if self.opens is not None and not self.scene.meta.get("stamp"):
            return min(self.opens, steps.count - 1)
        if not at:
            return steps.count - 1
        cell = np.ravel_multi_index(at["cell"], self.scene.tensors["output"].shape[1:])
        return int(at["channel"] % steps.turns * steps.cells + cell)

    @property
    def words(self) -> str:
        """Torch call and input in a line, and under it where it came from."""
        what = _("{layer} on {source}", layer=self.done.layer.code(), source=self.caption)
        return "\n\n".join(filter(None, (what, self.address, str(REUSE))))

    @property
    def title(self) -> str:
        """What torch calls the layer."""
        [*_, name] = re.split(r"\.", self.done.layer.code().partition("(")[0])
        return name

    def file_name(self, ending: str) -> str:
        return f"{self.title.lower()}.{ending}"


LOOK, PLAN = Look(), Plan()


@dataclass(frozen=True)
class Wanted:
    """How a file is to be.

    Attributes
    ----------
    step : int or None
        Of a picture, in the order of the player, from 0; None is `Staged.step`.
    """

    look: Look = LOOK
    step: int | None = None
    plan: Plan = PLAN


Make = Callable[[Staged, Wanted, Progress], bytes]


@dataclass(frozen=True)
class Kind:
    """One kind of file: what it is in words, its type for the browser, and how it is made."""

    words: Message
    mime: str
    family: Family
    make: Make


def picture(form: Literal["png", "svg", "pdf"]) -> Make:
    def made(staged: Staged, wanted: Wanted, progress: Progress) -> bytes:
        step = staged.step if wanted.step is None else wanted.step
        return still(staged.blob, wanted.look, step, form, beside=staged.beside)

    return made


def motion(form: Literal["gif", "mp4"]) -> Make:
    return lambda staged, wanted, progress: animate(
        staged.blob, wanted.look, wanted.plan, form, progress, staged.beside
    )


def saved(array: Array) -> bytes:
    """As ``np.load`` reads it."""
    data = BytesIO()
    np.save(data, array)
    return data.getvalue()


KINDS: dict[str, Kind] = {
    "png": Kind(Message("Picture (PNG)"), "image/png", "picture", picture("png")),
    "svg": Kind(Message("Picture to scale and edit (SVG)"), "image/svg+xml", "picture", picture("svg")),
    "pdf": Kind(Message("Picture to print (PDF)"), "application/pdf", "picture", picture("pdf")),
    "gif": Kind(Message("Film for slides and chats (GIF)"), "image/gif", "film", motion("gif")),
    "mp4": Kind(Message("Film, smaller (MP4)"), "video/mp4", "film", motion("mp4")),
    "html": Kind(
        Message("This player as a page that works offline (HTML)"),
        "text/html",
        "page",
        lambda s, *_: page(s.blob, s.title, s.caption, None, s.address, s.beside),
    ),
    "npz": Kind(
        Message("Numbers for NumPy (npz)"),
        "application/zip",
        "numbers",
        lambda s, *_: npz(s.done, s.seed, s.caption, dict(s.more)),
    ),
    "safetensors": Kind(
        Message("Numbers as tensors (safetensors)"),
        "application/octet-stream",
        "numbers",
        lambda s, *_: tensors(s.done, s.seed, s.caption, dict(s.more)),
    ),
    "py": Kind(Message("Code (py)"), "text/x-python", "code", lambda s, *_: script(s.code, s.title, s.words).encode()),
    "ipynb": Kind(
        Message("Notebook (ipynb)"),
        "application/x-ipynb+json",
        "code",
        lambda s, *_: notebook(s.code, s.title, s.words, {name: saved(values) for name, values in s.loads.items()}),
    ),
}


def ready(ending: str) -> None:
    """Raise `ExportError`, with what to install, if this kind of file cannot be made without what is missing here."""
    if KINDS[ending].family in ("picture", "film"):
        if not available():
            raise ExportError(INSTALL)
        for style in STYLES:
            file_of(style)


def make(staged: Staged, ending: str, wanted: Wanted, progress: Progress = lambda done, of: None) -> bytes:
    """A file of what is on stage.

    Parameters
    ----------
    ending : one of `KINDS`
    progress : (pictures done, pictures in all) -> None
        Of a film; what it raises ends it.

    Raises
    ------
    ExportError
        If there is no such kind or no such step, the file would be too large, there is no code to it, or no ffmpeg.
    """
    if ending not in KINDS:
        raise ExportError("There are no .{ending} files here. Choose {kinds}.", ending=ending[:12], kinds=listed(KINDS))
    kind = KINDS[ending]
    if kind.family == "code" and not staged.code:
        raise ExportError(
            "This scene has no code of its own, so there is no .{ending} of it. Take npz or html.", ending=ending
        )
    with speaking(staged.language):
        return kind.make(staged, wanted, progress)
