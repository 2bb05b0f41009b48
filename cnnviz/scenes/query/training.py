"""The form of the page *Training*: a recipe, and another beside it that differs in one thing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from cnnviz.core.geometry import GeometryError
from cnnviz.core.settings import knobs
from cnnviz.inputs.datasets import DATASETS, Dataset
from cnnviz.inputs.datasets.own import MEGABYTES, OwnData
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.networks import learners
from cnnviz.networks.code import CodeError, from_text
from cnnviz.networks.network import Network
from cnnviz.networks.training import OPTIMISERS, SCHEDULES, Augment, Recipe
from cnnviz.networks.zoo import LESSON, ZOO, LessonB
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.network import text_of
from cnnviz.scenes.query.words import Drawing, Held, Number, OneOf, Word
from cnnviz.text import Message

SMALL, DENSE, BLOCKS = "small CNN", "dense", "DESED block"
NETWORKS = (SMALL, DENSE, LESSON, "lesson C", "LeNet-5", BLOCKS)
DATA = OneOf("data", "digits", Message("data"), options=tuple(DATASETS))
PRESET = OneOf("preset", SMALL, Message("network"), options=NETWORKS)
NET = Held("net", "")  # the network as text, where it is none of those
OPTIMISER = OneOf("optimiser", "adam", Message("optimiser"), options=tuple(OPTIMISERS), row=True)
SCHEDULE = OneOf("schedule", "none", Message("schedule"), options=tuple(SCHEDULES), row=True)
DRAWN = Drawing("drawn", "")  # what the network is asked about besides
EXAMPLE = Number(
    "example", 0, Message("example"), Message("of the test part, whose maps and scores are shown"), 0, 9999
)
AT, STAGE, OPEN = Held("at", ""), Held("stage", ""), Held("open", "")  # the playhead; the recipe whose step is opened
JUDGED = OneOf("judged", "A", options=("A", "B"))  # which of two
SEEN_OPTIONS = ONE_LAYER, ALL_MAPS, GRADIENTS = "one layer", "all maps", "gradients"
SEEN = OneOf("seen", ONE_LAYER, options=SEEN_OPTIONS, row=True)  # of a step that is opened
TRAIN = Held("train", "")  # says that it is to be trained at once, where it is not known yet
LOOKED = frozenset(word.key for word in (AT, STAGE, OPEN, SEEN, TRAIN, DRAWN, JUDGED))  # how a recipe is looked at
AUGMENT, AUGMENTED = "augmenting", "augment_"
WORDS: Mapping[str, Message] = {
    SMALL: Message("Two convolutions and a dense layer, in the data's own shape."),
    DENSE: Message("One hidden layer of about as many parameters: every number reads all cells."),
    BLOCKS: Message("Three small blocks of the DESED lesson and a score for each class and frame."),
    LESSON: Message("Two blocks and two dense layers, in the data's own shape."),
}
# Where knobs begin on this page: digits are learned within a second.
STARTS: Mapping[str, Mapping[str, Any]] = {
    "events": {"clips": 100, "tested": 40, "seconds": 3},
    "adam": {"lr": 0.01},
    "adamw": {"lr": 0.01},
    "step": {"step_size": 100},
}
STEPS = {"steps": 200}

Against = Callable[[Recipe], Recipe]


@dataclass(frozen=True)
class Asked:
    """What is trained.

    Attributes
    ----------
    recipe : Recipe
    beside : Recipe or None
        The same but for one thing.
    example : int
        Of the test part.
    at_once : bool
        Train it without being asked again.
    """

    recipe: Recipe
    beside: Recipe | None = None
    example: int = 0
    at_once: bool = False


class MisfitError(GeometryError):
    """A network that does not fit its data; `mended` are words of the address that would make it fit, by label."""

    mended: tuple[tuple[Message, Mapping[str, Any]], ...] = ()


def ask(form: Form) -> Callable[[], Asked]:
    """A recipe, one beside it, and an example; a function that gives them.

    That raises `GeometryError`, `BudgetError`, `SourceError` or `CodeError`: what is wrong with them.
    """
    what, how, beside = form.parts(Message("Data and network"), Message("Training"), Message("Compare"))
    with what:
        data = ask_data(form)
        network = ask_network(form, data)
        example = form.ask(EXAMPLE)
    with how:
        optimiser = ask_kind(form, OPTIMISER, OPTIMISERS)
        schedule = ask_kind(form, SCHEDULE, SCHEDULES)
        said = form.setting(Recipe, 1, start=STEPS)
        with form.folded(AUGMENT, Message("Augmentation")):
            augment = Augment(**form.setting(Augment, 1, AUGMENTED))
    with beside:
        against = AGAINST[form.ask(BESIDE)]

    at_once = bool(form.ask(TRAIN))
    for word in (AT, STAGE, OPEN):
        form.ask(word)
    for asked in (DRAWN, JUDGED, SEEN):
        form.now(asked)  # what is drawn asks for it

    def make() -> Asked:
        chosen = data()
        recipe = Recipe(network(chosen), chosen, optimiser, schedule, augment=augment, **said)
        fitting(recipe)
        other = against(recipe) if against else None
        if other:
            fitting(other)
        return Asked(recipe, other, example, at_once)

    return make


def ask_data(form: Form) -> Callable[[], Dataset]:
    kind = DATASETS[form.ask(DATA)]
    name = form.now(DATA)
    file = own_file(form) if kind is OwnData else {}
    said = form.setting(kind, 1, f"{name}_", start=STARTS.get(name, {}))
    return lambda: kind(**file, **said)


def own_file(form: Form) -> dict[str, Any]:
    """The file with the reader's own data, and its name."""
    file = form.file(
        "own_file", Message(".npz, .zip or CIFAR-10's batches, up to {most} MB", most=MEGABYTES), MEGABYTES
    )
    return {"data": file[0], "name": file[1]} if file else {}


