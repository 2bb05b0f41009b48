"""What ends a job before it is done, in one sentence."""

from typing import Literal

Reason = Literal["memory", "deadline", "crash", "cancelled", "busy", "start", "fault"]


class JobError(Exception):
    """A job that did not come to its end.

    Attributes
    ----------
    reason : str
        memory, deadline: it reached its limit; crash: its process ended by itself; cancelled: somebody called it off;
        busy: too many wait; start: there is no process to be had; fault: an error of our own, which the log has.
    """

    def __init__(self, reason: Reason, sentence: str):
        super().__init__(reason, sentence)
        self.reason, self.sentence = reason, sentence

    def __str__(self) -> str:
        return self.sentence
