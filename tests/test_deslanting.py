"""Deslanting sets digits upright, and the cuts keep what they say they keep."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_course.datasets import load_mnist
from lenet_course.deslanting import deslant, to_16x16, to_20x20, to_box


@pytest.fixture(scope="module")
def digits() -> NDArray[np.uint8]:
    return load_mnist()[0][0][:300]


def moments(images: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return mass, center of mass (row, column), variance of the rows, and covariance, (n, 5)."""
    steps = np.arange(images.shape[1])
    found = []
    for image in images.astype(float):
        mass = image.sum()
        row = (image.sum(axis=1) * steps).sum() / mass
        column = (image.sum(axis=0) * steps).sum() / mass
        variance = (image.sum(axis=1) * (steps - row) ** 2).sum() / mass
        covariance = (image * np.outer(steps - row, steps - column)).sum() / mass
        found.append((mass, row, column, variance, covariance))
    return np.array(found)


def test_the_principal_axis_stands_upright(digits: NDArray[np.uint8]) -> None:
    before, after = moments(digits / 255), moments(deslant(digits))
    assert np.abs(before[:, 4] / before[:, 3]).mean() > 0.15
    # Some digits lose a little ink at the edge.
    assert np.abs(after[:, 4] / after[:, 3]).max() < 0.03
    assert np.abs(after[:, 4] / after[:, 3]).mean() < 0.001


def test_rows_only_move_sideways(digits: NDArray[np.uint8]) -> None:
    upright = deslant(digits)
    assert upright.shape == digits.shape
    assert upright.dtype == np.float32
    assert upright.min() >= 0
    assert upright.max() <= 1
    np.testing.assert_allclose(upright.sum(axis=2), (digits / 255).sum(axis=2), atol=0.5)
    np.testing.assert_allclose(moments(upright)[:, 1:3], moments(digits)[:, 1:3], atol=0.1)


def test_a_second_time_changes_little(digits: NDArray[np.uint8]) -> None:
    once = deslant(digits)
    twice = deslant(np.round(255 * once).astype(np.uint8))
    assert np.abs(once - digits / 255).mean() > 0.02
    assert np.abs(twice - once).mean() < 0.002


def test_a_slanted_line_becomes_upright() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    rows = np.arange(4, 25)
    image[0, rows, rows] = 255  # down to the right, one column for each row
    upright = deslant(image)
    np.testing.assert_allclose(upright[0, 4:25, 14], 1, atol=1e-4)
    assert upright.sum() == pytest.approx(21, abs=1e-3)


def test_what_has_no_slant_stays() -> None:
    images = np.zeros((3, 28, 28), np.uint8)  # the first one is blank
    images[1, 12, 3:20] = 200
    images[2, 4:24, 6:22] = 90
    np.testing.assert_allclose(deslant(images), images / 255, atol=1e-6)


def test_the_middle_is_cropped(digits: NDArray[np.uint8]) -> None:
    cropped = to_20x20(digits)
    np.testing.assert_array_equal(cropped, digits[:, 4:24, 4:24])
    cropped[:] = 0
    assert digits[:, 4:24, 4:24].any()  # a copy


def test_the_box_holds_all_ink(digits: NDArray[np.uint8]) -> None:
    boxed = to_box(digits)
    assert boxed.shape == (300, 20, 20)
    np.testing.assert_array_equal(boxed.sum(axis=(1, 2)), digits.sum(axis=(1, 2)))
    # They fill it in height or in width; anti-aliasing may leave a faint edge out.
    filled = np.maximum(boxed.any(axis=2).sum(axis=1), boxed.any(axis=1).sum(axis=1))
    assert (filled >= 19).mean() > 0.9


def test_the_box_is_around_the_middle_of_the_ink() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 27, 0] = 255  # in a corner
    images[1, 10:14, 12:20] = 255
    boxed = to_box(images)
    assert boxed[0, 19, 0] == 255
    np.testing.assert_array_equal(np.flatnonzero(boxed[1].any(axis=1)), [8, 9, 10, 11])
    np.testing.assert_array_equal(np.flatnonzero(boxed[1].any(axis=0)), range(6, 14))


def test_shrinking_keeps_the_mean_and_the_order(digits: NDArray[np.uint8]) -> None:
    cropped = to_20x20(digits)
    small = to_16x16(cropped)
    assert small.shape == (300, 16, 16)
    assert small.dtype == np.float32
    np.testing.assert_allclose(small.mean(axis=(1, 2)), cropped.mean(axis=(1, 2)), rtol=1e-4)
    # A new pixel is 5 pieces wide, an old one 4: the first holds all of the first, and a quarter
    # of the second.
    ramp = np.broadcast_to(np.arange(20.0), (1, 20, 20))
    np.testing.assert_allclose(to_16x16(ramp)[0, 3, :2], [0.2, (0.75 * 1 + 0.5 * 2) / 1.25])


@pytest.mark.parametrize(
    "images", [np.zeros((2, 28, 28)), np.zeros((28, 28), np.uint8), np.zeros((2, 32, 32), np.uint8)]
)
def test_other_images_are_not_deslanted(images: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 of shape \(n, 28, 28\)"):
        deslant(images)  # type: ignore[arg-type]


def test_other_shapes_are_not_cut() -> None:
    wrong = np.zeros((2, 16, 16))
    with pytest.raises(ValueError, match=r"\(2, 16, 16\), expected \(n, 28, 28\)"):
        to_20x20(wrong)
    with pytest.raises(ValueError, match=r"\(2, 16, 16\), expected \(n, 28, 28\)"):
        to_box(wrong)
    with pytest.raises(ValueError, match=r"\(2, 16, 16\), expected \(n, 20, 20\)"):
        to_16x16(wrong)
