"""Whose fragment the widgets ask for, when they are turned.

Streamlit lets a widget ask for the fragment that drew it. A callback may have another drawn instead; but then two runs
begin, and browsers take in both. So widgets are drawn by one fragment and told to ask for another: for the one within
that shows what comes of them, or for the one around whose widgets they move.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext, ThreadState

TURNED = {"checkbox", "button_group", "number_input", "selectbox", "text_area", "text_input"}  # no button is


class Asking:
    """Widgets that were drawn and are kept back until the fragment that they shall ask for has begun."""

    def __init__(self) -> None:
        self.kept: list[ForwardMsg] = []

    @contextmanager
    def kept_back(self) -> Iterator[None]:
        """What is drawn here is kept; after a failure it goes out as it was drawn."""
        context = get_script_run_ctx()
        if context is None:
            yield
            return
        send = context.enqueue
        try:
            with sent_by(context, self.kept.append):
                yield
        except BaseException:
            for message in self.kept:
                send(message)
            self.kept.clear()
            raise

    def ask_here(self) -> None:
        """Send what was kept: its widgets ask for the fragment that runs now."""
        context, fragment = get_script_run_ctx(), ThreadState.get().fragment_id
        for message in self.kept:
            if fragment and message.delta.new_element.WhichOneof("type") in TURNED:
                message.delta.fragment_id = fragment
            if context:
                context.enqueue(message)
        self.kept.clear()


@contextmanager
def asks(key: str | None) -> Iterator[None]:
    """What is drawn here asks for the fragment of this key, in which that of now stands, or for the whole page; without
    fragments for none.
    """
    context, here = get_script_run_ctx(), ThreadState.get().fragment_id
    if not context or not here:
        yield
        return
    (there,) = context.fragment_storage.resolve_target(key) if key else ("",)
    send = context.enqueue

    def told(message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") == "new_element":
            message.delta.fragment_id = there
        send(message)

    with sent_by(context, told):
        yield


@contextmanager
def sent_by(context: ScriptRunContext, send: Callable[[ForwardMsg], object]) -> Iterator[None]:
    """What is drawn here is sent so; of this run alone."""
    before = context.enqueue
    context.enqueue = send  # type: ignore
    try:
        yield
    finally:
        context.enqueue = before  # type: ignore[method-assign]
