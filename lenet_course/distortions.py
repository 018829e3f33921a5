"""Artificial new digits from old ones, as LeCun et al. 1998 made 540,000 (p. 10)."""

from dataclasses import dataclass

import numpy as np
from keras import ops
from numpy.typing import NDArray


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
        n, height, width, _ = images.shape
        scale, squeeze, shear, right, down = (
            rng.uniform(-limit, limit, n)
            for limit in (self.scale, self.squeeze, self.shear, self.shift, self.shift)
        )
        # From a pixel (x, y) of the new image to the place in the old one where its value is
        # taken, both counted from the middle.
        across = 1 / ((1 + scale) * (1 + squeeze))
        along = (1 + squeeze) / (1 + scale)
        slant = shear * along
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        from_x = middle_x - across * (middle_x + right) - slant * (middle_y + down)
        from_y = middle_y - along * (middle_y + down)
        zero = np.zeros(n)
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
