"""Write ``src/common/digits.js``: the forty test digits that LeNet live has at hand.

    python web/make_digits.py

``tests/test_lenet_live.py`` compares the file with MNIST.
"""

import base64
import zlib
from pathlib import Path

import numpy as np

from lenet_course.datasets import load_mnist

FILE = Path(__file__).parent / "src" / "common" / "digits.js"
# Of each digit the first three of the test set, and the first that both networks of
# lenet_course/weights/lenet5_1998*.f16 misread.
MISREAD = (1621, 2018, 659, 2280, 247, 1299, 1014, 1226, 582, 1901)


def written() -> str:
    """Return the text of the file."""
    _, (images, labels) = load_mnist()
    chosen = [
        int(number)
        for digit, misread in enumerate(MISREAD)
        for number in [*np.flatnonzero(labels == digit)[:3], misread]
    ]
    packed = base64.b64encode(zlib.compress(images[chosen].tobytes(), 9)).decode()
    return f"""\
// Made by make_digits.py from MNIST (Y. LeCun and C. Cortes, CC BY-SA 3.0).

/** Places in MNIST's test set, four for each digit; the last of each is hard to read. */
export const NUMBERS = {chosen};

/** Their gray levels, 28 x 28 each, deflated (zlib), in base 64. */
export const PIXELS =
  "{packed}";
"""


if __name__ == "__main__":
    FILE.write_text(written())
