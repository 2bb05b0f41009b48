"""Published networks, and those of the lessons, each with the input that it was made for.

All are in eval mode: dropout drops nothing, and batch norm takes its running statistics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cnnviz.core.layers import (
    AdaptiveAvgPool,
    Array,
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    DropoutNd,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Shape,
    Tanh,
)
from cnnviz.core.seed import seeded
from cnnviz.core.settings import Setting, knob
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.network import Network
from cnnviz.networks.start import kaiming_
from cnnviz.text import Message

Stages = Sequence[tuple[str, Layer]]


def conv(read: int, made: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1) -> Conv:
    """A convolution of pictures, the same along rows and columns."""
    return Conv(read, made, (kernel,) * 2, (stride,) * 2, (padding,) * 2, groups=groups)


def max_pool(kernel: int, stride: int) -> MaxPool:
    """The same along rows and columns."""
    return MaxPool((kernel,) * 2, (stride,) * 2)


def dense(read: int, made: int) -> Linear:
    """From a vector to a vector."""
    return Linear((read, 1, 1), made)


def eased() -> Dropout:
    """Dropout of half of all cells, in eval mode."""
    return Dropout(0.5, training=False)


@dataclass(frozen=True)
class LessonB(Setting):
    """The network class of the lesson on CNN basics, with the arguments and the names of its own.

    Each block is a convolution that keeps the size, batch norm if wanted, ReLU, max-pooling and dropout of whole
    channels; dense layers with ReLU follow, and one without.
    """

    xdim: tuple[int, int, int] = knob((1, 28, 28), 1, 256, Message("channels, rows and columns of the input"))
    ksize: int = knob(
        3, 1, 11, Message("cells one window of a convolution reads along each axis; an odd number keeps the size")
    )
    cdims: tuple[int, ...] = knob((32, 64), 1, 128, Message("channels after each block"))
    hdims: tuple[int, ...] = knob((32,), 1, 1024, Message("numbers after each dense layer but the last"))
    ydim: int = knob(10, 1, 1000, Message("classes"))
    use_batchnorm: bool = knob(False, help=Message("normalise after each convolution"))
    training: bool = knob(False, help=Message("dropout drops, and batch norm takes the batch's own statistics"))

    @cached_property
    def network(self) -> Network:
        """Named as in the lesson: the class of the layer, and its place."""
        blocks = [layer for read, made in pairwise((self.xdim[0], *self.cdims)) for layer in self._block(read, made)]
        *_, shape = self.xdim, *named(blocks).shapes(self.xdim)
        return named([*blocks, Flatten(), *self._dense(shape)])

    def _block(self, read: int, made: int) -> Iterator[Layer]:
        yield conv(read, made, self.ksize, padding=self.ksize // 2)
        if self.use_batchnorm:
            yield BatchNorm(num_features=made, training=self.training, steps=int(self.training))
        yield ReLU()
        yield max_pool(2, 2)
        yield DropoutNd(0.5, self.training)

    def _dense(self, shape: Shape) -> Iterator[Layer]:
        *hidden, last = pairwise((shape, *((n, 1, 1) for n in (*self.hdims, self.ydim))))
        for read, made in hidden:
            yield Linear(read, made[0])
            yield ReLU()
        yield Linear(last[0], self.ydim)


def named(layers: Sequence[Layer]) -> Network:
    """Layers in an ``nn.Sequential`` called net, as conv2d_00, relu_01 and so on."""
    names = (f"{layer.torch_class().__name__.lower()}_{i:02d}" for i, layer in enumerate(layers))
    return Network(tuple(zip(names, layers, strict=True)), "net")


def kaiming(network: Network, seed: int) -> dict[str, Array]:
    """How lesson B begins: kaiming-normal weights and zero biases; give them to `run_network` as its weights.

    Returns
    -------
    dict of arrays by key of the `state_dict`
        Exactly what the lesson's class holds after ``torch.manual_seed(seed)``: it draws torch's own start first.
    """
    with seeded(seed):
        module = kaiming_(network.module())
    return {key: tensor.numpy() for key, tensor in module.state_dict().items()}


def lesson_c() -> Network:
    """The network of the lesson on modules; trained on CIFAR-10 it was right in 70.51 % of all cases."""
    return numbered(
        [
            *(conv(3, 32, 3), ReLU(), max_pool(2, 2)),
            *(conv(32, 64, 4), ReLU(), max_pool(2, 2)),
            *(Flatten(), eased(), Linear((64, 6, 6), 10)),
        ]
    )


def numbered(layers: Sequence[Layer]) -> Network:
    """Layers in an ``nn.Sequential`` that stands alone, called 0, 1, 2 and so on as torch does."""
    return Network(tuple((str(i), layer) for i, layer in enumerate(layers)), prefix="")


def lenet5() -> Network:
    """As it is taught today: every map of the third layer reads all 16, and the last layer is a dense one.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B.
    """
    stages: Stages = (
        *(("conv1", conv(1, 6, 5)), ("tanh1", Tanh()), ("pool2", AvgPool((2, 2), (2, 2)))),
        *(("conv3", conv(6, 16, 5)), ("tanh3", Tanh()), ("pool4", AvgPool((2, 2), (2, 2)))),
        *(("conv5", conv(16, 120, 5)), ("tanh5", Tanh()), ("flatten", Flatten())),
        *(("dense6", dense(120, 84)), ("tanh6", Tanh()), ("output", dense(84, 10))),
    )
    return Network(tuple(stages), prefix="")


def alexnet(towers: int = 2) -> Network:
    """As published, in two towers that meet at conv3 and the dense layers, or in one; without its response norms.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, figure 2.
    """
    features: Stages = (
        *(("conv1", conv(3, 96, 11, stride=4)), ("relu1", ReLU()), ("pool1", max_pool(3, 2))),
        *(("conv2", conv(96, 256, 5, padding=2, groups=towers)), ("relu2", ReLU()), ("pool2", max_pool(3, 2))),
        *(("conv3", conv(256, 384, 3, padding=1)), ("relu3", ReLU())),
        *(("conv4", conv(384, 384, 3, padding=1, groups=towers)), ("relu4", ReLU())),
        *(("conv5", conv(384, 256, 3, padding=1, groups=towers)), ("relu5", ReLU()), ("pool5", max_pool(3, 2))),
    )
    return Network((*features, ("flatten", Flatten()), *classifier((256, 6, 6))), prefix="")


def classifier(shape: Shape) -> Iterator[tuple[str, Layer]]:
    """The three dense layers of AlexNet and VGG16."""
    yield "fc6", Linear(shape, 4096)
    yield from (("relu6", ReLU()), ("dropout6", eased()))
    yield "fc7", dense(4096, 4096)
    yield from (("relu7", ReLU()), ("dropout7", eased()))
    yield "fc8", dense(4096, 1000)


def alexnet_torchvision() -> Network:
    """As torchvision builds and names it: one tower with fewer maps. Keys of the `state_dict` are torchvision's.

    References
    ----------
    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
    """
    features = (
        *(conv(3, 64, 11, stride=4, padding=2), ReLU(), max_pool(3, 2)),
        *(conv(64, 192, 5, padding=2), ReLU(), max_pool(3, 2)),
        *(conv(192, 384, 3, padding=1), ReLU()),
        *(conv(384, 256, 3, padding=1), ReLU()),
        *(conv(256, 256, 3, padding=1), ReLU(), max_pool(3, 2)),
    )
    last = (
        *(eased(), Linear((256, 6, 6), 4096), ReLU()),
        *(eased(), dense(4096, 4096), ReLU(), dense(4096, 1000)),
    )
    between: Stages = (("avgpool", AdaptiveAvgPool((6, 6))), ("flatten", Flatten()))
    front = ((f"features.{i}", layer) for i, layer in enumerate(features))
    back = ((f"classifier.{i}", layer) for i, layer in enumerate(last))
    return Network((*front, *between, *back), prefix="")


def vgg16(blocks: Sequence[Sequence[int]] = ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3)) -> Network:
    """Nothing but convolutions of 3 x 3 and pooling by 2; an input of 224 x 224 comes out as 7 x 7.

    Parameters
    ----------
    blocks : channels after each convolution, block by block

    References
    ----------
    Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015, table 1, D.
    """
    stages: list[tuple[str, Layer]] = []
    read = 3
    for i, block in enumerate(blocks, 1):
        for j, made in enumerate(block, 1):
            stages += [(f"conv{i}_{j}", conv(read, made, 3, padding=1)), (f"relu{i}_{j}", ReLU())]
            read = made
        stages.append((f"pool{i}", max_pool(2, 2)))
    return Network((*stages, ("flatten", Flatten()), *classifier((read, 7, 7))), prefix="")


@dataclass(frozen=True)
class Preset:
    """A network that has a name.

    Attributes
    ----------
    shape : (channels, *axes)
        The input that it was made for.
    words : Message
        One line about it.
    """

    name: str
    network: Network
    shape: Shape
    words: Message


LESSON = "lesson B"  # its class has arguments of its own
EMPTY = Preset("empty", Network((), prefix=""), (1, 28, 28), Message("Nothing yet. Add the first layer below."))
PICTURE = (3, 224, 224)
TEN_SECONDS = (1, 626, 128)  # frames and mels, see `cnnviz.inputs.logmel`

ZOO = {
    preset.name: preset
    for preset in (
        Preset(LESSON, LessonB().network, (1, 28, 28), Message("Two blocks and two dense layers, for digits.")),
        Preset("lesson C", lesson_c(), (3, 32, 32), Message("Two convolutions and one dense layer, for CIFAR-10.")),
        Preset("LeNet-5", lenet5(), (1, 32, 32), Message("LeCun's reader of digits, 1998: tanh and average pooling.")),
        Preset(
            "AlexNet, two towers", alexnet(), (3, 227, 227), Message("As published in 2012, for two graphics cards.")
        ),
        Preset(
            "AlexNet, one tower",
            alexnet(1),
            (3, 227, 227),
            Message("The same without groups: every map reads all maps."),
        ),
        Preset(
            "AlexNet, torchvision",
            alexnet_torchvision(),
            PICTURE,
            Message("As torchvision builds it, with fewer maps."),
        ),
        Preset("VGG16", vgg16(), PICTURE, Message("Convolutions of 3×3 and nothing larger, 2014.")),
        Preset(
            "DESED default", Desed().network, TEN_SECONDS, Message("The block of the lesson, three times, for sounds.")
        ),
        Preset(
            "DESED baseline",
            BASELINE.network,
            TEN_SECONDS,
            Message("The CNN of the recipes of 2021 to 2024, seven blocks."),
        ),
    )
}
