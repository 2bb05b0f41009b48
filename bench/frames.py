"""Frames per second and work per frame, of the player, matrices, a training, the viewer's cursor, Plotly's frames."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cache
from statistics import median

from playwright.sync_api import Browser, BrowserType, Page

from bench.chromium import UNLIMITED, Meter, launched, opened
from bench.rival import animated, library
from bench.scenes import CHANNELS, LAYERS, SMALL, blob, done
from bench.table import Figure, Table
from cnnviz.core.layers import Conv, Flatten, Linear, MaxPool, ReLU
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.chain import chain
from cnnviz.networks.desed import BASELINE
from cnnviz.networks.network import Network
from cnnviz.networks.training import SGD, Adam, Recipe, train
from cnnviz.scenes.build import show
from cnnviz.scenes.request import MatrixView, Request, StageView
from cnnviz.scenes.training import make_training

ROUNDS = 3
SETTLE, SECONDS = 0.4, 1.5  # before and of each measurement
FAST, SLOW = "10", "1"  # of the player's own speeds
MATRIX = "as a matrix, 32x27 times 27x900"
TRAINING = "training, two recipes, 16 kernels of 5x5"
VIEWER = "viewer, 128 channels of 156x16, cursor"
PLAIN, NUMBERED = "Plotly 16x16, no numbers", "Plotly 16x16"


@dataclass(frozen=True)
class Pace:
    """Frames per second, processor milliseconds per frame on the main thread and in all of Chromium, first picture."""

    rate: float
    main: float
    browser: float
    first: float


def frames(kind: BrowserType) -> Table:
    """Play everything a few times, one after the other, so that a busy moment hits all alike."""
    found: dict[str, list[Pace]] = defaultdict(list)
    most: dict[str, list[Pace]] = defaultdict(list)  # without the limit of 60 frames per second
    for _ in range(ROUNDS):
        with launched(kind) as browser:
            collect(found, one_round(browser, (FAST, SLOW)))
        with launched(kind, *UNLIMITED) as browser:
            collect(most, one_round(browser, (FAST,)))
    limits = {name: middle(paces).rate for name, paces in most.items()}
    return Table(
        f"Player: {ROUNDS} rounds of {SECONDS:g} s each, medians",
        ("frames/s", "no 60 Hz limit", "× Plotly", "main thread ms/frame", "all Chromium ms/frame", "first picture ms"),
        {name: figures(name, middle(paces), limits) for name, paces in found.items()},
        (
            "ms/frame: processor time. × Plotly: frames per second, both without the limit, Plotly with the numbers",
            "that the player writes into 16x16 cells. First picture: from the blob at hand to the first paint.",
        ),
    )


def collect(found: dict[str, list[Pace]], paces: Iterator[tuple[str, Pace]]) -> None:
    for name, pace in paces:
        found[name].append(pace)


def middle(paces: list[Pace]) -> Pace:
    return Pace(*map(median, zip(*map(astuple, paces), strict=True)))


def figures(name: str, pace: Pace, limits: dict[str, float]) -> list[Figure | None]:
    ours, limit = "Plotly" not in name, limits.get(name)
    return [
        Figure(pace.rate, 0, least=55 if ours else None),
        Figure(limit, 0) if limit else None,
        Figure(limit / limits[NUMBERED], least=6)
        if limit and ours and not name.startswith((VIEWER, MATRIX, TRAINING))
        else None,
        Figure(pace.main, 2, most=4 if name.startswith(CHANNELS) else None),
        Figure(pace.browser, 2),
        Figure(pace.first, 0),
    ]


def one_round(browser: Browser, speeds: tuple[str, ...]) -> Iterator[tuple[str, Pace]]:
    scenes = [(name, "player.html", blob(name), speeds) for name in LAYERS]
    scenes.append((MATRIX, "player.html?matrix", matrices(), speeds))
    scenes.append((TRAINING, "player.html?training", trainings(), ("2", "1")))  # at 10 times it would be over at once
    for name, path, data, chosen in scenes:
        with opened(browser, path, {"/data": data}) as page:
            first = page.evaluate("firstPicture()")
            for speed in chosen:
                yield f"{name}, {speed}×", watch(page, first, speed)
    plotly = {"/plotly.js": library()}
    others = [(VIEWER, "player.html?viewer", {"/data": maps()})]
    for name in (NUMBERED, PLAIN):
        figure = animated(done(SMALL), numbers=name == NUMBERED).to_json().encode()
        others.append((name, "plotly.html", {"/data": figure} | plotly))
    for name, path, files in others:
        with opened(browser, path, files) as page:
            yield name, watch(page, page.evaluate("firstPicture()"), "")


@cache
def matrices() -> bytes:
    """32 kernels of 3x3x3 on 32x32x3, as one product of matrices."""
    layer, noise = Conv(3, 32, (3, 3)), Random(size=(32, 32), channels=3)
    return show(Request(chain(layer), noise), MatrixView()).blob


@cache
def trainings() -> bytes:
    """Two networks that learn digits, with moments for a few seconds: kernels, gradients, maps and curves glide."""
    layers = (Conv(1, 16, (5, 5), padding=(2, 2)), ReLU(), MaxPool((2, 2), (2, 2)), Flatten(), Linear((16, 4, 4), 10))
    network = Network(tuple((f"{i}", layer) for i, layer in enumerate(layers)))
    recipes = [Recipe(network, Digits(), optimiser, steps=400) for optimiser in (Adam(), SGD())]
    test = Digits().split().test
    return make_training([train(recipe) for recipe in recipes], test.x[0], int(test.y[0])).to_bytes()


@cache
def maps() -> bytes:
    """What the viewer shows of ten seconds in the middle of the baseline."""
    return show(Request(BASELINE, LogMel(seconds=10)), StageView("glu3", unit=(60, 7))).blob


def watch(page: Page, first: float, speed: str) -> Pace:
    """Start the animation, let it settle, and look at it for a while."""
    meter = Meter(page)
    page.evaluate("(speed) => start(speed)", speed)
    page.wait_for_timeout(1000 * SETTLE)
    begin = meter.read()
    page.wait_for_timeout(1000 * SECONDS)
    end = meter.read()
    count = max(end.frames - begin.frames, 1)
    main, everything = (1000 * (b - a) / count for a, b in ((begin.main, end.main), (begin.browser, end.browser)))
    return Pace(count / (end.clock - begin.clock), main, everything, first)
