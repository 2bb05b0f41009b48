"""The page of networks: what is built is what torch counts; what cannot be is said; every change can be undone."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest
from test_pages import blobs, meta, opened
from test_player_helpers import test_in_node as run_in_node

from cnnviz.content.presets import NETWORKS
from cnnviz.core.cost import measure
from cnnviz.core.layers import Conv, Flatten, Linear, MaxPool, ReLU
from cnnviz.networks.code import class_code, from_text, sequential, to_json, to_text
from cnnviz.networks.forward import memory, run_network
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import MOST_CELLS
from cnnviz.networks.table import rows
from cnnviz.networks.zoo import ZOO, LessonB, kaiming
from cnnviz.web import network_session as builder
from cnnviz.web.markdown import merged

SMALL = Network(
    (
        ("0", Conv(1, 4, (3, 3))),
        ("1", ReLU()),
        ("2", MaxPool((2, 2), (2, 2))),
        ("3", Flatten()),
        ("4", Linear((36, 1, 1), 5)),
    ),
    prefix="",
)
LINK = {"net": to_text(SMALL), "shape": "1, 8, 8"}


def listed(app):
    """What the list of layers was given."""
    [found] = [one for one in app.get("bidi_component") if "layer_list" in one.proto.component_name]
    return json.loads(found.proto.json)


def codes(app):
    return [row["code"] for row in listed(app)["rows"]]


def answer_field(app):
    [found] = [field for field in app.text_input if field.key.startswith("answer")]
    return found


def assert_runs(app):
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("name", ZOO)
def test_every_preset_is_counted(name):
    app = opened("network", preset=name, layer="3")
    assert_runs(app)
    data, preset = listed(app), ZOO[name]
    assert [row["shape"] for row in data["rows"]] == [list(shape) for shape in preset.network.shapes(preset.shape)]
    assert data["totals"]["parameters"] == sum(row.cost.parameters for row in rows(preset.network, preset.shape))


def test_a_link_opens_its_network():
    app = opened("network", **LINK, layer="4")
    assert_runs(app)
    assert codes(app) == [layer.code() for _, layer in SMALL.stages]
    assert listed(app)["selected"] == 4


def test_a_knob_changes_its_layer_and_all_that_follows():
    app = opened("network", **LINK)
    next(box for box in app.number_input if box.label == "out_channels").set_value(6).run()
    assert_runs(app)
    assert [row["shape"] for row in listed(app)["rows"]] == [[6, 6, 6], [6, 6, 6], [6, 3, 3], [54], [5]]
    assert from_text(app.session_state["net"]).stages[4][1].in_features == 54


def test_a_layer_can_be_renamed():
    app = opened("network", **LINK)
    next(field for field in app.text_input if field.label == "name").set_value("stem").run()
    assert_runs(app)
    assert [row["name"] for row in listed(app)["rows"]] == ["stem", "1", "2", "3", "4"]


def test_a_change_can_be_undone():
    app = opened("network", **LINK)
    before = codes(app)
    next(box for box in app.number_input if box.label == "out_channels").set_value(6).run()
    next(b for b in app.button if b.label == "Undo").click().run()
    assert codes(app) == before


def test_a_layer_is_added_behind_the_chosen_one():
    app = opened("network", **LINK, layer="1")
    app.selectbox(key="kind").set_value("batch_norm").run()
    next(b for b in app.button if b.label == "Add after").click().run()
    assert_runs(app)
    assert codes(app)[2] == "nn.BatchNorm2d(num_features=4)"
    assert listed(app)["selected"] == 2


def test_a_layer_that_cannot_work_is_marked_and_those_before_it_stay():
    app = opened("network", **LINK | {"shape": "1, 3, 3"})
    data = listed(app)["rows"]
    assert [bool(row["shape"]) for row in data] == [True, True, False, False, False]
    assert "window" in data[2]["error"]
    assert not data[3]["error"]
    assert [(row["parameters"], row["macs"]) for row in data[2:]] == [(0, 0)] * len(data[2:])  # none of them works


def test_advice_for_a_layer_that_cannot_work_mends_that_layer():
    app = opened("network", **LINK | {"shape": "1, 3, 3"})
    next(b for b in app.button if b.label.startswith("Set ") and b.label.endswith("in 2")).click().run()
    assert_runs(app)
    assert [bool(row["shape"]) for row in listed(app)["rows"]] == [True] * 5
    assert listed(app)["selected"] == 2


def test_what_all_layers_cost_is_said_under_the_list():
    app = opened("network", weights="torch")
    assert listed(app)["totals"] == {"parameters": 119_530, "macs": 3_939_136}
    mebibytes = memory(LessonB().network, (1, 28, 28)) / 2**20
    [said] = [line.value for line in app.markdown if "keep every stage" in line.value]
    assert "**119,530** parameters" in said
    assert "**3,939,136** MACs" in said
    assert f"{mebibytes:,.1f} MiB" in said


def test_what_follows_from_the_layer_before_has_no_knob():
    labels = [box.label for box in opened("network", **LINK).number_input]
    assert "out_channels" in labels
    assert "in_channels" not in labels


def test_a_unit_that_reads_everything_sees_all():
    app = opened("network", **LINK)
    assert [row["sees"] for row in listed(app)["rows"]] == ["3, jump 1", "3, jump 1", "4, jump 2", "all", "all"]


@pytest.mark.parametrize("net", ["Conv2d(", "__import__('os')", "LSTM(3,4)", "Conv2d(1,4,3)" * 3, "x" * 200_000])
def test_an_address_that_is_no_network_gets_one_sentence(net):
    app = opened("network", net=net)
    assert not app.exception
    assert len(app.warning) == 1
    assert len(listed(app)["rows"]) == len(ZOO["lesson B"].network.stages)


@pytest.mark.parametrize("words", [{"preset": "GPT"}, {"layer": "999"}, {"layer": "-3"}, {"quiz": "size"}])
def test_an_address_with_nonsense_falls_back_with_a_sentence(words):
    app = opened("network", **words)
    assert not app.exception
    assert ["cannot be set here" in one.value for one in app.warning] == [words != {"layer": "999"}] * len(app.warning)
    assert len(listed(app)["rows"]) == len(ZOO["lesson B"].network.stages)


@pytest.mark.parametrize("shape", ["3", "a, b", "0, 3", "1, 2, 3, 4, 5", "1, 9999999, 3"])
def test_a_shape_that_is_none_gets_one_sentence(shape):
    app = opened("network", shape=shape)
    assert not app.exception
    assert ["input shape: “" in warning.value for warning in app.warning] == [True]


def test_the_largest_input_is_taken():
    app = opened("network", net="ReLU()", shape=f"1, {MOST_CELLS}, 1")
    assert_runs(app)
    assert listed(app)["input"] == [1, MOST_CELLS, 1]


def test_pasted_code_is_read():
    app = opened("network", tab="Paste code", shape="3, 32, 32")
    app.text_area(key="pasted").set_value("nn.Sequential(nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2))").run()
    next(b for b in app.button if b.label == "Read it").click().run()
    assert_runs(app)
    assert [row["shape"] for row in listed(app)["rows"]] == [[8, 28, 28], [8, 28, 28], [8, 14, 14]]


def test_pasted_code_that_is_none_is_pointed_at():
    app = opened("network", tab="Paste code", weights="torch")
    app.text_area(key="pasted").set_value("nn.Sequential(nn.Conv2d(3, 8, 5),\n open('x'))").run()
    next(b for b in app.button if b.label == "Read it").click().run()
    assert ["line 2" in warning.value.lower() for warning in app.warning] == [True]


def test_what_was_wrong_with_pasted_code_is_said_until_it_is_another_text():
    app = opened("network", tab="Paste code", weights="torch")
    app.text_area(key="pasted").set_value("nn.LSTM(3, 4)").run()
    next(b for b in app.button if b.label == "Read it").click().run()
    assert len(app.warning) == 1
    assert len(app.run().warning) == 1  # as long as the text is the same
    app.text_area(key="pasted").set_value("nn.ReLU()").run()
    assert not app.warning


def pasted(text, **words):
    """The page after a text was pasted and read."""
    app = opened("network", tab="Paste code", **words)
    app.text_area(key="pasted").set_value(text).run()
    return press(app, "Read it")


def case(name):
    return (Path(__file__).parent / "cases" / name).read_text()


def test_the_input_follows_a_pasted_network_and_the_answer_stands_beside_the_button():
    app = pasted(case("n3_cifar_sequential.txt"))
    assert_runs(app)
    assert listed(app)["input"] == [3, 32, 32]
    assert listed(app)["totals"]["parameters"] == 62_006
    assert [one.value for one in app.success] == [
        "Read: 12 layers, 62,006 parameters. The input is now 3, 32, 32: layer 7 reads 400 numbers, "
        "as each size from 32 to 35 gives."
    ]
    press(app, "Undo")
    assert_runs(app)
    assert listed(app)["input"] == [1, 28, 28]


def test_a_printed_class_is_refused_and_no_layer_is_changed():
    app = pasted(case("n1_printed_mnist.txt"))
    assert ["does with these layers is not printed" in one.value for one in app.warning] == [True]
    assert codes(app) == [layer.code() for _, layer in LessonB().network.stages]
    assert not [one for one in app.button if one.label.startswith("Set ")]


def test_lazy_layers_count_on_the_input_at_hand():
    app = pasted("nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2))", shape="3, 10, 10")
    assert_runs(app)
    assert codes(app)[::2] == ["nn.Conv2d(3, 4, kernel_size=3)", "nn.Linear(256, 2)"]
    assert "Lazy layers count on an input of 3, 10, 10." in app.success[0].value


def test_an_input_that_suits_is_offered_before_a_layer_is_changed():
    app = opened("network", net="Conv2d(3,6,5);MaxPool2d(2);Flatten();Linear(1176,10)", shape="3, 50, 50")
    labels = [one.label for one in app.button if one.label.startswith("Set ")]
    assert labels[0] == "Set input to 3, 32, 32"
    assert len(labels) > 1
    press(app, labels[0])
    assert_runs(app)
    assert listed(app)["input"] == [3, 32, 32]
    assert codes(app)[3] == "nn.Linear(1176, 10)"


@pytest.mark.parametrize(("form", "said"), [("class", class_code(SMALL)), ("nn.Sequential", sequential(SMALL))])
def test_the_code_has_the_form_that_is_chosen(form, said):
    assert opened("network", **LINK, tab="Code", form=form).code[0].value == said


@pytest.mark.parametrize(
    ("asked", "answer"), [("shape", "(1, 4, 6, 6)"), ("parameters", "40"), ("MACs", "1,296"), ("field", "3")]
)
def test_the_quiz_is_graded_by_torch(asked, answer):
    app = opened("network", **LINK, quiz=asked)
    assert listed(app)["hidden"] == asked
    answer_field(app).set_value("7").run()
    assert any("Not yet" in line.value for line in app.markdown)
    answer_field(app).set_value(answer).run()
    assert any("Right" in line.value for line in app.markdown)


@pytest.mark.parametrize(
    ("layer", "asked", "answer", "verdict"),
    [
        ("0", "field", "1", "Right"),  # of the rows; columns are not asked
        ("1", "field", "All", "Right"),
        ("0", "shape", "4, 8, 6", "Right"),
        ("0", "MACs", "none", "Not yet"),
    ],
)
def test_answers_are_taken_as_people_write_them(layer, asked, answer, verdict):
    app = opened("network", net="Conv2d(1,4,(1,3));GroupNorm(1,4)", shape="1, 8, 8", layer=layer, quiz=asked)
    assert not any("Right" in line.value or "Not yet" in line.value for line in app.markdown)
    answer_field(app).set_value(answer).run()
    assert [verdict in line.value for line in app.markdown if line.value.startswith(("✓", "✗"))] == [True]


UP = (
    "Conv2d(1,8,3,padding=1);MaxPool2d(2);Conv2d(8,8,3,padding=1);ConvTranspose2d(8,8,2,stride=2);"
    "Conv2d(8,1,3,padding=1)"
)


def test_the_quiz_grades_by_the_most_cells_that_a_unit_sees():
    app = opened("network", net=UP, shape="1, 32, 32", layer="3", quiz="field")
    sees = [row["sees"] for row in listed(app)["rows"]]
    assert sees == ["3, jump 1", "4, jump 2", "8, jump 2", "8, jump 1", "10, jump 1"]
    answer_field(app).set_value("9").run()  # what the formula of whole steps gives
    assert any("Not yet" in line.value for line in app.markdown)
    answer_field(app).set_value("8").run()
    assert any("Right" in line.value for line in app.markdown)
    next(one for one in app.toggle if one.label == "show the answer").set_value(True).run()
    assert not [line.value for line in app.markdown if line.value.startswith("$")]  # no sum of steps gives it


def test_steps_between_units_are_said_as_they_are():
    app = opened("network", net="ConvTranspose2d(1,1,2,stride=2);AdaptiveAvgPool2d(5)", shape="1, 14, 14")
    assert [row["sees"] for row in listed(app)["rows"]] == ["1, jump 1/2", "4, jump 2.8 on average"]


def test_an_answer_that_is_shown_is_no_longer_hidden_and_bears_its_layers_formula():
    app = opened("network", **LINK, layer="2", quiz="shape")
    next(one for one in app.toggle if one.label == "show the answer").set_value(True).run()
    assert not listed(app)["hidden"]
    assert any(line.value == "**(1, 4, 3, 3)**" for line in app.markdown)
    formula = merged(SMALL.stages[2][1].formula((4, 6, 6)))
    assert [line.value for line in app.markdown if line.value.startswith("$")] == [f"${line}$" for line in formula]


def test_of_another_network_the_answer_is_typed_anew():
    app = opened("network", **LINK, quiz="shape")
    answer_field(app).set_value("4 6 6").run()
    next(box for box in app.number_input if box.label == "out_channels").set_value(6).run()
    assert not answer_field(app).value


def test_of_a_layer_that_cannot_work_nothing_is_asked():
    app = opened("network", **LINK | {"shape": "1, 3, 3"}, layer="2", quiz="shape")
    assert not app.exception
    assert not listed(app)["hidden"]


def test_a_layer_runs_on_its_real_input():
    app = opened("network", **LINK, layer="2", view="one layer", input="ramp", input_size="8")
    assert_runs(app)
    tensors = load(blobs(app)[-1])
    done = run_network(SMALL, np.arange(64, dtype=np.float32).reshape(1, 8, 8)[None])["2"]
    assert tensors["output"].shape[0] == 4
    np.testing.assert_allclose(tensors["output"][:, 0], done.y[0], rtol=1e-5)


def test_the_first_layer_as_a_dense_one():
    app = opened("network", preset="AlexNet, torchvision")
    [said] = [line.value for line in app.markdown if "150,528 inputs" in line.value]
    assert said.endswith("instead of 23,296.")


def test_the_lists_own_arithmetic(tmp_path):
    run_in_node(Path(__file__).parent / "layer_list" / "layer_list.test.mjs", tmp_path)


def test_a_shape_that_is_none_leaves_the_network():
    app = opened("network", net=LINK["net"], shape="none")
    assert len(app.warning) == 1
    assert [row["name"] for row in listed(app)["rows"]] == ["0", "1", "2", "3", "4"]


def test_a_dense_layer_beyond_counting_is_left_out():
    app = opened("network", net="Conv2d(3,512,3,padding=1)", shape="3, 4096, 4096")
    assert not app.exception


# --- from nothing, the lesson's arguments, modes, weights and files ---


def press(app, label):
    next(b for b in app.button if b.label == label).click().run()
    return app


def test_a_network_is_built_from_nothing():
    app = opened("network", preset="empty")
    assert_runs(app)
    assert listed(app)["rows"] == []
    for kind in ("conv", "relu", "flatten", "linear"):
        app.selectbox(key="kind").set_value(kind).run()
        press(app, "Add after" if listed(app)["rows"] else "Add")
    assert_runs(app)
    assert [row["name"] for row in listed(app)["rows"]] == ["0", "1", "2", "3"]
    assert all(row["shape"] for row in listed(app)["rows"])
    for left in (3, 2, 1, 0):
        press(app, "Undo")
        assert len(listed(app)["rows"]) == left
    assert_runs(app)


def test_lesson_b_has_the_arguments_of_its_class():
    app = opened(
        "network", cdims="8, 16, 4", ksize="5", hdims="20, 12", ydim="7", use_batchnorm="true", xdim="3, 32, 32"
    )
    assert_runs(app)
    lesson = LessonB((3, 32, 32), 5, (8, 16, 4), (20, 12), 7, True)
    assert codes(app) == [layer.code() for _, layer in lesson.network.stages]
    assert [row["shape"] for row in listed(app)["rows"]] == [list(one) for one in lesson.network.shapes((3, 32, 32))]


@pytest.mark.parametrize("words", [{"cdims": "8, x"}, {"xdim": "1, 2, 2"}, {"hdims": "0"}, {"cdims": "9999"}])
def test_arguments_that_cannot_be_get_one_sentence_and_leave_the_lesson(words):
    app = opened("network", **words)
    assert not app.exception
    assert len(app.warning) == 1
    assert codes(app) == [layer.code() for _, layer in LessonB().network.stages]


def test_another_argument_makes_room_for_the_lesson_and_undo_brings_ones_own_network_back():
    app = opened("network", **LINK)
    app.number_input(key="ydim").set_value(3).run()
    assert codes(app)[-1] == "nn.Linear(32, 3)"
    press(app, "Undo")
    assert codes(app) == [layer.code() for _, layer in SMALL.stages]


def test_the_mode_is_that_of_all_layers_and_in_the_address():
    app = opened("network", use_batchnorm="true")
    mode = next(one for one in app.segmented_control if one.key.startswith("mode"))
    assert (mode.options, mode.value) == (["train", "eval"], "eval")
    mode.set_value("train").run()
    assert_runs(app)
    assert {row["mode"] for row in listed(app)["rows"]} == {"", "train"}
    again = opened("network", net=app.session_state["net"], use_batchnorm="true")
    assert {row["mode"] for row in listed(again)["rows"]} == {"", "train"}
    assert_runs(again)


def test_training_drops_what_eval_lets_through():
    link = {"net": "Dropout(0.5)", "shape": "1, 9, 9", "input": "ramp", "tab": "Run", "view": "one layer"}
    for training, zeros in (("", 1), (",training=True", 20)):
        app = opened("network", **link | {"net": f"Dropout(0.5{training})"})
        found = int((load(blobs(app)[-1])["output"] == 0).sum())
        assert found == 1 if zeros == 1 else found > zeros


def test_lesson_b_can_begin_as_in_the_lesson():
    app = opened("network", weights="kaiming", view="one layer")
    assert_runs(app)
    expected = kaiming(LessonB().network, 0)["net.conv2d_00.weight"]
    np.testing.assert_array_equal(load(blobs(app)[-1])["weight"][:, :, 0], expected)


def test_the_mode_of_all_layers_is_that_of_the_layer_that_is_looked_at():
    app = opened("network", net="Conv2d(1,4,3);Dropout(0.5)", shape="1, 8, 8", layer="1")
    next(one for one in app.segmented_control if one.key.startswith("mode")).set_value("train").run()
    assert_runs(app)
    assert listed(app)["rows"][1]["mode"] == "train"


def saved(network, seed):
    file = BytesIO()
    torch.save(network.seeded(seed).state_dict(), file)
    return file.getvalue()


def test_weights_of_ones_own_are_those_on_stage():
    app = opened("network", **LINK, weights="file", input="ramp", input_size="8", view="one layer")
    assert ["Choose a checkpoint first" in one.value for one in app.warning] == [True]
    app.get("file_uploader")[0].set_value(("w.pt", saved(SMALL, 7), "application/octet-stream")).run()
    assert_runs(app)
    expected = SMALL.state(7)["0.weight"]
    np.testing.assert_array_equal(load(blobs(app)[-1])["weight"][:, :, 0], expected)


@pytest.mark.parametrize(("start", "words"), [("torch", "random"), ("kaiming", "kaiming-normal")])
def test_how_the_weights_began_is_said(start, words):
    app = opened("network", **LINK, weights=start, seed="4")
    assert [one.value for one in app.caption if one.value.endswith(f", {words} weights, seed 4")]


def test_a_files_weights_bear_its_name():
    app = opened("network", **LINK, weights="file")
    app.get("file_uploader")[0].set_value(("w.pt", saved(SMALL, 7), "application/octet-stream")).run()
    assert [one.value for one in app.caption if "weights of w.pt (sha256" in one.value]


def test_weights_of_another_network_are_refused_and_the_picture_stays():
    app = opened("network", **LINK, weights="file", view="one layer")
    other = Network((("0", Conv(1, 5, (3, 3))),), prefix="")
    app.get("file_uploader")[0].set_value(("w.pt", saved(other, 7), "application/octet-stream")).run()
    assert not app.exception
    assert ["do not fit this network" in one.value for one in app.warning] == [True]
    assert load(blobs(app)[-1])["weight"].shape[0] == 4


def test_the_seed_is_that_of_the_weights():
    app = opened("network", **LINK, seed="4", view="one layer")
    np.testing.assert_array_equal(load(blobs(app)[-1])["weight"][:, :, 0], SMALL.state(4)["0.weight"])


def test_a_downloaded_network_is_read_again():
    app = opened("network", tab="Paste code", shape="1, 8, 8")
    app.text_area(key="pasted").set_value(to_json(SMALL)).run()
    press(app, "Read it")
    assert codes(app) == [layer.code() for _, layer in SMALL.stages]


def test_a_downloaded_file_is_opened():
    app = opened("network", tab="Paste code", shape="1, 8, 8")
    file = next(one for one in app.get("file_uploader") if one.key == "network_file")
    file.set_value(("network.json", to_json(SMALL).encode(), "application/json")).run()
    assert_runs(app)
    assert codes(app) == [layer.code() for _, layer in SMALL.stages]


def test_a_large_network_is_built_when_it_is_asked_for():
    app = opened("network", preset="AlexNet, torchvision", view="one layer")
    assert_runs(app)
    assert ["238 MiB" in one.value for one in app.info] == [True]
    assert len(blobs(app)) == 1  # the list alone
    press(app, "Run it")
    assert_runs(app)
    assert load(blobs(app)[-1])["output"].shape == (64, 1, 55, 55)


def test_a_large_network_waits_although_another_was_asked_for():
    app = opened("network", weights="torch")
    app.session_state["_asked"] = "ReLU()"
    app.selectbox(key="preset").set_value("AlexNet, torchvision").run()
    assert ["238 MiB" in one.value for one in app.info] == [True]


def test_another_preset_brings_its_own_network_and_shape():
    app = opened("network", **LINK)
    app.selectbox(key="preset").set_value("LeNet-5").run()
    assert_runs(app)
    assert codes(app) == [layer.code() for _, layer in ZOO["LeNet-5"].network.stages]
    assert listed(app)["input"] == [1, 32, 32]
    assert "net" not in app.query_params


def test_another_preset_leaves_nothing_to_undo():
    app = press(opened("network", **LINK), "Add after")
    assert not next(b for b in app.button if b.label == "Undo").disabled
    app.selectbox(key="preset").set_value("LeNet-5").run()
    assert next(b for b in app.button if b.label == "Undo").disabled


@pytest.mark.parametrize(("preset", "colour"), [("lesson C", "rgb"), ("LeNet-5", "grey")])
def test_another_preset_brings_a_photograph_of_its_channels(preset, colour):
    app = opened("network", input_colour={"rgb": "grey", "grey": "rgb"}[colour])
    app.selectbox(key="preset").set_value(preset).run()
    assert_runs(app)
    assert app.selectbox(key="input_colour").value == colour


def test_no_more_changes_are_kept_than_can_be_undone():
    app = opened("network", **LINK)
    app.session_state[builder.PAST] = [("ReLU()", "")] * builder.MOST_PAST
    press(app, "Add after")
    past = app.session_state[builder.PAST]
    assert (len(past), past[-1]) == (builder.MOST_PAST, (to_text(SMALL), LINK["shape"]))


# --- what the list of layers asks for ---


def of_one_button(what, at, net):
    """A page with a button that does what the list does; Streamlit's test client has no pointer for the list itself."""
    import streamlit as st  # noqa: PLC0415 -- it runs as a script of its own

    from cnnviz.networks.code import from_text  # noqa: PLC0415
    from cnnviz.web import network_session as builder  # noqa: PLC0415

    builder.on_screen(from_text(net), (1, 8, 8))
    st.number_input("layer", 0, 999, at, key="layer")
    st.button("act", on_click=builder.act, args=(what, at))


