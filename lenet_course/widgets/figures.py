"""What stands in for a component until it has started: a figure for each, of its name."""

from __future__ import annotations

import numpy as np

from lenet_course import plotting
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.models import trained_in_numpy
from lenet_course.plotting.picture import Picture


def lenet_live() -> Picture:
    """Show the network with one digit."""
    _, (digits, labels) = load_mnist()
    layers, penalties = _pass(as_1998(digits[:1]))
    answer = int(penalties.argmin())
    return plotting.layer_maps(
        layers,
        penalties,
        caption=f"LeNet-5 reads a {labels[0]}: the digit, the maps of its layers, and the penalty "
        f"of each class, of which that of the {answer} is the smallest. With JavaScript you can "
        "draw a digit here.",
        alt=f"From left to right a handwritten {labels[0]}, six maps of C1 and of S2, sixteen of "
        "C3 and of S4, 120 units of C5, 84 units of F6, and ten bars, the shortest one at "
        f"{answer}.",
    )


def _pass(x: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the values of each layer of LeNet-5 for one digit, and the penalties."""
    values = [x]
    for layer in trained_in_numpy("lenet5_1998").layers:
        values.append(layer.forward(values[-1]))
    names = {"input": 0, "C1": 2, "S2": 4, "C3": 6, "S4": 8}
    layers = {name: values[place][0] for name, place in names.items()}
    layers |= {"C5": values[10].reshape(12, 10), "F6": values[13].reshape(12, 7)}
    return layers, values[-1][0]
