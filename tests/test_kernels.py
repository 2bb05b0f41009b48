"""Kernels: their taps, and what they do to a picture under torch's own convolution."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.inputs import SourceError
from cnnviz.inputs.kernels import KERNELS, TITLES, applies, filter_taps, flip, typed_weights, weights

sizes = st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple)
names = st.sampled_from(sorted(KERNELS))
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}

THREE_BY_THREE = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "box": [[1 / 9] * 3] * 3,
    "ones": [[1] * 3] * 3,
}

# The sum of the taps: what a filter makes of a flat picture of ones.
SUMS = {"identity": 1, "box": 1, "gaussian": 1, "sharpen": 1, "laplacian": 0, "sobel_x": 0, "sobel_y": 0}


@pytest.mark.parametrize("name", THREE_BY_THREE)
def test_three_by_three_taps_are_those_of_the_textbook(name):
    np.testing.assert_array_equal(filter_taps(name, (3, 3)), np.array(THREE_BY_THREE[name], np.float32))


@pytest.mark.parametrize(
    ("name", "taps"),
    [("sobel_x", [-1, 0, 1]), ("laplacian", [1, -2, 1]), ("sharpen", [-1, 3, -1]), ("emboss", [-1, 1, 1])],
)
def test_one_axis_has_the_plain_differences(name, taps):
    np.testing.assert_array_equal(filter_taps(name, (3,)), taps)


# What cv2 5.0 gave: getGaussianKernel(n, 0), getDerivKernels(dx, 0, n), and Laplacian(ksize=n) of a single 1.
GAUSSIAN = {
    1: [1],
    3: [0.25, 0.5, 0.25],
    5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
    7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
    9: [0.015625, 0.05078125, 0.1171875, 0.19921875, 0.234375, 0.19921875, 0.1171875, 0.05078125, 0.015625],
}
ELEVEN = [0.200565414, 0.176998357, 0.121649073, 0.065114057, 0.027143577, 0.008812229]  # the middle, and one side
SMOOTH = {3: [1, 2, 1], 5: [1, 4, 6, 4, 1], 7: [1, 6, 15, 20, 15, 6, 1], 9: [1, 8, 28, 56, 70, 56, 28, 8, 1]}
FIRST = {
    3: [-1, 0, 1],
    5: [-1, -2, 0, 2, 1],
    7: [-1, -4, -5, 0, 5, 4, 1],
    9: [-1, -6, -14, -14, 0, 14, 14, 6, 1],
}
LAPLACIAN = {
    3: [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    5: [[2, 4, 4, 4, 2], [4, 0, -8, 0, 4], [4, -8, -24, -8, 4], [4, 0, -8, 0, 4], [2, 4, 4, 4, 2]],
    7: [
        [2, 8, 14, 16, 14, 8, 2],
        [8, 24, 24, 16, 24, 24, 8],
        [14, 24, -30, -80, -30, 24, 14],
        [16, 16, -80, -160, -80, 16, 16],
        [14, 24, -30, -80, -30, 24, 14],
        [8, 24, 24, 16, 24, 24, 8],
        [2, 8, 14, 16, 14, 8, 2],
    ],
}


@pytest.mark.parametrize("n", GAUSSIAN)
def test_a_gaussian_of_an_odd_size_is_that_of_opencv(n):
    np.testing.assert_allclose(filter_taps("gaussian", (n,)), GAUSSIAN[n], rtol=1e-6)
    np.testing.assert_allclose(filter_taps("gaussian", (n, n)), np.outer(GAUSSIAN[n], GAUSSIAN[n]), rtol=1e-6)


def test_a_gaussian_beyond_opencvs_tables_is_its_bell():
    np.testing.assert_allclose(filter_taps("gaussian", (11,)), [*ELEVEN[:0:-1], *ELEVEN], rtol=1e-6)


def test_a_gaussian_of_three_by_three_is_that_of_the_textbook():
    np.testing.assert_array_equal(16 * filter_taps("gaussian", (3, 3)), [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


@pytest.mark.parametrize("n", [2, 4, 6, 8])
def test_a_gaussian_of_an_even_size_is_the_bell_in_opencvs_documentation(n):
    sigma = 0.3 * ((n - 1) * 0.5 - 1) + 0.8
    bell = np.exp(-((np.arange(n) - (n - 1) / 2) ** 2) / (2 * sigma**2))
    np.testing.assert_allclose(filter_taps("gaussian", (n,)), bell / bell.sum(), rtol=1e-6)


@pytest.mark.parametrize("n", SMOOTH)
def test_a_sobel_of_an_odd_size_is_that_of_opencv(n):
    np.testing.assert_array_equal(filter_taps("sobel_x", (n, n)), np.outer(SMOOTH[n], FIRST[n]))
    np.testing.assert_array_equal(filter_taps("sobel_y", (n, n)), np.outer(FIRST[n], SMOOTH[n]))


@pytest.mark.parametrize("n", LAPLACIAN)
def test_a_laplacian_of_an_odd_size_is_that_of_opencv(n):
    np.testing.assert_array_equal(filter_taps("laplacian", (n, n)), LAPLACIAN[n])


def test_a_laplacian_in_space_has_six_neighbours():
    taps = filter_taps("laplacian", (3, 3, 3))
    assert (taps[1, 1, 1], np.count_nonzero(taps), taps.sum()) == (-6, 7, 0)


@given(name=st.sampled_from(sorted(SUMS)), size=sizes)
def test_the_sum_of_the_taps_is_kept_at_every_size(name, size):
    if applies(name, size) is None:
        assert filter_taps(name, size).sum() == pytest.approx(SUMS[name], abs=1e-4)


@given(name=names, size=sizes)
def test_taps_fill_the_kernel_or_a_sentence_says_why_not(name, size):
    reason = applies(name, size)
    if reason is None:
        taps = filter_taps(name, size)
        assert taps.shape == size
        assert taps.dtype == np.float32
        assert np.isfinite(taps).all()
        assert taps.any()
    else:
        with pytest.raises(SourceError, match=r"^[A-Z].*: .*\.$") as error:
            filter_taps(name, size)
        assert str(error.value) == str(reason)


@pytest.mark.parametrize(
    ("name", "size", "advised"),
    [
        ("sobel_x", (3, 1), (3, 2)),
        ("sobel_y", (1, 3), (2, 3)),
        ("sobel_y", (3, 1, 3), (3, 2, 3)),
        ("laplacian", (1, 1), (1, 3)),
        ("laplacian", (2, 3), (3, 3)),
        ("laplacian", (2, 2, 2), (4, 1, 3)),
        ("sharpen", (4, 3), (3, 3)),
        ("emboss", (1,), (3,)),
    ],
)
def test_the_advice_on_a_size_works(name, size, advised):
    assert applies(name, size) is not None
    assert applies(name, advised) is None


def test_sobel_y_in_one_dimension_points_to_sobel_x():
    assert str(applies("sobel_y", (3,))) == "Sobel y compares rows, and a 1-D kernel has none: choose Sobel x."


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@given(size=sizes)
def test_identity_returns_the_input_under_same_padding(size):
    x = torch.arange(float(8 ** len(size))).reshape(1, 1, *[8] * len(size))
    taps = torch.from_numpy(filter_taps("identity", size))[None, None]
    torch.testing.assert_close(CONV[len(size)](x, taps, padding="same"), x)


@given(name=st.sampled_from(["sobel_x", "sobel_y"]), size=st.tuples(st.integers(2, 6), st.integers(2, 6)))
def test_sobel_answers_a_slope_along_its_own_axis_only(name, size):
    uphill = torch.arange(8.0).expand(8, 8)  # rises with the column
    taps = torch.from_numpy(filter_taps(name, size))[None, None]
    along, across = (uphill, uphill.T) if name == "sobel_x" else (uphill.T, uphill)
    assert (F.conv2d(along[None, None], taps) > 0).all()
    assert (F.conv2d(across[None, None], taps) == 0).all()


@given(size=st.tuples(st.integers(3, 6), st.integers(3, 6)))
def test_a_laplacian_answers_curvature_alone_and_the_same_along_both_axes(size):
    rows, columns = torch.meshgrid(torch.arange(9.0), torch.arange(9.0), indexing="ij")
    taps = torch.from_numpy(filter_taps("laplacian", size))[None, None]
    along, across, plane = (F.conv2d(x[None, None], taps) for x in (rows**2, columns**2, 3 * rows - columns + 5))
    torch.testing.assert_close(along, torch.full_like(along, float(along.mean())), rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(along, across, rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(plane, torch.zeros_like(plane), rtol=0, atol=1e-2)
    assert (along > 1).all()


@pytest.mark.parametrize("size", [(3, 3), (5, 5), (3, 7), (5,), (3, 3, 3), (5, 3, 5)])
def test_sharpening_takes_away_the_curvature_once(size):
    axes = torch.meshgrid(*[torch.arange(9.0, dtype=torch.float64)] * len(size), indexing="ij")
    x = sum(axis**2 for axis in axes)[None, None]
    y = CONV[len(size)](x, torch.from_numpy(filter_taps("sharpen", size).astype(float))[None, None])
    inner = tuple(slice(n // 2, 9 - n // 2) for n in size)
    torch.testing.assert_close(y, x[(..., *inner)] - 2 * len(size), rtol=1e-5, atol=1e-4)


def test_titles_offer_every_filter_and_torch_first():
    assert list(TITLES) == ["random", *KERNELS, "bank", "typed"]


def test_random_leaves_the_weights_to_torch():
    assert weights("random", (2, 1, 3, 3), channels_read=1) is None


def test_a_filter_on_several_channels_averages_them():
    x = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    y = F.conv2d(x, torch.from_numpy(weights("sobel_x", (2, 3, 3, 3), channels_read=3)))
    alone = F.conv2d(x.mean(dim=1, keepdim=True), torch.from_numpy(filter_taps("sobel_x", (3, 3)))[None, None])
    torch.testing.assert_close(y, alone.expand_as(y))


@given(groups=st.integers(1, 3), read=st.integers(1, 3), made=st.integers(1, 4), transposed=st.booleans())
def test_a_bank_gives_each_output_channel_the_next_filter(groups, read, made, transposed):
    suited = [name for name in KERNELS if applies(name, (3, 3)) is None]
    shape = (groups * read, made, 3, 3) if transposed else (groups * made, read, 3, 3)
    bank = torch.from_numpy(weights("bank", shape, read, transposed=transposed))
    impulse = torch.zeros(1, groups * read, 5, 5)
    impulse[:, :, 2, 2] = 1
    if transposed:
        y = F.conv_transpose2d(impulse, bank, groups=groups, padding=1)
    else:
        y = F.conv2d(impulse, torch.from_numpy(flip(bank.numpy())), groups=groups, padding=1)
    for channel, answer in enumerate(y[0, :, 1:4, 1:4].numpy()):
        np.testing.assert_allclose(answer, filter_taps(suited[channel % len(suited)], (3, 3)), atol=1e-5)


def test_a_bank_skips_filters_that_do_not_suit_the_size():
    bank = weights("bank", (7, 1, 2, 2), channels_read=1)
    suited = ["identity", "sobel_x", "sobel_y", "gaussian", "box", "ones", "identity"]
    np.testing.assert_array_equal(bank[:, 0], [filter_taps(name, (2, 2)) for name in suited])


def test_one_typed_kernel_serves_every_pair_as_typed():
    weight = weights("typed", (2, 3, 2, 2), channels_read=3, text="1 2; 3 4")
    np.testing.assert_array_equal(weight, np.broadcast_to(np.array([[1, 2], [3, 4]], np.float32), (2, 3, 2, 2)))


def test_a_whole_typed_weight_comes_in_the_order_of_torch():
    text = "\n---\n".join(f"{i} 0" for i in range(6))
    assert typed_weights(text, (2, 3, 2))[..., 0].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2 3; 4 5 6", "The typed kernel is 2 × 3, kernel_size is 2 × 2: make them the same."),
        ("1 2;3 4\n---\n1 2;3 4", "2 kernels are typed: type 1 for all channels, or 4 (2 × 2)."),
        ("1 2; 3", "Row 2 has 1 number, row 1 has 2: give every row the same count."),
    ],
)
def test_typed_weights_that_do_not_fit_are_explained(text, sentence):
    with pytest.raises(SourceError) as error:
        typed_weights(text, (2, 2, 2, 2))
    assert str(error.value) == sentence


@given(size=sizes)
def test_a_flipped_weight_turns_correlation_into_convolution(size):
    weight = np.arange(float(np.prod(size)), dtype=np.float32).reshape(1, 1, *size)
    assert flip(weight).flatten().tolist() == weight.flatten()[::-1].tolist()
    np.testing.assert_array_equal(flip(flip(weight)), weight)


def test_flipping_leaves_the_channels_where_they_are():
    weight = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    np.testing.assert_array_equal(flip(weight)[..., 0], weight[..., 1])
    assert torch.from_numpy(flip(weight)).shape == (2, 3, 2)
