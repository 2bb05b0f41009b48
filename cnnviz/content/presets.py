"""Questions worth asking: each is a link that sets the page up, a question, and its answer."""

from cnnviz.content.links import Card, Preset

CARDS = [
    Card(
        "padding=1&kernel=bank&out_channels=4",
        "kernels",
        "One map per kernel",
        "Edges, blur, sharpening: the same digit through a bank of filters.",
        "A handwritten digit, a kernel, and four feature maps.",
    ),
    Card(
        "input=photo&input_colour=rgb&input_rows=200&kernel=sobel_x&padding=1&padding_mode=reflect",
        "photo",
        "A photograph, in colour",
        "Three channels in, one sum out; a lens shows the numbers. Upload your own.",
        "The red, green and blue channels of a photograph and one feature map.",
    ),
    Card(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        "groups",
        "Groups, in lock-step",
        "From one group to depthwise: who reads which channel.",
        "Two groups of channels, each with its own window.",
    ),
    Card(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=ones&stride=2",
        "transposed",
        "Transposed convolution",
        "Every input cell paints the kernel. See where the paint overlaps.",
        "A stamp of nine cells painted on a larger output.",
    ),
    Card(
        "ndim=1d&input=sine&kernel=box&padding=1",
        "signal",
        "Signals, in 1-D",
        "A sine or a chirp under a sliding window.",
        "A sine wave, a window of three samples, and the smoothed signal.",
    ),
    Card(
        "ndim=3d&input=moving-square&input_size=5&kernel=box&kernel_size=3",
        "video",
        "Video, in 3-D",
        "The kernel slides through time as well.",
        "Frames of a moving square under a three-dimensional kernel.",
    ),
    Card(
        "kernel_size=3&padding=1&compare=false",
        "pooling",
        "Pooling",
        "The winner of each window, or the mean, and what it is divided by.",
        "A window on a digit, its largest cell outlined, and the pooled map.",
        page="pooling",
    ),
    Card(
        "layer=GLU&input_rows=120",
        "gating",
        "Gates",
        "A mask between signal and product. Open it with a slider.",
        "A signal, a coloured mask, their product, and a histogram of the mask.",
        page="gating",
    ),
    Card(
        "layer=BatchNorm",
        "norm",
        "Normalisation and dropout",
        "Which cells share a mean, and what training does to them.",
        "Maps before and after batch normalisation, with a histogram of each.",
        page="normalisation",
    ),
    Card(
        "activation=glu&input_sound=mixture&stage=glu1&channel=2&frame=60&mel=14",
        "spectrogram",
        "A sound in a network",
        "Upload ten seconds and see, layer by layer and channel by channel, what the DESED block does.",
        "A spectrogram with a box on it, and the stages of a network as a row of small pictures.",
        page="spectrogram",
    ),
    Card(
        "preset=lesson C",
        "network",
        "A whole network",
        "Build one layer by layer, count it, and watch a photograph go through.",
        "A photograph and one map of every layer behind it, down to ten bars.",
        page="network",
    ),
]


