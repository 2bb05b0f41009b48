"""Questions of the page *Networks*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

NETWORKS = on_page(
    "network",
    Preset(
        "net=Conv2d(1,1,3)&shape=1, 7, 7&quiz=shape",
        Message("Seven rows and columns, a kernel of 3, stride 1: which size comes out?"),
        Message("5 × 5: (7 − 3) / 1 + 1 = 5 along each axis."),
    ),
    Preset(
        "net=Conv2d(1,1,3,stride=2)&shape=1, 7, 7&quiz=shape",
        Message("And with stride 2: which size comes out?"),
        Message("3 × 3: (7 − 3) / 2 + 1 = 3. The size of the padded input counts, and here is no padding."),
    ),
    Preset(
        "preset=AlexNet, torchvision&layer=16&tab=Explanation",
        Message("Where do AlexNet's 61 million parameters sit?"),
        Message(
            "In the dense layers: 37,752,832 in the first alone. The five convolutions have 2,469,696 together, and do "
            "most of the work."
        ),
    ),
    Preset(
        "net=Conv2d(64,64,3,padding=1);Conv2d(64,64,3,padding=1)&shape=64, 32, 32&layer=1",
        Message("Why does VGG16 stack small kernels?"),
        Message(
            "Two layers of 3 see 5 rows and columns, as one kernel of 5 does, with 73,856 parameters instead of "
            "102,464."
        ),
    ),
    Preset(
        "preset=LeNet-5&layer=6&quiz=field",
        Message("LeNet-5 reads 32 rows: how many does one unit of conv5 see?"),
        Message(
            "All 32. Each layer adds its kernel less one, times the jumps of all layers before: "
            "1 + 4 + 1 + 4 · 2 + 1 · 2 + 4 · 4 = 32."
        ),
    ),
    Preset(
        "net=Conv2d(1,8,3);ReLU();Dropout2d(0.5,training=True)&shape=1, 28, 28&layer=2",
        Message("Some maps are 0 throughout: why?"),
        Message(
            "The network trains, and nn.Dropout2d switches off whole channels, each with a chance of 0.5, and "
            "doubles the others. In eval mode, all of them pass."
        ),
    ),
    Preset(
        "net=net:c0=Conv2d(1,1,3,padding=1);s0=Sigmoid();c1=Conv2d(1,1,3,padding=1);s1=Sigmoid();"
        "c2=Conv2d(1,1,3,padding=1);s2=Sigmoid();c3=Conv2d(1,1,3,padding=1);s3=Sigmoid();"
        "c4=Conv2d(1,1,3,padding=1);s4=Sigmoid();c5=Conv2d(1,1,3,padding=1);s5=Sigmoid();"
        "c6=Conv2d(1,1,3,padding=1);s6=Sigmoid();c7=Conv2d(1,1,3,padding=1);s7=Sigmoid()"
        "&shape=1, 16, 16&view=gradients&loss=mean",
        Message("Eight sigmoids in a row: how much of the gradient comes back to the first layer?"),
        Message(
            "About a ten-millionth of its norm. No slope of a sigmoid is more than 1/4, so each divides the gradient "
            "by 4 or more, and the first layers would hardly learn."
        ),
    ),
    Preset(
        "preset=LeNet-5&view=gradients&target=3",
        Message("The right class is 3: which sign has the loss's gradient there, and what do all ten add up to?"),
        Message(
            "−0.895 at class 3, and more than 0 at all others: the shares that a softmax gives, less 1 at the right "
            "class. Together they are 0."
        ),
    ),
    Preset(
        "net=net:relu=ReLU();conv=Conv2d(1,1,3)&shape=1, 16, 16&view=attribution&unit=0, 5, 5",
        Message("One unit of a 3 × 3 convolution: how many of 256 cells will light, and as what?"),
        Message("Nine, as the kernel itself: the gradient of a sum of products by a cell is the cell's weight."),
    ),
    Preset(
        "preset=LeNet-5&view=attribution&method=occlusion&unit=3&show=at work",
        Message("Random weights, 49 windows hidden in turn: in how many does the target rise?"),
        Message(
            "In 27, about half. A network that has learned nothing has no reason to need one place more than another; "
            "what the map shows is what its random weights compute."
        ),
    ),
    Preset(
        "preset=LeNet-5&view=attribution&method=Grad-CAM&unit=3&cam=tanh3&show=at work",
        Message("Sixteen maps become one Grad-CAM: by which layer?"),
        Message(
            "A convolution of 1 × 1 without bias, and a ReLU. Its 16 weights are the mean gradients of the 16 maps; "
            "each cell of the sum has 16 products."
        ),
    ),
)
