"""The viewer's pure modules, run in node on real blobs: what they look up is what Python and torch say."""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_player_helpers as player
import torch
from PIL import Image

from cnnviz.inputs.logmel import DESED, Features
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.desed import BASELINE, HEAD, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.receptive_field import INPUT, Spans, fields, spans
from cnnviz.scenes.belief import has_head
from cnnviz.scenes.build import show
from cnnviz.scenes.clip import clip_of
from cnnviz.scenes.palette import PALETTE
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.small_maps import STATISTICS, small_picture
from cnnviz.scenes.weights import Seeded

HERE = Path(__file__).parent
STATIC = HERE.parent / "static" / "viewer"
NODE_TESTS = sorted((HERE / "viewer").glob("*.test.mjs"))
PURE = [
    "places",
    "order",
    "words",
    "picture",
    "sound",
]  # others make elements, but their words can be looked at

CLIP = LogMel(seconds=1)
FEW = {"nb_filters": (4, 5, 6)}
PADDED = {"padding": (4, 4, 0), "pooling": ((2, 3), (1, 2), (2, 2))}  # the outermost units read padding alone
Case = tuple[Request, str]  # and a stage
CASES: dict[str, Case] = {
    "lesson": (Request(Desed(**FEW, training=True), CLIP, Seeded(1)), "pooling1"),
    "gate": (Request(BASELINE, CLIP), "glu2"),
    "gone": (Request(Desed(**FEW), LogMel(seconds=1, sound="speech"), Seeded(2)), "relu0"),  # many zeros
    "layer-norm": (Request(Desed(**FEW, normalization="layer"), CLIP), "conv1"),
    "padding": (Request(Desed(**FEW, **PADDED), CLIP), "conv1"),
    "hop": (
        Request(Desed(**FEW), LogMel(seconds=1, features=Features(hop_length=500, n_mels=64))),
        "pooling0",
    ),
    "head": (Request(Desed(**FEW, classes=3, head_mels=2), CLIP, Seeded(4)), "conv2"),
    "silent": (Request(Desed(**FEW), Random(size=(20, 64))), "pooling0"),
}


def unit_words(case: Case, found: dict[str, Spans], unit: tuple[int, ...]) -> dict[str, Any]:
    """A unit, what goes with it on every stage, and what of the sound it sees."""

    def span(tables: Spans) -> list[list[int]] | None:
        both = [[int(end) for end in table[at]] for table, at in zip(tables, unit, strict=True)]
        return both if all(first <= last for first, last in both) else None

    seen, sound = span(found[INPUT]), None
    features = getattr(case[0].input, "features", None)
    if seen and features:
        edges = features.edges()
        start, stop = features.span(*seen[0])
        low, high = edges[seen[1][0], 0], edges[seen[1][1], 1]
        sound = {"from": start, "to": stop, "low": float(low), "high": float(high)}
    return {"unit": unit, "spans": {name: span(tables) for name, tables in found.items()}, "sound": sound}


def centres(case: Case) -> list[dict[str, Any]]:
    """Where each unit's field has its middle on the input, padding and all, by Araujo's formula."""
    network, shape = case[0].network, case[0].input.grid().values.shape
    rows = []
    for (name, _), made, views in zip(network.stages, network.shapes(shape), fields(network), strict=True):
        for axis, (cells, view) in enumerate(zip(made[1:], views, strict=True)):
            first = np.arange(cells) * view.jump - view.before
            middle = (first + (first + view.size - 1)) / 2
            rows.append({"stage": name, "axis": axis, "cells": cells, "centres": middle.tolist()})
    return rows


def output_of(case: Case) -> np.ndarray:
    request, stage = case
    return run_network(request.network, request.input.grid().values[None], request.weights.seed)[stage].y[0]


def orders(case: Case) -> dict[str, list[int]]:
    """Channels by every statistic of torch's output, the largest first."""
    values = output_of(case)
    flat = values.reshape(len(values), -1)
    columns = {"mean": flat.mean(1), "max": flat.max(1), "variance": flat.var(1), "zeros": (flat == 0).mean(1)}
    return {name: np.argsort(-column, kind="stable").tolist() for name, column in columns.items()}


