"""Training: a network learns, step after step, before the eyes."""

from typing import Any

import streamlit as st

from cnnviz.content.presets import TRAINING
from cnnviz.core.geometry import GeometryError
from cnnviz.networks.code import CodeError
from cnnviz.networks.training import Recipe, code
from cnnviz.networks.training.lessons import beside
from cnnviz.scenes.query import training as asked
from cnnviz.text import Problem, _
from cnnviz.web import markdown
from cnnviz.web import page as screen
from cnnviz.web import training_runs as runs
from cnnviz.web.choices import tabs
from cnnviz.web.components.player import TAB
from cnnviz.web.form import Widgets
from cnnviz.web.guessing import ask_first, graded
from cnnviz.web.judged import judge_one
from cnnviz.web.pools import TRAININGS
from cnnviz.web.questions import stand
from cnnviz.web.share import share
from cnnviz.web.shell import inside_frame
from cnnviz.web.training_begun import so_far
from cnnviz.web.training_files import offer
from cnnviz.web.training_stage import Stage, hold, told
from cnnviz.web.widgets import place

ANOTHER = {word.key: "" for word in (asked.TRAIN, asked.OPEN, asked.AT)}  # of one recipe alone
EVERY = 0.5  # s between two looks at a run
PATIENCE = 2.0  # s to wait for what a run has when it is stopped, before the page is drawn

EXPLANATION = _("""
**A step.** The network answers a batch of examples; the loss says how wrong it was, one number. Backwards, torch works
out how the loss changes with each weight, and the optimiser moves every weight a little against that.

**The curve.** The loss of each batch, before its step, and how right the network is on examples that it learns from and
on others that it never sees. Where the first goes on rising and the second does not, the network learns by heart.

**The same again.** A recipe has a seed: the same recipe gives the same weights. Two recipes side by side begin with the
same seed and learn from the same batches, so what differs on screen comes from what differs in them.

**Beside the lessons.** Once lesson B's or lesson C's network is trained, what the lesson reached stands here, with all
that differs. CIFAR-10, lesson C's pictures, is not part of cnnviz: whoever has its files chooses data of their own and
trains that very network on them.
""")


def train_now() -> None:
    """Have the recipes of the address trained; for callbacks."""
    hold({asked.TRAIN.key: "true"})


def stop(recipes: list[Recipe]) -> None:
    """Keep what was reached; for callbacks."""
    for recipe in recipes:
        runs.leave(recipe, PATIENCE)
    hold({asked.TRAIN.key: ""})


def another() -> None:
    """A knob was turned: the address is that of another recipe, which waits to be asked for."""
    hold(ANOTHER)


def another_network() -> None:
    """A network by name takes the place of one that the address held."""
    place({asked.NET.key: ""})


def mend(words: dict[str, Any]) -> None:
    place(words)
    hold(ANOTHER)


def explain(problem: Problem) -> None:
    """What is wrong with the recipe, and a button for each way out."""
    st.warning(markdown.plain(str(problem)), icon=":material/info:")
    with st.container(horizontal=True):
        for i, (label, words) in enumerate(getattr(problem, "mended", ())):
            st.button(str(label), key=f"mend{i}", on_click=mend, args=(dict(words),))


def wait_for(stopping: list[Recipe]) -> None:
    """Say that runs are being stopped, until they are."""
    if not any(map(runs.stops, stopping)):
        st.rerun()
    st.caption(_("Stopping …"))


def buttons(recipes: list[Recipe]) -> None:
    """What can be done with the recipes as they stand."""
    busy = [one for one in recipes if runs.at_work(one)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if stopping := [one for one in recipes if runs.stops(one)]:
            st.fragment(wait_for, run_every=EVERY)(stopping)
        elif busy:
            says = _("Stops, and keeps what is reached to look at or to take away. Go on continues from there.")
            st.button(_("Pause"), key="pause", icon=":material/pause:", help=says, on_click=stop, args=(recipes,))
        elif not all(map(runs.finished, recipes)):
            part = any(map(runs.known, recipes))
            words = _("Go on") if part else _("Train")
            st.button(words, key="train_now", icon=":material/play_arrow:", type="primary", on_click=train_now)


def draw(recipes: list[Recipe]) -> None:
    """The recipes at work, or what came of them."""
    for recipe in recipes:
        runs.settle(recipe)
    if chosen.at_once:
        for recipe in recipes:
            if not runs.at_work(recipe) and not runs.finished(recipe) and not runs.wrong(recipe):
                runs.begin(recipe)
    if not screen.embedded():
        ask_first(recipes)
    buttons(recipes)
    for recipe in recipes:
        if problem := runs.wrong(recipe):
            st.warning(markdown.plain(str(problem)), icon=":material/info:")
    stage = Stage(tuple(recipes), chosen.example)
    if any(map(runs.at_work, recipes)):
        st.fragment(stage.watch, run_every=EVERY)()
        return
    found = [one for one in map(runs.known, recipes) if one]
    for letter, one in zip("AB", found, strict=False):
        st.caption(markdown.plain(f"{letter}: {told(one)}" if len(found) > 1 else told(one)))
    if not found:
        st.caption(_("Not trained yet: the weights are random, and right by chance alone. Press Train and watch them."))
    graded(recipes)
    stage.draw([one for one in map(so_far, recipes) if one])
    stage.open_step()


def below(recipes: list[Recipe]) -> None:
    """What else there is to read of the first one, and to take away of all."""
    recipe = recipes[0]
    text, judging, lines, sharing = tabs([screen.FIRST_TAB, "Judge", "Code", TAB])
    with text:
        found = runs.known(recipe)
        for line in beside(found) if found else []:
            st.markdown(markdown.plain(line))
        st.markdown(EXPLANATION)
        st.caption(markdown.plain(str(recipe.data.licence)))
    with judging:
        if judging.open:
            judge_one(recipes)
    with lines:
        if lines.open:
            st.caption(_("Run as it stands, this gives the very weights above."))
            st.code(code(recipe))
    with sharing:
        if sharing.open:
            share(None)
            offer([one for one in map(runs.known, recipes) if one])


inside_frame()
TRAININGS.warm()
with st.sidebar:
    make = asked.ask(Widgets({asked.PRESET.key: another_network}, turned=another))
screen.title("training", TRAINING)
if not screen.embedded():
    stand(TRAINING, asked.LOOKED)
try:
    chosen = make()
    recipes = [chosen.recipe, *([chosen.beside] if chosen.beside else [])]
    runs.leave_all_but(recipes)
    for recipe in recipes:
        recipe.check(runs.MOST_MACS)
except (GeometryError, CodeError, *screen.PROBLEMS) as problem:
    explain(problem)
    st.stop()
draw(recipes)
if not screen.embedded():
    below(recipes)