@pytest.mark.parametrize(
    ("what", "at", "order", "looked_at"),
    [
        ("up", 2, [0, 2, 1, 3, 4], 1),
        ("up", 0, [0, 1, 2, 3, 4], 0),
        ("down", 1, [0, 2, 1, 3, 4], 2),
        ("down", 4, [0, 1, 2, 3, 4], 4),
        ("copy", 1, [0, 1, 1, 2, 3, 4], 2),
        ("remove", 2, [0, 1, 3, 4], 1),
        ("remove", 0, [1, 2, 3, 4], 0),
    ],
)
def test_whoever_moves_or_copies_a_layer_goes_on_looking_at_it(what, at, order, looked_at):
    app = AppTest.from_function(of_one_button, kwargs={"what": what, "at": at, "net": to_text(SMALL)}).run()
    press(app, "act")
    assert not app.exception
    found = [type(layer) for _, layer in from_text(app.session_state["net"]).stages]
    assert found == [type(SMALL.stages[i][1]) for i in order]
    assert app.number_input(key="layer").value == looked_at


# --- what the answers to the questions claim ---


def rows_at(question):
    [preset] = [one for one in NETWORKS if question in str(one.question)]
    app = opened("network", **preset.params)
    return preset, listed(app)["rows"], int(preset.params.get("layer", 0))


