"""Maps to take away: as arrays for those who compute on, and as pictures for a slide.

The whole network runs, although stages behind the chosen one do not count: how many cores torch takes depends on the
work in all, and with them its last bits. So the files hold what the viewer shows, to the bit.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil, sqrt
from threading import Lock
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from safetensors.numpy import save

from cnnviz.fields import INPUT, Field, fields, spans
from cnnviz.layers import Array, Conv
from cnnviz.maps import TOP, Channels, Clip, channels_of, planes, stage_words, statistical
from cnnviz.network import run_network
from cnnviz.run import Run
from cnnviz.scene import DIVERGING, PALETTE, Tensors, ranges
from cnnviz.show import MapsChoice, StageChoice, clip_of, inside
from cnnviz.sources.logmel import RATE
from cnnviz.sources.upload import plain_name

DRAWING = Lock()  # Matplotlib is not thread-safe, by its own word; the sessions of a server are threads
DPI = 150
WIDTH = 10.0  # of a picture [inches]
ROW, GAP, HEAD, FOOT = 1.55, 0.42, 1.25, 0.95  # of a panel, between two, above and below all [inches]
LEFT, RIGHT = 0.75, 0.85  # margins of the panels, with the numbers of axes and colour bars [inches]
PIXELS = (1200, 230)  # of a panel
EDGE = 0.2  # margin of words and of the gallery [inches]
GREY = "#808080"  # halfway between the papers of both themes
LABEL = 0.2  # under a channel of the gallery [inches]
PLAIN: dict[str, Any] = {"parse_math": False}  # a file's name may hold $


@dataclass(frozen=True, eq=False)
class Taken:
    """A stage as torch gave it, and where its cells lie.

    Attributes
    ----------
    channel, unit : as in the choice, pulled back inside
    """

    choice: MapsChoice
    clip: Clip
    done: Run
    channel: int
    unit: tuple[int, int] | None

    @property
    def names(self) -> list[str]:
        """The input and the stages, in order."""
        return [INPUT, *(name for name, _ in self.choice.at.network.network.stages)]

    def lies(self, stage: str) -> list[dict[str, float]]:
        """Unit *u* of a stage is centred at cell ``u * jump + first`` of the input, along frames and mels."""
        found = [(Field(), Field()), *fields(self.choice.at.network.network)][self.names.index(stage)]
        lies: list[dict[str, float]] = stage_words(stage, "", (), found)["lies"]
        return lies


def take(choice: MapsChoice) -> Taken:
    """Run the network once.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    at, clip = choice.at, clip_of(choice.at.source)
    done = run_network(at.network.network, clip.values, at.seed, at.weights(), {at.stage})[at.stage]
    return Taken(choice, clip, done, *inside(choice, done.y.shape))


def file_name(choice: MapsChoice, ending: str) -> str:
    """What a file is called; a picture (png) is of one channel, and all other files hold every one.

    >>> from cnnviz.network import BASELINE
    >>> from cnnviz.show import StageChoice
    >>> from cnnviz.sources.sound import LogMel
    >>> choice = MapsChoice(StageChoice(BASELINE, LogMel(), "glu3"), channel=5)
    >>> file_name(choice, "png"), file_name(choice, "gallery.png"), file_name(choice, "npz")
    ('glu3_channel5.png', 'glu3.gallery.png', 'glu3.npz')
    """
    stage = choice.at.stage
    made = [one.out_channels for _, one in choice.at.network.network.upto(stage).stages if isinstance(one, Conv)][-1]
    channel = f"_channel{min(choice.channel, made - 1)}" if ending == "png" else ""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', stage)}{channel}.{ending}"


