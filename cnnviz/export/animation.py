"""A scene as a film: GIF or MP4, and how large the file will be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal

from cnnviz.export.cast import cast_of
from cnnviz.export.drawn_stage import Stage, make_stage
from cnnviz.export.ffmpeg import mp4
from cnnviz.export.film import Film, Picture
from cnnviz.export.gif import Gif, palette_of
from cnnviz.export.look import ExportError, Look
from cnnviz.export.page import FREE
from cnnviz.export.plan import Plan
from cnnviz.scenes.blob import Scene

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
    scene: Scene, look: Look, plan: Plan, format: Format = "gif", progress: Progress = lambda done, of: None
) -> bytes:
    """A film of a scene.

    Parameters
    ----------
    look : Look
        Its width is that of the film; a film has paper, even where a picture would be transparent.
    progress : (pictures done, pictures in all) -> None
        Called before the first picture and after each. What it raises ends the film, and nothing is left behind.

    Raises
    ------
    ExportError
        If there are no such steps, the film would be too large, or there is no ffmpeg.
    """
    stage, steps = planned(scene, look, plan, format)
    film = Film(stage, look, plan.channel, plan.note(stage.order))

    def pictures() -> Iterator[Picture]:
        progress(0, len(steps))
        for done, step in enumerate(steps, 1):
            yield film.picture(step)
            progress(done, len(steps))

    return FORMATTERS[format](film, pictures(), steps, plan)


def frames_of(scene: Scene, look: Look, plan: Plan) -> Iterator[Picture]:
    """The pictures of a film, shape (rows, columns, 3), one after the other."""
    stage, steps = planned(scene, look, plan, "gif")
    return Film(stage, look, plan.channel, plan.note(stage.order)).pictures(steps)


def planned(scene: Scene, look: Look, plan: Plan, format: str) -> tuple[Stage, list[int]]:
    """The stage and the steps of a film that can be made."""
    if format not in FORMATS:
        raise ExportError(f"A film cannot be a {format} file. Choose {' or '.join(FORMATS)}.")
    stage = make_stage(scene, look.serpentine)
    steps = plan.steps(stage.order)
    if plan.channel is not None:
        stage.here(steps[0], plan.channel)
    return stage, steps


def check_size(size: tuple[int, int], frames: int) -> None:
    """Raise `ExportError` if a film has too many pixels."""
    width, height = size
    fit = MOST_PIXELS // (width * height)
    if frames > fit:
        raise ExportError(
            f"{frames:,} pictures of {width:,} × {height:,} pixels are too many for one film. "
            f"Show at most {fit:,} pictures, or choose a smaller width."
        )


def make_gif(film: Film, pictures: Iterator[Picture], steps: list[int], plan: Plan) -> bytes:
    """All durations are whole centiseconds, and so rounded that the sum is right."""
    gif = begin_gif(film, steps)
    ends = [round(100 * plan.seconds * i) for i in range(len(steps) + 1)]
    shown = [after - before for before, after in pairwise(ends)]
    shown[-1] = max(shown[-1], round(100 * HOLD))
    for picture, centiseconds in zip(pictures, shown, strict=True):
        gif.add(picture, centiseconds)
    return gif.finish()


def begin_gif(film: Film, steps: list[int]) -> Gif:
    """Its size is that of the first picture."""
    check_size(film.size(steps[0]), len(steps))
    stage = film.stage
    scales = {stage.input.scale, stage.output.scale, *(["gate"] if stage.gate else [])}
    scales |= {"weight"} if stage.meta["weighted"] else set()
    palette = palette_of(tuple(sorted(scales)), stage.meta["ndim"] == 1, stage.broken, film.look)
    return Gif(film.size(steps[0]), palette, f"{stage.meta['title']}, made with {FREE}")


def make_mp4(film: Film, pictures: Iterator[Picture], steps: list[int], plan: Plan) -> bytes:
    """The last picture is repeated for as long as it is held."""
    seconds = exactly(plan.seconds)
    check_size(film.size(steps[0]), len(steps))
    with mp4(film.size(steps[0]), seconds) as made:
        for picture in pictures:
            made.add(picture)
        for _ in range(held(seconds) - 1):
            made.add(picture)
        return made.finish()


def held(seconds: Fraction) -> int:
    """Times that the last picture is seen."""
    return max(1, ceil(Fraction(HOLD) / seconds))


def exactly(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(1000)


FORMATTERS: dict[Format, Callable[[Film, Iterator[Picture], list[int], Plan], bytes]] = {
    "gif": make_gif,
    "mp4": make_mp4,
}


def estimate(scene: Scene, look: Look, plan: Plan, format: Format = "gif") -> Estimate:
    """What a film will be, from a few of its pictures.

    Raises
    ------
    ExportError
        As `animate`.
    """
    stage, steps = planned(scene, look, plan, format)
    film = Film(stage, look, plan.channel, plan.note(stage.order))
    some = neighbours(stage, steps, plan.channel)
    if format == "gif":
        gif = begin_gif(film, steps)
        sizes = []
        for step in some:
            gif.add(film.picture(step), 1)
            sizes.append(gif.bytes_so_far)
        seconds = plan.seconds * (len(steps) - 1) + max(HOLD, plan.seconds)
    else:
        sizes = [len(make_mp4(film, film.pictures(part), part, plan)) for part in (some[:1], some)]
        check_size(film.size(steps[0]), len(steps))
        seconds = float(exactly(plan.seconds) * (len(steps) - 1 + held(exactly(plan.seconds))))
    each = (sizes[-1] - sizes[0]) / max(1, len(some) - 1)
    return Estimate(len(steps), seconds, round(sizes[0] + each * (len(steps) - 1)))


def neighbours(stage: Stage, steps: list[int], channel: int | None) -> list[int]:
    """A few steps that follow each other, round the middle of the film and between two changes of what stands still."""
    starts = range(max(1, len(steps) - SAMPLED + 1))
    for start in sorted(starts, key=lambda start: abs(start - len(steps) // 2)):
        some = steps[start : start + SAMPLED]
        if len({cast_of(stage, stage.here(step, channel)) for step in some}) == 1:
            return some
    return steps[:SAMPLED]
