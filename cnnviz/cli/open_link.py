"""What a link shows, without a browser and without its page: the address is read, and what it asks for is run."""

from dataclasses import replace

from cnnviz.content.address import LinkError
from cnnviz.export import ExportError, Staged
from cnnviz.export.explained import explained_at_work
from cnnviz.export.on_stage import on_stage
from cnnviz.scenes.build import show
from cnnviz.scenes.query import from_query
from cnnviz.scenes.request import AttributionView, Request
from cnnviz.text.problem import Problem
from cnnviz.web import linked
from cnnviz.web.vocabulary import BESIDE


def staged_at(link: str) -> Staged:
    """The scene of a link, with the one that it puts beside it.

    Parameters
    ----------
    link : str
        As the tab Share gives it, or from the page's name on: ``"convolution?stride=2"``.

    Raises
    ------
    ExportError
        If there is no such page, not all that the link says can be taken, or what it asks for cannot work.
    """
    name, query = asked(link)
    said, other = from_query(name, query), query.get(BESIDE)
    try:
        if explained := said.explained():
            staged = explained_at(*explained, said.opening.step)
        else:
            request, view = said.at_work()
            staged = on_stage(request, view, show(request, view), opens=said.opening.step)
    except Problem as problem:
        raise ExportError("The link does not open as it is. {problem}", problem=problem) from problem
    try:
        return replace(staged, beside=show(*linked.at_work(other)).blob) if other else staged
    except Problem as problem:
        raise ExportError("No comparison: {wrong}", wrong=problem) from problem


def explained_at(request: Request, view: AttributionView, opens: int | None) -> Staged:
    """An attribution at work."""
    staged = explained_at_work(request, show(request, view), opens=opens)
    if not staged:
        raise ExportError(
            "In a map of {method} nothing slides, so a link gives no file of it. The page has its picture and its "
            "numbers, in the tab Share.",
            method=view.method,
        )
    return staged


def asked(link: str) -> tuple[str, dict[str, str]]:
    """The page that a link names, and what it says there; see `linked.asked`."""
    try:
        return linked.asked(link)
    except LinkError as problem:
        raise ExportError(str(problem)) from problem
