"""The form of the page *Flatten & Linear*."""

from cnnviz.core.layers import ChannelShuffle, Conv, Flatten, Layer, Linear, Permute, PixelShuffle, Shape, Unflatten
from cnnviz.inputs import Source
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import INPUT, SEED, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, named, spelled_layer
from cnnviz.scenes.query.words import Number, OneOf
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Seeded
from cnnviz.text import Message

LAYERS = named(
    *("flatten", "linear", "permute", "unflatten"),
    *("zero_pad", "constant_pad", "reflection_pad", "replication_pad", "circular_pad"),
    *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
)
NOTES = {
    "Unflatten": Message("undoes Flatten: a vector becomes maps again"),
    "ZeroPad": Message("zeros on each side, as padding_mode='zeros' of a convolution"),
    "ConstantPad": Message("a number of your own on each side"),
    "ReflectionPad": Message("a mirror on the border, as padding_mode='reflect'"),
    "ReplicationPad": Message("the border again and again, as padding_mode='replicate'"),
    "CircularPad": Message("what leaves on one side comes in on the other, as padding_mode='circular'"),
    "PixelShuffle": Message("channels become rows and columns: how super-resolution networks enlarge"),
    "PixelUnshuffle": Message("rows and columns become channels; no cell is lost"),
    "ChannelShuffle": Message("channels change places between two grouped convolutions, as in ShuffleNet"),
}
MAPS: dict[type[Layer], int] = {
    PixelShuffle: 4,
    ChannelShuffle: 4,
}  # channels that a convolution makes of the input before
MAPS_HELP = Message("a convolution with so many channels runs first; 0 takes the input itself")
ORDERS = {
    "channels first": Message("BHWC to BCHW: a picture as files have it, made ready for torch"),
    "channels last": Message("BCHW to BHWC"),
}


def ask(form: Form) -> Made:
    """A layer that moves cells, and its input."""
    name = form.ask(OneOf("layer", "Flatten", options=tuple(LAYERS)))
    kind = LAYERS[name]
    form.say(NOTES.get(name))
    ndim = ask_ndim(form)
    layer_part, input_part = form.parts(None, Message("Input"))
    with input_part:
        source_kind, source = ask_source(form, ndim)
        form.per_axis(ndim, (source_kind, INPUT))
    with layer_part:
        chosen = form.setting(kind, ndim)
        order = form.ask(ORDER) if kind is Permute else ""
        form.say(ORDERS.get(order))
        maps = form.ask(maps_before(kind)) if kind in MAPS else 0
        seed = form.ask(SEED) if kind is Linear or maps else 0

    def make() -> Request:
        inputs = source()
        if kind is Linear:
            return Request(chain(Linear(size=shape_of(inputs), ndim=ndim, **chosen)), inputs, Seeded(seed))
        if kind is Permute:
            return permuted(inputs, ndim, order)
        if kind is Unflatten:
            layer = Unflatten(unflattened_size=shape_of(inputs), ndim=ndim)
            return Request(chain(Flatten(ndim=ndim), layer), inputs)
        front = (before(shape_of(inputs), maps, ndim),) if maps else ()
        return Request(chain(*front, kind(ndim=ndim, **chosen)), inputs, Seeded(seed))

    return Made(kind, ndim, make, source=source)


ORDER = OneOf("order", "channels first", options=tuple(ORDERS))


def maps_before(kind: type[Layer]) -> Number:
    """How many channels are made of the input before."""
    return Number("maps", MAPS[kind], Message("maps before"), MAPS_HELP, low=0, high=64)


def before(shape: Shape, maps: int, ndim: int) -> Layer:
    """A convolution that keeps the size."""
    return Conv(shape[0], maps, (3,) * ndim, padding=(1,) * ndim, ndim=ndim)


def permuted(inputs: Source, ndim: int, order: str) -> Request:
    """Channels to the front or to the end. To go to the front they must stand at the end first."""
    last = Permute((*range(1, ndim + 1), 0), ndim=ndim)
    if order == "channels last":
        return Request(chain(last), inputs)
    return Request(chain(last, Permute((ndim, *range(ndim)), ndim=ndim)), inputs)


def spell(request: Request) -> dict[str, str]:
    layer, front = request.layer, request.front
    words = spelled_layer(type(layer).__name__, layer, request.input) | {"seed": str(request.weights.seed)}
    if isinstance(layer, Permute):
        words["order"] = "channels first" if front else "channels last"
    maps = front[0].out_channels if front and isinstance(front[0], Conv) else 0
    return words | {"maps": str(maps)}
