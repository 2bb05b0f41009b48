"""Small corpora: folders of clips that we make ourselves, and what they excite in a network."""

from pathlib import Path

import numpy as np
import soundfile

from cnnviz.core.examples import Examples
from cnnviz.inputs.events import HEARD, active, clip
from cnnviz.inputs.logmel import DESED, RATE, log_mel
from cnnviz.networks.code import to_text
from cnnviz.networks.desed import Desed
from cnnviz.networks.exciting import edges_of, evaluated, find, worth
from cnnviz.scenes.corpus import About, Clip, Labelled, fingerprint, write_corpus
from cnnviz.scenes.corpus.finish import finished
from cnnviz.scenes.corpus.patches import names, packed, patch_of

SMALL = Desed(nb_filters=(4, 4, 4))


def make_clips(folder: Path, clips: int) -> None:
    """Clips of one to three seconds, and `events.tsv` with what is heard in them, as DESED has it."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["filename\tonset\toffset\tevent_label"]
    for i in range(clips):
        samples, heard = clip(i, 1 + i % 3, 3)
        soundfile.write(folder / f"{i:04}.wav", samples, RATE)
        rows += [f"{i:04}.wav\t{one.onset:.3f}\t{one.offset:.3f}\t{one.kind}" for one in heard]
    (folder / "events.tsv").write_text("\n".join(rows) + "\n")


def make_result(folder: Path, clips: int = 12) -> Path:
    """A result of few clips, each of two seconds."""
    network, names_of = evaluated(SMALL), tuple(HEARD)
    state = network.state(0)
    sounds = [clip(i, 2, 3) for i in range(clips)]
    x = np.stack([log_mel(samples) for samples, _ in sounds])
    y = np.stack([active(heard, x.shape[2], DESED.hop_length / RATE) for _, heard in sounds])
    data = Examples(x, y)
    edges = edges_of(network, state, data)
    found = find(network, state, data, edges)
    shape = x.shape[1:]
    channels = dict(zip([name for name, _ in network.stages], [made[0] for made in network.shapes(shape)], strict=True))
    ranges = {name: np.stack([one.best.value[:, -1], one.best.value[:, 0]], axis=1) for name, one in found.items()}
    stages, stretches = finished(network, [shape] * clips, found, edges, ranges, len(names_of), DESED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "patches").mkdir(exist_ok=True)
    for number, (one, first, end) in enumerate(stretches):
        for name, data_of in zip(
            names(number), packed(patch_of(x[one], sounds[one][0], first, end, DESED), RATE), strict=True
        ):
            (folder / name).write_bytes(data_of)
    about = About(
        "spectrogram?nb_filters=4,+4,+4",
        to_text(network),
        fingerprint(network, state),
        "seed 0",
        classes=names_of,
        labels="events",
        stages={name: channels[name] for name in worth(network, shape)},
        clips=clips,
    )
    rows = [
        Clip(f"{i:04}.wav", 2.0, 2.0, x.shape[2], tuple(Labelled(*one[:3]) for one in heard))
        for i, (_, heard) in enumerate(sounds)
    ]
    write_corpus(folder, about, rows, stages)
    return folder
