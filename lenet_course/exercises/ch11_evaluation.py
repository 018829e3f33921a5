"""The exercises of chapter 11, what one accuracy hides.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from scipy.stats import beta, binomtest

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import check_shape, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def _number(result: Any, name: str) -> float:
    given = as_array(result, name)
    if given.ndim:
        raise Wrong(f"{name} should be one number; it is {describe(result)}.")
    return float(given)


def _pair(result: Any, what: str) -> list[Array]:
    if not isinstance(result, (tuple, list, np.ndarray)) or len(result) != 2:
        raise Wrong(f"Your function returned {describe(result)}. Return two: {what}.")
    return [as_array(part, "Each of the two") for part in result]


def _agree(given: Any, expected: Any) -> bool:
    return same(np.asarray(given, float), np.asarray(expected, float))


def _explain(given: Any, mistakes: Mistakes, otherwise: str, *case: Any) -> str:
    """Return what is to be said about the mistake that gives this result in this case."""
    with np.errstate(all="ignore"):
        return next((why for make, why in mistakes if _agree(given, make(*case))), otherwise)


def _short(numbers: Any) -> str:
    return np.array2string(np.asarray(numbers, float), precision=4, separator=", ")


# The interval of an error rate


def interval(errors: int, n: int) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % confidence interval of an error rate, in percent."""
    return _wilson(errors, n)


def _wilson(
    errors: int, n: int, level: float = 0.95, method: str = "wilson"
) -> tuple[float, float]:
    low, high = binomtest(errors, n).proportion_ci(level, method=method)
    return 100 * float(low), 100 * float(high)


def _plain(errors: int, n: int) -> tuple[float, float]:
    p = errors / n
    reach = 1.96 * np.sqrt(p * (1 - p) / n)
    return 100 * (p - reach), 100 * (p + reach)


def _shares(errors: int, n: int) -> tuple[float, float]:
    low, high = _wilson(errors, n)
    return low / 100, high / 100


def _numbers_of_errors(errors: int, n: int) -> tuple[float, float]:
    low, high = _wilson(errors, n)
    return low * n / 100, high * n / 100


_INTERVAL_MISTAKES: Mistakes = (
    (
        _plain,
        "That is p give or take 1.96 standard deviations. With few errors it goes wrong: for 0 "
        "errors it has no width, as if it were known that there are none. Take Wilson's.",
    ),
    (
        lambda e, n: tuple(np.clip(_plain(e, n), 0, 100)),
        "That is p give or take 1.96 standard deviations, cut off at 0. With few errors it is too "
        "short, and for 0 errors it has no width. Take Wilson's.",
    ),
    (
        lambda e, n: _wilson(n - e, n),
        "Yours is the interval of the accuracy. Asked for is that of the error.",
    ),
    (_shares, "Yours are shares. Asked for are percentages: times 100."),
    (_numbers_of_errors, "Yours are numbers of errors. Asked for are percentages of n."),
    (
        lambda e, n: _wilson(e, n, method="exact"),
        "That is the interval of Clopper and Pearson, which is called exact and is wider than it "
        "need be. Set method='wilson'.",
    ),
    (
        lambda e, n: _wilson(e, n, method="wilsoncc"),
        "That is Wilson's interval with a correction that makes it wider. Set method='wilson'.",
    ),
    (
        lambda e, n: _wilson(e, n, 0.6827),
        "Yours reaches one standard deviation to either side and misses the truth once in three "
        "times. Asked for are 95 %.",
    ),
    (
        lambda e, n: _wilson(e, n, 0.9),
        "Yours leaves 5 % on either side. 95 % inside leaves 5 % on both sides together.",
    ),
    (
        lambda e, n: tuple(100 * beta(e + 1, n - e + 1).ppf((0.025, 0.975))),
        "Yours is Bayes's interval with a flat prior. It is close, and answers another question.",
    ),
    (lambda e, n: interval(e, n)[::-1], "The two ends are swapped: low, then high."),
)


