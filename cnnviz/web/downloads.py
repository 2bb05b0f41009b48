"""Files that are made when somebody clicks: in the language of whoever does, and where one cannot be made it says why.

Streamlit makes them in a thread of its own, which speaks no language, and of whatever fails there it says the same
English sentence.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import cache, partial

import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_storage import MediaFileStorageError

from cnnviz.core.machine import told
from cnnviz.text import Message, Problem, _, speaking, spoken

log = logging.getLogger(__name__)
GONE = Message("This file is offered no more. Load the page again.")


class UnmadeError(Exception):
    """Why there is no file, in words of whoever asked for it."""


def offer(label: str, make: Callable[[], bytes], name: str, mime: str | None = None, key: str | None = None) -> None:
    """A button; the file is made when it is pressed."""
    st.download_button(label, later(make), name, mime, key=key, icon=":material/download:", on_click="ignore")


def later(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes it in the language of now, whatever its thread speaks."""
    return partial(made, spoken().code, make)


def made(language: str, make: Callable[[], bytes]) -> bytes:
    """The file, or why there is none."""
    with speaking(language):
        try:
            with told():
                return make()
        except Problem as problem:
            raise UnmadeError(str(problem)) from problem
        except Exception as error:
            log.exception("A file could not be made.")
            raise UnmadeError(_("This file could not be made. The page goes on; try another kind of file.")) from error


@cache
def say_why() -> None:
    """Let whoever asks this process for a file read why there is none, from now on."""
    DeferredFileHandler.handle = answered  # type: ignore[method-assign, assignment]


async def answered(
    handler: DeferredFileHandler, request: BackendOperationRequest, session_id: str
) -> BackendOperationResponse:
    """Where the file that was asked for can be fetched, or why there is none."""
    manager = handler._get_media_file_mgr()
    try:
        url = await asyncio.to_thread(manager.execute_deferred, request.deferred_file.file_id)
    except MediaFileStorageError as error:
        why = error.__cause__ if isinstance(error.__cause__, UnmadeError) else GONE
        return BackendOperationResponse(request_id=request.request_id, error_msg=str(why))
    return BackendOperationResponse(request_id=request.request_id, deferred_file=DeferredFileResponsePayload(url=url))
