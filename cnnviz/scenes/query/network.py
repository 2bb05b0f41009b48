"""The form of the page *Networks*."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

from cnnviz.core.back import passes
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Layer, Shape
from cnnviz.core.settings import knobs
from cnnviz.inputs import for_ndim
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.samples import Photo
from cnnviz.networks.code import CodeError, from_text, to_text
from cnnviz.networks.loss import Unit
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import MOST_CELLS, spelled
from cnnviz.networks.zoo import EMPTY, LESSON, ZOO, LessonB, Preset
from cnnviz.scenes import shipped
from cnnviz.scenes.query.attribution import METHOD, OF, ask_method, spelled_method, stage_word
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import SEED, ask_source
from cnnviz.scenes.query.losses import UNIT, ask_loss, read_unit, spelled_loss, spelled_unit
from cnnviz.scenes.query.made import Made, spelled_source
from cnnviz.scenes.query.passes import PASS
from cnnviz.scenes.query.weights import START, TRAINED, ask_weights, example_of, spell_weights
from cnnviz.scenes.query.words import Held, Number, OneOf, Switch, Text, Word
from cnnviz.scenes.request import AttributionView, Back, LayerView, NetworkView, Request
from cnnviz.scenes.upstream import FromLoss
from cnnviz.scenes.weights import Seeded, Trained
from cnnviz.text import Message
from cnnviz.text.typed import counted, shown

PRESETS = {**ZOO, EMPTY.name: EMPTY}
PRESET = OneOf("preset", LESSON, Message("network"), options=tuple(PRESETS))
LESSON_ROWS = ("xdim", "cdims", "hdims")  # arguments of lesson B that are rows of numbers
NET = Held("net", "")  # the network as text, where it is no preset
LAYER = Number("layer", 0, low=0, high=999)
VIEWS = ALL_MAPS, ONE_LAYER, GRADIENTS, ATTRIBUTION = "all maps", "one layer", "gradients", "attribution"
VIEW = OneOf("view", VIEWS[0], options=VIEWS, row=True)
ALL_STAGES = "all stages"  # their gradients at a glance, rather than one pass
PASS_HELP = Message("the gradients at a glance; or that of the layer's input (dX), weights (dW) or bias (db), at work")
FIRST = Photo()

Choice = tuple[Request, LayerView | NetworkView | AttributionView]  # the selected layer, or more
Told = tuple[Any, Exception | None]  # what is taken, and what is wrong with what was said


def ask(form: Form) -> Made:
    """A network, what goes in, and which of its layers is looked at."""
    preset, no_preset = ask_preset(form)
    shape, no_shape = ask_shape(form, preset)
    network, no_network = network_of(form, preset)
    at = min(form.ask(LAYER), max(0, len(network.stages) - 1))
    seen = ask_seen(form, form.ask(VIEW), network, shape, at)
    _, run = ask_run(form, network, shape)

    def make() -> Choice:
        for problem in (no_network, no_preset, no_shape):
            if problem:
                raise problem
        works, error = network.sound(shape)
        if not network.stages or at >= len(works):
            raise error or GeometryError("The network has no layer yet. Add one first.")
        working = Network(network.stages[: len(works)], network.prefix)
        return replace(run(), network=working), seen() or LayerView(network.stages[at][0])

    kind = type(network.stages[at][1]) if network.stages else LessonB
    return Made(kind, len(shape) - 1, make, parts={"stage": network.stages[at][0] if network.stages else ""})


def ask_seen(
    form: Form, view: str, network: Network, shape: Shape, at: int
) -> Callable[[], LayerView | NetworkView | AttributionView | None]:
    """What is seen, where that is more than the maps or the layer at a place; a function that gives it."""
    if view not in (GRADIENTS, ATTRIBUTION):
        return lambda: None
    works = [name for (name, _), _ in zip(network.stages, network.sound(shape)[0], strict=False)]
    if view == GRADIENTS:
        return ask_flow(form, network, works, at)
    of, text, method = form.row(stage_word(OF, Message("target in"), works), UNIT, METHOD)
    asked = ask_method(form, method, network, shape)
    return lambda: asked(Unit(at=read_unit(text), stage=of))


def ask_flow(form: Form, network: Network, works: list[str], at: int) -> Callable[[], LayerView | NetworkView]:
    """A loss, and where its gradients are seen: in all stages, or at work in a pass of the selected one."""
    loss = ask_loss(form)
    of = form.ask(pass_word(*network.stages[at])) if at < len(works) else ALL_STAGES
    if of == ALL_STAGES:
        return lambda: NetworkView(loss())
    return lambda: LayerView(works[at], back=Back(of, FromLoss(replace(loss(), stage=works[-1]))))


def pass_word(stage: str, layer: Layer) -> OneOf:
    """All stages, or one of the passes of a layer."""
    names = tuple(one.name for one in passes(layer))
    return OneOf(
        PASS,
        ALL_STAGES,
        Message("all stages, or a pass of {stage}", stage=stage),
        PASS_HELP,
        (ALL_STAGES, *names),
        row=True,
    )


# --- which network ---


def ask_preset(form: Form) -> tuple[Preset, Exception | None]:
    """Which network to begin with; of lesson B, with the arguments of its class. And what is wrong with those."""
    preset = PRESETS[form.ask(PRESET)]
    form.say(preset.words)
    if preset.name != LESSON:
        return preset, None
    with form.folded("arguments", Message("Arguments of its class")):
        try:
            lesson = ask_lesson(form)
            return replace(preset, network=lesson.network, shape=lesson.xdim), None
        except GeometryError as problem:
            return preset, problem


def ask_lesson(form: Form) -> LessonB:
    """Lesson B's class with the arguments that are set.

    Raises
    ------
    GeometryError
        What cannot be read, after all has been asked.
    """
    said = {one.name: form.ask(argument(one.name, one.default)) for one in fields_of(LessonB) if one.name != "training"}
    for name in LESSON_ROWS:
        count = (3, 3) if name == "xdim" else (1, 8)
        said[name] = numbers(said[name], name, count, int(knobs(LessonB)[name].high or 0))
    return LessonB(**said)


def argument(name: str, default: Any) -> Word:
    """One argument: a row of numbers as text, a switch, or a number."""
    knob = knobs(LessonB)[name]
    if isinstance(default, tuple):
        return Text(name, spelled(default), help=knob.help)
    if isinstance(default, bool):
        return Switch(name, default, help=knob.help)
    return Number(name, default, help=knob.help, low=int(knob.low or 0), high=int(knob.high or 0))


def ask_shape(form: Form, preset: Preset) -> tuple[Shape, Exception | None]:
    """The input's shape; if it is none, the preset's and what is wrong."""
    typed = form.ask(
        Text("shape", "", Message("input shape"), Message("channels and sizes"), empty=spelled(preset.shape))
    )
    try:
        return numbers(typed, Message("input shape"), (2, 4), MOST_CELLS) if typed.strip() else preset.shape, None
    except GeometryError as problem:
        return preset.shape, problem


def numbers(text: str, what: str | Message, count: tuple[int, int], most: int) -> tuple[int, ...]:
    """Whole numbers from 1 on, set apart by commas.

    Raises
    ------
    GeometryError
        If there are too few or too many of them, or one is too large.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    few, many = count
    read = [counted(word, 1, most) for word in words[: many + 1]]
    good = [number for number in read if number is not None]
    if not few <= len(words) <= many or len(good) < len(words):
        wanted: int | Message = few if few == many else Message("{few} to {many}", few=few, many=many)
        raise GeometryError(
            "{what}: “{text}” is not {wanted} whole numbers from 1 to {most}, as in 3, 32, 32.",
            what=what,
            text=shown(text),
            wanted=wanted,
            most=most,
        )
    return tuple(good)


