"""Artificial new digits from old ones, as LeCun et al. 1998 made 540,000 (p. 10)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

# So many images are distorted elastically at a time: their pixels stay in the processor's cache.
_TOGETHER = 1000


@dataclass(frozen=True)
class PlanarAffine:
    """Random translation, scaling, squeezing and horizontal shearing of each image.

    The kinds are those of LeCun et al. 1998, p. 10; the paper does not give their ranges. Each
    number below is drawn anew, and uniformly, for each image.

    Parameters
    ----------
    shift
        Largest translation along each axis, in pixels.
    scale
        Largest change of size: 0.06 for factors from 0.94 to 1.06.
    squeeze
        Largest simultaneous change of width by 1 + s and of height by 1 / (1 + s).
    shear
        Largest horizontal shift per row, in pixels: 0.12 for a slant of some 7 degrees.
    background
        What comes in from outside the image.
    """

    shift: float
    scale: float
    squeeze: float
    shear: float
    background: float = -0.1

    def __call__(
        self, images: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a distorted version of each image, shape (n, height, width, channels)."""
        across, slant, from_x, along, from_y = self.places(images.shape, rng)
        zero = np.zeros(len(images))
        places = np.stack([across, slant, from_x, zero, along, from_y, zero, zero], axis=1)
        return np.asarray(
            ops.image.affine_transform(
                images,
                places.astype(np.float32),
                interpolation="bilinear",
                fill_mode="constant",
                fill_value=self.background,
            )
        )

    def places(self, shape: tuple[int, ...], rng: np.random.Generator) -> list[NDArray[Any]]:
        """Draw where the values of new images come from: across, slant, from_x, along and from_y.

        The pixel (x, y) of new image i has the value that stands in the old one at
        (across[i] x + slant[i] y + from_x[i], along[i] y + from_y[i]).

        Parameters
        ----------
        shape
            Of the images, (n, height, width, channels).
        """
        n, height, width, _ = shape
        scale, squeeze, shear, right, down = (
            rng.uniform(-limit, limit, n)
            for limit in (self.scale, self.squeeze, self.shear, self.shift, self.shift)
        )
        # Both counted from the middle.
        across = 1 / ((1 + scale) * (1 + squeeze))
        along = (1 + squeeze) / (1 + scale)
        slant = shear * along
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        from_x = middle_x - across * (middle_x + right) - slant * (middle_y + down)
        from_y = middle_y - along * (middle_y + down)
        return [across, slant, from_x, along, from_y]


@dataclass(frozen=True)
class Elastic:
    """Random elastic distortion of each image, on top of a random affine one.

    P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional neural networks
    applied to visual document analysis", 2003: each pixel moves by its own random step, and
    neighbors move alike, since the steps are smoothed by a Gaussian. Both distortions are made at
    once, so that an image is interpolated only once.

    Parameters
    ----------
    strength
        What the smoothed steps, drawn from -1 to 1, are multiplied by (the paper's alpha, 34).
    smoothness
        Standard deviation of the Gaussian, in pixels (the paper's sigma, 4).
    affine
        The affine distortion, and the background of both.
    """

    strength: float
    smoothness: float
    affine: PlanarAffine

    def __call__(
        self, images: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a distorted version of each image, shape (n, height, width, 1)."""
        parts = [
            self._distorted(images[first : first + _TOGETHER], rng)
            for first in range(0, len(images), _TOGETHER)
        ]
        return np.concatenate(parts)

    def _distorted(
        self, images: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        n, height, width, _ = images.shape
        across, slant, from_x, along, from_y = (
            drawn[:, None, None] for drawn in self.affine.places(images.shape, rng)
        )
        y, x = np.mgrid[:height, :width]
        steps = 2 * rng.random((2, n, height, width), dtype=np.float32) - 1
        # A Gaussian blurs rows and columns one after the other: two products with matrices.
        down, right = (
            gaussian_filter1d(np.eye(side, dtype=np.float32), self.smoothness, 0, mode="constant")
            for side in (height, width)
        )
        step_y, step_x = self.strength * (down @ steps @ right.T)
        from_column = across * x + slant * y + from_x + step_x
        from_row = along * y + from_y + step_y
        background = np.float32(self.affine.background)
        resampled = _bilinear(
            images[..., 0], from_row.astype(np.float32), from_column.astype(np.float32), background
        )
        return np.asarray(resampled)[..., None]


@tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
def _bilinear(images: Any, rows: Any, columns: Any, background: Any) -> Any:
    """Return the values of images (n, height, width) at places, each of the same shape."""
    _, height, width = images.shape
    # A rim of background; what comes from farther out comes from the rim.
    padded = tf.pad(images, ((0, 0), (1, 2), (1, 2)), constant_values=background)
    values = tf.reshape(padded, (-1, (height + 3) * (width + 3)))
    rows = tf.clip_by_value(rows + 1, 0, float(height + 1))
    columns = tf.clip_by_value(columns + 1, 0, float(width + 1))
    row, column = tf.floor(rows), tf.floor(columns)
    place = tf.cast(row, tf.int32) * (width + 3) + tf.cast(column, tf.int32)

    def at(step: int) -> Any:
        found = tf.gather(values, tf.reshape(place, (-1, height * width)) + step, batch_dims=1)
        return tf.reshape(found, (-1, height, width))

    lower, right = rows - row, columns - column
    above = (1 - right) * at(0) + right * at(1)
    below = (1 - right) * at(width + 3) + right * at(width + 4)
    return (1 - lower) * above + lower * below
