"""All cards as a table, for the README."""

from cnnviz.scenes.shipped import card, cards, title_of
from cnnviz.scenes.shipped.card import Card


def table() -> str:
    """Markdown: a row for each of the weights that ship."""
    head = "| weights | what | learned from | accuracy on unseen |\n| --- | --- | --- | --- |\n"
    return head + "".join(map(row, map(card, cards())))


def row(one: Card) -> str:
    """One row: of several moments, the accuracy of each."""
    steps = ", ".join(f"{kept.accuracy:.1%} at step {kept.step:,}" for kept in one.moments)
    return f"| `{one.name}` | {title_of(one.name)} | {one.learned_from:,} | {steps} |\n"
