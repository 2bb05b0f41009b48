"""Streamlit knows every option we set, the hidden ones too, and reads it as we mean it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.config_option import ConfigOption

from cnnviz.scenes.palette import DIVERGING, PALETTE

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / ".streamlit" / "config.toml").read_text()


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``{"a": {"b": 1}}`` as pairs ``("a.b", 1)``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


SET = dict(flat(tomllib.loads(TEXT)))

RELIED_ON = {
    "runner.postScriptGC": False,  # hidden in `streamlit config show`
    "server.maxUploadSize": 20,
    "server.enableStaticServing": True,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
}


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, ConfigOption]:
    """The options as Streamlit reads them when started in the repository."""
    monkeypatch.chdir(ROOT)
    return config.get_config_options(force_reparse=True)


@pytest.mark.parametrize("name", SET)
def test_streamlit_reads_every_option_of_the_file(name, options):
    assert name in options, f"Streamlit has no option {name}"
    assert options[name].value == SET[name]
    assert not options[name].deprecated


@pytest.mark.parametrize("name", RELIED_ON)
def test_an_option_we_rely_on_holds_our_value(name, options):
    assert options[name].value == RELIED_ON[name]


def test_light_and_dark_set_the_same_colours():
    light, dark = (
        {name.removeprefix(part) for name in SET if name.startswith(part)} for part in ("theme.light.", "theme.dark.")
    )
    assert light == dark


@pytest.mark.parametrize("scale", DIVERGING)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_zero_has_the_colour_of_the_page(scale, mode):
    stops = PALETTE[scale][mode]
    assert stops[len(stops) // 2] == SET[f"theme.{mode}.backgroundColor"]


def test_nothing_is_fetched_from_another_host():
    assert "//" not in TEXT
