"""Write the digits that ``train_here`` learns from: one picture, with their labels in it.

    python web/make_training_digits.py

A row of the picture is a digit of MNIST's training set, its 28 x 28 gray levels one after the
other: the first 5,000 to learn, and the last 500 to test on. Below them come their labels, in the
same order, as gray levels 0 to 9. The PNG has no filters, so that ``src/train/digits.js`` can read
it exactly, whatever a browser does to pictures. ``tests/test_train_here.py`` compares the file with
MNIST.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import load_mnist
from lenet_course.widgets import FILES

FILE = FILES / "training_digits.png"
LEARNED, HELD_OUT = 5000, 500


def picture() -> NDArray[np.uint8]:
    """Return the picture's gray levels, (rows, 784)."""
    (images, labels), _ = load_mnist()
    chosen = np.r_[:LEARNED, len(labels) - HELD_OUT : len(labels)]
    below = np.zeros((-(-len(chosen) // 784), 784), np.uint8)
    below.flat[: len(chosen)] = labels[chosen]
    return np.concatenate([images[chosen].reshape(-1, 784), below])


def png(gray: NDArray[np.uint8]) -> bytes:
    """Return a picture of 8-bit gray levels as a PNG without filters."""
    height, width = gray.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), gray], axis=1)
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(rows.tobytes(), 9),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    )


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(png(picture()))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
