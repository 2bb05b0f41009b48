"""What ends a job before it is done, in one sentence."""

from typing import Any, Literal

from cnnviz.text import Message, Problem

Reason = Literal["memory", "deadline", "crash", "cancelled", "busy", "start", "lacking", "fault"]


class JobError(Problem):
    """A job that did not come to its end.

    Attributes
    ----------
    reason : str
        memory, deadline: it reached its limit; crash: its process ended by itself; cancelled: somebody called it off;
        busy: too many wait; start: there is no process to be had; lacking: the machine has no more of something, see
        `core.machine`; fault: an error of our own, which the log has.
    """

    def __init__(self, message: str | Message, /, reason: Reason = "fault", **places: Any):
        super().__init__(message, **places)
        self.reason = reason
