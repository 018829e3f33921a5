"""What stands in for a component until it has started: a figure for each, of its name."""

from __future__ import annotations

import numpy as np

from lenet_course import plotting, strings
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.evaluation import most_likely
from lenet_course.experiments import load_result
from lenet_course.models import trained_in_numpy
from lenet_course.plotting.evaluation import Gallery
from lenet_course.plotting.picture import Picture
from lenet_course.robustness import moved
from lenet_course.scratch import (
    DIGIT_CODES,
    TABLE_I,
    AveragePooling,
    MaxPooling,
    Network,
    ScaledTanh,
    TrainableSubsampling,
    original_network,
    softmax,
)


def disturb() -> Picture:
    """Show what one digit is read as when it is disturbed."""
    _, (digits, labels) = load_mnist()
    digit = np.pad(digits[:1, ..., None] / np.float32(255), ((0, 0), (2, 2), (2, 2), (0, 0)))
    inverted = np.random.default_rng(1).random(digit.shape) < 0.1
    kinds = {
        "as it is": digit,
        "turned by 30°": moved(digit, degrees=-30),
        "0.4 times as large": moved(digit, factor=0.4),
        "5 pixels down": moved(digit, down=5),
        "10 % inverted": np.where(inverted, 1 - digit, digit),
    }
    images = np.concatenate(list(kinds.values()))
    penalties = trained_in_numpy("lenet5_1998").forward(
        images * np.float32(1.275) - np.float32(0.1)
    )
    answers = penalties.argmin(axis=1)
    return plotting.digits(
        images[..., 0],
        [f"{kind}:\na {answer}" for kind, answer in zip(kinds, answers, strict=True)],
        columns=5,
        caption=f"A {labels[0]} in five states, and what LeNet-5 reads. With JavaScript you can "
        "disturb and attack digits here, and see where the answer changes.",
        alt=f"A handwritten {labels[0]} in five states, each with its answer: "
        + ", ".join(f"{kind} a {answer}" for kind, answer in zip(kinds, answers, strict=True))
        + ".",
    )


def convolution_by_hand() -> Picture:
    """Show one unit of a map, its window and its kernel."""
    _, (digits, labels) = load_mnist()
    return plotting.one_unit(
        np.pad(digits[4], 2) / 255,
        np.outer(np.ones(5), [-1, -1, 0, 1, 1]),
        20,
        16,
        caption="A window of 25 pixels, times a kernel, makes one unit of the map. With JavaScript "
        "you can slide the window over a digit here, and change the kernel.",
        alt=f"From left to right: a handwritten {labels[4]} with a square of 5 by 5 pixels on the "
        "left edge of a stroke; the 25 pixels of that square; a kernel, -1 on the left and 1 on "
        "the right; the map, white along left edges and black along right ones.",
    )


def subsampling_by_hand() -> Picture:
    """Show four windows of a map of C1, and what becomes of them."""
    _, (digits, _) = load_mnist()
    c1 = trained_in_numpy("lenet5_1998").layers[:2]
    maps = c1[1].forward(c1[0].forward(as_1998(digits[:1])))[:, 6:10, 6:10, :1].astype(np.float64)
    own = TrainableSubsampling(np.array([0.5]), np.array([0.0]))
    results = {
        "average": AveragePooling().forward(maps),
        "maximum": MaxPooling().forward(maps),
        "LeNet's own": ScaledTanh().forward(own.forward(maps)),
    }
    return plotting.subsampled(
        maps[0, :, :, 0].round(1) + 0.0,
        {name: values[0, :, :, 0].round(1) + 0.0 for name, values in results.items()},
        caption="A piece of a map of C1, and three ways to make one unit of four; LeNet's own with "
        "the coefficient 0.5 and no bias. With JavaScript you can choose digit, map, coefficient "
        "and bias here, and see each unit made.",
        alt="A grid of 16 numbers in four windows, and three grids of 4 numbers: the averages of "
        "the windows, their largest numbers, and what LeNet's subsampling makes of their sums.",
    )


def lenet_live() -> Picture:
    """Show the network with one digit."""
    _, (digits, labels) = load_mnist()
    layers, penalties = _pass(as_1998(digits[:1]), trained_in_numpy("lenet5_1998"))
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