def check_interval(answer: Any) -> None:
    """Check an interval of few errors of few digits, and one of none."""
    for errors, n in ((3, 40), (0, 50)):
        ends = _pair(call(answer, errors=errors, n=n), "the low end and the high end")
        given = [_number(end, "Each end") for end in ends]
        right = interval(errors, n)
        if not _agree(given, right):
            otherwise = "Ask binomtest(errors, n) for its proportion_ci."
            raise Wrong(
                f"For {errors} errors of {n} you gave {_short(given)}; it should be "
                f"{_short(right)}. {_explain(given, _INTERVAL_MISTAKES, otherwise, errors, n)}"
            )


# Precision and recall


def precision_recall(table: Array) -> tuple[Array, Array]:
    """Return precision and recall of each class, from counts with a row for each true class."""
    right = np.diag(table)
    return right / table.sum(axis=0), right / table.sum(axis=1)


def _specificity(table: Array) -> Array:
    total, right = table.sum(), np.diag(table)
    answered, true = table.sum(axis=0), table.sum(axis=1)
    return np.asarray((total - answered - true + right) / (total - true))


_ALL = "You divided by all {n} digits. That says how frequent a right answer of this kind is."
_OFF = "You left the right answers out of what you divided by: that is right against wrong."
_CLASS_ACCURACY = (
    "You counted as right also what neither is this digit nor was read as it. With many classes "
    "that is nearly everything, and the number is near 1 whatever the network does."
)
_PRECISION_MISTAKES: Mistakes = (
    (
        lambda t: precision_recall(t)[1],
        "You divided by the row, the digits that truly are of this class: that is recall. "
        "Precision asks about those that were read as it, the column.",
    ),
    (lambda t: np.diag(t) / t.sum(), _ALL),
    (lambda t: np.diag(t) / (t.sum(axis=0) - np.diag(t)), _OFF),
    (
        lambda t: 1 - precision_recall(t)[0],
        "Yours is the share of wrong ones among the answers. Precision is that of right ones.",
    ),
    (lambda t: (t.sum() - t.sum(0) - t.sum(1) + 2 * np.diag(t)) / t.sum(), _CLASS_ACCURACY),
    (
        lambda t: 100 * precision_recall(t)[0],
        "Yours is a percentage. Asked for is a share, from 0 to 1.",
    ),
    (
        lambda t: np.full(len(t), np.trace(t) / t.sum()),
        "That is the accuracy of all digits, the same for each class.",
    ),
)
_RECALL_MISTAKES: Mistakes = (
    (
        lambda t: precision_recall(t)[0],
        "You divided by the column, the digits that were read as this class: that is precision. "
        "Recall asks about those that truly are of it, the row.",
    ),
    (lambda t: np.diag(t) / t.sum(), _ALL),
    (lambda t: np.diag(t) / (t.sum(axis=1) - np.diag(t)), _OFF),
    (
        lambda t: 1 - precision_recall(t)[1],
        "Yours is the share of digits that were missed. Recall is that of those that were found.",
    ),
    (
        _specificity,
        "Yours is the share of the other digits that were not read as this one: specificity.",
    ),
    (lambda t: (t.sum() - t.sum(0) - t.sum(1) + 2 * np.diag(t)) / t.sum(), _CLASS_ACCURACY),
    (
        lambda t: np.full(len(t), np.trace(t) / t.sum()),
        "That is the accuracy of all digits, the same for each class.",
    ),
)
_TABLE = np.array([[50, 6, 4], [1, 20, 4], [12, 2, 101]])


def check_precision_recall(answer: Any) -> None:
    """Check both on a table of three classes that are not equally frequent."""
    result = call(answer, table=_TABLE)
    given = _pair(result, "precision and recall, an array each")
    right = precision_recall(_TABLE)
    for part, name in zip(given, ("precision", "recall"), strict=True):
        check_shape(part, (3,), {}, "There is one for each of the 3 classes.", f"The {name}")
    if all(_agree(g, r) for g, r in zip(given, right[::-1], strict=True)):
        raise Wrong(
            "The two are swapped. A row holds the digits that truly are of a class, a column those "
            "that were read as it: precision divides by the column, recall by the row."
        )
    names, parts = ("precision", "recall"), (_PRECISION_MISTAKES, _RECALL_MISTAKES)
    rests = (
        "Divide the diagonal by the sums of the columns.",
        "Divide the diagonal by the sums of the rows.",
    )
    for ours, theirs, name, mistakes, rest in zip(given, right, names, parts, rests, strict=True):
        if not _agree(ours, theirs):
            why = _explain(ours, mistakes, rest, _TABLE).format(n=_TABLE.sum())
            raise Wrong(
                f"For {_TABLE.tolist()} your {name} is {_short(ours)}; it should be "
                f"{_short(theirs)}. {why}"
            )