CONVOLUTION = [
    Preset(
        "input=ramp&input_size=7&kernel=box",
        "7 × 7 input, kernel 3: how large is the output?",
        "5 × 5: (7 − 3) / 1 + 1 windows fit along each axis.",
    ),
    Preset(
        "input=ramp&input_size=7&kernel=box&stride=2",
        "The same with stride 2?",
        "3 × 3: (7 − 3) / 2 + 1. Windows still overlap by one cell.",
    ),
    Preset(
        "input=ramp&input_size=4&kernel=box&padding=1",
        "4 × 4 input, kernel 3: which padding keeps the size?",
        "Padding (3 − 1) / 2 = 1: the 4 × 4 input becomes 6 × 6, and 4 × 4 comes out.",
    ),
    Preset(
        "input=ramp&input_size=4&input_channels=3&kernel=bank&kernel_size=1&padding=3&out_channels=3",
        "(3, 4, 4) with padding 3: what does the kernel slide over?",
        "(3, 10, 10): padding goes on both sides, 4 + 2 · 3. A 1 × 1 kernel shows every place of it.",
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&kernel_size=5",
        "A 32 × 32 × 3 image, one 5 × 5 × 3 filter: how many maps come out?",
        "One, of 28 × 28. The kernel has as many channels as the input and adds all of them up.",
    ),
    Preset(
        "input=random&input_size=4&input_channels=128&kernel=random&out_channels=64",
        "128 channels in, 64 out, kernel 3: how many weights?",
        "3 · 3 · 128 · 64 = 73,728, and 64 biases: 73,792 parameters.",
    ),
    Preset(
        "input=random&input_size=32&input_channels=3&kernel=random&out_channels=32",
        "32 × 32 × 3 into 32 kernels of 3 × 3: which shape?",
        "32 maps of 30 × 30, one for each kernel.",
    ),
    Preset(
        "input=random&input_size=15&input_channels=32&kernel=random&kernel_size=4&out_channels=64",
        "32 maps of 15 × 15 into 64 kernels of 4 × 4?",
        "64 maps of 12 × 12.",
    ),
    Preset(
        "input=impulse&input_size=7&kernel=emboss&flip=true",
        "Is it a convolution?",
        "No: networks do not flip the kernel, so it is a cross-correlation. With the flip, an impulse gives the kernel "
        "itself; without, the kernel turned round.",
    ),
    Preset(
        "kernel=box&dilation=2",
        "Does dilation blur?",
        "No. The taps move apart and skip the cells between them; the number of weights stays.",
    ),
    Preset(
        "stride=2",
        "8 × 8 input, kernel 3, stride 2: is every cell read?",
        "No. (8 − 3) / 2 = 2.5 is rounded down, and the last row and column are never read. Tick “times read”.",
    ),
    Preset(
        "kernel=box&kernel_size=2&stride=3",
        "What happens when the stride is larger than the kernel?",
        "Whole rows and columns between the windows are skipped. Tick “times read”.",
    ),
    Preset(
        "kernel=box&kernel_size=4&padding_rule=same",
        "padding='same' with an even kernel: where does the odd zero go?",
        "After the last cell: 4 taps need 3 cells of padding, 1 before and 2 after.",
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=random&out_channels=4&groups=2",
        "Four channels, two groups: what does a kernel see?",
        "Two channels. Both groups step together and never meet; half the weights are gone.",
    ),
    Preset(
        "input=random&input_size=6&input_channels=4&kernel=bank&out_channels=4&groups=4",
        "What is a depthwise convolution?",
        "groups = in_channels: every channel has a kernel of its own and no other channel is read.",
    ),
    Preset(
        "input=photo&input_colour=rgb&kernel=random&kernel_size=1&out_channels=2",
        "What can a 1 × 1 kernel do?",
        "Mix channels, cell by cell. It never looks at a neighbour.",
    ),
    Preset(
        "layer=ConvTranspose&input=ramp&input_size=4&kernel=box&stride=2&padding=1&output_padding=1",
        "Does output_padding add zeros?",
        "Not here: one row and column more come out, and the kernel paints them. They are the ones that padding = 1 "
        "would have cropped. With padding = 0 no kernel reaches so far, and they hold the bias alone, which is 0.",
    ),
    Preset(
        "layer=ConvTranspose&input=edge&input_size=6&kernel=ones&stride=2",
        "Why do transposed convolutions leave checkerboards?",
        "Kernel 3 is not a multiple of stride 2: cells are painted 1, 2 or 4 times in turn. Tick “times painted”.",
    ),
]

