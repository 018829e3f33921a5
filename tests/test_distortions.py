"""Distorted digits are affine or bent images of the old ones, within the ranges asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lenet_course.datasets import as_1998, load_mnist
from lenet_course.distortions import Elastic, PlanarAffine

few = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)
STILL = {"shift": 0.0, "scale": 0.0, "squeeze": 0.0, "shear": 0.0}
ON_BLACK = STILL | {"background": 0.0}


@pytest.fixture(scope="module")
def digits():
    (images, _), _ = load_mnist()
    return as_1998(images[:200])


class Draws:
    """A generator whose draws from a range are fixed fractions of its upper end.

    Steps of an elastic distortion are 0.
    """

    def __init__(self, *fractions):
        self.fractions = iter(fractions)

    def uniform(self, low, high, size):
        assert low == -high
        return np.full(size, high * next(self.fractions))

    def random(self, size, dtype):
        return np.full(size, 0.5, dtype)


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


# Elastic distortions

WIDE = {"shift": 1.5, "scale": 0.12, "squeeze": 0.12, "shear": 0.25}


@given(seed=seeds)
@few
def test_an_elastic_distortion_without_strength_is_its_affine_one(digits, seed):
    affine = PlanarAffine(**WIDE)
    received = Elastic(strength=0, smoothness=4, affine=affine)(
        digits[:20], np.random.default_rng(seed)
    )
    assert received.dtype == np.float32
    assert received.shape == (20, 32, 32, 1)
    expected = affine(digits[:20], np.random.default_rng(seed))
    np.testing.assert_allclose(received, expected, atol=2e-3)


@given(seed=seeds)
@few
def test_the_same_generator_bends_alike_another_one_otherwise(digits, seed):
    distort = Elastic(strength=12, smoothness=4, affine=PlanarAffine(**STILL))
    same = np.repeat(digits[:1], 3, axis=0)
    received = distort(same, np.random.default_rng(seed))
    np.testing.assert_array_equal(received, distort(same, np.random.default_rng(seed)))
    assert (received != distort(same, np.random.default_rng(seed + 1))).any(axis=(1, 2, 3)).all()
    assert (received[0] != received[1]).any()  # drawn anew for each image
    assert (received[1] != received[2]).any()


@given(
    seed=seeds,
    strength=st.floats(0, 1000),
    shift=st.floats(0, 100),
    background=st.floats(-1, 1, width=32),
)
@few
def test_an_image_of_background_stays_as_it_is(seed, strength, shift, background):
    affine = PlanarAffine(**WIDE | {"shift": shift}, background=background)
    images = np.full((3, 12, 10, 1), background, np.float32)
    for distort in (affine, Elastic(strength, 2, affine)):
        received = distort(images, np.random.default_rng(seed))
        np.testing.assert_allclose(received, images, atol=1e-6)


@given(seed=seeds)
@few
def test_both_distortions_take_the_values_that_scipy_finds(digits, seed):
    distort = Elastic(strength=40, smoothness=3, affine=PlanarAffine(**WIDE, background=-0.1))
    # Not square, so that rows are not taken for columns.
    images = digits[:3, :, 4:27]
    n, height, width, _ = images.shape
    rng = np.random.default_rng(seed)
    drawn = distort.affine.places(images.shape, rng)
    random = rng.random((2, n, height, width), dtype=np.float32)
    received = distort(images, np.random.default_rng(seed))
    affine = distort.affine(images, np.random.default_rng(seed))
    y, x = np.mgrid[:height, :width]
    for i, (across, slant, from_x, along, from_y) in enumerate(zip(*drawn, strict=True)):
        columns, rows = across * x + slant * y + from_x, along * y + from_y
        step_y, step_x = (
            40 * ndimage.gaussian_filter(2 * part[i] - 1.0, 3, mode="constant") for part in random
        )
        for new, places in (
            (affine, (rows, columns)),
            (received, (rows + step_y, columns + step_x)),
        ):
            expected = ndimage.map_coordinates(
                images[i, ..., 0], places, order=1, mode="grid-constant", cval=-0.1
            )
            np.testing.assert_allclose(new[i, ..., 0], expected, atol=2e-3)


def test_the_steps_are_smooth_and_as_long_as_the_strength_says():
    strength, smoothness, side = 12.0, 4.0, 64
    # Of an image whose values are its columns, or its rows, the new values show the steps.
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    ramps = np.stack([rows, columns]).repeat(20, axis=0)
    distort = Elastic(strength, smoothness, PlanarAffine(**ON_BLACK))
    received = distort(ramps[..., None], np.random.default_rng(0))[..., 0]
    steps = (received - ramps)[:, 16:-16, 16:-16]  # what is blurred here is not cut off
    # Noise of variance 1/3, blurred by a Gaussian in the plane.
    spread = strength * np.sqrt(1 / 3) / (2 * smoothness * np.sqrt(np.pi))
    between = spread * np.sqrt(2 - 2 * np.exp(-1 / (4 * smoothness**2)))
    for of_one_axis in (steps[:20], steps[20:]):
        assert of_one_axis.std() == pytest.approx(spread, rel=0.2)
        assert abs(of_one_axis.mean()) < spread / 4
        for axis in (1, 2):
            differences = np.diff(of_one_axis, axis=axis)
            assert differences.std() == pytest.approx(between, rel=0.2)
            assert np.abs(differences).max() < spread
    # The steps along both axes are not the same.
    assert abs(np.corrcoef(steps[:20].ravel(), steps[20:].ravel())[0, 1]) < 0.3


def test_what_an_elastic_distortion_takes_from_outside_is_background(digits):
    def shifted(shift, *fractions):
        affine = PlanarAffine(**STILL | {"shift": shift}, background=0.5)
        return Elastic(12, 4, affine)(digits[:5], Draws(0, 0, 0, *fractions))

    received = shifted(3.0, 1, -1 / 3)  # 3 to the right, 1 up
    np.testing.assert_allclose(received[:, :-1, 3:], digits[:5, 1:, :-3], atol=1e-4)
    np.testing.assert_allclose(received[:, :, :3], 0.5, atol=1e-6)
    np.testing.assert_allclose(received[:, -1], 0.5, atol=1e-6)
    # Half a pixel beyond the edge, half of the value is background.
    half = shifted(0.5, 1, 0)
    np.testing.assert_allclose(half[:, :, 0], (digits[:5, :, 0] + 0.5) / 2, atol=1e-5)
    other_half = shifted(0.5, -1, 0)
    np.testing.assert_allclose(other_half[:, :, -1], (digits[:5, :, -1] + 0.5) / 2, atol=1e-5)
    for fractions in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        np.testing.assert_allclose(shifted(1000.0, *fractions), 0.5, atol=1e-6)


def test_more_images_than_are_bent_at_a_time_keep_their_order():
    images = np.arange(2003, dtype=np.float32)[:, None, None, None].repeat(4, 1).repeat(4, 2)
    received = Elastic(0, 1, PlanarAffine(**ON_BLACK))(images, np.random.default_rng(0))
    np.testing.assert_allclose(received, images, rtol=1e-5, atol=1e-3)