def npz(choice: MapsChoice) -> bytes:
    """All maps of the stage as a NumPy archive, which ``np.load(..., allow_pickle=False)`` reads.

    Returns
    -------
    bytes
        ``maps`` (channels, frames, mels) and ``input`` (frames, mels), float32; ``seconds`` (frames,) and ``hertz``
        (mels,), float64, or ``frames`` and ``mels``, see `centres`; without axes ``stage``, ``layer``, ``seed``,
        ``weights``, ``network``, ``clip`` and ``readme``.
    """
    taken, data = take(choice), BytesIO()
    words = {name: np.array(word) for name, word in words_of(taken).items()}
    np.savez_compressed(data, allow_pickle=False, **arrays(taken), **words)
    return data.getvalue()


def tensors(choice: MapsChoice) -> bytes:
    """The same as a safetensors file; what is no array stands in its metadata, as text."""
    taken = take(choice)
    return save(arrays(taken), metadata={name: str(word) for name, word in words_of(taken).items()})


def arrays(taken: Taken) -> Tensors:
    """What was computed and read, exactly, and where its cells lie."""
    found: Tensors = {"maps": taken.done.y, "input": taken.clip.values[0], **centres(taken)}
    return {name: np.ascontiguousarray(values) for name, values in found.items()}


def centres(taken: Taken) -> Tensors:
    """Where the units of the stage are centred.

    Returns
    -------
    dict
        ``seconds`` (frames,) on the clip and ``hertz`` (mels,), read off between the centres of the input's mels: NaN
        beyond the first and the last. Of an input that is no sound ``frames`` and ``mels``: cells of the input from 0.
    """
    features, lies = taken.clip.features, taken.lies(taken.choice.at.stage)
    sizes = taken.done.y.shape[1:]
    frames, mels = (np.arange(n) * lie["jump"] + lie["first"] for n, lie in zip(sizes, lies, strict=True))
    if not features:
        return {"frames": frames, "mels": mels}
    peaks = features.hertz()
    hertz = np.interp(mels, np.arange(len(peaks)), peaks, left=np.nan, right=np.nan)
    return {"seconds": frames * features.hop_length / RATE, "hertz": hertz}


def words_of(taken: Taken) -> dict[str, str | int]:
    """What the numbers are, and what it takes to get them again."""
    at = taken.choice.at
    lies = "frames and mels are cells of the input, counted from 0"
    if taken.clip.features:
        lies = "seconds [s] lie on the clip, and hertz [Hz] are NaN beyond its mels"
    return {
        "stage": at.stage,
        "layer": taken.done.layer.code(),
        "seed": at.seed,
        "weights": weights_words(at),
        "network": repr(at.network),
        "clip": at.source.grid().caption,
        "readme": f"maps (channels, frames, mels) is the output of {at.stage}, input (frames, mels) what the network "
        f"reads. Of the centres of all frames and mels of the maps, {lies}.",
    }


def weights_words(at: StageChoice) -> str:
    """Where the weights are from."""
    if not at.checkpoint:
        return "random weights"
    names = ", ".join(filter(None, [plain_name(at.checkpoint.name), at.checkpoint.part]))
    return f"weights of {names} (sha256 {at.checkpoint.digest[:12]})"


def picture(choice: MapsChoice, dark: bool = False) -> bytes:
    """A PNG of the selected channel below the input; see `picture_figure`."""
    taken = take(choice)
    with DRAWING:
        return png(picture_figure(taken, dark))


def gallery(choice: MapsChoice, dark: bool = False) -> bytes:
    """A PNG of all channels; see `gallery_figure`."""
    taken = take(choice)
    with DRAWING:
        return png(gallery_figure(taken, dark))


def png(figure: Figure) -> bytes:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=DPI)
    return data.getvalue()


