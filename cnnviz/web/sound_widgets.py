"""What a network hears: the widgets of a clip, of its log-mel spectrogram, and of a part of it."""

from contextlib import suppress
from dataclasses import asdict, replace

import streamlit as st

from cnnviz.inputs import Source, SourceError, for_ndim
from cnnviz.inputs.logmel import DESED, RATE, Features
from cnnviz.inputs.part import Part
from cnnviz.inputs.spectrogram import WANTED as ARRAYS
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import SOUNDS, WANTED, Upload
from cnnviz.tensorfile.signatures import identify
from cnnviz.web.input_widgets import FILE, INPUT, Maker, choose_from
from cnnviz.web.pools import FILES
from cnnviz.web.widgets import BIND, place, settings_panel

MEL = "mel_"  # before the names of the log-mel's own knobs
RECORDING = "microphone"
PART = ("from", "to")  # [s], in the address


def choose_clip() -> tuple[type[Source], Maker]:
    """Kind of input, and a function that makes it."""
    name = choose_from("input", ["log-mel", "upload", RECORDING, *others()], "log-mel")
    if name in others():
        return built_in(name)
    if name == "log-mel":
        kind, make = built_in(name)
        return kind, heard(make)
    return Upload, heard(uploaded() if name == "upload" else recorded())


def built_in(name: str) -> tuple[type[Source], Maker]:
    """An input that needs no file."""
    kind = for_ndim(2)[name]
    fields = settings_panel(kind, 2, INPUT)
    return kind, lambda: kind(ndim=2, **fields)


def others() -> list[str]:
    """Inputs that are no sound, for those who want to see what the network does with them."""
    return [name for name in for_ndim(2) if name not in ("log-mel", "upload")]


def uploaded() -> Maker:
    """A file: a sound, a picture, or a spectrogram that was computed elsewhere."""
    FILES.warm()
    file = st.file_uploader("sound, picture or spectrogram, up to 20 MB", key="input_file")
    data = file.getvalue() if file else b""
    array = bool(data) and identify(data).name not in SOUNDS
    fields = settings_panel(Spectrogram, 2, FILE) if array else settings_panel(Upload, 2, FILE, ("rows", "colour"))

    def make() -> Source:
        if not file:
            raise SourceError(f"Choose a file first: {WANTED}; or {ARRAYS}.")
        kind = Spectrogram if array else Upload
        return kind(ndim=2, data=data, name=file.name, **fields)

    return make


def recorded() -> Maker:
    """What the microphone hears."""
    FILES.warm()
    recording = st.audio_input("record a sound", sample_rate=RATE, key="recording")

    def make() -> Source:
        if not recording:
            raise SourceError("Nothing is recorded yet: press the microphone, and once more when you are done.")
        return Upload(ndim=2, data=recording.getvalue(), name="recording")

    return make


def heard(make: Maker) -> Maker:
    """The same sound as the chosen log-mel, and the chosen part of it."""
    with st.expander("Log-mel", key="log_mel", on_change="rerun", bind=BIND):
        st.button("DESED", help="all as in the DESED baselines", on_click=start_over)
        numbers = settings_panel(Features, 2, MEL)
        with suppress(SourceError):  # said by the function below, where the page shows it
            st.caption(f"Gives {Features(**numbers).words()}.")
    with st.container(horizontal=True, gap="small"):
        start, stop = (part_widget(name) for name in PART)
    if start is not None or stop is not None:
        st.button("Whole sound", icon=":material/undo:", on_click=place, args=(dict.fromkeys(PART),))

    def made() -> Source:
        features, source = Features(**numbers), make()
        source = replace(source, features=features)  # type: ignore[call-arg]
        if start is None and stop is None:
            return source
        samples = source.samples()
        end = len(samples) / features.rate if samples is not None else 0
        return Part(whole=source, start=start or 0, stop=end if stop is None else stop, features=features)

    return made


def part_widget(name: str) -> float | None:
    """One end of a part; empty where the whole is meant."""
    return st.number_input(
        f"{name} [s]", 0.0, 3600.0, None, 0.1, key=name, placeholder="all", help="analyse a part alone", bind=BIND
    )


def take_part(start: float, stop: float) -> None:
    """Analyse what was selected; for callbacks."""
    place(dict(zip(PART, (round(start, 2), round(stop, 2)), strict=True)))


def start_over() -> None:
    """Every number of the log-mel as in the DESED baselines; for callbacks."""
    place({MEL + name: value for name, value in asdict(DESED).items()})
