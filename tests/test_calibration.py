"""Calibration of LeNet-5 is measured on digits that neither network nor temperature has learned."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.evaluation import expected_calibration_error
from lenet_course.experiments import calibration, load_result, original
from lenet_course.experiments.catalog import EXPERIMENTS
from lenet_course.experiments.experiment import Experiment, Training

(X, Y), (X_TEST, Y_TEST) = load_mnist()
FEW: Dataset = ((X[:2500], Y[:2500]), (X_TEST[:200], Y_TEST[:200]))


def test_figures_of_overconfident_scores() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (4000, 10))
    labels = np.array([rng.choice(10, p=p) for p in softmax(scores, axis=1)], np.uint8)
    boasting = np.asarray(3 * scores, np.float32)
    held_out, test = (boasting[:2000], labels[:2000]), (boasting[2000:], labels[2000:])
    figures = calibration.judge_confidence(held_out, test)
    assert figures["temperature"] == pytest.approx(3, rel=0.1)
    confidence = softmax(boasting[2000:], axis=1).max(axis=1)
    wrong = boasting[2000:].argmax(axis=1) != labels[2000:]
    assert figures["ece"] == pytest.approx(expected_calibration_error(confidence, wrong))
    assert figures["test_errors"] == wrong.sum() == len(figures["wrong"])
    assert figures["ece_tempered"] < figures["ece"] / 4
    assert figures["nll_tempered"] < figures["nll"]
    for suffix in ("", "_tempered"):
        table = figures[f"reliability{suffix}"]
        assert sum(table["counts"]) == 2000
        gaps = np.abs(np.subtract(table["confidence"], table["accuracy"]))
        ece = np.average(gaps, weights=table["counts"])
        assert ece == pytest.approx(figures[f"ece{suffix}"], abs=1e-5)
    json.dumps(figures, allow_nan=False)


@pytest.mark.parametrize("name", ["calibration_1998", "calibration_tutorial"])
def test_a_short_training(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The other 500 digits are held out: by the module that judges, and by the one that trains.
    monkeypatch.setattr(calibration, "LEARNED", 2000)
    monkeypatch.setattr(original, "LEARNED", 2000)
    settings = {
        **next(iter(EXPERIMENTS[name].candidates.values())),
        "rates": [2e-5] * 2,
        "samples": 50,
        "batch": 20,
        "epochs": 4,
    }
    training = Training(settings, 0, True, None, None, lambda line: None)
    figures = EXPERIMENTS[name].train(FEW, training).figures
    assert figures["test_errors"] < 60
    assert 0 < figures["ece"] < 1
    assert 0 < figures["temperature"] < 100


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("calibration_1998", "lenet5_1998"),
        ("calibration_1998_distorted", "lenet5_1998_distorted"),
    ],
)
def test_settings_are_those_chosen_before(name: str, of: str) -> None:
    assert list(EXPERIMENTS[name].candidates) == [load_result(of)["chosen"]]


@pytest.mark.parametrize("experiment", calibration.EXPERIMENTS, ids=lambda found: found.name)
def test_results(experiment: Experiment) -> None:
    seeds = load_result(experiment.name)["seeds"]
    assert len(seeds) == experiment.seeds >= 5
    for figures in seeds.values():
        assert sum(figures["reliability"]["counts"]) == 10_000
        # A temperature cannot make likelier what it was fitted on by chance alone.
        assert figures["nll_tempered"] < figures["nll"] + 0.005
