"""A scene with its film: a link into the app, and the command that makes its file."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from cnnviz.content.links import Link
from cnnviz.text import Message

FOLDER = PurePosixPath("static/gallery")
THEMES = ("light", "dark")
WIDTH = 640  # of a film [pixels]


@dataclass(frozen=True)
class Exhibit(Link):
    """A scene with its film.

    Attributes
    ----------
    name : str
        Of its files in ``static/gallery``.
    words : str
        What to look at.
    alt : str
        What the film shows, for those who do not see it.
    seconds : float [s]
        That each step is seen.
    most : int or None
        Pictures at most; None is what the command does by itself.
    """

    name: str
    title: Message
    words: Message
    alt: Message
    seconds: float = 0.5
    most: int | None = None

    def film(self, theme: str) -> str:
        """The film's path in the checkout."""
        return str(FOLDER / f"{self.name}-{theme}.gif")

    def still(self, theme: str) -> str:
        """The path of its last picture, for readers who want nothing to move."""
        return str(FOLDER / f"{self.name}-{theme}.webp")

    def arguments(self, theme: str) -> list[str]:
        """What ``python -m cnnviz`` is told to make the film.

        >>> from cnnviz.content.gallery import EXHIBITS
        >>> EXHIBITS[0].arguments("dark")[1:4]
        ['convolution?input=typed', 'static/gallery/no-padding-dark.gif', '--dark']
        """
        most = [] if self.most is None else ["--most", str(self.most)]
        dark = ["--dark"] if theme == "dark" else []
        told = ["--width", str(WIDTH), "--seconds", f"{self.seconds:g}", *most]
        return ["export", self.address, self.film(theme), *dark, *told]

    def command(self, theme: str) -> str:
        """The same as it is typed, in any shell: an address has an ``&`` and no double quote.

        >>> from cnnviz.content.gallery import EXHIBITS
        >>> EXHIBITS[0].command("light").partition(" --")[0]
        'python -m cnnviz export "convolution?input=typed" static/gallery/no-padding-light.gif'
        """
        first, address, *rest = self.arguments(theme)
        return " ".join(["python -m cnnviz", first, f'"{address}"', *rest])
