"""The palette, seen by eyes that do not tell red from green, or blue from yellow; and words on the page's papers.

Colour visions after Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
Deficiency", 2009 (severity 1.0); distances are CIEDE2000.
"""

import re
import tomllib
from itertools import combinations

import numpy as np
import pytest

from cnnviz.scenes.palette import DIVERGING, PALETTE
from cnnviz.web.shell import STYLE
from cnnviz.web.site import ROOT

VISIONS = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
THEMES = ("light", "dark")


def linear(colour: str) -> np.ndarray:
    """Red, green and blue of ``#rrggbb`` as amounts of light."""
    levels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIELAB of amounts of light, white being (1, 1, 1)."""
    part = (XYZ @ light) / XYZ.sum(axis=1)
    root = np.where(part > (6 / 29) ** 3, np.cbrt(part), part / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005, equations 2 to 22."""
    mean = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    grey = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    (l1, c1, h1), (l2, c2, h2) = (
        (x[0], np.hypot(grey * x[1], x[2]), np.degrees(np.arctan2(x[2], grey * x[1])) % 360) for x in (one, other)
    )
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    middle, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    cosines = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(part * np.cos(np.radians(n * hue + shift)) for part, n, shift in cosines)
    sl = 1 + 0.015 * (middle - 50) ** 2 / np.sqrt(20 + (middle - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    bend = 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    return float(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 - bend * dc / sc * dh / sh))


def apart(one: str, other: str, vision: str) -> float:
    """How different two colours are; 1 is just seen side by side."""
    return ciede2000(*(lab(np.clip(VISIONS[vision] @ linear(colour), 0, 1)) for colour in (one, other)))


def contrast(ink: str, paper: str) -> float:
    """As the web's rules define it (WCAG 2.1)."""
    dark, light = sorted(float(linear(colour) @ XYZ[1]) for colour in (ink, paper))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_published_table(one, other, published):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", DIVERGING)
def test_signs_are_told_apart_at_full_and_at_half_values(scale, theme, vision):
    low, half_low, _, half_high, high = PALETTE[scale][theme]
    assert apart(low, high, vision) > 20
    assert apart(half_low, half_high, vision) > 20


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_groups_are_told_apart(theme, vision):
    for one, other in combinations(PALETTE["groups"][theme], 2):
        assert apart(one, other, vision) > 12, (one, other)


@pytest.mark.parametrize("theme", THEMES)
def test_names_of_maps_in_the_colours_of_groups_can_be_read(theme):
    paper = PALETTE["signed"][theme][2]
    assert min(contrast(colour, paper) for colour in PALETTE["groups"][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_every_paper_of_the_theme(theme):
    own = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    papers = own["backgroundColor"], own["secondaryBackgroundColor"]
    assert min(contrast(own[ink], paper) for ink in ("textColor", "linkColor") for paper in papers) >= 4.5
    assert contrast(own["primaryColor"], papers[0]) >= 4.5  # both ways: a word in it, and a word on it


@pytest.mark.parametrize("theme", THEMES)
def test_code_can_be_read_in_all_its_colours(theme):
    paper = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    found = re.findall(r"light-dark\((#\w{6}), (#\w{6})\)", STYLE)
    assert len(found) >= 4
    assert min(contrast(pair[THEMES.index(theme)], paper["secondaryBackgroundColor"]) for pair in found) >= 4.5
