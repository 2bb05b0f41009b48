"""libsndfile, which decodes and encodes sounds: the package soundfile brings it, but not for every machine.

Without it files of sounds are refused in a sentence, and all else goes on: it is loaded when it is first asked for.
"""

from typing import Any

from cnnviz.inputs.base import SourceError
from cnnviz.text import Message

MISSING = Message(
    "This server cannot read or write files of sounds: libsndfile is missing. Take a picture, an array or a sound that "
    "is made here until whoever runs the server has installed it: pip install soundfile, apt-get install libsndfile1."
)


def sndfile() -> Any:
    """The module soundfile.

    Raises
    ------
    SourceError
        If there is none, or none that can be loaded.
    """
    try:
        import soundfile  # noqa: PLC0415 -- see above
    except (ImportError, OSError) as error:
        raise SourceError(MISSING) from error
    return soundfile
