"""A form as widgets: each word is one, bound to the address under its own key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz.core.settings import Setting
from cnnviz.inputs.logmel import RATE
from cnnviz.scenes.query.fields import NOTHING, NUMBER, PER_AXIS, Field
from cnnviz.scenes.query.form import File, Form, Reader
from cnnviz.scenes.query.inputs import RECORDING
from cnnviz.scenes.query.words import Drawing, Held, Number, OneOf, Switch, Text, Word
from cnnviz.text import Message, _
from cnnviz.web.choices import labelled
from cnnviz.web.components.sketch import sketch
from cnnviz.web.cookies import tell_refused
from cnnviz.web.markdown import plain
from cnnviz.web.pools import FILES
from cnnviz.web.turns import came
from cnnviz.web.widgets import BIND, Bind, place, spread

RECORDED = "recording"
LINE = 24  # pixels: of a text of several lines


class Widgets(Form):
    """Asks by widgets, where they are drawn.

    Parameters
    ----------
    changed : callbacks by key
        What happens when a word is changed.
    behind : by key, each called with what the word is
        What stands behind a word, or first in a part that can be folded away.
    unbound : str
        Words whose keys begin so stand in the address in another form.
    turned : callback
        What happens when any word is changed, last.
    moving : Form
        Asked what clicks on the stage move as well, which is drawn elsewhere then, in `place`.

    Attributes
    ----------
    place : container
        For what clicks move.
    """

    place: Any = None

    def __init__(
        self,
        changed: Mapping[str, Callable[[], None]] = NOTHING,
        behind: Mapping[str, Callable[[Any], None]] = NOTHING,
        unbound: str = "",
        turned: Callable[[], None] | None = None,
        moving: Form | None = None,
    ) -> None:
        self.changed, self.behind, self.unbound, self.turned = changed, behind, unbound, turned
        self.moving = moving

    def ask(self, word: Word) -> Any:
        value = self.draw(word)
        if word.key in self.behind:
            self.behind[word.key](value)
        return value

    def row(self, *words: Word) -> list[Any]:
        with st.container(horizontal=True, gap="small"):
            drawn = [self.draw(word) for word in words]
        for word, value in zip(words, drawn, strict=True):
            if word.key in self.behind:
                self.behind[word.key](value)
        return drawn

    def now(self, word: Word) -> Any:
        return said(word)

    def when_changed(self, key: str, first: Callable[[], None] | None = None) -> Callable[[], None] | None:
        """The callback of a widget."""
        calls = [call for call in (first, self.changed.get(key), self.turned) if call]
        return partial(in_turn, calls) if calls else None

    def draw(self, word: Word, where: Any = st) -> Any:
        """The widget of a word; gives what it is."""
        changed = self.when_changed(word.key)
        if changed and isinstance(word, OneOf):
            changed = partial(in_turn, [partial(keep_offered, word), changed])
        bind: Bind = None if self.unbound and word.key.startswith(self.unbound) else BIND
        how: dict[str, Any] = {"key": word.key, "help": str(word.help) or None, "bind": bind, "on_change": changed}
        match word:
            case Drawing():
                return sketched(word, changed)
            case Held():
                return held(word)
            case Number():
                return number_box(word, where, how)
            case OneOf():
                return (side_by_side if word.row else in_a_list)(word, where, how)
            case Switch():
                return where.toggle(str(word.label) or word.key, word.default, **how)
            case Text():
                return text_box(word, where, how)
        raise TypeError(word)

    def together(self, prefix: str) -> AbstractContextManager[Any]:
        """A container with two knobs to a row, by the style of all pages."""
        return st.container(horizontal=True, gap="small", key=f"{prefix}knobs")

    def field(self, field: Field) -> Any:
        """The widgets of one knob: a word such as "same" stands beside the number."""
        if field.rule is None:
            return field.value(self.numbers(field))
        said = self.draw(field.rule)
        return field.value(self.numbers(field)) if said == NUMBER else said

    def numbers(self, field: Field) -> list[Any]:
        """What the words of a field are, side by side where there are several."""
        if field.form == "fixed":
            st.caption(f"{field.name} = {field.default}", help=str(field.help) or None)
            return []
        if field.form == "sides":
            st.caption(_("{knob}, in torch's order", knob=field.name), help=str(field.help) or None)
        return [self.draw(word, where) for word, where in zip(field.words, columns(field), strict=True)]

    def per_axis(self, ndim: int, *kinds: tuple[type[Setting], str]) -> None:
        if ndim > 1:
            keep = partial(spread, ndim, *kinds)
            changed = self.when_changed(PER_AXIS.key, keep)
            st.toggle(str(PER_AXIS.label), key=PER_AXIS.key, bind=BIND, on_change=changed)

    def file(self, key: str, label: Message, megabytes: int | None = None) -> File | None:
        FILES.warm()
        tell_refused()
        changed = self.when_changed(key, came)
        if key == RECORDING:
            st.audio_input(str(label), sample_rate=RATE, key=RECORDED, on_change=changed)
        else:
            st.file_uploader(str(label), key=key, max_upload_size=megabytes, on_change=changed)
        return content(key)

    def parts(self, *titles: Message | None) -> Sequence[AbstractContextManager[Any]]:
        places = [st.container() for _ in titles]
        for title, place_ in zip(titles, places, strict=True):
            if title:
                place_.subheader(str(title), anchor=False)
        return places

    def folded(self, key: str, title: Message) -> AbstractContextManager[Any]:
        part = st.expander(str(title), key=key, on_change=self.when_changed(key) or "rerun", bind=BIND)
        if key in self.behind:
            with part:
                self.behind[key](part.open)
        return part

    def say(self, words: Message | None) -> None:
        if words:
            st.caption(plain(words))

    def stands(self, of: Any, draw: Callable[[], Any]) -> None:
        draw()

    @contextmanager
    def moved(self) -> Iterator[Form]:
        self.place = st.container()
        with self.place:
            yield self.moving or self


def said(word: Word) -> Any:
    """What a word is; before its widget is drawn, only the address knows."""
    state = st.session_state
    if isinstance(word, Held):
        return state.get(word.key) or st.query_params.get(word.key) or ""
    try:  # one look: each takes Streamlit as long as a short formula
        value = state[word.key]
    except KeyError:
        return Reader(st.query_params.to_dict()).now(word)
    # of a list that has other options now, it may be none of them
    return word.default if isinstance(word, OneOf) and value not in word.options else value


def content(key: str) -> File | None:
    """The file that a widget has taken, or the recording.

    None as well of one that is no longer there: what a browser names may have gone with an earlier session.
    """
    file = st.session_state.get(RECORDED if key == RECORDING else key)
    if not isinstance(file, UploadedFile):
        return None
    return file.getvalue(), RECORDED if key == RECORDING else file.name


def keep_offered(word: OneOf) -> None:
    """Put a choice back that is none of those offered, as no page sends it; for callbacks, which come first."""
    if st.session_state.get(word.key) not in word.options:
        place({word.key: word.default})


def in_turn(calls: Sequence[Callable[[], None]]) -> None:
    """One callback for several; the last may end it."""
    for call in calls:
        call()


def columns(field: Field) -> Iterator[Any]:
    """Where the numbers of a field stand: in a row, before and after each axis two to a row."""
    if len(field.words) == 1:
        yield st
    elif field.form == "sides":
        for _ in field.words[::2]:
            yield from st.columns(2, gap="xxsmall", wrap=False)
    else:
        yield from st.columns(len(field.words), gap="xxsmall", wrap=False)


def number_box(word: Number, where: Any, how: Mapping[str, Any]) -> Any:
    """A number with plus and minus."""
    more = {
        name: value
        for name, value in (("placeholder", word.empty and str(word.empty)), ("format", word.format))
        if value
    }
    return where.number_input(str(word.label) or word.key, *word.limits, word.default, word.step, **more, **how)


def side_by_side(word: OneOf, where: Any, how: Mapping[str, Any]) -> Any:
    """One of a few, side by side."""
    with labelled(word.key, word.labels()) as said:
        chosen = where.segmented_control(
            str(word.label) or word.key,
            word.options,
            default=word.default,
            format_func=said,
            required=True,
            label_visibility="visible" if word.label else "collapsed",
            width="stretch",
            **how,
        )
    return word.default if chosen is None else chosen  # an address may say that it is nothing


def in_a_list(word: OneOf, where: Any, how: Mapping[str, Any]) -> Any:
    """One of many, in a list."""
    at, show = word.options.index(word.default), "visible" if word.label else "collapsed"
    with labelled(word.key, word.labels()) as said:
        return where.selectbox(str(word.label) or word.key, word.options, at, said, label_visibility=show, **how)


def text_box(word: Text, where: Any, how: Mapping[str, Any]) -> Any:
    """A text of one line, or of several."""
    label = str(word.label) or word.key
    if word.lines == 1:
        return where.text_input(label, word.default, placeholder=word.empty or None, **how)
    return where.text_area(label, word.default, height=LINE * (word.lines + 1) - 4, **how)


def held(word: Held) -> Any:
    """What buttons and files change, and no widget shows."""
    st.session_state[word.key] = text = said(word)  # so that a page that is left finds it again
    if text == word.default:
        st.query_params.pop(word.key, None)  # where *Undo* has brought it back
    return text


def sketched(word: Drawing, changed: Callable[[], None] | None) -> str:
    """What is drawn by hand; a text that is no drawing is an empty one."""
    text = str(held(word))

    def draw(drawn: str) -> None:
        place({word.key: drawn})
        if changed:
            changed()

    sketch(text, word.size, f"sketch_{word.key}", draw)
    return text


WIDGETS: Final = Widgets()  # with nothing behind them
