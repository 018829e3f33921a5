"""Chapter 09: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import re
from typing import Any

import numpy as np
import pytest

from lenet_course.exercises.ch09_original import (
    SUSPECTS,
    curvatures,
    measured_curvatures,
    suspect_estimate,
    tells_curvature,
    toy_gradients,
    toy_loss,
    toy_network,
)
from lenet_course.scratch import (
    TABLE_I,
    Dense,
    EuclideanMSE,
    Network,
    Tanh,
    numerical_gradient,
    softmax,
)

THREE, FOUR, WITH_A_HOLE = (0, 1, 2), (0, 1, 2, 3), (0, 1, 3, 4)


def wiring(
    first=THREE, second=FOUR, third=WITH_A_HOLE, *, start=lambda m, k: m % 6, go=lambda s: s % 6
):
    """Write Table I as one learner reads its rule."""

    def wire():
        table = np.zeros((6, 16))
        groups = [first] * 6 + [second] * 6 + [third] * 3 + [range(6)]
        for m, offsets in enumerate(groups):
            table[go(start(m, len(offsets)) + np.array(offsets)), m] = 1
        return table

    return wire


def stop_at_the_end(maps):
    return maps[maps < 6]


def table_by_hand():
    threes = ["012", "123", "234", "345", "045", "015"]
    fours = ["0123", "1234", "2345", "0345", "0145", "0125", "0134", "1245", "0235"]
    reads = [*threes, *fours, "012345"]
    return [[int(str(s) in of_map) for of_map in reads] for s in range(6)]


def reading(
    *, largest=False, gap=lambda y: y[:, 1] - y[:, 0], reject=lambda y, gaps, limit: gaps < limit
):
    """Write a reader of penalties with one step as one learner sees it."""

    def decode(penalties, smallest_gap):
        order = penalties.argsort(axis=1)
        ordered = np.sort(penalties, axis=1)
        best = order[:, 9] if largest else order[:, 0]
        doubtful = reject(ordered, ordered[:, 1] - ordered[:, 0], smallest_gap)
        return np.where(doubtful, -1, best), order[:, 1], gap(ordered)

    return decode


def scores(penalties, smallest_gap):
    """Read penalties as scores throughout."""
    order = penalties.argsort(axis=1)[:, ::-1]
    ordered = np.sort(penalties, axis=1)[:, ::-1]
    gaps = ordered[:, 0] - ordered[:, 1]
    return np.where(gaps < smallest_gap, -1, order[:, 0]), order[:, 1], gaps


def argmax_only(penalties, smallest_gap):
    digits, second, gaps = reading()(penalties, smallest_gap)
    return np.where(digits < 0, -1, penalties.argmax(axis=1)), second, gaps


def down_the_columns(penalties, smallest_gap):
    order = penalties.argsort(axis=0)
    ordered = np.sort(penalties, axis=0)
    return order[0], order[1], ordered[1] - ordered[0]


def rejected_left_out(penalties, smallest_gap):
    digits, second, gaps = reading()(penalties, smallest_gap)
    kept = digits >= 0
    return digits[kept], second[kept], gaps[kept]


def rejected_second(penalties, smallest_gap):
    digits, second, gaps = reading()(penalties, smallest_gap)
    return digits, np.where(digits < 0, -1, second), gaps


def penalties_for_digits(penalties, smallest_gap):
    digits, second, gaps = reading()(penalties, smallest_gap)
    return np.where(digits < 0, -1, penalties.min(axis=1)), second, gaps


def penalty_for_second(penalties, smallest_gap):
    digits, _, gaps = reading()(penalties, smallest_gap)
    return digits, np.sort(penalties, axis=1)[:, 1], gaps


def decode_by_loop(penalties, smallest_gap):
    digits, seconds, gaps = [], [], []
    for row in penalties:
        best = int(row.argmin())
        rest = row.copy()
        rest[best] = np.inf
        gaps.append(rest.min() - row[best])
        seconds.append(int(rest.argmin()))
        digits.append(best if gaps[-1] >= smallest_gap else -1)
    return digits, seconds, gaps


def criterion(after, *, sign=1, over=np.mean, before=lambda y, d: y[np.arange(len(y)), d]):
    """Write eq. 9 with the part behind the penalty as one learner sees it."""

    def map_loss(penalties, labels, j):
        return over(before(penalties, labels) + sign * after(penalties, labels, j))

    return map_loss


def log_sum(y, d, j):
    return np.log(np.exp(-j) + np.exp(-y).sum(axis=1))


def competitors_only(y, d, j):
    others = np.where(np.arange(y.shape[1]) == d[:, None], np.inf, y)
    return log_sum(others, d, j)


def map_by_softmax(penalties, labels, j):
    exponents = np.column_stack([-penalties, np.full(len(penalties), -j)])
    return -np.log(softmax(exponents)[np.arange(len(labels)), labels]).mean()


def map_by_shift(penalties, labels, j):
    total = 0.0
    for row, label in zip(penalties, labels, strict=True):
        smallest = min(j, *row)
        inner = sum(np.exp(smallest - y) for y in [j, *row])
        total += row[label] - smallest + np.log(inner)
    return total / len(labels)


def walk(
    *,
    slope=lambda a: (1 - np.tanh(a) ** 2) ** 2,
    back=lambda top, w2: top @ (w2**2).T,
    squared_x=np.square,
    squared_hidden=np.square,
    top=2.0,
    factor=lambda hidden: 1.0,
):
    """Write the walk back with one step as one learner sees it."""

    def curvatures(x, target, w1, w2):
        a = x @ w1
        hidden = np.tanh(a)
        h = np.full(target.shape, top / len(x))
        below = slope(a) * back(h, w2)
        return squared_x(x).T @ below, (squared_hidden(hidden) * factor(hidden)).T @ h

    return curvatures


def times(factor):
    def answer(x, target, w1, w2):
        return tuple(factor(len(x)) * h for h in curvatures(x, target, w1, w2))

    return answer


def with_the_bend(x, target, w1, w2):
    """Add the term with f'' to the walk back."""
    first, second = curvatures(x, target, w1, w2)
    hidden = np.tanh(x @ w1)
    bend = -2 * hidden * (1 - hidden**2)
    error = 2 / len(x) * (hidden @ w2 - target)
    return first + (x**2).T @ (bend * (error @ w2.T)), second


def mean_pattern(x, target, w1, w2):
    mean = slice(None), None
    return curvatures(x.mean(axis=0)[mean].T, target[:1], w1, w2)


def mean_before_square(x, target, w1, w2):
    first, _ = curvatures(x, target, w1, w2)
    return first, 2 * np.tile(np.tanh(x @ w1).mean(axis=0)[:, None] ** 2, (1, 2))


def mean_of_each_factor(x, target, w1, w2):
    _, second = curvatures(x, target, w1, w2)
    slope = ((1 - np.tanh(x @ w1) ** 2) ** 2).mean(axis=0)
    return np.outer(x.mean(axis=0) ** 2, 2 * slope * (w2**2).sum(axis=1)), second


def first_from(answer):
    """Take the second layer as it should be, and the first one from an answer."""
    return lambda *toy: (answer(*toy)[0], curvatures(*toy)[1])


def squared_mean_gradient(x, target, w1, w2):
    return tuple(gradient**2 for gradient in toy_gradients(x, target, w1, w2))


def squared_gradients(x, target, w1, w2):
    patterns = [
        squared_mean_gradient(x[p : p + 1], target[p : p + 1], w1, w2) for p in range(len(x))
    ]
    return tuple(np.mean(layer, axis=0) for layer in zip(*patterns, strict=True))


def curvature_by_layers(x, target, w1, w2):
    """Let `scratch` walk: its loss of eq. 8 has the squares in the layer, so put 2/n on top."""
    network = Network([Dense(w1, np.zeros(4)), Tanh(), Dense(w2, np.zeros(2))])
    network.forward(x)
    network.curve(np.full(target.shape, 2 / len(x)))
    return [network.layers[i].curvatures["weights"] for i in (0, 2)]


def curvature_by_loop(x, target, w1, w2):
    h1, h2 = np.zeros(w1.shape), np.zeros(w2.shape)
    for pattern in x:
        hidden = np.tanh(pattern @ w1)
        for j in range(w1.shape[1]):
            h2[j] += hidden[j] ** 2 * 2
            h1[:, j] += pattern**2 * (1 - hidden[j] ** 2) ** 2 * sum(2 * w2[j] ** 2)
    return h1 / len(x), h2 / len(x)


def at_a_fit(x, w1, w2):
    return np.tanh(x @ w1) @ w2


def finder(decide):
    """Write a finder from what one learner does with the estimate at the toy's own targets."""

    def tells(estimate):
        x, target, w1, w2 = toy_network()
        return bool(decide(estimate(x, target, w1, w2), x, target, w1, w2))

    return tells


