"""Judging a classifier: which answers to give, how far to trust them, and what is chance."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

Floats = NDArray[np.float64]


def margins(scores: ArrayLike) -> Floats:
    """Return by how much the largest score of each pattern exceeds the second largest.

    The smaller, the less certain the answer (LeCun et al. 1998, p. 14).

    Parameters
    ----------
    scores
        Shape (n, classes), larger for a likelier class; of penalties take the negative.

    Returns
    -------
    array
        Shape (n,), not negative.

    Raises
    ------
    ValueError
        If there are not two classes or more, or a score is not finite.
    """
    found = np.asarray(scores, float)
    if found.ndim != 2 or found.shape[1] < 2:
        raise ValueError(f"scores has shape {found.shape}, expected (n, classes) with 2 or more.")
    if not np.isfinite(found).all():
        raise ValueError("scores has values that are not finite, expected numbers.")
    second, first = np.partition(found, -2, axis=1)[:, -2:].T
    return np.asarray(first - second)


def reject_curve(margins: ArrayLike, wrong: ArrayLike) -> tuple[Floats, Floats]:
    """Return what is still answered wrongly when the least certain patterns are rejected.

    Parameters
    ----------
    margins
        How certain the answer to each pattern is, shape (n,).
    wrong
        True where it is wrong, shape (n,).

    Returns
    -------
    rejected, error
        Percentage of all patterns that are rejected, and percentage of wrong answers to the
        others, for each number of rejected patterns that a threshold on the margin can give.
        Patterns of equal margin are rejected together. From 0 % rejected on.

    Raises
    ------
    ValueError
        If the two differ in shape, or there are no patterns.
    """
    certainty, failed = np.asarray(margins, float), np.asarray(wrong, bool)
    if certainty.shape != failed.shape or certainty.ndim != 1 or not len(certainty):
        raise ValueError(
            f"margins has shape {certainty.shape} and wrong {failed.shape}, expected (n,) for "
            "both, n over 0."
        )
    order = np.argsort(certainty)
    # A threshold lies between two patterns only if their margins differ.
    rejected = np.flatnonzero(np.diff(certainty[order], prepend=-np.inf) > 0)
    left = len(order) - rejected
    errors = failed.sum() - np.concatenate([[0], np.cumsum(failed[order])])[rejected]
    return 100 * rejected / len(order), 100 * errors / left


def rejected_percent(margins: ArrayLike, wrong: ArrayLike, error_percent: float) -> float:
    """Return the percentage of patterns to reject so that few of the others are wrong.

    The fewest that a threshold on the margin rejects so that at most ``error_percent`` of the
    patterns that are answered are answered wrongly; 100 if no threshold does it (LeCun et al.
    1998, Fig. 10, for 0.5 %).

    Raises
    ------
    ValueError
        As for `reject_curve`, or if the error is not from 0 to 100.
    """
    if not 0 <= error_percent <= 100:
        raise ValueError(f"error_percent is {error_percent}, expected a percentage, 0 to 100.")
    rejected, error = reject_curve(margins, wrong)
    enough = rejected[error <= error_percent]
    return float(enough[0]) if len(enough) else 100.0


def mcnemar(first_wrong: ArrayLike, second_wrong: ArrayLike) -> float:
    """Return how likely chance alone makes two classifiers differ as much as these two.

    McNemar's test, exact: of the patterns that one of the two gets wrong and the other does not,
    each is as likely the one's as the other's if the two are equally good.

    Parameters
    ----------
    first_wrong, second_wrong
        True where the answer to a pattern is wrong, shape (n,), the same patterns for both.

    Returns
    -------
    float
        The p-value, two-sided, from 0 to 1.

    Raises
    ------
    ValueError
        If the two differ in shape, or there are no patterns.
    """
    first, second = np.asarray(first_wrong, bool), np.asarray(second_wrong, bool)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise ValueError(
            f"first_wrong has shape {first.shape} and second_wrong {second.shape}, expected (n,) "
            "for both, n over 0."
        )
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    if only_first + only_second == 0:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second).pvalue)


def most_likely(probabilities: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """Return the likeliest class of each pattern, and its probability: how sure the answer is.

    Parameters
    ----------
    probabilities
        Shape (n, classes), a row for each pattern, which sums to one.

    Returns
    -------
    answers, confidence
        Shape (n,) each.

    Raises
    ------
    ValueError
        If there are no patterns or no classes, or a row is not a distribution.
    """
    found = np.asarray(probabilities, float)
    if found.ndim != 2 or not found.size:
        raise ValueError(f"probabilities has shape {found.shape}, expected (n, classes), n over 0.")
    # Half of the digits of 32 bits.
    bad = ~(np.isclose(found.sum(axis=1), 1, atol=1e-3) & (found >= 0).all(axis=1))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"Row {first} of probabilities goes from {found[first].min():g} up and sums to "
            f"{found[first].sum():g}, expected values from 0 up that sum to 1. Of sums, take a "
            "softmax first."
        )
    return found.argmax(axis=1), found.max(axis=1)


class Reliability(NamedTuple):
    """How often answers are right that were given with about the same confidence.

    Attributes
    ----------
    edges
        Of the bins of confidence, shape (bins + 1,), from 0 to 1.
    counts
        How many answers fall into each bin, shape (bins,).
    confidence, accuracy
        Mean confidence in each bin, and which part of its answers is right; nan in an empty one.
    """

    edges: Floats
    counts: NDArray[np.int64]
    confidence: Floats
    accuracy: Floats


def reliability(confidence: ArrayLike, wrong: ArrayLike, bins: int = 15) -> Reliability:
    """Sort answers into bins of equal width by their confidence, and count the right ones.

    Parameters
    ----------
    confidence
        Probability of each answer, shape (n,), from 0 to 1; see `most_likely`.
    wrong
        True where the answer is wrong, shape (n,).
    bins
        How many. A confidence on an edge belongs to the bin below.

    Raises
    ------
    ValueError
        If the two differ in shape, there are no patterns, a confidence is not from 0 to 1, or
        there is less than one bin.

    Notes
    -----
    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural
    networks", 2017, sec. 2.
    """
    sure, failed = np.asarray(confidence, float), np.asarray(wrong, bool)
    if sure.shape != failed.shape or sure.ndim != 1 or not len(sure):
        raise ValueError(
            f"confidence has shape {sure.shape} and wrong {failed.shape}, expected (n,) for "
            "both, n over 0."
        )
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError(
            f"confidence goes from {sure.min():g} to {sure.max():g}, expected probabilities, 0 "
            "to 1."
        )
    if bins < 1:
        raise ValueError(f"bins is {bins}, expected 1 or more.")
    edges = np.linspace(0, 1, bins + 1)
    # The first bin takes 0 too.
    place = np.clip(np.searchsorted(edges, sure) - 1, 0, None)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, sure, bins) / counts
        right = np.bincount(place, ~failed, bins) / counts
    return Reliability(edges, counts, mean, right)


def expected_calibration_error(confidence: ArrayLike, wrong: ArrayLike, bins: int = 15) -> float:
    """Return by how much confidence and accuracy differ, as a mean over all answers, 0 to 1.

    The mean over the bins of `reliability` of the difference, each weighted by its count (Guo et
    al. 2017, eq. 3). Parameters and errors as there.
    """
    found = reliability(confidence, wrong, bins)
    full = found.counts > 0
    gaps = np.abs(found.confidence - found.accuracy)[full]
    return float(np.average(gaps, weights=found.counts[full]))


def fit_temperature(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the temperature T by which softmax(scores / T) makes the labels likeliest.

    One number for all patterns: it changes how sure the answers are, and no answer. Fit it on
    patterns that the network has not learned.

    Parameters
    ----------
    scores
        Sums before the softmax, or penalties taken negative: shape (n, classes).
    labels
        The true classes, shape (n,), from 0.

    Raises
    ------
    ValueError
        If the shapes do not match, a score is not finite, or a label is out of range.

    Notes
    -----
    Source: Guo et al. 2017, sec. 4.2.
    """
    found, true = np.asarray(scores, float), np.asarray(labels)
    if found.ndim != 2 or found.shape[:1] != true.shape or not found.size:
        raise ValueError(
            f"scores has shape {found.shape} and labels {true.shape}, expected (n, classes) and "
            "(n,), n over 0."
        )
    if not np.isfinite(found).all():
        raise ValueError("scores has values that are not finite, expected numbers.")
    classes = found.shape[1]
    if not np.issubdtype(true.dtype, np.integer) or true.min() < 0 or true.max() >= classes:
        raise ValueError(
            f"labels go from {true.min()} to {true.max()} ({true.dtype}), expected whole numbers "
            f"from 0 to {classes - 1}."
        )

    def surprise(log_temperature: float) -> float:
        return log_loss(found / np.exp(log_temperature), true)

    # Beyond these bounds softmax is a certainty, or says nothing.
    return float(np.exp(optimize.minimize_scalar(surprise, bounds=(-7, 7), method="bounded").x))


def log_loss(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean of -log p, p the probability that softmax(scores) gives to the label.

    Parameters as for `fit_temperature`.
    """
    logarithms = special.log_softmax(np.asarray(scores, float), axis=1)
    return float(-logarithms[np.arange(len(logarithms)), np.asarray(labels)].mean())
