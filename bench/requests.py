"""What a changed knob takes behind an input that is slow to make, and how often a network runs for all its views."""

import time
from statistics import median
from typing import Any
from unittest.mock import patch

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from bench.table import Figure, Table
from cnnviz.core.cache import TOGETHER
from cnnviz.core.run import once
from cnnviz.export.stage import gallery, npz, picture, tensors
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.desed import Desed
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request, StageView
from tests.serving import ROOT

ROUNDS = 12
INPUTS = {"a digit": {"input": "digit"}, "ten seconds of log-mel": {"input": "log-mel", "input_seconds": "10"}}


def requests() -> Table:
    """Both pages are asked in turns, so that a busy moment hits both."""
    pages = {name: opened(words) for name, words in INPUTS.items()}
    turns = [[changed(page, stride) for page in pages.values()] for stride in range(1, ROUNDS + 1)]
    digit, sound = (median(times[1:]) for times in zip(*turns, strict=True))
    rows: dict[str, list[Figure | None]] = {
        "a changed stride on a digit": [Figure(digit), None, None],
        "a changed stride behind ten seconds of log-mel": [Figure(sound), Figure(sound / digit, 2, most=1.3), None],
        "a stage's maps, a window of it, and four downloads": [None, None, Figure(passes(), 2, most=1)],
    }
    title = f"Requests: the page of convolutions without a browser, medians of {ROUNDS}"
    return Table(title, ("processor ms", "× on a digit", "passes of the network"), rows)


def opened(words: dict[str, str]) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=120)
    app.query_params.update(words)
    return app.switch_page("pages/convolution.py").run()


def changed(page: AppTest, turn: int) -> float:
    """Processor milliseconds of the page's own thread for a change, to a stride and a padding not seen before."""
    page.number_input(key="padding").set_value(turn // 7)
    page.number_input(key="stride").set_value(2 + turn % 7)
    spent: list[float] = []
    run_script = ScriptRunner._run_script

    def timed(runner: ScriptRunner, data: Any) -> None:
        begin = time.thread_time()
        run_script(runner, data)
        spent.append(1000 * (time.thread_time() - begin))

    with patch.object(ScriptRunner, "_run_script", timed):  # the client beside it waits by asking again and again
        page.run()
    return sum(spent)


def passes() -> float:
    """Stages that were run, for each stage of the network."""
    request = Request(Desed(), LogMel(seconds=1))
    TOGETHER.forget()
    with patch("cnnviz.networks.forward.once", wraps=once) as applied:
        maps = show(request, StageView("relu1"))
        show(request, maps.view.window)
        for make in (picture, gallery, npz, tensors):
            make(show(request, StageView("relu1")))
    return applied.call_count / len(request.names)