POOLING = [
    Preset(
        "kernel_size=3&padding=1",
        "What does a maximum read in the padding?",
        "−inf, which never wins. An average reads 0 there, and may count it.",
        page="pooling",
    ),
    Preset(
        "layer=AvgPool&input=ramp&kernel_size=3&stride=1&padding=1&compare=false",
        "An average in the corner: is it divided by 9 or by 4?",
        "By 9: count_include_pad is on, and five of the nine places are padding. Switch it off and it is divided by 4.",
        page="pooling",
    ),
    Preset(
        "input=ramp&input_size=5&ceil_mode=true",
        "5 × 5 input, kernel 2, stride 2, ceil_mode: how large is the output?",
        "3 × 3: rounded up, a last window reaches beyond the input, and reads what is there.",
        page="pooling",
    ),
    Preset(
        "input=ramp&input_size=4&stride=3&padding=1&ceil_mode=true",
        "ceil_mode asks for a third window: why are there two?",
        "It would start beyond the input, in the padding alone. Torch leaves it out; it is drawn dashed and crossed.",
        page="pooling",
    ),
    Preset(
        "stride=3",
        "What does pooling lose when the stride is larger than the kernel?",
        "Whole rows and columns between the windows. Tick “times read”.",
        page="pooling",
    ),
    Preset(
        "layer=AdaptiveAvgPool&compare=false",
        "8 cells into 3: how long is each window?",
        "3, 4 and 3 cells, and neighbours overlap: from floor(o · 8 / 3) to ceil((o + 1) · 8 / 3).",
        page="pooling",
    ),
    Preset(
        "layer=AdaptiveAvgPool&output_size=1&input=photo&compare=false",
        "What is global pooling?",
        "Adaptive pooling to one cell: the mean of the whole map.",
        page="pooling",
    ),
    Preset(
        "layer=MaxUnpool",
        "Can a maximum be undone?",
        "In part: the winners go back to their places, all other cells are lost and become 0.",
        page="pooling",
    ),
    Preset(
        "layer=LPPool&norm_type=8",
        "What lies between a sum and a maximum?",
        "The p-norm. At p = 1 it is the sum; the larger p is, the nearer it comes to the maximum.",
        page="pooling",
    ),
]

GATING = [
    Preset(
        "layer=nn.GLU",
        "Four channels through nn.GLU: how many come out?",
        "Two: the second half gates the first. DESED's GLU mixes and gates all four, and four come out.",
        page="gating",
    ),
    Preset(
        "layer=ReLU&compare=LeakyReLU",
        "Is ReLU a gate?",
        "Yes: x times a mask that is 1 where x is positive and 0 elsewhere. The leaky mask is 0.2 elsewhere: "
        "never quite closed.",
        page="gating",
    ),
    Preset(
        "compare=ContextGating&input=log-mel",
        "GLU and ContextGating: which one decides about a cell by itself?",
        "GLU: the gate is the cell's own sigmoid. In ContextGating all channels decide together.",
        page="gating",
    ),
    Preset(
        "layer=Mask&maps=0",
        "Can you cut a picture out with a gate?",
        "Yes. Type a mask: 4 is nearly open, −4 nearly closed, 0 half.",
        page="gating",
    ),
    Preset(
        "layer=SiLU&compare=GELU&maps=0&input=random",
        "How do SiLU and GELU differ?",
        "Both gate a cell by itself: one with σ(x), the other with the chance Φ(x) that a normal number is smaller.",
        page="gating",
    ),
    Preset(
        "layer=Softmax&maps=3&input=digit",
        "What do the channels of a softmax add up to?",
        "1, at every pixel: each channel has its share.",
        page="gating",
    ),
]

NORMALISATION = [
    Preset(
        "examples=false&ndim=1d&input=typed&input_text=10+11+12+13&momentum=0.99",
        "One training pass over 10, 11, 12, 13 with momentum 0.99: where is the running mean?",
        "At 11.385 and not at 0.115: in torch, momentum is the share of the new batch. The variance is at 1.66.",
        page="normalisation",
    ),
    Preset(
        "layer=GroupNorm",
        "One group: what shares a mean?",
        "All channels and cells of one example. So every output depends on the whole input.",
        page="normalisation",
    ),
    Preset(
        "training=false&steps=0",
        "Eval mode before any training: what does batch norm do?",
        "Nearly nothing: the running mean is 0 and the running variance 1.",
        page="normalisation",
    ),
    Preset(
        "layer=Dropout",
        "Half of the cells are dropped: what happens to the others?",
        "They are doubled, 1 / (1 − 0.5), so that the mean stays the same on average.",
        page="normalisation",
    ),
    Preset(
        "layer=Dropout&training=false",
        "What does dropout do in eval mode?",
        "Nothing: no mask, no scale.",
        page="normalisation",
    ),
    Preset(
        "layer=DropoutNd&input_channels=8",
        "What does nn.Dropout2d drop?",
        "Whole channels: neighbouring cells are alike, and dropping single ones would hide little.",
        page="normalisation",
    ),
]

