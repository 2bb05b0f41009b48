"""What Streamlit works out anew for each widget and each run, although it stays the same.

A number box or a list asks one key of the session's state, and Streamlit makes a copy of all of it: 32 copies of 60
values on the page *Spectrogram*, half of what the page takes. Each run tells the browser its theme, looked up
among 300 options for each of six sections.
"""

from collections.abc import ItemsView, Iterator, Mapping
from functools import cache
from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.state.safe_session_state import SafeSessionState


class Asked(Mapping[str, Any]):
    """A session's state, of which each key is looked up when it is asked for, and all of it where that is wanted."""

    def __init__(self, state: SafeSessionState) -> None:
        self.state = state

    def __getitem__(self, key: str) -> Any:
        return self.state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def __repr__(self) -> str:
        return repr(self.all())

    def items(self) -> ItemsView[str, Any]:
        return self.all().items()

    def all(self) -> dict[str, Any]:
        """All that Streamlit lets a page see."""
        with self.state._lock:
            return self.state._state.filtered_state


populate = app_session._populate_theme_msg


@cache
def theme(section: str) -> CustomThemeConfig:
    """A section of the theme, as the server was started with it."""
    message = CustomThemeConfig()
    populate(message, section)
    return message


def tell_theme(msg: CustomThemeConfig, section: str = "theme") -> None:
    """Put a section of the theme into a message."""
    found = theme(section)
    if found.ByteSize():
        msg.MergeFrom(found)


@cache
def be_lean() -> None:
    """Let this process work these out once."""
    SafeSessionState.filtered_state = property(Asked)  # type: ignore[method-assign, assignment]
    app_session._populate_theme_msg = tell_theme