def picture_figure(taken: Taken, dark: bool = False) -> Figure:
    """The input, and below it the planes of the selected channel: time to the right, frequency upwards.

    All panels share their axes, so that what lies above each other is at the same time. The box is the unit; on the
    input, and on what the stage reads, it is what the unit sees.
    """
    rows = panels(taken)
    height = HEAD + FOOT + len(rows) * (ROW + GAP) - GAP
    figure = new_figure(height, dark)
    places = {"left": LEFT / WIDTH, "right": 1 - RIGHT / WIDTH, "top": 1 - HEAD / height, "bottom": FOOT / height}
    grid = figure.add_gridspec(len(rows), 2, hspace=GAP / ROW, wspace=0.03, width_ratios=(70, 1), **places)
    extents = np.array([extent(taken, stage, [(0, n - 1) for n in values.shape]) for _, values, _, stage in rows])
    (left, _, bottom, _), (_, right, _, top) = extents.min(axis=0), extents.max(axis=0)
    for row, (title, values, scale, stage) in enumerate(rows):
        panel, bar = (figure.add_subplot(grid[row, column]) for column in (0, 1))
        image = paint(panel, values, scale, limits(scale, values), extents[row], dark)
        figure.colorbar(image, cax=bar)
        number_bar(image, bar, dark)
        add_box(panel, taken, stage)
        panel.set_title(title, loc="left", fontsize=10, color=ink(dark), **PLAIN)
        name_axes(panel, taken.clip, row + 1 == len(rows))
        panel.set(xlim=(left, right), ylim=(bottom, top))
        dress(panel, dark)
    title = f"{taken.choice.at.stage}, channel {taken.channel} of {len(taken.done.y)}"
    write_round(figure, taken, title, unit_words(taken), dark)
    return figure


def gallery_figure(taken: Taken, dark: bool = False) -> Figure:
    """All channels of the stage, small and numbered, with their largest size; those that are dead or constant say so.

    The pictures are means of blocks of cells, as in the viewer.
    """
    every = channels_of(taken.done.y)
    columns = min(16, max(4, ceil(sqrt(len(every.levels)))))
    wide, tall = (WIDTH - 2 * EDGE) / columns, (WIDTH - 2 * EDGE) / columns / 2 + LABEL
    height = HEAD + FOOT / 2 + ceil(len(every.levels) / columns) * tall
    figure = new_figure(height, dark)
    sheet = figure.add_axes((0, 0, 1, 1))  # in inches, so that one panel holds all
    for channel in range(len(every.levels)):
        row, column = divmod(channel, columns)
        add_tile(sheet, every, channel, EDGE + column * wide, height - HEAD - row * tall, 0.94 * wide, wide / 2, dark)
    sheet.set(xlim=(0, WIDTH), ylim=(0, height))
    sheet.set_axis_off()
    add_key(figure, dark)
    title = f"{taken.choice.at.stage}, all {len(every.levels)} channels"
    write_round(figure, taken, title, "each on its own scale, which ends at ± the number under it", dark)
    return figure


def add_tile(
    sheet: Axes, every: Channels, channel: int, left: float, top: float, wide: float, high: float, dark: bool
) -> None:
    """One channel of the gallery and its number; a place in inches."""
    levels, (lowest, highest) = every.levels[channel], every.ranges[channel]
    values = np.where(levels > TOP, np.nan, lowest + (highest - lowest) * levels.astype(np.float32) / TOP)
    ends = limits("signed", np.array([lowest, highest]))
    place = left, left + wide, top - high, top
    paint(sheet, values, "signed", ends, place, dark, (int(wide * DPI), int(high * DPI)))
    words = f"{channel}  {every.states()[channel] or f'±{number(ends[1])}'}"
    sheet.text(left, top - high - 0.03, words, fontsize=min(8, 8 * wide), va="top", color=ink(dark))


def add_key(figure: Figure, dark: bool) -> None:
    """Which colours are below zero and which above, above the maps at the right."""
    height = figure.get_figheight()
    bar = figure.add_axes((1 - 2.4 / WIDTH, 1 - 0.86 / height, 2 / WIDTH, 0.13 / height))
    paint(bar, np.linspace(-1, 1, TOP + 1, dtype=np.float32)[:, None], "signed", (-1, 1), (-1, 1, 0, 1), dark)
    bar.set(yticks=[], xticks=[-1, 0, 1], xticklabels=["−", "0", "+"])
    dress(bar, dark)