@pytest.mark.parametrize(("question", "size"), [("kernel of 3, stride 1", 5), ("And with stride 2", 3)])
def test_the_lessons_own_quiz(question, size):
    preset, found, _ = rows_at(question)
    assert found[0]["shape"] == [1, size, size]
    assert str(preset.answer).startswith(f"{size} × {size}")


def test_alexnets_parameters_sit_where_the_answer_says():
    _, found, chosen = rows_at("61 million")
    convs = [row for row in found if "Conv2d" in row["code"]]
    assert found[chosen]["parameters"] == 37_752_832
    assert "Linear" in found[chosen]["code"]
    assert sum(row["parameters"] for row in convs) == 2_469_696
    assert sum(row["macs"] for row in convs) > sum(row["macs"] for row in found) / 2


def test_two_small_kernels_see_what_one_large_one_sees():
    _, found, _ = rows_at("VGG16")
    assert found[1]["sees"] == "5, jump 1"
    assert sum(row["parameters"] for row in found) == 73_856
    assert measure(Conv(64, 64, (5, 5)), (64, 32, 32)).parameters == 102_464


def test_conv5_of_lenet_sees_the_whole_input():
    _, found, chosen = rows_at("conv5")
    assert found[chosen]["name"] == "conv5"
    preset = ZOO["LeNet-5"]
    assert [one.size for one in rows(preset.network, preset.shape)[chosen].field] == [32, 32]
    assert 1 + 4 + 1 + 4 * 2 + 1 * 2 + 4 * 4 == 32


