"""The worker processes of this server."""

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import torch
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.jobs import JobError, Kind, Pool
from cnnviz.tensorfile import apart
from cnnviz.text import Message, Problem
from cnnviz.web.turns import UPLOADS

# What takes seconds. It stands back behind the server, so that knobs go first; and there are two workers at least, so
# that one visitor's film does not hold up another's.
WORKERS = max(2, (os.cpu_count() or 2) // 2)
LONG = Pool(Kind(memory=3 * 2**30, nice=10, modules=("cnnviz.export", "cnnviz.scenes.build")), WORKERS)

# What decodes strangers' files: a picture should not be seen to wait, but of a class's thirty sounds knobs go first.
READERS = ("cnnviz.inputs.upload", "cnnviz.inputs.spectrogram", "cnnviz.networks.checkpoint")
FILES = Pool(Kind(memory=2 * 2**30, nice=3, modules=READERS), WORKERS)
MOST_SECONDS = 30.0  # that reading a file may take

# What runs large networks. Somebody waits for it, and should not wait for films. A GPU has one,
# which takes several at once.
RUNNERS = 1 if torch.cuda.is_available() else max(1, WORKERS // 2)
NETWORKS = Pool(Kind(memory=3 * 2**30, nice=5, modules=("cnnviz.scenes.build",)), RUNNERS)

# What trains networks, each with one thread. Knobs go first, and films too. The first optimiser of a process imports
# torch._dynamo, which takes longer than many a training.
LEARNERS = ("cnnviz.networks.training.apart", "cnnviz.inputs.datasets", "sklearn.datasets", "torch._dynamo")
TRAININGS = Pool(Kind(memory=2 * 2**30, nice=15, modules=LEARNERS), max(1, WORKERS // 2))

POOLS = (LONG, FILES, NETWORKS, TRAININGS)

MOST_REFUSED = 64  # jobs that are remembered


class Refusals:
    """Jobs that broke a worker and are not tried again, with what is said of them.

    Parameters
    ----------
    words : messages by the reason of a `JobError`
        Any other reason may be gone the next time.
    """

    def __init__(self, words: Mapping[str, Message]):
        self.words, self.known = words, OrderedDict[Hashable, Message]()

    def get(self, which: Hashable) -> Message | None:
        return self.known.get(which)

    def remember(self, which: Hashable, reason: str) -> Message | None:
        """What is said from now on; nothing of a job that may be tried again."""
        told = self.words.get(reason)
        if told:
            self.known[which] = told
            while len(self.known) > MOST_REFUSED:
                self.known.popitem(last=False)
        return told


refused = Refusals(
    {
        "memory": Message("Reading this file took too much memory and was stopped. Upload a smaller one."),
        "deadline": Message("Reading this file took too long and was stopped. Upload a smaller one."),
        "crash": Message("What reads such files broke down on this one. Save it again, or in another format."),
    }
)


def read_in_worker(refusal: type[Problem], read: Callable[..., Any], *arguments: Any) -> Any:
    """Read a stranger's file where it can harm nobody; one that broke a worker is not tried again."""
    which = hash((read, *arguments))
    if told := refused.get(which):
        raise refusal(told)
    try:
        job = FILES.submit(visitor(), apart.job, read, *arguments, seconds=MOST_SECONDS)
        with UPLOADS.away():
            return job.result()
    except JobError as error:
        if told := refused.remember(which, error.reason):
            raise refusal(told) from error
        raise refusal(Message("This file cannot be read now. {why}", why=error)) from error


def visitor() -> str:
    """Whose turn a job is: the session's own name, or none where no browser asks."""
    context = get_script_run_ctx()
    return context.session_id if context else ""