SHAPES = [
    Preset(
        "layer=Permute&input=photo&input_rows=16&input_colour=rgb",
        "What does torch see in a picture that is stored as rows, columns, channels?",
        "Rows for channels: 16 maps of 24 × 3. permute(0, 3, 1, 2) puts the channels first.",
        page="shapes",
    ),
    Preset(
        "layer=Linear",
        "Is a dense layer a convolution?",
        "Yes, with a kernel as large as the input: there is one place for it, so no weight is shared.",
        page="shapes",
    ),
]

SPECTROGRAM = [
    Preset(
        "network=baseline&input_seconds=10&stage=pooling6&frame=75&mel=0&training=false",
        "One number of the last layer: how much of the sound has it seen?",
        "50 frames, which is 912 ms, and every mel: its field is 382 mels wide, and there are 128.",
        page="spectrogram",
    ),
    Preset(
        "network=baseline&input_seconds=10&stage=pooling1",
        "626 frames go into the baseline: how many come out?",
        "156, one every 64 ms: 626 / 2 = 313, and 313 / 2 is rounded down, so that the last frame is dropped.",
        page="spectrogram",
    ),
    Preset(
        "input_seconds=10&stage=pooling2",
        "Three times pooling (1, 4): how many of 626 frames are left?",
        "All of them: only mels are pooled, from 128 to 32, 8 and 2. Time stays as exact as it was.",
        page="spectrogram",
    ),
    Preset(
        "normalization=layer&training=false&stage=conv1&frame=60&mel=10",
        "What does a layer norm do to the receptive field?",
        "It makes it the whole input: mean and variance are those of all channels, frames and mels. What is drawn "
        "is the field of the windows alone.",
        page="spectrogram",
    ),
    Preset(
        "activation=glu&input_sound=speech&stage=glu0",
        "Does DESED's GLU halve the channels?",
        "No: signal = linear(x), gate = σ(x), and 64 channels stay 64. torch's own nn.GLU halves them.",
        page="spectrogram",
    ),
]

NETWORKS = [
    Preset(
        "net=Conv2d(1,1,3)&shape=1, 7, 7&quiz=shape",
        "Seven rows and columns, a kernel of 3, stride 1: which size comes out?",
        "5 × 5: (7 − 3) / 1 + 1 = 5 along each axis.",
        page="network",
    ),
    Preset(
        "net=Conv2d(1,1,3,stride=2)&shape=1, 7, 7&quiz=shape",
        "And with stride 2: which size comes out?",
        "3 × 3: (7 − 3) / 2 + 1 = 3. The size of the padded input counts, and here is no padding.",
        page="network",
    ),
    Preset(
        "preset=AlexNet, torchvision&layer=16&tab=Explanation",
        "Where do AlexNet's 61 million parameters sit?",
        "In the dense layers: 37,752,832 in the first alone. The five convolutions have 2,469,696 together, and do "
        "most of the work.",
        page="network",
    ),
    Preset(
        "net=Conv2d(64,64,3,padding=1);Conv2d(64,64,3,padding=1)&shape=64, 32, 32&layer=1",
        "Why does VGG16 stack small kernels?",
        "Two layers of 3 see 5 rows and columns, as one kernel of 5 does, with 73,856 parameters instead of 102,464.",
        page="network",
    ),
    Preset(
        "preset=LeNet-5&layer=6&quiz=field",
        "LeNet-5 reads 32 rows: how many does one unit of conv5 see?",
        "All 32. Each layer adds its kernel less one, times the jumps of all layers before: "
        "1 + 4 + 1 + 4 · 2 + 1 · 2 + 4 · 4 = 32.",
        page="network",
    ),
    Preset(
        "net=Conv2d(1,8,3);ReLU();Dropout2d(0.5,training=True)&shape=1, 28, 28&layer=2",
        "Some maps are 0 throughout: why?",
        "The network trains, and nn.Dropout2d switches off whole channels, each with a chance of 0.5, and doubles the "
        "others. In eval mode, all of them pass.",
        page="network",
    ),
]
