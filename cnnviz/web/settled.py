"""What a process settles once, before it draws its first page: each a module of its own, which says why."""

from cnnviz.core.cache import TOGETHER
from cnnviz.tensorfile.apart import PLACE
from cnnviz.web.choices import spell_out
from cnnviz.web.departed import watch
from cnnviz.web.downloads import say_why
from cnnviz.web.incoming import look_over
from cnnviz.web.latency import send_at_once
from cnnviz.web.lean import be_lean
from cnnviz.web.pools import read_in_worker
from cnnviz.web.portions import answer_whole
from cnnviz.web.returned import draw_anew
from cnnviz.web.tidy import keep_tidy
from cnnviz.web.turns import UPLOADS


def settle() -> None:
    """All of it; what is settled already stays."""
    PLACE.reader, TOGETHER.waiting = read_in_worker, UPLOADS.away
    for once in (send_at_once, answer_whole, look_over, watch, draw_anew, say_why, spell_out, be_lean, keep_tidy):
        once()
