"""The matrices' pure modules, run in node on real blobs: what they look up and add up is what autograd says."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_player_helpers as player

from cnnviz.core.layers import Conv
from cnnviz.inputs.patterns import Random
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import ShownMatrix, show
from cnnviz.scenes.matrices import Matrices
from cnnviz.scenes.request import MatrixView, Request
from cnnviz.scenes.upstream import Target
from cnnviz.scenes.weights import Named

STATIC = Path(__file__).parents[1] / "static" / "matrix"
PURE = ["model", "lit", "sums", "layout"]
CLOSE: dict[str, Any] = {"rtol": 1e-4, "atol": 1e-4}

CASES = {
    "plain": Conv(kernel_size=(3, 3)),
    "padding, not square": Conv(1, 2, (2, 3), (2, 1), (1, 2)),
    "groups, dilation": Conv(4, 4, (3, 2), dilation=(1, 2), groups=2, bias=False),
    "mirrored": Conv(2, 2, (3, 3), padding=(2, 2), padding_mode="reflect"),
    "round": Conv(1, 2, (3, 3), (2, 2), (1, 1), padding_mode="circular"),
    "same": Conv(1, 1, (2, 4), padding="same"),
    "signal": Conv(2, 3, (3,), (2,), (1,), ndim=1),
    "volume": Conv(1, 2, (2, 2, 3), padding=(0, 1, 0), ndim=3),
}
ASK = """
import { readFileSync } from "node:fs";
import { readBlob } from "STATIC/drawing/blob.js";
import { layoutDesk } from "STATIC/matrix/layout.js";
import { litBy } from "STATIC/matrix/lit.js";
import { Model } from "STATIC/matrix/model.js";
import { Sums } from "STATIC/matrix/sums.js";