Panel = tuple[str, Array, str, str]


def panels(taken: Taken) -> list[Panel]:
    """What is drawn, downwards: title, values (frames, mels), their colours, and the stage whose cells they are."""
    stage, layer = taken.choice.at.stage, taken.done.layer.code()
    before = taken.names[taken.names.index(stage) - 1]
    found = [("input", taken.clip.values[0], taken.clip.scale, INPUT)]
    *some, (name, values, scale) = planes(taken.done, taken.channel)
    found += [(one, cells, colours, before) for one, cells, colours in some]
    found.append((f"{name}: {layer}", values, scale, stage))
    return [(title + odd_words(values), values, scale, stage) for title, values, scale, stage in found]


def odd_words(values: Array) -> str:
    """Of cells that have no colour, how many there are."""
    odd = np.count_nonzero(~np.isfinite(values))
    return f" (hatched: {odd:,} of {values.size:,} cells are no number)" if odd else ""


def extent(taken: Taken, stage: str, cells: Sequence[Sequence[int]]) -> tuple[float, float, float, float]:
    """Where a stage's cells lie, first to last along both axes: left, right [s], bottom, top [mels of the input]."""
    step = taken.clip.words()["step"] or 1
    (left, right), (bottom, top) = (
        [(cell + side) * lie["jump"] + lie["first"] for cell, side in zip(ends, (-0.5, 0.5), strict=True)]
        for ends, lie in zip(cells, taken.lies(stage), strict=True)
    )
    return left * step, right * step, bottom, top


def limits(scale: str, values: Array) -> tuple[float, float]:
    """The ends of a colour bar, as static/player/colour.js has them: zero is in the middle of a diverging one."""
    low, high = map(float, ranges(values[None])[0])
    if scale == "gate":
        return 0, 1
    if scale in DIVERGING:
        most = max(abs(low), abs(high)) or 1
        return -most, most
    return (low, high) if low < high else (min(low, 0), max(low, 0) if low else 1)


def paint(
    sheet: Axes,
    values: Array,
    scale: str,
    ends: tuple[float, float],
    place: Any,
    dark: bool,
    pixels: tuple[int, int] = PIXELS,
) -> AxesImage:
    """A map (frames, mels), turned, in a place (left, right, bottom, top); what is no number is hatched.

    Cells are drawn sharp, and averaged where there are more of them than pixels.
    """
    left, right, bottom, top = place
    hatch = "" if np.isfinite(values).all() else "//////"
    under: dict[str, Any] = {"hatch": hatch, "facecolor": "none", "edgecolor": GREY, "linewidth": 1, "zorder": -1}
    sheet.add_patch(Rectangle((left, bottom), right - left, top - bottom, **under))
    fits = all(n <= most for n, most in zip(values.shape, pixels, strict=True))
    colours = LinearSegmentedColormap.from_list(scale, PALETTE[scale][key(dark)], TOP + 1)
    return sheet.imshow(
        values.T,
        cmap=colours,
        clim=ends,
        aspect="auto",
        origin="lower",
        extent=(left, right, bottom, top),
        interpolation="nearest" if fits else "hanning",
    )


def number_bar(image: AxesImage, bar: Axes, dark: bool) -> None:
    """The numbers of the colours: both ends and the middle."""
    low, high = image.get_clim()
    ticks = [low, (low + high) / 2, high]
    bar.set_yticks(ticks, [number(tick) for tick in ticks])
    dress(bar, dark)


def seen(taken: Taken, stage: str) -> list[tuple[int, int]]:
    """First and last cell of a stage that go with the unit, along frames and mels; empty where there are none."""
    at = taken.choice.at
    tables = spans(at.network.network, taken.clip.values.shape, at.stage)[stage]
    cells = [(int(table[u, 0]), int(table[u, 1])) for table, u in zip(tables, taken.unit or (), strict=False)]
    return cells if all(first <= last for first, last in cells) else []


