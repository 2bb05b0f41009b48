"""What goes in: the forms of an input, of a sound and its part, and of a seed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from cnnviz.core.layers import Shape
from cnnviz.inputs import Source, SourceError, for_ndim
from cnnviz.inputs.drawn import Drawn
from cnnviz.inputs.logmel import Features
from cnnviz.inputs.part import Part
from cnnviz.inputs.read import read
from cnnviz.inputs.spectrogram import WANTED as ARRAYS
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import SOUNDS, WANTED, Upload
from cnnviz.scenes.query.fields import NOTHING
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import Drawing, Number, OneOf
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message

INPUT, FILE, MEL = "input_", "file_", "mel_"  # before the names of a source's own knobs, a file's, a log-mel's
NDIMS = {"1d": 1, "2d": 2, "3d": 3}
RECORDING = "microphone"
MADE = ("log-mel", "events")  # sounds that are made here
PART = ("from", "to")  # [s]
LONGEST = 3600.0  # [s]
SEED = Number("seed", 0, help="torch.manual_seed", low=0, high=9999)
PARTS = tuple(
    Number(name, None, f"{name} [s]", Message("analyse a part alone"), 0.0, LONGEST, 0.1, empty=Message("all"))
    for name in PART
)
Make = Callable[[], Source]  # gives the source, or raises what is wrong with it


def ask_ndim(form: Form, dims: Mapping[str, int] = NDIMS) -> int:
    """How many axes the kernel slides along."""
    return dims[form.ask(OneOf("ndim", "2d", options=tuple(dims), row=True))]


def ask_source(
    form: Form, ndim: int, default: str = "", start: Mapping[str, Any] = NOTHING
) -> tuple[type[Source], Make]:
    """Kind of input, and a function that makes it.

    `default` is the kind that the page begins with, and `start` says how, if not with its own defaults.
    """
    kinds = for_ndim(ndim)
    name = form.ask(OneOf("input", default if default in kinds else next(iter(kinds)), options=tuple(kinds)))
    kind = kinds[name]
    if kind is Drawn:
        return kind, ask_drawn(form)
    if kind is not Upload:
        chosen = form.setting(kind, ndim, INPUT, start=start if name == default else NOTHING)
        return kind, lambda: kind(ndim=ndim, **chosen)
    label = Message("picture, sound or .npy, up to 20 MB") if ndim == 2 else Message(".npy, up to 20 MB")
    file = form.file("input_file", label)
    chosen = form.setting(kind, ndim, FILE, start=start) if ndim == 2 else {}

    def make() -> Source:
        if file is None:
            raise SourceError("Choose a file first: {wanted}.", wanted=WANTED if ndim == 2 else Message("a .npy array"))
        data, called = file
        return Upload(ndim=ndim, data=data, name=called, **chosen)

    return kind, make


def ask_drawn(form: Form) -> Make:
    """A drawing by hand, and the grid that it is drawn on."""
    said = form.setting(Drawn, 2, INPUT, ("cells",))
    cells = form.ask(Drawing(f"{INPUT}cells", "", size=Drawn(**said).size))
    return lambda: Drawn(cells=cells, **said)


def shape_of(source: Source) -> Shape:
    """Shape of an input, (channels, *axes)."""
    return read(source).values.shape


# --- a sound ---


def ask_clip(form: Form, default: str = "log-mel") -> tuple[type[Source], Make]:
    """Kind of sound, or of another input of two axes, and a function that makes it."""
    built_in = [name for name in for_ndim(2) if name not in (*MADE, "upload")]
    name = form.ask(OneOf("input", default, options=(*MADE, "upload", RECORDING, *built_in)))
    if name == "upload":
        return Upload, heard(form, uploaded(form))
    if name == RECORDING:
        return Upload, heard(form, recorded(form))
    kind = for_ndim(2)[name]
    if kind is Drawn:
        return kind, ask_drawn(form)
    chosen = form.setting(kind, 2, INPUT)
    if name in MADE:
        return kind, heard(form, lambda: kind(ndim=2, **chosen))
    return kind, lambda: kind(ndim=2, **chosen)


def uploaded(form: Form) -> Make:
    """A file: a sound, a picture, or a spectrogram that was computed elsewhere."""
    file = form.file("input_file", Message("sound, picture or spectrogram, up to 20 MB"))
    array = file is not None and bool(file[0]) and identify(file[0]).name not in SOUNDS
    chosen = form.setting(Spectrogram, 2, FILE) if array else form.setting(Upload, 2, FILE, ("rows", "colour"))

    def make() -> Source:
        if file is None:
            raise SourceError("Choose a file first: {wanted}; or {arrays}.", wanted=WANTED, arrays=ARRAYS)
        data, called = file
        return (Spectrogram if array else Upload)(ndim=2, data=data, name=called, **chosen)

    return make


def recorded(form: Form) -> Make:
    """What the microphone hears."""
    recording = form.file(RECORDING, Message("record a sound"))

    def make() -> Source:
        if recording is None:
            raise SourceError("Nothing is recorded yet: press the microphone, and once more when you are done.")
        return Upload(ndim=2, data=recording[0], name="recording")

    return make


def heard(form: Form, make: Make) -> Make:
    """The same sound as the chosen log-mel, and the chosen part of it."""
    features = ask_features(form)
    start, stop = form.row(*PARTS)

    def made() -> Source:
        told = features()
        source = replace(make(), features=told)  # type: ignore[call-arg]
        if start is None and stop is None:
            return source
        samples = source.samples()
        end = len(samples) / told.rate if samples is not None else 0
        return Part(whole=source, start=start or 0, stop=end if stop is None else stop, features=told)

    return made


def ask_features(form: Form) -> Callable[[], Features]:
    """How the sound becomes a log-mel spectrogram."""
    with form.folded("log_mel", Message("Log-mel")):
        numbers = form.setting(Features, 2, MEL)
        with suppress(SourceError):  # said by the function below, where the page shows it
            form.say(Message("Gives {features}.", features=Features(**numbers).words()))
    return lambda: Features(**numbers)
