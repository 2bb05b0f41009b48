"""What a browser has on its page: widgets and their values, fragments that ask to be run, messages that it keeps."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.visitors.widgets import KINDS, TABS, Value, first, moved, names, spelled
from bench.visitors.widgets import field as field_of

KEPT_RUNS = 2  # that a large message is kept for after it was last used: global.maxCachedMessageAge
MARK = b"\xffcnnviz\xff"  # before a plan of what is to be fetched
SCRIPT = re.compile(r"\$\{location\.origin\}([^`]+)`")  # what a component loads


@dataclass(frozen=True)
class Widget:
    """A widget, the fragment that it asks for, and the way down to it through the containers of the page."""

    kind: str
    proto: Any
    fragment: str
    path: tuple[int, ...] = ()


@dataclass
class Kept:
    """A large message that the server need not send again."""

    run: int
    fragment: str
    widget: Widget | None


@dataclass
class Screen:
    """The page of one visitor.

    Attributes
    ----------
    widgets : by id
    values : by id
        What a browser sends along.
    query : words of the address
    polls : seconds by fragment
        Parts of the page that ask to be run again and again.
    progress : str
        What the last progress bar said.
    complaints : list of str
        Exceptions that were shown.
    warned : list of str
        Notices that the last run has shown.
    wanted : list of str
        Files that components ask for, on their way or not.
    """

    query: dict[str, list[str]]
    widgets: dict[str, Widget] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    polls: dict[str, float] = field(default_factory=dict)
    progress: str = ""
    complaints: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    session: str = ""
    script: str = ""
    urls: dict[str, Any] = field(default_factory=dict)  # answers to requests for a place to upload to
    kept: dict[str, Kept] = field(default_factory=dict)
    runs: int = 0
    shown: set[str] = field(default_factory=set)  # ids, by the run that is on its way
    blocks: set[tuple[int, ...]] = field(default_factory=set)  # containers, by the same
    known: set[int] = field(default_factory=set)  # scripts of components that were looked at

    def heard(self, data: bytes) -> bool:
        """Take in what the server says; is the script at its end?"""
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "delta":
            self.take(message)
        elif kind == "ref_hash":
            old = self.kept[message.ref_hash]
            old.run = self.runs
            self.put(old.widget and replace(old.widget, path=tuple(message.metadata.delta_path)))
        elif kind == "new_session":
            self.begin(message)
        elif kind == "script_finished":
            return self.end(message)
        elif kind == "navigation":
            self.script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = parse_qs(message.page_info_changed.query_string, keep_blank_values=True)
        elif kind == "auto_rerun":
            self.polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self.polls.pop(fragment, None)
        elif kind == "file_urls_response":
            self.urls[message.file_urls_response.response_id] = message.file_urls_response
        elif kind == "session_event" and message.session_event.WhichOneof("type") == "script_compilation_exception":
            self.complaints.append(message.session_event.script_compilation_exception.message)
        return False

    def begin(self, message: ForwardMsg) -> None:
        """A run begins."""
        started = message.new_session
        self.session, self.script = started.initialize.session_id or self.session, started.page_script_hash
        self.shown, self.blocks, self.warned = set(), set(), []
        if not message.metadata.run.fragment_ids:
            self.polls = {}

    def end(self, message: ForwardMsg) -> bool:
        """A run has ended. What stood in a container that it drew, and was not drawn again, is gone."""
        status = message.script_finished
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return False
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.complaints.append("the script could not be compiled")
            return True
        drawn = set(message.metadata.run.fragment_ids)
        for key, widget in list(self.widgets.items()):
            inside = any(widget.path[:depth] in self.blocks for depth in range(len(widget.path)))
            if key not in self.shown and (not drawn or (widget.fragment and inside)):
                del self.widgets[key]
                self.values.pop(key, None)
        self.runs += 1
        for name, kept in list(self.kept.items()):
            if self.runs - kept.run > KEPT_RUNS and (not drawn or kept.fragment in drawn):
                del self.kept[name]
        return True

    def take(self, message: ForwardMsg) -> None:
        """An element or a container."""
        delta, path = message.delta, tuple(message.metadata.delta_path)
        part = delta.WhichOneof("type")
        widget = None
        if part == "new_element":
            element = delta.new_element
            kind = element.WhichOneof("type") or ""
            if kind in KINDS:
                widget = Widget(kind, getattr(element, kind), delta.fragment_id, path)
            elif kind == "progress":
                self.progress = element.progress.text
            elif kind == "alert":
                self.warned.append(element.alert.body)
            elif kind == "exception":
                self.complaints.append(element.exception.message or element.exception.type)
            elif kind == "bidi_component":
                self.component(element.bidi_component)
        elif part == "add_block":
            self.blocks.add(path)
            if delta.add_block.tab_container.id:
                widget = Widget(TABS, delta.add_block.tab_container, delta.fragment_id, path)
        if message.metadata.cacheable:
            self.kept[message.hash] = Kept(self.runs, delta.fragment_id, widget)
        self.put(widget)

    def component(self, part: Any) -> None:
        """What it fetches: its script, and large parts of its data (``static/parcel``)."""
        data = part.bytes
        if data.startswith(MARK):
            start = len(MARK) + 8
            plan = json.loads(data[start : start + int.from_bytes(data[len(MARK) : start], "little")])
            self.wanted += [one[0] for one in plan if isinstance(one, list)]
        code = part.js_content
        if hash(code) not in self.known:
            self.known.add(hash(code))
            self.wanted += SCRIPT.findall(code)

    def put(self, widget: Widget | None) -> None:
        """A widget stands on the page."""
        if not widget:
            return
        key = widget.proto.id
        self.shown.add(key)
        content = moved(widget.kind, widget.proto)
        if content is None and key not in self.values and widget.kind != TABS:  # the server knows which tab is open
            content = first(widget.kind, widget.proto)
        if content is not None:
            self.values[key] = field_of(widget.kind, widget.proto), content
        self.widgets[key] = widget

    def find(self, name: str) -> Widget:
        """The first widget of this label, of this word in the address, or of this kind.

        Raises
        ------
        LookupError
            If there is none.
        """
        for widget in self.widgets.values():
            if name in {*names(widget.proto), widget.kind}:
                return widget
        raise LookupError(f"there is no {name} on the page")

    def has(self, name: str) -> bool:
        return any(name in names(widget.proto) for widget in self.widgets.values())

    def set(self, name: str, content: Any) -> Widget:
        """Turn a knob; the address follows."""
        widget = self.find(name)
        where = field_of(widget.kind, widget.proto)
        self.values[widget.proto.id] = where, content
        if word := getattr(widget.proto, "query_param_key", ""):
            self.query.pop(word, None)
            if content != first(widget.kind, widget.proto):
                told = spelled(content)
                self.query[word] = told if isinstance(told, list) else [told]
        return widget

    @property
    def address(self) -> str:
        return urlencode(self.query, doseq=True)