# The cost of a threshold


def costs(confidence: Array, wrong: Array, price: float, limits: Array) -> Array:
    """Return what all digits cost for each limit, (limits,): a clerk 1, a wrong answer ``price``.

    A digit goes to the clerk if its confidence is below the limit.
    """
    return _costs(confidence, wrong, price, limits)


def _costs(
    confidence: Array,
    wrong: Array,
    price: float,
    limits: Array,
    *,
    cost: Callable[[Array, Array, float], float] = lambda asked, wrong, price: (
        price * (wrong & ~asked).sum() + asked.sum()
    ),
    below: Callable[[Array, float], Array] = lambda confidence, limit: confidence < limit,
) -> Array:
    """Add up; each setting that is not the default is one way to go wrong."""
    return np.array([cost(below(confidence, limit), wrong, price) for limit in limits], float)


_COSTS_MISTAKES: Mistakes = (
    (
        partial(_costs, cost=lambda asked, wrong, price: price * (wrong & ~asked).sum()),
        "You counted wrong answers only. Each digit that a clerk reads costs 1.",
    ),
    (
        partial(_costs, cost=lambda asked, wrong, price: asked.sum()),
        "You counted the clerk only. Each wrong answer costs price.",
    ),
    (
        partial(_costs, cost=lambda asked, wrong, price: (wrong & ~asked).sum() + asked.sum()),
        "You let a wrong answer cost as much as a clerk. It costs price.",
    ),
    (
        partial(
            _costs, cost=lambda asked, wrong, price: price * asked.sum() + (wrong & ~asked).sum()
        ),
        "The prices are swapped: the clerk costs 1, the wrong answer price.",
    ),
    (
        partial(
            _costs,
            cost=lambda asked, wrong, price: price * (wrong & ~asked).sum() + (asked & wrong).sum(),
        ),
        "You paid the clerk only for digits that the network misreads. The clerk reads all digits "
        "that are sent, and is paid for each.",
    ),
    (
        partial(_costs, cost=lambda asked, wrong, price: price * wrong.sum() + asked.sum()),
        "You charged for errors on digits that a clerk reads. A digit that is sent to the clerk is "
        "not answered wrongly.",
    ),
    (
        partial(_costs, below=lambda confidence, limit: confidence > limit),
        "You sent the surest digits to the clerk. Send those of which the network is least sure.",
    ),
    (
        partial(_costs, below=lambda confidence, limit: confidence >= limit),
        "You sent the surest digits to the clerk. Send those of which the network is least sure.",
    ),
    (
        partial(_costs, below=lambda confidence, limit: confidence <= limit),
        "You sent digits at the limit to the clerk as well. From the limit on the network answers.",
    ),
    (
        lambda confidence, wrong, price, limits: (
            costs(confidence, wrong, price, limits) / len(wrong)
        ),
        "Yours is the cost of a digit on average. Asked for is that of all.",
    ),
)


def check_costs(answer: Any) -> None:
    """Check twelve digits, two of them at a limit, with two prices."""
    sure = np.array([0.42, 0.5, 0.58, 0.64, 0.71, 0.77, 0.83, 0.88, 0.93, 0.96, 0.98, 0.995])
    failed = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0], bool)
    order = np.random.default_rng(2).permutation(len(sure))
    confidence, wrong, limits = sure[order], failed[order], np.array([0.0, 0.5, 0.83, 0.97, 1.0])
    for price in (3.0, 20.0):
        given = as_array(
            call(answer, confidence=confidence, wrong=wrong, price=price, limits=limits),
            "The result",
        )
        check_shape(given, limits.shape, {}, "There is one cost for each limit.")
        right = costs(confidence, wrong, price, limits)
        if not same(given, right):
            otherwise = "For each limit, add up what the digits below and above it cost."
            why = _explain(given, _COSTS_MISTAKES, otherwise, confidence, wrong, price, limits)
            raise Wrong(
                f"For 12 digits, price={price:g} and limits={limits.tolist()} you gave "
                f"{_short(given)}; it should be {_short(right)}. {why}"
            )