def add_box(panel: Axes, taken: Taken, stage: str) -> None:
    """Round the cells that go with the unit: white on black, which is seen on all colours."""
    cells = seen(taken, stage)
    if not cells:
        return
    left, right, bottom, top = extent(taken, stage, cells)
    black, white = PALETTE["picture"]["light"]
    stroke = [withStroke(linewidth=2.8, foreground=black)]
    look: dict[str, Any] = {"edgecolor": white, "linewidth": 1.2, "path_effects": stroke, "clip_on": False, "zorder": 5}
    panel.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, **look))


def unit_words(taken: Taken) -> str:
    """What the box is, and what else its unit depends on."""
    if not taken.unit:
        return ""
    at, value = taken.choice.at, float(taken.done.y[taken.channel, *taken.unit])
    whole = statistical(at.network.network, at.stage)
    sees = ", and what it sees on the input" if seen(taken, INPUT) else ", which reads padding alone"
    also = f"; through the statistics of {whole} it depends on all of it" if whole else ""
    return f"box: {at.stage}[0, {taken.channel}, {taken.unit[0]}, {taken.unit[1]}] = {number(value)}{sees}{also}"


def name_axes(panel: Axes, clip: Clip, last: bool) -> None:
    """Seconds and hertz if they are known, on one axis of time for all panels."""
    panel.tick_params(labelbottom=last, labelsize=9)
    if clip.features:
        peaks = clip.features.hertz()
        marks = clip.words()["hertz"] or [(peaks[0], 0), (peaks[-1], len(peaks) - 1)]
        panel.set_yticks([mel for _, mel in marks], [f"{f / 1000:g}k" if f >= 1000 else f"{f:.0f}" for f, _ in marks])
    panel.set_ylabel("frequency [Hz]" if clip.features else "mel", fontsize=9)
    if last:
        panel.set_xlabel("time [s]" if clip.features else "frame", fontsize=9)


def write_round(figure: Figure, taken: Taken, title: str, note: str, dark: bool) -> None:
    """What this is, above; and below, small, what it takes to get it again."""
    at, height = taken.choice.at, figure.get_figheight()
    caption = textwrap.shorten(at.source.grid().caption, 130, placeholder=" …")
    left = EDGE / WIDTH
    for words, below, size in ((title, 0.18, 15), (caption, 0.5, 10), (note, 0.7, 9)):
        figure.text(left, 1 - below / height, words, fontsize=size, va="top", color=ink(dark), **PLAIN)
    foot = textwrap.fill(f"{weights_words(at)}, seed {at.seed}, {at.network}", 185)
    figure.text(left, 0.12 / height, foot, fontsize=6.5, va="bottom", color=ink(dark), **PLAIN)


def dress(panel: Axes, dark: bool) -> None:
    """All lines and words of a panel in the theme's ink."""
    panel.set_facecolor(paper(dark))
    panel.tick_params(colors=ink(dark))
    for part in (panel.xaxis.label, panel.yaxis.label):
        part.set_color(ink(dark))
    for spine in panel.spines.values():
        spine.set_edgecolor(GREY)


def new_figure(height: float, dark: bool) -> Figure:
    return Figure((WIDTH, height), facecolor=paper(dark))


def key(dark: bool) -> str:
    return "dark" if dark else "light"


def paper(dark: bool) -> str:
    """Zero of the diverging colours."""
    return PALETTE["signed"][key(dark)][2]


def ink(dark: bool) -> str:
    """White or black."""
    return PALETTE["picture"][key(dark)][int(dark)]


def number(value: float) -> str:
    """As short as it can be read.

    >>> number(-0.123456), number(2)
    ('−0.123', '2')
    """
    return f"{value:.3g}".replace("-", "−")
