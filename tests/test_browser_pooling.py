"""The pooling page: values and winners are torch's, two players share a playhead, and nobody asks the server."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
import torch
from alone import PlayerAlone
from asking import request_of, undoing
from page_objects import check_sentence, place_words, walk, where
from playwright.sync_api import expect

from cnnviz.core.geometry import coverage, reach
from cnnviz.core.layers import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LPPool, MaxPool
from cnnviz.core.run import Run
from cnnviz.inputs.patterns import Checkerboard, MovingSquare, Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.inputs.signals import Sine
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request

MAXIMA: dict[str, Request] = {
    "padded": request_of(MaxPool(3, 2, 1), Digit(index=3)),
    "ties": request_of(MaxPool(3, 2), Checkerboard(size=7)),
    "ceil": request_of(MaxPool(3, 2, 1, ceil_mode=True), Random(size=(6, 7), channels=2, seed=1)),
    "dilated": request_of(MaxPool((3, 2), (1, 2), 1, dilation=(2, 3)), Random(size=8, seed=2)),
    "nothing but padding": request_of(MaxPool(2, 1, 1, dilation=4), Ramp(size=3)),
    "1d": request_of(MaxPool(4, 3, 2, ndim=1), Sine(size=17, channels=2)),
    "adaptive": request_of(AdaptiveMaxPool((3, 5)), Random(size=(7, 8), channels=2, seed=3)),
}
MEANS: dict[str, Request] = {
    "padding counts": request_of(AvgPool(3, 2, 1), Digit(index=4)),
    "cells alone": request_of(AvgPool(3, 2, 1, ceil_mode=True, count_include_pad=False), Digit(index=4)),
    "own divisor": request_of(AvgPool(2, 2, 1, divisor_override=3), Digit(index=5)),
    "3d": request_of(AvgPool(2, 2, 1, ndim=3), MovingSquare(size=5, channels=2)),
    "p-norm": request_of(LPPool(3, 2, ceil_mode=True, norm_type=3.0), Ramp(size=(6, 7))),
    "adaptive": request_of(AdaptiveAvgPool((3, 5)), Random(size=(7, 8), channels=2, seed=3)),
}
UNPOOLED: dict[str, Request] = {
    "1d": undoing(MaxPool(3, 2, 1, ndim=1), Sine(size=12, channels=2)),
    "2d": undoing(MaxPool(), Random(size=5, channels=2, seed=4)),
}
PAIR = request_of(MaxPool(3, 2, 1), Digit(index=6))
BESIDE = request_of(AvgPool(3, 2, 1), Digit(index=6))


def torchs_winners(done: Run) -> np.ndarray:
    """Where torch says that each winner stands, by output cell; -1 where a dilated window misses every cell."""
    y, indices = replace(done.layer, return_indices=True).module()(torch.from_numpy(done.x[0])[None])
    return torch.where(y == -torch.inf, -1, indices)[0].numpy()


@pytest.mark.parametrize("name", MEANS)
def test_the_sentence_is_pythons_value_and_torchs_at_every_key(name, alone):
    done = show(MEANS[name]).done
    alone.open(MEANS[name])
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell)


@pytest.mark.parametrize("name", MAXIMA)
def test_a_maximum_is_torchs_and_stands_where_torch_says(name, alone):
    done = show(MAXIMA[name]).done
    winners = torchs_winners(done)
    alone.open(MAXIMA[name])
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell)
        index = int(winners[channel, *cell])
        source = alone.ask("({ worked }) => worked.winner && [worked.winner.channel, ...worked.winner.source]")
        if index < 0:
            assert source is None
        else:
            alone.says(f"at index {index} =")
            at = [int(i) for i in np.unravel_index(index, done.x.shape[2:])]
            assert source == [channel, *[0] * (3 - len(at)), *at]


@pytest.mark.parametrize("name", UNPOOLED)
def test_an_unpooled_cell_says_where_it_came_from(name, alone):
    done = show(UNPOOLED[name]).done
    alone.open(UNPOOLED[name])
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell)
        came = int(done.layer.source(done.shape)[channel, *cell])
        from_, *at = (int(i) for i in np.unravel_index(max(came, 0), done.shape))
        alone.says("nothing was put here" if came < 0 else f"pooled channel {from_}, {place_words(tuple(at))}")


# --- pointing ---


@pytest.fixture
def pointed(alone) -> tuple[PlayerAlone, Run]:
    """A padded maximum, the playhead on its last cell."""
    done = show(MAXIMA["padded"]).done
    alone.open(MAXIMA["padded"]).press("End")
    alone.says(where(done, 0, (3, 3)))
    return alone, done


def test_the_winner_alone_is_outlined_in_the_input(pointed):
    screen, done = pointed
    row, column = np.unravel_index(torchs_winners(done)[0, 3, 3], done.x.shape[2:])
    low = 1  # the panel begins with the padding
    assert screen.outlined("inputs", "accent") == {(0, 0, row + low, column + low)}


def test_hovering_an_output_cell_lights_its_window_and_says_its_value(pointed):
    screen, done = pointed
    screen.hover("output", 0, (1, 2))
    check_sentence(screen, done, 0, (1, 2))
    window = [axis.position[o] + axis.low for axis, o in zip(done.layer.windows(done.shape), (1, 2), strict=True)]
    assert screen.ask("(player) => player.lit().input.places") == [[0], *[places.tolist() for places in window]]


def test_hovering_an_input_cell_lights_every_window_that_reads_it(pointed):
    screen, done = pointed
    readers = reach(done.layer.windows(done.shape), (3, 5))
    screen.hover("input", 0, (3, 5))
    screen.says(f"is read by {prod(map(len, readers))} windows")
    lit = screen.ask("(player) => player.lit().output.places")
    assert lit == [[0], *[[int(at) for at in found] for found in readers]]


def test_hovering_a_pooled_cell_says_where_it_was_put(alone):
    done = show(UNPOOLED["2d"]).done
    alone.open(UNPOOLED["2d"])
    alone.hover("input", 1, (1, 0))
    to = np.argwhere(done.layer.source(done.shape) == np.ravel_multi_index((1, 1, 0), done.shape))[0].tolist()
    alone.says(f"pooled channel 1, {place_words((1, 0))} = ")
    alone.says(f" goes to output channel {to[0]}, {place_words(tuple(to[1:]))}.")
    assert alone.ask("(player) => player.lit().output.places") == [[0], [to[1]], [to[2]]]


# --- windows that are left out, cells that are not read ---


def test_the_scene_announces_a_window_that_rounding_up_adds_and_torch_leaves_out(alone):
    alone.open(request_of(MaxPool(2, 3, 1, ceil_mode=True), Ramp(size=4)))
    assert alone.ask("({ scene }) => scene.meta.dropped") == [None, 5, 5]  # beyond 1 + 4 cells
    assert alone.ask("({ scene }) => scene.meta.shapes.output") == "(1, 1, 2, 2)"


def test_times_read_counts_every_cell_as_python_does(alone):
    choice = MAXIMA["ceil"]
    done = show(choice).done
    alone.open(choice)
    plain = alone.picture()
    alone.act("coverage").check()
    alone.wait_until("({ stage }) => stage.covered === 'input'")
    assert alone.picture() != plain
    counts = alone.ask("({ stage }) => [...stage.counts.data]")
    assert counts == coverage(done.layer.windows(done.shape)).ravel().tolist()


# --- two players ---


@pytest.fixture
def pair(alone) -> tuple[PlayerAlone, PlayerAlone]:
    """Maximum and average beside each other."""
    alone.open(PAIR, BESIDE)
    return alone, alone.follower


def together(pair: tuple[PlayerAlone, PlayerAlone], step: int, cell: tuple[int, ...]) -> None:
    """Both players are at this step, and each says what its own layer makes of the cell."""
    for screen, choice in zip(pair, (PAIR, BESIDE), strict=True):
        screen.at_step(step)
        check_sentence(screen, show(choice).done, 0, cell)


def test_two_players_step_together_and_each_says_its_own_value(pair):
    leader, follower = pair
    together(pair, 0, (0, 0))
    leader.press("ArrowDown", "ArrowRight")
    together(pair, 5, (1, 1))
    leader.act("last").click()
    together(pair, 15, (3, 3))
    follower.press("ArrowUp")
    together(pair, 11, (2, 3))


def test_two_players_scrub_together(pair):
    pair[0].act("scrub").fill("9")
    together(pair, 9, (2, 1))


def test_two_players_play_and_pause_together(pair):
    leader, follower = pair
    leader.press("Space")
    for screen in pair:
        expect(screen.root).to_have_attribute("data-playing", "true")
        expect(screen.root).not_to_have_attribute("data-step", "0")
    leader.press("Space")
    for screen in pair:
        expect(screen.root).to_have_attribute("data-playing", "false")
    follower.at_step(leader.step())


def test_only_the_leader_has_a_transport(pair):
    leader, follower = pair
    expect(leader.act("toggle")).to_be_visible()
    expect(follower.act("toggle")).to_be_hidden()


def test_a_changed_knob_keeps_the_two_players_in_step(screen):
    screen.open(PAIR, compare="true")
    screen.press("End")
    screen.set("stride", 3)
    screen.wait_ready("nn.MaxPool2d(kernel_size=3, stride=3, padding=1)")
    screen.follower.wait_ready("nn.AvgPool2d(kernel_size=3, stride=3, padding=1)")
    for player in (screen, screen.follower):
        player.says(f"output {place_words((2, 2))}:")
        player.at_step(8)


def test_without_the_comparison_one_player_is_left_and_goes_on_alone(screen):
    screen.open(PAIR, compare="true")
    screen.switch("compare")
    expect(screen.follower.root).to_have_count(0)
    screen.wait_ready(PAIR.layer.code())
    screen.press("End")
    screen.at_step(15)


# --- the server ---


def test_pooling_asks_the_server_for_nothing(alone):
    alone.open(PAIR, BESIDE)
    alone.press("ArrowRight", "End", "ArrowUp", "]", "Home")
    alone.act("next").click()
    alone.act("scrub").fill("9")
    alone.at_step(9)
    alone.hover("input", 0, (3, 3))
    alone.says("is read by")
    alone.hover("output", 0, (1, 1))
    alone.says(f"output {place_words((1, 1))}:")
    for name in ("coverage", "serpentine", "lens"):
        alone.act(name).click()
    alone.act("scale").select_option("map")
    alone.follower.hover("output", 0, (0, 1))
    alone.follower.says(f"output {place_words((0, 1))}:")
    assert not alone.told()
