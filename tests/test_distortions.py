"""Distorted digits are the affine images of the old ones, within the ranges asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lenet_course.datasets import as_1998, load_mnist
from lenet_course.distortions import PlanarAffine

few = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)
STILL = {"shift": 0.0, "scale": 0.0, "squeeze": 0.0, "shear": 0.0}
ON_BLACK = STILL | {"background": 0.0}


@pytest.fixture(scope="module")
def digits():
    (images, _), _ = load_mnist()
    return as_1998(images[:200])


class Draws:
    """A generator whose draws from a range are fixed fractions of its upper end."""

    def __init__(self, *fractions):
        self.fractions = iter(fractions)

    def uniform(self, low, high, size):
        assert low == -high
        return np.full(size, high * next(self.fractions))


def spot(x, y):
    """Return an image of a round spot at x, y from the middle, smooth enough to be moved."""
    down, across = np.mgrid[-15.5:16, -15.5:16]
    return np.exp(-((across - x) ** 2 + (down - y) ** 2) / 8)[None, ..., None].astype(np.float32)


def place(image):
    """Return x and y of the center of the ink, from the middle."""
    down, across = np.mgrid[-15.5:16, -15.5:16]
    ink = image[0, ..., 0] / image.sum()
    return (across * ink).sum(), (down * ink).sum()


def test_without_a_range_the_digits_stay_as_they_are(digits):
    received = PlanarAffine(**STILL)(digits, np.random.default_rng(0))
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, digits, atol=1e-5)


@given(seed=seeds)
@few
def test_the_same_generator_gives_the_same_distortions_another_one_others(digits, seed):
    distort = PlanarAffine(shift=1, scale=0.06, squeeze=0.06, shear=0.12)
    x = digits[:4]
    received = distort(x, np.random.default_rng(seed))
    np.testing.assert_array_equal(received, distort(x, np.random.default_rng(seed)))
    assert (received != distort(x, np.random.default_rng(seed + 1))).any(axis=(1, 2, 3)).all()
    same = distort(np.repeat(x[:1], 4, axis=0), np.random.default_rng(seed))
    for number in range(3):
        assert (same[number] != same[number + 1]).any()  # drawn anew for each image


# In the order in which they are drawn: what a spot at (4, 6) does at the upper end of each range.
@pytest.mark.parametrize(
    ("kind", "limit", "expected"),
    [
        ("scale", 0.25, (5, 7.5)),
        ("squeeze", 0.25, (5, 4.8)),
        ("shear", 0.25, (4 - 0.25 * 6, 6)),
        ("shift", 3.0, (7, 9)),
    ],
)
def test_the_upper_end_of_each_range_does_what_its_name_says(kind, limit, expected):
    distort = PlanarAffine(**ON_BLACK | {kind: limit})
    received = distort(spot(4, 6), Draws(1, 1, 1, 1, 1))
    np.testing.assert_allclose(place(received), expected, atol=0.1)


def test_a_shift_of_whole_pixels_moves_the_pixels_and_brings_background_in(digits):
    distort = PlanarAffine(**STILL | {"shift": 3.0})
    received = distort(digits, Draws(0, 0, 0, 1, -1 / 3))  # 3 to the right, 1 up
    np.testing.assert_allclose(received[:, :-1, 3:], digits[:, 1:, :-3], atol=1e-4)
    np.testing.assert_allclose(received[:, :, :3], -0.1, atol=1e-6)
    other = PlanarAffine(**STILL | {"shift": 3.0}, background=0.5)
    np.testing.assert_allclose(other(digits, Draws(0, 0, 0, 1, 0))[:, :, :3], 0.5, atol=1e-6)


@given(fractions=st.lists(st.floats(-1, 1), min_size=5, max_size=5))
@few
def test_a_distortion_is_shear_then_size_then_shift(digits, fractions):
    limits = np.array([0.12, 0.12, 0.25, 2.0, 2.0])
    distort = PlanarAffine(shift=2, scale=0.12, squeeze=0.12, shear=0.25)
    scale, squeeze, shear, right, down = limits * fractions
    # In (row, column) order, as SciPy counts; it asks for the way from new to old places.
    size = np.diag([(1 + scale) / (1 + squeeze), (1 + scale) * (1 + squeeze)])
    back = np.linalg.inv(size @ np.array([[1, 0], [-shear, 1]]))
    middle = np.array([15.5, 15.5])
    offset = middle - back @ (middle + np.array([down, right]))
    received = distort(digits[:2], Draws(*fractions))
    for new, old in zip(received[..., 0], digits[:2, ..., 0], strict=True):
        expected = ndimage.affine_transform(
            old, back, offset, order=1, mode="grid-constant", cval=-0.1
        )
        np.testing.assert_allclose(new, expected, atol=2e-3)


def test_no_digit_goes_further_than_its_range(digits):
    spots = np.repeat(spot(0, 0), 300, axis=0)
    received = PlanarAffine(**ON_BLACK | {"shift": 2.0})(spots, np.random.default_rng(0))
    places = np.array([place(image[None]) for image in received])
    assert np.abs(places).max() <= 2.01
    assert np.abs(places).max(axis=0).min() > 1.9
    assert places.min(axis=0).max() < -1.9  # both ways along both axes
