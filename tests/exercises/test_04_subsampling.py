"""Chapter 04: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from typing import Any

import keras
import numpy as np

from lenet_course.exercises.catalog import exercises_of
from lenet_course.scratch import (
    AveragePooling,
    MaxPooling,
    ScaledTanh,
    TrainableSubsampling,
    windows,
)

squash = ScaledTanh().forward


def blocks(x):
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, 2, width // 2, 2, channels)


def sums(x):
    return blocks(x).sum(axis=(2, 4))


def torn_blocks(x):
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, width // 2, 2, 2, channels)


def average_by_loops(x):
    n, height, width, channels = x.shape
    result = np.zeros((n, height // 2, width // 2, channels))
    for row in range(height // 2):
        for column in range(width // 2):
            window = x[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            result[:, row, column] = window.mean(axis=(1, 2))
    return result


def maximum_of(rows, columns, start=-np.inf):
    """Take the maximum over windows whose number follows from the rules for rows and columns."""

    def maximum(x, size, stride):
        n, height, width, channels = x.shape
        down, across = rows(height, size, stride), columns(width, size, stride)
        result = np.full((n, down, across, channels), start)
        for row in range(down):
            for column in range(across):
                top, left = row * stride, column * stride
                window = x[:, top : top + size, left : left + size]
                largest = np.maximum(window.max(axis=(1, 2)), start)
                result[:, row, column] = largest
        return result

    return maximum


def fits(n, size, stride):
    return (n - size) // stride + 1


def half_used(n, size, stride):
    return n // stride


def one_too_few(n, size, stride):
    return (n - size) // stride


def maximum_of_square(x, size, stride):
    side = fits(x.shape[1], size, stride)
    return maximum_of(lambda *_: side, lambda *_: side)(x, size, stride)


def across_maps(x, size, stride):
    largest = windows(x, size, stride).max(axis=(3, 4, 5), keepdims=True)[:, :, :, 0, 0]
    return np.repeat(largest, x.shape[3], axis=3)


def gradient(x, coefficient, delta):
    to_x = np.kron(delta * coefficient, np.ones((1, 2, 2, 1)))
    return np.einsum("nrcm,nrcm->m", delta, sums(x)), np.einsum("nrcm->m", delta), to_x


def gradient_by_scratch(x, coefficient, delta):
    layer = TrainableSubsampling(coefficient, np.zeros_like(coefficient))
    layer.forward(x)
    to_x = layer.backward(delta)
    return [layer.gradients["coefficient"], layer.gradients["bias"], to_x]


def with_other(**changes):
    """The right gradients, but for those that are given."""

    def wrong(x, coefficient, delta):
        right = dict(
            zip(("coefficient", "bias", "x"), gradient(x, coefficient, delta), strict=True)
        )
        for name, other in changes.items():
            right[name] = other(x, coefficient, delta)
        return tuple(right.values())

    return wrong


def to_largest(x, coefficient, delta):
    largest = blocks(x) == blocks(x).max(axis=(2, 4), keepdims=True)
    return (largest * (coefficient * delta)[:, :, None, :, None]).reshape(x.shape)


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    (
        "04.average",
        "windows move by one pixel",
        lambda x: windows(x, 2).mean(axis=(3, 4)),
        "The windows overlap",
    ),
    ("04.average", "pooling goes across maps", lambda x: blocks(x).mean(axis=(2, 4, 5)), "channel"),
    ("04.average", "the batch too", lambda x: blocks(x).mean(axis=(0, 2, 4)), "four images became"),
    ("04.average", "a map has one average", lambda x: x.mean(axis=(1, 2)), "average of all of it"),
    ("04.average", "pairs", lambda x: (x[:, :, ::2] + x[:, :, 1::2]) / 2, "Only the columns"),
    ("04.average", "pairs of rows", lambda x: (x[:, ::2] + x[:, 1::2]) / 2, "Only the rows"),
    ("04.average", "an average is a sum", lambda x: sums(x), "sum of the four"),
    ("04.average", "pooling is max", lambda x: blocks(x).max(axis=(2, 4)), "largest of the four"),
    ("04.average", "subsampling is sampling", lambda x: x[:, ::2, ::2], "three of four were dropp"),
    (
        "04.average",
        "a reshape follows its shape",
        lambda x: torn_blocks(x).mean(axis=(3, 4)),
        "tore windows apart",
    ),
    (
        "04.max",
        "the stride is the size",
        lambda x, size, stride: windows(x, size, size).max(axis=(3, 4)),
        "moved by their size, 3",
    ),
    (
        "04.max",
        "the stride is one",
        lambda x, size, stride: windows(x, size).max(axis=(3, 4)),
        "moved by one unit",
    ),
    ("04.max", "n / stride windows", maximum_of(half_used, half_used), "reach beyond the map"),
    (
        "04.max",
        "every pixel is in a window",
        lambda x, size, stride: keras.layers.MaxPooling2D(size, stride, padding="same")(x),
        "reach beyond the map",
    ),
    ("04.max", "the end is not counted", maximum_of(one_too_few, one_too_few), "One window is mis"),
    ("04.max", "maps are square", maximum_of_square, "10 rows but 13 columns"),
    ("04.max", "a search begins at 0", maximum_of(fits, fits, start=0.0), "search began at 0"),
    (
        "04.max",
        "pooling goes across maps",
        lambda x, size, stride: windows(x, size, stride).max(axis=(3, 4, 5)),
        "The channels are gone",
    ),
    ("04.max", "pooling goes across maps, shape kept", across_maps, "All maps came out alike"),
    (
        "04.max",
        "pooling is averaging",
        lambda x, size, stride: windows(x, size, stride).mean(axis=(3, 4)),
        "average of the nine",
    ),
    (
        "04.max",
        "the size is the stride",
        lambda x, size, stride: windows(x, stride, stride)[:, :4, :6].max(axis=(3, 4)),
        "the stride was taken for the size",
    ),
    ("04.count", "the 32x32 network", [12, 5880, 32, 2000], "counts for an input of 32x32"),
    ("04.count", "subsampling learns nothing", [0, 4320, 0, 1280], "LeNet's subsampling has"),
    ("04.count", "one pair a layer", [2, 4320, 2, 1280], "one bias for the whole layer"),
    ("04.count", "no bias to learn", [6, 4320, 16, 1280], "and a bias besides"),
    ("04.count", "parameters of each unit", [1728, 4320, 512, 1280], "a bias for each unit. All"),
    ("04.count", "a coefficient for each unit", [864, 4320, 256, 1280], "coefficient for each uni"),
    ("04.count", "a 2x2 kernel", [30, 4320, 80, 1280], "a weight for each of the four inputs, and"),
    ("04.count", "a 2x2 kernel, no bias", [24, 3456, 64, 1024], "for each of the four inputs. The"),
    ("04.count", "shared connections count once", [12, 12, 32, 32], "its parameters again"),
    ("04.count", "a unit is a connection", [12, 864, 32, 256], "the number of its units"),
    ("04.count", "a bias is no connection", [12, 3456, 32, 1024], "but not its bias"),
    ("04.count", "coefficients connect", [12, 1728, 32, 512], "leads from an input to a unit"),
    ("04.count", "one map only", [12, 720, 32, 80], "That is one map; there are 6"),
    ("04.count", "units of the map before", [12, 17280, 32, 5120], "for every unit of the layer b"),
    ("04.count", "windows move by one pixel", [12, 15870, 32, 3920], "by one unit and overlap"),
    (
        "04.count",
        "S2 right, S4 with no bias",
        [12, 4320, 32, 1024],
        "You gave S4 1,024 connections",
    ),
    (
        "04.subsample",
        "the four are averaged",
        lambda x, w, b: squash(w * blocks(x).mean(axis=(2, 4)) + b),
        "factor of 4",
    ),
    (
        "04.subsample",
        "the bias is inside",
        lambda x, w, b: squash(w * (sums(x) + b)),
        "coefficient * (sum + bias)",
    ),
    (
        "04.subsample",
        "a bias for each input",
        lambda x, w, b: squash((w * blocks(x) + b).sum(axis=(2, 4))),
        "added four times",
    ),
    ("04.subsample", "linear", lambda x, w, b: w * sums(x) + b, "last step is missing: squash"),
    (
        "04.subsample",
        "squash first",
        lambda x, w, b: w * squash(sums(x)) + b,
        "The sum was squashed first",
    ),
    (
        "04.subsample",
        "squash the inputs",
        lambda x, w, b: squash(w * sums(squash(x)) + b),
        "The inputs were squashed as well",
    ),
    ("04.subsample", "plain tanh", lambda x, w, b: np.tanh(w * sums(x) + b), "the plain tanh"),
    (
        "04.subsample",
        "subsampling is max",
        lambda x, w, b: squash(w * blocks(x).max(axis=(2, 4)) + b),
        "LeNet adds all four",
    ),
    (
        "04.subsample",
        "one coefficient a layer",
        lambda x, w, b: squash(w[0] * sums(x) + b[0]),
        "Each map has its own",
    ),
    (
        "04.subsample",
        "windows move by one pixel",
        lambda x, w, b: squash(w * windows(x, 2).sum(axis=(3, 4)) + b),
        "they move by one unit",
    ),
    (
        "04.subsample",
        "pooling goes across maps",
        lambda x, w, b: squash(w[0] * blocks(x).sum(axis=(2, 4, 5)) + b[0]),
        "the sum went across maps",
    ),
    (
        "04.gradient",
        "a coefficient for each unit",
        with_other(coefficient=lambda x, w, delta: delta * sums(x)),
        "The shape of dL/d(coefficient) is (3, 3, 4, 2) and should be (2,). That is still",
    ),
    (
        "04.gradient",
        "a bias for each unit",
        with_other(bias=lambda x, w, delta: delta),
        "The shape of dL/d(bias) is (3, 3, 4, 2) and should be (2,). That is still",
    ),
    (
        "04.gradient",
        "images do not share",
        with_other(bias=lambda x, w, delta: delta.sum(axis=(1, 2))),
        "but not over the images",
    ),
    (
        "04.gradient",
        "positions do not share",
        with_other(coefficient=lambda x, w, delta: (delta * sums(x)).sum(axis=0)),
        "but not over rows and columns",
    ),
    (
        "04.gradient",
        "maps share",
        with_other(bias=lambda x, w, delta: delta.sum()),
        "over the maps as well",
    ),
    (
        "04.gradient",
        "sharing is averaging",
        with_other(bias=lambda x, w, delta: delta.mean(axis=(0, 1, 2))),
        "added up, not averaged",
    ),
    (
        "04.gradient",
        "a batch is averaged",
        with_other(
            coefficient=lambda x, w, delta: (delta * sums(x)).sum(axis=(0, 1, 2)) / len(x),
        ),
        "1/n is in delta already",
    ),
    (
        "04.gradient",
        "the four are averaged",
        with_other(
            coefficient=lambda x, w, delta: (delta * sums(x) / 4).sum(axis=(0, 1, 2)),
        ),
        "The four inputs were averaged",
    ),
    (
        "04.gradient",
        "the derivative keeps the coefficient",
        with_other(
            coefficient=lambda x, w, delta: (delta * sums(x) * w).sum(axis=(0, 1, 2)),
        ),
        "It was multiplied by the coefficient",
    ),
    (
        "04.gradient",
        "both parameters alike",
        with_other(coefficient=lambda x, w, delta: delta.sum(axis=(0, 1, 2))),
        "That is the gradient of the bias",
    ),
    (
        "04.gradient",
        "a sum of products is a product of sums",
        with_other(
            coefficient=lambda x, w, delta: delta.sum(axis=(0, 1, 2)) * sums(x).sum(axis=(0, 1, 2)),
        ),
        "each added up first and then multiplied",
    ),
    (
        "04.gradient",
        "an input's gradient is its unit's",
        with_other(x=lambda x, w, delta: delta * w),
        "Every unit has four inputs",
    ),
    (
        "04.gradient",
        "the coefficient does not travel back",
        with_other(x=lambda x, w, delta: np.kron(delta, np.ones((1, 2, 2, 1)))),
        "The coefficient is missing",
    ),
    (
        "04.gradient",
        "four share one gradient",
        with_other(x=lambda x, w, delta: np.kron(delta * w, np.ones((1, 2, 2, 1))) / 4),
        "It was divided by 4",
    ),
    (
        "04.gradient",
        "tile is repeat",
        with_other(x=lambda x, w, delta: np.tile(delta * w, (1, 2, 2, 1))),
        "whole copies side by side",
    ),
    ("04.gradient", "only the largest counts", with_other(x=to_largest), "Only the largest of the"),
    (
        "04.gradient",
        "inputs need no gradient",
        lambda x, w, delta: gradient(x, w, delta)[:2],
        "returned 2 values. Return three arrays",
    ),
    ("04.units", "signs turned around", [(0.05, 0), (5, -15), (5, 15)], "from 4 of 4 inputs: tha"),
    ("04.units", "AND turned around", [(0.05, 0), (5, 15), (5, 15)], "from 1 of 4 inputs: that is"),
    ("04.units", "inputs are 0 or 1", [(0.05, 0), (5, -2.5), (5, -17.5)], "not 0 or 1"),
    ("04.units", "no bias is any", [(0.05, 0), (5, 0), (5, -15)], "'any' is on from 3 of 4"),
    (
        "04.units",
        "a bias apart from the coefficient",
        [(0.05, 0), (5, 3), (5, -3)],
        "the sum passe",
    ),
    ("04.units", "more bias, more any", [(0.05, 0), (5, 40), (5, -15)], "'any' is always on"),
    ("04.units", "more bias, more all", [(0.05, 0), (5, 15), (5, -40)], "'all' is always off"),
    ("04.units", "the ratio is enough", [(0.05, 0), (0.5, 1.5), (5, -15)], "too weak for a switch"),
    ("04.units", "a blur is an average", [(0.25, 0), (5, 15), (5, -15)], "where f flattens"),
    ("04.units", "only the coefficient blurs", [(0.05, 2), (5, 15), (5, -15)], "where f is bent"),
    ("04.units", "the weakest blur is 0", [(0, 0), (5, 15), (5, -15)], "Times 0, the inputs are"),
    ("04.units", "all is minus any", [(0.05, 0), (5, 15), (-5, -15)], "turns the unit around"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("04.average", "half the map", lambda x: x[:, :3, :4], "The unit at (0, 0, 0, 0) is"),
    ("04.average", "no channels", lambda x: x[0, 0, 0], "Maps stay as many as they are"),
    ("04.count", "two numbers", [12, 4320], "Four counts are asked for"),
    ("04.count", "a guess", [7, 4320, 32, 1280], "Ask what one map has to learn"),
    ("04.count", "another guess", [12, 4321, 32, 1280], "It has 864 units"),
    ("04.units", "two units", [(0.05, 0), (5, 15)], "You gave 2"),
    ("04.units", "a blur without slope", [(0.05, 1000), (5, 15), (5, -15)], "where f is bent"),
    ("04.gradient", "one array", lambda x, w, delta: delta, "an array of shape (3, 3, 4, 2)"),
    (
        "04.gradient",
        "x is cut",
        with_other(x=lambda x, w, delta: x[:1]),
        "The shape of dL/dx is (1, 6, 8, 2) and should be (3, 6, 8, 2)",
    ),
    (
        "04.gradient",
        "a parameter too many",
        with_other(bias=lambda x, w, delta: np.zeros(3)),
        "the shape of what it is the gradient of",
    ),
]

RIGHT: list[tuple[str, Any]] = [
    ("04.average", average_by_loops),
    ("04.average", AveragePooling().forward),
    ("04.average", keras.layers.AveragePooling2D(2)),
    ("04.average", lambda x: sum(x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4),
    ("04.max", maximum_of(fits, fits)),
    ("04.max", lambda x, size, stride: keras.layers.MaxPooling2D(size, stride)(x)),
    ("04.max", lambda x, size, stride: windows(x, size, stride).max(axis=(3, 4))),
    ("04.count", np.array([12, 4320, 32, 1280])),
    ("04.count", (6 * 2, 6 * 12**2 * 5, 16 * 2, 16 * 4**2 * 5)),
    ("04.subsample", lambda x, w, b: squash(TrainableSubsampling(w, b).forward(x))),
    ("04.subsample", lambda x, w, b: squash(4 * w * average_by_loops(x) + b)),
    ("04.gradient", gradient),
    ("04.gradient", gradient_by_scratch),
    ("04.units", [(0.01, 0.0), (3.0, 9.0), (3.0, -9.0)]),
    ("04.units", np.array([[0.02, 0.03], [100, 250], [100, -350]])),
]


def test_the_courses_own_answers_are_those_of_the_reference_layers():
    x = np.random.default_rng(0).normal(size=(2, 7, 9, 3))
    start = {exercise.id: exercise.start for exercise in exercises_of("04")}
    assert np.array_equal(start["04.max"](x, 2, 2), MaxPooling().forward(x))
    even = x[:, :6, :8]
    assert np.allclose(start["04.average"](even), AveragePooling().forward(even))
    layer = TrainableSubsampling(np.array([0.5, -1, 2]), np.array([0.1, 0.2, 0.3]))
    given = layer.parameters["coefficient"], layer.parameters["bias"]
    assert np.allclose(start["04.subsample"](even, *given), squash(layer.forward(even)))
    assert start["04.count"] == [
        count
        for maps, side in ((6, 24), (16, 8))
        for layer in [TrainableSubsampling(np.ones(maps), np.ones(maps))]
        for count in (layer.count_parameters(), layer.connections((side, side, maps)))
    ]