def finder_at(targets, decide):
    def tells(estimate):
        x, target, w1, w2 = toy_network()
        return bool(decide(*estimate(x, targets(x, target, w1, w2), w1, w2)))

    return tells


def fit(x, target, w1, w2):
    return at_a_fit(x, w1, w2)


def does_not_vanish(h1, h2):
    return not (np.allclose(h1, 0) and np.allclose(h2, 0))


def at_zero_weights(estimate):
    x, target, w1, w2 = toy_network()
    return bool(np.abs(estimate(x, target, 0 * w1, w2)[1]).max() > 0)


def both_layers_keep_still(estimate):
    x, target, w1, w2 = toy_network()
    before, after = estimate(x, target, w1, w2), estimate(x, target + 1, w1, w2)
    return all(np.allclose(a, b) for a, b in zip(before, after, strict=True))


def errors_doubled_mean_curvature_doubled(estimate):
    """Double the errors and take any growth of h of w2 up to fourfold for a curvature's."""
    x, target, w1, w2 = toy_network()
    y = at_a_fit(x, w1, w2)
    _, before = estimate(x, target, w1, w2)
    _, after = estimate(x, y + 2 * (target - y), w1, w2)
    return bool(after.mean() < 4.1 * before.mean())


def measured_at_a_fit(estimate):
    x, _, w1, w2 = toy_network()
    target = at_a_fit(x, w1, w2)
    given = estimate(x, target, w1, w2)
    return all(
        np.allclose(a, b, rtol=1e-3, atol=1e-4)
        for a, b in zip(given, measured_curvatures(x, target, w1, w2), strict=True)
    )