def test_whole_channels_are_dropped_and_others_are_doubled():
    preset, _, _ = rows_at("0 throughout")
    app = opened("network", **preset.params, view="one layer")
    tensors = load(blobs(app)[-1])
    x, y = tensors["input"], tensors["output"]
    dropped = [not channel.any() for channel in y]
    assert any(dropped)
    assert not all(dropped)
    for kept, before, after in zip(dropped, x, y, strict=True):
        np.testing.assert_array_equal(after, 0 if kept else 2 * before)


# --- what newcomers met ---


def test_a_name_that_the_address_cannot_hold_is_refused():
    app = opened("network", **LINK)
    next(field for field in app.text_input if field.label == "name").set_value("x" * 101).run()
    assert not app.exception
    assert ["has 101 letters" in one.value for one in app.warning] == [True]


@pytest.mark.parametrize(("shape", "call"), [("1, 200", "nn.Conv1d"), ("1, 6, 20, 20", "nn.Conv3d")])
def test_a_layer_that_is_added_has_the_axes_of_the_input(shape, call):
    app = press(opened("network", preset="empty", shape=shape), "Add")
    assert_runs(app)
    assert codes(app)[0].startswith(call)
    assert listed(app)["rows"][0]["shape"]


def test_pasted_code_is_kept_as_it_is():
    app = opened("network", tab="Paste code", weights="torch")
    code = "nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(7, 8, 3), nn.Flatten(), nn.Linear(99, 10))"
    app.text_area(key="pasted").set_value(code).run()
    press(app, "Read it")
    assert not app.exception
    assert listed(app)["input"] == [3, 28, 28]
    assert codes(app)[1] == "nn.Conv2d(7, 8, kernel_size=3)"
    assert "7" in listed(app)["rows"][1]["error"]


