"""A scene as the player tells it, step by step: its own drawing modules run in the engine and say what they draw."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cnnviz.export.engine import Engine
from cnnviz.export.fonts import STYLES, widths
from cnnviz.export.look import WIDTH, ExportError, Look
from cnnviz.export.marks import Reader, Record
from cnnviz.export.pens import paper
from cnnviz.export.plan import steps_of
from cnnviz.scenes.blob import Scene
from cnnviz.text import Message

PAPER = {"matrix": "matrix/paper"}  # modules that draw a page, by what is seen, if it is not a layer at work
FREE = Message("cnnviz, free to reuse")

OPEN = """((header, numbers, how) => {
  const page = new $.Paper(header, Uint8Array.fromBase64(numbers), JSON.parse(how));
  globalThis.page = page;
})"""


class Told:
    """Records of any step, of one scene or two; steps that follow each other share what stands still.

    Parameters
    ----------
    blob, beside : bytes
        As `Scene.to_bytes` gives it. The one beside follows: it is at the step of the first, and may be none.
    note : str
        Stands at the foot, after the settings.
    channel : int or None
        The output channel to look at; None is the step's own, in the first group.

    Raises
    ------
    ExportError
        If there is no engine, or no such channel; of a record, no such step.
    """

    def __init__(
        self, blob: bytes, look: Look, note: str = "", channel: int | None = None, beside: bytes = b""
    ) -> None:
        blobs = [blob, beside] if beside else [blob]
        self.scenes, self.look = [Scene.from_bytes(one) for one in blobs], look
        self.scene = self.scenes[0]
        self.title = " · ".join(scene.meta["title"] for scene in self.scenes)
        channels, self.steps = len(self.scene.tensors["output"]), steps_of(self.scene).count
        if channel is not None and not 0 <= channel < channels:
            raise ExportError(
                "There is no output channel {channel}. Choose one from 0 to {channels}.",
                channel=channel,
                channels=channels - 1,
            )
        wide = WIDTH / len(blobs)
        self.columns = [
            Column(one, scene, how(look, scene, note if at == 0 else "", channel if at == 0 else None, at * wide, wide))
            for at, (one, scene) in enumerate(zip(blobs, self.scenes, strict=True))
        ]
        self.height = max(column.height for column in self.columns)

    def record(self, step: int) -> Record:
        if not 0 <= step < self.steps:
            raise ExportError(
                "There is no step {step:,}. Choose one from 1 to {steps:,}.", step=step + 1, steps=self.steps
            )
        records = [column.record(step) for column in self.columns]
        return Record(
            self.height,
            tuple(mark for one in records for mark in one.still),
            tuple(mark for one in records for mark in one.moving),
            any(one.turned for one in records),
        )


class Column:
    """One scene on the page, told by an engine of its own."""

    def __init__(self, blob: bytes, scene: Scene, how: Mapping[str, Any]) -> None:
        size = int.from_bytes(blob[:8], "little")
        engine = Engine(PAPER.get(scene.meta["view"], "drawing/paper"))
        header, numbers = blob[8 : 8 + size].decode(), base64.b64encode(blob[8 + size :]).decode()
        engine.function(OPEN)(header, numbers, json.dumps(how))
        self.height = float(engine.function("(() => page.height)")())
        self.tell = engine.function("((step) => page.record(step))")
        self.reader = Reader(scene)

    def record(self, step: int) -> Record:
        return self.reader.record(self.tell(step))


def how(look: Look, scene: Scene, note: str, channel: int | None, left: float, width: float) -> dict[str, Any]:
    """What static/drawing/paper.js and its like ask of a page."""
    return {
        "width": width,
        "left": left,
        "ratio": look.width_px / WIDTH,
        "dark": look.dark,
        "text": look.text,
        "background": paper(look.dark),
        "accent": look.accent,
        "bare": not look.numbers,
        "serpentine": look.serpentine,
        "channel": channel,
        "note": " · ".join(filter(None, [scene.meta["title"], note, str(FREE)])),
        "widths": {style: widths(style) for style in STYLES},
    }
