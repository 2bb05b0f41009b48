"""Questions of the page *Networks*."""

from cnnviz.content.links import Preset
from cnnviz.text import Message

NETWORKS = [
    Preset(
        "net=Conv2d(1,1,3)&shape=1, 7, 7&quiz=shape",
        Message("Seven rows and columns, a kernel of 3, stride 1: which size comes out?"),
        Message("5 × 5: (7 − 3) / 1 + 1 = 5 along each axis."),
        page="network",
    ),
    Preset(
        "net=Conv2d(1,1,3,stride=2)&shape=1, 7, 7&quiz=shape",
        Message("And with stride 2: which size comes out?"),
        Message("3 × 3: (7 − 3) / 2 + 1 = 3. The size of the padded input counts, and here is no padding."),
        page="network",
    ),
    Preset(
        "preset=AlexNet, torchvision&layer=16&tab=Explanation",
        Message("Where do AlexNet's 61 million parameters sit?"),
        Message(
            "In the dense layers: 37,752,832 in the first alone. The five convolutions have 2,469,696 together, and do "
            "most of the work."
        ),
        page="network",
    ),
    Preset(
        "net=Conv2d(64,64,3,padding=1);Conv2d(64,64,3,padding=1)&shape=64, 32, 32&layer=1",
        Message("Why does VGG16 stack small kernels?"),
        Message(
            "Two layers of 3 see 5 rows and columns, as one kernel of 5 does, with 73,856 parameters instead of "
            "102,464."
        ),
        page="network",
    ),
    Preset(
        "preset=LeNet-5&layer=6&quiz=field",
        Message("LeNet-5 reads 32 rows: how many does one unit of conv5 see?"),
        Message(
            "All 32. Each layer adds its kernel less one, times the jumps of all layers before: "
            "1 + 4 + 1 + 4 · 2 + 1 · 2 + 4 · 4 = 32."
        ),
        page="network",
    ),
    Preset(
        "net=Conv2d(1,8,3);ReLU();Dropout2d(0.5,training=True)&shape=1, 28, 28&layer=2",
        Message("Some maps are 0 throughout: why?"),
        Message(
            "The network trains, and nn.Dropout2d switches off whole channels, each with a chance of 0.5, and "
            "doubles the others. In eval mode, all of them pass."
        ),
        page="network",
    ),
]