@pytest.mark.parametrize("tab", ["Run", "Explanation", "Code", "Share"])
def test_every_tab_keeps_the_input_and_the_view(tab):
    app = opened("network", **LINK, tab=tab, view="one layer", seed="5", weights="kaiming", input="digit")
    assert_runs(app)
    assert app.number_input(key="seed").value == 5
    assert app.selectbox(key="weights").value == "kaiming"
    assert app.get("button_group") is not None
    assert app.session_state["view"] == "one layer"


def test_nothing_on_the_page_gives_the_answer_away():
    app = opened("network", quiz="parameters")
    assert not any("were dense" in line.value for line in app.markdown)
    assert any("The quiz is on" in one.value for one in app.caption)
    assert len(blobs(app)) == 1  # the list alone


@pytest.mark.parametrize(
    ("asked", "layer", "line"),
    [
        ("parameters", "0", r"$1 \cdot 3 \cdot 3 \cdot 4 + 4 = 40$"),
        ("MACs", "0", r"$1 \cdot 3 \cdot 3 \cdot 4 \cdot 6 \cdot 6 = 1296$"),
        ("parameters", "4", r"$36 \cdot 5 + 5 = 185$"),
        ("MACs", "4", r"$36 \cdot 5 \cdot 1 = 180$"),
        ("field", "2", r"$3 + 1 \cdot 1 = 4$"),
    ],
)
def test_the_answer_comes_with_its_own_formula(asked, layer, line):
    app = opened("network", **LINK, quiz=asked, layer=layer)
    next(one for one in app.toggle if one.label == "show the answer").set_value(True).run()
    assert line in [one.value for one in app.markdown]


