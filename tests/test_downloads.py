"""A file is made when somebody clicks: in the language of whoever does, and where it cannot be made they read why."""

import errno

import looped
import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from test_pseudo import words

from cnnviz.core.machine import ROOM
from cnnviz.export import ExportError
from cnnviz.text import _, speaking
from cnnviz.web import downloads


def pressed(make, file=None) -> BackendOperationResponse:
    """What the server answers to a click on a button that a reader of the pseudo-language was shown."""
    downloads.say_why()
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    with speaking("en-XA"):
        offered = manager.add_deferred(downloads.later(make), "text/plain", "0")
    request = BackendOperationRequest(request_id="1")
    request.deferred_file.file_id = file or offered
    answer = looped.run(DeferredFileHandler(lambda: manager).handle(request, ""))
    assert answer.request_id == "1"
    if answer.HasField("deferred_file"):
        name = answer.deferred_file.url.removeprefix("/media/")
        return manager._storage.get_file(name).content.decode()
    return answer.error_msg


def full():
    raise OSError(errno.ENOSPC, "No space left on device")


def large():
    raise ExportError("{pixels:,} pixels are too many.", pixels=10**9)


def broken():
    return {}["ours"]


def test_a_file_is_made_in_the_language_of_whoever_asks_for_it():
    assert not words(pressed(lambda: _("a picture").encode()))


@pytest.mark.parametrize("make", [full, large, broken])
def test_a_file_that_cannot_be_made_says_why_in_that_language(make, caplog):
    said = pressed(make)
    assert said and not words(said)
    assert ("ours" in caplog.text) == (make is broken)  # what nobody has thought of is for the log


def test_a_full_disk_is_said_as_everywhere():
    with speaking("en-XA"):
        assert pressed(full) == str(ROOM)


def test_a_button_of_a_page_that_is_gone_says_so():
    assert pressed(full, "0" * 32) == "This file is offered no more. Load the page again."
