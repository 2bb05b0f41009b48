"""The pages as scripts: every layer and dimension runs, and settings that cannot work are told, not raised."""

import pytest
from streamlit.testing.v1 import AppTest

PAGES = ["pages/home.py", "pages/convolution.py"]
KINDS = [(layer, ndim) for layer in ("Conv", "ConvTranspose") for ndim in ("1d", "2d", "3d")]


def opened(path: str = "", **query: str) -> AppTest:
    """The app at a page, as a deep link opens it."""
    app = AppTest.from_file("../app.py", default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    if path:
        app.switch_page(path)
    return app.run()


def blob(app: AppTest) -> bytes:
    """What the player was given."""
    return bytes(app.get("bidi_component")[0].proto.bytes)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_with_nothing_chosen(path):
    app = opened(path)
    assert not app.exception
    assert not app.warning
    assert blob(app)


@pytest.mark.parametrize(("layer", "ndim"), KINDS)
def test_every_layer_runs_in_every_dimension(layer, ndim):
    app = opened("pages/convolution.py", layer=layer, ndim=ndim, kernel="random")
    assert not app.exception
    assert not app.warning
    assert f"nn.{layer}{ndim}(".encode() in blob(app)


@pytest.mark.parametrize(("layer", "ndim"), KINDS)
def test_every_layer_runs_with_one_number_per_axis(layer, ndim):
    app = opened("pages/convolution.py", layer=layer, ndim=ndim, kernel="random", per_axis="true")
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("tab", ["Explanation", "Code", "Weights"])
def test_every_tab_runs(tab):
    assert not opened("pages/convolution.py", tab=tab).exception


BAD = {
    "window": {"kernel": "random", "kernel_size": "11"},
    "groups": {"kernel": "random", "groups": "2"},
    "same-strided": {"padding_rule": "same", "stride": "2"},
    "filter": {"kernel": "sharpen", "kernel_size": "4"},
    "typed kernel": {"kernel": "typed", "kernel_text": "one two"},
    "typed input": {"input": "typed", "input_text": "1 2; 3"},
    "no file": {"input": "upload"},
    "too much": {"kernel": "random", "input": "photo", "input_rows": "427", "out_channels": "128", "kernel_size": "11"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_setting_that_cannot_work_is_one_warning(name):
    app = opened("pages/convolution.py", **BAD[name])
    assert not app.exception
    assert len(app.warning) == 1


@pytest.mark.parametrize("name", ["window", "groups", "same-strided"])
def test_the_first_button_mends_it(name):
    app = opened("pages/convolution.py", **BAD[name])
    app.button(key="fix0").click().run()
    assert not app.warning
    assert not app.exception
