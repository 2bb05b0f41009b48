"""Spectrogram: a sound on its way through the CNN of the DESED recipes, stage by stage and channel by channel."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from cnnviz.content.presets import SPECTROGRAM
from cnnviz.export import stage as takeaway
from cnnviz.export.on_stage import heard, on_stage
from cnnviz.inputs.logmel import DESED, Features
from cnnviz.inputs.read import read
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import Upload
from cnnviz.networks.receptive_field import fields
from cnnviz.scenes import build
from cnnviz.scenes.blob import also
from cnnviz.scenes.build import Shown
from cnnviz.scenes.exciting.shown import Known, known_of
from cnnviz.scenes.explain import Explained
from cnnviz.scenes.query.attribution import SHOW, WORK
from cnnviz.scenes.query.exciting import MARKS, read_marks
from cnnviz.scenes.query.inputs import PART
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.query.spectrogram import (
    ALL_CHANNELS,
    ATTRIBUTION,
    FIRST,
    ONE_WINDOW,
    VIEW,
    Choice,
    ask,
    desed_of,
)
from cnnviz.scenes.request import Request
from cnnviz.scenes.stage_maps import Maps
from cnnviz.scenes.weights import Loaded
from cnnviz.text import _
from cnnviz.web import compare, corpora, downloads, markdown, paired
from cnnviz.web import page as screen
from cnnviz.web.asking import asks
from cnnviz.web.attribution import explained, share_explained
from cnnviz.web.choices import tabs
from cnnviz.web.components.player import TAB, Role, player
from cnnviz.web.components.viewer import viewer
from cnnviz.web.exciting import show_answers, sorted_stage
from cnnviz.web.form import WIDGETS, Widgets
from cnnviz.web.fragments import Parts, draw, moves, turned
from cnnviz.web.on_page import OnPage
from cnnviz.web.picked import pick
from cnnviz.web.share import here, share
from cnnviz.web.shell import inside_frame
from cnnviz.web.sound_widgets import BEHIND, CHANGED
from cnnviz.web.vocabulary import BESIDE
from cnnviz.web.widgets import LOOKS

EXPLANATION = _("""
**What you see.** The sound becomes a log-mel spectrogram: time runs to the right, frequency upwards. The network reads
it block by block: convolution, normalisation, activation or gate, dropout, average pooling. Every stage has many
channels; choose a stage and a channel to see it large. The cursor runs over all of them as the sound is heard.

**The receptive field** of a unit, one cell of a map, is what it can see: the solid box on the input and on the stages
before. The dashed box on the stages behind is its projective field: what it can still change there.

**Attribution** asks which cells of the spectrogram the selected unit owes itself to, or the mean of a frame or of a
channel, where mel or frame are empty.

