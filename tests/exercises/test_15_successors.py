"""Chapter 15: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from lenet_course.exercises.ch15_successors import attention, average, separable
from lenet_course.successors import multiply_adds

# A convolution taken apart


def counting(second, *, side=lambda s, k: s, first=lambda k, i, o: k * k * i * o):
    """Count both ways as one learner sees them."""
    return lambda s, k, i, o: (
        side(s, k) ** 2 * first(k, i, o),
        side(s, k) ** 2 * second(k, i, o),
    )


def right_second(k, i, o):
    return k * k * i + i * o


# Attention


def attending(root=lambda x, q: q.shape[1] ** 0.5, axis=1, of=lambda x, v: x @ v):
    """Attend as one learner reads the equation."""

    def attend(x, query, key, value):
        products = np.einsum("nd,md->nm", x @ query, x @ key) / root(x, query)
        return softmax(products, axis=axis) @ of(x, value)

    return attend


def without_softmax(x, query, key, value):
    return (x @ query) @ (x @ key).T / 2 @ (x @ value)


def weights_only(x, query, key, value):
    return softmax((x @ query) @ (x @ key).T / 2, axis=1)


def keys_ask(x, query, key, value):
    return softmax((x @ key) @ (x @ query).T / 2, axis=1) @ (x @ value)


def token_by_token(x, query, key, value):
    rows = []
    for token in x:
        e = np.exp([(token @ query) @ (other @ key) / np.sqrt(len(query[0])) for other in x])
        rows.append(sum(a * (other @ value) for a, other in zip(e / e.sum(), x, strict=True)))
    return rows


# Averaged weights


def running(start=lambda w: (w[0], w[1:]), old=lambda m: m, new=lambda m: 1 - m):
    """Keep a mean as one learner would."""

    def mean(weights, momentum):
        kept, rest = start(weights)
        for step in rest:
            kept = old(momentum) * kept + new(momentum) * step
        return kept

    return mean


def all_at_once(weights, momentum):
    fading = momentum ** np.arange(len(weights))[::-1]
    fading[1:] *= 1 - momentum
    return fading @ weights


def every_mean(weights, momentum):
    return np.array([average(weights[: t + 1], momentum) for t in range(len(weights))])


# A step and its noise


def comparing(error, change=lambda b, a: np.mean(a) - np.mean(b)):
    return lambda b, a: (change(b, a), error(b, a))


def error_of_means(b, a):
    return np.hypot(*(np.std(runs, ddof=1) / np.sqrt(len(runs)) for runs in (b, a)))


WRONG: list[tuple[str, str, Any, str]] = [
    ("15.separable", "swapped", lambda *c: counting(right_second)(*c)[::-1], "are swapped"),
    (
        "15.separable",
        "weights are work",
        counting(right_second, side=lambda s, k: 1),
        "You counted weights",
    ),
    ("15.separable", "depthwise only", counting(lambda k, i, o: k * k * i), "that mix the maps"),
    ("15.separable", "mixing only", counting(lambda k, i, o: i * o), "convolve each map alone"),
    (
        "15.separable",
        "steps multiply",
        counting(lambda k, i, o: k * k * i * i * o),
        "multiplied the two steps",
    ),
    (
        "15.separable",
        "depthwise is full",
        counting(lambda k, i, o: k * k * i * o + i * o),
        "each map has one kernel",
    ),
    (
        "15.separable",
        "outputs are convolved",
        counting(lambda k, i, o: k * k * o + i * o),
        "those that come in",
    ),
    (
        "15.separable",
        "biases multiply",
        counting(
            lambda k, i, o: k * k * i + i + i * o + o, first=lambda k, i, o: (k * k * i + 1) * o
        ),
        "counted the biases",
    ),
    (
        "15.separable",
        "side is that of the input",
        counting(right_second, side=lambda s, k: s - k + 1),
        "took the edge away",
    ),
    ("15.attention", "no root", attending(root=lambda x, q: 1), "did not divide"),
    ("15.attention", "d", attending(root=lambda x, q: q.shape[1]), "Divide by its root"),
    (
        "15.attention",
        "length of a token",
        attending(root=lambda x, q: len(q) ** 0.5),
        "root of a token's length",
    ),
    (
        "15.attention",
        "number of tokens",
        attending(root=lambda x, q: len(x) ** 0.5),
        "root of the number of tokens",
    ),
    ("15.attention", "columns", attending(axis=0), "down the columns"),
    ("15.attention", "all at once", attending(axis=None), "over the whole table"),
    ("15.attention", "products are weights", without_softmax, "The softmax is missing"),
    ("15.attention", "keys ask", keys_ask, "are swapped"),
    ("15.attention", "weights are the result", weights_only, "Those are the weights"),
    ("15.attention", "tokens are values", attending(of=lambda x, v: x), "averaged the tokens"),
    (
        "15.average",
        "swapped",
        running(old=lambda m: 1 - m, new=lambda m: m),
        "are swapped",
    ),
    ("15.average", "from zero", running(start=lambda w: (0, w)), "zeros are still in it"),
    ("15.average", "all steps alike", lambda w, m: w.mean(axis=0), "the same weight"),
    ("15.average", "the last one", lambda w, m: w[-1], "Those are the last weights"),
    (
        "15.average",
        "backward",
        running(start=lambda w: (w[-1], w[-2::-1])),
        "last step to the first",
    ),
    ("15.average", "one short", running(start=lambda w: (w[0], w[1:-1])), "left out the last"),
    ("15.average", "sum of what fades", running(new=lambda m: 1), "do not sum to 1"),
    (
        "15.noise",
        "sign",
        comparing(error_of_means, lambda b, a: np.mean(b) - np.mean(a)),
        "The sign is turned",
    ),
    (
        "15.noise",
        "spread of runs",
        comparing(lambda b, a: np.hypot(np.std(b, ddof=1), np.std(a, ddof=1))),
        "the spread of single runs. A mean",
    ),
    (
        "15.noise",
        "ddof",
        comparing(lambda b, a: np.sqrt(np.var(b) / len(b) + np.var(a) / len(a))),
        "inside the variance",
    ),
    (
        "15.noise",
        "spread, ddof",
        comparing(lambda b, a: np.hypot(np.std(b), np.std(a))),
        "with ddof=0",
    ),
    (
        "15.noise",
        "deviations add",
        comparing(lambda b, a: sum(np.std(r, ddof=1) / len(r) ** 0.5 for r in (b, a))),
        "added standard deviations",
    ),
    ("15.noise", "variance", comparing(lambda b, a: error_of_means(b, a) ** 2), "Take its root"),
    (
        "15.noise",
        "deviations over n",
        comparing(lambda b, a: np.sqrt(sum(np.std(r, ddof=1) / len(r) for r in (b, a)))),
        "divided standard deviations",
    ),
    (
        "15.noise",
        "best against best",
        comparing(error_of_means, lambda b, a: min(a) - min(b)),
        "compared the best runs",
    ),
    (
        "15.noise",
        "the old mean is known",
        comparing(lambda b, a: np.std(a, ddof=1) / len(a) ** 0.5),
        "the new runs only",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("15.separable", "one number", lambda s, k, i, o: s, "Return two numbers"),
    ("15.separable", "rows", lambda s, k, i, o: [[1, 2], [3, 4]], "Return two numbers"),
    ("15.separable", "a guess", lambda s, k, i, o: (1, 2), "has two steps"),
    ("15.attention", "a guess", lambda x, q, k, v: 0 * x, "Follow the equation"),
    ("15.attention", "one row", lambda x, q, k, v: x[0], "one new token for each of the 5"),
    ("15.average", "all means", every_mean, "after the last step only"),
    ("15.average", "one number", lambda w, m: 1.0, "each of the 3 parameters"),
    ("15.average", "a guess", lambda w, m: 0 * w[0], "momentum times the old mean"),
    ("15.noise", "a guess", lambda b, a: (1, 2), "Subtract the means"),
]

RIGHT: list[tuple[str, Any]] = [
    ("15.separable", counting(right_second)),
    ("15.attention", attending()),
    ("15.attention", token_by_token),
    ("15.average", running()),
    ("15.average", all_at_once),
    ("15.noise", comparing(error_of_means)),
]


@pytest.mark.parametrize("case", [(7, 3, 4, 10), (5, 5, 6, 16)])
def test_layers_of_keras_cost_as_much(case):
    from keras import Input, Sequential
    from keras.layers import Conv2D, DepthwiseConv2D

    side, k, inputs, outputs = case
    image = (side, side, inputs)
    full = Sequential([Input(image), Conv2D(outputs, k, padding="same")])
    apart = Sequential([Input(image), DepthwiseConv2D(k, padding="same"), Conv2D(outputs, 1)])
    assert (multiply_adds(full), multiply_adds(apart)) == separable(*case)


def test_attention_is_that_of_keras():
    from keras.layers import MultiHeadAttention

    x = np.random.default_rng(15).normal(size=(6, 4)).astype(np.float32)
    layer = MultiHeadAttention(1, 3, output_shape=4, use_bias=False)
    found = np.asarray(layer(x[None], x[None]))[0]
    query, key, value, out = (np.asarray(weight).squeeze() for weight in layer.weights)
    np.testing.assert_allclose(attention(x, query, key, value) @ out, found, atol=1e-5)


def test_the_average_is_that_of_keras():
    import keras

    variable = keras.Variable(np.array([2.0, -1.0], np.float32))
    optimizer = keras.optimizers.SGD(0.3, use_ema=True, ema_momentum=0.8)
    optimizer.build([variable])
    kept = [np.asarray(variable)]
    for gradient in ([1.0, 2.0], [-3.0, 0.5], [2.0, 2.0]):
        optimizer.apply([keras.ops.array(gradient)], [variable])
        kept.append(np.asarray(variable))
    optimizer.finalize_variable_values([variable])
    found = average(np.array(kept), 0.8)
    # Keras keeps the weights after the first step as its first mean.
    alternatives = [found, average(np.array(kept[1:]), 0.8)]
    assert any(np.allclose(np.asarray(variable), other, atol=1e-5) for other in alternatives)
