"""Chapter 06: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from typing import Any

import numpy as np
import pytest

from lenet_course.exercises.ch06_backpropagation import find_fault, suspect_layer
from lenet_course.scratch import (
    check_gradient,
    complex_step,
    correlate_loops,
    numerical_gradient,
    softmax,
)


def chain(slope=lambda a, h: 1 - h**2, *, w2_factor=True, x_factor=True, sign=1, half=True):
    """Write the two slopes with one step of the chain as one learner sees it."""

    def slopes(x, w1, w2, target):
        a = w1 * x
        h = np.tanh(a)
        error = sign * (w2 * h - target) * (1 if half else 2)
        first = error * (w2 if w2_factor else 1) * slope(a, h) * (x if x_factor else 1)
        return first, error * h

    return slopes


def chain_with(first, second):
    def slopes(x, w1, w2, target):
        h = np.tanh(w1 * x)
        return first(x, w2, h, w2 * h - target), second(x, w2, h, w2 * h - target)

    return slopes


def right_first(x, w2, h, error):
    return error * w2 * (1 - h**2) * x


def right_second(x, w2, h, error):
    return error * h


def chain_swapped(x, w1, w2, target):
    return chain()(x, w1, w2, target)[::-1]


def one_hot(labels):
    return np.eye(3)[labels]


def naive_softmax(logits, axis=1):
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def through_probabilities_only(logits, labels):
    return -one_hot(labels) / softmax(logits) / len(labels)


def softmax_by_loop(logits, labels):
    rows = []
    for logit, label in zip(logits, labels, strict=True):
        weights = [np.exp(a - max(logit)) for a in logit]
        p = [w / sum(weights) for w in weights]
        rows.append([(p[i] - (i == label)) / len(labels) for i in range(len(p))])
    return rows


def spread(factor):
    return lambda gradient: np.kron(gradient, np.ones((1, 2, 2, 1))) * factor


def to_the_first_pixel(gradient):
    n, rows, columns, maps = gradient.shape
    spread = np.zeros((n, 2 * rows, 2 * columns, maps))
    spread[:, ::2, ::2] = gradient
    return spread


def pool_again(gradient):
    n, rows, columns, maps = gradient.shape
    even = gradient[:, : rows // 2 * 2, : columns // 2 * 2]
    return even.reshape(n, rows // 2, 2, columns // 2, 2, maps).mean(axis=(2, 4))


def pooling_by_slices(gradient):
    n, rows, columns, maps = gradient.shape
    spread = np.empty((n, 2 * rows, 2 * columns, maps))
    for i in (0, 1):
        for j in (0, 1):
            spread[:, i::2, j::2] = 0.25 * gradient
    return spread


def kernel_by_loop(image, gradient):
    side = len(image) - len(gradient) + 1
    size = len(gradient)
    return [
        [(image[i : i + size, j : j + size] * gradient).sum() for j in range(side)]
        for i in range(side)
    ]


def first_window_only(image, gradient):
    side = len(image) - len(gradient) + 1
    return image[:side, :side] * gradient.sum()


def full(pad, turn):
    def image_gradient(kernel, gradient):
        return correlate_loops(np.pad(gradient, pad), turn(kernel))

    return image_gradient


def mirrored(kernel):
    return kernel[::-1, ::-1]


def by_adding_windows(kernel, gradient):
    k = len(kernel)
    image = np.zeros((len(gradient) + k - 1, len(gradient) + k - 1))
    for (row, column), value in np.ndenumerate(gradient):
        image[row : row + k, column : column + k] += value * kernel
    return image


def upside_down_loops(kernel, gradient):
    """Scatter as above, but with each window turned."""
    return by_adding_windows(mirrored(kernel), gradient)


def one_sided(function, array, step=1e-6):
    x, start = array.copy(), function(array)
    slopes = np.empty_like(x)
    for index in np.ndindex(x.shape):
        x[index] += step
        slopes[index] = (function(x) - start) / step
        x[index] = array[index]
    return slopes


def first_number_only(function, array):
    """Move one number of the array, and take the other slopes for granted."""
    x = array.copy()
    x.flat[0] += 1e-6
    above = function(x)
    x.flat[0] -= 2e-6
    return (above - function(x)) / 2e-6


def with_step(step):
    return lambda function, array: numerical_gradient(function, array, step)


def finder(measure, compare=lambda a, b: np.abs(a - b).max(), parts=("x", "weights", "bias")):
    """Write a finder that measures slopes in one learner's way and compares them in theirs."""

    def find_fault(layer, x):
        stored = {"x": layer.backward(np.ones_like(layer.forward(x)))} | layer.gradients
        arrays = {"x": x} | layer.parameters
        differences = {}
        for part in parts:

            def total(moved, part=part):
                now = {**arrays, part: moved}
                layer.parameters = {"weights": now["weights"], "bias": now["bias"]}
                return layer.forward(now["x"]).sum()

            measured = measure(total, arrays[part])
            index = () if np.shape(measured) else (0,) * arrays[part].ndim
            differences[part] = compare(np.asarray(measured), stored[part][index])
        return max(differences, key=differences.get)

    return find_fault


