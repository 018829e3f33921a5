"""The experiments on the classifiers of 1998: what they learn from, and what they count."""

from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.svm import SVC

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.deslanting import to_box
from lenet_course.experiments import classical
from lenet_course.experiments.classical import CLASSICAL, KNN_VIEWS, Answers
from lenet_course.experiments.experiment import Figures, Training
from lenet_course.experiments.papers import FIGURE_9, FIGURE_11, FIGURE_12

NAMES = {experiment.name: experiment for experiment in (*CLASSICAL, KNN_VIEWS)}
TRAINED, NEW = 1500, 200


@cache
def small_mnist() -> Dataset:
    """Return a beginning of MNIST's training and test digits."""
    (x, y), (x_test, y_test) = load_mnist()
    return (x[:TRAINED], y[:TRAINED]), (x_test[:NEW], y_test[:NEW])


# The candidates that are tried here, where it is not the first one.
TRIED = {"linear_deslanted": "squashed units, 100 steps"}


@cache
def figures(name: str) -> Figures:
    """Return what an experiment finds with one of its candidates, learning from few digits."""
    candidates = NAMES[name].candidates
    settings = candidates[TRIED.get(name, next(iter(candidates)))]
    data = small_mnist()
    trained = NAMES[name].train(data, Training(settings, 0, True, None, None, print))
    assert trained.weights is None
    return trained.figures


@pytest.mark.parametrize("name", NAMES)
def test_it_learns(name: str) -> None:
    found = figures(name)
    assert set(found) == {
        *("test_errors", "wrong", "rejected_percent", "multiply_adds", "variables")
    }
    assert found["test_errors"] < 0.45 * NEW  # by chance, 0.9


@pytest.mark.parametrize("final", [False, True])
def test_the_test_set_is_met_at_the_end_only(final: bool) -> None:
    met: list[tuple[Any, ...]] = []

    def method(settings: Any, seed: int, x: Any, y: Any, x_new: Any) -> Answers:
        met.append((settings, seed, x, y, x_new))
        return Answers(np.tile(np.arange(10), (10_000, 1)), 3, 4)  # always a nine

    data = load_mnist()
    (x, y), (x_test, y_test) = data
    trained = classical._train(data, Training({"k": 1}, 7, final, None, None, print), method)
    assert met[0][:2] == ({"k": 1}, 7)
    if final:
        expected = x, y, x_test
        assert trained.figures["test_errors"] == (y_test != 9).sum()
        assert (trained.figures["multiply_adds"], trained.figures["variables"]) == (3, 4)
    else:
        expected = x[:50_000], y[:50_000], x[50_000:]
        assert trained.figures == {"validation_errors": (y[50_000:] != 9).sum()}
    for received, wanted in zip(met[0][2:], expected, strict=True):
        np.testing.assert_array_equal(received, wanted)


# What is counted


@pytest.mark.parametrize(
    ("name", "multiply_adds", "variables"),
    [
        ("linear", 7_850, 7_850),  # LeCun et al. 1998, p. 12
        ("linear_deslanted", 4_010, 4_010),  # also p. 12
        ("pairwise", 45 * 785, 45 * 785),
        ("knn", TRAINED * 784, TRAINED * 784),
        ("knn_deslanted", TRAINED * 400, TRAINED * 400),
        ("pca_quadratic", 784 * 40 + 821 * 10, 784 * 40 + 821 * 10 + 784),
        ("rbf_linear", 784 * 1000 + 1001 * 10, 784 * 1000 + 1001 * 10 + 1),
        ("linear_logistic", 7_850, 7_850),
    ],
)
def test_what_an_answer_takes(name: str, multiply_adds: int, variables: int) -> None:
    found = figures(name)
    assert (found["multiply_adds"], found["variables"]) == (multiply_adds, variables)


@pytest.mark.parametrize("name", ["linear_deslanted", "pairwise", "pca_quadratic", "rbf_linear"])
def test_the_counts_are_the_papers(name: str) -> None:
    found = figures(name)
    assert found["multiply_adds"] / 1000 == pytest.approx(FIGURE_11[name], abs=0.7)
    assert found["variables"] / 1000 == pytest.approx(FIGURE_12[name], abs=0.5)


def test_support_vectors_are_counted_once() -> None:
    (x, y), _ = small_mnist()
    pixels = classical._unit(x)
    np.testing.assert_allclose((pixels**2).sum(axis=1), 1, rtol=1e-5)
    machine = SVC(**next(iter(NAMES["svm_poly4"].candidates.values()))).fit(pixels, y)
    found = figures("svm_poly4")
    assert found["variables"] == found["multiply_adds"]
    weights = found["variables"] - 784 * len(machine.support_) - 45
    # Each is one of its class against nine others, and has a weight against some of them.
    assert len(machine.support_) < weights < 9 * len(machine.support_)


# The rows


def test_the_rows_are_those_of_the_paper() -> None:
    assert len(NAMES) == len(CLASSICAL) + 1
    for name, experiment in NAMES.items():
        assert (experiment.paper and experiment.paper[0]) == FIGURE_9.get(name)


def test_the_views() -> None:
    (x, _), _ = small_mnist()
    views = {name: see(x) for name, see in classical._VIEWS.items()}
    assert {name: view.shape[1] for name, view in views.items()} == {
        "gray, 28x28": 784,
        "gray, 20x20": 400,
        "black and white, 28x28": 784,
        "black and white, 20x20": 400,
        "deslanted, 20x20": 400,
        "deslanted, black and white, 20x20": 400,
    }
    for view in views.values():
        assert view.dtype == np.float32
        assert view.min() == 0
        assert 0.99 < view.max() <= 1
    np.testing.assert_array_equal(views["black and white, 20x20"], gray_rounded(x))


def gray_rounded(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.round(to_box(images).reshape(len(images), -1) / 255)


def test_other_processes_can_run_them() -> None:
    assert all(isinstance(experiment.train, partial) for experiment in CLASSICAL)
