"""Draws a page of single layers: choose, compute, show; a turned knob no more than what depends on it.

What is said of the scene travels with it, so the player and what is wrong are all of the stage; see `fragments`.
"""

from functools import partial
from typing import Any

import streamlit as st

from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.request import LayerView, Request
from cnnviz.text import _
from cnnviz.web import compare, fragments, loss_here, nudging, page
from cnnviz.web.about import caption, explanation, told
from cnnviz.web.compare import Scene
from cnnviz.web.components.player import Role
from cnnviz.web.form import Widgets
from cnnviz.web.fragments import Parts
from cnnviz.web.markdown import plain
from cnnviz.web.page_spec import PageSpec, Tabs
from cnnviz.web.paired import pair


def draw(spec: PageSpec) -> None:
    """The page."""
    page.title(spec.name, spec.presets)
    request, shown = fragments.draw(parts(spec))
    page.tabs(request, shown, explanation(shown) or spec.explanation(request), tabs_of(spec, shown))


def parts(spec: PageSpec) -> Parts:
    """The page's knobs and its stage."""
    return Parts(
        spec.name,
        spec.ask,
        lambda turned, **how: Widgets(behind=spec.behind, turned=turned, **how),
        partial(live, spec),
        around,
        spec.behind,
        lambda made: [made.kind, made.ndim, *spec.offers(made)],
        partial(offer, spec),
    )


def tabs_of(spec: PageSpec, shown: Shown) -> Tabs:
    """What there is below besides explanation, code and links."""
    return {**spec.tabs(shown), **({"Compare": lambda: compare.offer(spec.name)} if spec.compares else {})}


def around(scene: Scene) -> Any:
    """What decides which explanation stands below, and whether it may."""
    request, shown = scene
    back = shown.view.back
    return type(request.layer), back and back.of


def offer(spec: PageSpec, made: Made) -> None:
    """Buttons for ways on from the answers."""
    for label, changes in spec.offers(made):
        made.parts["layer"].button(str(label), on_click=page.repair, args=(changes, made.kind, made.ndim))


def live(spec: PageSpec, made: Made) -> Scene:
    """Choose, compute, show."""
    choice, shown, problem = page.settle(spec.name, made.make, spec.first, run)
    request, _view = parts_of(choice)
    page.heed(spec.presets, problem, made.kind, made.ndim, request.input)
    rival = (compare.beside() if spec.compares else None) or rival_of(made, choice)
    if rival:
        compared(spec, (request, shown), rival, problem)
    else:
        on_stage(spec, spec.name, (request, shown), problem)
    nudging.tell(request, shown)
    if shown.notice and not page.embedded():
        st.info(str(shown.notice))
    spec.below(shown)
    return request, shown


def parts_of(choice: Any) -> tuple[Request, LayerView]:
    """What to run, and what is seen of it; a page of single layers may leave that out."""
    return choice if isinstance(choice, tuple) else (choice, LayerView())


def run(choice: Any) -> Shown:
    """The layer that was chosen, at work."""
    return show(*parts_of(choice))


def rival_of(made: Made, choice: Any) -> Scene | None:
    """What is on stage is compared with, if it is; what is wrong with it is said."""
    if not made.beside:
        return None
    try:
        rival = made.beside(choice)
        return parts_of(rival)[0], run(rival)
    except page.PROBLEMS as wrong:
        st.info(plain(_("No comparison: {wrong}", wrong=wrong)), icon=":material/info:")
        return None


def compared(spec: PageSpec, scene: Scene, rival: Scene, problem: Exception | None) -> None:
    """Two players with one playhead, beside each other where there is room."""
    leads = partial(on_stage, spec, spec.name, scene, problem)
    pair(leads, partial(on_stage, spec, f"{spec.name}_rival", rival, None), spec.wide)


def on_stage(spec: PageSpec, key: str, scene: Scene, problem: Exception | None, role: Role = "") -> None:
    """A player, with what is said of its scene."""
    request, shown = scene
    above = [*spec.headline(shown), *told(shown), *caption(request, shown, problem)]
    spec.stage(loss_here.offered(shown), key, role, above, [*spec.facts(shown), *spec.ways(request, shown.view)])