def by_scaling_the_network(estimate):
    """Twice the outputs and twice the targets: four times the loss, and so the curvature of w1."""
    x, target, w1, w2 = toy_network()
    before, _ = estimate(x, target, w1, w2)
    after, _ = estimate(x, 2 * target, w1, 2 * w2)
    return np.allclose(after, 4 * before)


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    ("09.steps", "Newton needs no mu", lambda h, eta, mu: eta / h, "mu is missing"),
    (
        "09.steps",
        "mu is a smallest step",
        lambda h, eta, mu: eta / h + mu,
        "You added mu to the step",
    ),
    (
        "09.steps",
        "SDLM is Adam",
        lambda h, eta, mu: eta / (mu + np.sqrt(h)),
        "as Adam does",
    ),
    (
        "09.steps",
        "mu is a floor",
        lambda h, eta, mu: eta / np.maximum(h, mu),
        "the larger of mu and h",
    ),
    (
        "09.steps",
        "steep and curved means far",
        lambda h, eta, mu: eta * (mu + h),
        "longest where the loss is most curved",
    ),
    (
        "09.steps",
        "one rate for all",
        lambda h, eta, mu: np.full(h.shape, eta / (mu + h.mean())),
        "All your steps are equal",
    ),
    ("09.steps", "eta damps", lambda h, eta, mu: mu / (eta + h), "swapped"),
    ("09.steps", "a step goes down", lambda h, eta, mu: -eta / (mu + h), "are negative"),
    ("09.table", "everything is connected", lambda: np.ones((6, 16)), "96 kernels"),
    ("09.table", "maps are counted from 1", wiring(start=lambda m, k: 1 + m), "counts the maps"),
    ("09.table", "runs stop at the end", wiring(go=stop_at_the_end), "stops at the last map"),
    (
        "09.table",
        "runs stay inside",
        wiring(start=lambda m, k: min(m % 6, 6 - k)),
        "Go round instead",
    ),
    ("09.table", "four come first", wiring(FOUR, THREE), "Four are too many"),
    ("09.table", "twelve maps of three", wiring(THREE, THREE), "The second six maps read four"),
    ("09.table", "rows are C3", lambda: wiring()().T, "each column one of C3"),
    ("09.table", "discontinuous means any", wiring(third=(0, 1, 2, 4)), "Thirteen maps are right"),
    ("09.table", "four in a row again", wiring(third=FOUR), "repeat maps 6 to 8"),
    ("09.table", "order does not matter", wiring(third=(0, 2, 3, 5)), "in another order"),
    ("09.decode", "outputs are scores", scores, "the second smallest the second best"),
    ("09.decode", "argmax names the digit", argmax_only, "the smallest one names the digit"),
    (
        "09.decode",
        "argmax, nothing rejected",
        reading(largest=True, reject=lambda y, gaps, limit: gaps < -1),
        "the smallest one names the digit",
    ),
    (
        "09.decode",
        "never in doubt",
        reading(reject=lambda y, gaps, limit: gaps < -1),
        "You rejected nothing",
    ),
    (
        "09.decode",
        "a large gap is doubt",
        reading(reject=lambda y, gaps, limit: gaps >= limit),
        "You rejected the images with a large gap",
    ),
    (
        "09.decode",
        "a large penalty is doubt",
        reading(reject=lambda y, gaps, limit: y[:, 0] > limit),
        "You rejected by the best penalty",
    ),
    (
        "09.decode",
        "best minus second",
        reading(gap=lambda y: y[:, 0] - y[:, 1]),
        "no gap is below 0",
    ),
    (
        "09.decode",
        "the spread is the gap",
        reading(gap=lambda y: y[:, 9] - y[:, 0]),
        "the gap between best and worst",
    ),
    (
        "09.decode",
        "the largest two",
        reading(gap=lambda y: y[:, 9] - y[:, 8]),
        "the two worst digits",
    ),
    (
        "09.decode",
        "a penalty is a distance",
        reading(gap=lambda y: np.sqrt(y[:, 1]) - np.sqrt(y[:, 0])),
        "A penalty is a squared distance",
    ),
    (
        "09.decode",
        "a ratio of penalties",
        reading(gap=lambda y: y[:, 1] / y[:, 0]),
        "Yours is a ratio",
    ),
    ("09.decode", "a column is an image", down_the_columns, "You went down the columns"),
    ("09.decode", "rejected is removed", rejected_left_out, "Keep their places"),
    (
        "09.decode",
        "rejected is forgotten",
        rejected_second,
        "between which digits the network wavered",
    ),
    ("09.decode", "sort gives digits", penalties_for_digits, "argsort, not sort"),
    (
        "09.decode",
        "sort gives the second",
        penalty_for_second,
        "and should be 8. Yours are penalties",
    ),
    (
        "09.map",
        "no rubbish",
        criterion(lambda y, d, j: np.log(np.exp(-y).sum(axis=1))),
        "The rubbish class is missing",
    ),
    (
        "09.map",
        "rubbish has exp(j)",
        criterion(lambda y, d, j: log_sum(y, d, -j)),
        "You have exp(j)",
    ),
    (
        "09.map",
        "rubbish adds j",
        criterion(lambda y, d, j: np.log(j + np.exp(-y).sum(axis=1))),
        "You have j itself in the sum",
    ),
    (
        "09.map",
        "j is a constant of the loss",
        criterion(lambda y, d, j: np.log(np.exp(-y).sum(axis=1)) + j),
        "You have j outside the logarithm",
    ),
    (
        "09.map",
        "exp(-j) is a constant of the loss",
        criterion(lambda y, d, j: np.log(np.exp(-y).sum(axis=1)) + np.exp(-j)),
        "You have exp(-j) outside the logarithm",
    ),
    (
        "09.map",
        "exp of the penalty",
        criterion(lambda y, d, j: log_sum(-y, d, -j)),
        "A small penalty is a likely class",
    ),
    (
        "09.map",
        "penalties are logits",
        lambda y, d, j: criterion(lambda y, d, j: log_sum(y, d, j))(-y, d, j),
        "the cross-entropy of outputs that are large",
    ),
    (
        "09.map",
        "the logarithm is a penalty",
        criterion(log_sum, sign=-1),
        "You subtracted the logarithm",
    ),
    (
        "09.map",
        "logs are added",
        criterion(lambda y, d, j: np.log(np.exp(-j) + np.exp(-y)).sum(axis=1)),
        "compete inside one logarithm",
    ),
    (
        "09.map",
        "the log of a sum is a sum",
        criterion(lambda y, d, j: -j - y.sum(axis=1)),
        "is just -y",
    ),
    (
        "09.map",
        "the others compete",
        criterion(competitors_only),
        "You left the right class out",
    ),
    ("09.map", "a loss is a sum", criterion(log_sum, over=np.sum), "4 times too large"),
    (
        "09.map",
        "mean over all penalties",
        criterion(log_sum, over=lambda e: e.sum() / 12),
        "3 times too small",
    ),
    (
        "09.map",
        "all penalties count",
        criterion(log_sum, before=lambda y, d: y.sum(axis=1)),
        "Only that of the label",
    ),
    (
        "09.map",
        "the network's own answer",
        criterion(log_sum, before=lambda y, d: y.min(axis=1)),
        "The network may be wrong",
    ),
    ("09.map", "eq. 8", criterion(lambda y, d, j: 0), "The competition is missing"),
    (
        "09.map",
        "the logarithm alone",
        lambda y, d, j: log_sum(y, d, j).mean(),
        "the logarithm alone",
    ),
    ("09.map", "a loss for each", criterion(log_sum, over=np.array), "a loss for each pattern"),
    (
        "09.map",
        "j is 0.7",
        lambda y, d, j: criterion(log_sum)(y, d, 0.7),
        "Instead of a number of your own use the argument j",
    ),
    ("09.map", "exp takes any number", criterion(log_sum), "log(0) is minus infinity"),
    (
        "09.curvature",
        "the slope once",
        walk(slope=lambda a: 1 - np.tanh(a) ** 2),
        "The slope of the tanh is not squared",
    ),
    (
        "09.curvature",
        "weights once",
        walk(back=lambda h, w2: h @ w2.T),
        "The weights w2 are not squared",
    ),
    (
        "09.curvature",
        "a walk of first derivatives",
        walk(slope=lambda a: 1 - np.tanh(a) ** 2, back=lambda h, w2: h @ w2.T),
        "Slope and weights are not squared",
    ),
    ("09.curvature", "pixels once", walk(squared_x=np.array), "The inputs x are not squared"),
    (
        "09.curvature",
        "inputs once",
        walk(squared_x=np.array, squared_hidden=np.array),
        "The outputs of the hidden units are not squared",
    ),
    ("09.curvature", "tanh passes all on", walk(slope=np.ones_like), "as if its slope were 1"),
    (
        "09.curvature",
        "slope at the output",
        walk(slope=lambda a: (1 - np.tanh(np.tanh(a)) ** 2) ** 2),
        "taken at its output",
    ),
    (
        "09.curvature",
        "a tanh everywhere",
        walk(factor=lambda hidden: (1 - hidden**2) ** 2),
        "Behind w2 there is no tanh",
    ),
    ("09.curvature", "f'' belongs to it", with_the_bend, "the term with f'' and the error"),
    (
        "09.curvature",
        "square the sum",
        walk(back=lambda h, w2: h[:, :1] * w2.sum(1) ** 2),
        "sum of squares",
    ),
    ("09.curvature", "one average pattern", mean_pattern, "one average pattern"),
    ("09.curvature", "average, then square", mean_before_square, "and squared it then"),
    ("09.curvature", "average each factor", mean_of_each_factor, "and multiplied them then"),
    ("09.curvature", "as for a gradient", toy_gradients, "Yours is a gradient"),
    ("09.curvature", "squared gradients", squared_gradients, "Yours are squared gradients"),
    (
        "09.curvature",
        "the square of the gradient",
        squared_mean_gradient,
        "Yours are squared gradients",
    ),
    (
        "09.curvature",
        "squared gradients below",
        first_from(squared_gradients),
        "Yours are squared gradients",
    ),
    (
        "09.curvature",
        "the square of the gradient below",
        first_from(squared_mean_gradient),
        "Yours are squared gradients",
    ),
    ("09.curvature", "a loss is a sum", times(lambda n: n), "8 times too large"),
    ("09.curvature", "every layer divides", times(lambda n: 1 / n), "8 times too small"),
    ("09.curvature", "a square bends by 1", walk(top=1), "half as large"),
    ("09.curvature", "a mean over outputs too", times(lambda n: 1 / 2), "over the patterns only"),
    ("09.curvature", "the 2 is squared too", walk(top=4), "twice too large"),
    ("09.curvature", "valleys bend down", times(lambda n: -1), "of the wrong sign"),
    (
        "09.squared",
        "a square cannot be negative",
        finder(lambda h, *toy: min(h[0].min(), h[1].min()) < 0),
        "You went by the sign",
    ),
    (
        "09.squared",
        "measuring settles it anywhere",
        finder(
            lambda h, *toy: np.allclose(h[0], measured_curvatures(*toy)[0], rtol=1e-3, atol=1e-4)
        ),
        "Ask at a perfect fit, where that term is 0",
    ),
    (
        "09.squared",
        "squared gradients are small",
        finder(lambda h, *toy: h[0].mean() > 0.1),
        "for one set of targets only",
    ),
    (
        "09.squared",
        "squared gradients stay finite",
        errors_doubled_mean_curvature_doubled,
        "they are four times as large",
    ),
    (
        "09.squared",
        "only eq. 27 is honest",
        finder(lambda h, *toy: np.allclose(h[0], curvatures(*toy)[0])),
        "an estimate that is not eq. 27 may still be honest",
    ),
    (
        "09.squared",
        "no curvature follows the targets",
        both_layers_keep_still,
        "changes with the errors; h of w2 does not",
    ),
    (
        "09.squared",
        "there is one recipe",
        finder(lambda h, *toy: not np.allclose(h[0], squared_gradients(*toy)[0])),
        "You know one recipe",
    ),
    ("09.squared", "what vanishes is 0", finder_at(fit, does_not_vanish), "has added 0.001"),
    (
        "09.squared",
        "curvature vanishes at the minimum",
        finder_at(fit, lambda h1, h2: not does_not_vanish(h1, h2)),
        "it is the gradients that vanish",
    ),
    ("09.squared", "weights of 0 are a minimum", at_zero_weights, "at weights that are all 0"),
    ("09.squared", "the name will do", lambda estimate: True, "never called `estimate`"),
    (
        "09.squared",
        "True is a fault found",
        lambda estimate: not tells_curvature(estimate),
        "the wrong way round",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    (
        "09.steps",
        "one number",
        lambda h, eta, mu: eta / (mu + h.mean()),
        "Each parameter has a step size of its own",
    ),
    ("09.steps", "twice", lambda h, eta, mu: 2 * eta / (mu + h), "eta is 0.5 and mu is 0.02"),
    (
        "09.table",
        "a map too many",
        lambda: np.ones((6, 17)),
        "The shape is (6, 17) and should be (6, 16)",
    ),
    ("09.table", "numbers of maps", lambda: wiring()() * np.arange(16), "whether a map is read"),
    ("09.table", "right to left", lambda: np.roll(TABLE_I, 2, axis=1), "Map 0 of C3 reads 0, 2, 3"),
    (
        "09.table",
        "nothing",
        lambda: np.zeros((6, 16)),
        "Map 0 of C3 reads none and should read 0, 1, 2",
    ),
    ("09.decode", "digits only", lambda y, gap: y.argmin(axis=1), "Return three arrays"),
    ("09.decode", "all of them", lambda y, gap: (y, y, y), "The shape of the digits is (5, 10)"),
    (
        "09.decode",
        "the best twice",
        lambda y, gap: (*reading()(y, gap)[:1], y.argmin(axis=1), reading()(y, gap)[2]),
        "Yours is the best",
    ),
    ("09.decode", "twice", reading(gap=lambda y: 2 * (y[:, 1] - y[:, 0])), "The gap at 0 is"),
    ("09.decode", "half", reading(gap=lambda y: (y[:, 1] - y[:, 0]) / 2), "minus the smallest"),
    ("09.map", "every penalty", lambda y, d, j: y, "The shape is (4, 3) and should be ()"),
    ("09.map", "a guess", lambda y, d, j: 1.0, "the log of a sum of 1 + 3 exponentials"),
    ("09.curvature", "one array", lambda *toy: toy[2], "Return two arrays"),
    (
        "09.curvature",
        "swapped",
        lambda *toy: curvatures(*toy)[::-1],
        "The shape of h of w1 is (4, 2)",
    ),
    (
        "09.curvature",
        "a slip below",
        lambda *toy: (3 * curvatures(*toy)[0], curvatures(*toy)[1]),
        "h of w1 at (0, 0) is",
    ),
    (
        "09.curvature",
        "a slip above",
        lambda *toy: (curvatures(*toy)[0], 3 * curvatures(*toy)[1]),
        "h of w2 at (0, 0) is",
    ),
    ("09.squared", "a sentence", lambda estimate: "yes", "Return True or False"),
]

