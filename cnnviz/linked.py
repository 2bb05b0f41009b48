"""What a link shows, without a browser: the page itself runs, and what it would share is taken."""

from urllib.parse import parse_qsl, urlsplit

from streamlit.testing.v1 import AppTest

from cnnviz.export import ExportError, Staged
from cnnviz.frame import ROOT
from cnnviz.link import PACKED, LinkError, unpack
from cnnviz.player import TAB
from cnnviz.share import STAGED

SECONDS = 120  # that a page may take
WITH_SCENES = ("convolution", "pooling", "gating", "normalisation", "shapes", "spectrogram", "network")


def staged_at(link: str) -> Staged:
    """The scene of a link.

    Parameters
    ----------
    link : str
        As the tab Share gives it, or from the page's name on: ``"convolution?stride=2"``.

    Raises
    ------
    ExportError
        If there is no such page, the page has something to complain about, or it shows no scene.
    """
    parts = urlsplit(link)
    name = parts.path.rstrip("/").rsplit("/", 1)[-1]
    if name not in WITH_SCENES:
        raise ExportError(f"There is no page “{name[:40]}” with scenes. Choose {', '.join(WITH_SCENES)}.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        query = unpack(query[PACKED]) if PACKED in query else query
    except LinkError as problem:
        raise ExportError(str(problem)) from problem
    app = AppTest.from_file(ROOT / "app.py", default_timeout=SECONDS)
    for key, value in (query | {"tab": TAB}).items():
        app.query_params[key] = value
    app.switch_page(f"pages/{name}.py").run()
    if app.exception:
        raise ExportError(f"The page {name} failed on this link: {app.exception[0].message}")
    if app.warning:
        raise ExportError(f"The link does not open as it is. {app.warning[0].value}")
    found = app.session_state[STAGED] if STAGED in app.session_state else None  # noqa: SIM401 -- it has no get
    if not isinstance(found, Staged):
        raise ExportError(f"The page {name} shows no player at this link. Choose one layer, or one window, first.")
    return found
