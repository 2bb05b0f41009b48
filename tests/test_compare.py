"""Any scene beside any other: a link says which, and the comparison is a link itself."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from test_computed_once import counted as counted  # noqa: PLC0414 -- a fixture
from test_fragments import Told
from test_fragments import told as told  # noqa: PLC0414 -- a fixture
from test_pages import blobs, meta, opened, roles, scene

from cnnviz.__main__ import export, parser
from cnnviz.cli.open_link import staged_at
from cnnviz.core.cache import TOGETHER
from cnnviz.export import ExportError, Look, Plan, Wanted, make
from cnnviz.web import share
from cnnviz.web.paired import OPEN
from cnnviz.web.widgets import STAGE

AT_WORK = {
    "spectrogram": {"input_seconds": "1", "weights": "random", "view": "one window", "stage": "relu0"},
    "network": {
        "net": "Conv2d(1,2,3);ReLU()",
        "shape": "1, 8, 8",
        "weights": "torch",
        "view": "one layer",
        "layer": "1",
    },
}


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("pooling?stride=3", "nn.MaxPool2d(kernel_size=2, stride=3)"),
        ("https://example.org/app/network?preset=LeNet-5&layer=2&view=one+layer", "nn.AvgPool2d(kernel_size=2"),
        ("spectrogram?input_seconds=1&stage=relu1", "nn.ReLU()"),
    ],
)
def test_a_link_puts_another_scene_beside(link, title):
    app = opened("convolution", stride="2", beside=link)
    assert not app.exception
    assert not app.warning
    first, second = (meta(blob)["title"] for blob in blobs(app))
    assert first == "nn.Conv2d(1, 1, kernel_size=3, stride=2)"
    assert second.startswith(title)
    assert app.query_params["beside"] == link


@pytest.mark.parametrize("link", ["nowhere?x=1", "pooling?stride=99", "convolution?input=upload", "pooling?s=1abc"])
def test_a_link_that_does_not_open_is_said_and_the_page_stands(link):
    app = opened("convolution", beside=link)
    assert not app.exception
    assert ["No comparison" in one.value for one in app.info] == [True]
    assert len(blobs(app)) == 1


def test_the_setting_before_stands_beside_the_new_one():
    app = opened("convolution", tab="Compare")
    for stride in (2, 3):
        app.number_input(key="stride").set_value(stride).run()
    next(one for one in app.button if one.label == "With the setting before").click().run()
    assert [meta(blob)["title"][-9:] for blob in blobs(app)] == ["stride=3)", "stride=2)"]
    next(one for one in app.button if one.label == "Stop comparing").click().run()
    assert "beside" not in app.query_params
    assert len(blobs(app)) == 1


@pytest.mark.parametrize("page", AT_WORK)
def test_a_layer_of_a_network_stands_beside_a_scene_of_any_page(page):
    link = "pooling?layer=AvgPool&stride=3"
    app = opened(page, **AT_WORK[page], beside=link)
    assert not app.exception
    assert roles(app)[-2:] == ["leads", "follows"]
    first, second = (meta(blob)["title"] for blob in blobs(app)[-2:])
    assert (first, second) == ("nn.ReLU()", "nn.AvgPool2d(kernel_size=2, stride=3)")
    other = opened(page, **AT_WORK[page] | {"view": "attribution"}, beside=link)
    assert sum("choose a view of one layer" in one.value for one in other.caption) == 1
    assert "follows" not in roles(other)


@pytest.mark.parametrize("page", AT_WORK)
def test_what_names_no_scene_is_said_on_pages_of_networks_too(page):
    app = opened(page, **AT_WORK[page], beside="pooling?stride=99")
    assert not app.exception
    assert sum("No comparison" in one.value for one in app.info) == 1
    assert "follows" not in roles(app)


@pytest.mark.parametrize(("page", "key"), [("spectrogram", "channel"), ("network", "seed")])
def test_the_setting_before_of_a_network_draws_the_stage_alone_and_is_a_link(page, key, told: Told):
    app = told.open(page, **AT_WORK[page])
    app.session_state[OPEN] = True
    app.run()
    before = blobs(app)[-1]
    app.number_input(key=key).set_value(3).run()
    next(one for one in app.button if one.label == "With the setting before").click()
    kinds = told.run(STAGE)
    assert kinds["bidi_component"] == {"spectrogram": 2, "network": 3}[page] and not kinds["navigation"]
    assert not kinds["number_input"] + kinds["selectbox"] and sum(kinds.values()) < 40
    assert roles(app)[-2:] == ["leads", "follows"]
    link = app.query_params["beside"]
    again = opened(page, **AT_WORK[page] | {key: "3"}, beside=link)
    now, then = map(scene, blobs(again)[-2:])
    assert [now, then] == [scene(blob) for blob in blobs(app)[-2:]]
    assert then == scene(before) != now


def test_a_link_stands_before_the_comparison_of_the_page_itself():
    app = opened("spectrogram", **AT_WORK["spectrogram"], compare="sound", beside="convolution?stride=2")
    assert [meta(blob)["title"] for blob in blobs(app)][1:] == ["nn.Conv2d(1, 1, kernel_size=3, stride=2)"]


# --- files ---


@pytest.mark.parametrize("ending", ["png", "gif", "npz"])
def test_the_command_makes_of_two_scenes_what_their_page_makes(ending, tmp_path, monkeypatch, counted):
    offered, words = [], AT_WORK["network"] | {"beside": "pooling?stride=3&input=digit"}
    monkeypatch.setattr(share, "files", offered.append)
    TOGETHER.forget()
    opened("network", **words, tab=share.TAB)
    (staged,), ran, file = offered, counted["stages"], tmp_path / f"a.{ending}"
    export(parser().parse_args(["export", f"network?{urlencode(words)}", str(file), "--width", "400"]))
    assert counted["stages"] == ran > 0  # one request, one run
    wanted = Wanted(Look(width_px=400), None, Plan(seconds=0.2, most=300))
    assert file.read_bytes() == make(staged, ending, wanted)
    alone = make(replace(staged, beside=b""), ending, wanted)
    assert (file.read_bytes() == alone) == (ending == "npz")  # numbers are of the first layer


@pytest.mark.parametrize("link", ["nowhere", "pooling?stride=99", "convolution?input=upload"])
def test_the_command_refuses_what_names_no_scene(link):
    with pytest.raises(ExportError, match="No comparison: "):
        staged_at(f"convolution?{urlencode({'beside': link})}")
