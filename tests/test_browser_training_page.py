"""Training in a real browser: a network learns, a step is opened, a run is stopped and found again."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from page_objects import Screen
from playwright.sync_api import Page, expect

from cnnviz.networks.training import Budget, History, Recipe, train
from cnnviz.scenes.query import training as asked
from cnnviz.scenes.query.form import Reader
from cnnviz.text.numbers import number

LONG = 120_000  # ms that a run may take on a busy machine: a worker stands back behind everything else
SIXTY = "steps=60"


def recipe_of(words: str) -> asked.Asked:
    return asked.ask(Reader(dict(one.split("=") for one in words.split("&"))))()


class Watched:
    """The page Training, with the picture of a training, and the player of a step that is opened."""

    def __init__(self, page: Page, url: str):
        self.page, self.url = page, url
        self.training = Screen(page, url, "[data-role=training]")
        self.player = Screen(page, url)

    def open(self, words: str) -> "Watched":
        self.page.goto(f"{self.url}/training?{words}")
        self.training.wait_idle()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Training")
        return self

    def trained(self, steps: int) -> None:
        """Wait until so many steps have been made."""
        expect(self.page.get_by_text(f"After {steps} of {steps} steps").first).to_be_visible(timeout=LONG)
        expect(self.training.root).to_have_attribute("data-ready", re.compile("."))

    def read_at(self, key: str) -> str:
        """What is said where a key leads the playhead."""
        self.training.press(key)
        expect(self.training.readout).to_contain_text({"Home": "Step 0:", "End": "Step 40:"}[key])
        return self.training.readout.inner_text()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def watched(screen: Screen) -> Iterator[Watched]:
    yield Watched(screen.page, screen.url)


def torchs(history: History, recipe: Recipe, step: int, stage: str) -> np.ndarray:
    """What torch makes of the first test example at this stage, with the weights of a step."""
    module = recipe.network.module().eval()
    module.load_state_dict({key: torch.tensor(value) for key, value in history.at(step).state.items()})
    x = torch.from_numpy(recipe.data.split().test.x[:1])
    for name, part in module.named_children():
        x = part(x)
        if name == stage:
            break
    return x[0].detach().numpy()


def test_a_network_learns_and_any_step_opens_in_the_player_with_torchs_numbers(watched):
    recipe = recipe_of(SIXTY).recipe

    def opens(step: int) -> None:
        watched.page.get_by_role("button", name=re.compile("open conv1")).click()
        watched.player.wait_ready("nn.Conv2d(1, 8, kernel_size=3, padding=1)")
        expect(watched.page).to_have_url(re.compile(f"at={step}"))
        y = torchs(train(recipe, budget=Budget(steps=step)), recipe, step, "conv1")
        for key, cell in (("Home", (0, 0, 0)), ("End", (7, 7, 7))):
            watched.player.press(key)
            watched.player.at_step(0 if key == "Home" else y.size - 1)
            read = watched.player.read()
            assert read.value == pytest.approx(float(y[cell]), abs=2e-3)
            assert "✓" in read.badge

    watched.open(SIXTY)  # before it learns, too
    expect(watched.training.readout).to_contain_text("Step 0")
    opens(0)
    watched.press("Train")
    watched.trained(60)
    watched.training.press("Home")
    expect(watched.training.readout).to_contain_text("Step 0")
    watched.training.press("End")
    expect(watched.training.readout).to_contain_text("Step 60")
    opens(60)


def test_a_run_is_stopped_and_found_again_and_a_link_replays_it(watched):
    words = "steps=6000&seed=3"
    watched.open(f"{words}&train=true")
    expect(watched.page.get_by_text(re.compile(r"Step [\d,]+ of 6,000"))).to_be_visible(timeout=LONG)
    watched.press("Pause")
    told = watched.page.get_by_text(re.compile(r"After [\d,]+ of 6,000 steps"))
    expect(told).to_be_visible()
    reached = told.inner_text()
    expect(watched.page).not_to_have_url(re.compile("train="))
    watched.page.get_by_role("link", name="Pooling", exact=True).click()
    expect(watched.page.get_by_role("heading", level=1)).to_contain_text("Pooling")
    watched.page.get_by_role("link", name="Training", exact=True).click()
    expect(told).to_have_text(reached)
    expect(watched.training.knob("steps")).to_have_value("6000")
    watched.open(words)  # another session
    expect(told).to_have_text(reached)
    expect(watched.page.get_by_role("button", name="Go on")).to_be_visible()


def test_a_link_that_trains_shows_a_second_session_the_same_numbers(watched):
    words = "steps=40&seed=5&train=true"
    watched.open(words)
    watched.trained(40)
    told = watched.page.get_by_text("After 40 of 40 steps")
    first = [told.inner_text(), watched.read_at("End"), watched.read_at("Home")]
    watched.open(words)  # another session
    watched.trained(40)
    # The seconds are those of the one run that was made.
    assert [told.inner_text(), watched.read_at("End"), watched.read_at("Home")] == first
    history = train(recipe_of(words).recipe)
    assert f"{number(history.last.accuracy_test, '.1%')} right on {history.measured[1]} unseen examples" in first[0]
    assert "Step 40" in first[1] and "Step 0" in first[2]


def test_two_recipes_stand_side_by_side_under_one_playhead(watched):
    words = f"{SIXTY}&against=optimiser"
    watched.open(f"{words}&train=true")
    expect(watched.page.get_by_text("After 60 of 60 steps")).to_have_count(2, timeout=LONG)
    watched.training.press("End")
    found = recipe_of(words)
    assert found.beside
    for recipe in (found.recipe, found.beside):
        history = train(recipe)
        words = f"{number(history.last.accuracy_test, '.1%')} right on {history.measured[1]} unseen examples"
        expect(watched.page.get_by_text(words).first).to_be_visible()
