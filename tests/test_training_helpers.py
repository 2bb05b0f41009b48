"""The pure modules of a training, run in node on real blobs: what they look up is what the moments hold."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_player_helpers as player
from test_training_scene import RECIPES, history, made

from cnnviz.scenes.learned import learned

STATIC = Path(__file__).parents[1] / "static" / "training"
PURE = ["course", "scales", "arrange", "layout", "walking"]
ASK = """
import { readFileSync } from "node:fs";
import { readBlob } from "STATIC/drawing/blob.js";
import { Board } from "STATIC/training/board.js";
import { across, boxAt, cellAt, mosaic, tiles } from "STATIC/training/arrange.js";
import { Course, PICTURES } from "STATIC/training/course.js";
import { layoutTraining } from "STATIC/training/layout.js";
import { nice, thinned, timeMarks, timeScale, topOf } from "STATIC/training/scales.js";
import { walk } from "STATIC/training/walking.js";

const course = process.argv[2] ? new Course(readBlob(new Uint8Array(readFileSync(process.argv[2])))) : null;
const range = (n) => Array.from({ length: n }, (_, i) => i);
const given = JSON.parse(process.argv[3] ?? "null");
const all = (shape) => shape.reduce((places, n) => places.flatMap((at) => range(n).map((i) => [...at, i])), [[]]);
console.log(JSON.stringify((() => { BODY })()));
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")

    def asked(body: str, *names: str, given: Any = None) -> Any:
        (folder / "ask.mjs").write_text(ASK.replace("STATIC", STATIC.parent.as_uri()).replace("BODY", body))
        (folder / "blob").write_bytes(blob(*names) if names else b"")
        command = [player.node(), str(folder / "ask.mjs"), str(folder / "blob") if names else "", json.dumps(given)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return asked


@cache
def blob(*names: str) -> bytes:
    return made(*names).to_bytes()


VALUES = """
const { shape } = course.tensor(given.name, 0, given.layer);
const places = given.name === "map" ? all([shape[1], 1, ...shape.slice(2)]) : all(shape.slice(1));
return places.map(([filter, channel, row, column]) => {
  const spot = { name: given.name, r: 0, filter, channel, row, column };
  const place = given.name === "map" ? null : course.placeOf(spot, given.layer);
  return [place, place || given.name === "map" ? course.valueOf(spot, given.tick, given.layer) : null];
});
"""


@pytest.mark.parametrize("name", RECIPES)
def test_every_number_says_where_it_stands_in_torchs_weight(ask, name):
    one = history(name)
    for j, layer in enumerate(learned(one.recipe.network, one.recipe.data.shape, one.moments[0].state)):
        found = ask(VALUES, name, given={"name": "kernel", "layer": j, "tick": 5})
        weight = one.moments[5].state[layer.key]
        places = [tuple(place) for place, _ in found if place]
        assert sorted(places) == sorted(np.ndindex(weight.shape))
        assert all(value == weight[tuple(place)] for place, value in found if place)


def test_a_layer_that_another_network_does_not_have_is_its_last(ask):
    layers = len(made("plain").meta["layers"])
    load = "const one = Object.assign(new Board(), { layer }); one.load(course); return one.layer;"
    body = f"return given.map((layer) => {{ {load} }})"
    assert ask(body, "plain", given=[0, layers - 1, layers, 99]) == [0, *[layers - 1] * 3]


def test_a_row_that_is_folded_ends_in_nothing(ask):
    spot = {"name": "kernel", "r": 0, "filter": 2, "channel": 0, "row": 0}
    body = "return [1, 7].map((column) => course.placeOf({ ...given, column }, 1))"
    assert ask(body, "dense", given=spot) == [[2, 1], None]


def test_every_number_of_a_map_is_the_maps(ask):
    found = ask(VALUES, "events", given={"name": "map", "layer": 0, "tick": 4})
    assert [value for _, value in found] == made("events").tensors["map.0.0"][4].ravel().tolist()


def test_between_two_moments_numbers_glide_and_at_one_they_are_its_own(ask):
    body = "return [0, 0.25, 1].map((part) => Array.from(course.between('kernel', 0, { from: 2, to: 3, part }, 0)))"
    first, quarter, last = ask(body, "plain")
    a, b = (made("plain").tensors["kernel.0.0"][m].ravel() for m in (2, 3))
    assert first == a.tolist()
    np.testing.assert_allclose(last, b, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(quarter, a + (b - a) / 4, rtol=1e-5, atol=1e-7)


def test_a_step_finds_its_place_and_a_place_its_step(ask):
    ticks = made("plain").tensors["ticks"]
    found = ask("return range(30).map((step) => course.tickOf(step))", "plain")
    assert found == [int(np.searchsorted(ticks, step, "right")) - 1 for step in range(30)]
    body = "return course.ticks.length && range(101).map((i) => course.nearest(timeScale(20, 'log'), i / 100))"
    shares = np.log1p(ticks) / np.log1p(20)
    assert ask(body, "plain") == [int(np.abs(shares - i / 100).argmin()) for i in range(101)]


def test_the_answer_is_the_largest_score(ask):
    scores = made("plain").tensors["scores.0"]
    assert ask("return range(course.last + 1).map((t) => course.answer(0, t))", "plain") == scores.argmax(1).tolist()


def test_time_runs_from_edge_to_edge_and_marks_lie_within(ask):
    body = """
    return given.flatMap((most) => ["log", "even"].map((time) => {
      const share = timeScale(most, time);
      const steps = range(most + 1).map(share);
      return { most, ends: [share(0), share(most)], marks: timeMarks(most, time, 9), steps };
    }));"""
    for one in ask(body, given=[1, 7, 60, 1000, 20_000]):
        assert one["ends"] == pytest.approx([0, 1])
        assert one["marks"] == sorted(set(one["marks"]))
        assert 0 <= one["marks"][0] <= one["marks"][-1] <= one["most"]
        assert len(one["marks"]) <= 11
        assert (np.diff(one["steps"]) > 0).all()


def test_a_thinned_curve_keeps_each_pixels_lowest_and_highest_step(ask):
    rng = np.random.default_rng(3)
    values = rng.normal(size=900).round(4).tolist()
    found = ask("return thinned(Float32Array.from(given), timeScale(899, 'even'), 60)", given=values)
    assert len(found) <= 122
    pixels = np.floor(np.arange(900) / 899 * 60).astype(int)
    for pixel in range(60):
        own = np.array(values, np.float32)[pixels == pixel]
        seen = [value for share, value in found if int(np.floor(round(share * 899) / 899 * 60)) == pixel]
        assert {min(seen), max(seen)} == {float(own.min()), float(own.max())}
    shares = [share for share, _ in found]
    assert shares == sorted(shares)


def test_the_top_of_an_axis_shows_all_moments_and_leaves_out_the_rarest_steps(ask):
    assert ask("return topOf([1, 3, NaN])") == 3
    steps = [1.0] * 990 + [80.0] * 5
    assert ask("return topOf([2], [Float32Array.from(given)])", given=steps) == 2


SHAPES = [
    {"filters": f, "channels": c, "rows": r, "columns": k, "bars": r == 1 and k > 1, "turned": turned}
    for f, c, r, k in (
        (8, 1, 3, 3),
        (64, 16, 3, 3),
        (1, 3, 5, 5),
        (10, 1, 1, 16),
        (7, 2, 1, 5),
        (16, 1, 28, 28),
        (5, 1, 156, 16),
    )
    for turned in (False, True)
    if not (turned and r == 1)
]


@pytest.mark.parametrize("what", SHAPES, ids=lambda one: "-".join(map(str, one.values())))
def test_pictures_stay_in_their_box_and_a_pixel_finds_its_cell(ask, what):
    body = """
    const box = { x: 10, y: 20, w: 250, h: 200 };
    const laid = tiles(given, box);
    const places = all([given.filters, given.channels, given.rows, given.columns]).filter((_, i) => i % 7 === 0);
    const back = places.map(([filter, channel, row, column]) => {
      const { x, y, w, h } = boxAt(laid, { filter, channel, row, column });
      const found = cellAt(laid, x + w / 2, y + h / 2);
      return [[filter, channel, row, column], found && [found.filter, found.channel, found.row, found.column]];
    });
    return { slots: laid.slots, back, outside: cellAt(laid, 9, 19) };"""
    found = ask(body, given=what)
    assert all(one == other for one, other in found["back"])
    assert found["outside"] is None
    slots = found["slots"]
    assert len(slots) == what["filters"] * what["channels"]
    for slot in slots:
        assert slot["x"] >= 10
        assert slot["y"] >= 20
        assert slot["x"] + slot["w"] <= 260.01
        assert slot["y"] + slot["h"] <= 220.01
    for i, a in enumerate(slots):
        for b in slots[i + 1 : i + 40]:
            apart_x = a["x"] + a["w"] <= b["x"] + 1e-6 or b["x"] + b["w"] <= a["x"] + 1e-6
            apart_y = a["y"] + a["h"] <= b["y"] + 1e-6 or b["y"] + b["h"] <= a["y"] + 1e-6
            assert apart_x or apart_y


@pytest.mark.parametrize("width", [358, 720, 1056, 1150])
@pytest.mark.parametrize("recipes", [1, 2])
@pytest.mark.parametrize("events", [False, True])
def test_nothing_of_the_layout_lies_on_anything_else(ask, width, recipes, events):
    what = {
        "recipes": recipes,
        "gradient": True,
        "events": events,
        "updates": 5,
        "classes": 10,
        "line": False,
        "long": events,
        "pictures": 8,
    }
    found = ask("return layoutTraining(given.width, 560, given.what)", given={"width": width, "what": what})
    boxes = [*found["charts"].values(), *found["updates"]]
    boxes += [box for band in found["bands"] for name, box in band.items() if name != "name" and box]
    assert len(boxes) == 3 + recipes * 6
    for i, a in enumerate(boxes):
        assert a["x"] >= 0
        assert a["x"] + a["w"] <= width + 0.01
        assert a["w"] > 60
        assert a["y"] + a["h"] <= found["height"]
        for b in boxes[i + 1 :]:
            assert (
                a["x"] + a["w"] <= b["x"]
                or b["x"] + b["w"] <= a["x"]
                or a["y"] + a["h"] + 25 <= b["y"]
                or b["y"] + b["h"] + 25 <= a["y"]
            )


def test_the_cursor_walks_and_stays_inside(ask):
    size = {"filters": 2, "channels": 2, "rows": 3, "columns": 4, "turned": False}
    spot = {"name": "kernel", "r": 0, "filter": 0, "channel": 1, "row": 0, "column": 3}
    keys = ["right", "left", "up", "down", "first", "last", "channel-next", "channel-back"]
    body = """
    return given.keys.map((key) => {
      const at = walk(given.size, given.spot, key);
      return [at.filter, at.channel, at.row, at.column];
    });"""
    plain = ask(body, given={"size": size, "spot": spot, "keys": keys})
    assert plain == [
        *(
            [0, 1, 0, 3],
            [0, 1, 0, 2],
            [0, 1, 0, 3],
            [0, 1, 1, 3],
            [0, 1, 0, 0],
            [0, 1, 2, 3],
            [1, 0, 0, 3],
            [0, 0, 0, 3],
        )
    ]
    turned = ask(body, given={"size": size | {"turned": True}, "spot": spot | {"column": 1}, "keys": keys[:4]})
    assert turned == [[0, 1, 1, 1], [0, 1, 0, 1], [0, 1, 0, 2], [0, 1, 0, 0]]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_touches_no_page(name):
    assert not re.search(r"\b(document|window)\b", player.code(STATIC / f"{name}.js"))
