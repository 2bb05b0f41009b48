"""A network while it learns, alive in the browser; see ``static/training``."""

from collections.abc import Callable
from functools import partial

from cnnviz.scenes.blob import also
from cnnviz.web.components.component import component, message, whole

ROOM = 'data-role="training" style="min-height: 900px"'
MOST_STEPS = 1_000_000  # that a browser may name

OnShare = Callable[[int, str], None]
OnOpen = Callable[[int, str, int], None]

_mount = component("cnnviz_training", "training/training", ROOM)


def training(
    blob: bytes,
    key: str,
    on_open: OnOpen,
    on_share: OnShare,
    step: int | None = None,
    stage: str = "",
) -> None:
    """Show what `make_training` gives, or more of it.

    Parameters
    ----------
    blob : bytes
    key : str
        One each; one with the same key goes on where it was: its playhead stays, or follows the end until somebody
        moves it.
    on_open : callback
        Gets the number of a recipe, the name of a stage that learns and a step of training at which there is a moment:
        to be opened elsewhere.
    on_share : callback
        Gets the step of the playhead and the stage that is looked at, for a link.
    step, stage : int or None, str
        Where a link opens it, as `on_share` got them.
    """
    opened = also(blob, {"opens": {"step": step, "stage": stage}}) if step is not None or stage else blob
    callbacks = {"on_opened_change": partial(opens, key, on_open), "on_shared_change": partial(shares, key, on_share)}
    _mount(key=key, data=opened, **callbacks)


def opens(key: str, on_open: OnOpen) -> None:
    """Hand over what shall be opened; for callbacks. Whoever gets it checks that there is such a stage."""
    match message(key, "opened"):
        case {"recipe": recipe, "stage": str(stage), "step": step} if whole(recipe, 2) and whole(step, MOST_STEPS):
            on_open(recipe, stage, step)


def shares(key: str, on_share: OnShare) -> None:
    """Hand over where the playhead stands; for callbacks."""
    match message(key, "shared"):
        case {"step": step, "stage": str(stage)} if whole(step, MOST_STEPS):
            on_share(step, stage)