def ask_network(form: Form, data: Callable[[], Dataset]) -> Callable[[Dataset], Network]:
    """One by name, or the one that the address holds."""
    name, text = form.ask(PRESET), form.ask(NET)
    if text:
        form.say(Message("A network of its own, as the address holds it. Choose another to let go of it."))
        return lambda data: from_text(text)
    form.say(WORDS.get(name) or ZOO[name].words)
    return lambda data: named(name, data)


def named(name: str, data: Dataset) -> Network:
    """A network by its name, for some data; one with sizes of its own as it is."""
    shape, classes = data.shape, len(data.classes)
    if name == DENSE:
        return learners.dense(shape, classes, learners.parameters(learners.small(shape, classes), shape))
    if name == BLOCKS or (name == SMALL and isinstance(data, SoundEvents)):
        return learners.listener(shape, classes)
    if name == SMALL:
        return learners.small(shape, classes)
    if name == LESSON and len(shape) == 3:
        return LessonB(xdim=shape, ydim=classes).network
    return ZOO[name].network


def ask_kind(form: Form, word: OneOf, kinds: Mapping[str, type[Any]]) -> Any:
    """A setting of one of several kinds; its knobs have the kind's name before theirs, for each begins elsewhere."""
    name = form.ask(word)
    kind = kinds[name]
    return kind(**form.setting(kind, 1, f"{name}_", start=STARTS.get(name, {})))


# --- what does not fit, and what would ---


def fitting(recipe: Recipe) -> None:
    """Raise `MisfitError` if the network cannot work on the data, with ways to make it fit."""
    data = recipe.data
    try:
        if recipe.objective.events != isinstance(data, SoundEvents):
            raise GeometryError("Events need an answer for each frame, and other data one for all of it.")
    except GeometryError as problem:
        found = MisfitError(
            "The network does not fit {data}, of shape {shape} with {classes} classes. {why}",
            data=data.title,
            shape=data.shape,
            classes=len(data.classes),
            why=problem,
        )
        found.mended = tuple(ways(recipe))
        raise found from problem


