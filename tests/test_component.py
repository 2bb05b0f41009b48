"""The script that components share: all of it, named by its content, and there as long as the server is."""

import json
import re
import subprocess
import threading
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from test_player_helpers import node

from cnnviz.export.bundle import STATIC
from cnnviz.text import speaking
from cnnviz.text.catalogue import CLOSE, OPEN
from cnnviz.web.components import component

ALL = sorted(path.relative_to(STATIC).with_suffix("").as_posix() for path in STATIC.glob("*/*.js"))
COMPONENTS = [
    "answers/answers",
    "layer_list/layer_list",
    "matrix/matrix",
    "overview/overview",
    "player/player",
    "sketch/sketch",
    "training/training",
    "viewer/viewer",
]


@pytest.fixture
def store(monkeypatch) -> MediaFileManager:
    """The store of a server that runs."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=files))
    return files


def kept(store: MediaFileManager, address: str) -> str:
    """What the store has under this address; nothing if it is gone."""
    file = store.read_file(address.rpartition("/")[2].partition(".")[0])
    return file.content.decode() if file else ""


def test_every_component_finds_its_module_and_its_style_sheet(tmp_path):
    (tmp_path / "program.mjs").write_text(component.program())
    code = (
        'import { parts, styles } from "./program.mjs";'
        "console.log(JSON.stringify([Object.keys(parts).sort(), Object.keys(styles).sort(),"
        ' Object.keys(styles).filter((name) => typeof parts[name].play !== "function")]));'
    )
    (tmp_path / "ask.mjs").write_text(code)
    done = subprocess.run([node(), str(tmp_path / "ask.mjs")], capture_output=True, text=True, check=True)
    alone = {
        "frame/sidebar",
        "drawing/paper",
        "drawing/recorder",
        "matrix/paper",
    }  # a script of the page; files alone are drawn by these
    assert json.loads(done.stdout) == [[name for name in ALL if name not in alone], COMPONENTS, []]


def test_the_program_stays_when_the_visitor_who_met_it_first_goes(store, monkeypatch):
    visitor = SimpleNamespace(session_id="a visitor", gather_usage_stats=False)
    monkeypatch.setattr(threading.current_thread(), "streamlit_script_run_ctx", visitor, raising=False)
    address = component.address.__wrapped__()
    assert kept(store, address) == component.program()
    store.clear_session_refs("a visitor")
    store.remove_orphaned_files()
    assert kept(store, address) == component.program()


def test_a_changed_program_has_another_name_and_the_old_one_stays(store, monkeypatch):
    old = component.address.__wrapped__()
    monkeypatch.setattr(component, "program", lambda: "export const parts = {};")
    new = component.address.__wrapped__()
    assert old != new
    assert kept(store, old) != kept(store, new) == "export const parts = {};"


def test_the_address_begins_with_the_path_of_the_app(store, monkeypatch):
    monkeypatch.setattr(st, "get_option", lambda name: {"server.baseUrlPath": "/lessons/cnn/"}[name])
    assert component.address.__wrapped__().startswith("/lessons/cnn/media/")


def test_without_a_server_there_is_no_address(monkeypatch):
    monkeypatch.setattr(runtime, "exists", lambda: False)
    assert component.address.__wrapped__() == ""


def test_a_style_sheet_brings_along_what_it_borrows():
    (borrowed,) = [
        line for line in (STATIC / "overview" / "overview.css").read_text().splitlines() if "@import" in line
    ]
    assert "viewer/viewer.css" in borrowed
    own, viewer = (component.style(STATIC / f"{name}/{name}.css") for name in ("overview", "viewer"))
    assert viewer in own
    assert not any("@import" in component.style(STATIC / f"{name}.css") for name in component.entries())


def test_what_goes_wrong_is_said_in_the_readers_language():
    with speaking("en-XA"):
        told = component.loader("player/player")
    [words] = re.findall(r"^const words = (.*);$", told, re.MULTILINE)
    for said in json.loads(words).values():
        assert (said[0], said[-1]) == (OPEN, CLOSE)
    assert "{error}" in json.loads(words)["failed"]
