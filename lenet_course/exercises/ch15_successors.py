"""The exercises of chapter 15: what came after LeNet.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import check_shape, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def _two_numbers(result: Any, what: str) -> Array:
    if not isinstance(result, (tuple, list, np.ndarray)) or len(result) != 2:
        raise Wrong(f"Your function returned {describe(result)}. Return two numbers: {what}.")
    given = as_array(result, "The result")
    check_shape(given, (2,), {}, f"Return two numbers: {what}.")
    return given.astype(float)


def _explain(given: Array, mistakes: Mistakes, otherwise: str, *case: Any) -> str:
    """Return what is to be said about the mistake that gives this result in this case."""
    return next(
        (why for make, why in mistakes if same(given, np.asarray(make(*case), float))), otherwise
    )


def _short(numbers: Any) -> str:
    return np.array2string(np.asarray(numbers, float), precision=4, separator=", ")


# A depthwise separable convolution


def separable(side: int, k: int, inputs: int, outputs: int) -> tuple[int, int]:
    """Return the multiply-adds of a full convolution and of a depthwise separable one."""
    return side**2 * k**2 * inputs * outputs, side**2 * (k**2 * inputs + inputs * outputs)


_SEPARABLE_MISTAKES: Mistakes = (
    (lambda s, k, i, o: separable(s, k, i, o)[::-1], "The two are swapped: the full one first."),
    (
        lambda s, k, i, o: (k**2 * i * o, k**2 * i + i * o),
        "You counted weights. Each weight is used at every place of the map: times side * side.",
    ),
    (
        lambda s, k, i, o: (s**2 * k**2 * i * o, s**2 * k**2 * i),
        "Your second number leaves out the kernels of 1x1 that mix the maps.",
    ),
    (
        lambda s, k, i, o: (s**2 * k**2 * i * o, s**2 * i * o),
        "Your second number leaves out the kernels that convolve each map alone.",
    ),
    (
        lambda s, k, i, o: (s**2 * k**2 * i * o, s**2 * (k**2 * i) * (i * o)),
        "You multiplied the two steps. They come one after the other, so their costs add up.",
    ),
    (
        lambda s, k, i, o: (s**2 * k**2 * i * o, s**2 * (k**2 * i * o + i * o)),
        "Your first step still joins every map to every other. Depthwise, each map has one kernel.",
    ),
    (
        lambda s, k, i, o: (s**2 * k**2 * i * o, s**2 * (k**2 * o + i * o)),
        "You convolved the outputs. The maps that are convolved alone are those that come in.",
    ),
    (
        lambda s, k, i, o: (s**2 * (k**2 * i + 1) * o, s**2 * ((k**2 + 1) * i + (i + 1) * o)),
        "You counted the biases. A bias is added, and multiplies nothing.",
    ),
    (
        lambda s, k, i, o: (
            (s - k + 1) ** 2 * k**2 * i * o,
            (s - k + 1) ** 2 * (k**2 * i + i * o),
        ),
        "You took the edge away. side is that of the maps that come out.",
    ),
)


def check_separable(answer: Any) -> None:
    """Check a layer whose five sizes are all different."""
    case = {"side": 7, "k": 3, "inputs": 4, "outputs": 10}
    given = _two_numbers(call(answer, **case), "the full convolution, the separable one")
    right = separable(**case)
    if not same(given, right):
        otherwise = (
            "Multiply places, weights of a kernel, and kernels; a separable one has two steps."
        )
        raise Wrong(
            f"For {case} you gave {_short(given)}; it should be {list(right)}. "
            f"{_explain(given, _SEPARABLE_MISTAKES, otherwise, *case.values())}"
        )


# Attention


def attention(x: Array, query: Array, key: Array, value: Array) -> Array:
    """Return what attention makes of tokens (n, width): an array (n, values)."""
    return _attention(x, query, key, value)


def _attention(
    x: Array,
    query: Array,
    key: Array,
    value: Array,
    *,
    weigh: Callable[[Array], Array] = lambda products: softmax(products, axis=1),
    scale: Callable[[Array, Array], float] = lambda x, q: np.sqrt(q.shape[1]),
) -> Array:
    """Each setting that is not the default is one way to go wrong."""
    return np.asarray(weigh((x @ query) @ (x @ key).T / scale(x, query)) @ (x @ value))


_ATTENTION_MISTAKES: Mistakes = (
    (
        partial(_attention, scale=lambda x, q: 1),
        "You did not divide by the root of d. Products of long queries are large, and the softmax "
        "would see one token only.",
    ),
    (
        partial(_attention, scale=lambda x, q: q.shape[1]),
        "You divided by d. Divide by its root: so much does a sum of d products vary.",
    ),
    (
        partial(_attention, scale=lambda x, q: np.sqrt(x.shape[1])),
        "You divided by the root of a token's length. d is the length of a query.",
    ),
    (
        partial(_attention, scale=lambda x, q: np.sqrt(len(x))),
        "You divided by the root of the number of tokens. d is the length of a query.",
    ),
    (
        partial(_attention, weigh=partial(softmax, axis=0)),
        "Your softmax goes down the columns. A row holds what one token asks of all: axis=1.",
    ),
    (
        partial(_attention, weigh=partial(softmax, axis=None)),
        "Your softmax goes over the whole table. Each row must sum to 1 by itself: axis=1.",
    ),
    (
        partial(_attention, weigh=lambda products: products),
        "The softmax is missing: the weights of a row must be positive and sum to 1.",
    ),
    (
        lambda x, q, k, v: _attention(x, k, q, v),
        "Queries and keys are swapped. Row r holds the query of token r times all keys.",
    ),
    (
        lambda x, q, k, v: softmax((x @ q) @ (x @ k).T / np.sqrt(q.shape[1]), axis=1),
        "Those are the weights. What is asked for is the mean of the values with them.",
    ),
    (
        lambda x, q, k, v: softmax((x @ q) @ (x @ k).T / np.sqrt(q.shape[1]), axis=1) @ x,
        "You averaged the tokens. Average their values, x @ value.",
    ),
)


def check_attention(answer: Any) -> None:
    """Check five tokens of three numbers, with queries of four and values of three."""
    rng = np.random.default_rng(15)
    sizes = {"x": (5, 3), "query": (3, 4), "key": (3, 4), "value": (3, 3)}
    case = {name: rng.normal(0, 1.2, size).round(2) for name, size in sizes.items()}
    given = as_array(call(answer, **case), "The result")
    right = attention(**case)
    for make, why in _ATTENTION_MISTAKES:
        if same(given, make(*case.values())):
            raise Wrong(f"For five tokens your first row is {_short(given[0])}. {why}")
    check_shape(given, right.shape, {}, "There is one new token for each of the 5.")
    if not same(given, right):
        raise Wrong(
            f"For five tokens your first row is {_short(given[0])}; it should be "
            f"{_short(right[0])}. Follow the equation from the left: products, root, softmax, mean."
        )


# Averaged weights


def average(weights: Array, momentum: float) -> Array:
    """Return the running mean of weights (steps, parameters) after the last step."""
    mean = weights[0]
    for new in weights[1:]:
        mean = momentum * mean + (1 - momentum) * new
    return np.asarray(mean)


def _from_zero(weights: Array, momentum: float) -> Array:
    return average(np.vstack([np.zeros(weights.shape[1]), weights]), momentum)


_AVERAGE_MISTAKES: Mistakes = (
    (
        lambda w, m: average(w, 1 - m),
        "momentum and 1 - momentum are swapped: your mean forgets nearly everything in each step.",
    ),
    (
        _from_zero,
        "Your mean starts at 0, and zeros are still in it. Start with the first weights.",
    ),
    (
        lambda w, m: w.mean(axis=0),
        "You gave all steps the same weight. The old ones should fade, by momentum in each step.",
    ),
    (lambda w, m: w[-1], "Those are the last weights, without those before."),
    (
        lambda w, m: average(w[::-1], m),
        "You went from the last step to the first. The newest weights should count most.",
    ),
    (
        lambda w, m: average(w[:-1], m),
        "You left out the last step.",
    ),
    (
        lambda w, m: sum(m ** (len(w) - 1 - t) * w[t] for t in range(len(w))),
        "Your weights of the steps do not sum to 1: what is new counts 1 - momentum.",
    ),
)


def check_average(answer: Any) -> None:
    """Check four steps of three parameters."""
    weights = np.array([[2.0, -1.0, 0.5], [1.0, 0.0, 4.0], [3.0, 2.0, 1.0], [0.0, 5.0, -2.0]])
    given = as_array(call(answer, weights=weights, momentum=0.8), "The result")
    right = average(weights, 0.8)
    check_shape(
        given,
        right.shape,
        {weights.shape: "Return the mean after the last step only."},
        "There is one number for each of the 3 parameters.",
    )
    if not same(given, right):
        otherwise = (
            "In each step: momentum times the old mean plus 1 - momentum times the new weights."
        )
        raise Wrong(
            f"For {weights.tolist()} and momentum=0.8 you gave {_short(given)}; it should be "
            f"{_short(right)}. {_explain(given, _AVERAGE_MISTAKES, otherwise, weights, 0.8)}"
        )


# A step and its noise


def step(before: Array, after: Array) -> tuple[float, float]:
    """Return the change of the mean from one row of runs to the next, and its standard error."""
    return _step(before, after)


def _step(
    before: Array,
    after: Array,
    *,
    variance: Callable[[Array], float] = lambda runs: runs.var(ddof=1) / len(runs),
) -> tuple[float, float]:
    """Take another variance, which is one way to go wrong."""
    change = after.mean() - before.mean()
    return float(change), float(np.sqrt(variance(before) + variance(after)))


_STEP_MISTAKES: Mistakes = (
    (
        lambda b, a: (-step(b, a)[0], step(b, a)[1]),
        "The sign is turned: a trick that helps makes the error smaller, a negative change.",
    ),
    (
        partial(_step, variance=lambda runs: runs.var(ddof=1)),
        "You took the spread of single runs. A mean of n runs is surer: divide each variance by n.",
    ),
    (
        partial(_step, variance=lambda runs: runs.var() / len(runs)),
        "You divided by n inside the variance. With few runs that is too small: ddof=1.",
    ),
    (
        partial(_step, variance=lambda runs: runs.var()),
        "That is the spread of single runs, with ddof=0. Use ddof=1, and divide by n for a mean.",
    ),
    (
        lambda b, a: (
            step(b, a)[0],
            np.sqrt(b.var(ddof=1) / len(b)) + np.sqrt(a.var(ddof=1) / len(a)),
        ),
        "You added standard deviations. Chances that are independent add up as squares.",
    ),
    (
        lambda b, a: (step(b, a)[0], step(b, a)[1] ** 2),
        "That is the variance of the change. Take its root.",
    ),
    (
        partial(_step, variance=lambda runs: runs.std(ddof=1) / len(runs)),
        "You divided standard deviations by n. Variances are divided by n.",
    ),
    (
        lambda b, a: (a.min() - b.min(), step(b, a)[1]),
        "You compared the best runs. The best of more runs is better by luck alone: take means.",
    ),
    (
        lambda b, a: (step(b, a)[0], np.sqrt(a.var(ddof=1) / len(a))),
        "You took the chance of the new runs only. The old mean has its chance as well.",
    ),
)


def check_step(answer: Any) -> None:
    """Check four runs against six."""
    before = np.array([1.02, 0.95, 1.1, 0.9])
    after = np.array([0.8, 0.86, 0.71, 0.9, 0.83, 0.75])
    result = call(answer, before=before, after=after)
    given = _two_numbers(result, "the change of the mean, its standard error")
    right = step(before, after)
    if not same(given, right):
        otherwise = "Subtract the means; then the root of the sum of both variances over n."
        raise Wrong(
            f"For {before.tolist()} and {after.tolist()} you gave {_short(given)}; it should be "
            f"{_short(right)}. {_explain(given, _STEP_MISTAKES, otherwise, before, after)}"
        )


EXERCISES = (
    Exercise(
        id="15.separable",
        title="A convolution taken apart",
        wants="a function that returns two numbers of multiply-adds",
        means="Kernels of 3x3 make a layer cheaper by nearly nine times, if there are many maps.",
        hints=(
            "At each place of the output, how many products does each of the two ways add up?",
            "In a full convolution each map that comes out has a kernel for each that comes in. "
            "Depthwise, each map that comes in has one; then kernels of 1x1 mix them.",
            "full = side**2 * k**2 * ___\nseparable = side**2 * (k**2 * ___ + ___)\n"
            "return full, separable",
        ),
        check=check_separable,
        start=separable,
    ),
    Exercise(
        id="15.attention",
        title="Attention by hand",
        wants="a function that returns an array with a row for each token",
        means="Each new token is a mean of values, and the weights come from the tokens.",
        hints=(
            "Three products first: queries, keys and values of all tokens.",
            "(x @ query) @ (x @ key).T has a row for each token that asks. Divide by the root of "
            "query.shape[1]; softmax(..., axis=1).",
            "q, k, v = x @ query, x @ key, x @ value\n"
            "weights = softmax(___ / np.sqrt(___), axis=___)\nreturn weights @ ___",
        ),
        check=check_attention,
        start=attention,
    ),
    Exercise(
        id="15.average",
        title="Averaged weights",
        wants="a function that returns an array with a number for each parameter",
        means="A running mean takes out the noise of single steps and forgets the distant past.",
        hints=(
            "Begin with the weights after the first step, and go through the others.",
            "In each step, the old mean counts momentum, and what is new counts 1 - momentum.",
            "mean = weights[0]\nfor new in weights[1:]:\n"
            "    mean = ___ * mean + ___ * new\nreturn mean",
        ),
        check=check_average,
        start=average,
    ),
    Exercise(
        id="15.noise",
        title="A step and its noise",
        wants="a function that returns two numbers, the change and its standard error",
        means="A change below two standard errors is no finding.",
        hints=(
            "How far would the difference of the two means move, if all runs were made again?",
            "The variance of a mean of n runs is runs.var(ddof=1) / n. Variances of independent "
            "things add up.",
            "change = after.mean() - ___\n"
            "variance = before.var(ddof=1) / ___ + ___\nreturn change, np.sqrt(variance)",
        ),
        check=check_step,
        start=step,
    ),
)
