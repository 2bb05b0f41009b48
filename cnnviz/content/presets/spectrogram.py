"""Questions of the page *Spectrogram*."""

from cnnviz.content.links import Preset, on_page
from cnnviz.text import Message

SPECTROGRAM = on_page(
    "spectrogram",
    Preset(
        "network=baseline&input_seconds=10&stage=pooling6&frame=75&mel=0&training=false",
        Message("One number of the last layer: how much of the sound has it seen?"),
        Message("50 frames, which is 912 ms, and every mel: its field is 382 mels wide, and there are 128."),
    ),
    Preset(
        "network=baseline&input_seconds=10&stage=pooling1",
        Message("626 frames go into the baseline: how many come out?"),
        Message("156, one every 64 ms: 626 / 2 = 313, and 313 / 2 is rounded down, so that the last frame is dropped."),
    ),
    Preset(
        "input_seconds=10&stage=pooling2",
        Message("Three times pooling (1, 4): how many of 626 frames are left?"),
        Message("All of them: only mels are pooled, from 128 to 32, 8 and 2. Time stays as exact as it was."),
    ),
    Preset(
        "normalization=layer&training=false&stage=conv1&frame=60&mel=10",
        Message("What does a layer norm do to the receptive field?"),
        Message(
            "It makes it the whole input: mean and variance are those of all channels, frames and mels. What is drawn "
            "is the field of the windows alone."
        ),
    ),
    Preset(
        "activation=glu&input_sound=speech&stage=glu0",
        Message("Does DESED's GLU halve the channels?"),
        Message("No: signal = linear(x), gate = σ(x), and 64 channels stay 64. torch's own nn.GLU halves them."),
    ),
    Preset(
        "training=false&view=attribution&stage=relu0&channel=3&frame=60&mel=64",
        Message("This unit is 0 behind its ReLU: which cells of the sound does its gradient light?"),
        Message(
            "None. Below 0 the ReLU is flat, so no small change changes the unit; a large one might. In channel 2 the "
            "same unit is above 0, and its 9 cells light."
        ),
    ),
)
