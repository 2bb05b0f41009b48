"""What Python sends to the browser is what `static/types.d.ts` says, and the modules are checked against that."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import test_answers as answers
import test_overview_helpers as overview
import test_player_helpers as player
import test_training_scene as training
import test_viewer_helpers as viewer

from cnnviz.scenes.blob import Scene, also
from cnnviz.scenes.build import show
from cnnviz.scenes.layer import make_scene
from cnnviz.scenes.opening import Opening, opened_at
from cnnviz.scenes.request import StageView
from cnnviz.scenes.training import make_training
from cnnviz.text.language import PSEUDO, speaking

ROOT = Path(__file__).parents[1]
TSC = ROOT / ".venv" / "node_modules" / "typescript" / "bin" / "tsc"
ARRAYS = {"F32": "Float32Array", "I16": "Int16Array", "I32": "Int32Array", "U8": "Uint8Array"}


def literal(blob: bytes) -> str:
    """What `readBlob` makes of a blob, as TypeScript with its names and types and without its numbers."""
    length = int.from_bytes(blob[:8], "little")
    header = json.loads(blob[8 : 8 + length])
    meta = json.loads(header.pop("__metadata__")["scene"])
    if "padValue" in meta:
        meta["padValue"] = 0  # a word for what JSON cannot say; readBlob makes it a number
    tensors = ", ".join(
        f"{json.dumps(name)}: {{ shape: {one['shape']}, data: new {ARRAYS[one['dtype']]}() }}"
        for name, one in header.items()
    )
    return f"{{ meta: {json.dumps(meta)}, tensors: {{ {tensors} }} }}"


def some_of(kind: str) -> str:
    """The type of a blob with whichever of its tensors: those of a rule are there where the rule is."""
    return f'{{ meta: {kind}["meta"], tensors: Partial<{kind}["tensors"]> }}'


def complaints(folder: Path, code: str) -> str:
    """What the checker says to such lines, which see `types.d.ts` alone."""
    file = folder / "sent.ts"
    file.write_text(f'/// <reference path="{ROOT / "static" / "types.d.ts"}" />\n{code}')
    own = json.loads((ROOT / "tsconfig.json").read_text())["compilerOptions"]
    options = own | {"noEmit": True, "allowJs": True, "checkJs": False, "skipLibCheck": True}
    (folder / "tsconfig.json").write_text(json.dumps({"files": [str(file)], "compilerOptions": options}))
    if not TSC.exists():
        pytest.skip("There is no typescript here; `make lint` brings it.")
    command = [player.node(), str(TSC), "--project", str(folder), "--pretty", "false"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return "\n".join(line for line in done.stdout.splitlines() if "sent.ts" in line)


def lines(kind: str, blobs: dict[str, bytes]) -> str:
    return "\n".join(
        f"const _{i}: {some_of(kind)} = {literal(blob)}; // {name}" for i, (name, blob) in enumerate(blobs.items())
    )


def test_scenes(tmp_path):
    blobs = {name: make_scene(done).to_bytes() for name, done in player.runs().items()}
    blobs["opened"] = opened_at(next(iter(blobs.values())), Opening(3, "output-0-0-1-1"))
    with speaking(PSEUDO.code):
        blobs["in another language"] = make_scene(next(iter(player.runs().values()))).to_bytes()
    assert "words" in Scene.from_bytes(blobs["in another language"]).meta
    assert "words" not in Scene.from_bytes(blobs["opened"]).meta  # English is in the code
    assert complaints(tmp_path, lines("Scene", blobs)) == ""


def test_maps(tmp_path):
    seen = {name: (request, StageView(stage, 1)) for name, (request, stage) in viewer.CASES.items()}
    request, stage = viewer.CASES["lesson"]
    seen["unit"] = (request, StageView(stage, 1, (1, 2)))
    blobs = {name: show(*one).blob for name, one in seen.items()}
    assert complaints(tmp_path, lines("Maps", blobs)) == ""


def test_networks(tmp_path, monkeypatch):
    blobs = {name: overview.blob_of(name) for name in overview.CASES}
    monkeypatch.setattr(overview.flow, "EXACT", 0)
    blobs["levels"] = overview.blob_of("levels")
    assert complaints(tmp_path, lines("Flow", blobs)) == ""


def test_what_channels_answer_to(tmp_path):
    sound = answers.some_clips()
    blobs = {"examples": answers.panel().to_bytes(), "clips": answers.clips(sound).to_bytes()}
    assert complaints(tmp_path, lines("AnswersScene", blobs)) == ""


@pytest.mark.parametrize("name", ["outAxes", "groups", "tolerance"])
def test_a_renamed_field_is_noticed(name, tmp_path):
    scene = make_scene(next(iter(player.runs().values())))
    meta: dict[str, Any] = {(f"{key}_" if key == name else key): value for key, value in scene.meta.items()}
    said = complaints(tmp_path, lines("Scene", {"renamed": type(scene)(scene.tensors, meta).to_bytes()}))
    assert name in said


def test_trainings(tmp_path, monkeypatch):
    shown = {"one": ["plain"], "two": ["plain", "dense"], "normed": ["norm"], "events": ["events"], "line": ["line"]}
    blobs = {name: training.made(*names).to_bytes() for name, names in shown.items()}
    blobs["opened"] = also(blobs["one"], {"opens": {"step": 3, "stage": "s0"}})
    monkeypatch.setattr(training.scene, "MAPS", 0)
    blobs["levels"] = make_training([training.history("plain")], *training.example("plain")).to_bytes()
    assert complaints(tmp_path, lines("Training", blobs)) == ""
