"""Write ``lenet_course/widgets/files/mistakes.bin``: the test digits that LeNet-5 misreads.

    python web/make_mistakes.py

Of the network of 1998 with the weights in ``lenet_course/weights``. With these digits are the
margins of right answers, as far as `mistakes` lets its limit go: enough for the reject curve.
``tests/test_mistakes.py`` compares the file with MNIST and with the network.
"""

import zlib

import numpy as np

from lenet_course.datasets import as_1998, load_mnist
from lenet_course.evaluation import margins
from lenet_course.experiments import load_result
from lenet_course.models import trained_in_numpy
from lenet_course.widgets import FILES

FILE = FILES / "mistakes.bin"
# The largest limit on the margin; as LARGEST_LIMIT in src/mistakes/cases.js.
LIMIT = 45


def written() -> bytes:
    """Return the content of the file, deflated (zlib): numbers, little-endian, in this order.

    How many mistakes and how many margins (16 bits each); the margins of right answers that are
    below the limit, from the smallest on (32-bit floats); the places of the mistakes in the test
    set (16 bits); their labels and their 28 x 28 gray levels (8 bits).
    """
    _, (images, labels) = load_mnist()
    result = load_result("lenet5_1998")
    wrong = np.array(result["seeds"][str(result["weights_of_seed"])]["wrong"])
    network = trained_in_numpy("lenet5_1998")
    parts = images.reshape(20, 500, 28, 28)
    penalties = np.concatenate([network.forward(as_1998(part)) for part in parts])
    right = np.sort(np.delete(margins(-penalties), wrong))
    right = right[right < LIMIT]
    content = [
        np.array([len(wrong), len(right)], "<u2"),
        right.astype("<f4"),
        wrong.astype("<u2"),
        labels[wrong],
        images[wrong],
    ]
    return zlib.compress(b"".join(part.tobytes() for part in content), 9)


if __name__ == "__main__":
    FILE.write_bytes(written())
