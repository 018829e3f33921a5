"""Chapter 05: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from typing import Any

import keras
import numpy as np

from lenet_course.exercises.catalog import find
from lenet_course.exercises.checker import judge

A, S = 1.7159, 2 / 3


def drawn(count_inputs, *, scale=2.4):
    """First weights by a learner who counts the inputs so."""

    def initial_weights(rng, shape):
        bound = scale / count_inputs(shape)
        return rng.uniform(-bound, bound, shape)

    return initial_weights


def fan_in(shape):
    return np.prod(shape[:-1])


def normal_weights(rng, shape):
    return rng.normal(0, 2.4 / fan_in(shape), shape)


def from_zero(rng, shape):
    return rng.uniform(0, 2.4 / fan_in(shape), shape)


def own_generator(rng, shape):
    return drawn(fan_in)(np.random.default_rng(0), shape)


def global_generator(rng, shape):
    bound = 2.4 / fan_in(shape)
    return np.random.uniform(-bound, bound, shape)  # noqa: NPY002 (the learner's mistake)


def all_alike(rng, shape):
    return np.full(shape, 2.4 / fan_in(shape))


def one_row_a_unit(rng, shape):
    bound = 2.4 / fan_in(shape)
    return rng.uniform(-bound, bound, (shape[-1], fan_in(shape)))


def through_sums(y):
    return A * S / np.cosh(S * y) ** 2


def slope_through_the_sum(y):
    return A * S / np.cosh(np.arctanh(y / A)) ** 2


def bend_by_search(steepness):
    a = np.linspace(0, 10, 10_001)
    return a[np.argmax(np.abs(np.gradient(np.gradient(np.tanh(steepness * a)))[2:-2])) + 2]


def half_of_the_slope(steepness):
    a = np.linspace(0, 10, 10_001)
    return a[np.argmax(1 - np.tanh(steepness * a) ** 2 < 0.5)]


def interpolated(images):
    return np.interp(images, [0, 255], [-0.1, 1.175])


def standardized(images):
    return (images - images.mean()) / images.std()


def own_range(images):
    low, high = int(images.min()), int(images.max())
    return (images - low) / (high - low) * 1.275 - 0.1


def saturated_by_loop(outputs):
    count = 0
    for output in np.ravel(outputs):
        count += abs(output) > math.sqrt(0.9) * A
    return count / np.size(outputs)


def left(outputs):
    return 1 - (outputs / A) ** 2


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    ("05.scaled_tanh", "no amplitude", lambda a: np.tanh(2 * a / 3), "1.7159 outside is missing"),
    ("05.scaled_tanh", "no steepness", lambda a: A * np.tanh(a), "the 2/3 inside is missing"),
    ("05.scaled_tanh", "steepness outside", lambda a: A * S * np.tanh(a), "2/3 stands outside"),
    ("05.scaled_tanh", "constants swapped", lambda a: S * np.tanh(A * a), "are swapped"),
    ("05.scaled_tanh", "// divides", lambda a: A * np.tanh(2 // 3 * a), "2 // 3 is 0"),
    ("05.scaled_tanh", "both inside", lambda a: np.tanh(A * S * a), "both constants are inside"),
    (
        "05.scaled_tanh",
        "squashing is logistic",
        lambda a: 1 / (1 + np.exp(-a)),
        "whose outputs are all positive",
    ),
    ("05.slope", "as for plain tanh", lambda y: 1 - y**2, "is the slope of plain tanh"),
    ("05.slope", "no inner derivative", lambda y: A * (1 - (y / A) ** 2), "inner 2/3 is missing"),
    ("05.slope", "no outer factor", lambda y: S * (1 - (y / A) ** 2), "outer 1.7159 is missing"),
    ("05.slope", "output is tanh", lambda y: A * S * (1 - y**2), "tanh is y / 1.7159 and not y"),
    ("05.slope", "output is the sum", through_sums, "the slope where the *sum* is y"),
    ("05.slope", "as for the logistic", lambda y: y * (1 - y), "slope of the logistic function"),
    ("05.bend", "steepest is most bent", lambda steepness: 0.0, "there it is straight"),
    ("05.bend", "the paper says 1", lambda steepness: 1.0, "'close to' 1, and only for 2/3"),
    (
        "05.bend",
        "a property of tanh alone",
        lambda steepness: np.arctanh(3**-0.5),
        "the place for plain tanh",
    ),
    (
        "05.bend",
        "as found for 2/3",
        lambda steepness: 0.98772,
        "steeper bends earlier: use the argument",
    ),
    (
        "05.bend",
        "steeper bends later",
        lambda steepness: np.arctanh(3**-0.5) * steepness,
        "so divide",
    ),
    (
        "05.bend",
        "t is the sum",
        lambda steepness: 3**-0.5 / steepness,
        "it is the *tanh* that must be 1 / sqrt(3)",
    ),
    ("05.bend", "half of the slope", half_of_the_slope, "the slope has fallen to half"),
    (
        "05.bend",
        "smallest, not largest in size",
        lambda steepness: -np.arctanh(3**-0.5) / steepness,
        "the place on the other side",
    ),
    (
        "05.scale",
        "ink is dark, so low",
        lambda x: 1.175 - 1.275 * (x / 255),
        "upside down",
    ),
    ("05.scale", "the end is the factor", lambda x: x / 255 * 1.175 - 0.1, "255 becomes 1.075"),
    ("05.scale", "pixels are in [0, 1]", lambda x: x * 1.275 - 0.1, "not divided by 255"),
    ("05.scale", "shifting is enough", lambda x: x / 255 - 0.1, "moved down by 0.1"),
    ("05.scale", "as in chapter 08", lambda x: x / 255, "That is the range 0 to 1. Stretch it"),
    ("05.scale", "its own range", own_range, "the darkest and the brightest pixel"),
    ("05.scale", "scaling is standardizing", standardized, "standardized by themselves"),
    (
        "05.initial_weights",
        "a root belongs there",
        drawn(lambda shape: np.sqrt(fan_in(shape))),
        "There is no root",
    ),
    (
        "05.initial_weights",
        "fan-in is the units",
        drawn(lambda shape: shape[-1]),
        "the number of maps, where the connections go",
    ),
    (
        "05.initial_weights",
        "one channel",
        drawn(lambda shape: shape[0] * shape[1]),
        "in all three channels",
    ),
    (
        "05.initial_weights",
        "the whole image",
        drawn(lambda shape: 28 * 28),
        "pixels of a whole image",
    ),
    ("05.initial_weights", "all weights", drawn(np.prod), "the number of all weights"),
    (
        "05.initial_weights",
        "a window has one side",
        drawn(lambda shape: shape[0] * shape[-2]),
        "rows and columns",
    ),
    ("05.initial_weights", "the side", drawn(lambda shape: shape[0]), "the side of the window"),
    (
        "05.initial_weights",
        "inputs are channels",
        drawn(lambda shape: shape[-2]),
        "the channels only",
    ),
    ("05.initial_weights", "2.4 for all", drawn(lambda shape: 1), "2.4 for every layer"),
    ("05.initial_weights", "a standard deviation", normal_weights, "a normal distribution"),
    (
        "05.initial_weights",
        "a uniform standard deviation",
        drawn(lambda shape: fan_in(shape) / 3**0.5),
        "the end of the range",
    ),
    (
        "05.initial_weights",
        "2.4/F is the whole range",
        drawn(fan_in, scale=1.2),
        "The whole range is 2.4/75 wide",
    ),
    ("05.initial_weights", "from 0", from_zero, "the range begins at 0"),
    ("05.initial_weights", "a generator of its own", own_generator, "was made inside"),
    ("05.initial_weights", "any generator will do", global_generator, "Draw from `rng`, so that"),
    (
        "05.initial_weights",
        "every start is as good",
        all_alike,
        "Units that start alike stay alike",
    ),
    (
        "05.saturated",
        "judged by the sum",
        lambda y: np.mean(np.abs(y) > 2.73),
        "2.73 is the *sum*",
    ),
    (
        "05.saturated",
        "output taken for the sum",
        lambda y: np.mean(np.abs(A * np.tanh(S * y)) > 1.628),
        "2.73 is the *sum*",
    ),
    ("05.saturated", "one end only", lambda y: np.mean(y > 1.628), "take the absolute value"),
    (
        "05.saturated",
        "the ends are at 1",
        lambda y: np.mean(np.abs(y) > 0.95),
        "as for plain tanh",
    ),
    (
        "05.saturated",
        "slope is linear in the output",
        lambda y: np.mean(np.abs(y) > 0.9 * A),
        "beyond nine tenths of 1.7159",
    ),
    (
        "05.saturated",
        "the greatest slope is 1",
        lambda y: np.mean(A * S * left(y) < 0.1),
        "a tenth of the *greatest* slope",
    ),
    ("05.saturated", "how many", lambda y: np.sum(left(y) < 0.1), "a number from 0 to 1"),
    ("05.saturated", "those that can learn", lambda y: np.mean(left(y) > 0.1), "that are not"),
    ("05.saturated", "which ones", lambda y: left(y) < 0.1, "an answer for each unit"),
    (
        "05.saturated",
        "a share for each image",
        lambda y: np.mean(left(y) < 0.1, axis=1),
        "leave out `axis`",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    (
        "05.scaled_tanh",
        "upside down",
        lambda a: -A * np.tanh(S * a),
        "For a = 1.0 you gave -1.0000; it should be 1.0000. Multiply",
    ),
    ("05.scaled_tanh", "one number", lambda a: 1.0, "The shape is () and should be (2, 3)"),
    (
        "05.slope",
        "sign",
        lambda y: S * (A + y**2 / A),
        "For y = 1.2 you gave 1.7034; it should be 0.5845. Start",
    ),
    (
        "05.bend",
        "at 2",
        lambda steepness: 2.0,
        "For steepness = 0.667 you gave 2.000; it should be 0.988. The second",
    ),
    (
        "05.scale",
        "black on white",
        lambda x: 1 - x / 255,
        "they should become -0.050 to 0.900. A straight line",
    ),
    ("05.initial_weights", "scale 3", drawn(fan_in, scale=3), "from -0.0320 to 0.0320"),
    ("05.initial_weights", "a matrix", one_row_a_unit, "you gave an array of shape (200, 75)"),
    (
        "05.initial_weights",
        "for kernels only",
        drawn(lambda shape: 75),
        "256 inputs arrive at each unit",
    ),
    (
        "05.saturated",
        "close to the limit",
        lambda y: np.mean(np.abs(y) > 1.66),
        "Those have a slope under",
    ),
]

RIGHT: list[tuple[str, Any]] = [
    ("05.scaled_tanh", lambda a: 1.71593428 * (1 - 2 / (np.exp(4 / 3 * a) + 1))),
    ("05.scaled_tanh", lambda a: 1.7159 * keras.ops.tanh(2 / 3 * a)),
    ("05.slope", slope_through_the_sum),
    ("05.slope", lambda y: 2 / 3 / 1.7159 * (1.7159 - y) * (1.7159 + y)),
    ("05.bend", bend_by_search),
    ("05.bend", lambda steepness: math.log(2 + math.sqrt(3)) / 2 / steepness),
    ("05.scale", interpolated),
    ("05.scale", lambda x: np.float32(x) * np.float32(0.005) - np.float32(0.1)),
    (
        "05.initial_weights",
        lambda rng, shape: (rng.random(shape) - 0.5) * 4.8 * shape[-1] / math.prod(shape),
    ),
    ("05.initial_weights", lambda rng, shape: drawn(fan_in)(rng, shape).astype("float32")),
    ("05.saturated", saturated_by_loop),
    ("05.saturated", lambda y: (np.abs(y) > 1.63).mean()),
]


def test_a_crash_is_reported_with_the_line_and_what_was_given():
    def scaled_tanh(a):
        return 1.7159 * math.tanh(2 / 3 * a)

    message = judge(find("05.scaled_tanh"), scaled_tanh).message
    assert "math.tanh(2 / 3 * a)" in message
    assert "a: an array of shape (2, 3)" in message
