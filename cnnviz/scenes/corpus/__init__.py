"""What a folder of clips excites in a network: the result of ``python -m cnnviz corpus``, written and read.

A result is a folder with three things in it:

``channels.parquet``
    One row for each channel of each stage, and a row group for each stage, in the order of the network. See
    `tables.CHANNELS` for its columns. Its schema holds an `About` as JSON, under the key ``cnnviz.corpus``.
``clips.parquet``
    One row for each clip, sorted by name; `Stage.best.example` and ``top.clip`` count these rows. A clip that could not
    be read has one sentence in ``refused``. See `tables.CLIPS`.
``patches/N.png`` and ``patches/N.flac``
    What can be seen and heard of the winners: the part of a clip's log-mel that stands in `Stage.window`, as grey
    levels with time to the right and low mels at the bottom, and its samples at ``About.features.rate``. Several
    channels may have the same patch; its number N is in `Stage.patch`.

How to read it::

    result = read_corpus(in_folder(Path("desed")))    # or any function from a name in the folder to bytes
    result.about.link, result.about.classes, result.about.stages  # what was run; ("Speech", ...); {"conv0": 64, ...}
    result.clips[3].name, result.clips[3].events      # "a/b.wav", (Labelled("Speech", 0.5, 2.0), ...)
    stage = result.stage("conv0")                     # one row group is read: arrays, see `Stage`
    stage.answers.auc[:, 0, 0]                        # how well each channel tells the first class from the rest
    stage.counts[5, 0], stage.counts[5, 1:]           # the distribution of channel 5: of all values, of each class
    result.patch(stage.patch[5, 0])                   # levels (frames, mels) 0 to 254, samples as int16

Whatever is damaged, or was made by a stranger, raises a `CorpusError`: one sentence.
"""

from cnnviz.scenes.corpus.result import (
    About,
    Clip,
    Corpus,
    CorpusError,
    Files,
    Labelled,
    Patch,
    Stage,
    fingerprint,
    in_folder,
)
from cnnviz.scenes.corpus.tables import read_corpus, write_corpus

__all__ = ["About", "Clip", "Corpus", "CorpusError", "Files", "Labelled", "Patch", "Stage", "fingerprint"]
__all__ += ["in_folder", "read_corpus", "write_corpus"]
