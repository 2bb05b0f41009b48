"""The worker processes of this server."""

import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.jobs import JobError, Kind, Pool
from cnnviz.tensorfile import apart
from cnnviz.text import Message, Problem

# What takes seconds. It stands back behind the server, so that knobs go first; and there are two workers at least, so
# that one visitor's film does not hold up another's.
WORKERS = max(2, (os.cpu_count() or 2) // 2)
LONG = Pool(Kind(memory=3 * 2**30, nice=10, modules=("cnnviz.export", "cnnviz.scenes.build")), WORKERS)

# What decodes strangers' files: a picture should not be seen to wait.
READERS = ("cnnviz.inputs.upload", "cnnviz.inputs.spectrogram", "cnnviz.networks.checkpoint")
FILES = Pool(Kind(memory=2 * 2**30, modules=READERS), WORKERS)
MOST_SECONDS = 30.0  # that reading a file may take

REFUSALS = {
    "memory": Message("Reading this file took too much memory and was stopped. Upload a smaller one."),
    "deadline": Message("Reading this file took too long and was stopped. Upload a smaller one."),
    "crash": Message("What reads such files broke down on this one. Save it again, or in another format."),
}
MOST_REFUSED = 64  # files that are remembered
refused: OrderedDict[int, Message] = OrderedDict()


def read_in_worker(refusal: type[Problem], read: Callable[..., Any], *arguments: Any) -> Any:
    """Read a stranger's file where it can harm nobody; one that broke a worker is not tried again."""
    which = hash((read, *arguments))
    if which in refused:
        raise refusal(refused[which])
    try:
        return FILES.submit(visitor(), apart.job, read, *arguments, seconds=MOST_SECONDS).result()
    except JobError as error:
        if error.reason not in REFUSALS:
            raise refusal("This file cannot be read now. {why}", why=error) from error
        refused[which] = REFUSALS[error.reason]
        while len(refused) > MOST_REFUSED:
            refused.popitem(last=False)
        raise refusal(refused[which]) from error


def visitor() -> str:
    """Whose turn a job is: the session's own name, or none where no browser asks."""
    context = get_script_run_ctx()
    return context.session_id if context else ""
