"""Margins, reject curves and McNemar's test do what their definitions say."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_course.evaluation import margins, mcnemar, reject_curve, rejected_percent

PATTERNS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30)


def test_margins() -> None:
    scores = [[3, 1, 2], [-5.5, -5, -7], [2, 2, 0]]
    np.testing.assert_array_equal(margins(scores), [1, 0.5, 0])


@pytest.mark.parametrize("scores", [[1, 2], [[1], [2]], [[1, np.nan]], [[1, np.inf]]])
def test_scores_without_a_margin(scores: list[float]) -> None:
    with pytest.raises(ValueError, match=r"scores has .*, expected"):
        margins(scores)


def test_reject_curve() -> None:
    rejected, error = reject_curve([4, 1, 3, 2], [False, True, False, True])
    np.testing.assert_array_equal(rejected, [0, 25, 50, 75])
    np.testing.assert_allclose(error, [50, 100 / 3, 0, 0])


@given(PATTERNS)
def test_a_threshold_rejects_all_patterns_of_equal_margin(
    patterns: list[tuple[int, bool]],
) -> None:
    certainty, wrong = (np.array(column) for column in zip(*patterns, strict=True))
    expected = []
    for threshold in np.unique(certainty):
        kept = certainty >= threshold
        expected.append((100 * (~kept).mean(), 100 * wrong[kept].mean()))
    np.testing.assert_allclose(np.transpose(reject_curve(certainty, wrong)), expected)


@given(PATTERNS, st.integers(0, 100))
def test_no_threshold_rejects_fewer(patterns: list[tuple[int, bool]], percent: int) -> None:
    certainty, wrong = (np.array(column) for column in zip(*patterns, strict=True))
    received = rejected_percent(certainty, wrong, percent)
    rejected, error = reject_curve(certainty, wrong)
    good = rejected[error <= percent]
    assert received == (good.min() if len(good) else 100)


def test_if_the_surest_are_wrong_all_are_rejected() -> None:
    assert rejected_percent([1, 2], [False, True], 0.5) == 100
    assert rejected_percent([1, 2], [False, True], 50) == 0


@pytest.mark.parametrize(
    ("first", "second"), [([], []), ([1, 2], [True]), ([[1]], [[True]]), (1, True)]
)
def test_patterns_that_do_not_match(first: list[int], second: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"expected \(n,\) for both, n over 0"):
        reject_curve(first, second)
    with pytest.raises(ValueError, match=r"expected \(n,\) for both, n over 0"):
        mcnemar(first, second)


@pytest.mark.parametrize("percent", [-1, 101, float("nan")])
def test_an_error_that_is_no_percentage(percent: float) -> None:
    with pytest.raises(ValueError, match="expected a percentage"):
        rejected_percent([1], [True], percent)


def test_mcnemar_by_hand() -> None:
    # Three only the first gets wrong, none only the second: 2 of 8 equally likely outcomes.
    assert mcnemar([True] * 4 + [False], [True] + [False] * 4) == pytest.approx(0.25)
    # One against one: nothing is less extreme.
    assert mcnemar([True, False], [False, True]) == 1
    assert mcnemar([True, False], [True, False]) == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=9))
def test_mcnemar_counts_the_outcomes_that_are_as_unequal(pairs: list[tuple[bool, bool]]) -> None:
    first, second = zip(*pairs, strict=True)
    differ = [one for one, other in pairs if one != other]
    received = mcnemar(first, second)
    assert received == mcnemar(second, first)
    unequal = abs(2 * sum(differ) - len(differ))
    outcomes = list(product((0, 1), repeat=len(differ)))
    as_unequal = [o for o in outcomes if abs(2 * sum(o) - len(o)) >= unequal]
    assert received == pytest.approx(len(as_unequal) / len(outcomes))
