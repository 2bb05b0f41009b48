"""Any scene beside any other: a link says which, and the comparison is a link itself."""

import pytest
from test_pages import blobs, meta, opened


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
