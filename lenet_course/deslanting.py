"""Digits set upright, and cut to a smaller field, as LeCun et al. 1998 prepared them (p. 10).

The paper: "The deslanting computes the second moments of inertia of the pixels [...] and shears
the image by horizontally shifting the lines so that the principal axis is vertical." It then
crops the pictures to 20x20 pixels; for some classifiers it reduces them to 16x16.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def deslant(images: NDArray[np.uint8]) -> FloatArray:
    """Shear each digit until its principal axis stands upright.

    Each row is shifted sideways, the more the farther it is from the row of the center of mass,
    which stays where it is. Between two pixels the gray value is interpolated; bilinear
    interpolation comes down to that, for no row moves up or down. A gray pixel counts in the
    moments by its share of ink.

    Parameters
    ----------
    images
        uint8, shape (n, 28, 28), 0 is paper and 255 is ink.

    Returns
    -------
    array
        float32, shape (n, 28, 28), 0 is paper and 1 is ink.

    Raises
    ------
    ValueError
        If the images are of another shape or type.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"The images are {images.dtype} of shape {images.shape}, expected uint8 of shape "
            "(n, 28, 28)."
        )
    ink = images.astype(np.float32) / np.float32(255)
    shift = _slant(ink)[:, None] * (np.arange(28) - _middle_row(ink)[:, None])  # (n, rows)
    # One empty column on either side, so that what comes from outside the picture is paper.
    padded = np.pad(ink, ((0, 0), (0, 0), (1, 1)))
    places = np.clip(np.arange(1, 29) + shift[..., None], 0, 29)
    left = np.minimum(places.astype(int), 28)
    share = (places - left).astype(np.float32)
    values = np.take_along_axis(padded, left, axis=2)
    return np.asarray(values + share * (np.take_along_axis(padded, left + 1, axis=2) - values))


def to_20x20(images: NDArray[Any]) -> NDArray[Any]:
    """Crop pictures to the 20x20 pixels in their middle.

    MNIST's digits have their center of mass there, before and after `deslant`. A digit that is
    far off to one side of it loses some ink: of the deslanted ones about 3 in 100 parts.

    Parameters
    ----------
    images
        Shape (n, 28, 28).

    Returns
    -------
    array
        Shape (n, 20, 20), of the same type.

    Raises
    ------
    ValueError
        If the images are of another shape.
    """
    _check_shape(images, (28, 28))
    return images[:, 4:24, 4:24].copy()


def to_box(images: NDArray[Any]) -> NDArray[Any]:
    """Cut out of each picture the 20x20 pixels around the middle of its ink's bounding box.

    MNIST's digits were made in a box of 20x20 pixels, which they fill in height or in width, and
    then moved into 28x28 by their center of mass (LeCun et al. 1998, p. 10): this puts them back,
    without loss of ink.

    Parameters
    ----------
    images
        Shape (n, 28, 28), 0 is paper.

    Returns
    -------
    array
        Shape (n, 20, 20), of the same type.

    Raises
    ------
    ValueError
        If the images are of another shape.
    """
    _check_shape(images, (28, 28))
    rows, columns = (_first_of_twenty(np.any(images, axis=axis)) for axis in (2, 1))
    index = np.arange(20)
    picture = np.arange(len(images))[:, None, None]
    cut: NDArray[Any] = images[
        picture, (rows[:, None] + index)[:, :, None], (columns[:, None] + index)[:, None, :]
    ]
    return cut


def to_16x16(images: NDArray[Any]) -> FloatArray:
    """Shrink pictures of 20x20 pixels to 16x16, each new pixel the mean of what it covers.

    Parameters
    ----------
    images
        Shape (n, 20, 20).

    Returns
    -------
    array
        float32, shape (n, 16, 16), in the units of the images.

    Raises
    ------
    ValueError
        If the images are of another shape.
    """
    _check_shape(images, (20, 20))
    # An old pixel is 4 pieces wide, a new one 5.
    shares = np.repeat(np.eye(20), 4, axis=1).reshape(20, 16, 5).mean(axis=2).astype(np.float32)
    return np.asarray(shares.T @ images.astype(np.float32) @ shares)


def _check_shape(images: NDArray[Any], shape: tuple[int, int]) -> None:
    if images.shape[1:] != shape:
        raise ValueError(
            f"The images have the shape {images.shape}, expected (n, {shape[0]}, {shape[1]})."
        )


def _slant(ink: FloatArray) -> FloatArray:
    """Return by how many columns the principal axis moves from each row to the next, (n,)."""
    steps = np.arange(28, dtype=np.float32) - 13.5  # small numbers, for the sake of precision
    mass = np.maximum(ink.sum(axis=(1, 2)), 1e-6)
    rows, columns = ink.sum(axis=2), ink.sum(axis=1)
    middle_row, middle_column = rows @ steps / mass, columns @ steps / mass
    across = np.einsum("nrc,r,c->n", ink, steps, steps, optimize=True) / mass
    variance = rows @ steps**2 / mass - middle_row**2
    # A picture of one row, or of none, has no slant.
    return np.where(
        variance > 1e-3, (across - middle_row * middle_column) / np.maximum(variance, 1e-3), 0
    ).astype(np.float32)


def _middle_row(ink: FloatArray) -> FloatArray:
    """Return the row of the center of mass, (n,)."""
    rows = ink.sum(axis=2)
    return np.asarray(rows @ np.arange(28, dtype=np.float32) / np.maximum(rows.sum(axis=1), 1e-6))


def _first_of_twenty(inked: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Return where a window of 20 out of 28 begins, in the middle over the inked ones, (n,)."""
    first = inked.argmax(axis=1)
    last = 27 - inked[:, ::-1].argmax(axis=1)
    return np.asarray(np.clip((first + last + 1) // 2 - 10, 0, 8))
