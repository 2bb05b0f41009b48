"""What Streamlit would work out anew for each widget and each run is worked out once, and is the same."""

from typing import Any

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest
from test_pages import opened

from cnnviz.web import lean

MOST = 3  # copies of a session's state that a run may make, however many widgets there are
SECTIONS = ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar"]


def copies(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a run makes a copy of its session's state."""
    made: list[Any] = []
    whole = SessionState.filtered_state.fget
    with monkeypatch.context() as patch:
        patch.setattr(SessionState, "filtered_state", property(lambda state: made.append(1) or whole(state)))
        app.run(timeout=60)
    return len(made)


@pytest.mark.parametrize("page", ["convolution", "spectrogram"])
def test_a_widget_does_not_copy_the_whole_state(page, monkeypatch):
    assert copies(opened(page), monkeypatch) <= MOST


def test_a_part_of_the_state_is_what_it_is_as_a_whole():
    lean.be_lean()
    state = SafeSessionState(SessionState(), lambda: None)
    state["stride"], state["none"] = 2, None
    asked = state.filtered_state
    assert dict(asked) == {"stride": 2, "none": None} == asked.all()
    assert "none" in asked and "pad" not in asked and len(asked) == 2


@pytest.mark.parametrize("section", SECTIONS)
def test_the_theme_is_the_one_that_the_options_say(section):
    mine, streamlits = CustomThemeConfig(), CustomThemeConfig()
    lean.tell_theme(mine, section)
    lean.populate(streamlits, section)
    assert mine == streamlits
    assert (mine.ByteSize() > 0) == (section in ("theme", "theme.light", "theme.dark"))  # as in .streamlit/config.toml


def test_the_theme_is_looked_up_once(monkeypatch):
    looked: list[str] = []
    monkeypatch.setattr(lean, "populate", lambda message, section: looked.append(section))
    lean.theme.cache_clear()
    for _ in range(3):
        lean.tell_theme(CustomThemeConfig(), "theme.dark")
    lean.theme.cache_clear()
    assert looked == ["theme.dark"]
