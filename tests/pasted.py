"""Networks as courses, books and tutorials write them, each with the shape of an input; run by torch in the tests."""

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


MNIST = '''
class Net(nn.Module):
    """The example of PyTorch."""

    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1)
        self.conv2 = nn.Conv2d(8, 16, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(2304, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.conv1(x)
        x = F.relu(x)
        x = self.conv2(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = self.fc1(x)
        x = F.relu(x)
        x = self.dropout2(x)
        x = self.fc2(x)
        output = F.log_softmax(x, dim=1)
        return output


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        print('Train Epoch: {} [{}/{} ({:.0f}%)]\\tLoss: {:.6f}'.format(
            epoch, batch_idx * len(data), len(train_loader.dataset),
            100. * batch_idx / len(train_loader), loss.item()))


def main():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Net().to(device)
    with torch.no_grad():
        print(f"{sum(p.numel() for p in model.parameters()):,}")


if __name__ == '__main__':
    main()
'''

CIFAR = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1) # flatten all dimensions except batch
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


net = Net()
criterion = nn.CrossEntropyLoss()
"""

OLD_TUTORIAL = """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 20)  # 5*5 from image dimension

    def forward(self, x):
        # Max pooling over a (2, 2) window
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        return self.fc1(x)

    def num_flat_features(self, x):
        size = x.size()[1:]  # all dimensions except the batch dimension
        num_features = 1
        for s in size:
            num_features *= s
        return num_features
"""

LENET_OF_THE_BOOK = """
net = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Flatten(),
    nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(),
    nn.Linear(120, 84), nn.Sigmoid(),
    nn.Linear(84, 10))
"""

LAZY_VGG_OF_THE_BOOK = """
def vgg_block(num_convs, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.LazyConv2d(out_channels, kernel_size=3, padding=1))
        layers.append(nn.ReLU())
    layers.append(nn.MaxPool2d(kernel_size=2,stride=2))
    return nn.Sequential(*layers)

class VGG(nn.Module):
    def __init__(self, arch=((1, 4), (2, 8)), num_classes=10):
        super().__init__()
        conv_blks = []
        for (num_convs, out_channels) in arch:
            conv_blks.append(vgg_block(num_convs, out_channels))
        self.net = nn.Sequential(
            *conv_blks, nn.Flatten(),
            nn.LazyLinear(32), nn.ReLU(), nn.Dropout(0.5),
            nn.LazyBatchNorm1d(),
            nn.LazyLinear(num_classes))

    def forward(self, X):
        return self.net(X)
"""

VGG_BY_LETTERS = """
cfg = {'VGG5': [4, 'M', 8, 8, 'M']}

class VGG(nn.Module):
    def __init__(self, vgg_name='VGG5'):
        super(VGG, self).__init__()
        self.features = self._make_layers(cfg[vgg_name])
        self.classifier = nn.Linear(8 * 4 * 4, 10)

    def forward(self, x):
        out = self.features(x)
        out = out.view(out.size(0), -1)
        out = self.classifier(out)
        return out

    def _make_layers(self, cfg):
        layers = []
        in_channels = 3
        for x in cfg:
            if x == 'M':
                layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
            else:
                layers += [nn.Conv2d(in_channels, x, kernel_size=3, padding=1),
                           nn.BatchNorm2d(x),
                           nn.ReLU(inplace=True)]
                in_channels = x
        layers += [nn.AvgPool2d(kernel_size=1, stride=1)]
        return nn.Sequential(*layers)


def test():
    net = VGG('VGG11')
    x = torch.randn(2,3,32,32)
    y = net(x)
    print(y.size())

# test()
"""

M5_FOR_SOUND = """
class M5(nn.Module):
    def __init__(self, n_input=1, n_output=35, stride=16, n_channel=4):
        super().__init__()
        self.conv1 = nn.Conv1d(n_input, n_channel, kernel_size=80, stride=stride)
        self.bn1 = nn.BatchNorm1d(n_channel)
        self.pool1 = nn.MaxPool1d(4)
        self.conv2 = nn.Conv1d(n_channel, 2 * n_channel, kernel_size=3)
        self.bn2 = nn.BatchNorm1d(2 * n_channel)
        self.pool2 = nn.MaxPool1d(4)
        self.fc1 = nn.Linear(2 * n_channel, n_output)

    def forward(self, x):
        x = self.conv1(x)
        x = F.relu(self.bn1(x))
        x = self.pool1(x)
        x = self.conv2(x)
        x = F.relu(self.bn2(x))
        x = self.pool2(x)
        x = F.avg_pool1d(x, x.shape[-1])
        x = x.permute(0, 2, 1)
        x = x.flatten(1)
        x = self.fc1(x)
        return F.softmax(x, dim=1)


model = M5(n_input=1, n_output=12)
model.to(device)
print(model)
"""

AUTOENCODER = """
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        # Encoder
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU())
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(16, 8, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.encoder(x)
        out: torch.Tensor = self.decoder(h)
        return torch.sigmoid(out)
"""

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