RIGHT: list[tuple[str, Any]] = [
    ("09.steps", lambda h, eta, mu: 1 / (mu / eta + h / eta)),
    ("09.table", table_by_hand),
    ("09.table", wiring()),
    ("09.decode", decode_by_loop),
    ("09.decode", reading()),
    ("09.map", map_by_softmax),
    ("09.map", map_by_shift),
    ("09.curvature", curvature_by_loop),
    ("09.curvature", curvature_by_layers),
    ("09.curvature", walk()),
    ("09.squared", measured_at_a_fit),
    ("09.squared", by_scaling_the_network),
    ("09.squared", finder_at(fit, lambda h1, h2: h2.mean() > 0.01)),
]


def test_the_toy_network_and_its_derivatives():
    """The gradients are those of values; the curvatures are exact where the chapter says so."""
    x, target, w1, w2 = toy_network()
    first, second = toy_gradients(x, target, w1, w2)
    assert np.allclose(first, numerical_gradient(lambda w: toy_loss(x, target, w, w2), w1))
    assert np.allclose(second, numerical_gradient(lambda w: toy_loss(x, target, w1, w), w2))
    by_walk, by_moving = curvatures(x, target, w1, w2), measured_curvatures(x, target, w1, w2)
    assert np.allclose(by_walk[1], by_moving[1], atol=1e-4)
    assert not np.allclose(by_walk[0], by_moving[0], atol=0.1)
    assert by_walk[0].min() > 0 > by_moving[0].min()
    fitted = x, at_a_fit(x, w1, w2), w1, w2
    assert np.allclose(curvatures(*fitted)[0], measured_curvatures(*fitted)[0], atol=1e-4)
    # The loss is that of eq. 8 when the codes are the targets.
    penalties = ((np.tanh(x @ w1) @ w2 - target) ** 2).sum(axis=1, keepdims=True)
    assert np.isclose(EuclideanMSE().value(penalties, np.zeros(8, int)), toy_loss(*toy_network()))