def mistakes() -> Gallery:
    """Show all mistakes of the network, by label."""
    _, (digits, labels) = load_mnist()
    result = load_result("lenet5_1998")
    wrong = result["seeds"][str(result["weights_of_seed"])]["wrong"]
    penalties = trained_in_numpy("lenet5_1998").forward(as_1998(digits[wrong]))
    answers, confidence = labels.astype(int), np.zeros(len(labels))
    answers[wrong], confidence[wrong] = most_likely(softmax(-penalties))
    return plotting.mistakes(
        digits,
        labels,
        answers,
        confidence,
        caption="All mistakes of the network, by label, the surest first: its answer, its "
        "confidence, and the number of the test digit. Open a label to leaf through them. With "
        "JavaScript you can sort them here, see the penalties of each, and reject the least sure.",
    )


def rewire_c3() -> Picture:
    """Show Table I with the kernels of the trained network."""
    convolution = trained_in_numpy("lenet5_1998").layers[4]
    return plotting.connection_table(
        TABLE_I,
        convolution.parameters["weights"][:, :, TABLE_I == 1],
        caption="Table I of the paper, filled with the sixty kernels of C3 after training. Columns "
        "are the maps of C3, rows the maps of S2; below and on the right is the number of kernels. "
        "With JavaScript you can rewire it here, see what that costs, and cut the trained network.",
        alt="A table of 6 rows and 16 columns with small gray pictures of 5 by 5 in 60 of its 96 "
        "places. Columns 0 to 5 have three pictures, columns 6 to 14 four, column 15 has six; each "
        "row has ten.",
    )


def train_here() -> Picture:
    """Show a network that has learned nothing, with one digit."""
    _, (digits, labels) = load_mnist()
    untrained = original_network(np.random.default_rng(0), DIGIT_CODES)
    layers, penalties = _pass(as_1998(digits[4:5]), untrained)
    answer = int(penalties.argmin())
    return plotting.layer_maps(
        layers,
        penalties,
        caption=f"LeNet-5 before it has learned anything: with random weights it reads a "
        f"{labels[4]} as {answer}, and all penalties are nearly alike. With JavaScript it learns "
        "5,000 digits here while you look on.",
        alt=f"From left to right a handwritten {labels[4]}, six maps of C1 and of S2, sixteen of "
        "C3 and of S4, 120 units of C5, 84 units of F6, and ten bars of about the same length, the "
        f"shortest one at {answer}.",
    )


def read_string() -> Picture:
    """Show five test digits that touch, and what the network of chapter 16 says along them."""
    from lenet_course.models import trained

    _, (digits, labels) = load_mnist()
    shown = [int(np.flatnonzero(labels == digit)[0]) for digit in (9, 8, 0, 5, 2)]
    strip = strings.compose(digits[shown][None] / np.float32(255), 0).images
    logs = strings.look_along(strings.replicate(trained("lenet5_strings")), strip)
    reading = strings.viterbi(logs, strings.Grammar(((strings.DIGITS, 1, None),)))
    return plotting.along(
        strip[0],
        np.exp(logs[0]),
        reading.labels[0],
        [*strings.SYMBOLS, "nothing"],
        first=16,
        step=2,
        caption=f"A string of test digits that touch, read as {reading.texts[0]}: the outputs of "
        "a network that looks in every second column, and the likeliest path, drawn as dots. With "
        "JavaScript you can write a string here.",
        alt="Above, the digits 9, 8, 0, 5, 2 side by side. Below, a chart with thirteen rows: the "
        "lowest, nothing, is light in most places, and under each digit the row of a digit is.",
    )


def _pass(x: np.ndarray, network: Network) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the values of each layer of LeNet-5 for one digit, and the penalties."""
    values = [x]
    for layer in network.layers:
        values.append(layer.forward(values[-1]))
    names = {"input": 0, "C1": 2, "S2": 4, "C3": 6, "S4": 8}
    layers = {name: values[place][0] for name, place in names.items()}
    layers |= {"C5": values[10].reshape(12, 10), "F6": values[13].reshape(12, 7)}
    return layers, values[-1][0]
