"""Films of what is on stage: how one is to be, its making in another process, and the file."""

from dataclasses import dataclass
from functools import partial
from typing import cast

import streamlit as st

from cnnviz.core.cache import Cache
from cnnviz.export import KINDS, Estimate, ExportError, Plan, Staged, Wanted, estimate, make
from cnnviz.export.animation import Format
from cnnviz.jobs import Job, JobError
from cnnviz.text import Message, _
from cnnviz.web.made_files import bare, found, keep, key
from cnnviz.web.pools import LONG, visitor
from cnnviz.web.shared_jobs import Done, Seat, SharedJobs, waiting

FILM = "_film"  # of the session: the one that is being made, or that was made last
EVERY = 0.5  # s between two looks at how far it is
MOST_SECONDS = 900.0  # that a film may take
at_work = SharedJobs()
_estimates: Cache[Estimate] = Cache()


@dataclass(frozen=True)
class Film:
    """A film that somebody asked for.

    Attributes
    ----------
    name : str
        Of its file.
    code : str
        The torch call that it is of.
    """

    seat: Seat
    which: str
    ending: str
    name: str
    code: str
    wanted: Wanted

    @property
    def job(self) -> Job | Done:
        """Its making, perhaps for others as well."""
        return self.seat.job


PARTS = {"all": Message("all steps"), "channel": Message("one channel"), "span": Message("from … to")}


def choose_plan(staged: Staged) -> Plan:
    """Which steps a film shows, and how long each is seen."""
    steps, channels = staged.steps, staged.done.y.shape[1]
    part = st.selectbox(_("part"), list(PARTS), key="_part", format_func=lambda one: str(PARTS[one]))
    channel, first, last = None, 1, None
    if part == "channel":
        channel = int(st.number_input(_("channel"), 0, channels - 1, 0, key=f"_channel_{channels}"))
    elif part == "span":
        first = int(st.number_input(_("first step"), 1, steps, 1, key=f"_first_{steps}"))
        last = int(st.number_input(_("last step"), 1, steps, steps, key=f"_last_{steps}")) - 1
    seconds = st.number_input(_("seconds per step"), 0.02, 10.0, 0.2, 0.1, key="_seconds")
    most = int(
        st.number_input(_("pictures at most"), 2, 5000, 300, 100, key="_most", help=_("of more, every nth is shown"))
    )
    return Plan(channel, first - 1, last, float(seconds), most)


def ask_for_film(staged: Staged, ending: str, wanted: Wanted) -> None:
    """How large a film will be, and the button that has it made."""
    sizes = partial(estimate, staged.blob, wanted.look, wanted.plan, cast("Format", ending), staged.beside)
    told = _estimates.get(key(staged, ending, wanted), sizes)
    size = megabytes(told.size)
    st.caption(_("{n:,} pictures, {seconds:.1f} s, about {size}.", n=told.frames, seconds=told.seconds, size=size))
    st.button(_("Make the film"), icon=":material/movie:", on_click=begin, args=(staged, ending, wanted))


def begin(staged: Staged, ending: str, wanted: Wanted) -> None:
    """Have a film made, which takes the place of the session's last; for callbacks."""
    cancel()
    which = key(staged, ending, wanted)

    def submit() -> Job | Done:
        if made := found(which):
            return Done(made)
        return LONG.submit(visitor(), make, bare(staged), ending, wanted, seconds=MOST_SECONDS)

    seat = at_work.join(which, submit)
    st.session_state[FILM] = Film(seat, which, ending, staged.file_name(ending), staged.done.layer.code(), wanted)


def cancel() -> None:
    """Want the film no more that is being made, and forget the one that was; for callbacks."""
    film = st.session_state.pop(FILM, None)
    if film:
        film.seat.leave()


def show_film() -> None:
    """The session's film, whatever is on stage by now: how far it is, or the file."""
    film = st.session_state.get(FILM)
    if not film:
        return
    if not film.job.ended:
        st.fragment(watch, run_every=EVERY)(film)
        return
    try:
        data = keep(film.which, film.job.result())
    except (JobError, ExportError) as problem:
        told = _("There is no film of `{code}`. {problem}", code=film.code, problem=problem)
        st.warning(told, icon=":material/info:")
        return
    st.download_button(
        _("Download {file}", file=film.name),
        data,
        film.name,
        KINDS[film.ending].mime,
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(_("The film of `{code}`, {size}.", code=film.code, size=megabytes(len(data))))


def watch(film: Film) -> None:
    """How far the film is, looked at again and again; all else on the page goes on."""
    if film.job.ended or st.session_state.get(FILM) is not film:
        st.rerun()  # the whole page, which then looks no more
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(*progress(film.job))
        st.button(_("Cancel"), key="_cancel", on_click=cancel)


def progress(job: Job | Done) -> tuple[float, str]:
    """How much is done, from 0 to 1, and in words."""
    if (ahead := job.ahead) is not None:
        return 0.0, waiting(ahead)
    done, of = job.progress
    return (done / of, _("Picture {done:,} of {of:,}", done=done, of=of)) if of else (0.0, _("The first picture …"))


def megabytes(size: int) -> str:
    """
    >>> megabytes(123_456), megabytes(12_345_678)
    ('123 kB', '12.3 MB')
    """
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
