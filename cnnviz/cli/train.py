"""``python -m cnnviz train RECIPE``: weights that ship, made again."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cnnviz.networks.training import News
from cnnviz.scenes.shipped import card, cards, title_of
from cnnviz.scenes.shipped.card import WEIGHTS, Card
from cnnviz.scenes.shipped.making import make
from cnnviz.scenes.shipped.recipes import RECIPES


def arguments(one: ArgumentParser) -> None:
    """What can be said behind ``train``."""
    one.add_argument("recipe", choices=RECIPES, metavar="RECIPE", help=", ".join(RECIPES))
    one.add_argument("--out", type=Path, default=WEIGHTS, metavar="FOLDER", help="where to write them, %(default)s")
    one.set_defaults(run=run)


def run(chosen: Namespace) -> None:
    """Train, and say how good it became."""
    made = make(chosen.recipe, chosen.out, told)
    for line in lines(made):
        print(line)


def lines(made: Card) -> list[str]:
    """One for each file: its step, and its accuracy on unseen examples."""
    return [f"{one.file}: step {one.step:,}, {one.accuracy:.2%} of {made.tested_on:,}" for one in made.moments]


def told(news: News) -> None:
    """How far it is, in one line of a terminal."""
    if sys.stderr.isatty():
        ends = "\n" if news.done == news.steps else ""
        print(f"\rstep {news.done:,} of {news.steps:,}", end=ends, file=sys.stderr, flush=True)


def table() -> str:
    """All cards in Markdown, for the README: a row for each of the weights that ship."""
    head = "| weights | what | learned from | accuracy on unseen |\n| --- | --- | --- | --- |\n"
    return head + "".join(map(row, map(card, cards())))


def row(one: Card) -> str:
    """One row: of several moments, the accuracy of each."""
    steps = ", ".join(f"{kept.accuracy:.1%} at step {kept.step:,}" for kept in one.moments)
    return f"| `{one.name}` | {title_of(one.name)} | {one.data}, {one.learned_from:,} | {steps} |\n"