@pytest.mark.parametrize("kind", SUSPECTS)
def test_a_suspect_is_what_its_name_says(kind):
    toy = toy_network()
    estimate, honest = suspect_estimate(kind), SUSPECTS[kind][1]
    assert tells_curvature(estimate) == honest == measured_at_a_fit(estimate)
    own = {
        "Gauss-Newton": curvature_by_loop(*toy),
        "squared gradients": squared_gradients(*toy),
        "exact second derivatives": measured_curvatures(*toy),
        "square of the mean gradient": squared_mean_gradient(*toy),
        "scaled squared gradients": [h / 20 for h in squared_gradients(*toy)],
        "squared gradients with a floor": [h + 0.001 for h in squared_gradients(*toy)],
    }[kind]
    for layer, expected in zip(estimate(*toy), own, strict=True):
        assert np.allclose(layer, expected, rtol=1e-4, atol=1e-4)


def test_what_the_table_s_check_says_of_table_i():
    assert TABLE_I.sum() == 60
    assert TABLE_I.sum(axis=1).tolist() == [10] * 6
    assert np.unique(TABLE_I, axis=1).shape == (6, 16)


def test_an_unknown_suspect():
    with pytest.raises(ValueError, match=re.escape("kind is 'gradients', expected one of: Gauss")):
        suspect_estimate("gradients")