def stretches(case: Case) -> list[dict[str, Any]]:
    """Of some stretches of the input: which frames of the small pictures lie inside, and what tells them apart."""
    (request, stage), values = case, output_of(case)
    grid = request.input.grid()
    middle = next(row["centres"] for row in centres(case) if row["stage"] == stage and row["axis"] == 0)
    levels = small_picture(values)[0].astype(np.float64)  # (channels, frames, mels)
    block = -(-values.shape[1] // levels.shape[1])
    at = np.array([np.mean(middle[i : i + block]) for i in range(0, values.shape[1], block)])
    frames, found = grid.values.shape[1], []
    for low, high in ((0.1, 0.4), (0.5, 0.52), (0, 1), (0.9, 2)):
        inside = (at >= low * frames) & (at <= high * frames)
        row = {"from": low * frames, "to": high * frames, "inside": inside.tolist()}
        peaks = levels.max(axis=2)  # (channels, frames)
        other = (at >= 0.3 * frames) & (at <= 0.6 * frames)
        told = [area(one[inside & ~other], one[other & ~inside]) for one in peaks]
        row |= {"other": [0.3 * frames, 0.6 * frames], "told": told}
        found.append({**row, "rest": [area(one[inside], one[~inside]) for one in peaks]})
    return found


def area(ours: np.ndarray, theirs: np.ndarray) -> float | None:
    """How often one of the first is larger than one of the second, by all pairs; None where there is none."""
    if not ours.size or not theirs.size:
        return None
    return float(np.mean((ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)))


def likely(case: Case) -> list[list[float]] | None:
    """Torch's sigmoid of what the head gives, (classes, frames); None where there is no head."""
    request, _ = case
    if not has_head(request.network):
        return None
    done = run_network(request.network, request.input.grid().values[None], request.weights.seed)
    scores = torch.from_numpy(done[HEAD].y[0, :, :, 0].copy())
    rows: list[list[float]] = torch.sigmoid(scores).tolist()
    return rows


def truth(case: Case) -> dict[str, Any]:
    request, stage = case
    network, shape = request.network, request.input.grid().values.shape
    found = spans(network, shape, stage)
    sizes = network.upto(stage).shapes(shape)[-1][1:]
    every = np.stack(np.meshgrid(*(np.linspace(0, n - 1, 7, dtype=int) for n in sizes)), axis=-1).reshape(-1, 2)
    units = [unit_words(case, found, tuple(map(int, unit))) for unit in every]
    return {
        "likely": likely(case),
        "units": units,
        "centres": centres(case),
        "orders": orders(case),
        "stretches": stretches(case),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blobs of the viewer, and the truth of each."""
    made = tmp_path_factory.mktemp("viewer")
    for name, (request, stage) in CASES.items():
        (made / f"{name}.blob").write_bytes(show(request, StageView(stage, 1)).blob)
        (made / f"{name}.json").write_text(json.dumps(truth((request, stage))))
    return made


@pytest.mark.parametrize("file", NODE_TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_node(file, folder):
    player.test_in_node(file, folder)


def test_every_pure_module_has_tests():
    assert {*PURE, "build", "belief"} == {file.name.removesuffix(".test.mjs") for file in NODE_TESTS}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_touches_no_page(name):
    assert not re.findall(r"\b(document|window|canvas|getContext)\b", player.code(STATIC / f"{name}.js"))


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_the_viewer_fetches_nothing_and_writes_no_markup(path):
    player.test_the_player_fetches_nothing_and_writes_no_markup(path)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_the_viewer_never_derives_a_window_again(path):
    player.test_the_browser_never_derives_a_window_again(path)


def test_a_bitmap_is_read_by_others_as_it_was_meant():
    """Pillow knows the format from elsewhere: lines from the top, red before blue, and how far a pixel is there."""
    script = f"""
        import {{ bitmapOf, inkOf, pixelsOf }} from "{STATIC.as_uri()}/picture.js";
        const ink = inkOf({json.dumps(PALETTE["signed"]["light"])});
        process.stdout.write(bitmapOf(pixelsOf([0, 127, 254, 60, 255, 200], [2, 3], ink), 2));
    """
    command = [player.node(), "--input-type=module", "--eval", script]
    file = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    image = np.asarray(Image.open(io.BytesIO(file)).convert("RGBA"))
    assert image.shape == (3, 2, 4)  # mels downwards, frames, colours
    stops = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in PALETTE["signed"]["light"]]
    np.testing.assert_array_equal(image[2, 0], [*stops[0], 255])
    np.testing.assert_array_equal(image[0, 0], [*stops[-1], 255])
    np.testing.assert_array_equal(image[1, 1, :3], [128] * 3)
    assert (image[[0, 2], 1, 3] == 255).all()


def test_the_cases_have_what_the_tests_look_for():
    assert clip_of(CASES["silent"][0].input).features is None
    assert clip_of(CASES["hop"][0].input).features != DESED
    assert set(orders(CASES["lesson"])) <= set(STATISTICS)


def test_what_small_pictures_tell_apart_torchs_own_output_does():
    case = CASES["lesson"]
    values = output_of(case)
    half = values.shape[1] // 2
    levels = small_picture(values)[0].astype(np.float64)
    assert levels.shape == values.shape  # no blocks of cells
    for small, full in zip(levels.max(axis=2), values.astype(np.float64).max(axis=2), strict=True):
        assert area(small[:half], small[half:]) == pytest.approx(area(full[:half], full[half:]), abs=0.02)