def network_of(form: Form, preset: Preset) -> tuple[Network, Exception | None]:
    """The network that the address holds, else the preset's; and what is wrong with the address."""
    text = form.ask(NET)
    try:
        return (from_text(text) if text else preset.network), None
    except (CodeError, GeometryError) as problem:
        return preset.network, problem


# --- what goes in ---


def ask_run(form: Form, network: Network, shape: Shape) -> tuple[Request, Callable[[], Request]]:
    """What goes in, and with which weights: a request to fall back on, and a function that makes the chosen one."""
    seed = form.ask(SEED)
    axes = len(shape) - 1
    suits = example_of(network) if form.now(START) == TRAINED else None
    if suits:
        _, source = ask_source(form, axes, suits.kind, {"data": suits.data})
    else:
        _, source = ask_source(form, axes, "photo" if axes == 2 else "", {"colour": colour(shape)})
    weights = ask_weights(form, seed, network)
    plainly = FIRST if axes == 2 else next(iter(for_ndim(axes).values()))(ndim=axes)
    first = Request(network, Fitted(whole=plainly, shape=shape), Seeded(seed))

    def made() -> Request:
        return Request(network, Fitted(whole=source(), shape=shape), weights())

    return first, made


def colour(shape: Shape) -> str:
    """Of a photograph for an input of this shape."""
    return "rgb" if shape[0] == 3 else "grey"


def text_of(network: Network) -> str:
    """As the address holds it; nothing where there is no layer yet."""
    return to_text(network) if network.stages else ""


# --- back into words ---


def spell(choice: Choice) -> dict[str, str]:
    request, view = choice
    source, network = request.input, whole(request)
    assert isinstance(source, Fitted)
    named = [preset for preset in PRESETS.values() if preset.network == network]
    words = {"preset": named[0].name} if named else {"net": text_of(network)}
    if source.shape != (named[0] if named else PRESETS[LESSON]).shape:
        words["shape"] = spelled(source.shape)
    words |= {"seed": str(request.weights.seed)} | spell_weights(request.weights) | spelled_source(source.whole)
    if isinstance(view, LayerView):
        return words | {"layer": str(request.names.index(view.stage))} | spelled_flow(view.back)
    if isinstance(view, AttributionView):
        target = {OF: view.target.stage, UNIT.key: spelled_unit(view.target.at)}
        return words | {VIEW.key: ATTRIBUTION} | target | spelled_method(view)
    return words | {VIEW.key: GRADIENTS} | (spelled_loss(view.back) if view.back else {})


def whole(request: Request) -> Network:
    """The network; with the layers behind one that does not work, where its trained weights are known by them."""
    network, weights = request.network, request.weights
    if not isinstance(weights, Trained) or weights.name in [card.name for card in shipped.suiting(network)]:
        return network
    rest = shipped.network_of(weights.name).stages[len(network.stages) :]
    return replace(network, stages=network.stages + rest)


def spelled_flow(back: Back | None) -> dict[str, str]:
    """A pass back from a loss, as an address has it; nothing of the pass forward."""
    if not back or not isinstance(back.upstream, FromLoss):
        return {}
    return {VIEW.key: GRADIENTS, PASS: back.of} | spelled_loss(back.upstream.loss)