# ECE by hand


def calibration_error(counts: Array, confidence: Array, accuracy: Array) -> float:
    """Return the expected calibration error of a table of bins; an empty bin holds nan."""
    full = counts > 0
    gaps = np.abs(confidence - accuracy)[full]
    return float((counts[full] * gaps).sum() / counts.sum())


def _gaps(counts: Array, confidence: Array, accuracy: Array) -> tuple[Array, Array]:
    full = counts > 0
    return counts[full] / counts.sum(), (confidence - accuracy)[full]


def _of_gaps(make: Callable[[Array, Array], Any]) -> Callable[..., Any]:
    """Return a mistake that goes on from the shares and the signed gaps of the full bins."""
    return lambda counts, confidence, accuracy: make(*_gaps(counts, confidence, accuracy))


_ECE_MISTAKES: Mistakes = (
    (
        _of_gaps(lambda share, gap: np.abs(gap).mean()),
        "You gave each bin the same weight. A bin with 3 answers counts as much as one with 40: "
        "weigh each by its count.",
    ),
    (
        lambda n, c, a: np.nansum(np.abs(c - a)) / len(n),
        "You gave each bin the same weight, the empty one too. Weigh each by its count.",
    ),
    (
        _of_gaps(lambda share, gap: (share * gap).sum()),
        "You kept the signs. Then one bin that is too sure and one that is not sure enough cancel, "
        "and a badly calibrated network gets 0. Take absolute values.",
    ),
    (
        _of_gaps(lambda share, gap: -(share * gap).sum()),
        "You kept the signs. Then one bin that is too sure and one that is not sure enough cancel, "
        "and a badly calibrated network gets 0. Take absolute values.",
    ),
    (
        _of_gaps(lambda share, gap: abs((share * gap).sum())),
        "You took the absolute value of the whole sum. Until then the bins have cancelled: take it "
        "of each gap.",
    ),
    (
        _of_gaps(lambda share, gap: np.abs(gap).max()),
        "Yours is the largest gap: the maximum calibration error. Expected is the mean.",
    ),
    (
        _of_gaps(lambda share, gap: np.sqrt((share * gap**2).sum())),
        "You squared the gaps. ECE takes their absolute values.",
    ),
    (
        _of_gaps(lambda share, gap: (share * gap**2).sum()),
        "You squared the gaps. ECE takes their absolute values.",
    ),
    (
        lambda n, c, a: (n * np.abs(np.nan_to_num(c - a))).sum(),
        "The sum is not yet a mean: divide by the number of all answers.",
    ),
    (
        _of_gaps(lambda share, gap: 100 * (share * np.abs(gap)).sum()),
        "Yours is a percentage. Asked for is a share, from 0 to 1.",
    ),
    (
        lambda n, c, a: 1 - np.nansum(n * a) / n.sum(),
        "Yours is the error of all answers. A network may be wrong often and know it.",
    ),
)


def check_calibration_error(answer: Any) -> None:
    """Check a table with bins above and below the diagonal, then one with an empty bin."""
    counts = np.array([10, 3, 27, 40])
    confidence, accuracy = np.array([0.4, 0.55, 0.75, 0.95]), np.array([0.6, 1.0, 0.7, 0.8])
    empty = np.array([0, *counts])
    holes = (np.array([np.nan, *part]) for part in (confidence, accuracy))
    for case in ((counts, confidence, accuracy), (empty, *holes)):
        names = ("counts", "confidence", "accuracy")
        result = call(answer, **dict(zip(names, case, strict=True)))
        given, right = _number(result, "The result"), calibration_error(*case)
        if _agree(given, right):
            continue
        if np.isnan(given):
            raise Wrong(
                "For counts=[0, 10, 3, 27, 40] you gave nan. An empty bin has no confidence and no "
                "accuracy, and 0 times nan is nan: leave it out, or use np.nansum."
            )
        otherwise = "Multiply each gap by the share of the answers in its bin, and add up."
        raise Wrong(
            f"For counts={case[0].tolist()}, confidence={case[1].tolist()} and "
            f"accuracy={case[2].tolist()} you gave {given:.4g}; it should be {right:.4g}. "
            f"{_explain(given, _ECE_MISTAKES, otherwise, *case)}"
        )


