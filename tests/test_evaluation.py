"""Margins, reject curves, McNemar's test and calibration do what their definitions say."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.special import softmax

from lenet_course.evaluation import (
    expected_calibration_error,
    fit_temperature,
    log_loss,
    margins,
    mcnemar,
    most_likely,
    reject_curve,
    rejected_percent,
    reliability,
)

PATTERNS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30)


def test_margins() -> None:
    scores = [[3, 1, 2], [-5.5, -5, -7], [2, 2, 0]]
    np.testing.assert_array_equal(margins(scores), [1, 0.5, 0])


@pytest.mark.parametrize("scores", [[1, 2], [[1], [2]], [[1, np.nan]], [[1, np.inf]]])
def test_scores_without_a_margin(scores: ArrayLike) -> None:
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


# Calibration


def test_most_likely() -> None:
    answers, confidence = most_likely([[0.2, 0.5, 0.3], [1, 0, 0]])
    np.testing.assert_array_equal(answers, [1, 0])
    np.testing.assert_array_equal(confidence, [0.5, 1])


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.empty(0), r"shape \(0,\), expected \(n, classes\)"),
        ([0.5, 0.5], r"shape \(2,\), expected"),
        (np.empty((0, 10)), r"shape \(0, 10\), expected"),
        ([[0.5, 0.5], [3, 1]], r"Row 1 .* from 1 up and sums to 4, .* softmax"),
        ([[1.5, -0.5]], r"Row 0 .* from -0.5 up"),
        ([[np.nan, 1]], r"Row 0 .* sums to nan"),
    ],
)
def test_what_is_no_distribution(probabilities: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        most_likely(probabilities)


def test_reliability_by_hand() -> None:
    found = reliability([0, 0.1, 0.5, 0.6, 0.9, 1], [1, 1, 0, 1, 0, 0], bins=4)
    np.testing.assert_array_equal(found.edges, [0, 0.25, 0.5, 0.75, 1])
    # 0.5 stands on an edge.
    np.testing.assert_array_equal(found.counts, [2, 1, 1, 2])
    np.testing.assert_allclose(found.confidence, [0.05, 0.5, 0.6, 0.95])
    np.testing.assert_array_equal(found.accuracy, [0, 1, 0, 1])
    gaps = (2 * 0.05 + 0.5 + 0.6 + 2 * 0.05) / 6
    ece = expected_calibration_error([0, 0.1, 0.5, 0.6, 0.9, 1], [1, 1, 0, 1, 0, 0], bins=4)
    assert ece == pytest.approx(gaps)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30),
    st.integers(1, 20),
)
def test_each_answer_falls_into_one_bin(answers: list[tuple[float, bool]], bins: int) -> None:
    confidence, wrong = (np.array(column) for column in zip(*answers, strict=True))
    found = reliability(confidence, wrong, bins)
    assert found.counts.sum() == len(answers)
    full = found.counts > 0
    assert np.isnan(found.accuracy[~full]).all()
    assert (found.accuracy * found.counts)[full].sum() == pytest.approx((~wrong).sum())
    low, high = found.edges[:-1][full] - 1e-9, found.edges[1:][full] + 1e-9
    assert ((found.confidence[full] >= low) & (found.confidence[full] <= high)).all()
    # One bin compares the means of all.
    whole = expected_calibration_error(confidence, wrong, 1)
    assert whole == pytest.approx(abs(confidence.mean() - (~wrong).mean()), abs=1e-9)
    assert expected_calibration_error(confidence, wrong, bins) >= whole - 1e-9


@pytest.mark.parametrize(
    ("confidence", "wrong", "bins", "message"),
    [
        ([], [], 15, r"shape \(0,\) and wrong \(0,\), expected"),
        ([0.5], [0, 1], 15, r"shape \(1,\) and wrong \(2,\), expected"),
        ([0.5, 98], [0, 1], 15, r"from 0.5 to 98, expected probabilities"),
        ([0.5, np.nan], [0, 1], 15, "expected probabilities"),
        ([0.5], [0], 0, "bins is 0, expected 1 or more"),
    ],
)
def test_answers_without_a_reliability(
    confidence: ArrayLike, wrong: ArrayLike, bins: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        expected_calibration_error(confidence, wrong, bins)


@given(st.integers(0, 2**32), st.floats(0.1, 10))
def test_a_temperature_undoes_a_factor(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (200, 4))
    labels = np.array([rng.choice(4, p=p) for p in softmax(scores, axis=1)])
    one = fit_temperature(scores, labels)
    assert fit_temperature(factor * scores, labels) == pytest.approx(factor * one, rel=1e-3)
    for other in (0.9, 1.1):
        assert log_loss(scores / one, labels) <= log_loss(scores / (other * one), labels)


def test_log_loss_by_hand() -> None:
    assert log_loss([[np.log(3), 0], [0, 0]], [0, 1]) == pytest.approx(
        -(np.log(3 / 4) + np.log(1 / 2)) / 2
    )


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([1, 2], [0, 1], r"scores has shape \(2,\) and labels \(2,\), expected"),
        ([[1, 2]], [0, 1], r"shape \(1, 2\) and labels \(2,\), expected"),
        (np.empty((0, 2)), [], r"shape \(0, 2\)"),
        ([[1, np.inf]], [0], "not finite"),
        ([[1, 2]], [2], r"from 2 to 2 .* from 0 to 1"),
        ([[1, 2]], [-1], "from -1 to -1"),
        ([[1, 2]], [0.5], r"float64.* whole numbers"),
    ],
)
def test_scores_that_no_temperature_fits(
    scores: ArrayLike, labels: ArrayLike, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        fit_temperature(scores, labels)