const scene = readBlob(new Uint8Array(readFileSync(process.argv[2])));
const model = new Model(scene);
const { rows, positions, kernels, channels, cells } = model;
const range = (n) => Array.from({ length: n }, (_, i) => i);
const source = range(rows).map((k) => range(positions).map((p) => model.source(k, p)));
const copies = range(channels * cells).map((i) => {
  const [channel, ...cell] = model.cellOf(i);
  return model.copies(channel, cell);
});
const sums = new Sums(model);
const parts = [0, positions - 1, 1, positions - 1].map((p) => {
  sums.upTo(Math.min(p, positions - 1));
  const grown = ["matrix", "added", "input", "overwritten"];
  return Object.fromEntries(grown.map((name) => [name, Array.from(sums[name], (x) => (Number.isNaN(x) ? null : x))]));
});
const at = (panel, ...at) => litBy(model, { panel, at });
const lit = {
  product: range(kernels).map((f) => at("product", f, 0)),
  columns: range(rows).map((k) => at("columns", k, positions - 1)),
  matrix: range(kernels).map((f) => range(rows).map((k) => at("matrix", f, k))),
};
const map = { count: channels, rows: model.size[1], columns: model.size[2] };
const output = { ...map, count: kernels };
const what = { input: map, overwritten: null, output, kernels, rows, positions, added: true, toeplitz: null };
const laid = [360, 700, 1200].map((width) => layoutDesk(width, 400, what));
console.log(JSON.stringify({ source, copies, parts, lit, laid }));
"""


@cache
def shown(name: str, form: str) -> ShownMatrix:
    layer = CASES[name]
    size = (5, 6, 4)[: layer.ndim]
    request = Request(chain(layer), Random(size=size, channels=layer.in_channels, ndim=layer.ndim), Named("random"))
    found = show(request, MatrixView(form=form, upstream=Target("0")))
    assert isinstance(found, ShownMatrix)
    return found


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "ask.mjs").write_text(ASK.replace("STATIC", STATIC.parent.as_uri()))

    @cache
    def asked(name: str, form: str) -> dict[str, Any]:
        (folder / "blob").write_bytes(shown(name, form).blob)
        command = [player.node(), str(folder / "ask.mjs"), str(folder / "blob")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    return asked


every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_where_a_number_comes_from_and_where_a_cell_goes(ask, name):
    numbers, found = shown(name, "forward").numbers, ask(name, "forward")
    assert found["source"] == numbers.table.tolist()
    for i, places in enumerate(found["copies"]):
        assert sorted(map(tuple, places)) == sorted(
            zip(*(map(int, at) for at in np.nonzero(numbers.table == i)), strict=True)
        )
        assert [p for _, p in places] == sorted(p for _, p in places)  # as columns are added up


def whole(found: list[float | None], like: np.ndarray) -> np.ndarray:
    return np.array(found, float).reshape(like.shape)


@every_case
def test_all_columns_together_are_autograds_gradients(ask, name):
    numbers = shown(name, "dW").numbers
    first, last, second, again = ask(name, "dW")["parts"]
    gradient = numbers.torch["weight"].reshape(len(numbers.matrix), -1)
    blocks = np.isfinite(numbers.matrix)
    assert np.array_equal(np.isfinite(whole(last["matrix"], numbers.matrix)), blocks)
    np.testing.assert_allclose(whole(last["matrix"], numbers.matrix)[blocks], gradient.ravel(), **CLOSE)
    np.testing.assert_allclose(last["added"], numbers.dy.reshape(len(numbers.matrix), -1).sum(axis=1), **CLOSE)
    columns, dy = numbers.columns, numbers.dy.reshape(len(numbers.matrix), -1)
    np.testing.assert_allclose(
        whole(first["matrix"], numbers.matrix)[blocks], np.outer(dy[:, 0], columns[:, 0])[blocks], **CLOSE
    )
    two = min(2, columns.shape[1])
    np.testing.assert_allclose(
        whole(second["matrix"], numbers.matrix)[blocks], (dy[:, :two] @ columns[:, :two].T)[blocks], **CLOSE
    )
    assert last == again


@every_case
def test_all_copies_together_are_autograds_gradient_and_the_last_alone_is_not(ask, name):
    numbers = shown(name, "dX").numbers
    _, last, _, again = ask(name, "dX")["parts"]
    np.testing.assert_allclose(whole(last["input"], numbers.back.input), numbers.torch["input"], **CLOSE)
    np.testing.assert_allclose(whole(last["overwritten"], numbers.back.input), numbers.back.overwritten, **CLOSE)
    np.testing.assert_allclose(
        whole(again["input"], numbers.back.input), whole(last["input"], numbers.back.input), **CLOSE
    )


def seen(numbers: Matrices, f: int) -> tuple[int, int]:
    """The first row of the columns that a kernel reads, and how many."""
    rows = np.flatnonzero(np.isfinite(numbers.matrix[f]))
    return int(rows[0]), len(rows)


@every_case
def test_what_is_lit_on_the_matrices_is_what_is_multiplied(ask, name):
    numbers, lit = shown(name, "forward").numbers, ask(name, "forward")["lit"]
    rows, positions = numbers.table.shape
    for f, one in enumerate(lit["product"]):
        first, count = seen(numbers, f)
        assert (one["columns"], one["matrix"]) == ([[first, 0, count, 1]], [[f, first, 1, count]])
    for k, one in enumerate(lit["columns"]):
        kernels = np.flatnonzero(np.isfinite(numbers.matrix[:, k]))
        assert one["matrix"] == [[int(kernels[0]), k, len(kernels), 1]]
        assert one["product"] == [[int(kernels[0]), positions - 1, len(kernels), 1]]
    for f, of_kernel in enumerate(lit["matrix"]):
        for k, one in enumerate(of_kernel):
            if not np.isfinite(numbers.matrix[f, k]):
                assert list(one) == ["matrix"]
                continue
            assert one["columns"] == [[k, 0, 1, positions]]
            places = {
                (f * positions + p, int(numbers.table[k, p])) for p in range(positions) if numbers.table[k, p] >= 0
            }
            assert {(row, column) for row, column, *_ in one["toeplitz"]} == places
    assert rows == len(lit["columns"])


@every_case
def test_rows_and_columns_lie_in_line_and_nothing_overlaps(ask, name):
    for laid in ask(name, "forward")["laid"]:
        fits = {panel: fit["slots"] for panel, fit in laid["fits"].items()}
        [columns], [product], [matrix] = fits["columns"], fits["product"], fits["matrix"]
        assert (columns["x"], columns["w"]) == (product["x"], product["w"])
        if laid["width"] > 600:
            assert (matrix["y"], matrix["h"]) == (product["y"], product["h"])
        boxes = [slot for slots in fits.values() for slot in slots]
        for i, a in enumerate(boxes):
            assert a["x"] >= 0
            assert a["x"] + a["w"] <= laid["width"] + 0.5
            assert a["y"] + a["h"] <= laid["height"]
            for b in boxes[:i]:
                apart = a["x"] + a["w"] <= b["x"] + 0.5 or b["x"] + b["w"] <= a["x"] + 0.5
                assert apart or a["y"] + a["h"] <= b["y"] + 0.5 or b["y"] + b["h"] <= a["y"] + 0.5


@pytest.mark.parametrize("name", [*PURE, "desk", "still", "moving", "sentences", "walking", "paper"])
def test_a_pure_module_touches_no_page(name):
    assert not re.findall(r"\b(document|window\.|getContext)\b", player.code(STATIC / f"{name}.js"))
