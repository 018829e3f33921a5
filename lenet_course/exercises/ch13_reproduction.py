"""The exercises of chapter 13, the tables of 1998 measured again.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course import evaluation
from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import check_shape, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]

TEST_DIGITS = 10_000


def _numbers(result: Any, *names: str) -> list[float]:
    """Return a result of so many numbers as a list of plain ones."""
    if not isinstance(result, (tuple, list, np.ndarray)) or len(result) != len(names):
        raise Wrong(
            f"Your function returned {describe(result)}. Return {len(names)} numbers: "
            f"{', '.join(names)}."
        )
    return [_number(number, f"The {name}") for number, name in zip(result, names, strict=True)]


def _number(result: Any, name: str) -> float:
    given = as_array(result, name)
    if given.ndim:
        raise Wrong(f"{name} should be one number; it is {describe(result)}.")
    return float(given)


def _agree(given: Any, expected: Any) -> bool:
    return same(np.asarray(given, float), np.asarray(expected, float))


def _explain(given: Any, mistakes: Mistakes, otherwise: str, *case: Any) -> str:
    """Return what is to be said about the mistake that gives this result in this case."""
    with np.errstate(all="ignore"):
        return next((why for make, why in mistakes if _agree(given, make(*case))), otherwise)


# Seeds against test digits


def noise(errors: Array, n: int) -> tuple[float, float]:
    """Return two standard deviations in percent: over trainings, and over draws of n digits.

    ``errors`` are the numbers of errors of several trainings on the same n test digits.
    """
    return _over_seeds(errors, n), _binomial(errors.mean() / n, n)


def _over_seeds(errors: Array, n: int) -> float:
    return 100 * float(errors.std(ddof=1)) / n


def _binomial(p: float, n: float) -> float:
    return 100 * float(np.sqrt(p * (1 - p) / n))


_SEEDS_MISTAKES: Mistakes = (
    (
        lambda e, n: noise(e, n)[1],
        "That is the answer to B. In A the test digits stay as they are, and what changes is the "
        "training: look at the spread of the errors.",
    ),
    (
        lambda e, n: 100 * e.std() / n,
        "You divided by the number of seeds. Their mean was taken from the same few seeds, so the "
        "squares come out too small: divide by one less, ddof=1.",
    ),
    (
        lambda e, n: _over_seeds(e, n) / np.sqrt(len(e)),
        "You divided by the root of the number of seeds. That says how well the mean is known; "
        "asked for is how far a single training falls from it.",
    ),
    (lambda e, n: e.std(ddof=1), "Yours is a number of digits. Divide by n, and take percent."),
    (lambda e, n: e.std(ddof=1) / n, "Yours is a share. Asked for is a percentage: times 100."),
    (lambda e, n: 100 * (e.var(ddof=1)) / n, "Yours is a variance: the root is missing."),
    (
        lambda e, n: 100 * (e.max() - e.min()) / n,
        "Yours is the distance from the best seed to the worst. It grows with every seed that is "
        "added; a standard deviation does not.",
    ),
    (
        lambda e, n: np.hypot(*noise(e, n)),
        "You put both kinds of chance together. In A the test digits are the same ones.",
    ),
)
_DIGITS_MISTAKES: Mistakes = (
    (
        lambda e, n: noise(e, n)[0],
        "That is the answer to A. The seeds all read the same digits; how they differ does not "
        "tell what other digits would do.",
    ),
    (
        lambda e, n: _binomial(e.mean() / n, n * len(e)),
        "You took the seeds for more test digits: {seeds} times {n}. There are {n}, and all the "
        "seeds read the same ones.",
    ),
    (
        lambda e, n: _binomial(e.mean() / n, 1),
        "That is the standard deviation of a single digit, right or wrong. Divide by n under the "
        "root.",
    ),
    (
        lambda e, n: n * _binomial(e.mean() / n, n) / 100,
        "Yours is a number of digits. Divide by n, and take percent.",
    ),
    (
        lambda e, n: _binomial(e.mean() / n, n) / 100,
        "Yours is a share. Asked for is a percentage: times 100.",
    ),
    (
        lambda e, n: 100 * (_binomial(e.mean() / n, n) / 100) ** 2,
        "Yours is a variance: the root is missing.",
    ),
    (
        lambda e, n: 100 * np.sqrt(e.mean() / n / n),
        "The factor 1 - p is missing. For rare errors it hardly counts; here one in seven digits "
        "is misread.",
    ),
    (
        lambda e, n: _binomial(e.min() / n, n),
        "Your p is that of the best seed. It was lucky: take the mean.",
    ),
    (
        lambda e, n: _binomial(e[0] / n, n),
        "Your p is that of the first seed. The mean over all seeds is known better.",
    ),
    (
        lambda e, n: np.hypot(*noise(e, n)),
        "You put both kinds of chance together. In B the network is not trained again.",
    ),
)


def check_noise(answer: Any) -> None:
    """Check both on five trainings, with so many errors that 1 - p counts."""
    errors, n = np.array([52, 71, 60, 66, 48]), 400
    result = call(answer, errors=errors, n=n)
    given = _numbers(result, "standard deviation of A", "standard deviation of B")
    right = noise(errors, n)
    asked = f"For errors={errors.tolist()} and n={n}"
    if _agree(given, right[::-1]):
        raise Wrong(
            f"{asked} you gave {_pair(given)}; it should be {_pair(right)}: the two are swapped. "
            "The spread of the seeds tells about another training, not about other digits."
        )
    otherwise = (
        "A is the standard deviation of the errors, ddof=1, as a percentage of n.",
        "For B, p is the mean of the errors divided by n.",
    )
    parts = zip("AB", given, right, (_SEEDS_MISTAKES, _DIGITS_MISTAKES), otherwise, strict=True)
    for name, ours, theirs, mistakes, rest in parts:
        if not _agree(ours, theirs):
            why = _explain(ours, mistakes, rest, errors, n).format(seeds=len(errors), n=n)
            raise Wrong(f"{asked} your {name} is {ours:.4g}; it should be {theirs:.4g}. {why}")


def _pair(numbers: Any) -> str:
    return "({:.4g}, {:.4g})".format(*numbers)


# More than chance


def beyond_chance(ours: Array, paper: Array) -> Array:
    """Tell which rows differ by more than two standard deviations, (rows,).

    Both are percentages of errors on 10,000 test digits, taken as two independent measurements.
    """
    return _differ(ours, paper)


def _differ(
    ours: Array,
    paper: Array,
    *,
    n: int = TEST_DIGITS,
    times: float = 2,
    variance: Callable[[Array, Array], Array] = lambda ours, paper: ours + paper,
    root: Callable[[Array], Array] = np.sqrt,
    difference: Callable[[Array], Array] = np.abs,
) -> Array:
    """Compare; each setting that is not the default is one way to go wrong."""
    ours_squared, paper_squared = (e * (100 - e) / n for e in (ours, paper))
    deviation = root(variance(ours_squared, paper_squared))
    return np.asarray(difference(ours - paper) > times * deviation)


def _fixed(points: float) -> Callable[[Array, Array], Array]:
    return lambda ours, paper: np.asarray(np.abs(ours - paper) > points)


_ONLY_ONE = (
    "You took the standard deviation of {} alone. Both figures were measured, and the chance in "
    "both makes the difference uncertain."
)
_CHANCE_MISTAKES: Mistakes = (
    (
        partial(_differ, n=60_000),
        "You divided by 60,000. With these the networks were trained; the errors were counted on "
        "10,000 test digits.",
    ),
    (partial(_differ, variance=lambda ours, paper: ours), _ONLY_ONE.format("our figure")),
    (partial(_differ, variance=lambda ours, paper: paper), _ONLY_ONE.format("the paper's figure")),
    (
        partial(_differ, times=0.02),
        "Nearly every row came out. Your differences are percentages and your standard deviations "
        "are shares: one of the two is 100 times too small.",
    ),
    (
        lambda ours, paper: np.asarray(
            np.abs(ours - paper)
            > 2 * np.sqrt((ours * (1 - ours) + paper * (1 - paper)) / TEST_DIGITS)
        ),
        "Of the errors above 1 % no row came out, not even 4.70 against 1.60. There p (1 - p) with "
        "p in percent is below 0, and its root is no number. Take p from 0 to 1.",
    ),
    (
        _fixed(0.1),
        "You called more than 0.1 points more than chance. The paper's 'about 0.1 %' is one "
        "standard deviation, of one figure, and near 1 %. At 12 % it is 0.3.",
    ),
    (
        _fixed(0.2),
        "You called more than 0.2 points more than chance, two times the paper's 'about 0.1 %'. "
        "That is for figures near 1 %, and for one of the two. At 12 % it is 0.3.",
    ),
    (
        partial(_differ, times=1),
        "You let one standard deviation pass for more than chance. Chance alone gives more in one "
        "case of three; asked for are two.",
    ),
    (
        partial(_differ, variance=lambda ours, paper: (np.sqrt(ours) + np.sqrt(paper)) ** 2),
        "You added the standard deviations. Chance is as likely to pull both figures the same way "
        "as apart: add the squares, and take the root.",
    ),
    (
        partial(_differ, difference=lambda d: d),
        "You found the rows only in which ours is larger. A figure that is better than the paper's "
        "differs from it as well.",
    ),
    (
        partial(_differ, difference=lambda d: -d),
        "You found the rows only in which ours is smaller. A figure that is worse than the paper's "
        "differs from it as well.",
    ),
    (partial(_differ, root=lambda v: v), "You compared with a variance: the root is missing."),
    (
        lambda ours, paper: ~_differ(ours, paper),
        "The other way around: True is for more than chance.",
    ),
)
# Ours and the paper's, in percent, and far from two standard deviations all of them.
_ROWS = np.array(
    [
        [3.30, 3.30],
        [12.30, 12.00],
        [0.85, 0.95],
        [2.60, 2.40],
        [1.30, 1.10],
        [0.40, 0.54],
        [0.54, 0.40],
        [0.95, 1.30],
        [5.60, 5.00],
        [7.60, 9.50],
        [4.70, 1.60],
    ]
)


def check_chance(answer: Any) -> None:
    """Check eleven rows, of which each mistake gets its own ones wrong."""
    ours, paper = _ROWS.T.copy()
    with np.errstate(all="ignore"):
        result = call(answer, ours=ours, paper=paper)
    given, right = as_array(result, "The result"), beyond_chance(ours, paper)
    check_shape(given, right.shape, {}, "There is one answer for each row.")
    if not np.isin(given, (0, 1)).all():
        raise Wrong(
            f"Your result begins with {given[:3].round(3).tolist()}. Compare, and return True or "
            "False for each row."
        )
    given = given.astype(bool)
    if np.array_equal(given, right):
        return
    row = int(np.flatnonzero(given != right)[0])
    away = abs(ours[row] - paper[row])
    deviation = float(np.sqrt(sum(e * (100 - e) / TEST_DIGITS for e in (ours[row], paper[row]))))
    asked = (
        f"For ours={ours[row]:.2f} and paper={paper[row]:.2f} you gave {bool(given[row])}; it "
        f"should be {bool(right[row])}."
    )
    otherwise = f"The difference is {away:.2f} and its standard deviation {deviation:.3f}."
    raise Wrong(f"{asked} {_explain(given, _CHANCE_MISTAKES, otherwise, ours, paper)}")


# The multiply-accumulates of a row


def multiply_adds(pixels: int, n: int) -> tuple[int, int, int]:
    """Count what it takes to read one digit: nearest neighbors, PCA and quadratic, RBF.

    ``n`` is the number of training digits, of principal components, and of RBF units.
    """
    return pixels * n, _quadratic(pixels, n), _rbf(pixels, n)


def _quadratic(
    pixels: int,
    n: int,
    *,
    projection: int | None = None,
    products: Callable[[int], int] = lambda n: n * (n + 1) // 2,
    units: int = 10,
    biases: int = 10,
) -> int:
    """Count; each setting that is not the default is one way to miscount."""
    first = pixels * n if projection is None else projection
    return first + products(n) * units + biases


def _rbf(pixels: int, n: int, *, unit: int = 0, biases: int = 10) -> int:
    return (pixels + unit) * n + 10 * n + biases


_NEIGHBORS_MISTAKES: Mistakes = (
    (
        lambda pixels, n: (pixels + 1) * n,
        "A bias was counted for each training digit. A distance has none: it is a sum of squares.",
    ),
    (
        lambda pixels, n: 2 * pixels * n,
        "Two were counted for each pixel. The difference is neither multiplied nor added up; its "
        "square is, once.",
    ),
    (
        lambda pixels, n: 10 * pixels * n,
        "Each class was given {n} training digits. There are {n} in all.",
    ),
    (
        lambda pixels, n: pixels * n + 10 * n,
        "A linear layer was added. The nearest digits vote, and a vote multiplies nothing.",
    ),
    (
        lambda pixels, n: n,
        "A distance was counted as one multiplication. It takes one for each pixel.",
    ),
    (
        lambda pixels, n: 10 * pixels + 10,
        "That is a linear layer, which has learned and can forget its training digits. Nearest "
        "neighbors compare with each of them.",
    ),
)
_QUADRATIC_MISTAKES: Mistakes = (
    (
        partial(_quadratic, projection=0),
        "The projection was forgotten. A new digit comes as {pixels} pixels, and each of its {n} "
        "components is a sum over all of them.",
    ),
    (
        lambda pixels, n: _quadratic(pixels, n, biases=10 * n * (n + 1) // 2),
        "Each product was given a bias. A unit adds one bias to the whole sum: 10 in all.",
    ),
    (partial(_quadratic, biases=0), "The biases are missing: one for each of the 10 units."),
    (
        lambda pixels, n: _quadratic(pixels, n, projection=(pixels + 1) * n),
        "The components were given biases. They have none; to subtract the mean multiplies "
        "nothing.",
    ),
    (
        partial(_quadratic, products=lambda n: n * n),
        "Each product was counted twice: component 1 times 2 is component 2 times 1.",
    ),
    (
        partial(_quadratic, products=lambda n: n * (n - 1) // 2),
        "The squares are missing. A component is also multiplied by itself.",
    ),
    (
        partial(_quadratic, products=lambda n: n * (n + 1) // 2 + n),
        "The units were given the components themselves as well. They read the products only: "
        "the paper has 821 inputs, 820 products and a constant.",
    ),
    (
        lambda pixels, n: _quadratic(pixels, n) + n * (n + 1) // 2,
        "The multiplications that make the products were counted. They are not added up: what is "
        "added up is each product times a weight.",
    ),
    (
        partial(_quadratic, units=1, biases=1),
        "One unit was counted. There is one for each of the 10 digits.",
    ),
)
_RBF_MISTAKES: Mistakes = (
    (
        lambda pixels, n: 10 * n + 10,
        "The {n} distances were forgotten. Before a unit can answer it is compared with the "
        "digit, pixel by pixel.",
    ),
    (
        lambda pixels, n: pixels * n,
        "The linear layer is missing: 10 units that read {n} answers, and have a bias each.",
    ),
    (
        partial(_rbf, unit=1),
        "Each RBF unit was given a bias, or its width was counted. A distance has no bias, and "
        "what is multiplied by the width is added to nothing.",
    ),
    (partial(_rbf, biases=0), "The biases are missing: one for each of the 10 linear units."),
    (
        lambda pixels, n: _rbf(pixels, 10 * n),
        "Each class was given {n} units. There are {n} in all.",
    ),
    (
        lambda pixels, n: _rbf(pixels, n, biases=10 * n),
        "Each of the {n} answers was given a bias in each linear unit. A unit adds one bias to the "
        "whole sum: 10 in all.",
    ),
)


def check_cost(answer: Any) -> None:
    """Check two sizes, 784 pixels with n = 40 first."""
    names = ("nearest neighbors", "PCA and quadratic", "RBF")
    parts = (_NEIGHBORS_MISTAKES, _QUADRATIC_MISTAKES, _RBF_MISTAKES)
    otherwise = (
        "Each of {n} training digits costs one square for each of {pixels} pixels.",
        "There are {n} sums over {pixels} pixels, then 10 sums over all products of two components "
        "and a bias each.",
        "There are {n} sums over {pixels} pixels, then 10 sums over {n} answers and a bias each.",
    )
    for pixels, n in ((784, 40), (20, 7)):
        given = _numbers(call(answer, pixels=pixels, n=n), *names)
        rows = zip(names, given, multiply_adds(pixels, n), parts, otherwise, strict=True)
        for name, ours, right, mistakes, rest in rows:
            if ours != right:
                why = _explain(ours, mistakes, rest, pixels, n).format(pixels=pixels, n=n)
                raise Wrong(
                    f"For pixels={pixels} and n={n} your count for {name} is {ours:,.12g}; it "
                    f"should be {right:,}. {why}"
                )


# A reject curve


def _first(
    margins: Array,
    wrong: Array,
    percent: float,
    *,
    keep: Callable[[Array, float], Array] = lambda margins, threshold: margins >= threshold,
    enough: Callable[[float, float], bool] = lambda error, percent: error <= percent,
    over_all: bool = False,
    give: Callable[[Array, Array, float], float] = lambda kept, wrong, _: 100 - 100 * kept.mean(),
) -> float:
    """Reject more and more; each setting that is not the default is one way to go wrong."""
    for threshold in np.unique(margins):
        kept = keep(margins, threshold)
        error = 100 * wrong[kept].sum() / (len(wrong) if over_all else kept.sum())
        if enough(error, percent):
            return give(kept, wrong, float(threshold))
    return 100.0


def _one_by_one(margins: Array, wrong: Array, percent: float) -> float:
    """Reject single patterns, those of equal margin as they happen to stand."""
    sorted_wrong = wrong[np.argsort(margins)]
    n = len(wrong)
    errors = [100 * sorted_wrong[k:].mean() for k in range(n)]
    return next((100 * k / n for k in range(n) if errors[k] <= percent), 100.0)


def _for_good(margins: Array, wrong: Array, percent: float) -> float:
    """Reject until the error stays below the percentage, whatever else is rejected."""
    rejected, error = evaluation.reject_curve(margins, wrong)
    above = np.flatnonzero(error > percent)
    return float([*rejected, 100.0][above[-1] + 1]) if len(above) else 0.0


def _only_wrong(margins: Array, wrong: Array, percent: float) -> float:
    """Reject wrong answers only, and no others."""
    n, failed = len(wrong), int(wrong.sum())
    return next(100 * k / n for k in range(n) if 100 * (failed - k) <= percent * (n - k))


_REJECT_MISTAKES: Mistakes = (
    (
        partial(_first, over_all=True),
        "You counted the errors over all patterns. A rejected pattern is not answered: the error "
        "is a share of those that are.",
    ),
    (
        lambda margins, wrong, percent: _one_by_one(-margins, wrong, percent),
        "You rejected the most certain first. A small margin is doubt.",
    ),
    (
        partial(_first, keep=lambda margins, threshold: margins > threshold),
        "Your first step already rejects, but the curve begins with all patterns answered. Keep "
        "those whose margin is the threshold.",
    ),
    (
        _one_by_one,
        "You parted patterns of equal margin. A threshold rejects all of them or none.",
    ),
    (
        partial(
            _first,
            give=lambda kept, wrong, _: 100 * wrong[~kept].sum() / wrong.sum(),
        ),
        "Yours is how many of the wrong answers are rejected. Asked for is how many of all "
        "patterns.",
    ),
    (
        partial(
            _first, give=lambda kept, wrong, _: 100 * wrong[~kept].sum() / max(1, (~kept).sum())
        ),
        "Yours is how many of the rejected ones are wrong. Asked for is how many of all patterns "
        "are rejected.",
    ),
    (
        partial(_first, give=lambda kept, wrong, _: 100 * wrong[kept].mean()),
        "Yours is the error that is left. Asked for is what it costs: how many of all patterns are "
        "rejected.",
    ),
    (
        partial(_first, give=lambda kept, wrong, _: 100 * kept.mean()),
        "Yours are the patterns that are answered. Asked for are the others.",
    ),
    (
        partial(_first, give=lambda kept, wrong, _: (~kept).mean()),
        "Yours is a share. Asked for is a percentage: times 100.",
    ),
    (
        partial(_first, give=lambda kept, wrong, _: (~kept).sum()),
        "Yours is a number of patterns. Asked for is a percentage of all.",
    ),
    (
        partial(_first, give=lambda kept, wrong, threshold: threshold),
        "Yours is the smallest margin that is kept. Asked for is how many patterns lie below it.",
    ),
    (
        partial(_first, enough=lambda error, percent: error < percent),
        "You went on although the error was reached. It may be as large as the percentage asked "
        "for.",
    ),
    (
        partial(_first, enough=lambda error, percent: error / 100 <= percent),
        "You rejected nothing: a share of errors, from 0 to 1, was compared with a percentage.",
    ),
    (
        partial(_first, enough=lambda error, percent: error <= percent / 100),
        "You asked for a hundredth of the error allowed: percent is a percentage already.",
    ),
    (
        _for_good,
        "You rejected too many. The error had been low enough before; then right answers were "
        "rejected and it rose again. Take the fewest.",
    ),
    (
        _only_wrong,
        "You rejected the wrong answers only. Who rejects a pattern does not know whether its "
        "answer is wrong: only the margin may decide.",
    ),
)
# The margins of some patterns, which of them are answered wrongly, and the error allowed. The error
# of the first ones falls to 12.5 % exactly, rises, falls and rises again.
_PATTERNS: tuple[tuple[str, Array, list[int], float], ...] = (
    ("forty patterns", np.arange(1, 41) / 20, [0, 1, 2, 4, 6, 7, 11, 19, 27, 30], 12.5),
    ("five patterns, one of them wrong,", np.arange(1, 6), [2], 30),
    (
        "ten patterns, the four wrong ones of equal margin,",
        np.array([1, 2, 2, 2, 2, 3, 4, 4, 5, 6]),
        [1, 2, 3, 4],
        20,
    ),
    ("four patterns, the most certain one wrong,", np.arange(1, 5), [3], 10),
)


def check_reject(answer: Any) -> None:
    """Check a plain case, one without need, one with equal margins, one in which nothing helps."""
    for name, rising, failed, percent in _PATTERNS:
        # In an order of their own: who does not sort goes wrong.
        order = np.random.default_rng(1).permutation(len(rising))
        margins, wrong = rising[order], np.isin(order, failed)
        given = _number(call(answer, margins=margins, wrong=wrong, percent=percent), "The result")
        right = evaluation.rejected_percent(margins, wrong, percent)
        if _agree(given, right):
            continue
        otherwise = (
            "Reject by rising margin, and after each step compare the wrong among the others with "
            "the number of the others."
        )
        if right == 100:
            otherwise = "However many are rejected, too many of the others are wrong: 100."
        raise Wrong(
            f"For {name} and percent={percent} you gave {given:.4g}; it should be {right:.4g}. "
            f"{_explain(given, _REJECT_MISTAKES, otherwise, margins, wrong, percent)}"
        )


# McNemar's test


def _point(k: int, n: int) -> float:
    """Return the chance of just k heads in n throws."""
    return float(math.comb(n, k) / 2**n)


def _tail(k: int, n: int) -> float:
    """Return the chance of at most k heads in n throws."""
    return sum(_point(i, n) for i in range(k + 1))


def _two_sided(k: int, n: int) -> float:
    return min(1.0, 2 * _tail(k, n))


def _of_normal(z: float) -> float:
    """Return the chance of a normal variable farther from 0 than z, on either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def _two_proportions(a: int, b: int, both: int, neither: int, *, pooled: bool) -> float:
    n = a + b + both + neither
    p, q = (a + both) / n, (b + both) / n
    mean = (p + q) / 2
    variance = 2 * mean * (1 - mean) if pooled else p * (1 - p) + q * (1 - q)
    return _of_normal((p - q) / math.sqrt(variance / n))


