"""The form of the page *Spectrogram*."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from cnnviz.core.geometry import GeometryError
from cnnviz.inputs import Source, SourceError
from cnnviz.inputs.logmel import DESED, Features
from cnnviz.inputs.part import Part
from cnnviz.inputs.sound import SOUNDS, LogMel
from cnnviz.networks.checkpoint import CheckpointError
from cnnviz.networks.desed import Desed
from cnnviz.networks.loss import Unit, places
from cnnviz.scenes.clip import clip_of
from cnnviz.scenes.query.attribution import METHOD, ask_method, spelled_method
from cnnviz.scenes.query.desed import NETWORK, ask_network, spell_network, word
from cnnviz.scenes.query.exciting import UNIT
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import MEL, PARTS, SEED, Make, ask_clip, shape_of
from cnnviz.scenes.query.made import Made, spelled, spelled_source
from cnnviz.scenes.query.weights import CHOICE, RANDOM, TRAINED, ask_trained, first_trained, spell_trained, with_head
from cnnviz.scenes.query.words import Number, OneOf, Switch
from cnnviz.scenes.request import AttributionView, Request, StageView
from cnnviz.scenes.weights import Loaded, Seeded, Trained
from cnnviz.tensorfile import TensorError
from cnnviz.text import Message
from cnnviz.text.problem import Problem

Choice = tuple[Request, StageView]
Place = tuple[int | None, int | None]  # frame and mel
FIRST = Request(Desed(training=True), LogMel()), StageView("conv0")
VIEWS = ALL_CHANNELS, ONE_WINDOW, ATTRIBUTION = "all channels", "one window", "attribution"
VIEW = OneOf("view", VIEWS[0], options=VIEWS, row=True)
CHANNEL = Number("channel", 0, low=0, high=511)
UNITS = tuple(Number(name, None, help=Message("of a unit"), low=0, high=99_999, empty=Message("none")) for name in UNIT)
COMPARED = ("nothing", "sound", "setting")
COMPARE = OneOf("compare", COMPARED[0], options=COMPARED, row=True)
B_SOUND = OneOf("b_sound", "speech", Message("with"), options=tuple(SOUNDS))
B_SETTING = (
    replace(word(Desed(activation="glu"), "activation"), key="b_activation", label=Message("activation of the other")),
    replace(word(Desed(), "normalization"), key="b_normalization", label=Message("normalization of the other")),
    Switch("b_training", True, Message("train mode of the other")),
    replace(SEED, key="b_seed", label=Message("seed of the other"), help=""),
)


def ask(form: Form) -> Made:
    """A sound, a network, and where in it to look; and what that is compared with."""
    sound_part, network_part, look_part, compare_part = form.parts(
        Message("Sound"), Message("Network"), Message("Look at"), Message("Compare")
    )
    with sound_part:
        kind, source = ask_clip(form, "events" if form.now(CHOICE) == TRAINED else "log-mel")
    with network_part:
        network = ask_weighed(form)
    with look_part:
        with form.moved() as looks:
            stage, channel, place = ask_place(looks, names_of(network))
        how = ask_how(form, network, stage, source) if form.now(VIEW) == ATTRIBUTION else None

    def make() -> Choice:
        desed, weights = network()
        request = Request(desed, mono(source), weights)
        if not how:
            return request, StageView(stage, channel, unit_at(*place))
        number = target(request, stage, (channel, *place))
        channel_, *place_ = number.at
        return request, StageView(stage, channel_ or 0, unit_at(*place_), how(number))

    with compare_part:
        what = form.ask(COMPARE)
        other = ask_other(form, what)
    beside = None if what == COMPARED[0] else lambda choice: other_than(choice, other)
    return Made(kind, 2, make, beside, source)


def ask_weighed(form: Form) -> Callable[[], tuple[Desed, Seeded]]:
    """A function that makes the network and its weights: random, trained, or of a file."""
    own = form.now(NETWORK) == "checkpoint"
    network = ask_network(form, training=form.now(CHOICE) == RANDOM)
    trained: Trained | None = None
    if not own and form.ask(CHOICE) == TRAINED:
        with suppress(GeometryError):  # of blocks that cannot be read, which is said where the network is made
            trained = ask_trained(form, network()[0], form.now(SEED))
    seed = form.ask(SEED)

    def make() -> tuple[Desed, Seeded]:
        desed, checkpoint = network()
        weights = Loaded(checkpoint, seed=seed) if checkpoint else trained or Seeded(seed)
        return with_head(desed, trained), weights

    return make


def ask_how(form: Form, network: Any, stage: str, source: Make) -> Callable[[Unit], AttributionView]:
    """How a unit is explained; of a network that cannot be made, as of the first one."""
    try:
        desed, _ = network()
        part, shape = desed.upto(stage), shape_of(source())
    except Problem:
        part, shape = FIRST[0].network.upto(FIRST[1].stage), (1, 1, 1)
    return ask_method(form, form.ask(METHOD), part, shape, turned=True)


def unit_at(frame: int | None, mel: int | None) -> tuple[int, int] | None:
    """A unit, if both are given."""
    return None if frame is None or mel is None else (frame, mel)


def target(request: Request, stage: str, at: tuple[int | None, ...]) -> Unit:
    """The number that is explained: of a channel of a stage a unit, the mean of a frame, or of all; pulled inside."""
    shapes = dict(zip(request.names, request.network.shapes(shape_of(request.input)), strict=True))
    return Unit(at=places(at, shapes[stage]), stage=stage)


def ask_place(form: Form, names: list[str]) -> tuple[str, int, Place]:
    """Stage, channel, frame and mel that are looked at."""
    stage = form.ask(OneOf("stage", names[0], Message("stage"), options=tuple(names), names=True))
    channel = form.ask(CHANNEL)
    frame, mel = form.row(*UNITS)
    return stage, channel, (frame, mel)


def names_of(network: Any) -> list[str]:
    """The stages' names; those of the first network while this one cannot be made."""
    try:
        desed, _ = network()
    except (GeometryError, TensorError, CheckpointError):
        return FIRST[0].names
    return [name for name, _ in desed.stages]


