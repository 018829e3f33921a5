"""The exercises of chapter 05, activations.

Each check tries the answer on a few small inputs, chosen so that every mistake named below gives
a result of its own. The right answers, with which a worksheet goes on past a blank, come first.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import check_shape, explain, first_difference, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]

A, S = 1.7159, 2 / 3


def scaled_tanh(a: Array) -> Array:
    """Squash sums `a` of any shape: 1.7159 tanh(2a/3)."""
    return A * np.tanh(S * a)


def slope(y: Array) -> Array:
    """Return the slope f'(a) where the scaled tanh has the outputs `y`."""
    return S * (A - y**2 / A)


def bend(steepness: float) -> float:
    """Return the positive sum at which tanh(steepness * a) bends most."""
    return float(np.arctanh(1 / np.sqrt(3)) / steepness)


def scale(images: Array) -> Array:
    """Turn bytes (n, 28, 28) into float32, paper at -0.1 and full ink at 1.175."""
    return images.astype("float32") / np.float32(255) * np.float32(1.275) - np.float32(0.1)


def initial_weights(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw weights of `shape` (..., units) uniformly between -2.4/F and 2.4/F, F the fan-in."""
    bound = 2.4 / np.prod(shape[:-1])
    return rng.uniform(-bound, bound, shape)


def saturated(outputs: Array) -> float:
    """Return the share of outputs at which the slope is under a tenth of its greatest value."""
    return float(np.mean(slope(outputs) < 0.1 * A * S))


def _values(answer: Any, **arguments: Array) -> Array:
    """Call the answer with one array and return what it makes of it, if that has its shape."""
    (array,) = arguments.values()
    result = as_array(call(answer, **arguments), "The result")
    each = "Work on the whole array at once: each number goes in and comes out at its own place."
    check_shape(result, array.shape, {}, each)
    return result


def _received(name: str, inputs: Array, given: Array, right: Array) -> str:
    """Quote the first input for which the answer is wrong."""
    at = first_difference(given, right)
    return f"For {name} = {inputs[at]} you gave {given[at]:.4f}; it should be {right[at]:.4f}."


def check_scaled_tanh(answer: Any) -> None:
    """Check the scaled tanh on a small array of sums."""
    a = np.array([[1.0, -2.0, -0.5], [0.25, -1.0, 3.0]])
    result, right = _values(answer, a=a), scaled_tanh(a)
    if same(result, right):
        return
    known = (
        (
            np.tanh(S * a),
            "That is tanh(2a/3): the 1.7159 outside is missing, which stretches the range from 1 "
            "to 1.7159.",
        ),
        (
            A * np.tanh(a),
            "That is 1.7159 tanh(a): the 2/3 inside is missing. It belongs to the sum, before tanh "
            "is taken.",
        ),
        (
            A * S * np.tanh(a),
            "That is 1.7159 times 2/3 times tanh(a): the 2/3 stands outside. A factor inside tanh "
            "widens the curve, a factor outside lowers it.",
        ),
        (
            S * np.tanh(A * a),
            "That is 2/3 tanh(1.7159 a): the two constants are swapped. 1.7159 is the height of "
            "the curve, 2/3 its steepness.",
        ),
        (
            np.zeros_like(a),
            "Every sum gives 0: // drops the fraction, and 2 // 3 is 0. Divide with a single /.",
        ),
        (
            np.tanh(A * S * a),
            "That is tanh(1.7159 * 2a/3): both constants are inside. The output is stretched too, "
            "outside of tanh.",
        ),
        (
            1 / (1 + np.exp(-a)),
            "That is the logistic function 1 / (1 + e^-a), whose outputs are all positive. The "
            "scaled tanh is symmetric: f(-a) = -f(a).",
        ),
    )
    otherwise = "Multiply the sum by 2/3, take tanh, and multiply by 1.7159."
    raise Wrong(f"{_received('a', a, result, right)} {explain(result, known, otherwise)}")


def check_slope(answer: Any) -> None:
    """Check the derivative of the scaled tanh, taken from its output."""
    y = np.array([1.2, -1.5, -1.0, 0.0, 0.4])
    result, right = _values(answer, y=y), slope(y)
    if same(result, right):
        return
    tanh = y / A
    known = (
        (
            1 - y**2,
            "1 - y^2 is the slope of plain tanh. Here y is not a tanh but 1.7159 times one.",
        ),
        (
            A * (1 - tanh**2),
            "The inner 2/3 is missing: the chain rule multiplies by the derivative of what stands "
            "inside, 2a/3.",
        ),
        (
            S * (1 - tanh**2),
            "The outer 1.7159 is missing: it stretches the output, and so the slope too.",
        ),
        (
            A * S * (1 - y**2),
            "Only where y is 0 is your slope right. In 1 - tanh^2, tanh is y / 1.7159 and not y "
            "itself.",
        ),
        (
            A * S * (1 - np.tanh(S * y) ** 2),
            "That is the slope where the *sum* is y. The function is given outputs: tanh has been "
            "taken already.",
        ),
        (
            y * (1 - y),
            "y (1 - y) is the slope of the logistic function, written through its output. The rule "
            "differs from function to function.",
        ),
    )
    otherwise = "Start from f' = 1.7159 * 2/3 * (1 - tanh^2) and write tanh as y / 1.7159."
    raise Wrong(f"{_received('y', y, result, right)} {explain(result, known, otherwise)}")


def check_bend(answer: Any) -> None:
    """Check where the curve bends most, for three values of the constant inside tanh."""
    steepness = np.array([S, 1.0, 0.4])
    given = np.array(
        [as_array(call(answer, steepness=s), "The result").item() for s in steepness.tolist()]
    )
    right = np.array([bend(s) for s in steepness.tolist()])

    def is_given(expected: Any) -> bool:
        # Wide enough for a search on a grid of a thousandth or so.
        return bool(np.allclose(given, expected, rtol=0, atol=4e-3))

    if is_given(right):
        return
    known = (
        (-right, "That is the place on the other side. Asked for is the positive sum."),
        (
            0,
            "There the curve is steepest, and there it is straight: its second derivative is 0. "
            "Asked for is where the *second* derivative is largest in size.",
        ),
        (
            1,
            "The paper says 'close to' 1, and only for 2/3. Work it out for any constant, or "
            "search for it.",
        ),
        (
            right[0],
            "That is the place for 2/3. A curve that is steeper bends earlier: use the argument.",
        ),
        (
            right[1],
            "That is the place for plain tanh: it is what steepness * a must be, so one division "
            "is left.",
        ),
        (
            right[1] * steepness,
            f"You multiplied {right[1]:.4f} by the constant. It is steepness * a that must be "
            f"{right[1]:.4f}, so divide: a steeper curve bends earlier.",
        ),
        (
            1 / np.sqrt(3) / steepness,
            "There steepness * a is 0.577 = 1 / sqrt(3). But it is the *tanh* that must be "
            "1 / sqrt(3); np.arctanh leads back to the sum.",
        ),
        (
            np.arctanh(1 / np.sqrt(2)) / steepness,
            "There tanh^2 is 1/2, and the slope has fallen to half. Asked for is where the slope "
            "falls fastest, which is a little before.",
        ),
    )
    otherwise = "The second derivative of tanh(steepness * a) is larger in size elsewhere."
    why = next((why for values, why in known if is_given(values)), otherwise)
    at = int(np.argmax(~np.isclose(given, right, rtol=0, atol=4e-3)))
    raise Wrong(
        f"For steepness = {steepness[at]:.3g} you gave {given[at]:.3f}; it should be "
        f"{right[at]:.3f}. {why}"
    )


def check_scale(answer: Any) -> None:
    """Check images scaled as in the paper."""
    # No pixel is 0 or 255, so that stretching the range of these images themselves shows.
    images = np.random.default_rng(5).integers(10, 201, size=(3, 28, 28), dtype="uint8")
    result = _values(answer, images=images)
    share = images / 255
    right = 1.275 * share - 0.1
    if same(result, right):
        return
    low, high = images.min(), images.max()
    own = (images - low) / (int(high) - int(low))
    known = (
        (
            1.175 - 1.275 * share,
            "The scale is upside down: 0 is paper and should become -0.1, 255 is ink and should "
            "become 1.175.",
        ),
        (
            1.175 * share - 0.1,
            "With your factor 255 becomes 1.075. From -0.1 to 1.175 it is 1.275, not 1.175: the "
            "0.1 below zero counts too.",
        ),
        (
            1.275 * images - 0.1,
            "The bytes were not divided by 255, so that full ink would become 325.",
        ),
        (
            share - 0.1,
            "That is the range 0 to 1 moved down by 0.1. It is to be stretched as well, so that "
            "full ink becomes 1.175.",
        ),
        (share, "That is the range 0 to 1. Stretch it by 1.275 and move it down by 0.1."),
        (
            1.275 * own - 0.1,
            "The scale was taken from the darkest and the brightest pixel of these images. The "
            "same gray would differ from batch to batch; use 0 and 255.",
        ),
        (
            (images - images.mean()) / images.std(),
            "These images were standardized by themselves: their mean is 0 and their variance 1. "
            "The ends should be fixed, -0.1 for paper and 1.175 for ink.",
        ),
    )
    otherwise = "A straight line takes 0 to -0.1 and 255 to 1.175."
    raise Wrong(
        f"Bytes from {low} to {high} became {result.min():.3f} to {result.max():.3f}; they should "
        f"become {right.min():.3f} to {right.max():.3f}. {explain(result, known, otherwise)}"
    )


def check_initial_weights(answer: Any) -> None:
    """Check weights drawn for a convolution, then for a dense layer."""
    # 75 inputs, 200 units, 25 pixels in a window: every way to miscount gives its own bound.
    shape = (5, 5, 3, 200)
    weights = _draw(answer, shape, seed=5)
    if np.ptp(weights) == 0:
        raise Wrong(
            f"All weights are {weights.flat[0]:.4f}. Units that start alike stay alike: draw the "
            "weights at random."
        )
    if not np.array_equal(weights, _draw(answer, shape, seed=5)):
        raise Wrong(
            "Two calls with generators in the same state gave different weights: they were drawn "
            "from somewhere else. Draw from `rng`, so that a seed repeats the whole run."
        )
    if np.array_equal(weights, _draw(answer, shape, seed=6)):
        raise Wrong(
            "Two generators with different seeds gave the same weights: a generator of your own "
            "was made inside the function. Draw from `rng`."
        )
    _check_range(weights, 75, _MISCOUNTED)
    dense = _draw(answer, (256, 120), seed=5)
    _check_range(dense, 256, {16: "the square root of the number of inputs"})


def _draw(answer: Any, shape: tuple[int, ...], *, seed: int) -> Array:
    result = call(answer, rng=np.random.default_rng(seed), shape=shape)
    weights = as_array(result, "The result")
    if weights.shape != shape:
        raise Wrong(f"For shape={shape} you gave {describe(result)}: return weights of this shape.")
    return weights


# What a learner may have divided 2.4 by, for weights of shape (5, 5, 3, 200).
_MISCOUNTED = {
    75**0.5: "the square root of the number of inputs. There is no root in the paper's rule: it "
    "allows for inputs that all pull the same way",
    200: "the number of maps, where the connections go. Fan-in is where they come from: what "
    "arrives at one unit",
    25: "the 25 pixels of one window. A unit sees that window in all three channels, so its "
    "fan-in is 75",
    784: "the pixels of a whole image. A unit of a convolution sees one window only",
    15_000: "the number of all weights. The units share neither inputs nor sums; count what "
    "arrives at one of them",
    15: "the rows of the window times the channels. A window has rows and columns, 25 pixels in "
    "each of three channels",
    5: "the side of the window. Every pixel of the window is an input",
    3: "the channels only. A unit sees 25 pixels in each of them",
    1: "1: the bound is 2.4 for every layer. Divide it by the fan-in",
}


def _check_range(weights: Array, fan_in: int, miscounted: Mapping[float, str]) -> None:
    """Check that weights are spread evenly between -2.4/fan_in and 2.4/fan_in."""
    shape, bound = weights.shape, 2.4 / fan_in
    low, high, spread = float(weights.min()), float(weights.max()), float(weights.std())
    runs = (
        f"For shape={shape} your weights run from {low:.4f} to {high:.4f}; they should run from "
        f"{-bound:.4f} to {bound:.4f}."
    )
    if low >= 0:
        raise Wrong(
            f"{runs} None is negative: the range begins at 0. It should reach as far below zero "
            "as above, so that the pulls of many inputs can cancel."
        )
    # The largest of evenly spread numbers is 1.7 times their standard deviation.
    if max(high, -low) > 2.2 * spread:
        raise Wrong(
            f"{runs} Their standard deviation is {spread:.4f} and some are four times that: a "
            "normal distribution. In the paper the bound is the *end* of the range, and every "
            "weight within is as likely: rng.uniform."
        )
    reach = (high - low) / 2
    if np.isclose(reach, bound, rtol=0.02) and abs(high + low) < 0.1 * bound:
        return
    for count, what in miscounted.items():
        if np.isclose(reach, 2.4 / count, rtol=0.02):
            raise Wrong(f"{runs} That is 2.4 divided by {what}.")
    if np.isclose(reach, 3**0.5 * bound, rtol=0.02):
        raise Wrong(
            f"{runs} Their *standard deviation* is {spread:.4f} = 2.4/{fan_in}. In the paper "
            "2.4 divided by the fan-in is the end of the range."
        )
    if np.isclose(reach, bound / 2, rtol=0.02):
        raise Wrong(
            f"{runs} The whole range is 2.4/{fan_in} wide. It should reach that far on either "
            "side of zero."
        )
    raise Wrong(f"{runs} {fan_in} inputs arrive at each unit.")


# Outputs of 25 units. The limit is 1.7159, and a tenth of the slope is left at 1.628.
_OUTPUTS = np.array(
    [
        *(1.635, 1.65, 1.68, 1.7, 1.71, 1.715),  # saturated
        *(-1.64, -1.69, -1.7, -1.714),  # saturated as well
        *(1.1, 1.3, 1.5, 1.62, -0.97, -1.2, -1.4, -1.6),  # beyond the limit of plain tanh
        *(0.9, 0.5, 0.0, -0.1, -0.4, -0.6, -0.8),
    ]
).reshape(5, 5)


def check_saturated(answer: Any) -> None:
    """Check the share of saturated units among 25."""
    outputs = _OUTPUTS
    result = as_array(call(answer, outputs=outputs), "The result")
    if result.size == outputs.size:
        raise Wrong(
            f"You gave {describe(result)}: an answer for each unit. Asked for is one number, "
            "the share of all; the mean of truth values is the share of those that are True."
        )
    if result.size != 1:
        raise Wrong(
            f"You gave {describe(result)}: a share for each row or column. Asked for is one "
            "number for the whole array; leave out `axis`."
        )
    given, right = float(result.item()), saturated(outputs)

    def is_given(truths: Any) -> bool:
        return bool(np.isclose(given, np.mean(truths)))

    if np.isclose(given, right):
        return
    share = f"You gave {given:g}; it should be {right:g}, {round(25 * right)} of 25 units."
    if np.isclose(given, (25 * right, 100 * right)).any():
        raise Wrong(f"{share} A share is a number from 0 to 1.")
    if np.isclose(given, 1 - right):
        raise Wrong(
            f"{share} Yours is the share of those that are not: turn the comparison around."
        )
    if given == 0:
        raise Wrong(
            f"{share} An output stays under 1.7159 whatever the sum: 2.73 is the *sum* beyond "
            "which the slope is under a tenth. Judge by the output, or by the slope that "
            "belongs to it."
        )
    if is_given(outputs > np.sqrt(0.9) * A):
        raise Wrong(
            f"{share} Four of them are at the lower end, near -1.7159, where the curve is as flat: "
            "take the absolute value, or the square."
        )
    if is_given(np.abs(outputs) > np.sqrt(0.9)) or is_given(np.abs(outputs) > 0.9):
        raise Wrong(
            f"{share} Yours are the outputs close to 1 or beyond, as for plain tanh. This one "
            "ends at 1.7159, and at 1 it keeps two thirds of its slope."
        )
    if is_given(np.abs(outputs) > 0.9 * A):
        raise Wrong(
            f"{share} Yours are the outputs beyond nine tenths of 1.7159. There a fifth of the "
            "slope is left, since the slope goes with the *square* of the output."
        )
    if is_given(slope(outputs) < 0.1):
        raise Wrong(
            f"{share} Yours have a slope under 0.1. Asked for is a tenth of the *greatest* "
            f"slope, which is {A * S:.3f} and not 1."
        )
    raise Wrong(f"{share} Those have a slope under {0.1 * A * S:.4f}, a tenth of the greatest.")


EXERCISES = (
    Exercise(
        id="05.scaled_tanh",
        title="The scaled tanh",
        wants="a function that turns an array of sums into an array of outputs",
        means="The curve passes through (1, 1) and (-1, -1), so a unit that is to answer 1 needs "
        "a sum of just 1.",
        hints=(
            "Read the formula from the inside: what happens to the sum first, and what to the "
            "result last?",
            "One factor belongs inside np.tanh(...), the other in front of it. Python writes 2a/3 "
            "as 2 * a / 3.",
            "return ___ * np.tanh(___ * a / 3)",
        ),
        check=check_scaled_tanh,
        start=scaled_tanh,
    ),
    Exercise(
        id="05.slope",
        title="The slope, from the output",
        wants="a function that turns an array of outputs into an array of slopes",
        means="A backward pass needs no second tanh and no stored sums: what the forward pass put "
        "out is enough.",
        hints=(
            "Differentiate with the chain rule first. The derivative of tanh(u) is 1 - tanh(u)^2.",
            "f'(a) is the outer factor, times 1 - tanh(2a/3)^2, times the inner derivative. If "
            "y = 1.7159 tanh(2a/3), what is tanh(2a/3)?",
            "return 1.7159 * ___ * (1 - (___ / ___) ** 2)",
        ),
        check=check_slope,
        start=slope,
    ),
    Exercise(
        id="05.bend",
        title="Where the curve bends most",
        wants="a function that turns a number into a number",
        means="For 2/3 the place is 0.988, which the paper rounds to 1; the factor 1.7159 plays "
        "no part in it.",
        hints=(
            "Write t for tanh(steepness * a). Its derivative is steepness * (1 - t^2), so every "
            "further derivative is a polynomial in t. Find the t first, then the a.",
            "The second derivative is in proportion to t - t^3. For which t is that largest? "
            "np.arctanh turns a tanh back into what it was taken of.",
            "return np.arctanh(___) / ___",
        ),
        check=check_bend,
        start=bend,
    ),
    Exercise(
        id="05.scale",
        title="Pixels scaled as in 1998",
        wants="a function that turns images into an array of the same shape",
        means="Paper is a little below zero and ink a little above one, so that the mean over all "
        "of MNIST comes to 0.067 instead of 0.131.",
        hints=(
            "On a straight line equal steps of gray become equal steps of the result. How long is "
            "the way from -0.1 to 1.175?",
            "Divide by 255 to have 0 to 1, stretch that to the right length, then move it down.",
            "return images / ___ * ___ - ___",
        ),
        check=check_scale,
        start=scale,
    ),
    Exercise(
        id="05.initial_weights",
        title="First weights for a given fan-in",
        wants="a function that takes a generator and a shape and returns an array",
        means="Whatever the inputs have in common, no sum can now be larger in size than 2.4 "
        "times the largest of them.",
        hints=(
            "How many numbers arrive at one unit? The last axis of the shape does not count: it "
            "says how many maps or units there are.",
            "np.prod multiplies the entries of a tuple, and a slice leaves out the last of them. "
            "rng.uniform(low, high, shape) draws evenly.",
            "bound = ___ / np.prod(shape[___])\nreturn rng.uniform(___, ___, shape)",
        ),
        check=check_initial_weights,
        start=initial_weights,
    ),
    Exercise(
        id="05.saturated",
        title="The share of saturated units",
        wants="a function that turns an array of outputs into one number",
        means="One number for a layer says how much of it can still learn, and it costs no "
        "backward pass.",
        hints=(
            "Which outputs have a slope that small? Think of both ends of the curve.",
            "Your answer to 05.slope gives the slope at an output; where is it greatest? np.mean "
            "of truth values is the share of those that are True.",
            "return np.mean(1 - (outputs / ___) ** 2 < ___)",
        ),
        check=check_saturated,
        start=saturated,
    ),
)
