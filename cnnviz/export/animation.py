"""A scene as a film: GIF or MP4, and how large the file will be."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal

from cnnviz.export.ffmpeg import mp4
from cnnviz.export.film import Film, Frame
from cnnviz.export.gif import Gif, gif, palette_of
from cnnviz.export.look import ExportError, Look
from cnnviz.export.plan import Plan, steps_of
from cnnviz.export.told import FREE
from cnnviz.text import _, either

Format = Literal["gif", "mp4"]
FORMATS: tuple[Format, ...] = ("gif", "mp4")
MOST_PIXELS = 1_500_000_000  # of all pictures together
HOLD = 1.5  # that the last step is seen at least [s]
SAMPLED = 4  # pictures that an estimate draws

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Estimate:
    """What a film will be: pictures, seconds that it runs, and bytes, about."""

    frames: int
    seconds: float
    size: int


def animate(
    blob: bytes,
    look: Look,
    plan: Plan,
    format: Format = "gif",
    progress: Progress = lambda done, of: None,
    beside: bytes = b"",
) -> bytes:
    """A film of a scene, or of two under one playhead.

    Parameters
    ----------
    blob, beside : bytes
        As `Scene.to_bytes` gives it; the one beside may be none.
    look : Look
        Its width is that of the film; a film has paper, even where a picture would be transparent.
    progress : (pictures done, pictures in all) -> None
        Called before the first picture and after each. What it raises ends the film, and nothing is left behind.

    Raises
    ------
    ExportError
        If there are no such steps, the film would be too large, or there is no ffmpeg.
    """
    film, steps = planned(blob, look, plan, format, beside)

    def frames() -> Iterator[Frame]:
        progress(0, len(steps))
        for done, step in enumerate(steps, 1):
            yield film.frame(step)
            progress(done, len(steps))

    return FORMATTERS[format](film, frames(), steps, plan)


def planned(blob: bytes, look: Look, plan: Plan, format: str, beside: bytes) -> tuple[Film, list[int]]:
    """A film that can be made, and its steps."""
    if format not in FORMATS:
        raise ExportError("A film cannot be a {format} file. Choose {formats}.", format=format, formats=either(FORMATS))
    film = Film(blob, look, plan, beside)
    return film, film.steps


def check_size(size: tuple[int, int], frames: int) -> None:
    """Raise `ExportError` if a film has too many pixels."""
    width, height = size
    fit = MOST_PIXELS // (width * height)
    if frames > fit:
        raise ExportError(
            "{frames:,} pictures of {width:,} × {height:,} pixels are too many for one film. Show at most {fit:,} "
            "pictures, or choose a smaller width.",
            frames=frames,
            width=width,
            height=height,
            fit=fit,
        )


def make_gif(film: Film, frames: Iterator[Frame], steps: list[int], plan: Plan) -> bytes:
    """All durations are whole centiseconds, and so rounded that the sum is right."""
    ends = [round(100 * plan.seconds * i) for i in range(len(steps) + 1)]
    shown = [after - before for before, after in pairwise(ends)]
    shown[-1] = max(shown[-1], round(100 * HOLD))
    with begin_gif(film, steps) as made:
        for frame, centiseconds in zip(frames, shown, strict=True):
            made.add(frame, centiseconds)
        return made.finish()


def begin_gif(film: Film, steps: list[int]) -> AbstractContextManager[Gif]:
    check_size(film.size, len(steps))
    return gif(
        film.size,
        palette_of(film.told.scenes, film.look),
        _("{title}, made with {free}", title=film.told.title, free=FREE),
    )


def make_mp4(film: Film, frames: Iterator[Frame], steps: list[int], plan: Plan) -> bytes:
    """The last picture is repeated for as long as it is held."""
    seconds = exactly(plan.seconds)
    check_size(film.size, len(steps))
    with mp4(film.size, seconds) as made:
        for frame in frames:
            made.add(frame.rgb)
        for _ in range(held(seconds) - 1):
            made.add(frame.rgb)
        return made.finish()


def held(seconds: Fraction) -> int:
    """Times that the last picture is seen."""
    return max(1, ceil(Fraction(HOLD) / seconds))


def exactly(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(1000)


FORMATTERS: dict[Format, Callable[[Film, Iterator[Frame], list[int], Plan], bytes]] = {
    "gif": make_gif,
    "mp4": make_mp4,
}


def estimate(blob: bytes, look: Look, plan: Plan, format: Format = "gif", beside: bytes = b"") -> Estimate:
    """What a film will be, from a few of its pictures.

    Raises
    ------
    ExportError
        As `animate`.
    """
    film, steps = planned(blob, look, plan, format, beside)
    some = neighbours(steps, steps_of(film.told.scene).cells)
    if format == "gif":
        sizes = []
        with begin_gif(film, steps) as made:
            for step in some:
                made.add(film.frame(step), 1)
                sizes.append(made.bytes_so_far)
        seconds = plan.seconds * (len(steps) - 1) + max(HOLD, plan.seconds)
    else:
        sizes = [len(make_mp4(film, film.frames(part), part, plan)) for part in (some[:1], some)]
        check_size(film.size, len(steps))
        seconds = float(exactly(plan.seconds) * (len(steps) - 1 + held(exactly(plan.seconds))))
    each = (sizes[-1] - sizes[0]) / max(1, len(some) - 1)
    return Estimate(len(steps), seconds, round(sizes[0] + each * (len(steps) - 1)))


def neighbours(steps: list[int], cells: int) -> list[int]:
    """A few steps that follow each other, round the middle of the film and in one turn.

    >>> neighbours([0, 2, 4, 6, 8, 10, 12], 6), neighbours([1, 5], 9)
    ([2, 4, 6, 8], [1, 5])
    """
    starts = range(max(1, len(steps) - SAMPLED + 1))
    nearest = sorted(starts, key=lambda start: abs(start - (len(steps) - SAMPLED) / 2))
    found = [steps[start : start + SAMPLED] for start in nearest]
    return next((some for some in found if some[0] // cells == some[-1] // cells), found[0])