def mono(source: Make) -> Source:
    """The source, if it has the one channel that the network reads."""
    inputs = source()
    channels = shape_of(inputs)[0]
    if channels != 1:
        raise SourceError(
            Message(
                "The network reads one channel, and this input has {channels}. Choose a sound, or a grey picture.",
                channels=channels,
            )
        )
    return inputs


def ask_other(form: Form, what: str) -> dict[str, Any]:
    """What is different beside: another sound, or another setting of the network."""
    if what == "sound":
        return {"sound": form.ask(B_SOUND)}
    if what != "setting":
        return {}
    mode = form.now(CHOICE) == RANDOM  # trained weights are compared in eval mode
    words = [replace(word, default=mode) if isinstance(word, Switch) else word for word in B_SETTING]
    return {word.key[2:]: form.ask(word) for word in words}


def other_than(first: Choice, other: dict[str, Any]) -> Choice:
    """The same network on another sound, or another network on the same; at the same place."""
    request, view = first
    if "sound" in other:
        samples, features = clip_of(request.input).samples, getattr(request.input, "features", DESED)
        seconds = 10 if samples is None else min(10, -(-len(samples) // features.rate))
        sound = LogMel(sound=other["sound"], seconds=seconds, features=features)
        return replace(request, input=sound), view
    changes = {name: value for name, value in other.items() if name != "seed"}
    network = replace(desed_of(request), **changes)
    trained = isinstance(request.weights, Trained) and first_trained(network, other["seed"])

    def named(stage: str) -> str:
        """What the same stage is called there."""
        return network.stages[request.names.index(stage)][0] if stage else ""

    if how := view.explained:
        how = replace(how, target=replace(how.target, stage=named(how.target.stage)), stage=named(how.stage))
    seen = replace(view, stage=named(view.stage), explained=how)
    return replace(request, network=network, weights=trained or Seeded(other["seed"])), seen


def desed_of(request: Request) -> Desed:
    """The network, with the arguments of its class; this page has no other."""
    assert isinstance(request.network, Desed)
    return request.network


def spell(choice: Choice) -> dict[str, str]:
    request, view = choice
    words = spell_clip(request.input) | spell_network(desed_of(request))
    words |= spell_trained(request.weights)
    words |= {"seed": str(request.weights.seed), "stage": view.stage, "channel": str(view.channel)}
    if view.explained:
        _, *place = view.explained.target.at
        words |= {word.key: word.spell(at) for word, at in zip(UNITS, place, strict=True)}
        return words | {VIEW.key: ATTRIBUTION} | spelled_method(view.explained)
    return words | dict(zip(UNIT, map(str, view.unit or ()), strict=False))


def spell_clip(source: Source) -> dict[str, str]:
    """A sound, its part, and how it is made into a log-mel spectrogram."""
    whole = source.whole if isinstance(source, Part) else source
    ends = (source.start, source.stop) if isinstance(source, Part) else ()
    words = {word.key: word.spell(end) for word, end in zip(PARTS, ends, strict=False)}
    features = getattr(whole, "features", None)
    mel = spelled(features, 2, MEL) if isinstance(features, Features) else {}
    return words | mel | spelled_source(whole)
