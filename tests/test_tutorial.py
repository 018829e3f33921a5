"""The network of chapter 08 that the package keeps is one of that chapter's recipe."""

import numpy as np
import pytest

from lenet_course import models
from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments import RESULTS, load_result, results, tutorial
from lenet_course.experiments.catalog import EXPERIMENTS
from lenet_course.experiments.experiment import Training
from lenet_course.experiments.judging import judge

(X, Y), (X_TEST, Y_TEST) = load_mnist()
FEW: Dataset = ((X[:2500], Y[:2500]), (X_TEST[:200], Y_TEST[:200]))
NAME = "lenet5_tutorial"


def training(final: bool) -> Training:
    return Training({"batch": 20, "epochs": 4}, 0, final, None, None, lambda line: None)


def test_a_short_training() -> None:
    trained = tutorial.train(FEW, training(final=True))
    assert trained.figures["test_errors"] == len(trained.figures["wrong"]) < 60
    assert trained.weights is not None
    # What is judged are the weights as they are kept.
    model = models.lenet5_tutorial()
    models.set_rounded_weights(model, trained.weights)
    scores = model.predict(tutorial.scaled(X_TEST[:200]), verbose=0)
    assert judge(scores, Y_TEST[:200])["wrong"] == trained.figures["wrong"]


def test_for_validation_digits_are_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tutorial, "LEARNED", 2000)
    # Labels of the digits that are held out, which only what is trained on them can know.
    y = np.concatenate([Y[:2000], (Y[2000:2500] + 1) % 10]).astype(np.uint8)
    figures = tutorial.train(((X[:2500], y), FEW[1]), training(final=False)).figures
    assert figures["validation_errors"] > 400


def test_the_result_is_of_the_weights_that_are_kept() -> None:
    result = results.load_current(EXPERIMENTS[NAME], RESULTS)
    assert len(result["seeds"]) == EXPERIMENTS[NAME].seeds
    assert result["weights_of_seed"] == results.median_seed(result)
    assert load_result(NAME)["chosen"] == "as in chapter 08"
    # The same recipe on 50,000 digits.
    fewer = results.test_errors_percent(load_result("calibration_tutorial"))
    assert abs(results.test_errors_percent(result).mean() - fewer.mean()) < 0.2


def test_the_weights_are_those_of_the_result() -> None:
    result = load_result(NAME)
    wrong = result["seeds"][str(result["weights_of_seed"])]["wrong"]
    scores = models.trained(NAME).predict(tutorial.scaled(X_TEST), batch_size=1000, verbose=0)
    assert judge(scores, Y_TEST)["wrong"] == wrong
    in_numpy = models.trained_in_numpy(NAME).predict(tutorial.scaled(X_TEST))
    assert np.flatnonzero(in_numpy != Y_TEST).tolist() == wrong
