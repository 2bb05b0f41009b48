"""Normalisation, dropout and shapes: values are torch's, and a cell says who shares its mean or where it goes."""

from math import prod

import numpy as np
import pytest
from alone import PlayerAlone
from asking import request_of
from page_objects import check_sentence, place_words, walk, where
from playwright.sync_api import expect

from cnnviz.content.presets import NORMALISATION
from cnnviz.core.layers import (
    BatchNorm,
    Dropout,
    DropoutNd,
    Flatten,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    Linear,
    Permute,
)
from cnnviz.core.run import Run
from cnnviz.inputs.batch import Along, Times
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.signals import Sine
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request

FLOAT32 = 1e-5  # the browser starts from means and variances in float32
SEVERAL = Random(size=(3, 4, 5), channels=4, seed=1, mean=2.0, spread=3.0, ndim=3)  # three examples
ONE = Random(size=(4, 5), channels=4, seed=2, mean=-1.0)

NORMS: dict[str, Request] = {
    "batch": request_of(BatchNorm(num_features=4), SEVERAL, batch=Along()),
    "batch-eval": request_of(BatchNorm(num_features=4, momentum=0.3, training=False, steps=5), SEVERAL, batch=Along()),
    "batch-1d": request_of(BatchNorm(num_features=2, ndim=1, momentum=0.99), Sine(size=11, channels=2)),
    "group": request_of(GroupNorm(num_groups=2, num_channels=4), SEVERAL, batch=Along()),
    "group-one-example": request_of(GroupNorm(eps=0.1, num_channels=4), ONE),
    "instance": request_of(InstanceNorm(num_features=4), SEVERAL, batch=Along()),
    "layer-all": request_of(LayerNorm(normalized_shape=(4, 4, 5)), SEVERAL, batch=Along()),
    "layer-axes": request_of(LayerNorm(normalized_shape=(4, 5)), SEVERAL, batch=Along()),
    "layer-last": request_of(LayerNorm(normalized_shape=(5,)), ONE),
}
DROPPED: dict[str, Request] = {
    "cells": request_of(Dropout(0.3), ONE, seed=3),
    "cells-eval": request_of(Dropout(0.3, training=False), ONE, seed=3),
    "cells-steps": request_of(Dropout(0.6), ONE, seed=4, batch=Times(3)),
    "channels": request_of(DropoutNd(0.4), ONE, seed=5, batch=Times(2)),
}
SHAPED: dict[str, Request] = {
    "linear": request_of(Linear(size=(2, 3, 4), out_features=3), Ramp(size=(3, 4), channels=2), seed=6),
    "linear-1d": request_of(Linear(size=(1, 9), out_features=2, bias=False, ndim=1), Sine(size=9), seed=7),
    "flatten": request_of(Flatten(), Ramp(size=(3, 4), channels=2)),
    "channels last": request_of(Permute((1, 2, 0)), Random(size=(3, 4), channels=2, seed=8)),
    "channels first": request_of(Permute(), Random(size=(3, 4), channels=2, seed=8), front=(Permute((1, 2, 0)),)),
}


def follow(screen: PlayerAlone, done: Run, exact: float = 1e-9) -> None:
    for key, channel, cell in walk(done):
        screen.walk_to(key)
        check_sentence(screen, done, channel, cell, exact)


@pytest.mark.parametrize("name", NORMS)
def test_a_normalised_cell_is_pythons_value_and_torchs_at_every_key(name, alone):
    alone.open(NORMS[name])
    follow(alone, show(NORMS[name]).done, FLOAT32)


@pytest.mark.parametrize("name", DROPPED)
def test_a_dropped_or_kept_cell_is_torchs_at_every_key(name, alone):
    alone.open(DROPPED[name])
    follow(alone, show(DROPPED[name]).done)


@pytest.mark.parametrize("name", SHAPED)
def test_a_moved_or_summed_cell_is_torchs_at_every_key(name, alone):
    alone.open(SHAPED[name])
    follow(alone, show(SHAPED[name]).done)


# --- who shares ---

# Of SEVERAL's (4, 3, 4, 5): who shares with a cell of channel 2, example 1: in words, in channels, in examples.
SHARING = {
    "batch": ("60 cells: examples 0 to 2,", [2, 3], [0, 1, 2]),
    "group": ("20 cells in each of the channels 2 to 3: example 1,", [2, 4], [1]),
    "instance": ("20 cells: example 1,", [2, 3], [1]),
    "layer-all": ("20 cells in each of the channels 0 to 3: example 1,", [0, 4], [1]),
    "layer-axes": ("20 cells: example 1,", [2, 3], [1]),
}