_NOT_PAIRED = (
    "You compared two numbers of errors as if each came from other digits. Here both read the same "
    "digits, and what both get wrong, or right, tells nothing apart."
)
_MCNEMAR_MISTAKES: Mistakes = (
    (partial(_two_proportions, pooled=True), _NOT_PAIRED),
    (partial(_two_proportions, pooled=False), _NOT_PAIRED),
    (
        lambda a, b, both, neither: _two_sided(min(a, b) + both, a + b + 2 * both),
        "You counted the {both} digits that both get wrong, once for each. They do not tell the "
        "two apart: leave them out.",
    ),
    (
        lambda a, b, both, neither: _two_sided(min(a, b) + both, a + b + both),
        "You counted the {both} digits that both get wrong. They do not tell the two apart: leave "
        "them out.",
    ),
    (
        lambda a, b, both, neither: _tail(min(a, b), a + b),
        "Your test has one side. Nobody knew beforehand which of the two would be better: a "
        "difference as large the other way counts as well.",
    ),
    (
        lambda a, b, both, neither: _two_sided(min(a, b), a + b + both + neither),
        "You threw a coin for each of the {n} digits. Throw it only for the {differ} on which the "
        "two differ.",
    ),
    (
        lambda a, b, both, neither: 2 * (_tail(min(a, b), a + b) - _point(min(a, b), a + b)),
        "You left out the result itself. As unlikely or more so: range(k + 1) ends with k.",
    ),
    (
        lambda a, b, both, neither: 2 * _point(min(a, b), a + b),
        "You took the chance of just this result. What is asked for is this one or one still "
        "farther from half: add up from 0 to k.",
    ),
    (
        lambda a, b, both, neither: _point(min(a, b), a + b),
        "You took the chance of just this result. What is asked for is this one or one still "
        "farther from half, on either side: add up from 0 to k, and double.",
    ),
    (
        lambda a, b, both, neither: _of_normal((a - b) / math.sqrt(a + b)),
        "That is the normal approximation. It is good for many digits; here they differ on "
        "{differ}. Add up the binomial coefficients.",
    ),
    (
        lambda a, b, both, neither: _of_normal((abs(a - b) - 1) / math.sqrt(a + b)),
        "That is the normal approximation, with its correction. The exact test adds up the "
        "binomial coefficients.",
    ),
    (
        lambda a, b, both, neither: 1 - _two_sided(min(a, b), a + b),
        "Yours is 1 - p. A p-value is small where chance hardly explains the difference.",
    ),
    (
        lambda a, b, both, neither: 100 * _two_sided(min(a, b), a + b),
        "Yours is a percentage. A p-value goes from 0 to 1.",
    ),
    (
        lambda a, b, both, neither: 2 * _tail(min(a, b), a + b),
        "A p-value is at most 1. In the middle the two sides overlap: take the smaller of 1 and "
        "your sum.",
    ),
    (
        lambda a, b, both, neither: 2 * _tail(a, a + b),
        "You added up from 0 to what only the first gets wrong. Here the second has fewer: start "
        "from the smaller number.",
    ),
    (
        lambda a, b, both, neither: min(1, 2 * _tail(a, a + b)),
        "You added up from 0 to what only the first gets wrong. Here the second has fewer: start "
        "from the smaller number.",
    ),
    (
        lambda a, b, both, neither: _two_sided(min(both, neither), both + neither),
        "You counted the digits on which the two agree. Count those that one gets wrong and the "
        "other right.",
    ),
)