# A temperature


def losses(scores: Array, labels: Array, temperatures: Array) -> Array:
    """Return for each temperature the mean of -log p of the labels, p = softmax(scores / T)."""
    return _losses(scores, labels, temperatures)


def _losses(
    scores: Array,
    labels: Array,
    temperatures: Array,
    *,
    tempered: Callable[[Array, float], Array] = lambda scores, t: log_softmax(scores / t, axis=1),
    of_labels: Callable[[Array], float] = lambda logs: -logs.mean(),
) -> Array:
    """Try every temperature; each setting that is not the default is one way to go wrong."""
    rows = np.arange(len(labels))
    return np.array([of_labels(tempered(scores, t)[rows, labels]) for t in temperatures], float)


def _over_all(make: Callable[[Array, Array], float]) -> Callable[..., Array]:
    """Return a mistake that looks at all probabilities, (n, classes), and the labels."""
    return lambda s, y, ts: np.array([make(softmax(s / t, axis=1), y) for t in ts], float)


_LOSSES_MISTAKES: Mistakes = (
    (
        partial(_losses, tempered=lambda s, t: log_softmax(s * t, axis=1)),
        "You multiplied by T. Then a high temperature makes the network surer; it should make it "
        "less sure. Divide.",
    ),
    (
        partial(_losses, tempered=lambda s, t: log_softmax(s, axis=1) / t),
        "You divided the logarithms by T, after the softmax. Then the probabilities no longer sum "
        "to one: divide the scores.",
    ),
    (
        partial(_losses, tempered=lambda s, t: log_softmax(softmax(s, axis=1) / t, axis=1)),
        "You put probabilities into a second softmax. Divide the scores.",
    ),
    (
        partial(_losses, tempered=lambda s, t: log_softmax(s, axis=1)),
        "Your losses do not depend on T: divide the scores by it.",
    ),
    (
        partial(_losses, tempered=lambda s, t: log_softmax(s / t, axis=0)),
        "Your softmax goes down the columns. A row is a digit: axis=1.",
    ),
    (
        partial(_losses, tempered=lambda s, t: s / t),
        "The softmax is missing: a score is not yet the logarithm of a probability.",
    ),
    (
        _over_all(lambda p, y: -np.log(p.max(axis=1)).mean()),
        "You looked at the probability of the network's own answer. To be sure of oneself is no "
        "merit; take the probability of the label.",
    ),
    (
        _over_all(lambda p, y: (p.argmax(axis=1) != y).mean()),
        "You counted errors. Dividing by T changes no answer, so this tells nothing about T.",
    ),
    (
        _over_all(lambda p, y: -np.log(p[np.arange(len(y)), y].mean())),
        "You took the logarithm of the mean probability. So a label with a probability of nearly "
        "0 is forgiven: first the logarithms, then their mean.",
    ),
    (
        _over_all(lambda p, y: p[np.arange(len(y)), y].mean()),
        "You averaged probabilities and not their logarithms. So a label with a probability of "
        "nearly 0 is forgiven, and being sure pays too much.",
    ),
    (
        _over_all(lambda p, y: -np.log(p).mean()),
        "You averaged over all classes. Take the probability of the label of each digit.",
    ),
    (
        partial(_losses, of_labels=lambda logs: logs.mean()),
        "The minus is missing: a loss is small where the labels are likely.",
    ),
    (
        partial(_losses, of_labels=lambda logs: -logs.sum()),
        "Yours is the sum over the digits. Asked for is their mean.",
    ),
)