def ways(recipe: Recipe) -> Iterator[tuple[Message, Mapping[str, Any]]]:
    """What would fit: other data of its kind, the same layers if they can, and a small network."""
    data: Any = recipe.data
    for padding in range(1, 5) if hasattr(data, "padding") else ():
        if learns(replace(recipe, data=replace(data, padding=padding))):
            name = next(name for name, kind in DATASETS.items() if type(data) is kind)
            yield Message("Set padding = {padding} in the data", padding=padding), {f"{name}_padding": padding}
            break
    if text := fitted(recipe):
        yield Message("Fit the network to the data"), {NET.key: text}
    yield Message("Take a small CNN"), {PRESET.key: SMALL, NET.key: ""}


def learns(recipe: Recipe) -> bool:
    """Does the network fit its data?"""
    try:
        return recipe.objective.events == isinstance(recipe.data, SoundEvents)
    except GeometryError:
        return False


def fitted(recipe: Recipe) -> str:
    """The network made to fit, as an address holds it; empty if it cannot."""
    data = recipe.data
    try:
        found = learners.fit(recipe.network, data.shape, len(data.classes))
        return text_of(found) if learns(replace(recipe, network=found)) else ""
    except (GeometryError, CodeError):
        return ""


# --- the recipe beside ---


def other_optimiser(recipe: Recipe) -> Recipe:
    """SGD with StepLR against Adam, as in the lessons."""
    adam = not isinstance(recipe.optimiser, OPTIMISERS["sgd"])
    name, plan = ("sgd", "step") if adam else ("adam", "none")
    optimiser = OPTIMISERS[name](**STARTS.get(name, {}))
    return replace(recipe, optimiser=optimiser, schedule=SCHEDULES[plan](**STARTS.get(plan, {})))


def dense_instead(recipe: Recipe) -> Recipe:
    """A dense network of about as many parameters."""
    shape = recipe.data.shape
    count = learners.parameters(recipe.network, shape)
    return replace(recipe, network=learners.dense(shape, len(recipe.data.classes), count))


def shuffled(recipe: Recipe) -> Recipe:
    """The same data with its positions shuffled, or in order again.

    Raises
    ------
    GeometryError
        If the data has no such form.
    """
    if "shuffled" not in {field.name for field in fields(recipe.data)}:  # type: ignore[arg-type]
        raise GeometryError("Positions of {data} cannot be shuffled. Use signals.", data=recipe.data.title)
    data: Any = recipe.data
    return replace(recipe, data=replace(data, shuffled=not data.shuffled))


AGAINST: dict[str, Against | None] = {
    "nothing": None,
    "optimiser": other_optimiser,
    "norm": lambda recipe: replace(recipe, network=learners.toggled_norm(recipe.network)),
    "dropout": lambda recipe: replace(recipe, network=learners.toggled_dropout(recipe.network)),
    "dense": dense_instead,
    "shuffled": shuffled,
}
BESIDE = OneOf(
    "against",
    "nothing",
    Message("beside"),
    Message("a second recipe with the same seed and the same batches, which differs in this alone"),
    options=tuple(AGAINST),
)
SPOKEN: tuple[Word, ...] = (
    DATA,
    PRESET,
    NET,
    OPTIMISER,
    SCHEDULE,
    EXAMPLE,
    TRAIN,
    BESIDE,
    AT,
    STAGE,
    OPEN,
    SEEN,
    DRAWN,
    JUDGED,
)


def words() -> frozenset[str]:
    """All words that the page's address may hold."""
    found = {AUGMENT, *(word.key for word in SPOKEN), *knobs(Recipe)}
    found |= {AUGMENTED + name for name in knobs(Augment)}
    for kinds in (DATASETS, OPTIMISERS, SCHEDULES):
        found |= {f"{name}_{knob}" for name, kind in kinds.items() for knob in knobs(kind)}
    return frozenset(found)
