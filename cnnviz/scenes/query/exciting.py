"""By which classes channels are sorted, and stretches of sound, as words."""

from collections.abc import Sequence

from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import Held, OneOf
from cnnviz.text import Message

NOBODY, REST = "nothing", "rest"
TELLS, FROM = "tells", "from_class"
MARKS = Held("marks", "")  # a stretch of sound, and another one from which channels shall tell it
PATCH = Held("patch", "")  # of a corpus, whose sound is on stage instead of the one that is chosen
UNIT = ("frame", "mel")
LONGEST = 3600  # seconds
Stretch = tuple[float, float]  # from and to [s]


def ask_tells(form: Form, classes: Sequence[str]) -> tuple[str, str | None] | None:
    """Which class channels shall tell from which, or from the rest; None where they are not sorted by that."""
    one = form.ask(
        OneOf(TELLS, NOBODY, Message("sort channels by how well they tell a class apart"), options=(NOBODY, *classes))
    )
    if one == NOBODY:
        return None
    others = tuple(name for name in classes if name != one)
    other = form.ask(OneOf(FROM, REST, Message("from"), options=(REST, *others)))
    return one, None if other == REST else other


def read_marks(text: str) -> list[Stretch]:
    """Stretches as an address has them; what is none is left out.

    >>> read_marks("0.5-1.25,2-3"), read_marks("3-2"), read_marks("x")
    ([(0.5, 1.25), (2.0, 3.0)], [], [])
    """
    found: list[Stretch] = []
    for part in text.split(",")[:2]:
        try:
            first, last = map(float, part.split("-"))
        except ValueError:
            return []
        if not 0 <= first < last < LONGEST:
            return []
        found.append((first, last))
    return found


def spell_marks(marks: Sequence[Sequence[float]]) -> str:
    """The same back into words, to a hundredth of a second.

    >>> spell_marks([(0.5, 1.254), (2.0, 3.0)])
    '0.50-1.25,2.00-3.00'
    """
    return ",".join(f"{first:.2f}-{last:.2f}" for first, last in marks)


def cleaned(marks: Sequence[object]) -> str:
    """What a browser says is marked, in words; nothing where that is none."""
    pairs = [one for one in marks if isinstance(one, (list, tuple)) and len(one) == 2]
    numbers = [[float(end) for end in pair if isinstance(end, (int, float))] for pair in pairs]
    spelled = spell_marks([pair for pair in numbers if len(pair) == 2][:2])
    return spell_marks(read_marks(spelled))
