"""The exercises of chapter 06, backpropagation.

Each check computes the gradient of a few small arrays, chosen so that every mistake named below
gives a result of its own. The right answers, with which a worksheet goes on past a blank, come
first.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Shape, check_shape, check_values, same
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import correlate_loops, numerical_gradient, softmax

Array = NDArray[Any]

PARTS = ("x", "weights", "bias")


def slopes(x: float, w1: float, w2: float, target: float) -> tuple[float, float]:
    """Return dL/dw1 and dL/dw2 for h = tanh(w1 x), y = w2 h, L = (y - target)**2 / 2."""
    h = float(np.tanh(w1 * x))
    error = w2 * h - target
    return error * w2 * (1 - h**2) * x, error * h


def softmax_gradient(logits: Array, labels: Array) -> Array:
    """Return dL/d(logits), (n, classes), of the mean cross-entropy of the softmax."""
    gradient = softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def pooling_gradient(gradient: Array) -> Array:
    """Carry a gradient (n, rows, columns, maps) back through a 2x2 average pooling."""
    return gradient.repeat(2, axis=1).repeat(2, axis=2) / 4


def kernel_gradient(image: Array, gradient: Array) -> Array:
    """Return dL/d(kernel) of a valid convolution, from its image and dL/d(map)."""
    return correlate_loops(image, gradient)


def image_gradient(kernel: Array, gradient: Array) -> Array:
    """Return dL/d(image) of a valid convolution, from its kernel and dL/d(map)."""
    return correlate_loops(np.pad(gradient, len(kernel) - 1), kernel[::-1, ::-1])


def find_fault(layer: Any, x: Array) -> str:
    """Return "x", "weights" or "bias": the gradient that `layer.backward` gets wrong."""
    to_x = layer.backward(np.ones_like(layer.forward(x)))

    def by_x(moved: Array) -> float:
        return float(layer.forward(moved).sum())

    def by_parameter(name: str, moved: Array) -> float:
        layer.parameters[name] = moved
        return by_x(x)

    differences = {"x": np.abs(numerical_gradient(by_x, x) - to_x).max()}
    for name, kept in list(layer.parameters.items()):
        measured = numerical_gradient(partial(by_parameter, name), kept)
        layer.parameters[name] = kept
        differences[name] = np.abs(measured - layer.gradients[name]).max()
    return max(differences, key=lambda name: float(differences[name]))


class SuspectLayer:
    """A dense layer with its tanh, y = tanh(x W + b), and a fault in its `backward`.

    `forward`, `backward`, `parameters` and `gradients` are those of a layer of
    `lenet_course.scratch`. One of the three gradients that `backward` makes is wrong.

    Parameters
    ----------
    weights, bias
        W, shape (units, units), and b, shape (units,), float64.
    wrong
        Which gradient is wrong: "x", "weights" or "bias".
    fine
        Wrong in the eighth decimal only: rounded to single precision.
    watch
        Called with (x, weights, bias) at each `forward`.
    """

    def __init__(
        self,
        weights: Array,
        bias: Array,
        *,
        wrong: str,
        fine: bool = False,
        watch: Callable[[tuple[Array, Array, Array]], None] | None = None,
    ) -> None:
        self.parameters = {"weights": weights, "bias": bias}
        self.gradients: dict[str, Array] = {}
        self._wrong, self._fine, self._watch = wrong, fine, watch

    def forward(self, x: Array) -> Array:
        """Return tanh(x W + b), shape (n, units), for x of the same shape."""
        weights, bias = self.parameters["weights"], self.parameters["bias"]
        if self._watch is not None:
            self._watch((np.array(x), np.array(weights), np.array(bias)))
        y: Array = np.tanh(x @ weights + bias)
        self._x, self._y = x, y
        return y

    def backward(self, gradient: Array) -> Array:
        """Return dL/dx from dL/dy and store `gradients`; one of the three is wrong."""
        weights = self.parameters["weights"]
        inner = gradient * (1 - self._y**2)
        gradients: dict[str, Array] = {
            "x": inner @ weights.T,
            "weights": self._x.T @ inner,
            "bias": inner.sum(axis=0),
        }
        if self._fine:
            gradients[self._wrong] = gradients[self._wrong].astype("float32").astype("float64")
        else:
            gradients[self._wrong] = {
                "x": inner @ weights,
                "weights": gradients["weights"] / len(gradient),
                "bias": gradient.sum(axis=0),
            }[self._wrong]
        to_x = gradients.pop("x")
        self.gradients = gradients
        return to_x


def suspect_layer(
    wrong: str,
    *,
    fine: bool = False,
    watch: Callable[[tuple[Array, Array, Array]], None] | None = None,
) -> tuple[SuspectLayer, Array]:
    """Return a layer with a fault in its `backward`, and an input (4, 3) for it."""
    random = np.random.default_rng(6)
    weights, bias, x = (random.normal(0, 0.7, shape) for shape in ((3, 3), 3, (4, 3)))
    return SuspectLayer(weights, bias, wrong=wrong, fine=fine, watch=watch), x


def check_slopes(answer: Any) -> None:
    """Check the two slopes of the net with two weights."""
    numbers = {"x": 0.8, "w1": 0.9, "w2": 1.5, "target": 0.3}
    result = call(answer, **numbers)
    given = as_array(result, "The result").astype("float64")
    if given.shape != (2,):
        raise Wrong(
            f"Your function returned {describe(result)}. Return two numbers: dL/dw1, dL/dw2."
        )
    right = np.array(slopes(**numbers))
    at = "For " + ", ".join(f"{name}={value}" for name, value in numbers.items())
    both = (
        f"{at} you gave {given[0]:.4f}, {given[1]:.4f}; it should be {right[0]:.4f}, "
        f"{right[1]:.4f}."
    )
    if same(given, right[::-1]):
        raise Wrong(f"{both} The two are swapped: dL/dw1 comes first.")
    if same(given, -right):
        raise Wrong(
            f"{both} Both have the wrong sign. L = (y - target)**2 / 2 grows with y when y is "
            "above the target, so dL/dy is y - target. The minus belongs to the step that training "
            "takes, not to the slope."
        )
    if same(given, 2 * right):
        raise Wrong(
            f"{both} Both are twice too large: the 1/2 in L is there to cancel the 2 that comes "
            "down from the square."
        )
    h = np.tanh(numbers["w1"] * numbers["x"])
    error = numbers["w2"] * h - numbers["target"]
    _check_slope(f"{at} your dL/dw2", given[1], right[1], _SECOND, error, h)
    values = (error, h, numbers["w2"], numbers["x"])
    _check_slope(f"{at} your dL/dw1", given[0], right[0], _FIRST, *values)


# What a slope is when one step of the chain is missing or wrong, and which step that is.
_SECOND = (
    (lambda e, h: e, "A factor is missing: when w2 grows by 1, y grows by h."),
    (
        lambda e, h: e * h * (1 - h**2),
        "It went through the tanh. The path from w2 to the loss does not: w2 acts behind it.",
    ),
    (lambda e, h: h, "The first step of the way back is missing: dL/dy = y - target."),
)
_FIRST = (
    (
        lambda e, h, w2, x: e * w2 * (1 - np.tanh(h) ** 2) * x,
        "The slope of the tanh was taken at its output h. It belongs at the input, w1 x: there it "
        "is 1 - tanh(w1 x)**2, which is 1 - h**2.",
    ),
    (
        lambda e, h, w2, x: e * w2 * x,
        "The tanh was passed as if its slope were 1. It is 1 - h**2.",
    ),
    (
        lambda e, h, w2, x: e * (1 - h**2) * x,
        "The factor w2 is missing: on the way from h to y a change is multiplied by w2.",
    ),
    (
        lambda e, h, w2, x: e * w2 * (1 - h**2),
        "The last factor is missing: when w1 grows by 1, the sum w1 x grows by x.",
    ),
    (
        lambda e, h, w2, x: e * w2 * (1 - h) * x,
        "The slope of tanh was taken as 1 - h. It is 1 - h**2.",
    ),
    (
        lambda e, h, w2, x: w2 * (1 - h**2) * x,
        "It is the slope of y, not of the loss: the step dL/dy = y - target is missing.",
    ),
)


def _check_slope(
    what: str, given: float, right: float, known: tuple[Any, ...], *values: float
) -> None:
    if np.isclose(given, right, rtol=1e-5):
        return
    otherwise = "Walk back from L to the weight, one factor a step."
    why = next(
        (why for mistake, why in known if np.isclose(given, mistake(*values), rtol=1e-5)), otherwise
    )
    raise Wrong(f"{what} is {given:.4f} and should be {right:.4f}. {why}")


def check_softmax_gradient(answer: Any) -> None:
    """Check the gradient of softmax and cross-entropy, then logits that overflow."""
    logits = np.array([[0.2, -1.0, 1.3], [2.0, 0.5, -0.7], [-0.3, 0.9, 0.4], [1.1, 1.6, -2.0]])
    labels = np.array([2, 1, 0, 1])
    given = as_array(call(answer, logits=logits, labels=labels), "The result")
    check_shape(given, logits.shape, {}, "The gradient has a number for each logit.")
    p, one_hot = softmax(logits), np.eye(3)[labels]
    n, right = len(logits), softmax_gradient(logits, labels)
    down = np.exp(logits) / np.exp(logits).sum(axis=0)
    known = (
        (
            p - one_hot,
            "Yours is 4 times too large. The loss is the mean over the batch, so each of the 4 "
            "digits has a share of 1/n in it, and so has its gradient.",
        ),
        (
            right / n,
            "Yours is 4 times too small: divided by n twice. One division, for the mean over the "
            "batch, is enough.",
        ),
        (
            right / 3,
            "Yours is 3 times too small: the mean was taken over all entries. Average over the 4 "
            "digits only; the 3 classes of a digit together make its one loss.",
        ),
        (
            -right,
            "Yours has the wrong sign: one-hot minus outputs is the direction to go, downhill. The "
            "gradient points uphill.",
        ),
        (
            (down - one_hot) / n,
            "Your outputs sum to 1 in each column: the softmax ran along the wrong axis. Each row "
            "is one digit.",
        ),
        (
            (logits - one_hot) / n,
            "Yours is logits minus one-hot: the softmax is missing. The outputs in the formula are "
            "the probabilities.",
        ),
        (
            -one_hot / p / n,
            "Yours is the slope by the probabilities, -1/p at the label. One step is left: from "
            "the probabilities through the softmax to the logits.",
        ),
        (p / n, "Yours is the probabilities over n: nothing was subtracted at the label."),
    )
    otherwise = "It is the probability, minus 1 at the label, divided by the number of digits."
    check_values(given, right, known, otherwise, "The gradient")
    _check_large_logits(answer)


def _check_large_logits(answer: Any) -> None:
    logits = np.array([[1000.0, 0.0, 0.0]])
    with np.errstate(all="ignore"):
        given = as_array(call(answer, logits=logits, labels=np.array([1])), "The result")
    if not same(given, [[1, -1, 0]]):
        raise Wrong(
            f"The formula is right, but for logits of {logits[0].tolist()} and label 1 you gave "
            f"{given[0].tolist()}; it should be [1.0, -1.0, 0.0]. exp(1000) is too large for a "
            "number. Subtract the largest logit of each row first; the softmax stays the same."
        )


def check_pooling_gradient(answer: Any) -> None:
    """Check the gradient carried back through a 2x2 average pooling."""
    gradient = np.random.default_rng(6).normal(size=(2, 3, 4, 5))
    given = as_array(call(answer, gradient=gradient), "The result")
    right = pooling_gradient(gradient)
    shapes: dict[Shape, str] = {
        (2, 1, 2, 5): "The gradient was pooled once more. On the way back the map grows: each of "
        "its numbers goes to 4 pixels.",
    }
    twice = "The input of the pooling had twice the rows and twice the columns."
    check_shape(given, right.shape, shapes, twice)
    corner = np.zeros(right.shape)
    corner[:, ::2, ::2] = gradient
    known = (
        (
            4 * right,
            "Every pixel received the whole gradient of its block. In the forward pass it counted "
            "for a quarter of the mean; so a quarter comes back.",
        ),
        (
            2 * right,
            "Every pixel received half of the gradient of its block. A block has 2 x 2 = 4 pixels, "
            "each a quarter of the mean.",
        ),
        (
            corner,
            "One pixel of each block received all of the gradient and the others none. That is "
            "what a max pooling does. In a mean all four pixels count alike.",
        ),
        (
            np.tile(gradient, (1, 2, 2, 1)) / 4,
            "The gradient map was laid out twice, side by side (np.tile). Each of its numbers "
            "belongs to the 4 neighbors of its own block: repeat each number.",
        ),
    )
    otherwise = "A pixel receives a quarter of the gradient of its own block."
    check_values(given, right, known, otherwise, "The gradient")


def _normal(side: int) -> Array:
    return np.random.default_rng(side).normal(size=(side, side))


def check_kernel_gradient(answer: Any) -> None:
    """Check dL/d(kernel) of a valid convolution."""
    image, gradient = _normal(7), _normal(5)
    given = as_array(call(answer, image=image, gradient=gradient), "The result")
    right = kernel_gradient(image, gradient)
    sizes = (
        "The image is 7x7 and the map 5x5, so the kernel was 3x3: one slope for each weight. "
        "Nothing is padded here, as nothing was in the forward pass."
    )
    check_shape(given, right.shape, {}, sizes)
    known = (
        (
            right / gradient.size,
            "Yours is 25 times too small: the mean over the 25 positions. The weight acts at each "
            "of them, and what it does to the loss adds up: a sum.",
        ),
        (
            correlate_loops(image, gradient[::-1, ::-1]),
            "The map of slopes was mirrored. Here nothing is mirrored: weight (i, j) met pixel "
            "(r + i, c + j) in the forward pass, and meets it again.",
        ),
        (
            right[::-1, ::-1],
            "Yours is right but turned by 180 degrees. Weight (0, 0) looks at the upper left of "
            "each window, and its slope stands at (0, 0).",
        ),
        (right.T, "Yours is right but transposed: rows and columns are swapped."),
        (
            correlate_loops(image, np.ones((5, 5))),
            "Yours is the sum of the pixels under each weight; the slopes of the map by which they "
            "are to be multiplied are missing.",
        ),
        (
            image[:3, :3] * gradient.sum(),
            "Yours is made from the window at the upper left alone. At every position the weight "
            "lies on another pixel.",
        ),
    )
    otherwise = "It is the sum of the pixels under the weight, each times the slope of its unit."
    check_values(given, right, known, otherwise, "The gradient")


def check_image_gradient(answer: Any) -> None:
    """Check dL/d(image) of a valid convolution."""
    kernel, gradient = _normal(3), _normal(5)
    given = as_array(call(answer, kernel=kernel, gradient=gradient), "The result")
    right = image_gradient(kernel, gradient)
    shapes: dict[Shape, str] = {
        (3, 3): "A valid convolution made the map smaller again. On the way back it must grow from "
        "5x5 to the 7x7 of the image: pad it with zeros first.",
        (5, 5): "The padding kept the side. The image had 7x7 pixels, and the one in its corner "
        "lay under one window only. Pad so far that a kernel can touch the map with its last "
        "weight: by k - 1 on each side.",
        (9, 9): "It was padded by k = 3 on each side, one too many: pad by k - 1.",
    }
    sizes = "The map is 5x5 and the kernel 3x3, so the image was 7x7."
    check_shape(given, right.shape, shapes, sizes)
    padded = np.pad(gradient, 2)
    known = (
        (
            correlate_loops(padded, kernel),
            "The kernel was used as it is. Pixel (3, 3) reached map unit (1, 1) through weight "
            "(2, 2) and unit (3, 3) through weight (0, 0): the weights come in the opposite "
            "order. Mirror the kernel, rows and columns.",
        ),
        (
            correlate_loops(padded, kernel.T),
            "The kernel was transposed, as for a dense layer. Here it is to be mirrored: "
            "kernel[::-1, ::-1].",
        ),
        (
            correlate_loops(padded, kernel[::-1, ::-1].T),
            "The kernel was mirrored and transposed. Mirror its rows and its columns, and leave "
            "the diagonal alone.",
        ),
        (
            correlate_loops(padded, kernel[::-1]),
            "The kernel was mirrored top to bottom only. Mirror its columns too.",
        ),
        (
            correlate_loops(padded, kernel[:, ::-1]),
            "The kernel was mirrored left to right only. Mirror its rows too.",
        ),
        (
            right / kernel.size,
            "Yours is 9 times too small: a mean over the 9 windows that a pixel is in. What it "
            "does in each of them adds up.",
        ),
    )
    otherwise = (
        "It is the sum over the units that saw the pixel: the unit's slope times the weight."
    )
    check_values(given, right, known, otherwise, "The gradient")


def check_find_fault(answer: Any) -> None:
    """Check the finder on three layers with a gross fault, then three with a fine one."""
    for fine in (False, True):
        for wrong in PARTS:
            seen: list[tuple[Array, Array, Array]] = []
            layer, x = suspect_layer(wrong, fine=fine, watch=seen.append)
            original = (x, layer.parameters["weights"], layer.parameters["bias"])
            found = call(answer, layer=layer, x=x)
            if found not in PARTS:
                raise Wrong(
                    f'Your function returned {describe(found)}. Return "x", "weights" or "bias".'
                )
            moves = _moves(original, seen)
            if found != wrong:
                raise Wrong(_misjudged(found, wrong, fine, moves))
            if not moves.any(axis=0).all():
                raise Wrong(
                    f'"{wrong}" is right, but a fault in one number only would escape you. '
                    + _left_alone(moves)
                )


def _moves(original: tuple[Array, ...], seen: list[tuple[Array, Array, Array]]) -> Array:
    """Return how each number was moved at each `forward`, (calls, numbers)."""
    start = np.concatenate([array.ravel() for array in original])
    return np.array([np.concatenate([array.ravel() for array in s]) - start for s in seen])


def _left_alone(moves: Array) -> str:
    moved = int(moves.any(axis=0).sum())
    return (
        f"You moved {moved} of the {moves.shape[1]} numbers in x, weights and bias and left "
        f"{moves.shape[1] - moved} alone. A fault may be in any: move each of them."
    )


def _misjudged(found: str, wrong: str, fine: bool, moves: Array) -> str:
    """Say what was wrong with a finder, from how it moved the numbers of the layer."""
    verdict = f'The gradient of "{wrong}" was wrong and you said "{found}". '
    if fine:
        verdict = (
            f'You found the gross faults. But here the gradient of "{wrong}" was wrong from its '
            f'eighth decimal on, and you said "{found}". '
        )
    sizes = np.abs(moves[moves != 0])
    if sizes.size == 0:
        return verdict + (
            "Your function never moved a number and looked at what `forward` then gives. The size "
            "of a gradient does not tell whether it is right; a difference of values does."
        )
    if not moves.any(axis=0).all():
        return verdict + _left_alone(moves)
    best = "A central difference is at its best with steps between 1e-4 and 1e-7."
    if np.isrealobj(moves) and sizes.max() > 2e-4:
        return verdict + (
            f"You moved the numbers by {sizes.max():.0e}. That is too far: the curve bends between "
            f"the two points. {best}"
        )
    if np.isrealobj(moves) and sizes.min() < 1e-8:
        return verdict + (
            f"You moved the numbers by {sizes.min():.0e}. That is not far enough: the difference "
            f"drowns in rounding. {best}"
        )
    if not (moves.real < 0).any() and np.isrealobj(moves):
        return verdict + (
            "You moved the numbers up only: a one-sided difference, with an error that grows with "
            "the step. Move up and down and divide by twice the step."
        )
    return verdict + (
        "Name the gradient with the largest difference, in absolute value, from the measured "
        "slopes; a fixed limit or a sum over the differences can hide a small one."
    )


EXERCISES = (
    Exercise(
        id="06.chain",
        title="The chain rule on two weights",
        wants="a function that returns two numbers",
        means="Both slopes share the factor y - target: the way back from the loss is walked once, "
        "and every weight along it picks up its own last factor.",
        hints=(
            "Write the four steps of the forward pass under each other: w1 x, h, y, L. Beside "
            "each write its slope: by how much it grows for a small growth of the one above.",
            "np.tanh has the slope 1 - np.tanh(a)**2 at a. Multiply the factors on the path from "
            "the weight to the loss.",
            "h = np.tanh(___)\nerror = ___ - target\n"
            "return error * w2 * (1 - ___) * ___, error * ___",
        ),
        check=check_slopes,
        start=slopes,
    ),
    Exercise(
        id="06.softmax",
        title="The gradient at the top",
        wants="a function that returns an array of the logits' shape",
        means="Every row sums to 0: what the right digit is to gain, the others are to lose, each "
        "in proportion to the probability it was wrongly given.",
        hints=(
            "Which way should the sum of the right digit go, and by how much, when its probability "
            "is 0.9? And that of a wrong digit with probability 0.05?",
            "The softmax is np.exp divided by its sum over each row; keepdims=True keeps that sum "
            "in a column. np.eye(classes)[labels] are the one-hot rows. The largest logit of a row "
            "may be subtracted first: it cancels.",
            "e = np.exp(logits - logits.max(axis=___, keepdims=True))\n"
            "p = e / e.sum(axis=___, keepdims=True)\n"
            "return (p - ___) / ___",
        ),
        check=check_softmax_gradient,
        start=softmax_gradient,
    ),
    Exercise(
        id="06.pooling",
        title="Back through an average",
        wants="a function that returns an array with twice the rows and columns",
        means="The four quarters add up to what came in: a mean passes on as much gradient as it "
        "receives, spread evenly.",
        hints=(
            "By how much does the mean of four pixels grow when one of them grows by 1?",
            "gradient.repeat(2, axis=0) would write every image twice. Which axes are the rows and "
            "the columns?",
            "return gradient.repeat(2, axis=___).repeat(2, axis=___) / ___",
        ),
        check=check_pooling_gradient,
        start=pooling_gradient,
    ),
    Exercise(
        id="06.kernel",
        title="The gradient of a kernel",
        wants="a function that returns a small array, one number for each weight",
        means="The map of slopes slides over the image as a kernel does, and each weight collects "
        "a product from every position at which it was used.",
        hints=(
            "On which pixel does weight (0, 0) lie when the map's unit (r, c) is computed? And "
            "weight (i, j)? Sum over all r and c.",
            "The sum over r and c of image[r + i, c + j] * gradient[r, c] is what "
            "correlate_loops(a, b) computes, for the right a and b.",
            "return correlate_loops(___, ___)",
        ),
        check=check_kernel_gradient,
        start=kernel_gradient,
    ),
    Exercise(
        id="06.image",
        title="The gradient of an image",
        wants="a function that returns an array of the image's shape",
        means="A correlation with the mirrored kernel is a convolution in the strict sense: the "
        "backward pass of a convolution layer is a convolution.",
        hints=(
            "Take one pixel in the middle. Which units of the map saw it, and through which weight "
            "each? Go through them from left to right and watch the weight's column. How many "
            "units saw a pixel in the corner?",
            "np.pad(a, p) puts p rows and columns of zeros around a; a[::-1, ::-1] mirrors rows "
            "and columns; correlate_loops does the rest.",
            "padded = np.pad(gradient, ___)\nreturn correlate_loops(padded, kernel[___, ___])",
        ),
        check=check_image_gradient,
        start=image_gradient,
    ),
    Exercise(
        id="06.fault",
        title="The fault in a backward pass",
        wants='a function that returns "x", "weights" or "bias"',
        means="You found faults down to the eighth decimal, which no accuracy would have shown: "
        "measured slopes can judge any backward pass.",
        hints=(
            "Take as loss the sum of all outputs; then the gradient that `backward` wants is an "
            "array of ones. What does the loss do when one number of x moves a little?",
            "numerical_gradient(function, array) moves every number of `array` and returns the "
            "slopes. For weights and bias the function puts the moved array into "
            "layer.parameters before it calls layer.forward.",
            "to_x = layer.backward(np.ones_like(layer.forward(x)))\n"
            "weights = layer.parameters[___]\n"
            "\n"
            "def total(moved):\n"
            "    layer.parameters[___] = moved\n"
            "    return layer.forward(x).sum()\n"
            "\n"
            "slopes = numerical_gradient(total, weights)\n"
            "layer.parameters[___] = weights\n"
            "difference = np.abs(slopes - layer.gradients[___]).max()\n"
            "# Likewise for bias and for x; return the name of the largest difference.",
        ),
        check=check_find_fault,
        start=find_fault,
    ),
)
