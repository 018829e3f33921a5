"""Chapter 13: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from lenet_course.datasets import load_mnist
from lenet_course.evaluation import mcnemar, rejected_percent
from lenet_course.exercises import ch13_reproduction
from lenet_course.exercises.ch13_reproduction import multiply_adds
from lenet_course.experiments import load_result
from lenet_course.experiments.papers import FIGURE_9, FIGURE_11
from lenet_course.scratch import DIGIT_CODES, original_network

# Seeds against test digits


def seeds(errors, n):
    return 100 * np.std(errors, ddof=1) / n


def digits(errors, n):
    p = np.mean(errors) / n
    return 100 * math.sqrt(p * (1 - p) / n)


def chances(a=seeds, b=digits):
    """Answer A and B as one learner sees them."""
    return lambda errors, n: (a(errors, n), b(errors, n))


def both_chances(errors, n):
    return math.sqrt(seeds(errors, n) ** 2 + digits(errors, n) ** 2)


def binomial(errors_of_one, n):
    p = errors_of_one / n
    return 100 * np.sqrt(p * (1 - p) / n)


def noise_by_definition(errors, n):
    """Take both from their definitions: sums of squares, and a coin for each digit."""
    mean = sum(errors) / len(errors)
    a = math.sqrt(sum((e - mean) ** 2 for e in errors) / (len(errors) - 1))
    return [a / n * 100, stats.binom(n, mean / n).std() / n * 100]


# More than chance


def compare(*, n=10_000, deviation=lambda a, b: np.hypot(a, b), times=2, difference=np.abs):
    def beyond(ours, paper):
        of_ours, of_paper = (100 * np.sqrt(e / 100 * (1 - e / 100) / n) for e in (ours, paper))
        return difference(ours - paper) > times * deviation(of_ours, of_paper)

    return beyond


def share_and_percent(ours, paper):
    p, q = ours / 100, paper / 100
    return abs(ours - paper) > 2 * np.sqrt((p * (1 - p) + q * (1 - q)) / 10_000)


def percent_in_the_formula(ours, paper):
    return abs(ours - paper) > 2 * np.sqrt((ours * (1 - ours) + paper * (1 - paper)) / 10_000)


def variance_for_deviation(ours, paper):
    return abs(ours - paper) > 2 * (ours * (100 - ours) + paper * (100 - paper)) / 10_000


def pooled(ours, paper):
    mean = (ours + paper) / 2
    return [
        abs(o - p) > 1.96 * math.sqrt(m * (100 - m) / 5_000)
        for o, p, m in zip(ours, paper, mean, strict=True)
    ]


# The multiply-accumulates of a row


def counting(part, count):
    """Count one of three methods in another way."""

    def counts(pixels, n):
        counted = list(multiply_adds(pixels, n))
        counted[part] = count(pixels, n)
        return counted

    return counts


def pairs(n):
    return len(list(combinations(range(n), 2)))


def counted_by_loops(pixels, n):
    products = [(i, j) for i in range(n) for j in range(i, n)]
    nearest = sum(pixels for _ in range(n))
    ten_units = sum(len(products) + 1 for _ in range(10))
    return np.array([nearest, nearest + ten_units, nearest + sum(n + 1 for _ in range(10))])


# A reject curve


def steps(margins):
    return np.unique(margins)


def rejecting(
    *,
    keep=lambda margins, threshold: margins >= threshold,
    error=lambda kept, wrong: 100 * wrong[kept].mean(),
    enough=lambda error, percent: error <= percent,
    give=lambda kept, wrong, threshold: 100 * (~kept).mean(),
    thresholds=steps,
):
    """Write a reader of the curve with one step as one learner sees it."""

    def reject(margins, wrong, percent):
        for threshold in thresholds(margins):
            kept = keep(margins, threshold)
            if kept.any() and enough(error(kept, wrong), percent):
                return give(kept, wrong, threshold)
        return 100

    return reject


def patterns_one_by_one(margins, wrong, percent):
    order = sorted(range(len(margins)), key=lambda i: margins[i])
    for k in range(len(order)):
        if 100 * wrong[order[k:]].mean() <= percent:
            return 100 * k / len(order)
    return 100


def last_time_above(margins, wrong, percent):
    above = [t for t in steps(margins) if 100 * wrong[margins >= t].mean() > percent]
    return 100 * (margins <= above[-1]).mean() if above else 0


def by_an_oracle(margins, wrong, percent):
    """Reject wrong answers, the least certain first, until few enough are left."""
    kept = np.ones(len(wrong), bool)
    for i in np.argsort(margins):
        if 100 * wrong[kept].mean() <= percent:
            break
        if wrong[i]:
            kept[i] = False
    return 100 * (~kept).mean()


def by_counting(margins, wrong, percent):
    best = 100.0
    for threshold in [*margins, np.inf]:
        answered = failed = 0
        for margin, is_wrong in zip(margins, wrong, strict=True):
            if margin >= threshold:
                answered += 1
                failed += is_wrong
        if answered and failed * 100 <= percent * answered:
            best = min(best, 100 - 100 * answered / len(margins))
    return np.float64(best)


# McNemar's test


def differ(a, b):
    return int((a & ~b).sum()), int((b & ~a).sum())


def coin(k, n, *, sides=2, below=1):
    return min(1, sides * sum(math.comb(n, i) for i in range(k + below)) / 2**n)


def of_differing(p_value):
    """Compute from what only a, and what only b, gets wrong."""
    return lambda a, b: p_value(*differ(a, b))


def two_proportions(a, b):
    p, q, n = a.mean(), b.mean(), len(a)
    z = (p - q) / math.sqrt((p * (1 - p) + q * (1 - q)) / n)
    return 2 * stats.norm.sf(abs(z))


def two_proportions_pooled(a, b):
    mean = (a.mean() + b.mean()) / 2
    z = (a.mean() - b.mean()) / math.sqrt(2 * mean * (1 - mean) / len(a))
    return 2 * stats.norm.sf(abs(z))


def all_errors(a, b):
    return stats.binomtest(int(a.sum()), int(a.sum() + b.sum())).pvalue


def all_digits_with_errors(a, b):
    return coin(min(a.sum(), b.sum()), int((a | b).sum()))


def not_capped(a, b):
    k, n = min(differ(a, b)), sum(differ(a, b))
    return 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n


def from_the_first(a, b):
    k, n = differ(a, b)[0], sum(differ(a, b))
    return 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n


def agreement(a, b):
    return coin(int(min((a & b).sum(), (~a & ~b).sum())), int((a == b).sum()))


def by_all_throws(a, b):
    """Let every sequence of throws come up once, by how often each sum occurs."""
    ways = [1]
    for _ in range(sum(differ(a, b))):
        ways = [x + y for x, y in zip([*ways, 0], [0, *ways], strict=True)]
    n, found = len(ways) - 1, abs(differ(a, b)[0] - differ(a, b)[1])
    return sum(w for i, w in enumerate(ways) if abs(2 * i - n) >= found) / sum(ways)


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    ("13.noise", "seeds stand for digits", chances(digits, seeds), "the two are swapped"),
    ("13.noise", "all chance is binomial", chances(digits), "That is the answer to B"),
    ("13.noise", "all chance is in the seeds", chances(seeds, seeds), "That is the answer to A"),
    (
        "13.noise",
        "numpy's default",
        chances(lambda e, n: 100 * e.std() / n),
        "divided by the number of seeds",
    ),
    (
        "13.noise",
        "a standard error is the spread",
        chances(lambda e, n: 100 * e.std(ddof=1) / len(e) ** 0.5 / n),
        "how well the mean is known",
    ),
    ("13.noise", "errors are percent", chances(lambda e, n: e.std(ddof=1)), "a number of digits"),
    ("13.noise", "a share", chances(lambda e, n: e.std(ddof=1) / n), "Yours is a share"),
    (
        "13.noise",
        "variance is the spread",
        chances(lambda e, n: 100 * e.var(ddof=1) / n),
        "the root is missing",
    ),
    (
        "13.noise",
        "the range is the spread",
        chances(lambda e, n: 100 * (max(e) - min(e)) / n),
        "from the best seed to the worst",
    ),
    ("13.noise", "all chance in A", chances(both_chances), "In A the test digits are the same"),
    (
        "13.noise",
        "ten seeds read ten times the digits",
        chances(b=lambda e, n: binomial(e.mean() / n * len(e) * n, len(e) * n)),
        "took the seeds for more test digits: 5 times 400",
    ),
    (
        "13.noise",
        "one digit is all",
        chances(b=lambda e, n: 100 * np.sqrt(e.mean() / n * (1 - e.mean() / n))),
        "of a single digit",
    ),
    (
        "13.noise",
        "a count for B",
        chances(b=lambda e, n: np.sqrt(e.mean() * (1 - e.mean() / n))),
        "Divide by n, and take percent",
    ),
    (
        "13.noise",
        "a share for B",
        chances(b=lambda e, n: digits(e, n) / 100),
        "Yours is a share",
    ),
    (
        "13.noise",
        "variance for B",
        chances(b=lambda e, n: 100 * e.mean() / n * (1 - e.mean() / n) / n),
        "Yours is a variance",
    ),
    (
        "13.noise",
        "errors are Poisson",
        chances(b=lambda e, n: 100 * np.sqrt(e.mean()) / n),
        "1 - p is missing",
    ),
    (
        "13.noise",
        "the best seed counts",
        chances(b=lambda e, n: binomial(e.min(), n)),
        "It was lucky",
    ),
    (
        "13.noise",
        "one seed is enough",
        chances(b=lambda e, n: binomial(e[0], n)),
        "that of the first seed",
    ),
    (
        "13.noise",
        "all chance in B",
        chances(b=both_chances),
        "In B the network is not trained again",
    ),
    ("13.chance", "60,000 digits were tested", compare(n=60_000), "You divided by 60,000"),
    (
        "13.chance",
        "the paper is exact",
        compare(deviation=lambda a, b: a),
        "standard deviation of our figure alone",
    ),
    (
        "13.chance",
        "ours is exact",
        compare(deviation=lambda a, b: b),
        "standard deviation of the paper's figure alone",
    ),
    ("13.chance", "a share is a percentage", share_and_percent, "100 times too small"),
    ("13.chance", "p in percent", percent_in_the_formula, "with p in percent"),
    (
        "13.chance",
        "about 0.1 % for all rows",
        lambda ours, paper: abs(ours - paper) > 0.1,
        "more than 0.1 points",
    ),
    (
        "13.chance",
        "twice about 0.1 % for all rows",
        lambda ours, paper: abs(ours - paper) > 0.2,
        "more than 0.2 points",
    ),
    ("13.chance", "one is enough", compare(times=1), "in one case of three"),
    (
        "13.chance",
        "deviations add up",
        compare(deviation=lambda a, b: a + b),
        "You added the standard deviations",
    ),
    (
        "13.chance",
        "only worse counts",
        compare(difference=lambda d: d),
        "only in which ours is larger",
    ),
    (
        "13.chance",
        "only better counts",
        compare(difference=lambda d: -d),
        "only in which ours is smaller",
    ),
    ("13.chance", "a variance is a deviation", variance_for_deviation, "compared with a variance"),
    (
        "13.chance",
        "True is for reproduced",
        lambda ours, paper: ~compare()(ours, paper),
        "The other way around",
    ),
    (
        "13.cost",
        "every sum has a bias",
        counting(0, lambda pixels, n: (pixels + 1) * n),
        "A bias was counted for each training digit",
    ),
    (
        "13.cost",
        "subtractions count",
        counting(0, lambda pixels, n: 2 * pixels * n),
        "Two were counted for each pixel",
    ),
    (
        "13.cost",
        "n for each class",
        counting(0, lambda pixels, n: pixels * n * 10),
        "Each class was given 40 training digits",
    ),
    (
        "13.cost",
        "a vote is a layer",
        counting(0, lambda pixels, n: pixels * n + n * 10),
        "A linear layer was added",
    ),
    (
        "13.cost",
        "a distance is one step",
        counting(0, lambda pixels, n: n),
        "A distance was counted as one multiplication",
    ),
    (
        "13.cost",
        "what is learned is small",
        counting(0, lambda pixels, n: (pixels + 1) * 10),
        "That is a linear layer",
    ),
    (
        "13.cost",
        "digits come as components",
        counting(1, lambda pixels, n: 10 * (pairs(n) + n + 1)),
        "The projection was forgotten",
    ),
    (
        "13.cost",
        "a bias for each product",
        counting(1, lambda pixels, n: pixels * n + 2 * 10 * (pairs(n) + n)),
        "Each product was given a bias",
    ),
    (
        "13.cost",
        "products have no bias",
        counting(1, lambda pixels, n: pixels * n + 10 * (pairs(n) + n)),
        "The biases are missing",
    ),
    (
        "13.cost",
        "components have biases",
        counting(1, lambda pixels, n: (pixels + 1) * n + 10 * (pairs(n) + n + 1)),
        "The components were given biases",
    ),
    (
        "13.cost",
        "order matters",
        counting(1, lambda pixels, n: pixels * n + 10 * (n**2 + 1)),
        "Each product was counted twice",
    ),
    (
        "13.cost",
        "two different ones",
        counting(1, lambda pixels, n: pixels * n + 10 * (pairs(n) + 1)),
        "The squares are missing",
    ),
    (
        "13.cost",
        "quadratic includes linear",
        counting(1, lambda pixels, n: pixels * n + 10 * (pairs(n) + 2 * n + 1)),
        "the components themselves as well",
    ),
    (
        "13.cost",
        "every multiplication counts",
        counting(1, lambda pixels, n: pixels * n + 11 * (pairs(n) + n) + 10),
        "that make the products were counted",
    ),
    (
        "13.cost",
        "one unit reads",
        counting(1, lambda pixels, n: pixels * n + pairs(n) + n + 1),
        "One unit was counted",
    ),
    (
        "13.cost",
        "distances are free",
        counting(2, lambda pixels, n: 10 * (n + 1)),
        "The 40 distances were forgotten",
    ),
    (
        "13.cost",
        "distances are all",
        counting(2, lambda pixels, n: n * pixels),
        "The linear layer is missing",
    ),
    (
        "13.cost",
        "RBF units have biases",
        counting(2, lambda pixels, n: (pixels + 1) * n + 10 * (n + 1)),
        "its width was counted",
    ),
    (
        "13.cost",
        "linear units have no bias",
        counting(2, lambda pixels, n: (pixels + 10) * n),
        "one for each of the 10 linear units",
    ),
    (
        "13.cost",
        "n centers for each class",
        counting(2, lambda pixels, n: 10 * n * (pixels + 10) + 10),
        "Each class was given 40 units",
    ),
    (
        "13.cost",
        "a bias for each weight",
        counting(2, lambda pixels, n: pixels * n + 2 * 10 * n),
        "Each of the 40 answers was given a bias",
    ),
    (
        "13.reject",
        "errors are a share of all",
        rejecting(error=lambda kept, wrong: 100 * (wrong & kept).mean()),
        "counted the errors over all patterns",
    ),
    (
        "13.reject",
        "a large margin is doubt",
        rejecting(
            keep=lambda margins, threshold: margins <= threshold,
            thresholds=lambda margins: steps(margins)[::-1],
        ),
        "rejected the most certain first",
    ),
    (
        "13.reject",
        "something must be rejected",
        rejecting(keep=lambda margins, threshold: margins > threshold),
        "Your first step already rejects",
    ),
    ("13.reject", "patterns go one by one", patterns_one_by_one, "patterns of equal margin"),
    (
        "13.reject",
        "percent of the errors",
        rejecting(give=lambda kept, wrong, t: 100 * (wrong & ~kept).sum() / wrong.sum()),
        "how many of the wrong answers are rejected",
    ),
    (
        "13.reject",
        "wrong among the rejected",
        rejecting(give=lambda kept, wrong, t: 100 * wrong[~kept].mean()),
        "how many of the rejected ones are wrong",
    ),
    (
        "13.reject",
        "the error is the answer",
        rejecting(give=lambda kept, wrong, t: 100 * wrong[kept].mean()),
        "Yours is the error that is left",
    ),
    (
        "13.reject",
        "what is answered",
        rejecting(give=lambda kept, wrong, t: 100 * kept.mean()),
        "the patterns that are answered",
    ),
    (
        "13.reject",
        "a share is asked for",
        rejecting(give=lambda kept, wrong, t: (~kept).mean()),
        "Yours is a share",
    ),
    (
        "13.reject",
        "a number is asked for",
        rejecting(give=lambda kept, wrong, t: (~kept).sum()),
        "Yours is a number of patterns",
    ),
    (
        "13.reject",
        "the threshold is the answer",
        rejecting(give=lambda kept, wrong, threshold: threshold),
        "the smallest margin that is kept",
    ),
    (
        "13.reject",
        "at most means less than",
        rejecting(enough=lambda error, percent: error < percent),
        "You went on although the error was reached",
    ),
    (
        "13.reject",
        "a share is compared",
        rejecting(error=lambda kept, wrong: wrong[kept].mean()),
        "You rejected nothing",
    ),
    (
        "13.reject",
        "percent of a percent",
        rejecting(enough=lambda error, percent: error <= percent / 100),
        "a hundredth of the error allowed",
    ),
    ("13.reject", "the curve must stay below", last_time_above, "You rejected too many"),
    ("13.reject", "who rejects knows", by_an_oracle, "You rejected the wrong answers only"),
    ("13.mcnemar", "two proportions", two_proportions, "as if each came from other digits"),
    (
        "13.mcnemar",
        "two proportions, pooled",
        two_proportions_pooled,
        "as if each came from other digits",
    ),
    ("13.mcnemar", "all errors count", all_errors, "once for each"),
    (
        "13.mcnemar",
        "digits wrong for both count",
        all_digits_with_errors,
        "the 9 digits that both get wrong. They do not",
    ),
    (
        "13.mcnemar",
        "the better one was known",
        of_differing(lambda a, b: coin(min(a, b), a + b, sides=1)),
        "Your test has one side",
    ),
    (
        "13.mcnemar",
        "every digit is a throw",
        lambda a, b: coin(min(differ(a, b)), len(a)),
        "a coin for each of the 40 digits",
    ),
    (
        "13.mcnemar",
        "more uneven only",
        of_differing(lambda a, b: coin(min(a, b), a + b, below=0)),
        "You left out the result itself",
    ),
    (
        "13.mcnemar",
        "just this result, on two sides",
        of_differing(lambda a, b: 2 * math.comb(a + b, a) / 2 ** (a + b)),
        "one still farther from half: add up from 0 to k.",
    ),
    (
        "13.mcnemar",
        "just this result",
        of_differing(lambda a, b: math.comb(a + b, a) / 2 ** (a + b)),
        "on either side: add up from 0 to k, and double",
    ),
    (
        "13.mcnemar",
        "chi-square",
        of_differing(lambda a, b: stats.chi2.sf((a - b) ** 2 / (a + b), 1)),
        "here they differ on 15",
    ),
    (
        "13.mcnemar",
        "chi-square, corrected",
        of_differing(lambda a, b: stats.chi2.sf((abs(a - b) - 1) ** 2 / (a + b), 1)),
        "with its correction",
    ),
    (
        "13.mcnemar",
        "p is confidence",
        of_differing(lambda a, b: 1 - coin(min(a, b), a + b)),
        "Yours is 1 - p",
    ),
    (
        "13.mcnemar",
        "p in percent",
        of_differing(lambda a, b: 100 * coin(min(a, b), a + b)),
        "Yours is a percentage",
    ),
    ("13.mcnemar", "two sides never overlap", not_capped, "A p-value is at most 1"),
    ("13.mcnemar", "the first is the better one", from_the_first, "Here the second has fewer"),
    (
        "13.mcnemar",
        "the first is the better one, capped",
        of_differing(lambda a, b: coin(a, a + b)),
        "Here the second has fewer",
    ),
    ("13.mcnemar", "agreement tells", agreement, "on which the two agree"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("13.noise", "one number", seeds, "Return 2 numbers: standard deviation of A"),
    ("13.noise", "a row", lambda e, n: (e / n, 1), "standard deviation of A should be one number"),
    ("13.noise", "twice A", chances(lambda e, n: 2 * seeds(e, n)), "A is the standard deviation"),
    ("13.noise", "twice B", chances(b=lambda e, n: 2 * digits(e, n)), "For B, p is the mean"),
    ("13.chance", "a verdict on all", lambda o, p: True, "There is one answer for each row"),
    ("13.chance", "differences", lambda o, p: o - p, "Your result begins with [0.0, 0.3, -0.1]"),
    (
        "13.chance",
        "twenty deviations",
        compare(times=20),
        "For ours=0.95 and paper=1.30 you gave False; it should be True. The difference is 0.35",
    ),
    ("13.cost", "one number", lambda pixels, n: n, "Return 3 numbers: nearest neighbors"),
    ("13.cost", "one too many", counting(0, lambda pixels, n: 31_361), "is 31,361; it should"),
    ("13.cost", "half of it", counting(1, lambda pixels, n: 4), "10 sums over all products"),
    (
        "13.cost",
        "by heart",
        lambda pixels, n: (31_360, 39_570, 31_770),
        "For pixels=20 and n=7 your count for nearest neighbors is 31,360; it should be 140.",
    ),
    ("13.reject", "a pair", lambda m, w, p: (1, 2), "The result should be one number"),
    ("13.reject", "a guess", lambda m, w, p: 33, "Reject by rising margin"),
    (
        "13.reject",
        "no answer left is no error",
        lambda m, w, p: min(rejected_percent(m, w, p), 75),
        "However many are rejected, too many of the others are wrong: 100",
    ),
    ("13.mcnemar", "two counts", differ, "The p-value should be one number"),
    ("13.mcnemar", "a guess", lambda a, b: 0.5, "The two differ on 15 digits, and on 4"),
]

RIGHT: list[tuple[str, Any]] = [
    ("13.noise", chances()),
    ("13.noise", noise_by_definition),
    ("13.chance", compare()),
    ("13.chance", pooled),
    ("13.cost", counted_by_loops),
    ("13.cost", counting(1, lambda pixels, n: pixels * n + 10 * (pairs(n) + n + 1))),
    ("13.reject", rejecting()),
    ("13.reject", by_counting),
    ("13.mcnemar", of_differing(lambda a, b: coin(min(a, b), a + b))),
    ("13.mcnemar", by_all_throws),
    ("13.mcnemar", lambda a, b: stats.binomtest(differ(a, b)[0], max(1, sum(differ(a, b)))).pvalue),
]


def test_no_row_is_near_the_limit():
    """So whoever pools the two figures, or takes 1.96 for 2, passes too."""
    ours, paper = ch13_reproduction._ROWS.T
    away = np.abs(ours - paper) / np.sqrt((ours * (100 - ours) + paper * (100 - paper)) / 10_000)
    assert len(load_mnist()[1][1]) == ch13_reproduction.TEST_DIGITS
    assert np.abs(away - 2).min() > 0.1


def test_the_counts_are_those_of_figure_11():
    assert multiply_adds(400, 60_000)[0] == 1000 * FIGURE_11["knn_deslanted"]
    assert multiply_adds(784, 40)[1] // 1000 == FIGURE_11["pca_quadratic"]
    assert multiply_adds(784, 1000)[2] // 1000 == FIGURE_11["rbf_linear"]


def test_what_the_solution_says_of_lenet_5():
    network = original_network(np.random.default_rng(13), DIGIT_CODES)
    connections = network.connections((32, 32, 1))
    parameters = sum(layer.count_parameters() for layer in network.layers)
    assert round((connections + parameters) / 1000) == FIGURE_11["lenet5_1998"]
    assert connections > 5 * parameters


def test_what_the_texts_say_of_our_ten_networks():
    plain, distorted = (
        np.array([seed["test_errors"] for seed in load_result(name)["seeds"].values()])
        for name in ("lenet5_1998", "lenet5_1998_distorted")
    )
    assert f"{plain.mean() / 100:.2f}" == "1.04"
    assert (plain.min(), distorted.max()) == (95, 81)
    paper = FIGURE_9["lenet5_1998"] - FIGURE_9["lenet5_1998_distorted"]
    assert round((plain.mean() - distorted.mean()) / 100 / paper) == 2


@pytest.mark.parametrize("answer", [answer for name, answer in RIGHT if name == "13.reject"])
def test_the_right_ways_to_reject_agree_on_many_patterns(answer):
    rng = np.random.default_rng(13)
    for percent in (0, 1, 5, 20, 60):
        margins = rng.integers(1, 30, 80) / 10
        wrong = rng.random(80) < 0.6 / (1 + margins)
        assert np.isclose(
            answer(margins, wrong, percent), rejected_percent(margins, wrong, percent)
        )


def test_the_right_ways_to_compare_agree_on_many_patterns():
    rng = np.random.default_rng(13)
    for share in (0, 0.01, 0.3, 0.7):
        a, b = rng.random((2, 60)) < [[0.3], [share]]
        for name, answer in RIGHT:
            if name == "13.mcnemar":
                assert np.isclose(answer(a, b), mcnemar(a, b))