def check_mcnemar(answer: Any) -> None:
    """Check four pairs of classifiers, among them an equal one and one that never differs."""
    # Only the first wrong, only the second wrong, both wrong, neither.
    for counts in ((4, 11, 9, 16), (12, 3, 6, 9), (5, 5, 4, 6), (0, 0, 7, 3)):
        a, b, both = counts[:3]
        first = np.repeat([True, False, True, False], counts)
        second = np.repeat([False, True, True, False], counts)
        given = _number(call(answer, wrong_a=first, wrong_b=second), "The p-value")
        right = evaluation.mcnemar(first, second)
        if _agree(given, right):
            continue
        otherwise = f"The two differ on {a + b} digits, and on {min(a, b)} the better one is wrong."
        why = _explain(given, _MCNEMAR_MISTAKES, otherwise, *counts)
        why = why.format(both=both, n=sum(counts), differ=a + b)
        raise Wrong(
            f"Of {sum(counts)} digits {a} only the first gets wrong, {b} only the second, {both} "
            f"both. You gave {given:.4g}; it should be {right:.4g}. {why}"
        )


EXERCISES = (
    Exercise(
        id="13.noise",
        title="Seeds against test digits",
        wants="a function that returns two numbers, in percent",
        means="Two kinds of chance: the spread of the seeds says what another training would give, "
        "the binomial what other digits would.",
        hints=(
            "Ask of each of A and B what stays and what changes: the network, or the digits?",
            "errors.std(ddof=1) belongs to A. For B, p = errors.mean() / n, and np.sqrt. Both "
            "become percentages of n.",
            "p = errors.mean() / n\na = 100 * ___ / n\nb = 100 * np.sqrt(___ / n)\nreturn a, b",
        ),
        check=check_noise,
        start=noise,
    ),
    Exercise(
        id="13.chance",
        title="More than chance?",
        wants="a function that returns True or False for each row",
        means="Near 1 % two figures on 10,000 digits may lie a quarter of a point apart by chance.",
        hints=(
            "How large is the chance in one figure, and how large in the difference of two?",
            "In percent, the square of one standard deviation is e * (100 - e) / 10_000. Add the "
            "squares of both, then np.sqrt; compare np.abs of the difference.",
            "variance = (ours * (100 - ours) + ___) / 10_000\n"
            "return np.abs(___) > 2 * np.sqrt(___)",
        ),
        check=check_chance,
        start=beyond_chance,
    ),
    Exercise(
        id="13.cost",
        title="The multiply-accumulates of a row",
        wants="a function that returns three whole numbers",
        means="With the sizes of 1998 they come to 24,000, 39.6 and 794 thousand; Fig. 11 has "
        "24,000, 39 and 794.",
        hints=(
            "For each method: how many sums are made, how many products does each add up, and "
            "which sums have a bias?",
            "n numbers make n * (n + 1) // 2 products, the squares included. Distances and "
            "projections have no bias, the 10 linear units have one each.",
            "products = n * (n + 1) // 2\nnearest = ___\nquadratic = pixels * n + ___\n"
            "rbf = pixels * n + ___\nreturn nearest, quadratic, rbf",
        ),
        check=check_cost,
        start=multiply_adds,
    ),
    Exercise(
        id="13.reject",
        title="Read a reject curve",
        wants="a function that returns one number, a percentage",
        means="This is Fig. 10: what it costs to be wrong in no more than one answer of 200.",
        hints=(
            "Begin with no pattern rejected. Which margin is the next to fall, and of what is the "
            "error then a share?",
            "np.unique(margins) are the thresholds, from small to large; kept = margins >= "
            "threshold; wrong[kept].mean() is the error as a share.",
            "for threshold in np.unique(margins):\n    kept = ___\n"
            "    if 100 * wrong[kept].mean() <= ___:\n        return 100 * ___\nreturn 100.0",
        ),
        check=check_reject,
        start=evaluation.rejected_percent,
    ),
    Exercise(
        id="13.mcnemar",
        title="McNemar's test",
        wants="a function that returns one number, a p-value",
        means="Where two read the same digits, only those on which they differ can tell which is "
        "better.",
        hints=(
            "If the two are equally good, who is wrong where they differ? As if a coin were "
            "thrown, for each such digit.",
            "(wrong_a & ~wrong_b).sum() are those that only the first gets wrong. The chance of k "
            "heads in n throws is math.comb(n, k) / 2**n.",
            "only_a = int((wrong_a & ~wrong_b).sum())\nonly_b = ___\n"
            "n, k = only_a + only_b, min(only_a, only_b)\n"
            "tail = sum(math.comb(n, i) for i in range(___)) / 2**n\nreturn min(1, ___)",
        ),
        check=check_mcnemar,
        start=evaluation.mcnemar,
    ),
)