**One window** shows how one number comes about, and compares it with torch's.
""")

Scene = tuple[Choice, Maps]
OWN = (Upload, Spectrogram)  # of the reader's own file


def stages(request: Request) -> None:
    """Every stage in a table."""
    network, shape = desed_of(request), read(request.input).values.shape
    features = getattr(request.input, "features", DESED)
    costs = network.measures(shape)
    views = fields(replace(network, training=False))
    whole = _("whole input")
    rows = {
        _("stage"): [name for name, __ in network.stages],
        _("layer"): [layer.code() for __, layer in network.stages],
        _("output shape"): [str((1, *one)) for one in network.shapes(shape)],
        _("parameters"): [cost.parameters for cost in costs],
        "MACs": [cost.macs for cost in costs],
        _("sees frames"): [whole if frames.whole else str(frames.size) for frames, __ in views],
        _("sees [ms]"): [
            whole if frames.whole else f"{milliseconds(frames.size, features):.0f}" for frames, __ in views
        ],
        _("sees mels"): [whole if mels.whole else str(mels.size) for __, mels in views],
    }
    st.dataframe(rows, hide_index=True, height="content")
    if network.training and network.normalization == "batch":
        st.caption(_("While training, batch norm's statistics make every unit depend on the whole clip as well."))
    parameters, macs = sum(cost.parameters for cost in costs), sum(cost.macs for cost in costs)
    st.caption(_("{parameters:,} parameters, {macs:,} multiply-adds in all.", parameters=parameters, macs=macs))


def milliseconds(frames: int, features: Features) -> float:
    """From the first sample that the first frame reads to the last of the last frame."""
    return 1000 * ((frames - 1) * features.hop_length + features.win_length) / features.rate


def window(choice: Choice) -> Shown:
    """The stage at work, at the selected unit."""
    request, looked_at = choice
    return build.show(request, looked_at.window)


def survey(choice: Choice) -> Maps:
    """All channels of the stage."""
    return build.show(*choice)


def sorting(maps: Maps, key: str, known: Known | None) -> bytes:
    """The maps, with what the address says channels are sorted by; of two that are compared, the first."""
    if key != "viewer":
        return maps.blob
    blob = sorted_stage(maps.blob, known, maps.view.stage)
    marks = read_marks(WIDGETS.ask(MARKS))
    return also(blob, {"marks": marks}) if marks else blob


def show(choice: Choice, maps: Maps, key: str, view: str, role: Role, known: Known | None) -> None:
    """All channels, or one window at work."""
    if view == ALL_CHANNELS:
        with asks(LOOKS):
            viewer(sorting(maps, key, known), key, pick)
        if not screen.embedded():
            show_answers(known, maps.view.stage, maps.view.channel, f"{key}_answers")
    elif view == ATTRIBUTION:
        explain_it(choice, key)
    elif role:
        player(window(choice).blob, f"{key}_window", role)
    else:
        paired.on_stage("spectrogram", f"{key}_window", (choice[0], window(choice)))


def explain_it(choice: Choice, key: str) -> None:
    """What the selected unit owes to the cells of the spectrogram."""
    request, looked_at = choice
    if not looked_at.explained:  # what is still shown was chosen in another view
        return
    try:
        shown = build.show(request, looked_at.explained)
    except screen.PROBLEMS as problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
    else:
        explained(shown, key, WIDGETS.now(SHOW) == WORK)


def facts(maps: Maps) -> None:
    """Shapes, cost and device of the stage in a line."""
    before, after = maps.layer.torch_shapes(maps.done.shape)
    parts = [
        f"`{maps.layer.code()}`",
        _("`(N, C, frames, mels)`  {before} → **{after}**", before=before, after=after),
        _("**{parameters:,}** parameters", parameters=maps.cost.parameters),
        _("**{macs:,}** multiply-adds (MACs)", macs=maps.cost.macs),
        _("all stages: {device}, {seconds:.0f} ms", device=maps.done.device, seconds=maps.seconds * 1000),
    ]
    st.markdown(" &nbsp;·&nbsp; ".join(parts))
    if maps.done.notice:
        st.info(maps.done.notice)


def files(maps: Maps) -> None:
    """What can be taken away; each file is made when it is asked for."""
    dark = st.context.theme.type == "dark"
    rows: dict[str, tuple[str, Callable[[], bytes]]] = {
        _("Picture of this channel"): ("png", lambda: takeaway.picture(maps, dark)),
        _("Picture of all channels"): ("gallery.png", lambda: takeaway.gallery(maps, dark)),
        _("Maps and axes for numpy"): ("npz", lambda: takeaway.npz(maps)),
        _("Maps and axes as safetensors"): ("safetensors", lambda: takeaway.tensors(maps)),
    }
    with st.container(horizontal=True):
        for label, (ending, make) in rows.items():
            name = takeaway.file_name(maps, ending)
            downloads.offer(label, make, name)
    st.caption(
        _("The arrays hold all channels of the stage as torch gave them, with the seconds and hertz of every cell.")
    )


def share_it(choice: Choice) -> None:
    """Links to all of it, and files of one window of the stage at work, or of an attribution."""
    request, looked_at = choice
    own = isinstance(request.weights, Loaded) or isinstance(getattr(request.input, "whole", request.input), OWN)
    how = looked_at.explained if WIDGETS.now(VIEW) == ATTRIBUTION else None
    try:
        shown = build.show(request, how) if how else window(choice)
    except screen.PROBLEMS as problem:  # a stage that has no room for all its maps
        st.info(markdown.plain(str(problem)))
        share(None, own)
    else:
        if isinstance(shown, Explained):
            share_explained(request, shown, own)
        else:
            share(on_stage(request, looked_at.window, shown, here()), own)


def below(choice: Choice, maps: Maps) -> None:
    """Explanation, stages, files and links."""
    text_tab, stages_tab, files_tab, sharing = tabs(["Explanation", "Stages", "Files", TAB])
    with text_tab:
        st.markdown(EXPLANATION)
    with stages_tab:
        if stages_tab.open:
            stages(choice[0])
    with files_tab:
        if files_tab.open:
            files(maps)
    with sharing:
        if sharing.open:
            share_it(choice)


def live(made: Made) -> Scene:
    """Choose, compute, show."""
    where = corpora.ask_where(OnPage())
    choice, maps, problem = screen.settle("spectrogram", corpora.with_patch(made.make, where), FIRST, survey)
    screen.heed(SPECTROGRAM, problem, made.kind, 2)
    if problem or not screen.embedded():
        told = heard(choice[0])
        st.caption(markdown.plain(_("Still showing {sound}", sound=told) if problem else told))
    with st.container():
        screen.notices(choice[0].input)
        corpora.offer_sound(where)
    with st.sidebar if screen.embedded() else st.container(horizontal=True, vertical_alignment="center"):
        view = Widgets(turned=partial(turned, PAGE)).ask(VIEW)
    if view != ONE_WINDOW:
        compare.waits()
    found = corpora.opened(where, maps.request) if view == ALL_CHANNELS else None
    known = found or known_of(maps.request.weights)
    if made.beside and not (view == ONE_WINDOW and BESIDE in st.query_params):
        compared(choice, maps, made.beside(choice), view, known)
    else:
        show(choice, maps, "viewer", view, "", known)
    if not screen.embedded():
        facts(maps)
    return choice, maps


def compared(choice: Choice, maps: Maps, second: Choice, view: str, known: Known | None) -> None:
    """Two clips, or two networks, beside each other."""
    other, maps_b, problem = screen.settle("spectrogram_b", lambda: second, choice, survey)
    if problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
    its = known_of(maps_b.request.weights)

    def one(at: Choice, shown: Maps, key: str, known: Known | None, role: Role) -> None:
        st.caption(markdown.plain(heard(at[0])))
        show(at, shown, key, view, role, known)

    paired.pair(partial(one, choice, maps, "viewer", known), partial(one, other, maps_b, "viewer_b", its))


PAGE = Parts(
    "spectrogram",
    ask,
    lambda turned, **how: Widgets({key: moves(call) for key, call in CHANGED.items()}, BEHIND, turned=turned, **how),
    live,
    behind={*BEHIND, *PART},
    offers=lambda made: [made.kind],
    offer=lambda made: corpora.offer_where(),
    clicks=True,
)


def main() -> None:
    """The page; what it draws is named here alone, for the session keeps its functions."""
    inside_frame()
    screen.title("spectrogram", SPECTROGRAM)
    choice, maps = draw(PAGE)
    if not screen.embedded():
        below(choice, maps)


main()
