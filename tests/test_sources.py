"""Sources: what each holds, and that its code says the same."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.core.settings import knobs
from cnnviz.inputs import SOURCES, Source, SourceError, for_ndim, parse_numbers
from cnnviz.inputs.literal import MAX_LITERAL, tensor_code
from cnnviz.inputs.patterns import Checkerboard, Edge, Impulse, MovingSquare, Ramp, Random
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.inputs.signals import Chirp, Sine
from cnnviz.inputs.typed import EXAMPLES, MAX_CELLS, MAX_TEXT, Typed

READY = [(name, ndim) for name, source in SOURCES.items() for ndim in source.ndims if name != "upload"]
WITH_CHANNELS = [(name, ndim) for name, ndim in READY if "channels" in knobs(SOURCES[name])]


def tensor_from(code: str) -> torch.Tensor:
    """Run lines of code as a reader would, with nothing imported, and return their ``x``."""
    space: dict[str, object] = {}
    exec(code, space)
    assert isinstance(space["x"], torch.Tensor)
    return space["x"]


def assert_code_gives(code: str, values: np.ndarray) -> None:
    """Bit for bit, so that -0.0 and NaN count."""
    x = tensor_from(code)
    assert x.dtype == torch.float32
    assert x.shape == (1, *values.shape)
    np.testing.assert_array_equal(x[0].numpy().view(np.int32), np.ascontiguousarray(values).view(np.int32))


@st.composite
def settings_of(draw: st.DrawFn, name: str, ndim: int) -> Source:
    """Any setting that a panel offers, kept small."""
    chosen: dict[str, object] = {"ndim": ndim}
    for field, k in knobs(SOURCES[name]).items():
        if field in ("ndim", "text", "cells"):
            continue
        if k.choices:
            chosen[field] = draw(st.sampled_from(k.choices))
        elif k.low is None:
            chosen[field] = draw(st.booleans())
        elif k.per_axis:
            chosen[field] = draw(st.tuples(*[st.integers(1, 9)] * ndim))
        else:
            chosen[field] = draw(st.integers(int(k.low), int(min(k.high, 100))))
    return SOURCES[name](**chosen)


@pytest.mark.parametrize(("name", "ndim"), READY)
@given(data=st.data())
def test_the_code_of_a_source_defines_its_grid_bit_for_bit(name, ndim, data):
    source = data.draw(settings_of(name, ndim))
    values = source.grid().values
    assert values.dtype == np.float32
    assert values.ndim == 1 + ndim
    assert_code_gives(source.code(), values)


@pytest.mark.parametrize(("name", "ndim"), WITH_CHANNELS)
def test_channels_and_sizes_are_what_was_asked_for(name, ndim):
    size = (12, 10, 9)[:ndim]
    assert SOURCES[name](ndim=ndim, size=size, channels=3).grid().values.shape == (3, *size)


@pytest.mark.parametrize(("name", "ndim"), WITH_CHANNELS)
def test_channels_can_be_told_apart(name, ndim):
    maps = SOURCES[name](ndim=ndim, size=16, channels=4).grid().values
    assert all(not np.array_equal(a, b) for a, b in itertools.combinations(maps, 2))


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_a_title_and_starts_with_a_number_of_axes_that_it_has(name):
    assert SOURCES[name].title
    assert SOURCES[name]().ndim in SOURCES[name].ndims


@pytest.mark.parametrize(("ndim", "first"), [(1, Sine), (2, Digit), (3, MovingSquare)])
def test_each_number_of_axes_starts_with_its_own_kind(ndim, first):
    assert next(iter(for_ndim(ndim).values())) is first
    assert all(ndim in source.ndims for source in for_ndim(ndim).values())


def test_titles_are_all_different():
    assert len({source.title for source in SOURCES.values()}) == len(SOURCES)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Sine(ndim=2), "Sine comes with 1 axes, not 2."),
        (lambda: Ramp(size=(0, 4)), "size is 0: it is at least 1."),
        (lambda: Ramp(channels=0), "channels is 0: it is at least 1."),
        (lambda: Photo(colour="sepia"), "colour is sepia: choose from grey, rgb."),
        (lambda: Digit(index=1797).grid(), "Digit 1797 does not exist: choose from 0 to 1796."),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_the_way_out(make, sentence):
    with pytest.raises(SourceError) as error:
        make()
    assert str(error.value) == sentence


def test_a_ramp_counts_on_from_channel_to_channel():
    assert Ramp(size=(2, 3), channels=2).grid().values.flatten().tolist() == list(range(12))


def test_an_impulse_stands_in_the_middle_and_one_cell_later_in_the_next_channel():
    values = Impulse(size=(3, 3), channels=2).grid().values
    assert np.argwhere(values).tolist() == [[0, 1, 1], [1, 1, 2]]
    assert values.sum() == 2


def test_an_edge_is_vertical_then_horizontal_then_one_further():
    vertical, horizontal, further = Edge(size=(4, 4), channels=3).grid().values
    assert vertical.tolist() == [[0, 0, 1, 1]] * 4
    assert horizontal.tolist() == vertical.T.tolist()
    assert further.tolist() == [[0, 0, 0, 1]] * 4


@given(ndim=st.integers(1, 3), size=st.integers(2, 7), channels=st.integers(1, 16))
def test_an_edge_has_cells_on_both_sides_in_every_channel(ndim, size, channels):
    maps = Edge(ndim=ndim, size=size, channels=channels).grid().values.reshape(channels, -1)
    assert (maps.min(axis=1) == 0).all()
    assert (maps.max(axis=1) == 1).all()


def test_a_checkerboard_has_wider_squares_in_the_next_channel():
    narrow, wide = Checkerboard(ndim=1, size=6, channels=2).grid().values
    assert narrow.tolist() == [0, 1, 0, 1, 0, 1]
    assert wide.tolist() == [0, 0, 1, 1, 0, 0]


def test_a_square_moves_one_column_to_the_right_each_frame_and_comes_round():
    film = MovingSquare(size=(3, 4, 4), side=2).grid().values[0]
    assert film[0].tolist() == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(film[1], np.roll(film[0], 1, axis=1))
    assert film[2][1].tolist() == [0, 0, 1, 1]


def test_a_sine_repeats_after_its_period():
    values = Sine(size=16, period=8).grid().values[0]
    assert values[:8].tolist() == pytest.approx([0, 0.707, 1, 0.707, 0, -0.707, -1, -0.707])
    assert values[8:].tolist() == values[:8].tolist()


def test_a_sine_never_holds_a_minus_zero():
    values = Sine(size=64, period=4).grid().values
    assert not np.signbit(values[values == 0]).any()


def test_a_chirp_crosses_zero_more_often_towards_its_end():
    values = Chirp(size=128, first=32, last=4).grid().values[0]
    crossings = np.diff(np.sign(values[values != 0])) != 0
    first_half, second_half = np.array_split(crossings, 2)
    assert second_half.sum() > 2 * first_half.sum()


def test_noise_is_the_same_for_the_same_seed_only():
    same, again, other = Random(seed=1), Random(seed=1), Random(seed=2)
    np.testing.assert_array_equal(same.grid().values, again.grid().values)
    assert not np.array_equal(same.grid().values, other.grid().values)


def test_a_digit_holds_whole_numbers_up_to_sixteen_and_says_which_digit_it_is():
    grid = Digit(index=5).grid()
    assert set(grid.values.flatten()) <= set(range(17))
    assert grid.values.max() > 10
    assert str(grid.caption) == "a handwritten 5"


def test_a_changed_digit_does_not_change_the_next_one():
    Digit(index=3).grid().values[:] = -1
    assert Digit(index=3).grid().values.min() == 0


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_a_photo_keeps_its_aspect_and_lies_between_black_and_white(colour, channels):
    grid = Photo(rows=61, colour=colour).grid()
    assert grid.values.shape == (channels, 61, round(61 * 640 / 427))
    assert grid.values.min() >= 0
    assert grid.values.max() <= 1
    assert grid.scale == "picture"


def test_a_photo_at_427_rows_is_the_original():
    from sklearn.datasets import load_sample_image  # noqa: PLC0415

    original = load_sample_image("flower.jpg").transpose(2, 0, 1) / np.float32(255)
    np.testing.assert_array_equal(Photo(name="flower.jpg", rows=427, colour="rgb").grid().values, original)


def test_equal_settings_are_equal_and_can_key_a_cache():
    assert {Ramp(size=8), Ramp(size=(8, 8)), replace(Ramp(), channels=2)} == {Ramp(), Ramp(channels=2)}


# --- numbers typed by hand ---


def as_text(values: np.ndarray) -> str:
    """The way a person would type (channels, planes, rows, numbers)."""
    row = lambda numbers: " ".join(str(n) for n in numbers)  # noqa: E731
    plane = lambda rows: "\n".join(row(r) for r in rows)  # noqa: E731
    return "\n---\n".join("\n\n".join(plane(p) for p in planes) for planes in values)


@given(
    values=arrays(
        np.float32,
        st.tuples(*[st.integers(1, 4)] * 4),
        elements=st.floats(allow_nan=False, allow_infinity=False, width=32),
    ),
    ndim=st.integers(1, 3),
)
def test_what_is_typed_is_read_back(values, ndim):
    values = values[:, : None if ndim > 2 else 1, : None if ndim > 1 else 1]
    expected = values.reshape(len(values), *values.shape[4 - ndim :])
    np.testing.assert_array_equal(parse_numbers(as_text(values), ndim), expected)


@pytest.mark.parametrize(
    ("text", "ndim", "expected"),
    [
        ("1, 2,3\t4", 1, [[1, 2, 3, 4]]),
        ("1 2; 3 4", 2, [[[1, 2], [3, 4]]]),
        ("\n 1 2 \r\n 3 4 \r\n\n", 2, [[[1, 2], [3, 4]]]),
        ("1\n---\n2", 1, [[1], [2]]),
        ("1\r\n  ----  \r\n2", 2, [[[1]], [[2]]]),
        ("1 2\n \n3 4", 3, [[[[1, 2]], [[3, 4]]]]),
        ("−1 +.5 2. 1e-2", 1, [[-1, 0.5, 2, 0.01]]),
    ],
)
def test_separators_may_be_spaces_commas_and_semicolons(text, ndim, expected):
    np.testing.assert_array_equal(parse_numbers(text, ndim), np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("text", "ndim", "sentence"),
    [
        ("", 2, "Nothing is typed yet: type numbers separated by spaces, each row on its own line."),
        ("1 2 3 4 5\n1 2 3 4 5\n1 2 3 4", 2, "Row 3 has 4 numbers, row 1 has 5: give every row the same count."),
        ("1 2; 1", 2, "Row 2 has 1 number, row 1 has 2: give every row the same count."),
        ("1 2\n---\n1 2 3", 1, "Channel 2, row 1 has 3 numbers, row 1 has 2: give every row the same count."),
        ("1;2\n---\n1", 2, "Channel 2 has 1 row, channel 1 has 2: give every channel the same count."),
        ("1;2\n\n1", 3, "Plane 2 has 1 row, plane 1 has 2: give every plane the same count."),
        ("1\n\n1\n---\n1", 3, "Channel 2 has 1 plane, channel 1 has 2: give every channel the same count."),
        ("1 2\n3 4", 1, "2 rows are typed, but 1-D has one: use a line of --- between channels."),
        ("1 2\n\n3 4", 2, "A blank line starts a new plane, but 2-D has one: use a line of --- between channels."),
        ("1 2; 1/9", 2, "Row 2 holds “1/9”, which is not a number: type decimals such as -0.5."),
        ("[1, 2]", 1, "Row 1 holds “[1”, which is not a number: type decimals such as -0.5."),
        ("1_000", 1, "Row 1 holds “1_000”, which is not a number: type decimals such as -0.5."),
        ("1 nan", 1, "Row 1 holds nan: only finite numbers can be typed."),
        ("1 -Inf", 1, "Row 1 holds -Inf: only finite numbers can be typed."),
        ("1e39", 1, "Row 1 holds 1e39, too large for float32: stay below 3.4e38."),
        ("1,,2", 1, "Row 1 has a comma without a number beside it: separate numbers by one comma or spaces."),
        ("1; ;2", 2, "Row 2 is empty: type its numbers, or take the separator away."),
        ("1\n---\n", 1, "Channel 2, row 1 is empty: type its numbers, or take the separator away."),
        ("1 " * (MAX_CELLS + 1), 1, "4,097 numbers are typed: at most 4,096 are read, upload a .npy array."),
        ("1" * (MAX_TEXT + 1), 1, "A text of 65,537 characters: at most 65,536 are read, upload a .npy array."),
    ],
)
def test_what_cannot_be_read_is_explained_in_one_sentence(text, ndim, sentence):
    with pytest.raises(SourceError) as error:
        parse_numbers(text, ndim)
    assert str(error.value) == sentence


@given(text=st.text(alphabet="0123 .,;-\n\r\teE+−x", max_size=40), ndim=st.integers(1, 3))
def test_any_text_is_either_numbers_or_an_explanation(text, ndim):
    try:
        values = parse_numbers(text, ndim)
    except SourceError as error:
        assert str(error).endswith(".")
    else:
        assert values.ndim == ndim + 1
        assert np.isfinite(values).all()


@pytest.mark.parametrize("ndim", EXAMPLES)
def test_a_blank_text_is_the_example(ndim):
    np.testing.assert_array_equal(Typed(ndim=ndim).grid().values, parse_numbers(EXAMPLES[ndim], ndim))


# --- numbers as code ---

any_float = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(values=arrays(np.float32, st.tuples(*[st.integers(1, 5)] * 3), elements=any_float))
def test_numbers_survive_as_code_with_every_bit(values):
    values[np.isnan(values)] = np.nan  # one NaN is as good as another
    assert_code_gives(tensor_code(values), values)


@pytest.mark.parametrize(
    "values", [np.ones((1, 2)), np.full((1, 2), np.nan), np.random.default_rng(0).random((1, 90_000))]
)
def test_code_gives_the_tensor_the_name_asked_for(values):
    assert "\nkernel = torch." in tensor_code(values.astype(np.float32), name="kernel")


@pytest.mark.parametrize(
    ("cells", "how"), [(MAX_LITERAL, "torch.tensor(["), (MAX_LITERAL + 1, "b64decode"), (90_000, "np.load")]
)
def test_code_is_written_out_then_packed_then_a_file(cells, how, tmp_path, monkeypatch):
    values = np.random.default_rng(0).normal(size=(1, cells)).astype(np.float32)
    monkeypatch.chdir(tmp_path)
    np.save("input.npy", values)
    code = tensor_code(values)
    assert how in code
    assert len(code) < 210_000
    assert_code_gives(code, values)
