"""The spectrogram page: every stage of both networks is torch's, by its table and in a real browser."""

import numpy as np
import pytest
from page_objects import Screen
from playwright.sync_api import expect
from safetensors.numpy import load
from test_pages import blobs, opened

from cnnviz.network import BASELINE, Desed, run_network
from cnnviz.show import StageChoice, show_stage
from cnnviz.sources.sound import LogMel

CLIP = LogMel(seconds=1)
STAGES = [
    (name, stage) for name, given in (("lesson", Desed()), ("baseline", BASELINE)) for stage, _ in given.network.stages
]


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_every_stage_opens(name, stage):
    app = opened("spectrogram", network=name, stage=stage, input_seconds="1")
    assert not app.exception
    assert not app.warning
    assert len(blobs(app)) == 1


@pytest.mark.parametrize("activation", ["relu", "leakyrelu", "glu", "cg"])
@pytest.mark.parametrize("normalization", ["batch", "layer"])
def test_the_output_on_stage_is_that_of_the_whole_network(activation, normalization):
    given = Desed(activation=activation, normalization=normalization, nb_filters=(4, 4, 4))
    last = run_network(given.network, CLIP.grid().values, seed=3)["pooling2"].y
    shown = show_stage(StageChoice(given, CLIP, "pooling2", seed=3))
    np.testing.assert_array_equal(load(shown.blob)["output"][:, 0], last)


def test_a_stage_reads_what_the_one_before_gave():
    before = show_stage(StageChoice(Desed(), CLIP, "relu0"))
    after = show_stage(StageChoice(Desed(), CLIP, "dropout0"))
    np.testing.assert_array_equal(after.done.x, before.done.y)


def test_the_table_has_the_published_counts_and_fields():
    app = opened("spectrogram", network="baseline", tab="Stages", input_seconds="10", stage="pooling6")
    table = app.dataframe[0].value
    last = {name: column.iloc[-1] for name, column in table.items()}
    assert (int(table["parameters"].sum()), int(table["MACs"].sum())) == (612_688, 840_077_312)
    assert last["output shape"] == "(1, 128, 156, 1)"
    assert (last["sees frames"], last["sees [ms]"], last["sees mels"]) == ("50", "912", "382")


def test_a_group_norm_sees_the_whole_input():
    app = opened("spectrogram", normalization="layer", tab="Stages", input_seconds="1")
    assert app.dataframe[0].value["sees frames"].iloc[-1] == "whole input"


def test_a_picture_in_colour_gets_one_sentence():
    app = opened("spectrogram", input="photo", input_colour="rgb")
    assert [warning.value for warning in app.warning] == [
        "The network reads one channel, and this input has 3. Choose a sound, or a grey picture."
    ]
    assert len(blobs(app)) == 1


def test_a_sound_can_be_heard():
    assert len(opened("spectrogram").get("audio")) == 1


def test_a_picture_cannot_be_heard():
    assert not opened("spectrogram", input="digit", stage="conv0").get("audio")


@pytest.mark.parametrize("stage", ["conv1", "batchnorm1", "cg1", "dropout0", "pooling1"])
def test_a_unit_of_a_stage_is_torchs_in_the_browser(stage, screen: Screen):
    network = Desed(activation="cg", training=True)
    done = show_stage(StageChoice(network, CLIP, stage)).done
    screen.open(f"activation=cg&stage={stage}&input_seconds=1", path="/spectrogram")
    screen.wait_ready(done.layer.code())
    screen.press("End")
    expect(screen.badge).to_contain_text("✓ = torch")
    assert screen.read().torch == pytest.approx(float(done.y[-1, -1, -1]), rel=1e-5, abs=1e-6)


def test_choosing_a_stage_puts_it_on_stage_and_in_the_address(screen: Screen):
    screen.open("input_seconds=1", path="/spectrogram")
    screen.page.locator(".st-key-stage").get_by_text("pooling2", exact=True).click()
    screen.wait_ready("nn.AvgPool2d(kernel_size=(1, 4), stride=(1, 4))")
    expect(screen.page).to_have_url(f"{screen.url}/spectrogram?input_seconds=1&stage=pooling2")
    expect(screen.badge).to_contain_text("✓ = torch")