def columns_at(question):
    """The numbers and words of a question's columns, or of its player's scene."""
    [preset] = [one for one in NETWORKS if question in str(one.question)]
    app = opened("network", **preset.params)
    assert not app.exception
    assert not app.warning
    blob = blobs(app)[-1]
    return load(blob), meta(blob)


def test_the_gradient_vanishes_behind_sigmoids_as_the_answer_says():
    _, words = columns_at("Eight sigmoids")
    norms = [stage["norm"] for stage in words["stages"][1:]]
    assert 5e-8 < norms[0] / norms[-1] < 2e-7
    through = [norms[i + 1] / norms[i] for i in range(0, len(norms) - 1, 2)]  # each sigmoid's
    assert min(through) >= 4


def test_a_cross_entropys_gradient_is_as_the_answer_says():
    tensors, words = columns_at("The right class is 3")
    gradient = tensors[f"values.{len(words['stages']) - 1}"].ravel()
    assert (gradient < 0).tolist() == [i == 3 for i in range(10)]
    assert gradient[3] == pytest.approx(-0.895, abs=5e-4)
    assert gradient.sum() == pytest.approx(0, abs=1e-6)


def test_a_convolutions_unit_owes_itself_to_nine_cells():
    tensors, _ = columns_at("how many of 256 cells")
    lit = tensors["values.1"][0, 0]
    weight = Network((("relu", ReLU()), ("conv", Conv(1, 1, (3, 3)))), "net").state(0)["net.conv.weight"]
    assert lit.size == 256
    np.testing.assert_allclose(lit[5:8, 5:8], weight[0, 0], rtol=1e-6)
    assert np.count_nonzero(lit) == 9


def test_the_target_rises_in_as_many_windows_as_the_answer_says():
    tensors, words = columns_at("49 windows hidden")
    assert words["rule"] == "occlude"
    assert (tensors["output"].size, int((tensors["output"] < 0).sum())) == (49, 27)


def test_a_grad_cam_is_the_layer_that_the_answer_says():
    tensors, words = columns_at("Sixteen maps become one")
    assert words["title"] == "nn.Conv2d(16, 1, kernel_size=1, bias=False)"
    assert tensors["weight"].size == 16
