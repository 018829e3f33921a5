"""Chapter 11: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import beta, binomtest

from lenet_course.evaluation import (
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from lenet_course.exercises.ch11_evaluation import calibration_error, losses

# An interval


def asking(level=0.95, method="wilson", of=lambda errors, n: errors, scale=lambda n: 100):
    """Ask scipy as one learner understands the question."""

    def interval(errors, n):
        found = binomtest(of(errors, n), n).proportion_ci(level, method=method)
        return scale(n) * found.low, scale(n) * found.high

    return interval


def two_deviations(errors, n):
    p = errors / n
    s = math.sqrt(p * (1 - p) / n)
    return 100 * (p - 1.96 * s), 100 * (p + 1.96 * s)


def not_below_zero(errors, n):
    low, high = two_deviations(errors, n)
    return max(0, low), high


def flat_prior(errors, n):
    return [100 * beta.ppf(q, errors + 1, n - errors + 1) for q in (0.025, 0.975)]


def upside_down(errors, n):
    low, high = asking()(errors, n)
    return high, low


def wilson_by_formula(errors, n):
    z = 1.959964
    middle = (errors + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * math.sqrt(errors * (n - errors) / n + z * z / 4)
    return np.array([100 * max(0, middle - reach), 100 * (middle + reach)])


# Precision and recall


def dividing(precision_by, recall_by, above=np.diag, scale=1):
    return lambda t: (scale * above(t) / precision_by(t), scale * above(t) / recall_by(t))


def columns(t):
    return t.sum(axis=0)


def rows(t):
    return t.sum(axis=1)


def everything(t):
    return t.sum()


def off_diagonal(t):
    return t - np.diag(np.diag(t))


def one_against_all(t):
    n = len(t)
    found = []
    for k in range(n):
        here = np.arange(n) == k
        found.append((t[k, k] + t[np.ix_(~here, ~here)].sum()) / t.sum())
    return np.array(found)


def specificity(t):
    n = len(t)
    found = []
    for k in range(n):
        others = t[np.arange(n) != k]
        found.append(1 - others[:, k].sum() / others.sum())
    return np.array(found)


def from_labels(t):
    """Write the table out as labels and answers, and count these."""
    true = np.repeat(np.repeat(range(len(t)), len(t)), t.ravel())
    read = np.repeat(np.tile(range(len(t)), len(t)), t.ravel())
    classes = range(len(t))
    return (
        [np.mean(true[read == k] == k) for k in classes],
        [np.mean(read[true == k] == k) for k in classes],
    )


# A calibration error


def of_bins(make):
    """Go on from weights and signed gaps, leaving empty bins out as most learners do."""

    def error(counts, confidence, accuracy):
        some = counts > 0
        return make(counts[some] / counts.sum(), accuracy[some] - confidence[some])

    return error


def with_every_bin(counts, confidence, accuracy):
    return (counts * abs(confidence - accuracy)).sum() / counts.sum()


def all_bins_alike(counts, confidence, accuracy):
    return np.nansum(abs(confidence - accuracy)) / len(counts)


def not_divided(counts, confidence, accuracy):
    return np.nansum(counts * abs(confidence - accuracy))


def just_the_error(counts, confidence, accuracy):
    return 1 - np.nansum(counts * accuracy) / counts.sum()


def bin_by_bin(counts, confidence, accuracy):
    total = 0
    for n, c, a in zip(counts, confidence, accuracy, strict=True):
        if n:
            total += n * max(c - a, a - c)
    return total / sum(counts)


# A temperature


def logs(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def of_labels(values, labels):
    return values[np.arange(len(labels)), labels]


def trying(value, temper=lambda scores, t: scores / t):
    """Give for each temperature what one learner takes for the loss."""
    return lambda scores, labels, temperatures: np.array(
        [value(temper(scores, t), labels) for t in temperatures]
    )


def surprise(scores, labels):
    return -of_labels(logs(scores), labels).mean()


def accuracy_lost(scores, labels):
    return 1 - (scores.argmax(axis=1) == labels).mean()


def naive(scores, labels):
    e = np.exp(scores)
    return -np.log(of_labels(e / e.sum(axis=1, keepdims=True), labels)).mean()


def digit_by_digit(scores, labels, temperatures):
    found = []
    for t in temperatures:
        total = 0
        for row, label in zip(scores / t, labels, strict=True):
            total += np.logaddexp.reduce(row) - row[label]
        found.append(total / len(labels))
    return found


# A threshold


def paying(cost, *, sent=lambda confidence, limit: confidence < limit):
    """Give the cost of each limit; learners charge for different things."""
    return lambda confidence, wrong, price, limits: [
        cost(sent(confidence, limit), wrong, price) for limit in limits
    ]


def right_cost(asked, wrong, price):
    return price * sum(wrong & ~asked) + sum(asked)


def all_at_once(confidence, wrong, price, limits):
    answered = confidence >= limits[:, None]
    return (answered & wrong).sum(axis=1) * price + (~answered).sum(axis=1)


WRONG: list[tuple[str, str, Any, str]] = [
    ("11.interval", "two standard deviations", two_deviations, "give or take 1.96"),
    ("11.interval", "cut off at 0", not_below_zero, "cut off at 0"),
    (
        "11.interval",
        "interval of the accuracy",
        asking(of=lambda errors, n: n - errors),
        "that of the error",
    ),
    ("11.interval", "shares", asking(scale=lambda n: 1), "Yours are shares"),
    ("11.interval", "numbers", asking(scale=lambda n: n), "numbers of errors"),
    ("11.interval", "exact is best", asking(method="exact"), "Clopper and Pearson"),
    ("11.interval", "corrected is better", asking(method="wilsoncc"), "with a correction"),
    ("11.interval", "one deviation", asking(level=0.6827), "one standard deviation"),
    ("11.interval", "5 % on each side", asking(level=0.9), "leaves 5 % on either side"),
    ("11.interval", "a flat prior", flat_prior, "flat prior"),
    ("11.interval", "high first", upside_down, "swapped"),
    ("11.precision", "rows are answers", dividing(rows, columns), "The two are swapped"),
    ("11.precision", "precision is recall", dividing(rows, rows), "divided by the row"),
    ("11.precision", "recall is precision", dividing(columns, columns), "divided by the column"),
    ("11.precision", "of all digits", dividing(everything, rows), "divided by all 200 digits"),
    ("11.precision", "found of all", dividing(columns, everything), "divided by all 200 digits"),
    (
        "11.precision",
        "right against wrong",
        dividing(lambda t: columns(off_diagonal(t)), rows),
        "right against wrong",
    ),
    (
        "11.precision",
        "right against missed",
        dividing(columns, lambda t: rows(off_diagonal(t))),
        "right against wrong",
    ),
    (
        "11.precision",
        "false alarms",
        lambda t: (columns(off_diagonal(t)) / columns(t), np.diag(t) / rows(t)),
        "the share of wrong ones",
    ),
    (
        "11.precision",
        "misses",
        lambda t: (np.diag(t) / columns(t), rows(off_diagonal(t)) / rows(t)),
        "were missed",
    ),
    (
        "11.precision",
        "specificity",
        lambda t: (np.diag(t) / columns(t), specificity(t)),
        "specificity",
    ),
    (
        "11.precision",
        "accuracy of a class",
        lambda t: (one_against_all(t), np.diag(t) / rows(t)),
        "near 1 whatever the network does",
    ),
    (
        "11.precision",
        "recall is accuracy of a class",
        lambda t: (np.diag(t) / columns(t), one_against_all(t)),
        "near 1 whatever the network does",
    ),
    (
        "11.precision",
        "accuracy",
        lambda t: (np.full(3, np.trace(t) / t.sum()),) * 2,
        "the same for each class",
    ),
    (
        "11.precision",
        "recall is accuracy",
        lambda t: (np.diag(t) / columns(t), np.full(3, np.trace(t) / t.sum())),
        "the same for each class",
    ),
    ("11.precision", "percent", dividing(columns, rows, scale=100), "Yours is a percentage"),
    (
        "11.ece",
        "bins count alike",
        of_bins(lambda share, gap: abs(gap).mean()),
        "each bin the same weight",
    ),
    ("11.ece", "empty bins too", all_bins_alike, "each bin the same weight"),
    ("11.ece", "signs", of_bins(lambda share, gap: share @ gap), "You kept the signs"),
    ("11.ece", "signs, turned", of_bins(lambda share, gap: -share @ gap), "You kept the signs"),
    (
        "11.ece",
        "absolute at the end",
        of_bins(lambda share, gap: abs(share @ gap)),
        "You kept the signs",
    ),
    ("11.ece", "the worst bin", of_bins(lambda share, gap: abs(gap).max()), "maximum calibration"),
    (
        "11.ece",
        "root of squares",
        of_bins(lambda share, gap: (share @ gap**2) ** 0.5),
        "You squared",
    ),
    ("11.ece", "squares", of_bins(lambda share, gap: share @ gap**2), "You squared"),
    ("11.ece", "a sum is a mean", not_divided, "divide by the number of all answers"),
    (
        "11.ece",
        "percent",
        of_bins(lambda share, gap: 100 * share @ abs(gap)),
        "Yours is a percentage",
    ),
    ("11.ece", "error is miscalibration", just_the_error, "may be wrong often and know it"),
    ("11.ece", "nan is nothing", with_every_bin, "leave it out"),
    (
        "11.temperature",
        "heat makes sure",
        trying(surprise, lambda scores, t: scores * t),
        "You multiplied by T",
    ),
    (
        "11.temperature",
        "softmax first",
        trying(lambda s, y: -of_labels(s, y).mean(), lambda s, t: logs(s) / t),
        "after the softmax",
    ),
    (
        "11.temperature",
        "two softmaxes",
        trying(surprise, lambda s, t: softmax(s, axis=1) / t),
        "a second softmax",
    ),
    (
        "11.temperature",
        "temperature comes later",
        trying(surprise, lambda s, t: s),
        "do not depend on T",
    ),
    (
        "11.temperature",
        "columns are digits",
        trying(lambda s, y: -of_labels(np.log(softmax(s, axis=0)), y).mean()),
        "down the columns",
    ),
    (
        "11.temperature",
        "scores are logarithms",
        trying(lambda s, y: -of_labels(s, y).mean()),
        "The softmax is missing",
    ),
    (
        "11.temperature",
        "sure is good",
        trying(lambda s, y: -logs(s).max(axis=1).mean()),
        "own answer",
    ),
    ("11.temperature", "accuracy tells", trying(accuracy_lost), "You counted errors"),
    (
        "11.temperature",
        "mean first",
        trying(lambda s, y: -np.log(of_labels(softmax(s, axis=1), y).mean())),
        "the logarithm of the mean",
    ),
    (
        "11.temperature",
        "probabilities add",
        trying(lambda s, y: of_labels(softmax(s, axis=1), y).mean()),
        "averaged probabilities",
    ),
    (
        "11.temperature",
        "all classes count",
        trying(lambda s, y: -logs(s).mean()),
        "over all classes",
    ),
    (
        "11.temperature",
        "logarithms are losses",
        trying(lambda s, y: -surprise(s, y)),
        "The minus is missing",
    ),
    (
        "11.temperature",
        "a sum",
        trying(lambda s, y: len(y) * surprise(s, y)),
        "Yours is the sum",
    ),
    ("11.temperature", "exp holds any number", trying(naive), "Use log_softmax"),
    (
        "11.threshold",
        "clerks are free",
        paying(lambda asked, wrong, price: price * sum(wrong & ~asked)),
        "counted wrong answers only",
    ),
    (
        "11.threshold",
        "errors are free",
        paying(lambda asked, wrong, price: sum(asked)),
        "counted the clerk only",
    ),
    (
        "11.threshold",
        "an error is an error",
        paying(lambda asked, wrong, price: sum(wrong & ~asked) + sum(asked)),
        "as much as a clerk",
    ),
    (
        "11.threshold",
        "prices swapped",
        paying(lambda asked, wrong, price: sum(wrong & ~asked) + price * sum(asked)),
        "The prices are swapped",
    ),
    (
        "11.threshold",
        "clerks get errors only",
        paying(lambda asked, wrong, price: price * sum(wrong & ~asked) + sum(wrong & asked)),
        "all digits that are sent",
    ),
    (
        "11.threshold",
        "rejected errors cost",
        paying(lambda asked, wrong, price: price * sum(wrong) + sum(asked)),
        "charged for errors on digits that a clerk reads",
    ),
    (
        "11.threshold",
        "sure digits are suspect",
        paying(right_cost, sent=lambda confidence, limit: confidence > limit),
        "the surest digits",
    ),
    (
        "11.threshold",
        "sure digits are suspect, the limit too",
        paying(right_cost, sent=lambda confidence, limit: confidence >= limit),
        "the surest digits",
    ),
    (
        "11.threshold",
        "the limit is rejected",
        paying(right_cost, sent=lambda confidence, limit: confidence <= limit),
        "digits at the limit",
    ),
    (
        "11.threshold",
        "a mean cost",
        paying(lambda asked, wrong, price: right_cost(asked, wrong, price) / len(wrong)),
        "on average",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("11.interval", "one number", lambda e, n: e / n, "Return two: the low end"),
    ("11.interval", "a guess", lambda e, n: (1, 2), "Ask binomtest(errors, n)"),
    ("11.interval", "arrays", lambda e, n: ([1, 2], [3, 4]), "Each end should be one number"),
    ("11.precision", "one array", lambda t: np.diag(t) / rows(t), "Return two: precision"),
    ("11.precision", "a mean", lambda t: (0.9, 0.8), "one for each of the 3 classes"),
    ("11.precision", "a guess", lambda t: (np.ones(3), np.ones(3)), "the sums of the columns"),
    ("11.ece", "an array", lambda n, c, a: n, "The result should be one number"),
    ("11.ece", "a guess", lambda n, c, a: 0.5, "Multiply each gap by the share"),
    ("11.temperature", "one number", lambda s, y, t: 1.0, "one loss for each temperature"),
    ("11.temperature", "a guess", lambda s, y, t: 0 * t, "pick the labels"),
    ("11.threshold", "one number", lambda c, w, p, limits: 0.5, "one cost for each limit"),
    ("11.threshold", "a guess", lambda c, w, p, limits: limits, "the digits below and above"),
]

RIGHT: list[tuple[str, Any]] = [
    ("11.interval", asking()),
    ("11.interval", wilson_by_formula),
    ("11.precision", dividing(columns, rows)),
    ("11.precision", from_labels),
    ("11.ece", of_bins(lambda share, gap: share @ abs(gap))),
    ("11.ece", bin_by_bin),
    ("11.temperature", trying(surprise)),
    ("11.temperature", digit_by_digit),
    ("11.threshold", paying(right_cost)),
    ("11.threshold", all_at_once),
]


@pytest.mark.parametrize("bins", [1, 7, 15])
def test_the_error_by_hand_is_that_of_the_package(bins):
    rng = np.random.default_rng(11)
    sure = rng.random(200) ** 0.2
    wrong = rng.random(200) > sure**2
    _, counts, confidence, accuracy = reliability(sure, wrong, bins)
    by_hand = calibration_error(counts, confidence, accuracy)
    assert by_hand == pytest.approx(expected_calibration_error(sure, wrong, bins))


def test_the_least_loss_is_at_the_temperature_of_the_package():
    rng = np.random.default_rng(11)
    true = 3 * rng.normal(size=(400, 5))
    labels = np.array([rng.choice(5, p=p) for p in softmax(true, axis=1)])
    fitted = fit_temperature(4 * true, labels)
    found = losses(4 * true, labels, fitted * 1.1 ** np.arange(-5, 6))
    assert found.argmin() == 5