def _sums(seed: int, spread: float, n: int = 60) -> tuple[Array, Array]:
    """Return scores of a network whose confidence is off by the factor ``spread``."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, 4)) * 2
    labels = np.array([rng.choice(4, p=p) for p in softmax(true, axis=1)])
    return spread * true, labels


def check_losses(answer: Any) -> None:
    """Check a network that is too sure, then one with scores that exp cannot hold."""
    temperatures = np.array([0.5, 1.0, 3.0, 10.0])
    scores, labels = _sums(1, 3.0)
    result = call(answer, scores=scores, labels=labels, temperatures=temperatures)
    given, right = as_array(result, "The result"), losses(scores, labels, temperatures)
    check_shape(given, right.shape, {}, "There is one loss for each temperature.")
    if not same(given, right):
        otherwise = "For each T: log_softmax(scores / T, axis=1), pick the labels, minus the mean."
        why = _explain(given, _LOSSES_MISTAKES, otherwise, scores, labels, temperatures)
        raise Wrong(
            f"For temperatures {temperatures.tolist()} you gave {_short(given)}; it should be "
            f"{_short(right)}. {why}"
        )
    large = scores * 400 - 2000
    with np.errstate(all="ignore"):
        result = call(answer, scores=large, labels=labels, temperatures=temperatures)
    given, right = as_array(result, "The result"), losses(large, labels, temperatures)
    if not same(given, right):
        raise Wrong(
            f"The formula is right, but for scores from {large.min():.0f} to {large.max():.0f} you "
            f"gave {_short(given)}; it should be {_short(right)}. exp of such numbers is 0 or "
            "infinite to a computer. Use log_softmax."
        )


EXERCISES = (
    Exercise(
        id="11.interval",
        title="The interval of an error rate",
        wants="a function that returns two numbers, in percent",
        means="Wilson's interval has a width even where no error was found.",
        hints=(
            "Which true error rates could have given so many errors?",
            "binomtest(errors, n).proportion_ci(method='wilson') has the two ends, as shares.",
            "low, high = binomtest(errors, n).proportion_ci(method=___)\n"
            "return 100 * ___, 100 * ___",
        ),
        check=check_interval,
        start=interval,
    ),
    Exercise(
        id="11.precision",
        title="Precision and recall",
        wants="a function that returns two arrays, a number for each class",
        means="Precision asks how far an answer can be trusted, recall how much was found.",
        hints=(
            "Both have the right answers above the line. Below it: all that was read as this "
            "digit, or all that truly is this digit.",
            "np.diag(table) are the right answers; table.sum(axis=0) adds up columns, "
            "table.sum(axis=1) rows.",
            "right = np.diag(table)\n"
            "return right / table.sum(axis=___), right / table.sum(axis=___)",
        ),
        check=check_precision_recall,
        start=precision_recall,
    ),
    Exercise(
        id="11.ece",
        title="A calibration error by hand",
        wants="a function that returns one number from 0 to 1",
        means="How far confidence and accuracy are apart, averaged over the answers.",
        hints=(
            "In each bin: how far is what was claimed from what came true? Then a mean. Over the "
            "bins, or over the answers?",
            "np.abs(confidence - accuracy), times counts, summed with np.nansum, divided by "
            "counts.sum().",
            "gaps = np.abs(___)\nreturn np.nansum(___ * gaps) / ___",
        ),
        check=check_calibration_error,
        start=calibration_error,
    ),
    Exercise(
        id="11.temperature",
        title="Fit a temperature",
        wants="a function that returns an array, a loss for each temperature",
        means="The temperature with the smallest loss makes the labels likeliest, and changes no "
        "answer.",
        hints=(
            "A good probability is one that makes what happened likely. What happened is in the "
            "labels.",
            "log_softmax(scores / t, axis=1) holds log p of every class; pick those of the labels "
            "with np.arange(len(labels)).",
            "rows = np.arange(len(labels))\nfound = []\nfor t in temperatures:\n"
            "    logs = log_softmax(___, axis=1)\n    found.append(-logs[rows, ___].mean())\n"
            "return np.array(found)",
        ),
        check=check_losses,
        start=losses,
    ),
    Exercise(
        id="11.threshold",
        title="A threshold for a check reader",
        wants="a function that returns an array, a cost for each limit",
        means="What to answer follows from what it costs, and not from the error rate.",
        hints=(
            "Fix a limit. Which digits cost 1, which cost price, and which nothing?",
            "asked = confidence < limit are those that go to the clerk; what is answered wrongly "
            "is wrong & ~asked.",
            "found = []\nfor limit in limits:\n    asked = ___\n"
            "    found.append(price * ___ + asked.sum())\nreturn np.array(found)",
        ),
        check=check_costs,
        start=costs,
    ),
)