def largest_gradient(layer, x):
    to_x = layer.backward(np.ones_like(layer.forward(x)))
    sizes = {"x": np.abs(to_x).max()} | {n: np.abs(g).max() for n, g in layer.gradients.items()}
    return max(sizes, key=sizes.get)


def whole_layer(layer, x):
    """Ask the course's own check, which names no part."""
    return check_gradient(layer, x)


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    (
        "06.chain",
        "derivative at the output",
        chain(lambda a, h: 1 - np.tanh(h) ** 2),
        "was taken at its output h",
    ),
    ("06.chain", "tanh passes slopes on", chain(lambda a, h: 1), "as if its slope were 1"),
    ("06.chain", "slope of tanh is 1 - h", chain(lambda a, h: 1 - h), "taken as 1 - h."),
    ("06.chain", "only w1's own layer", chain(w2_factor=False), "The factor w2 is missing"),
    ("06.chain", "a weight acts alone", chain(x_factor=False), "w1 x grows by x"),
    ("06.chain", "slopes point downhill", chain(sign=-1), "the wrong sign"),
    ("06.chain", "the square's 2 stays", chain(half=False), "twice too large"),
    ("06.chain", "from the output back", chain_swapped, "The two are swapped"),
    (
        "06.chain",
        "dL/dw2 is the error",
        chain_with(right_first, lambda x, w2, h, e: e),
        "when w2 grows by 1, y grows by h",
    ),
    (
        "06.chain",
        "every path goes through the tanh",
        chain_with(right_first, lambda x, w2, h, e: e * h * (1 - h**2)),
        "w2 acts behind it",
    ),
    (
        "06.chain",
        "dy/dw2 is enough",
        chain_with(right_first, lambda x, w2, h, e: h),
        "The first step of the way back",
    ),
    (
        "06.chain",
        "dy/dw1 is enough",
        chain_with(lambda x, w2, h, e: w2 * (1 - h**2) * x, right_second),
        "the slope of y, not of the loss",
    ),
    (
        "06.softmax",
        "a loss is a sum",
        lambda a, d: softmax(a) - one_hot(d),
        "4 times too large",
    ),
    (
        "06.softmax",
        "every mean divides",
        lambda a, d: (softmax(a) / len(a) - one_hot(d) / len(a)) / len(a),
        "divided by n twice",
    ),
    (
        "06.softmax",
        "mean over all entries",
        lambda a, d: (softmax(a) - one_hot(d)) / a.size,
        "3 times too small",
    ),
    (
        "06.softmax",
        "gradients point downhill",
        lambda a, d: (one_hot(d) - softmax(a)) / len(a),
        "Yours has the wrong sign",
    ),
    (
        "06.softmax",
        "probabilities run down the batch",
        lambda a, d: (naive_softmax(a, axis=0) - one_hot(d)) / len(a),
        "ran along the wrong axis",
    ),
    (
        "06.softmax",
        "outputs are logits",
        lambda a, d: (a - one_hot(d)) / len(a),
        "the softmax is missing",
    ),
    (
        "06.softmax",
        "stopping at the probabilities",
        through_probabilities_only,
        "One step is left",
    ),
    (
        "06.softmax",
        "nothing at the label",
        lambda a, d: softmax(a) / len(a),
        "nothing was subtracted",
    ),
    (
        "06.softmax",
        "exp takes any number",
        lambda a, d: (naive_softmax(a) - one_hot(d)) / len(a),
        "Subtract the largest logit",
    ),
    ("06.pooling", "the gradient is copied", spread(1), "a quarter comes back"),
    ("06.pooling", "a side of 2 is half", spread(1 / 2), "each a quarter of the mean"),
    ("06.pooling", "one pixel wins", to_the_first_pixel, "what a max pooling does"),
    (
        "06.pooling",
        "tile is repeat",
        lambda g: np.tile(g, (1, 2, 2, 1)) / 4,
        "laid out twice, side by side",
    ),
    ("06.pooling", "backward is forward", pool_again, "was pooled once more"),
    (
        "06.pooling",
        "only the rows were halved",
        lambda g: g.repeat(2, axis=1) / 2,
        "twice the rows and twice the columns",
    ),
    (
        "06.kernel",
        "a shared weight takes the mean",
        lambda x, g: correlate_loops(x, g) / g.size,
        "the mean over the 25 positions",
    ),
    (
        "06.kernel",
        "backward always mirrors",
        lambda x, g: correlate_loops(x, mirrored(g)),
        "Here nothing is mirrored",
    ),
    (
        "06.kernel",
        "the kernel comes out turned",
        lambda x, g: mirrored(correlate_loops(x, g)),
        "turned by 180 degrees",
    ),
    (
        "06.kernel",
        "backward transposes",
        lambda x, g: correlate_loops(x, g).T,
        "right but transposed",
    ),
    (
        "06.kernel",
        "the pixels alone",
        lambda x, g: correlate_loops(x, np.ones_like(g)),
        "by which they are to be multiplied are missing",
    ),
    ("06.kernel", "one window is enough", first_window_only, "the window at the upper left alone"),
    (
        "06.kernel",
        "backward always pads",
        lambda x, g: correlate_loops(np.pad(x, 4), g),
        "Nothing is padded here",
    ),
    (
        "06.image",
        "the kernel is not mirrored",
        full(2, lambda kernel: kernel),
        "Mirror the kernel, rows and columns",
    ),
    ("06.image", "backward is valid too", full(0, mirrored), "it must grow from 5x5"),
    ("06.image", "the side is kept", full(1, mirrored), "The padding kept the side"),
    ("06.image", "pad by k", full(3, mirrored), "one too many"),
    ("06.image", "backward transposes", full(2, np.transpose), "as for a dense layer"),
    (
        "06.image",
        "turned is transposed",
        full(2, lambda kernel: mirrored(kernel).T),
        "mirrored and transposed",
    ),
    ("06.image", "mirror is upside down", full(2, np.flipud), "top to bottom only"),
    ("06.image", "mirror is left to right", full(2, np.fliplr), "left to right only"),
    (
        "06.image",
        "a mean over the windows",
        lambda k, g: by_adding_windows(k, g) / k.size,
        "9 times too small",
    ),
    ("06.image", "windows go back turned", upside_down_loops, "Mirror the kernel"),
    ("06.fault", "up is enough", finder(one_sided), "You moved the numbers up only"),
    ("06.fault", "smaller is better", finder(with_step(1e-12)), "by 1e-12. That is not far"),
    ("06.fault", "a slope is over a wide step", finder(with_step(0.01)), "by 1e-02. That is too"),
    (
        "06.fault",
        "one number stands for all",
        finder(first_number_only),
        "3 of the 24 numbers in x, weights and bias and left 21 alone",
    ),
    ("06.fault", "the largest is the wrong one", largest_gradient, "never moved a number"),
    (
        "06.fault",
        "weights only",
        finder(numerical_gradient, parts=("weights", "bias")),
        "left 12 alone",
    ),
    (
        "06.fault",
        "differences cancel fairly",
        finder(numerical_gradient, lambda a, b: np.abs(a).sum() - np.abs(b).sum()),
        "a sum over the differences can hide",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("06.chain", "one slope", lambda x, w1, w2, t: 1.0, "returned 1.0. Return two numbers"),
    ("06.chain", "a guess", lambda x, w1, w2, t: (1.0, 2.0), "Walk back from L"),
    (
        "06.softmax",
        "loss for each digit",
        lambda a, d: a.sum(axis=1),
        "The shape is (4,) and should be (4, 3)",
    ),
    (
        "06.softmax",
        "one-hot minus one",
        lambda a, d: (softmax(a) - 2 * one_hot(d)) / len(a),
        "minus 1 at the label, divided by",
    ),
    ("06.pooling", "reversed", lambda g: spread(0.25)(g)[:, ::-1], "a quarter of the gradient of"),
    ("06.kernel", "the image's shape", lambda x, g: x, "The shape is (7, 7) and should be (3, 3)"),
    (
        "06.kernel",
        "the map's shape",
        lambda x, g: g[:2],
        "The shape is (2, 5) and should be (3, 3)",
    ),
    ("06.kernel", "twice", lambda x, g: 2 * correlate_loops(x, g), "The gradient at (0, 0) is"),
    ("06.image", "a row", lambda k, g: g.ravel(), "The shape is (25,) and should be (7, 7)"),
    (
        "06.image",
        "minus",
        lambda k, g: -by_adding_windows(k, g),
        "the unit's slope times the weight",
    ),
    ("06.fault", "a number", whole_layer, '. Return "x", "weights" or "bias"'),
]

RIGHT: list[tuple[str, Any]] = [
    ("06.chain", chain(lambda a, h: 1 / np.cosh(a) ** 2)),
    ("06.chain", lambda *arguments: list(chain()(*arguments))),
    ("06.softmax", softmax_by_loop),
    ("06.pooling", spread(0.25)),
    ("06.pooling", pooling_by_slices),
    ("06.kernel", kernel_by_loop),
    ("06.image", by_adding_windows),
    ("06.fault", finder(numerical_gradient)),
    ("06.fault", finder(with_step(1e-4))),
    ("06.fault", finder(with_step(1e-7))),
    ("06.fault", finder(complex_step)),
]


@pytest.mark.parametrize("wrong", ["x", "weights", "bias"])
def test_a_suspect_layer_has_one_fault(wrong):
    """A fault in one gradient, found by the check of `scratch` too, and none in the others."""
    layer, x = suspect_layer(wrong)
    assert check_gradient(layer, x) > 0.1
    assert find_fault(layer, x) == wrong
    layer, x = suspect_layer(wrong, fine=True)
    assert 1e-9 < check_gradient(layer, x, complex_step) < 1e-7
    assert find_fault(layer, x) == wrong
