"""What a link to any page says, read without that page."""

from cnnviz.content.address import LinkError
from cnnviz.scenes.query import from_query
from cnnviz.scenes.query.bare import bare, says_nothing
from cnnviz.scenes.request import LayerView, MatrixView, Request
from cnnviz.text.typed import shown
from cnnviz.web.clean import parts, spread
from cnnviz.web.vocabulary import OWN, words


def asked(link: str) -> tuple[str, dict[str, str]]:
    """The page that a link names, and what it says there.

    Raises
    ------
    LinkError
        If there is no such page, or not all that the link says can be taken.
    """
    whole, said = parts(link)
    name = whole.path.rstrip("/").rsplit("/", 1)[-1]
    if name not in OWN:
        raise LinkError("There is no page “{name}” with scenes. Choose {own}.", name=shown(name), own=", ".join(OWN))
    found = spread(said).known_to(words(name))
    if told := found.told(from_query(name, found.query).odd):
        raise LinkError("The link does not open as it is. {told}", told=told)
    return name, dict(found.query) | ({} if not says_nothing(found.query) else dict(bare(name)))


def at_work(link: str) -> tuple[Request, LayerView]:
    """What a link runs, and the layer of it that a player shows beside another.

    Raises
    ------
    LinkError, Problem
        As `asked`; or what is wrong with what it asks for.
    """
    request, view = from_query(*asked(link)).at_work()
    return request, LayerView() if isinstance(view, MatrixView) else view
