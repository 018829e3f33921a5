"""Judging a classifier: which answers to give, which to keep back, and what is chance."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

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