@pytest.mark.parametrize("name", SHARING)
def test_pointing_at_a_cell_says_how_many_share_its_mean_and_lights_their_maps(name, alone):
    words, channels, examples = SHARING[name]
    alone.open(NORMS[name])
    alone.hover("input", 2, (1, 2, 3))
    alone.says(f"before channel 2, {place_words((1, 2, 3), ('examples', 'rows', 'columns'))} = ")
    alone.says(f"shares its mean and variance with {words} rows 0 to 3, columns 0 to 4.")
    lit = alone.ask("(player) => player.lit()")
    everywhere = [examples, [0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert lit["output"] == {"channels": channels, "places": everywhere}
    assert lit["input"] == {"channels": [2, 3], "places": [[1], [2], [3]]}


def test_pointing_at_an_output_cell_lights_the_cells_that_share_with_it(alone):
    done = show(NORMS["group"]).done
    alone.open(NORMS["group"])
    alone.hover("output", 0, (1, 2, 3))
    check_sentence(alone, done, 0, (1, 2, 3), FLOAT32)
    assert alone.ask("(player) => player.lit().input") == {
        "channels": [0, 2],
        "places": [[1], [0, 1, 2, 3], [0, 1, 2, 3, 4]],
    }


def test_a_layer_norm_over_the_last_axis_shares_along_one_row(alone):
    alone.open(NORMS["layer-last"])
    alone.hover("input", 1, (2, 3))
    alone.says("shares its mean and variance with 5 cells")
    assert alone.ask("(player) => player.lit().output") == {"channels": [1, 2], "places": [[0], [2], [0, 1, 2, 3, 4]]}


# --- dropout ---


def test_the_mask_on_stage_is_torchs(alone):
    done = show(DROPPED["cells"]).done
    alone.open(DROPPED["cells"])
    np.testing.assert_array_equal(alone.ask("({ stage }) => [...stage.planes.gate]"), done.parts["gate"][0, 0].ravel())


def test_dropout_without_strength_lets_everything_pass_unscaled(alone):
    done = show(DROPPED["cells"]).done
    alone.open(DROPPED["cells"])
    alone.act("strength").fill("0")
    np.testing.assert_array_equal(alone.ask("({ stage }) => [...stage.planes.output]"), done.x[0, 0].ravel())


def test_draw_again_puts_another_mask_on_stage(screen):
    screen.open(DROPPED["cells"])
    before = screen.ask("({ scene }) => [...scene.tensors.gate.data]")
    screen.page.get_by_role("button", name="Draw again").click()
    screen.wait_until("({ scene }, before) => scene.tensors.gate.data.some((kept, i) => kept !== before[i])", before)
    expect(screen.knob("seed")).to_have_value("4")
    expect(screen.badge).to_contain_text("✓ = torch")


# --- shapes ---


def test_pointing_at_a_cell_of_a_permutation_says_where_it_goes(alone):
    done = show(SHAPED["channels last"]).done
    alone.open(SHAPED["channels last"])
    alone.hover("input", 1, (2, 3))
    to = np.argwhere(done.layer.source(done.shape) == np.ravel_multi_index((1, 2, 3), done.shape))[0].tolist()
    alone.says(f"goes to output channel {to[0]}, {place_words(tuple(to[1:]))}.")


def test_a_dense_output_reads_the_whole_input(alone):
    done = show(SHAPED["linear"]).done
    alone.open(SHAPED["linear"])
    alone.press("PageDown")
    alone.says(where(done, 1, (0, 0)))
    assert alone.ask("(player) => player.lit().input") == {
        "channels": [0, 2],
        "places": [[0], [0, 1, 2], [0, 1, 2, 3]],
    }
    assert alone.ask("({ worked }) => worked.terms.length") == prod(done.shape)


# --- running statistics ---


def test_the_running_statistics_of_ten_to_thirteen_stand_in_their_tab(screen):
    preset = next(preset for preset in NORMALISATION if "momentum=0.99" in preset.query)
    screen.open(preset.query, path="/normalisation")
    expect(screen.page.get_by_text(str(preset.question))).to_be_visible()
    screen.page.get_by_role("tab", name="Running statistics").click()
    expect(screen.page.get_by_test_id("stDataFrame")).to_be_visible()  # a canvas; its numbers are in test_presets.py
    chart = screen.page.locator(".js-plotly-plot")
    expect(chart).to_be_visible()
    drawn = "(chart) => chart.calcdata?.length && chart.calcdata.map((line) => line.at(-1).y)"  # after the one pass
    last = screen.page.wait_for_function(drawn, arg=chart.element_handle()).json_value()
    assert last == pytest.approx(
        [11.385, 0.115, 1.66, 1.0067], abs=1e-3
    )  # torch's mean, then as others have it; variance


# --- the server ---


def test_norms_ask_the_server_for_nothing(alone):
    done = show(NORMS["group"]).done
    alone.open(NORMS["group"])
    alone.press("ArrowRight", "PageDown", "End", "Home", "]")
    alone.act("next").click()
    alone.hover("input", 2, (1, 2, 3))
    alone.says("shares its mean")
    alone.hover("output", 0, (1, 2, 3))
    alone.says(where(done, 0, (1, 2, 3)))
    alone.act("scale").select_option("map")
    assert not alone.told()


def test_in_eval_mode_a_cell_shares_with_no_other(alone):
    alone.open(NORMS["batch-eval"])
    alone.hover("input", 0, (1, 2, 2))
    alone.says("is moved by the running mean and variance of its channel.")
