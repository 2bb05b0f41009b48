"""The one place that knows the JavaScript engine: it runs modules of ``static``, inside limits.

An engine may be used in the thread that made it alone; it starts in a few milliseconds.
"""

from functools import cache
from typing import Any

from cnnviz.export.bundle import modules, variable
from cnnviz.export.look import ExportError
from cnnviz.text import Message, in_turn

try:
    import quickjs
except ImportError:  # no wheel for this machine
    quickjs = None

MEMORY = 1 << 30  # that a scene and all that is drawn of it may take [bytes]
SECONDS = 20  # that one call may take
LIMITS = ("out of memory", "interrupted", "null")  # the last where no memory is left for words
INSTALL = Message(
    "Pictures and films need the JavaScript engine quickjs-ng and there is none. Get it by pip install quickjs-ng, "
    "or take another kind of file."
)


def available() -> bool:
    """Can pictures and films be made here?"""
    return quickjs is not None


class Engine:
    """Runs a module and all that it imports.

    Parameters
    ----------
    name : str
        Of the module, as in ``"drawing/paper"``.

    Raises
    ------
    ExportError
        If there is no engine.
    """

    def __init__(self, name: str) -> None:
        if quickjs is None:
            raise ExportError(INSTALL)
        self.context = quickjs.Context()
        self.context.set_memory_limit(MEMORY)
        self.context.set_time_limit(SECONDS)
        self.run(script(name))
        self.module = variable(name)

    def run(self, code: str) -> Any:
        try:
            return self.context.eval(code)
        except quickjs.JSException as problem:
            raise EngineError(str(problem)) from None

    def function(self, code: str) -> "Function":
        """One that can be called from here, with text and numbers; `$` stands for the module."""
        return Function(self.run(code.replace("$", self.module)))


class Function:
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, *given: str | float) -> Any:
        try:
            return self.inner(*given)
        except quickjs.JSException as problem:
            raise EngineError(str(problem)) from None


class EngineError(ExportError):
    """The engine stopped: a limit was reached, or the drawing is wrong."""

    def __init__(self, said: str) -> None:
        limit = any(word in said for word in LIMITS)
        if limit:
            why = Message("The scene is too large to be drawn into a file.")
        else:
            why = Message("The drawing failed: {why}.", why=said.strip())
        super().__init__(in_turn((why, Message("Choose a smaller input, or take another kind of file."))))


@cache
def script(name: str) -> str:
    """Read once: modules do not change while the app runs."""
    return "\n".join(['"use strict";', *modules(name).values()])
