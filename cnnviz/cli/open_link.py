"""What a link shows, without a browser: the page itself runs, and what it would share is taken."""

from streamlit.testing.v1 import AppTest

from cnnviz.content.address import LinkError
from cnnviz.export import ExportError, Staged
from cnnviz.scenes.opening import opening
from cnnviz.text.typed import shown
from cnnviz.web.clean import parts, spread
from cnnviz.web.components.player import TAB
from cnnviz.web.share import STAGED
from cnnviz.web.site import ROOT
from cnnviz.web.vocabulary import OWN, words

SECONDS = 120  # that a page may take


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
    name, query = asked(link)
    app = AppTest.from_file(ROOT / "app.py", default_timeout=SECONDS)
    app.query_params.update(query | {"tab": TAB})
    app.switch_page(f"pages/{name}.py").run()
    if app.exception:
        raise ExportError("The page {name} failed on this link: {error}", name=name, error=app.exception[0].message)
    if app.warning:
        raise ExportError("The link does not open as it is. {warning}", warning=app.warning[0].value)
    found = app.session_state[STAGED] if STAGED in app.session_state else None  # noqa: SIM401 -- it has no get
    if not isinstance(found, Staged):
        raise ExportError(
            "The page {name} shows no player at this link. Choose one layer, or one window, first.", name=name
        )
    return found


def asked(link: str) -> tuple[str, dict[str, str]]:
    """The page that a link names, and what it says there.

    Raises
    ------
    ExportError
        If there is no such page, or not all that the link says can be taken.
    """
    try:
        whole, said = parts(link)
        name = whole.path.rstrip("/").rsplit("/", 1)[-1]
        if name not in OWN:
            raise ExportError(
                "There is no page “{name}” with scenes. Choose {own}.", name=shown(name), own=", ".join(OWN)
            )
        found = spread(said).known_to(words(name))
    except LinkError as problem:
        raise ExportError(str(problem)) from problem
    if told := found.told(opening(found.query)[1]):
        raise ExportError("The link does not open as it is. {told}", told=told)
    return name, dict(found.query)
