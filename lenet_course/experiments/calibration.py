"""How far the confidence of LeNet-5 can be trusted (chapter 11; in none of the papers)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, as_1998, load_mnist
from lenet_course.evaluation import (
    expected_calibration_error,
    fit_temperature,
    log_loss,
    most_likely,
    reliability,
)
from lenet_course.experiments import tutorial
from lenet_course.experiments.experiment import Experiment, Figures, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.modern import scaled
from lenet_course.experiments.original import LEARNED, LENET5_1998, LENET5_1998_DISTORTED, train

CALIBRATION = "Calibration of LeNet-5 on the same digits: how far its confidence can be trusted"

Scores = NDArray[np.float32]


def judge_confidence(
    held_out: tuple[Scores, NDArray[np.uint8]], test: tuple[Scores, NDArray[np.uint8]]
) -> Figures:
    """Return the figures of `judge` and those of calibration, before and after a temperature.

    Parameters
    ----------
    held_out, test
        Scores (n, classes), whose softmax are the probabilities, and labels (n,): what the
        temperature is fitted on, and what everything is judged by.
    """
    from scipy.special import softmax

    scores, labels = test
    temperature = fit_temperature(*held_out)
    figures: Figures = judge(scores, labels)
    for suffix, divisor in (("", 1.0), ("_tempered", temperature)):
        answers, confidence = most_likely(softmax(scores.astype(float) / divisor, axis=1))
        wrong = answers != labels
        found = reliability(confidence, wrong)
        figures |= {
            f"ece{suffix}": expected_calibration_error(confidence, wrong),
            f"nll{suffix}": log_loss(scores / divisor, labels),
            f"reliability{suffix}": {
                "counts": found.counts.tolist(),
                # JSON has no nan.
                "confidence": np.nan_to_num(found.confidence).round(6).tolist(),
                "accuracy": np.nan_to_num(found.accuracy).round(6).tolist(),
            },
        }
    return figures | {"temperature": temperature}


def _train_1998(data: Dataset, training: Training) -> Trained:
    """Train as for validation, and judge on the test set; see `Experiment.train`."""
    from lenet_course import online
    from lenet_course.models import lenet5_1998, set_rounded_weights

    weights = train(data, training._replace(final=False)).weights
    assert weights is not None
    model = lenet5_1998()
    set_rounded_weights(model, weights)
    penalties = online.compiled(model)
    (x, y), (x_test, y_test) = data
    held_out = -penalties(as_1998(x[LEARNED:])), y[LEARNED:]
    return Trained(judge_confidence(held_out, (-penalties(as_1998(x_test)), y_test)), weights)


def _train_tutorial(data: Dataset, training: Training) -> Trained:
    """Train the network of chapter 08 by its recipe; see `Experiment.train`."""
    import keras

    (images, y), (test_images, test_labels) = data
    model = tutorial.fit(images[:LEARNED], y[:LEARNED], training.settings, training.seed)
    # The sums before the softmax.
    last = keras.Model(model.inputs, model.layers[-2].output)
    kernel, bias = model.layers[-1].get_weights()

    def sums(images: NDArray[np.uint8]) -> Scores:
        units = last.predict(scaled(images), batch_size=1000, verbose=0)
        return np.asarray(units @ kernel + bias, np.float32)

    held_out = sums(images[LEARNED:]), y[LEARNED:]
    return Trained(judge_confidence(held_out, (sums(test_images), test_labels)), None)


def _of_1998(name: str, of: Experiment, chosen: str, question: str) -> Experiment:
    """Return the experiment that trains with the settings that another one chose."""
    return Experiment(
        name=name,
        question=question,
        table=CALIBRATION,
        paper=None,
        candidates={chosen: of.candidates[chosen]},
        load=load_mnist,
        train=_train_1998,
        seeds=5,
        choosing_seeds=0,
        choice=f"chosen in {of.name}; 50,000 digits are learned, 10,000 fit the temperature",
    )


EXPERIMENTS = (
    _of_1998(
        "calibration_1998",
        LENET5_1998,
        "falling from 1e-05",
        "LeNet-5 of 1998 on the digits as they are",
    ),
    _of_1998(
        "calibration_1998_distorted",
        LENET5_1998_DISTORTED,
        "wide distortions, falling from 2e-05, j = 10",
        "LeNet-5 of 1998, each digit distorted anew in each pass",
    ),
    Experiment(
        name="calibration_tutorial",
        question="the Keras network of chapter 08",
        table=CALIBRATION,
        paper=None,
        candidates={"as in chapter 08": tutorial.RECIPE},
        load=load_mnist,
        train=_train_tutorial,
        choosing_seeds=0,
        choice="as in chapter 08; 50,000 digits are learned, 10,000 fit the temperature",
    ),
)
