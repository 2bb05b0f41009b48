"""The form of a DESED network: which one, and its blocks."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any, get_args

from cnnviz.core.geometry import GeometryError
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError, Opened
from cnnviz.networks.desed import BASELINE, Activation, Desed, Normalization
from cnnviz.scenes.query.form import File, Form
from cnnviz.scenes.query.words import Number, OneOf, Switch, Text, Word
from cnnviz.scenes.weights import opened
from cnnviz.tensorfile import MOST_BYTES, TensorError
from cnnviz.text import Message, in_turn
from cnnviz.text.typed import counted, shown

# What stands in this list stands in the address, too.
NETWORKS: dict[str, Desed] = {"lesson": Desed(), "baseline": BASELINE, "checkpoint": Desed()}
NETWORK = OneOf("network", "lesson", options=tuple(NETWORKS), row=True)
NOTES = {
    "lesson": Message("three blocks of 64 filters"),
    "baseline": Message("seven blocks, as in the DESED baselines of 2021 to 2024"),
    "checkpoint": Message("weights of your own, as the DESED recipes save them"),
}
BLOCKS = ("nb_filters", "kernel_size", "padding", "stride", "pooling")  # one entry for each block
FREE = (*BLOCKS, "activation", "normalization")
LABELS = {"activation": Message("activation"), "normalization": Message("normalization")}
KINDS = {"activation": get_args(Activation), "normalization": get_args(Normalization)}
TRAINING = Message(
    "net.train(): batch norm takes the clip's own statistics and dropout drops. Off is net.eval(), as in use"
)
MOST = {"nb_filters": 512, "kernel_size": 15, "padding": 16, "stride": 16, "pooling": 16}
MOST_BLOCKS = 32
NO_FILE = Message("Choose a checkpoint first: a .pt, .pth, .ckpt or .safetensors file.")

MEGABYTES = MOST_BYTES >> 20  # of a checkpoint: student, teacher and optimiser

Net = tuple[Desed, Checkpoint | None]


def ask_network(form: Form, training: bool = True) -> Callable[[], Net]:
    """A function that makes the network, with its weights if they are not random."""
    name = form.ask(NETWORK)
    form.say(NOTES[name])
    if name == "checkpoint":
        return ask_checkpoint(form)
    make = ask_blocks(form, NETWORKS[name], FREE, training)
    return lambda: (make(), None)


def ask_checkpoint(form: Form) -> Callable[[], Net]:
    """A file, which of its networks, and what it does not say."""
    file = ask_file(form, MEGABYTES)
    checkpoint = Checkpoint(*file) if file else None
    found: Opened | None = None
    if checkpoint:
        with suppress(CheckpointError, TensorError):  # said by `made`, where the page shows it
            found = opened(checkpoint)
    if checkpoint and found and len(found.parts) > 1:
        checkpoint = replace(
            checkpoint, part=form.ask(OneOf("part", found.parts[0], options=tuple(found.parts), names=True))
        )
        found = opened(checkpoint)
    read = found.architecture if found else None
    if found and read:
        filters = Message("Read off the file: {filters} filters.", filters=spelled(read.desed.nb_filters))
        form.say(in_turn((filters, *found.notes)))
        if read.unknown:
            form.say(
                Message("The file does not say {unknown}: check what is set here.", unknown=", ".join(read.unknown))
            )
    make = ask_blocks(form, read.desed if read else Desed(), read.unknown if read else (), training=False)

    def made() -> Net:
        if not checkpoint:
            raise CheckpointError(NO_FILE)
        opened(checkpoint)
        return make(), checkpoint

    return made


def ask_file(form: Form, most: int) -> File | None:
    """A file of weights, of at most so many megabytes."""
    return form.file("checkpoint_file", Message(".pt, .ckpt or .safetensors, up to {most} MB", most=most), most)


def ask_blocks(form: Form, preset: Desed, free: Collection[str], training: bool) -> Callable[[], Desed]:
    """A function that makes the preset's network with the fields that are free as they are asked for."""
    begins = replace(preset, training=training)
    chosen = {name: form.ask(word(begins, name)) for name in KINDS if name in free}
    chosen["training"] = form.ask(word(begins, "training"))
    with form.folded("blocks", Message("Blocks")):
        texts = {name: form.ask(word(begins, name)) for name in BLOCKS if name in free}
        chosen["conv_dropout"] = form.ask(word(begins, "conv_dropout"))

    def make() -> Desed:
        blocks: dict[str, Any] = {name: parsed(name, text) for name, text in texts.items()}
        return replace(preset, **chosen, **blocks)

    return make


def word(preset: Desed, name: str) -> Word:
    """One field of a network, as the preset has it."""
    value = getattr(preset, name)
    if name in BLOCKS:
        return Text(name, spelled(value))
    if name in KINDS:
        return OneOf(name, value, LABELS[name], options=KINDS[name], names=True)
    if name == "training":
        return Switch(name, value, Message("train mode"), TRAINING)
    return Number(name, value, low=0.0, high=0.95, step=0.05)


def values_of(preset: Desed) -> dict[str, Any]:
    """The values of all words but the mode, by key."""
    texts = {name: spelled(getattr(preset, name)) for name in BLOCKS}
    return {name: getattr(preset, name) for name in (*KINDS, "conv_dropout")} | texts


def spell_network(network: Desed) -> dict[str, str]:
    """The words of a network without a file of its own: as the preset that needs fewest."""
    told = {f.name: getattr(network, f.name) for f in fields(network)}
    told |= {name: spelled(told[name]) for name in BLOCKS}
    words = {name: word(network, name).spell(told[name]) for name in (*FREE, "training", "conv_dropout")}
    same = {name: sum(words[key] == word(one, key).spell(value) for key, value in values_of(one).items())
            for name, one in NETWORKS.items() if name != "checkpoint"}  # fmt: skip
    return words | {"network": max(same, key=lambda name: same[name])}


def spelled(values: tuple[Any, ...]) -> str:
    """One entry for each block, as it is typed.

    >>> spelled(((1, 4), (2, 2))), spelled((64, 64))
    ('1x4, 2x2', '64, 64')
    """
    return ", ".join("x".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in values)


def parsed(field: str, text: str) -> tuple[Any, ...]:
    """Entries as they are typed, back as numbers, pairs for pooling.

    Raises
    ------
    GeometryError
        One sentence on what cannot be read.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not 1 <= len(words) <= MOST_BLOCKS:
        raise GeometryError(
            "{field} has {count} entries: type 1 to {most}, one for each block.",
            field=field,
            count=len(words),
            most=MOST_BLOCKS,
        )
    return tuple(entry(field, word) for word in words)


def entry(field: str, word: str) -> Any:
    """One block's number, or its pair of frames x mels."""
    parts = word.lower().replace("×", "x").split("x") if field == "pooling" else [word]
    least, most = 0 if field == "padding" else 1, MOST[field]
    read = [counted(part, least, most) for part in parts[:3]]
    numbers = tuple(number for number in read if number is not None)
    if len(numbers) < len(parts) or len(parts) > 2:
        places = {"field": field, "word": shown(word), "least": least, "most": most}
        if field == "pooling":
            raise GeometryError(
                "{field} holds “{word}”: type pairs as in 1x4, frames x mels, each from {least} to {most}.", **places
            )
        raise GeometryError("{field} holds “{word}”: type whole numbers from {least} to {most}.", **places)
    if field != "pooling":
        return numbers[0]
    return numbers * 2 if len(numbers) == 1 else numbers
