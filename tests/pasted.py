"""Networks as courses, books and tutorials write them, each with the shape of an input; run by torch in the tests."""

from pasted_courses import (
    AUTOENCODER,
    CIFAR,
    LAZY_VGG_OF_THE_BOOK,
    LENET_OF_THE_BOOK,
    M5_FOR_SOUND,
    MNIST,
    OLD_TUTORIAL,
    VGG_BY_LETTERS,
)

IMPORTS = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from collections import OrderedDict
from torch import Tensor
"""


def in_class(init: str, forward: str, head: str = "self", name: str = "Net") -> str:
    """A class with these lines."""
    lines = ["super().__init__()", *init.strip().split("\n")]
    return (
        f"class {name}(nn.Module):\n    def __init__({head}):\n"
        + "".join(f"        {line}\n" for line in lines)
        + "\n    def forward(self, x):\n"
        + "".join(f"        {line}\n" for line in forward.strip().split("\n"))
    )


BLOCKS = """
class ConvBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, **kwargs) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = self.bn(x)
        return F.relu(x, inplace=True)


class Net(nn.Module):
    def __init__(self, width: int = 4, num_classes: int = 10) -> None:
        super().__init__()
        self.stem = ConvBlock(3, width, kernel_size=3, stride=2)
        self.body = nn.Sequential(
            ConvBlock(width, width * 2, kernel_size=3),
            ConvBlock(width * 2, width * 2, kernel_size=1),
        )
        self.head = nn.Linear(width * 2, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(self.stem(x))
        x = x.mean((2, 3))
        return self.head(x)
"""

LISTS = in_class(
    """
self.convs = nn.ModuleList([nn.Conv2d(c, 4, 3, padding=1) for c in (1, 4, 4)])
self.norms = nn.ModuleList()
for i in range(3):
    self.norms.append(nn.BatchNorm2d(4))
self.act = nn.LeakyReLU(0.1)
self.fc = nn.Linear(4, 2)
""",
    """
for conv, norm in zip(self.convs, self.norms):
    x = self.act(norm(conv(x)))
for i in range(2):
    x = F.avg_pool2d(x, kernel_size=2)
x = F.adaptive_avg_pool2d(x, (1, 1)).reshape(x.shape[0], -1)
return self.fc(x)
""",
)

SEVERAL = """
in_channels, hidden = 3, 2 ** 3
conv_block = lambda: None
activation = nn.ELU(alpha=0.5)
features = nn.Sequential(OrderedDict([
    ('conv', nn.Conv2d(in_channels, hidden, 5, padding=5 // 2)), ('act', activation)]))
classifier = nn.Sequential(nn.Flatten(), nn.Linear(hidden * 8 * (16 - 8), 4))
model = nn.Sequential(features, classifier, activation)
"""

COUNTED = '''
class Net(nn.Module):
    """Counts its features by a trial run."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 5)
        self.conv2 = nn.Conv2d(4, 8, 5)
        x = torch.randn(50, 50).view(-1, 1, 50, 50)
        self._to_linear = None
        self.convs(x)
        self.fc1 = nn.Linear(self._to_linear, 6)

    def convs(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        if self._to_linear is None:
            self._to_linear = x[0].shape[0] * x[0].shape[1] * x[0].shape[2]
        return x

    def forward(self, x):
        x = self.convs(x)
        x = x.view(-1, self._to_linear)
        return self.fc1(x)
'''

VOLUMES = in_class(
    """
self.conv_layer1 = self._conv_layer_set(1, 4)
self.conv_layer2 = self._conv_layer_set(4, 8)
self.fc1 = nn.Linear(2 ** 3 * 8, 16)
self.fc1_bn = nn.BatchNorm1d(16)
self.relu = nn.LeakyReLU()
self.drop = nn.Dropout(p=0.15)
""",
    """
out = self.conv_layer1(x)
out = self.conv_layer2(out)
out = out.view(out.size(0), -1)
out = self.fc1(out)
out = self.relu(out)
out = self.fc1_bn(out)
out = self.drop(out)
return out
""",
) + (
    "\n    def _conv_layer_set(self, in_c, out_c):\n        conv_layer = nn.Sequential(\n"
    "            nn.Conv3d(in_c, out_c, kernel_size=(3, 3, 3), padding=0),\n            nn.LeakyReLU(),\n"
    "            nn.MaxPool3d((2, 2, 2)),\n        )\n        return conv_layer\n"
)

DENSE = """
class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(28*28, 32),
            nn.ReLU(),
            nn.Linear(32, 10)
        )

    def forward(self, x):
        x = self.flatten(x)
        logits = self.linear_relu_stack(x)
        return logits

model = NeuralNetwork().to(device)
"""

FUNCTIONS = in_class(
    "self.conv = nn.Conv2d(2, 6, 3)\nself.add_module('last', nn.Conv2d(6, 3, 1))\nself.relu = F.relu",
    """
x = self.conv(x)
x = F.leaky_relu(x, 0.2)
x = F.dropout(x, 0.3, training=self.training)
x = F.elu(x, alpha=0.7); x = F.gelu(x)
x = torch.tanh(x).sigmoid()
x = self.relu(F.silu(x))
x = F.avg_pool2d(x, 2, stride=1, padding=1, count_include_pad=False)
x = F.max_pool2d(x, 3, 2, 1, 1, True)
x = F.lp_pool2d(x, 2, 2)
print(x.shape)
assert x.dim() == 4
x = self.last(x).contiguous()
return nn.Softmax(dim=1)(x).flatten(start_dim=1)
""",
)

MOBILE = """
class MobileNet(nn.Module):
    def __init__(self):
        super(MobileNet, self).__init__()

        def conv_bn(inp, oup, stride):
            return nn.Sequential(
                nn.Conv2d(inp, oup, 3, stride, 1, bias=False),
                nn.BatchNorm2d(oup),
                nn.ReLU(inplace=True)
            )

        def conv_dw(inp, oup, stride):
            return nn.Sequential(
                nn.Conv2d(inp, inp, 3, stride, 1, groups=inp, bias=False),
                nn.BatchNorm2d(inp),
                nn.ReLU(inplace=True),
                nn.Conv2d(inp, oup, 1, 1, 0, bias=False),
            )

        self.model = nn.Sequential(
            conv_bn(  3,  4, 2),
            conv_dw(  4,  8, 1),
            nn.AvgPool2d(7),
        )
        self.fc = nn.Linear(8, 6)

    def forward(self, x):
        x = self.model(x)
        x = x.view(-1, 8)
        x = self.fc(x)
        return x
"""

ADDED = """
net = nn.Sequential()
net.add_module('conv1', nn.Conv2d(1, 4, 3))
net.add_module('relu', nn.ReLU())
for i in range(2):
    net.add_module(f'conv{i + 2}', nn.Conv2d(4, 4, 3))
net[1] = nn.Tanh()
if torch.cuda.is_available():
    net = net.cuda()
"""

NAMED_LISTS = """
class M(nn.Module):
    def __init__(self, act='lrelu'):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 3)
        self.acts = nn.ModuleDict([['lrelu', nn.LeakyReLU()], ['tanh', nn.Tanh()]])
        self.act = act
        self.layers = nn.ModuleList()
        for i in range(2):
            self.layers.append(nn.Conv1d(8, 8, 3, padding='same'))
    def forward(self, x):
        x = self.acts[self.act](self.conv(x))
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = torch.relu(x)
        return x
"""

MORE_THAN_ONE_RETURNED = """
class CNN(nn.Module):
    def __init__(self):
        super(CNN, self).__init__()
        self.conv1 = nn.Sequential(         # input shape (1, 28, 28)
            nn.Conv2d(
                in_channels=1,              # input height
                out_channels=4,             # n_filters
                kernel_size=5,              # filter size
            ),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),    # choose max value in 2x2 area
        )
        self.out = nn.Linear(4 * 12 * 12, 10)   # fully connected layer, output 10 classes

    def forward(self, x):
        x = self.conv1(x)
        x = x.view(x.size(0), -1)           # flatten
        output = self.out(x)
        return output, x    # return x for visualization
"""

TORCH_READS_THEM_ALIKE = {
    "the MNIST example": (MNIST, (1, 28, 28)),
    "the CIFAR tutorial": (CIFAR, (3, 32, 32)),
    "the first tutorial, counting its features": (OLD_TUTORIAL, (1, 32, 32)),
    "LeNet of the book": (LENET_OF_THE_BOOK, (1, 28, 28)),
    "a lazy VGG of the book": (LAZY_VGG_OF_THE_BOOK, (1, 16, 16)),
    "VGG by letters": (VGG_BY_LETTERS, (3, 16, 16)),
    "a network for sound": (M5_FOR_SOUND, (1, 2000)),
    "an autoencoder": (AUTOENCODER, (1, 12, 12)),
    "blocks of one's own": (BLOCKS, (3, 13, 13)),
    "lists of layers": (LISTS, (1, 9, 9)),
    "several names": (SEVERAL, (3, 8, 8)),
    "a trial run": (COUNTED, (1, 50, 50)),
    "volumes": (VOLUMES, (1, 14, 14, 14)),
    "dense alone": (DENSE, (1, 28, 28)),
    "functions": (FUNCTIONS, (2, 20, 20)),
    "functions within __init__": (MOBILE, (3, 14, 14)),
    "layers that are added": (ADDED, (1, 9, 9)),
    "lists with names": (NAMED_LISTS, (1, 20)),
    "two tensors that are returned": (MORE_THAN_ONE_RETURNED, (1, 28, 28)),
}
